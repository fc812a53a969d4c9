"""One interval of trading, summarized."""

import msgspec


class Bar(msgspec.Struct, frozen=True, array_like=True, tag=41, gc=False):
    """Open, high, low, close and volume of the interval [open time, `ts_event`).

    Prices and volume are raw integers in units of 1e-9.

    Attributes
    ----------
    ts_event : int
        The close of the interval, UTC nanoseconds, so that no reader sees the bar early.
    ts_init : int
        When we could have known it; never before `ts_event`.
    open, high, low : int or None
        None in close-only data; all three or none.
    volume : int or None
        In the instrument's `volume_unit`; None when unknown, which is not zero.
    """

    instrument_id: str
    ts_event: int
    ts_init: int
    open: int | None
    high: int | None
    low: int | None
    close: int
    volume: int | None
