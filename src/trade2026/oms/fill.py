"""What an execution means for its order: booked once, whatever the order's status; pure."""

from typing import Final

from trade2026.model.enums import AlarmKind, Scope, TradingState
from trade2026.model.events import AlarmRaised, Event, OrderFilled, TradingStateSet
from trade2026.model.execution import ExecutionReport
from trade2026.oms.contingency import after_fill
from trade2026.oms.correction import invalid, live_execution, repeated
from trade2026.oms.parts import is_of_earlier_part, move_total
from trade2026.oms.state import EXTERNAL, AccountOrders, Booked, DoneReason, OmsState, Order, Working
from trade2026.primitives.fixed_point import INT64_MAX

_DONE: Final = Working.DONE
NEVER_TRADED: Final = frozenset({DoneReason.REJECTED, DoneReason.NOT_RECEIVED})
"""Ends of an order after which no fill of it should come."""


def decide_trade_report(
    state: OmsState, account: AccountOrders, order: Order, report: ExecutionReport
) -> tuple[Event, ...]:
    """A fill that may be known already: the same again is none, and another under its id is an alarm."""
    executions = account.executions.get(order.instrument_id)
    booked = executions.get(report.execution_id) if executions is not None else None
    if booked is None:
        return new_fill(state, order, report)
    if _is_same(booked, order, report):
        return (repeated(report),)
    assert executions is not None
    _, live = live_execution(executions, report.execution_id)
    if _is_same(live, order, report):
        return (repeated(report),)
    text = f"execution_id {report.execution_id!r} was booked with other content"
    return (
        invalid(report, text),
        AlarmRaised(report.ts_event, AlarmKind.EXECUTION_CHANGED, order.account_id, order.order_id, text),
    )


def _is_same(booked: Booked, order: Order, report: ExecutionReport) -> bool:
    return (
        booked.order_id == order.order_id
        and booked.last_qty == report.last_qty
        and booked.last_px == report.last_px
        and booked.commission == report.commission
        and booked.commission_currency == report.commission_currency
    )


def new_fill(state: OmsState, order: Order, report: ExecutionReport) -> tuple[Event, ...]:
    """A fill under an id that was not booked yet, with all that follows from it."""
    last_qty = report.last_qty
    cum_qty = order.cum_qty + last_qty
    problem = _unusable_trade(report, cum_qty)
    if problem is not None:
        return (invalid(report, problem),)
    account = state.accounts[order.account_id]
    corrected_qty = _corrected_qty(account, order, report) if report.ref_execution_id else 0
    change, part_id = 0, ""
    if order.is_managed:
        part_id = report.client_order_id
        if not corrected_qty and is_of_earlier_part(account, order, part_id):
            change = last_qty  # Of a correction the total knows already.
    leaves_qty = order.order_qty + change - cum_qty - order.prevented_qty
    if leaves_qty < 0 or order.working is _DONE:
        leaves_qty = 0
    fill = OrderFilled(
        order.order_id, report.ts_event, order.account_id, order.instrument_id, order.strategy_id,
        report.execution_id, order.side, last_qty, report.last_px, cum_qty, leaves_qty,
        report.commission, report.commission_currency, report.liquidity_side, part_id,
    )  # fmt: skip
    if order.instructions is None and not order.is_managed and cum_qty <= order.order_qty:
        children = account.children
        if order.done_reason not in NEVER_TRADED and (not children or order.order_id not in children):
            return (fill,)
    moved = move_total(order, change, report.ts_event)
    return (fill, *moved, *after_fill(state, fill, last_qty - corrected_qty), *_pause(order, report))


def _corrected_qty(account: AccountOrders, order: Order, report: ExecutionReport) -> int:
    """What the execution had filled that this one names and corrects; 0 where it corrects none."""
    corrected = account.executions[order.instrument_id].get(report.ref_execution_id)
    return corrected.last_qty if corrected is not None and corrected.is_busted else 0


def _pause(order: Order, report: ExecutionReport) -> tuple[Event, ...]:
    """A fill of what should never have traded: whoever sent it is not to send more until a person looked."""
    if order.done_reason not in NEVER_TRADED:
        return ()
    text = f"order {order.order_id} was {order.done_reason} and filled all the same"
    alarm = AlarmRaised(report.ts_event, AlarmKind.FILL_AFTER_NO, order.account_id, order.order_id, text)
    if order.strategy_id in ("", EXTERNAL):
        return (alarm,)
    halt = TradingStateSet(
        report.ts_event, Scope.STRATEGY, order.strategy_id, TradingState.HALTED, EXTERNAL, text
    )
    return (alarm, halt)


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
