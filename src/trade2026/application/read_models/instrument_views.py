"""Instruments as they are shown."""

import msgspec

from trade2026.model.enums import ExecutionInstruction, OrderType, TimeInForce
from trade2026.model.instrument import Instrument
from trade2026.primitives.fixed_point import format_raw


class InstrumentView(msgspec.Struct, frozen=True):
    """An instrument with its rules; `max_qty` and `min_notional` are "0" where there is none.

    `order_types`, `times_in_force` and `execution_instructions` are what the venue does by itself; stops,
    GTD and a display quantity are done by the core where it does not.
    """

    instrument_id: str
    venue: str
    kind: str
    quote_currency: str
    base_currency: str | None
    tick_size: str
    lot_size: str
    multiplier: str
    calendar: str
    volume_unit: str
    min_qty: str
    max_qty: str
    min_notional: str
    order_types: tuple[OrderType, ...]
    times_in_force: tuple[TimeInForce, ...]
    execution_instructions: tuple[ExecutionInstruction, ...]


def instrument_view(instrument: Instrument) -> InstrumentView:
    """The instrument as it is shown."""
    return InstrumentView(
        instrument.instrument_id, instrument.venue, instrument.kind.value, instrument.quote_currency,
        instrument.base_currency, format_raw(instrument.tick_size), format_raw(instrument.lot_size),
        format_raw(instrument.multiplier), instrument.calendar, instrument.volume_unit.value,
        format_raw(instrument.min_qty), format_raw(instrument.max_qty), format_raw(instrument.min_notional),
        instrument.order_types, instrument.times_in_force, instrument.execution_instructions,
    )  # fmt: skip
