"""The reference order book: price-time priority for one instrument, as a pure state machine.

Imports `model` and `primitives` only; no I/O, no clock, no floats. `words` has the commands it takes and the
events it answers with, `book` the one class. It is the obvious version: whoever writes a faster one holds it
against this by the same commands, the same events and the same `state_sha256` (see decision 0033). Ticks,
lots and who may trade are the venue's to check. Start with `book.OrderBook`.
"""
