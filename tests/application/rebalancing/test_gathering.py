"""Which quotes can be traded at, and how a proposal knows that they moved; real market view and replica."""

from functools import partial
from typing import Any

import pytest

from tests.application.rebalancing.accounts import raw, share
from trade2026.application.live.config import AccountConfig, DeskConfig
from trade2026.application.read_models.sessions import Latest
from trade2026.application.rebalancing.gathering import Quotes, moved, paper_costs
from trade2026.application.rebalancing.plan import QuoteSource, Touch
from trade2026.application.requests import CostRequest
from trade2026.primitives.time import MINUTE_NS, SECOND_NS
from trade2026.risk.state import Exposure

NOW = 1_000 * MINUTE_NS
A = "A.XNYS"


class World:
    """The little of a desk that a quote needs: one instrument, its limits, and what was last told of it."""

    def __init__(self, *, cost: int | None = None, age_max: int = 5 * SECOND_NS) -> None:
        self.latest = Latest()
        self.latest.price, self.latest.ts = raw("100"), NOW - SECOND_NS
        self.stale = False
        exposure: Any = Exposure(share("A"))
        exposure.limits = _Limits(age_max)
        models: Any = _Anything(core=_Anything(engines=_Anything(risk=_Anything(accounts={"X": _Anything(
            exposures={A: exposure}
        )}))))  # fmt: skip
        market: Any = _Anything(
            now=NOW, latest={A: self.latest}.get, is_stale=lambda name: self.stale,
        )  # fmt: skip
        self.quotes = Quotes(models, market, lambda account_id: cost)

    def quote(self, bid: str, ask: str, age_ns: int = SECOND_NS) -> None:
        self.latest.bid, self.latest.ask, self.latest.quote_ts = raw(bid), raw(ask), NOW - age_ns

    def touch(self, account_id: str = "X", name: str = A) -> Touch | str:
        return self.quotes.touch(account_id, name)


class _Anything:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


class _Limits:
    def __init__(self, age_max: int) -> None:
        self.reference_max_age_ns = age_max


def test_a_market_that_shows_both_sides_is_taken_at_its_word() -> None:
    world = World(cost=2 * 10**9)
    world.quote("99.9", "100.2")
    found = world.touch()
    assert found == Touch(raw("99.9"), raw("100.2"), NOW - SECOND_NS, QuoteSource.MARKET)
    assert isinstance(found, Touch)
    assert found.mid == raw("100.05")


def test_last_prices_alone_are_quoted_as_the_paper_venue_charges() -> None:
    """Half of 20 bps to each side and on to the tick, against us: 100 is bought at 100.1 and sold at 99.9."""
    assert World(cost=20 * 10**9).touch() == Touch(
        raw("99.9"), raw("100.1"), NOW - SECOND_NS, QuoteSource.PAPER
    )
    assert World(cost=0).touch() == Touch(raw("100"), raw("100"), NOW - SECOND_NS, QuoteSource.PAPER)
    assert World(cost=None).touch() == "has no bid and ask"


def test_the_paper_venues_cost_is_the_desks() -> None:
    accounts = (AccountConfig(), AccountConfig(account_id="LIVE", venue="PRISM"))
    cost = paper_costs(DeskConfig(accounts=accounts, costs=CostRequest(spread_bps="3", slippage_bps="0.5")))
    assert cost("PAPER") == 4 * 10**9
    assert cost("LIVE") is None


@pytest.mark.parametrize(("bid", "ask"), [("100.2", "99.9"), ("0", "100"), ("-1", "100")])
def test_a_quote_that_cannot_be_traded_at(bid: str, ask: str) -> None:
    world = World()
    world.quote(bid, ask)
    assert world.touch() == f"has no quote to trade at: bid {bid}, ask {ask}"


def test_what_is_stale_is_none() -> None:
    world = World()
    world.quote("99", "101")
    world.stale = True
    assert world.touch() == "has a stale quote, 1 s old"
    world.stale = False
    world.latest.ts = NOW - 6 * SECOND_NS
    assert "stale" in str(world.touch())
    world.latest.ts = NOW  # Trades go on, the quote stands.
    world.quote("99", "101", MINUTE_NS)
    assert isinstance(world.touch(), Touch)
    world.quote("99", "101", MINUTE_NS + 1)
    assert world.touch() == "has a stale quote, 60 s old"


def test_what_has_no_price_or_no_limits() -> None:
    world = World(cost=0)
    assert world.touch(name="B.XNYS") == "has no price yet"
    assert world.touch("Y") == "may not be traded by account Y"
    world.latest.price = 0
    assert world.touch() == "has no price yet"
    tiny = World(cost=20 * 10**9)
    tiny.latest.price = raw("0.01")
    assert tiny.touch() == "is worth less than a tick"


def test_25_bps_are_a_move_only_beyond_them() -> None:
    world = World(cost=0)
    check = partial(moved, quotes=world.quotes, account_id="X", bps_max=25)
    assert check([(A, raw("100"))]) == []
    assert check([(A, raw("99.750623442"))]) == []  # 100 is 24.99999 bps above.
    assert check([(A, raw("99.75"))]) == [f"{A} moved by +25.1 bps, from 99.75 to 100"]
    world.stale = True
    assert check([(A, raw("100"))]) == [f"{A} has a stale quote, 1 s old"]
