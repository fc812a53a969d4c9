"""Instruments, quotes, bars and the feed."""

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from trade2026.client.rows import table
from trade2026.client.values import Timestamp
from trade2026.model.enums import ExecutionInstruction, OrderType, TimeInForce

if TYPE_CHECKING:
    import polars as pl


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument with its rules; `max_qty` and `min_notional` are 0 where there is none."""

    instrument_id: str
    venue: str
    kind: str
    quote_currency: str
    base_currency: str | None
    tick_size: Decimal
    lot_size: Decimal
    multiplier: Decimal
    calendar: str
    volume_unit: str
    min_qty: Decimal
    max_qty: Decimal
    min_notional: Decimal
    order_types: tuple[OrderType, ...]
    times_in_force: tuple[TimeInForce, ...]
    execution_instructions: tuple[ExecutionInstruction, ...]


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The latest of an instrument; `ts` is when the price was made. `stale`: newer ones should have come."""

    instrument_id: str
    last: Decimal
    previous_close: Decimal | None
    change_bps: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    ts: Timestamp
    stale: bool


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar, named after its end; data of closing prices only has no open, high, low and volume."""

    ts: Timestamp
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal
    volume: Decimal | None


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """Bars of one instrument in order of time; `has_open` is False for close-only data."""

    instrument_id: str
    interval_ns: int
    has_open: bool
    items: tuple[Bar, ...]

    def to_polars(self) -> "pl.DataFrame":
        """A table with a row for each bar; see `Rows.to_polars`."""
        return table(Bar, self.items)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What the feed is doing; all but `connected` is as last heard, None before anything was.

    `now` is trading time, `first` and `last` the span of the data, `speed` steps a second, 0 for as fast as
    it goes.
    """

    kind: str | None
    data: str | None
    state: str | None
    now: Timestamp | None
    first: Timestamp | None
    last: Timestamp | None
    speed: float | None
    error: str
    connected: bool
