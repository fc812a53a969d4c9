"""Joins the engines' answers into the events of one command: the whole order path is in this file."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from trade2026.ledger.adjust import decide_adjustment, decide_contra
from trade2026.ledger.decide import (
    decide_instrument,
    decide_marks,
    decide_rate,
    decide_trade,
    decide_transfer,
)
from trade2026.ledger.state import LedgerState
from trade2026.model.commands import (
    AdjustPosition,
    CancelOrder,
    EndHeldOrder,
    MarkUnknown,
    MoveTrigger,
    OpenAccount,
    RecallOrders,
    RecordClock,
    RecordMarks,
    RecordReconciliation,
    RegisterInstrument,
    ReplaceOrder,
    ReportExecution,
    ResolveNotReceived,
    RetireOrders,
    SetAccountLimits,
    SetEntitlement,
    SetInstrumentLimits,
    SetRate,
    SetTradingState,
    SetVenueSession,
    StartRun,
    StopRun,
    SubmitOrder,
    TransferCash,
    TriggerOrder,
)
from trade2026.model.events import (
    AccountOpened,
    ClockRecorded,
    CommandDenied,
    EntitlementSet,
    Event,
    FillBusted,
    InvalidTransition,
    OrderAdopted,
    OrderApproved,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderPendingReplace,
    OrderRefused,
    OrderReplaced,
    ReconciliationRecorded,
    ReplaceRefused,
    RunStarted,
    RunStopped,
    VenueSessionSet,
)
from trade2026.oms.contingency import after_end
from trade2026.oms.decide import decide_cancel, decide_replace, decide_submit
from trade2026.oms.held import decide_end, decide_move, decide_trigger
from trade2026.oms.report import decide_report
from trade2026.oms.retire import decide_recall, decide_retire
from trade2026.oms.state import OmsState, Order, Working
from trade2026.oms.unknown import decide_not_received, decide_unknown
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier
from trade2026.risk.check import failures, reserve_price_of
from trade2026.risk.decide import (
    decide_account_limits,
    decide_instrument_limits,
    decide_trading_state,
    decide_withdrawal,
)
from trade2026.risk.sizing import largest_quantity
from trade2026.risk.state import RiskState
from trade2026.risk.terms_check import reducible
from trade2026.trading.holding import context_of, hold_or_send


class Engines(NamedTuple):
    """The states of the pure engines, side by side; none of them sees another."""

    oms: OmsState
    risk: RiskState
    ledger: LedgerState


def _submit(engines: Engines, command: SubmitOrder) -> tuple[Event, ...]:
    """Order management first, then risk: denied, refused, repeated, approved or held."""
    answer = decide_submit(engines.oms, command)
    if answer is not None:
        return (answer,)
    risk = engines.risk
    context = None if command.instructions is None else context_of(engines.oms, command)
    found = failures(risk, command, None, context)
    version = risk.accounts[command.account_id].limits_version
    if found:
        return (
            OrderRefused(
                command.now, command.account_id, command.client_order_id, command.strategy_id,
                command.instrument_id, command.side, command.order_type, command.time_in_force,
                command.order_qty, command.limit_price, version, tuple(found),
                largest_quantity(risk, command, found, None, context), command.instructions,
            ),
        )  # fmt: skip
    assert command.reference_price is not None, "an order without a reference price is refused"
    approved = OrderApproved(
        engines.oms.next_order_id, command.now, command.account_id, command.client_order_id,
        command.trader_id, command.strategy_id, command.instrument_id, command.side,
        command.order_type, command.time_in_force, command.order_qty, command.limit_price,
        command.reference_price, command.reference_ts, version, command.session_open,
        command.session_close, command.instructions,
    )  # fmt: skip
    if command.instructions is None:
        return (approved,)
    return hold_or_send(engines.oms, risk.instruments[command.instrument_id], approved)


def _cancel(engines: Engines, command: CancelOrder) -> tuple[Event, ...]:
    answer = decide_cancel(engines.oms, command)
    if type(answer) is OrderCanceled:
        order = engines.oms.orders[answer.order_id]
        return (answer, *after_end(engines.oms, order, order.cum_qty, command.now))
    return (answer,)


def _replace(engines: Engines, command: ReplaceOrder) -> tuple[Event, ...]:
    """A replace is checked by risk as the order it would become."""
    order = decide_replace(engines.oms, command)
    if not isinstance(order, Order):
        return (order,)
    risk = engines.risk
    trigger_price = order.trigger_price if command.trigger_price is None else command.trigger_price
    terms = _terms(risk, order, command, trigger_price)
    held = risk.open_orders[order.order_id]
    found = failures(risk, terms, held)
    version = risk.accounts[command.account_id].limits_version
    if found:
        return (
            ReplaceRefused(
                command.now, command.account_id, command.client_order_id, order.order_id, command.order_qty,
                command.limit_price, version, tuple(found), largest_quantity(risk, terms, found, held),
                command.trigger_price,
            ),
        )  # fmt: skip
    assert command.reference_price is not None, "a replace without a reference price is refused"
    if order.working is Working.HELD:
        return (
            OrderReplaced(
                order.order_id, command.now, command.client_order_id, command.order_qty, command.limit_price,
                trigger_price, reserve_price_of(risk, terms),
            ),
        )  # fmt: skip
    order_qty = command.order_qty
    if order.is_managed:  # The venue knows only of the part that it has.
        order_qty -= order.cum_qty - order.leg_cum
    return (
        OrderPendingReplace(
            order.order_id, command.now, command.account_id, command.client_order_id, order.client_order_id,
            order.instrument_id, order_qty, command.limit_price, command.reference_price, version,
            command.trigger_price,
        ),
    )  # fmt: skip


def _terms(risk: RiskState, order: Order, command: ReplaceOrder, trigger_price: int | None) -> SubmitOrder:
    """The order as it would be with the replacement's terms."""
    environment = risk.accounts[order.account_id].account.environment
    instructions = order.instructions
    if instructions is not None and trigger_price is not None:
        instructions = msgspec.structs.replace(instructions, trigger_price=trigger_price)
    return SubmitOrder(
        command.now, order.account_id, command.client_order_id, command.trader_id, order.strategy_id,
        environment, order.instrument_id, order.side, order.order_type, order.time_in_force,
        command.order_qty, command.limit_price, command.reference_price, command.reference_ts,
        command.session_open, command.session_close, instructions,
    )  # fmt: skip


def _report(engines: Engines, command: ReportExecution) -> tuple[Event, ...]:
    """What the report means for the order and, when it is a fill or takes one back, for the books."""
    events = decide_report(engines.oms, command.report)
    event = events[0]
    if len(events) == 1:
        if type(event) is OrderFilled:
            return (event, decide_trade(engines.ledger, event))
        return events
    return _booked(engines, command, events)


def _booked(engines: Engines, command: ReportExecution, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events with each fill's booking right behind it; there is at most one fill in a report."""
    booked: list[Event] = []
    for event in events:
        booked.append(event)
        if type(event) is OrderFilled:
            booked.append(decide_trade(engines.ledger, event))
        elif type(event) is FillBusted:
            booked.append(decide_contra(engines.ledger, event))
        elif type(event) is OrderAdopted and event.instrument_id not in engines.ledger.instruments:
            report = command.report
            text = f"instrument {event.instrument_id!r} is not registered; the order cannot be taken up"
            return (
                InvalidTransition(
                    report.account_id, report.client_order_id, report.exec_type, report.ts_event, text
                ),
            )
    return tuple(booked)


def _trigger(engines: Engines, command: TriggerOrder) -> tuple[Event, ...]:
    order = engines.oms.orders.get(command.order_id)
    if order is None:
        return ()
    largest = None
    if order.instructions is not None and order.instructions.reduce_only:
        largest = reducible(engines.risk, order.account_id, order.instrument_id, order.side)
    return decide_trigger(engines.oms, command, largest)


def _move(engines: Engines, command: MoveTrigger) -> tuple[Event, ...]:
    order = engines.oms.orders.get(command.order_id)
    if order is None:
        return ()
    return decide_move(engines.oms, command, engines.risk.instruments[order.instrument_id].tick_size)


def _end_held(engines: Engines, command: EndHeldOrder) -> tuple[Event, ...]:
    events = decide_end(engines.oms, command)
    if events and type(events[0]) is OrderExpired:
        order = engines.oms.orders[command.order_id]
        return (*events, *after_end(engines.oms, order, order.cum_qty, command.now))
    return events


def _mark_unknown(engines: Engines, command: MarkUnknown) -> tuple[Event, ...]:
    return decide_unknown(engines.oms, command)


def _not_received(engines: Engines, command: ResolveNotReceived) -> tuple[Event, ...]:
    return decide_not_received(engines.oms, command)


def _venue_session(engines: Engines, command: SetVenueSession) -> tuple[Event, ...]:
    if all(each.venue != command.venue for each in engines.risk.instruments.values()):
        return (CommandDenied(command.now, f"venue {command.venue!r} trades no instrument of this desk"),)
    return (VenueSessionSet(command.now, command.venue, command.state, command.text),)


def _reconciliation(engines: Engines, command: RecordReconciliation) -> tuple[Event, ...]:
    return (
        ReconciliationRecorded(
            command.now, command.venue, command.passes, command.is_converged, command.orders,
            command.executions, command.differences,
        ),
    )  # fmt: skip


def _adjust(engines: Engines, command: AdjustPosition) -> tuple[Event, ...]:
    return (decide_adjustment(engines.ledger, command),)


def _register_instrument(engines: Engines, command: RegisterInstrument) -> tuple[Event, ...]:
    instrument_id = command.instrument.instrument_id
    for account in engines.risk.accounts.values():
        exposure = account.exposures.get(instrument_id)
        if exposure is not None and exposure.open_orders:
            text = f"instrument {instrument_id!r} has {exposure.open_orders} open orders; cancel them first"
            return (CommandDenied(command.now, text),)
    return (decide_instrument(engines.ledger, command),)


def _open_account(engines: Engines, command: OpenAccount) -> tuple[Event, ...]:
    account = command.account
    try:
        check_identifier(account.account_id, "account_id")
        check_identifier(account.base_currency, "base_currency")
    except InputError as error:
        return (CommandDenied(command.now, str(error)),)
    if account.account_id in engines.oms.accounts:
        return (CommandDenied(command.now, f"account_id {account.account_id!r} is open already"),)
    return (AccountOpened(command.now, account),)


def _entitlement(engines: Engines, command: SetEntitlement) -> tuple[Event, ...]:
    if command.account_id not in engines.oms.accounts:
        text = f"account_id {command.account_id!r} is not open; open it first"
        return (CommandDenied(command.now, text),)
    try:
        check_identifier(command.trader_id, "trader_id")
    except InputError as error:
        return (CommandDenied(command.now, str(error)),)
    return (EntitlementSet(command.now, command.account_id, command.trader_id, command.entitled),)


def _clock(engines: Engines, command: RecordClock) -> tuple[Event, ...]:
    return (ClockRecorded(command.now, command.wall_ns),)


def _marks(engines: Engines, command: RecordMarks) -> tuple[Event, ...]:
    return (decide_marks(engines.ledger, command),)


def _rate(engines: Engines, command: SetRate) -> tuple[Event, ...]:
    return (decide_rate(engines.ledger, command),)


def _transfer(engines: Engines, command: TransferCash) -> tuple[Event, ...]:
    held = decide_withdrawal(engines.risk, command)
    return (decide_transfer(engines.ledger, command) if held is None else held,)


def _account_limits(engines: Engines, command: SetAccountLimits) -> tuple[Event, ...]:
    return (decide_account_limits(engines.risk, command),)


def _instrument_limits(engines: Engines, command: SetInstrumentLimits) -> tuple[Event, ...]:
    return (decide_instrument_limits(engines.risk, command),)


def _trading_state(engines: Engines, command: SetTradingState) -> tuple[Event, ...]:
    return (decide_trading_state(engines.risk, command),)


def _start_run(engines: Engines, command: StartRun) -> tuple[Event, ...]:
    running = engines.risk.environment
    if running is not None and running is not command.environment:
        text = f"this journal runs {running}, was {command.environment}; start another folder"
        return (CommandDenied(command.now, text),)
    return (
        RunStarted(command.now, command.run_id, command.environment, command.code_version, command.details),
    )


def _stop_run(engines: Engines, command: StopRun) -> tuple[Event, ...]:
    return (RunStopped(command.now, command.run_id, command.input_sha256, command.text),)


def _retire(engines: Engines, command: RetireOrders) -> tuple[Event, ...]:
    return (decide_retire(engines.oms, command),)


def _recall(engines: Engines, command: RecallOrders) -> tuple[Event, ...]:
    return (decide_recall(engines.oms, command),)


DECIDERS: Final[dict[type, Callable[[Engines, Any], tuple[Event, ...]]]] = {
    SubmitOrder: _submit,
    CancelOrder: _cancel,
    ReplaceOrder: _replace,
    ReportExecution: _report,
    RegisterInstrument: _register_instrument,
    OpenAccount: _open_account,
    RecordMarks: _marks,
    SetRate: _rate,
    TransferCash: _transfer,
    SetAccountLimits: _account_limits,
    SetInstrumentLimits: _instrument_limits,
    SetTradingState: _trading_state,
    StartRun: _start_run,
    StopRun: _stop_run,
    SetEntitlement: _entitlement,
    RecordClock: _clock,
    TriggerOrder: _trigger,
    MoveTrigger: _move,
    EndHeldOrder: _end_held,
    MarkUnknown: _mark_unknown,
    ResolveNotReceived: _not_received,
    SetVenueSession: _venue_session,
    RecordReconciliation: _reconciliation,
    AdjustPosition: _adjust,
    RetireOrders: _retire,
    RecallOrders: _recall,
}
"""Every command, and what answers it."""
