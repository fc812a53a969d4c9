"""What a venue's report means for an order: pure, and every report gets an answer.

A report that repeats something known is `ExecutionRepeated`; one that makes no sense is
`InvalidTransition`. Neither changes anything, both are journaled. Executions stay legal after an
order is done: a fill that the venue confirmed is money, whatever we thought of the order.
"""

from collections.abc import Callable

from trade2026.model.enums import ExecType
from trade2026.model.events import (
    CancelRejected,
    ExecutionRepeated,
    InvalidTransition,
    OrderAcknowledged,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from trade2026.model.execution import ExecutionReport
from trade2026.oms.state import AccountOrders, DoneReason, OmsState, Order, Working
from trade2026.primitives.fixed_point import INT64_MAX

Outcome = (
    OrderAcknowledged
    | OrderRejected
    | OrderFilled
    | OrderCanceled
    | OrderExpired
    | OrderReplaced
    | CancelRejected
    | ExecutionRepeated
    | InvalidTransition
)


def decide_report(state: OmsState, report: ExecutionReport) -> Outcome:
    """The event the report stands for; `OrderFilled` still has to be booked by the ledger."""
    account = state.accounts.get(report.account_id)
    request = None if account is None else account.requests.get(report.client_order_id)
    if account is None or request is None or request.order_id == 0:
        return _invalid(report, "no order of ours has this client_order_id")
    order = state.orders[request.order_id]
    if report.exec_type is ExecType.TRADE:
        return _trade(account, order, report)
    return _DECIDE[report.exec_type](order, report)


def _invalid(report: ExecutionReport, text: str) -> InvalidTransition:
    return InvalidTransition(
        report.account_id, report.client_order_id, report.exec_type, report.ts_event, text
    )


def _repeated(report: ExecutionReport) -> ExecutionRepeated:
    execution_id = report.execution_id or f"{report.exec_type}:{report.client_order_id}"
    return ExecutionRepeated(report.account_id, execution_id, report.ts_event)


def _trade(account: AccountOrders, order: Order, report: ExecutionReport) -> Outcome:
    last_qty = report.last_qty
    booked = account.executions.get(report.execution_id)
    if booked is not None:
        same = (
            booked.order_id == order.order_id
            and booked.last_qty == last_qty
            and booked.last_px == report.last_px
        )
        if same:
            return _repeated(report)
        return _invalid(report, f"execution_id {report.execution_id!r} was booked with other content")
    if not 0 < last_qty <= INT64_MAX or not report.execution_id:
        return _invalid(report, f"a trade needs an execution_id and a positive last_qty, was {last_qty}")
    cum_qty = order.cum_qty + last_qty
    leaves_qty = order.order_qty - cum_qty
    if leaves_qty < 0 or order.working is Working.DONE:
        leaves_qty = 0
    return OrderFilled(
        order.order_id, report.ts_event, order.account_id, order.instrument_id, order.strategy_id,
        report.execution_id, order.side, last_qty, report.last_px, cum_qty, leaves_qty,
        report.commission, report.commission_currency, report.liquidity_side,
    )  # fmt: skip


def _new(order: Order, report: ExecutionReport) -> Outcome:
    if order.venue_order_id or order.working is Working.WORKING:
        return _repeated(report)
    return OrderAcknowledged(order.order_id, report.ts_event, report.venue_order_id)


def _rejected(order: Order, report: ExecutionReport) -> Outcome:
    if order.done_reason is DoneReason.REJECTED:
        return _repeated(report)
    if order.cum_qty > 0 or order.working is Working.DONE:
        return _invalid(
            report, f"order {order.order_id} has {order.cum_qty} filled, or is done; it cannot be rejected"
        )
    return OrderRejected(order.order_id, report.ts_event, report.text)


def _canceled(order: Order, report: ExecutionReport) -> Outcome:
    if order.done_reason is DoneReason.CANCELED:
        return _repeated(report)
    if order.working is Working.DONE:
        return _invalid(report, f"order {order.order_id} is {order.done_reason} already")
    return OrderCanceled(order.order_id, report.ts_event, report.text)


def _expired(order: Order, report: ExecutionReport) -> Outcome:
    if order.done_reason is DoneReason.EXPIRED:
        return _repeated(report)
    if order.working is Working.DONE:
        return _invalid(report, f"order {order.order_id} is {order.done_reason} already")
    return OrderExpired(order.order_id, report.ts_event, report.text)


def _replaced(order: Order, report: ExecutionReport) -> Outcome:
    if order.client_order_id == report.client_order_id:
        return _repeated(report)
    if order.pending_replace_id != report.client_order_id:
        return _invalid(report, f"order {order.order_id} has no such replace pending")
    order_qty = max(report.order_qty, order.cum_qty)
    limit_price = None if order.limit_price is None else report.limit_price
    return OrderReplaced(order.order_id, report.ts_event, report.client_order_id, order_qty, limit_price)


def _cancel_rejected(order: Order, report: ExecutionReport) -> Outcome:
    if report.client_order_id not in (order.pending_cancel_id, order.pending_replace_id):
        return _repeated(report)
    was_replace = report.client_order_id == order.pending_replace_id
    return CancelRejected(order.order_id, report.ts_event, report.client_order_id, was_replace, report.text)


_DECIDE: dict[ExecType, Callable[[Order, ExecutionReport], Outcome]] = {
    ExecType.NEW: _new,
    ExecType.REJECTED: _rejected,
    ExecType.CANCELED: _canceled,
    ExecType.EXPIRED: _expired,
    ExecType.REPLACED: _replaced,
    ExecType.CANCEL_REJECTED: _cancel_rejected,
}
