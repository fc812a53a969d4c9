"""Risk's answers to commands that set its limits and trading states; pure, and validated at the door."""

import msgspec

from trade2026.model.commands import SetAccountLimits, SetInstrumentLimits, SetTradingState, TransferCash
from trade2026.model.enums import Scope
from trade2026.model.events import AccountLimitsSet, CommandDenied, InstrumentLimitsSet, TradingStateSet
from trade2026.model.limits import AccountLimits, InstrumentLimits
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, decode_money, format_raw
from trade2026.risk.state import RiskState


def _unusable(limits: AccountLimits | InstrumentLimits) -> str | None:
    for field in msgspec.structs.fields(limits):
        value = getattr(limits, field.name)
        if value < 0:
            return f"{field.name} must not be negative, was {value}; 0 forbids"
        if value > INT64_MAX:
            return f"{field.name} must be at most {INT64_MAX}, was {value}; a limit that never binds is none"
    return None


def decide_account_limits(state: RiskState, command: SetAccountLimits) -> AccountLimitsSet | CommandDenied:
    """Replace an account's limits; denied for an unknown account or a negative limit."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return CommandDenied(command.now, f"account_id {command.account_id!r} is not open; open it first")
    problem = _unusable(command.limits)
    if problem is not None:
        return CommandDenied(command.now, problem)
    return AccountLimitsSet(command.now, command.account_id, command.limits, account.limits_version + 1)


def decide_instrument_limits(
    state: RiskState, command: SetInstrumentLimits
) -> InstrumentLimitsSet | CommandDenied:
    """Replace an account's limits in an instrument; denied when either is unknown or a limit is negative."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return CommandDenied(command.now, f"account_id {command.account_id!r} is not open; open it first")
    if command.instrument_id not in state.instruments:
        text = f"instrument_id {command.instrument_id!r} is not known; register it first"
        return CommandDenied(command.now, text)
    problem = _unusable(command.limits)
    if problem is not None:
        return CommandDenied(command.now, problem)
    return InstrumentLimitsSet(
        command.now, command.account_id, command.instrument_id, command.limits, account.limits_version + 1
    )


def decide_trading_state(state: RiskState, command: SetTradingState) -> TradingStateSet | CommandDenied:
    """Set a trading state; denied when the target does not fit the scope or names nothing known."""
    known = {
        Scope.GLOBAL: command.target == "",
        Scope.VENUE: any(i.venue == command.target for i in state.instruments.values()),
        Scope.ACCOUNT: command.target in state.accounts,
        Scope.STRATEGY: command.target != "",
        Scope.INSTRUMENT: command.target in state.instruments,
    }
    if not known[command.scope]:
        text = f"target of scope {command.scope} is not known, was {command.target!r}"
        return CommandDenied(command.now, text)
    return TradingStateSet(
        command.now, command.scope, command.target, command.state, command.trader_id, command.text
    )


def decide_withdrawal(state: RiskState, command: TransferCash) -> CommandDenied | None:
    """Denied when money is paid out that open buys of a CASH account may still need; else None.

    Whether there is such an account and enough money at all is for the ledger to say.
    """
    account = state.accounts.get(command.account_id)
    if account is None:
        return None
    try:
        amount = decode_money(command.amount)
    except InputError:
        return None
    reserved = account.reserved.get(command.currency, 0)
    free = account.cash.get(command.currency, 0) - reserved
    if amount >= 0 or not reserved or free + amount >= 0:
        return None
    text = (
        f"amount must be at most the {format_raw(max(free, 0))} {command.currency} not held for open buys, "
        f"was {format_raw(-amount)}; cancel orders first"
    )
    return CommandDenied(command.now, text)
