"""What a desk journals when it opens: once the accounts and their cash, at each start what is new."""

from collections.abc import Iterator, Sequence
from typing import Final

from trade2026.application.costs import FeeReserve
from trade2026.application.live.config import AccountConfig
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
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account, AccountLimits, InstrumentLimits
from trade2026.ports.core_link import DESK_TRADER
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import INT64_MAX, MONEY_MAX, encode_money, parse_raw
from trade2026.primitives.time import DAY_NS, SECOND_NS
from trade2026.trading.core import Core

RUN_ID: Final = "desk"


def opening_commands(
    core: Core,
    now: int,
    accounts: Sequence[AccountConfig],
    instruments: Sequence[Instrument],
    data: DataDescription,
    fees: FeeReserve,
    code_version: str,
    details: str,
) -> Iterator[Command]:
    """Commands that bring the desk from what the journal says to what its configuration asks for.

    The first is always the `StartRun` of this start. Instruments are registered where they are new or have
    changed, accounts opened and paid where they do not exist; an account that exists keeps its limits.

    Raises
    ------
    InputError
        An account's currency is not that of an instrument, or the journal runs something other than paper.
    """
    running = core.engines.risk.environment
    if running not in (None, Environment.PAPER):
        raise InputError(f"the desk's journal must be of PAPER, was {running}; use another TRADE2026_HOME")
    yield StartRun(now, RUN_ID, Environment.PAPER, code_version, details)
    known = core.engines.risk.instruments
    for instrument in instruments:
        if known.get(instrument.instrument_id) != instrument:
            yield RegisterInstrument(now, instrument)
    for config in accounts:
        if config.account_id in core.engines.oms.accounts:
            continue
        yield from _open(now, config, instruments, data, fees)


def _open(
    now: int,
    config: AccountConfig,
    instruments: Sequence[Instrument],
    data: DataDescription,
    fees: FeeReserve,
) -> Iterator[Command]:
    account_id, currency = config.account_id, config.currency
    entitled = (DESK_TRADER,)
    yield OpenAccount(now, Account(account_id, config.account_type, currency, Environment.PAPER, entitled))
    cash = parse_raw(config.cash, "cash", maximum=MONEY_MAX)
    yield TransferCash(now, account_id, currency, encode_money(cash), "starting cash")
    yield SetAccountLimits(
        now,
        account_id,
        AccountLimits(
            max_gross_exposure=INT64_MAX,
            max_net_exposure=INT64_MAX,
            max_leverage=parse_raw(config.max_leverage, "max_leverage"),
            max_open_orders=config.max_open_orders,
            max_open_notional=INT64_MAX,
            rate_max_age_ns=7 * DAY_NS,
        ),
    )
    for instrument in instruments:
        if instrument.quote_currency != currency:
            raise InputError(
                f"{instrument.instrument_id} is priced in {instrument.quote_currency} and account "
                f"{account_id} is kept in {currency}; give the account that currency"
            )
        limits = instrument_limits(config, instrument, data, fees)
        yield SetInstrumentLimits(now, account_id, instrument.instrument_id, limits)


def instrument_limits(
    config: AccountConfig, instrument: Instrument, data: DataDescription, fees: FeeReserve
) -> InstrumentLimits:
    """Limits in one instrument; a reference price may be the larger of 5 s and two bar intervals old."""
    largest = INT64_MAX // instrument.lot_size * instrument.lot_size
    return InstrumentLimits(
        max_order_qty=largest,
        max_order_notional=parse_raw(config.max_order_notional, "max_order_notional"),
        max_long_qty=largest,
        max_short_qty=largest,
        max_open_orders=config.max_open_orders,
        max_open_qty=largest,
        price_collar_bps=config.price_collar_bps,
        reference_max_age_ns=max(5 * SECOND_NS, 2 * data.bar_interval_ns),
        market_protection_bps=config.market_protection_bps,
        fee_bps=fees.bps,
        hold_until_open=True,
        fee_per_unit=fees.per_unit,
        fee_per_order=fees.per_order,
    )
