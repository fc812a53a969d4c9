"""What a desk journals when it opens: once the accounts and their cash, at each start what is new."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec

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
from trade2026.trading.reserve import DESK_RUN_ID

RUN_ID: Final = DESK_RUN_ID


def opening_commands(
    core: Core,
    now: int,
    accounts: Sequence[AccountConfig],
    instruments: Sequence[Instrument],
    data: DataDescription,
    fees: FeeReserve,
    code_version: str,
    details: str,
    live_venues: Collection[str] = (),
) -> Iterator[Command]:
    """Commands that bring the desk from what the journal says to what its configuration asks for.

    The first is always the `StartRun` of this start. Instruments are registered where they are new or have
    changed; accounts are opened, paid and limited where they are not yet, also by a start that was cut off
    in between. An account keeps its limits, but for what follows from data and costs: those of instruments
    new to it, the age of a reference price, and the reserve for fees. One that is held at a venue behind a
    line (`live_venues`) gets limits for what is traded there, and no other account does.

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
        yield from _open(core, now, config)
        traded = [each for each in instruments if _trades(config, each, live_venues)]
        yield from _limit(core, now, config, traded, data, fees)


def _trades(config: AccountConfig, instrument: Instrument, live_venues: Collection[str]) -> bool:
    """Whether the account trades it: what has no limit is refused."""
    return config.venue == (instrument.venue if instrument.venue in live_venues else "")


def _open(core: Core, now: int, config: AccountConfig) -> Iterator[Command]:
    """The account and its cash, where they are not there."""
    account_id, currency = config.account_id, config.currency
    book = core.engines.ledger.accounts.get(account_id)
    if book is None:
        entitled = (DESK_TRADER,)
        yield OpenAccount(
            now, Account(account_id, config.account_type, currency, Environment.PAPER, entitled)
        )
    if book is None or not book.capital:
        cash = parse_raw(config.cash, "cash", maximum=MONEY_MAX)
        currency = currency if book is None else book.account.base_currency
        yield TransferCash(now, account_id, currency, encode_money(cash), "starting cash")


def _limit(
    core: Core,
    now: int,
    config: AccountConfig,
    instruments: Sequence[Instrument],
    data: DataDescription,
    fees: FeeReserve,
) -> Iterator[Command]:
    """The account's limits, where it has none or where they follow from what has changed."""
    account_id = config.account_id
    kept = core.engines.risk.accounts.get(account_id)
    currency = config.currency if kept is None else kept.account.base_currency
    if kept is None or kept.limits is None:
        yield SetAccountLimits(now, account_id, _account_limits(config))
    for instrument in instruments:
        instrument_id = instrument.instrument_id
        if instrument.quote_currency != currency:
            raise InputError(
                f"{instrument_id} is priced in {instrument.quote_currency} and account {account_id} is kept "
                f"in {currency}; give the account that currency, or a new account where it is open already"
            )
        wanted = instrument_limits(config, instrument, data, fees)
        exposure = None if kept is None else kept.exposures.get(instrument_id)
        present = None if exposure is None else exposure.limits
        if present is not None:
            wanted = msgspec.structs.replace(
                present,
                reference_max_age_ns=wanted.reference_max_age_ns,
                fee_bps=wanted.fee_bps,
                fee_per_unit=wanted.fee_per_unit,
                fee_per_order=wanted.fee_per_order,
            )
        if wanted != present:
            yield SetInstrumentLimits(now, account_id, instrument_id, wanted)


def _account_limits(config: AccountConfig) -> AccountLimits:
    return AccountLimits(
        max_gross_exposure=INT64_MAX,
        max_net_exposure=INT64_MAX,
        max_leverage=parse_raw(config.max_leverage, "max_leverage"),
        max_open_orders=config.max_open_orders,
        max_open_notional=INT64_MAX,
        rate_max_age_ns=7 * DAY_NS,
    )


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
