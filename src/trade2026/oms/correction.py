"""Busts and corrections: what the venue says of an execution that it reported before.

A bust takes an execution back, a correction takes it back and states it anew; a chain of corrections ends at
one execution that counts. One that names an execution which has not arrived waits for it.
"""

import msgspec

from trade2026.model.enums import AlarmKind, ExecType
from trade2026.model.events import (
    AlarmRaised,
    Event,
    ExecutionRepeated,
    FillBusted,
    InvalidTransition,
    ReportParked,
)
from trade2026.model.execution import ExecutionReport
from trade2026.model.lists import opposite
from trade2026.oms.parts import is_of_earlier_part, move_total
from trade2026.oms.state import AccountOrders, Booked, DoneReason, Order


def live_execution(executions: dict[str, Booked], execution_id: str) -> tuple[str, Booked]:
    """The end of a chain of corrections that begins at an execution that was booked."""
    booked = executions[execution_id]
    while booked.superseded_by and booked.superseded_by in executions:
        execution_id = booked.superseded_by
        booked = executions[execution_id]
    return execution_id, booked


def decide_correction(account: AccountOrders, order: Order, report: ExecutionReport) -> tuple[Event, ...]:
    """What a TRADE_CANCEL or TRADE_CORRECT means; a bust is booked by a contra entry, never by an edit."""
    ref = report.ref_execution_id
    if not ref:
        return (invalid(report, "a bust or a correction needs ref_execution_id, was empty"),)
    executions = account.executions.get(order.instrument_id, {})
    if ref not in executions:
        return _park(account, order, report)
    live_id, live = live_execution(executions, ref)
    if live.order_id != order.order_id:
        return (invalid(report, f"execution {ref!r} is of order {live.order_id}"),)
    is_bust = report.exec_type is ExecType.TRADE_CANCEL
    if live.is_busted:
        if is_bust:
            return (repeated(report),)
        return (invalid(report, f"execution {live_id!r} was taken back; it cannot be corrected"),)
    if is_bust:
        return _taken_back(account, order, live_id, live, report, None, f"took back {live_id!r}")
    correction = _correction(executions, order, live_id, live, report)
    if isinstance(correction, str):
        return (repeated(report),) if not correction else (invalid(report, correction),)
    return _taken_back(account, order, live_id, live, report, correction, f"corrected {live_id!r}")


def _taken_back(
    account: AccountOrders,
    order: Order,
    live_id: str,
    live: Booked,
    report: ExecutionReport,
    correction: ExecutionReport | None,
    what: str,
) -> tuple[Event, ...]:
    is_earlier = is_of_earlier_part(account, order, live.part_id)
    event = _bust(order, live_id, live, report, correction, is_earlier=is_earlier)
    change = (0 if correction is None else correction.last_qty) - live.last_qty
    moved = move_total(order, change, report.ts_event) if is_earlier else ()
    return (event, *moved, *_alarm(order, report, what))


def _correction(
    executions: dict[str, Booked], order: Order, live_id: str, live: Booked, report: ExecutionReport
) -> ExecutionReport | str:
    """The trade that takes the place of the live one; "" for a repeat, else why there is none."""
    if report.execution_id != report.ref_execution_id and report.execution_id in executions:
        return ""  # This very correction was booked, and perhaps corrected since.
    content = (report.last_qty, report.last_px, report.commission, report.commission_currency)
    if content == (live.last_qty, live.last_px, live.commission, live.commission_currency):
        return ""
    if report.last_qty <= 0 or report.last_px <= 0:
        return f"a correction must be positive, was {report.last_qty} at {report.last_px}; a bust takes back"
    execution_id, number = report.execution_id or report.ref_execution_id, 1
    base = execution_id
    while execution_id in executions:  # Some venues state a correction under the id that it corrects.
        number += 1
        execution_id = f"{base}~{number}"
    return msgspec.structs.replace(
        report,
        exec_type=ExecType.TRADE,
        client_order_id=live.part_id or report.client_order_id,
        execution_id=execution_id,
        ref_execution_id=live_id,
        instrument_id=order.instrument_id,
    )


def _bust(
    order: Order,
    live_id: str,
    live: Booked,
    report: ExecutionReport,
    correction: ExecutionReport | None,
    *,
    is_earlier: bool,
) -> FillBusted:
    cum_qty = max(order.cum_qty - live.last_qty, 0)
    is_short = cum_qty + order.prevented_qty < order.order_qty
    is_reopened = order.done_reason is DoneReason.FILLED and is_short and not is_earlier
    leaves_qty = order.leaves_qty
    if is_reopened:
        leaves_qty = order.order_qty - cum_qty - order.prevented_qty
    elif leaves_qty and (not is_earlier or correction is not None):
        leaves_qty += live.last_qty
    leaves_qty = min(leaves_qty, max(order.order_qty - cum_qty, 0))
    return FillBusted(
        order.order_id, report.ts_event, order.account_id, order.instrument_id, order.strategy_id,
        f"{live_id}~bust", live_id, opposite(order.side), live.last_qty, live.last_px, cum_qty, leaves_qty,
        -live.commission, live.commission_currency, is_reopened, correction, order.parent_id != 0,
        is_earlier,
    )  # fmt: skip


def _park(account: AccountOrders, order: Order, report: ExecutionReport) -> tuple[Event, ...]:
    parked = account.parked.get(order.instrument_id, {})
    waiting = msgspec.structs.replace(report, instrument_id=order.instrument_id)
    if parked.get(report.ref_execution_id) == waiting:
        return (repeated(report),)
    return (ReportParked(waiting),)


def _alarm(order: Order, report: ExecutionReport, what: str) -> tuple[AlarmRaised]:
    text = f"the venue {what} of order {order.order_id}"
    kind = AlarmKind.EXECUTION_CHANGED
    return (AlarmRaised(report.ts_event, kind, order.account_id, order.order_id, text),)


def invalid(report: ExecutionReport, text: str) -> InvalidTransition:
    """The report makes no sense for what it names; `text` says why."""
    return InvalidTransition(
        report.account_id, report.client_order_id, report.exec_type, report.ts_event, text
    )


def repeated(report: ExecutionReport) -> ExecutionRepeated:
    """The report says nothing that is not known."""
    about = report.ref_execution_id or report.client_order_id
    execution_id = report.execution_id or f"{report.exec_type}:{about}"
    return ExecutionRepeated(report.account_id, execution_id, report.ts_event)
