"""What a venue says, before anybody relies on it: a message may hold anything, and an adapter let it pass.

A message is written and read again as the journal would: what could not be read there never gets in.
"""

from typing import Any, Final

import msgspec

from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import Holding, VenueOrder
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX
from trade2026.trading.venues.truth import external_id

GARBAGE: Final = (
    InputError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, OSError,
    EOFError, msgspec.MsgspecError,
)  # fmt: skip
"""What reading a strange message may raise in an adapter: it proves nothing, and ends nothing."""

_REPORT: Final = msgspec.msgpack.Decoder(ExecutionReport)
_ORDER: Final = msgspec.msgpack.Decoder(VenueOrder)
_REPORT_NUMBERS: Final = (
    "ts_event", "last_qty", "last_px", "commission", "order_qty", "limit_price", "prevented_qty",
)  # fmt: skip
_TEXT_MAX: Final = 4_096


def why_unusable_report(report: object, accounts: tuple[str, ...]) -> str:
    """What is wrong with a report as a message, whatever it says; "" where nothing is."""
    if type(report) is not ExecutionReport:
        return f"a {type(report).__name__} is no report"
    problem = _unreadable(report, _REPORT) or _too_large(report, _REPORT_NUMBERS)
    if problem:
        return problem
    if report.account_id not in accounts:
        return f"account_id {report.account_id!r} is not held here"
    if not report.client_order_id and not report.venue_order_id:
        return "it names no order"
    return ""


def why_unusable_order(order: object) -> str:
    """What is wrong with an order as a query states it; "" where nothing is."""
    if type(order) is not VenueOrder:
        return f"a {type(order).__name__} is no order"
    problem = _unreadable(order, _ORDER) or _too_large(order, ("order_qty", "cum_qty", "ts_event"))
    if problem:
        return problem
    if order.limit_price is not None and abs(order.limit_price) > INT64_MAX:
        return "limit_price does not fit"
    if not order.venue_order_id or order.order_qty <= 0 or order.cum_qty < 0:
        return f"an order needs an id and a quantity, had {order.venue_order_id!r} and {order.order_qty}"
    return ""


def why_unusable_holding(holding: object) -> str:
    """What is wrong with a holding; "" where nothing is."""
    if type(holding) is not Holding or type(holding.commodity) is not str or not holding.commodity:
        return "it names no commodity"
    if type(holding.amount) is not int or abs(holding.amount) > MONEY_MAX:
        return f"amount of {holding.commodity} is no number that fits"
    return ""


def named(report: ExecutionReport) -> ExecutionReport:
    """The same report under a name: an order that was placed elsewhere may have no client order id."""
    if report.client_order_id:
        return report
    return msgspec.structs.replace(report, client_order_id=external_id(report.venue_order_id))


def _unreadable(message: msgspec.Struct, decoder: "msgspec.msgpack.Decoder[Any]") -> str:
    try:
        encoded = msgspec.msgpack.encode(message)
        if len(encoded) > _TEXT_MAX:
            return f"it has {len(encoded)} bytes"
        decoder.decode(encoded)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
        return f"it cannot be read: {error}"
    return ""


def _too_large(message: object, names: tuple[str, ...]) -> str:
    for name in names:
        if abs(getattr(message, name)) > INT64_MAX:
            return f"{name} does not fit"
    return ""
