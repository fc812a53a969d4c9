"""What a start journals: all of it once, whatever was there before, and whatever cut the last start off."""

import msgspec
import pytest

from tests.simulation.paper.scripts import SHARE, describe
from trade2026.application.costs import FeeReserve
from trade2026.application.live.config import AccountConfig
from trade2026.application.live.opening import opening_commands
from trade2026.model.commands import RegisterInstrument, SetInstrumentLimits, StartRun
from trade2026.model.events import CommandDenied
from trade2026.model.instrument import equity
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, MINUTE_NS
from trade2026.trading.core import Core

ACCOUNTS = (AccountConfig(account_id="A"), AccountConfig(account_id="B", cash="5"))
FEES = FeeReserve(50)
OTHER = equity("OTHER", "XNAS")
EURO = msgspec.structs.replace(equity("SAP", "XETR"), quote_currency="EUR")


def commands(core, accounts=ACCOUNTS, instruments=(SHARE,), interval_ns=DAY_NS, fees=FEES):
    return list(opening_commands(core, 1, accounts, instruments, describe(interval_ns), fees, "v", "{}"))


def do(core, todo):
    for command in todo:
        for event in core.decide(command):
            assert not isinstance(event, CommandDenied), event
            core.evolve(event)


def opened():
    core = Core()
    do(core, commands(core))
    return core


@pytest.mark.parametrize("done", range(len(commands(Core())) + 1))
def test_a_start_that_was_cut_off_is_finished_by_the_next(done):
    """A crash or a lost power keeps any number of the first commands."""
    core = Core()
    do(core, commands(core)[:done])
    do(core, commands(core))
    ledger, risk = core.engines.ledger, core.engines.risk
    assert [book.cash for book in ledger.accounts.values()] == [{"USD": 10**6 * UNIT}, {"USD": 5 * UNIT}]
    for account in risk.accounts.values():
        assert account.limits is not None
        assert account.exposures[SHARE.instrument_id].limits is not None


def test_a_start_like_the_last_one_says_only_that_it_starts():
    assert [type(each) for each in commands(opened())] == [StartRun]


def test_an_instrument_that_is_new_to_the_data_can_be_traded_by_accounts_that_are_there():
    core = opened()
    todo = commands(core, instruments=(SHARE, OTHER))
    assert [type(each) for each in todo] == [StartRun, RegisterInstrument, *2 * [SetInstrumentLimits]]
    do(core, todo)
    for account in core.engines.risk.accounts.values():
        assert account.exposures[OTHER.instrument_id].limits is not None


def test_limits_follow_the_bars_and_the_costs_and_nothing_else():
    core = opened()
    changed = tuple(AccountConfig(account_id=name, max_order_notional="1") for name in "AB")
    assert len(commands(core, changed)) == 1
    do(core, commands(core, changed, interval_ns=MINUTE_NS, fees=FeeReserve(70)))
    limits = core.engines.risk.accounts["A"].exposures[SHARE.instrument_id].limits
    assert (limits.reference_max_age_ns, limits.fee_bps) == (2 * MINUTE_NS, 70)
    assert limits.max_order_notional == 10**7 * UNIT


def test_data_in_another_currency_than_an_account_that_is_open_is_refused():
    with pytest.raises(InputError, match=r"SAP.* is priced in EUR and account A is kept in USD"):
        commands(opened(), (AccountConfig(account_id="A", currency="EUR"),), (EURO,))
