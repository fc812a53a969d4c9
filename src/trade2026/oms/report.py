"""What a venue's report means for an order: pure, and every report gets an answer.

A report that repeats something known is `ExecutionRepeated`; one that makes no sense is
`InvalidTransition`. Neither changes anything, both are journaled. Executions stay legal after an
order is done: a fill that the venue confirmed is money, whatever we thought of the order.
"""

from collections.abc import Callable
from typing import Final

from trade2026.model.enums import AlarmKind, ExecType, TimeInForce
from trade2026.model.events import (
    AlarmRaised,
    CancelRejected,
    Event,
    ExecutionRepeated,
    InvalidTransition,
    OrderAcknowledged,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderSuspended,
    ParkedReportTaken,
)
from trade2026.model.execution import ExecutionReport
from trade2026.oms.adoption import adopt
from trade2026.oms.contingency import after_end, after_replace, after_restate
from trade2026.oms.correction import decide_correction, invalid, repeated
from trade2026.oms.fill import NEVER_TRADED, decide_trade_report, new_fill
from trade2026.oms.parts import is_of_earlier_part
from trade2026.oms.state import AccountOrders, DoneReason, OmsState, Order, Request, Working
from trade2026.oms.terms import OWN_PREFIX
from trade2026.primitives.fixed_point import INT64_MAX, format_raw

_TRADE: Final = ExecType.TRADE
_CHANGES: Final = frozenset({ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL})
_DONE: Final = Working.DONE
_HELD: Final = Working.HELD

Outcome = (
    OrderAcknowledged
    | OrderRejected
    | OrderFilled
    | OrderCanceled
    | OrderExpired
    | OrderReplaced
    | OrderRestated
    | OrderSuspended
    | CancelRejected
    | ExecutionRepeated
    | InvalidTransition
)


def decide_report(state: OmsState, report: ExecutionReport) -> tuple[Event, ...]:
    """The events the report stands for; each fill still has to be booked by the ledger.

    A parked report that is decided now says so first; a report under an unknown id that says what order it
    is about is taken up as an external order.
    """
    account = state.accounts.get(report.account_id)
    if account is None:
        return (invalid(report, "no account of ours has this account_id"),)
    taken = _taken(state, report) if state.ripe else ()
    request = account.requests.get(report.client_order_id)
    if request is None or request.order_id == 0:
        return (*taken, *_unknown(state, account, report))
    order = state.orders[request.order_id]
    kind = report.exec_type
    if kind is _TRADE:
        events = decide_trade_report(state, account, order, report)
        return taken + events if taken else events
    if kind in _CHANGES:
        return (*taken, *decide_correction(account, order, report))
    if order.is_managed and is_of_earlier_part(account, order, report.client_order_id):
        return (repeated(report),)
    outcome = _DECIDE[kind](order, request, report)
    if type(outcome) is OrderAcknowledged:
        return (outcome,)
    if type(outcome) is CancelRejected and outcome.was_replace:
        rest = after_replace(order, outcome, order.cum_qty, report.ts_event)
        if _is_own(outcome.client_order_id):
            return (outcome, *_not_reduced(order, report), *rest)
        return (outcome, *rest)
    if type(outcome) is OrderReplaced and order.is_managed:
        return (outcome, *after_replace(order, outcome, order.cum_qty, report.ts_event))
    if type(outcome) is OrderRestated and outcome.leg_qty:
        return (outcome, *after_restate(order, outcome))
    if type(outcome) in _ENDS and account.children.get(order.order_id):
        return (outcome, *after_end(state, order, order.cum_qty, report.ts_event))
    return (outcome,)


def _is_own(client_order_id: str) -> bool:
    return client_order_id.startswith(OWN_PREFIX)


def _not_reduced(order: Order, report: ExecutionReport) -> tuple[Event, ...]:
    """The venue would not change an order as the fills of its list ask for: both may fill in full."""
    if order.working is _DONE:
        return ()
    text = f"order {order.order_id} keeps its quantity though its list has filled: {report.text}"
    kind = AlarmKind.DOUBLE_FILL
    return (AlarmRaised(report.ts_event, kind, order.account_id, order.order_id, text),)


def _taken(state: OmsState, report: ExecutionReport) -> tuple[Event, ...]:
    """Whether this very report was waiting for its turn."""
    if state.ripe[0] != report:
        return ()
    return (ParkedReportTaken(report.account_id, report.instrument_id, report.ref_execution_id),)


def _unknown(state: OmsState, account: AccountOrders, report: ExecutionReport) -> tuple[Event, ...]:
    """Under an id that is not ours: an external order where the report says enough, else nothing we know."""
    adopted = adopt(state, account, report)
    if isinstance(adopted, str):
        return (invalid(report, f"no order of ours has this client_order_id; {adopted}"),)
    event, order = adopted
    text = f"{report.client_order_id!r} was placed elsewhere: {order.side} {format_raw(order.order_qty)}"
    alarm = AlarmRaised(report.ts_event, AlarmKind.EXTERNAL_ORDER, order.account_id, order.order_id, text)
    if report.exec_type is _TRADE:
        return (event, alarm, *new_fill(state, order, report))
    if report.exec_type is ExecType.NEW:
        return (event, alarm)
    outcome = _DECIDE[report.exec_type](order, Request(order.order_id, None, None), report)
    return (event, alarm, outcome)


def _new(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    """A fill may come first; the acknowledgement after it still brings the venue's id."""
    if not _names_order(order, request, report) or order.done_reason in NEVER_TRADED:
        return invalid(report, f"order {order.order_id} cannot be acknowledged by this")
    if order.working is _HELD:
        return invalid(report, f"nothing of order {order.order_id} is at the venue")
    if order.venue_hold is not None and report.venue_order_id in ("", order.venue_order_id):
        return OrderRestated(
            order.order_id, report.ts_event, order.order_qty, order.limit_price, "works again", order.leg_qty
        )
    if order.venue_order_id:
        if report.venue_order_id in ("", order.venue_order_id):
            return repeated(report)
        return invalid(report, f"order {order.order_id} has venue_order_id {order.venue_order_id!r} already")
    if order.working is not Working.SENT and not report.venue_order_id:
        return repeated(report)
    return OrderAcknowledged(order.order_id, report.ts_event, report.venue_order_id)


def _names_order(order: Order, request: Request, report: ExecutionReport) -> bool:
    """Whether the report answers the order itself, or its last part, and not a request to change it."""
    return request.change is None or report.client_order_id == order.client_order_id


def _rejected(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    """A no to the order. Late, of an order that had been acknowledged and has no fill, it counts too."""
    if order.done_reason is DoneReason.REJECTED:
        return repeated(report)
    if (order.cum_qty > 0 and not order.is_managed) or order.working is _DONE:
        return invalid(
            report, f"order {order.order_id} has {order.cum_qty} filled, or is done; it cannot be rejected"
        )
    if not _names_order(order, request, report):
        return invalid(report, "a request to change an order is refused by CANCEL_REJECTED")
    if order.venue_order_id and report.venue_order_id != order.venue_order_id:
        # A duplicate of an id that works must not end the order that has it.
        return invalid(report, f"order {order.order_id} works at the venue as {order.venue_order_id!r}")
    if order.cum_qty > 0:
        return OrderCanceled(order.order_id, report.ts_event, f"a part was rejected: {report.text}")
    return OrderRejected(order.order_id, report.ts_event, report.text)


def _canceled(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    unended = _unended(order, DoneReason.CANCELED, report)
    if unended is not None:
        return unended
    if (
        order.is_managed
        and order.time_in_force is TimeInForce.GTD
        and order.pending_cancel_id.startswith(OWN_PREFIX)
        and report.ts_event >= order.ends_at
    ):
        return OrderExpired(order.order_id, report.ts_event, "its expire_time was reached")
    prevented = _prevented(order, report)
    return OrderCanceled(order.order_id, report.ts_event, report.text, prevented_qty=prevented)


def _expired(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    unended = _unended(order, DoneReason.EXPIRED, report)
    return unended or OrderExpired(order.order_id, report.ts_event, report.text, _prevented(order, report))


def _prevented(order: Order, report: ExecutionReport) -> int:
    """What self-trade prevention took off, never more than was left."""
    return min(max(report.prevented_qty, 0), order.leaves_qty)


def _unended(order: Order, reason: DoneReason, report: ExecutionReport) -> Outcome | None:
    """Why the report does not end the order: it had ended so before, or otherwise; None when it does."""
    if order.done_reason is reason:
        return repeated(report)
    if _is_over(order):
        return invalid(report, f"order {order.order_id} is {order.done_reason} already")
    if order.working is _HELD:
        return invalid(report, f"nothing of order {order.order_id} is at the venue")
    return None


def _is_over(order: Order) -> bool:
    """Whether nothing can end it any more; with a replace unanswered a filled order may still have more."""
    return order.working is _DONE and not order.pending_replaces


def _replaced(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    if request.submit is None and order.client_order_id == report.client_order_id:
        return repeated(report)
    if all(each.client_order_id != report.client_order_id for each in order.pending_replaces):
        return invalid(report, f"order {order.order_id} has no such replace pending")
    problem = _unusable_terms(order, report)
    if problem is not None:
        return invalid(report, f"a replace {problem}")
    if order.is_overtaken(report.client_order_id, report.ts_event):
        # Its terms held for a while; later ones hold now.
        return OrderReplaced(
            order.order_id,
            report.ts_event,
            report.client_order_id,
            order.order_qty,
            order.limit_price,
            leg_qty=order.leg_qty,
        )
    limit_price = None if order.limit_price is None else report.limit_price
    if not order.is_managed:
        total = max(report.order_qty, order.cum_qty + order.prevented_qty)
        return OrderReplaced(order.order_id, report.ts_event, report.client_order_id, total, limit_price)
    leg_qty = max(report.order_qty, order.leg_cum)
    total = order.order_qty
    if not report.client_order_id.startswith(OWN_PREFIX):
        total = order.cum_qty - order.leg_cum + leg_qty
    elif order.parent_id == 0:
        total = min(total, order.cum_qty - order.leg_cum + leg_qty)
    return OrderReplaced(
        order.order_id, report.ts_event, report.client_order_id, total, limit_price, leg_qty=leg_qty
    )


def _unusable_terms(order: Order, report: ExecutionReport) -> str | None:
    limit_price = report.limit_price
    if 0 < report.order_qty <= INT64_MAX and (order.limit_price is None or 0 < limit_price <= INT64_MAX):
        return None
    return f"must have positive order_qty and limit_price, had {report.order_qty} and {limit_price}"


def _cancel_rejected(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    client_order_id = report.client_order_id
    was_replace = any(each.client_order_id == client_order_id for each in order.pending_replaces)
    if client_order_id != order.pending_cancel_id and not was_replace:
        if request.change is None or client_order_id == order.client_order_id:
            return invalid(report, f"order {order.order_id} has no such request pending")
        return repeated(report)  # Answered before, or by the order's end.
    return CancelRejected(order.order_id, report.ts_event, client_order_id, was_replace, report.text)


def _restated(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    """Other terms, unasked; they bring a suspended order back to work."""
    if _is_over(order) or order.working is _HELD:
        return invalid(report, f"order {order.order_id} does not work; it cannot be restated")
    problem = _unusable_terms(order, report)
    if problem is not None:
        return invalid(report, f"a restatement {problem}")
    limit_price = None if order.limit_price is None else report.limit_price
    if not order.is_managed:
        total = max(report.order_qty, order.cum_qty + order.prevented_qty)
        return OrderRestated(order.order_id, report.ts_event, total, limit_price, report.text)
    leg_qty = max(report.order_qty, order.leg_cum)
    total = max(order.order_qty + leg_qty - order.leg_qty, order.cum_qty)
    return OrderRestated(order.order_id, report.ts_event, total, limit_price, report.text, leg_qty)


def _suspended(order: Order, request: Request, report: ExecutionReport) -> Outcome:
    if order.venue_hold is report.exec_type:
        return repeated(report)
    if order.working is _DONE or order.working is _HELD:
        return invalid(report, f"order {order.order_id} does not work; it cannot be {report.exec_type}")
    return OrderSuspended(order.order_id, report.ts_event, report.exec_type, report.text)


_ENDS: Final = frozenset({OrderCanceled, OrderExpired, OrderRejected})

_DECIDE: dict[ExecType, Callable[[Order, Request, ExecutionReport], Outcome]] = {
    ExecType.NEW: _new,
    ExecType.REJECTED: _rejected,
    ExecType.CANCELED: _canceled,
    ExecType.EXPIRED: _expired,
    ExecType.REPLACED: _replaced,
    ExecType.CANCEL_REJECTED: _cancel_rejected,
    ExecType.RESTATED: _restated,
    ExecType.SUSPENDED: _suspended,
    ExecType.STOPPED: _suspended,
    ExecType.DONE_FOR_DAY: _suspended,
}
