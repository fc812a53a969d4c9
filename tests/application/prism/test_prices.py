"""What the simulated market tells of its prices, and where they go on."""

from pathlib import Path

import pytest

from tests.application.prism.service_given import ID, Given
from trade2026.application.prism.run import gone_on
from trade2026.model.enums import Side
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.prism import Tick
from trade2026.ports.prism_trading import (
    Beat,
)
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.config import PrismConfig


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path / "kept")


def test_who_listens_hears_every_trade_and_the_newest_quotes(given: Given) -> None:
    ticks: list[Tick] = []
    given.quote(99, 10, Side.BUY)
    given.quote(101, 10, Side.SELL)
    end = given.desk.listen(ticks.append)
    given.desk.turn()
    (first,) = ticks
    (quote,) = first.events
    assert isinstance(quote, Quote)
    assert (quote.bid_price, quote.ask_price, quote.bid_size) == (99 * UNIT, 101 * UNIT, UNIT // 10_000)
    given.quote(101, 4, Side.BUY)
    given.quote(99, 3, Side.SELL)
    given.quote(98, 3, Side.BUY)
    given.desk.turn()
    trades = [each for each in ticks[1].events if isinstance(each, Trade)]
    assert [(each.price, each.quantity, each.aggressor_side) for each in trades] == [
        (101 * UNIT, UNIT // 25_000, Side.BUY), (99 * UNIT, 3 * 10**4, Side.SELL),
    ]  # fmt: skip
    assert [each.trade_id.rpartition("-")[2] for each in trades] == ["1", "2"]
    assert len(ticks[1].events) == 3
    given.desk.turn()
    assert len(ticks) == 2
    given.clock.ns += SECOND_NS // 4
    given.desk.turn()
    assert ticks[2] == Tick(given.clock.now_ns(), ())
    assert isinstance(given.news[-1], Beat)
    end()
    given.quote(101, 1, Side.BUY)
    given.desk.turn()
    assert len(ticks) == 3


def test_who_listens_is_told_every_minute_that_is_over(given: Given) -> None:
    ticks: list[Tick] = []
    given.quote(101, 4, Side.SELL)
    given.desk.listen(ticks.append)
    minute = 60 * SECOND_NS
    begin = given.exchange.now_ns() // minute * minute
    given.quote(101, 2, Side.BUY)
    given.clock.ns += 2 * minute
    given.quote(101, 1, Side.BUY)
    given.desk.turn()
    bars = [each for tick in ticks for each in tick.events if isinstance(each, Bar)]
    assert [(each.ts_event - begin, each.close, each.volume) for each in bars] == [
        (minute, 101 * UNIT, 2 * 10**4), (2 * minute, 101 * UNIT, 0),
    ]  # fmt: skip
    assert [each.ts_event for each in ticks[-1].events] == sorted(each.ts_event for each in ticks[-1].events)
    given.desk.turn()
    assert not any(isinstance(each, Bar) for tick in ticks[1:] for each in tick.events)


def test_bars_are_of_whole_minutes(given: Given) -> None:
    ticks: list[Tick] = []
    begin = given.clock.ns - given.clock.ns % (60 * SECOND_NS)
    given.desk.listen(ticks.append)
    for minute, price in ((0, 100), (0, 103), (0, 99), (2, 101), (3, 98)):
        given.clock.ns = begin + minute * 60 * SECOND_NS + SECOND_NS
        given.quote(price, 2, Side.SELL)
        given.quote(price, 2, Side.BUY)
    given.desk.turn()
    bars = [each for tick in ticks for each in tick.events if isinstance(each, Bar)]
    opens = [(each.open, each.high, each.low, each.close, each.volume) for each in bars]
    assert opens == [
        (100 * UNIT, 103 * UNIT, 99 * UNIT, 99 * UNIT, 6 * 10**4),
        (99 * UNIT, 99 * UNIT, 99 * UNIT, 99 * UNIT, 0),
        (101 * UNIT, 101 * UNIT, 101 * UNIT, 101 * UNIT, 2 * 10**4),
    ]
    assert [each.ts_event - begin for each in bars] == [60 * SECOND_NS, 120 * SECOND_NS, 180 * SECOND_NS]


def test_prices_go_on_where_they_were(given: Given) -> None:
    given.quote(120, 2, Side.SELL)
    given.quote(120, 2, Side.BUY)
    given.desk.note_prices()
    assert given.keeper.state.prices == {ID: 120 * UNIT}
    config = gone_on(PrismConfig(), given.keeper.state.prices)
    assert [book.price_ticks for book in config.books][:2] == [12_000, 300_000]
