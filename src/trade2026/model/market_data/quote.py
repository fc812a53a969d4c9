"""The best bid and ask of an instrument."""

import msgspec


class Quote(msgspec.Struct, frozen=True, array_like=True, tag=42, gc=False):
    """Top of book; prices and sizes are raw integers in units of 1e-9, times UTC nanoseconds."""

    instrument_id: str
    ts_event: int
    ts_init: int
    bid_price: int
    ask_price: int
    bid_size: int
    ask_size: int
