"""What is traded in a simulated market, in the platform's words: an instrument for every listing.

Light: what only has to know the instruments need not load a market.
"""

from typing import Final

from trade2026.matching.clearing import Listing
from trade2026.model.enums import ExecutionInstruction, OrderType, TimeInForce
from trade2026.model.instrument import Instrument, InstrumentKind, VolumeUnit, check_instrument
from trade2026.ports.prism import VENUE
from trade2026.primitives.fixed_point import INT64_MAX, UNIT
from trade2026.simulation.prism.config import PrismConfig

ORDER_TYPES: Final = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)
TIMES_IN_FORCE: Final = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD)
"""What the market itself has; it never closes, so that no day of it ends."""
_OFFERED: Final = (TimeInForce.DAY, *TIMES_IN_FORCE)
"""An order for the day is sent as GTD, to the end of the day in UTC."""
INSTRUCTIONS: Final = (ExecutionInstruction.POST_ONLY, ExecutionInstruction.DISPLAY_QTY)


def instrument_id_of(symbol: str) -> str:
    """What the platform calls a listing: "BTCUSDT.PRISM"."""
    return f"{symbol}.{VENUE}"


def instrument_of(listing: Listing) -> Instrument:
    """A listing as an instrument; InputError where its rules are more than an instrument can say."""
    return check_instrument(
        Instrument(
            instrument_id_of(listing.symbol), VENUE, InstrumentKind.CRYPTO_SPOT, listing.quote, listing.base,
            listing.tick_size, listing.lot_size, UNIT, "24/7", VolumeUnit.BASE,
            min_qty=listing.min_lots * listing.lot_size,
            max_qty=min(listing.max_lots * listing.lot_size, INT64_MAX),
            min_notional=listing.min_notional, order_types=ORDER_TYPES, times_in_force=_OFFERED,
            execution_instructions=INSTRUCTIONS,
        )
    )  # fmt: skip


def instruments_of(config: PrismConfig) -> tuple[Instrument, ...]:
    """The market's instruments, by id."""
    found = [instrument_of(book.listing) for book in config.books]
    return tuple(sorted(found, key=lambda each: each.instrument_id))
