"""A public print."""

import msgspec

from trade2026.model.enums import Side


class Trade(msgspec.Struct, frozen=True, array_like=True, tag=43, gc=False):
    """One public trade; price and quantity are raw integers in units of 1e-9, times UTC nanoseconds.

    `aggressor_side` is the side that took liquidity, None when the source does not say.
    """

    instrument_id: str
    ts_event: int
    ts_init: int
    price: int
    quantity: int
    aggressor_side: Side | None
    trade_id: str
