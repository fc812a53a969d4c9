"""Joins the engines' answers into the events of one command: the whole order path is in this file."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from trade2026.ledger.decide import (
    decide_instrument,
    decide_marks,
    decide_rate,
    decide_trade,
    decide_transfer,
)
from trade2026.ledger.state import LedgerState
from trade2026.model.commands import (
    CancelOrder,
    OpenAccount,
    RecallOrders,
    RecordClock,
    RecordMarks,
    RegisterInstrument,
    ReplaceOrder,
    ReportExecution,
    RetireOrders,
    SetAccountLimits,
    SetEntitlement,
    SetInstrumentLimits,
    SetRate,
    SetTradingState,
    StartRun,
    StopRun,
    SubmitOrder,
    TransferCash,
)
from trade2026.model.events import (
    AccountOpened,
    ClockRecorded,
    CommandDenied,
    EntitlementSet,
    Event,
    OrderApproved,
    OrderFilled,
    OrderPendingReplace,
    OrderRefused,
    ReplaceRefused,
    RunStarted,
    RunStopped,
)
from trade2026.oms.decide import decide_cancel, decide_replace, decide_submit
from trade2026.oms.report import decide_report
from trade2026.oms.retire import decide_recall, decide_retire
from trade2026.oms.state import OmsState, Order
from trade2026.primitives.errors import InputError
from trade2026.primitives.identifiers import check_identifier
from trade2026.risk.check import failures
from trade2026.risk.decide import (
    decide_account_limits,
    decide_instrument_limits,
    decide_trading_state,
    decide_withdrawal,
)
from trade2026.risk.sizing import largest_quantity
from trade2026.risk.state import RiskState


class Engines(NamedTuple):
    """The states of the pure engines, side by side; none of them sees another."""

    oms: OmsState
    risk: RiskState
    ledger: LedgerState


def _submit(engines: Engines, command: SubmitOrder) -> tuple[Event, ...]:
    """Order management first, then risk: denied, refused, repeated or approved."""
    answer = decide_submit(engines.oms, command)
    if answer is not None:
        return (answer,)
    risk = engines.risk
    found = failures(risk, command)
    version = risk.accounts[command.account_id].limits_version
    if found:
        return (
            OrderRefused(
                command.now, command.account_id, command.client_order_id, command.strategy_id,
                command.instrument_id, command.side, command.order_type, command.time_in_force,
                command.order_qty, command.limit_price, version, tuple(found),
                largest_quantity(risk, command, found),
            ),
        )  # fmt: skip
    assert command.reference_price is not None, "an order without a reference price is refused"
    return (
        OrderApproved(
            engines.oms.next_order_id, command.now, command.account_id, command.client_order_id,
            command.trader_id, command.strategy_id, command.instrument_id, command.side,
            command.order_type, command.time_in_force, command.order_qty, command.limit_price,
            command.reference_price, command.reference_ts, version, command.session_open,
            command.session_close,
        ),
    )  # fmt: skip


def _cancel(engines: Engines, command: CancelOrder) -> tuple[Event, ...]:
    return (decide_cancel(engines.oms, command),)


def _replace(engines: Engines, command: ReplaceOrder) -> tuple[Event, ...]:
    """A replace is checked by risk as the order it would become."""
    order = decide_replace(engines.oms, command)
    if not isinstance(order, Order):
        return (order,)
    risk = engines.risk
    terms = _terms(risk, order, command)
    held = risk.open_orders[order.order_id]
    found = failures(risk, terms, held)
    version = risk.accounts[command.account_id].limits_version
    if found:
        return (
            ReplaceRefused(
                command.now, command.account_id, command.client_order_id, order.order_id, command.order_qty,
                command.limit_price, version, tuple(found), largest_quantity(risk, terms, found, held),
            ),
        )  # fmt: skip
    assert command.reference_price is not None, "a replace without a reference price is refused"
    return (
        OrderPendingReplace(
            order.order_id, command.now, command.account_id, command.client_order_id, order.client_order_id,
            order.instrument_id, command.order_qty, command.limit_price, command.reference_price, version,
        ),
    )  # fmt: skip


def _terms(risk: RiskState, order: Order, command: ReplaceOrder) -> SubmitOrder:
    """The order as it would be with the replacement's terms."""
    environment = risk.accounts[order.account_id].account.environment
    return SubmitOrder(
        command.now, order.account_id, command.client_order_id, command.trader_id, order.strategy_id,
        environment, order.instrument_id, order.side, order.order_type, order.time_in_force,
        command.order_qty, command.limit_price, command.reference_price, command.reference_ts,
        command.session_open, command.session_close,
    )  # fmt: skip


def _report(engines: Engines, command: ReportExecution) -> tuple[Event, ...]:
    """What the report means for the order and, when it is a fill, for the books."""
    event = decide_report(engines.oms, command.report)
    if type(event) is OrderFilled:
        return (event, decide_trade(engines.ledger, event))
    return (event,)


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
    RetireOrders: _retire,
    RecallOrders: _recall,
}
"""Every command, and what answers it."""
