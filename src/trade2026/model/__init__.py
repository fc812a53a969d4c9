"""The vocabulary of the platform: what a price, an order, a fill, a bar, a command and an event are.

Imports `primitives`, the standard library and msgspec only, and does no I/O. Text becomes a value
through `Price`, `Quantity` and `Money`; inside the engines the same values travel as raw integers in
units of 1e-9 (`RawPrice`, `RawQuantity`, `RawMoney`), which is what commands and events carry.
Start with `instrument`, then `commands` and `events`.
"""
