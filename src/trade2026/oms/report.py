"""What a venue's report means for an order: pure, and every report gets an answer.

A report that repeats something known is `ExecutionRepeated`; one that makes no sense is
`InvalidTransition`. Neither changes anything, both are journaled. Executions stay legal after an
order is done: a fill that the venue confirmed is money, whatever we thought of the order.
"""

from collections.abc import Callable
from typing import Final

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
from trade2026.oms.state import AccountOrders, DoneReason, OmsState, Order, Request, Working
from trade2026.primitives.fixed_point import INT64_MAX

_TRADE: Final = ExecType.TRADE
_DONE: Final = Working.DONE

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
    if report.exec_type is _TRADE:
        return _trade(account, order, report)
    decide = _DECIDE.get(report.exec_type)
    if decide is None:
        return _invalid(report, f"{report.exec_type} is not understood")
    return decide(order, request, report)


def _invalid(report: ExecutionReport, text: str) -> InvalidTransition:
    return InvalidTransition(
        report.account_id, report.client_order_id, report.exec_type, report.ts_event, text
    )


def _repeated(report: ExecutionReport) -> ExecutionRepeated:
    execution_id = report.execution_id or f"{report.exec_type}:{report.client_order_id}"
    return ExecutionRepeated(report.account_id, execution_id, report.ts_event)


def _trade(account: AccountOrders, order: Order, report: ExecutionReport) -> Outcome:
    last_qty = report.last_qty
    executions = account.executions.get(order.instrument_id)
    booked = executions.get(report.execution_id) if executions is not None else None
    if booked is not None:
        same = (
            booked.order_id == order.order_id
            and booked.last_qty == last_qty
            and booked.last_px == report.last_px
            and booked.commission == report.commission
            and booked.commission_currency == report.commission_currency
        )
        if same:
            return _repeated(report)
        return _invalid(report, f"execution_id {report.execution_id!r} was booked with other content")
    cum_qty = order.cum_qty + last_qty
    problem = _unusable_trade(report, cum_qty)
    if problem is not None:
        return _invalid(report, problem)
    leaves_qty = order.order_qty - cum_qty
    if leaves_qty < 0 or order.working is _DONE:
        leaves_qty = 0
    return OrderFilled(
        order.order_id, report.ts_event, order.account_id, order.instrument_id, order.strategy_id,
        report.execution_id, order.side, last_qty, report.last_px, cum_qty, leaves_qty,
        report.commission, report.commission_currency, report.liquidity_side,
    )  # fmt: skip


def _unusable_trade(report: ExecutionReport, cum_qty: int) -> str | None:
    """What keeps a trade from being booked; a bound here keeps the books within theirs."""
    if not report.execution_id:
        return "a trade needs an execution_id, was empty"
    if report.last_qty <= 0 or report.last_px <= 0:
        return f"last_qty and last_px must be positive, were {report.last_qty} and {report.last_px}"
    commission = abs(report.commission)
    if cum_qty > INT64_MAX or report.last_px > INT64_MAX or report.last_qty + commission > INT64_MAX:
        return "quantity, price and commission must fit int64 together with what was filled before"
    if commission and not report.commission_currency:
        return f"commission_currency must be given, was empty for a commission of {report.commission}"
    return None


def _new(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    """A fill may come first; the acknowledgement after it still brings the venue's id."""
    if not _names_order(order, request, report) or order.done_reason is DoneReason.REJECTED:
        return _invalid(report, f"order {order.order_id} cannot be acknowledged by this")
    if order.venue_order_id:
        if report.venue_order_id in ("", order.venue_order_id):
            return _repeated(report)
        return _invalid(report, f"order {order.order_id} has venue_order_id {order.venue_order_id!r} already")
    if order.working is not Working.SENT and not report.venue_order_id:
        return _repeated(report)
    return OrderAcknowledged(order.order_id, report.ts_event, report.venue_order_id)


def _names_order(order: Order, request: Request, report: ExecutionReport) -> bool:
    """Whether the report answers the order itself, and not a request to change it."""
    return request.submit is not None or report.client_order_id == order.client_order_id


def _rejected(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    if order.done_reason is DoneReason.REJECTED:
        return _repeated(report)
    if order.cum_qty > 0 or order.working is _DONE:
        return _invalid(
            report, f"order {order.order_id} has {order.cum_qty} filled, or is done; it cannot be rejected"
        )
    if not _names_order(order, request, report):
        return _invalid(report, "a request to change an order is refused by CANCEL_REJECTED")
    if order.venue_order_id and report.venue_order_id != order.venue_order_id:
        # A duplicate of an id that works must not end the order that has it.
        return _invalid(report, f"order {order.order_id} works at the venue as {order.venue_order_id!r}")
    return OrderRejected(order.order_id, report.ts_event, report.text)


def _canceled(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    unended = _unended(order, DoneReason.CANCELED, report)
    return unended or OrderCanceled(order.order_id, report.ts_event, report.text)


def _expired(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    unended = _unended(order, DoneReason.EXPIRED, report)
    return unended or OrderExpired(order.order_id, report.ts_event, report.text)


def _unended(order: Order, reason: DoneReason, report: ExecutionReport) -> Outcome | None:
    """Why the report does not end the order: it had ended so before, or otherwise; None when it does."""
    if order.done_reason is reason:
        return _repeated(report)
    if _is_over(order):
        return _invalid(report, f"order {order.order_id} is {order.done_reason} already")
    return None


def _is_over(order: Order) -> bool:
    """Whether nothing can end it any more; with a replace unanswered a filled order may still have more."""
    return order.working is _DONE and not order.pending_replace_id


def _replaced(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    if request.submit is None and order.client_order_id == report.client_order_id:
        return _repeated(report)
    if order.pending_replace_id != report.client_order_id:
        return _invalid(report, f"order {order.order_id} has no such replace pending")
    limit_price = None if order.limit_price is None else report.limit_price
    if not 0 < report.order_qty <= INT64_MAX or (
        limit_price is not None and not 0 < limit_price <= INT64_MAX
    ):
        return _invalid(
            report,
            f"order_qty and limit_price of a replace must be positive, "
            f"were {report.order_qty} and {report.limit_price}",
        )
    order_qty = max(report.order_qty, order.cum_qty)
    return OrderReplaced(order.order_id, report.ts_event, report.client_order_id, order_qty, limit_price)


def _cancel_rejected(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    client_order_id = report.client_order_id
    if client_order_id not in (order.pending_cancel_id, order.pending_replace_id):
        if request.change is None or client_order_id == order.client_order_id:
            return _invalid(report, f"order {order.order_id} has no such request pending")
        return _repeated(report)  # Answered before, or by the order's end.
    was_replace = client_order_id == order.pending_replace_id
    return CancelRejected(order.order_id, report.ts_event, client_order_id, was_replace, report.text)


_DECIDE: dict[ExecType, Callable[[Order, Request, ExecutionReport], Outcome]] = {
    ExecType.NEW: _new,
    ExecType.REJECTED: _rejected,
    ExecType.CANCELED: _canceled,
    ExecType.EXPIRED: _expired,
    ExecType.REPLACED: _replaced,
    ExecType.CANCEL_REJECTED: _cancel_rejected,
}
