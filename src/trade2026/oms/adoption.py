"""Orders that the venue has and we never sent: what must be known of one before it can count."""

from trade2026.model.enums import ExecType, OrderType, TimeInForce
from trade2026.model.events import OrderAdopted
from trade2026.model.execution import ExecutionReport
from trade2026.oms.state import EXTERNAL, AccountOrders, OmsState, Order, Working
from trade2026.primitives.fixed_point import INT64_MAX

_ABOUT_AN_ORDER = frozenset(
    {
        ExecType.NEW,
        ExecType.TRADE,
        ExecType.CANCELED,
        ExecType.EXPIRED,
        ExecType.RESTATED,
        ExecType.SUSPENDED,
        ExecType.STOPPED,
        ExecType.DONE_FOR_DAY,
    }
)


def adopt(
    state: OmsState, account: AccountOrders, report: ExecutionReport
) -> tuple[OrderAdopted, Order] | str:
    """The adoption and the order as it would be, before what the report says of it; or what is missing."""
    if report.exec_type not in _ABOUT_AN_ORDER:
        return "and the report is not about an order"
    if not report.client_order_id:
        return "and it was empty"
    if not report.instrument_id or report.side is None:
        return "its instrument and side are not known, so that it cannot be taken up"
    quantity = report.order_qty or report.last_qty
    if not 0 < quantity <= INT64_MAX or not 0 <= report.limit_price <= INT64_MAX:
        return f"its quantity and price cannot be used, were {quantity} and {report.limit_price}"
    order_type = report.order_type or (OrderType.LIMIT if report.limit_price else OrderType.MARKET)
    limit_price = report.limit_price if order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT) else None
    if limit_price == 0:
        return f"its limit price is missing, type was {order_type}"
    event = OrderAdopted(
        state.next_order_id, report.ts_event, account.account.account_id, report.client_order_id,
        report.venue_order_id, report.instrument_id, report.side, order_type,
        report.time_in_force or TimeInForce.GTC, quantity, limit_price, report.limit_price or report.last_px,
    )  # fmt: skip
    return event, adopted_order(event)


def adopted_order(event: OrderAdopted) -> Order:
    """The order that an adoption makes."""
    return Order(
        event.order_id, event.account_id, event.client_order_id, EXTERNAL, EXTERNAL, event.instrument_id,
        event.side, event.order_type, event.time_in_force, event.order_qty, event.limit_price,
        event.ts_event, 0, 0, working=Working.WORKING, venue_order_id=event.venue_order_id,
    )  # fmt: skip
