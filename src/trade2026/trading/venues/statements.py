"""Reports and words made of what a venue states, for a comparison with our books."""

import msgspec

from trade2026.model.enums import ExecType
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import VenueOrder
from trade2026.primitives.fixed_point import format_raw


def changed(report: ExecutionReport, **changes: object) -> ExecutionReport:
    """The report with other fields."""
    return msgspec.structs.replace(report, **changes)


def adoption(venue_order: VenueOrder, name: str) -> ExecutionReport:
    """What takes an order up that was placed elsewhere, under the name it has here."""
    return ExecutionReport(
        venue_order.account_id, name, ExecType.NEW, venue_order.ts_event, venue_order.venue_order_id,
        order_qty=venue_order.order_qty, limit_price=venue_order.limit_price or 0,
        instrument_id=venue_order.instrument_id, side=venue_order.side, order_type=venue_order.order_type,
        time_in_force=venue_order.time_in_force,
    )  # fmt: skip


def ending(venue_order: VenueOrder, name: str) -> ExecutionReport:
    """How such an order ended."""
    return ExecutionReport(
        venue_order.account_id, name, venue_order.exec_type, venue_order.ts_event, venue_order.venue_order_id,
        text=venue_order.text,
    )  # fmt: skip


def stated_execution(report: ExecutionReport) -> str:
    """Quantity and price of an execution, in words."""
    return f"{format_raw(report.last_qty)} at {format_raw(report.last_px)}"


def stated_terms(order_qty: int, limit_price: int | None) -> str:
    """Quantity and limit price of an order, in words."""
    return f"{format_raw(order_qty)} at {'market' if limit_price is None else format_raw(limit_price)}"
