"""Raw integers in units of 1e-9, named apart so that a type checker keeps them apart."""

from typing import NewType

RawPrice = NewType("RawPrice", int)
"""Quote currency per unit of the instrument."""

RawQuantity = NewType("RawQuantity", int)
"""Units of the instrument."""

RawMoney = NewType("RawMoney", int)
"""Amount of one currency; any size in memory, sixteen bytes in the journal."""
