"""Who has an account at the simulated market, and with what."""

from pathlib import Path

import pytest

from tests.application.prism.service_given import Given
from trade2026.application.live.config import AccountConfig, DeskConfig
from trade2026.application.prism.customers import Customer, customers_of, guest_of
from trade2026.model.enums import AccountType
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.prism.config import PrismConfig


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path / "kept")


def test_an_account_that_nobody_has_is_refused_and_no_trader_is_a_customer(given: Given) -> None:
    with pytest.raises(InputError, match="account_id must be that of an account"):
        given.desk.attend("nobody", given.news.append)
    for name in ("mia", "HOUSE", "OPERATOR"):
        with pytest.raises(InputError, match="must not be that of a trader"):
            given.desk.open_account(Customer(name, ()))


def test_a_desks_accounts_are_those_that_it_holds_there() -> None:
    market = PrismConfig()
    margin = AccountConfig(account_id="m", venue="PRISM", currency="USDT", cash="12.5")
    cash = AccountConfig(account_id="c", venue="PRISM", currency="USDT", account_type=AccountType.CASH)
    paper = AccountConfig(account_id="p")
    found = customers_of(DeskConfig(accounts=(margin, cash, paper)), market)
    assert [(each.account_id, each.cash) for each in found] == [
        ("m", (("USDT", 12_500_000_000),)), ("c", (("USDT", 10**6 * UNIT),)),
    ]  # fmt: skip
    assert dict(found[0].shortable)["BTC"] == 500 * UNIT
    assert dict(found[0].shortable)["USDT"] == 12_500_000_000  # At a leverage of two as much as it has.
    assert found[1].shortable == ()
    with pytest.raises(InputError, match="currency of account 'd' must be one of USDT"):
        customers_of(DeskConfig(accounts=(AccountConfig(account_id="d", venue="PRISM"),)), market)


@pytest.mark.parametrize(
    ("leverage", "credit"), [("1", 0), ("0.5", 0), ("1.25", 25 * UNIT), ("4", 300 * UNIT)]
)
def test_a_margin_account_may_owe_what_its_leverage_adds_to_its_cash(leverage: str, credit: int) -> None:
    config = AccountConfig(account_id="m", venue="PRISM", currency="USDT", cash="100", max_leverage=leverage)
    (found,) = customers_of(DeskConfig(accounts=(config,)), PrismConfig())
    assert dict(found.shortable)["USDT"] == credit


def test_a_credit_that_nobody_could_count_names_its_leverage() -> None:
    config = AccountConfig(account_id="m", venue="PRISM", currency="USDT", max_leverage="300")
    with pytest.raises(InputError, match="max_leverage of account 'm' must lend it at most 250000000 USDT"):
        customers_of(DeskConfig(accounts=(config,)), PrismConfig())


def test_a_guest_has_something_of_everything() -> None:
    amounts = dict(guest_of("guest", PrismConfig()).cash)
    assert set(amounts) == {"ADA", "BNB", "BTC", "ETH", "SOL", "USDT"}
    assert amounts["BTC"] == 50 * UNIT
