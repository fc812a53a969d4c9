"""The commands that open a backtest's desk: run, instruments, account, cash, limits; all journaled."""

from collections.abc import Callable

from trade2026.model.commands import (
    Command,
    OpenAccount,
    RegisterInstrument,
    SetAccountLimits,
    SetInstrumentLimits,
    StartRun,
    TransferCash,
)
from trade2026.model.enums import Environment
from trade2026.model.events import CommandDenied, Event
from trade2026.model.limits import Account
from trade2026.ports.feed import MarketDataSource
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import encode_money
from trade2026.simulation.backtest.config import BacktestConfig, account_limits, instrument_limits


def set_up(
    execute: Callable[[Command], tuple[Event, ...]],
    config: BacktestConfig,
    strategy_id: str,
    source: MarketDataSource,
    now: int,
) -> None:
    """Execute every set-up command at `now`; raises InputError with the core's words when one is denied."""
    account_id = config.account_id
    account = Account(
        account_id, config.account_type, config.base_currency, Environment.BACKTEST, (strategy_id,)
    )
    data = source.describe()
    commands: list[Command] = [
        StartRun(now, config.run_id, Environment.BACKTEST, config.code_version, config.details)
    ]
    commands += [RegisterInstrument(now, instrument) for instrument in source.instruments()]
    commands += [
        OpenAccount(now, account),
        TransferCash(now, account_id, config.base_currency, encode_money(config.cash), "starting cash"),
        SetAccountLimits(now, account_id, account_limits(config)),
    ]
    for instrument in source.instruments():
        if instrument.quote_currency != config.base_currency:
            raise InputError(
                f"{instrument.instrument_id} is priced in {instrument.quote_currency} and the account is "
                f"kept in {config.base_currency}; use --currency {instrument.quote_currency}"
            )
        limits = instrument_limits(config, instrument, data)
        commands.append(SetInstrumentLimits(now, account_id, instrument.instrument_id, limits))
    for command in commands:
        event = execute(command)[0]
        if isinstance(event, CommandDenied):
            raise InputError(event.text)
