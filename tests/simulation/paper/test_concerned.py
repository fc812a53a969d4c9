"""What a quote or a cancel does not concern is not looked at, and nothing is missed by that.

The twin of a venue looks at every order of a book on every quote, as the rule is written; both must report
the same, event by event. The order among reports of one event is free, but for fills, which are numbered.
"""

import random
from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.paper.scripts import SHARE, Stage, approved
from tests.simulation.paper.test_properties import CENT, Author, configs, make_venue, perform
from trade2026.model.enums import ExecType, Side, TimeInForce
from trade2026.model.events import OrderPendingCancel
from trade2026.model.market_data import Quote, Trade
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.paper.state import Market, WorkingOrder


class LooksAtAll(Market):
    """The book as the rule has it: a quote means something to every order."""

    def concerned(self, bid, ask):
        return self.in_priority()


class Mixed(Author):
    """Quotes, prints and bars in one script; sometimes a side of a quote is empty."""

    def market(self, now):
        self.feed = self.draw.choice(["ticks", "ticks", "ticks", "bars"])
        event = super().market(now)
        if isinstance(event, Quote) and self.draw.random() < 0.1:
            side = self.draw.choice(["bid", "ask"])
            return msgspec.structs.replace(event, **{f"{side}_price": 0, f"{side}_size": 0})
        return event


scripts = st.builds(
    lambda seed, length: list(Mixed(seed, "ticks").write(length)), st.integers(0, 2**32), st.integers(1, 120)
)


def reported(script, config, book):
    """The reports of each action as a multiset, the fills among them in their order as well."""
    venue = make_venue(config)
    markets = venue._matcher.markets
    for name in list(markets):
        markets[name] = book(markets[name].instrument)
    reports: list[Any] = []
    venue.connect(reports.append)
    told = []
    for action in script:
        perform(venue, action)
        fills = [each for each in reports if each.exec_type is ExecType.TRADE]
        told.append((Counter(map(msgspec.msgpack.encode, reports)), fills))
        reports.clear()
    venue.stop()
    return [*told, (Counter(map(msgspec.msgpack.encode, reports)), [])]


@given(scripts, configs)
@settings(max_examples=300, deadline=None)
def test_looking_at_the_orders_a_quote_concerns_misses_nothing(script, config):
    assert reported(script, config, Market) == reported(script, config, LooksAtAll)


def test_the_scripts_let_quotes_meet_orders_that_they_do_not_concern():
    """Else the property above would compare two ways of looking at everything."""
    spared: Counter[bool] = Counter()

    class Counts(Market):
        def concerned(self, bid, ask):
            met = super().concerned(bid, ask)
            spared[len(self.in_priority()) > len(met)] += 1
            return met

    for seed in range(30):
        reported(list(Mixed(seed, "ticks").write(120)), None, Counts)
    assert spared[True] > 100
    assert spared[False] > 100


class Counted(WorkingOrder):
    """An order that counts how often its place is read."""

    looks = 0

    @property
    def sequence(self):
        Counted.looks += 1
        return self._sequence

    @sequence.setter
    def sequence(self, value):
        self._sequence = value


def test_a_cancel_costs_no_look_at_the_whole_book(monkeypatch):
    monkeypatch.setattr("trade2026.simulation.paper.venue.WorkingOrder", Counted)
    stage, count, draw = Stage(), 4_096, random.Random(3)
    for number in range(1, count + 1):
        limit = draw.randrange(5_000, 9_000) * CENT
        stage.venue.submit(approved(number, 1, Side.BUY, UNIT, limit, TimeInForce.GTC))
    stage.venue.advance(1)
    market = stage.venue._matcher.markets[SHARE.instrument_id]
    book, Counted.looks = market.buys, 0
    for number in range(1, 101):
        stage.venue.cancel(
            OrderPendingCancel(number, 2, "A", f"x{number}", f"#{number}", SHARE.instrument_id)
        )
    stage.venue.advance(2)
    assert len(book) == count - 100
    assert market.buys is book, "no new list was made of it"
    assert Counted.looks <= 100 * 16, "a bisection of 4,096 orders each"
    stage.reports.clear()
    stage.venue.on_trade(Trade(SHARE.instrument_id, 3, 3, 10 * UNIT, UNIT, None, ""))
    assert [each.exec_type for each in stage.reports] == [ExecType.TRADE]


def test_the_close_of_a_session_costs_one_look_at_its_book(monkeypatch):
    """Ten thousand orders for the day end in one turn of the event loop, which nothing may hold up."""
    stage, count = Stage(), 2_000
    for number in range(1, count + 1):
        order = approved(number, 1, Side.BUY, UNIT, 90 * UNIT, TimeInForce.DAY, (0, 10))
        stage.venue.submit(order)
    stage.venue.advance(1)
    drops = []
    drop_done = Market.drop_done

    def counted(self: Market) -> bool:
        drops.append(1)
        return drop_done(self)

    monkeypatch.setattr(Market, "drop_done", counted)
    stage.venue.advance(11)
    ends = [each for each in stage.reports if each.exec_type is ExecType.EXPIRED]
    assert len(ends) == count
    assert len(drops) == 1
    assert SHARE.instrument_id not in stage.venue._active
