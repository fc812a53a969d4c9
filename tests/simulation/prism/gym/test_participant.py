"""The agent's account and messages: in order, in time, and never more than it decided."""

import numpy as np

from tests.simulation.prism.gym.helpers import best_of_others
from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS, Ear
from trade2026.matching.compiled import layout as book_at
from trade2026.model.enums import Side
from trade2026.simulation.prism.agents import BUY, SELL
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.config import Latency
from trade2026.simulation.prism.gym.participant import Participant
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.timeline import Timeline


def arrived(floor_us: float = 500.0, extra_us: float = 500.0) -> tuple[Timeline, Participant, Ear]:
    timeline = Timeline(PrismMarket(TWO_BOOKS, 3, START))
    timeline.run_until(START + 30 * SECOND)
    me = Participant(timeline, "me", 0, Latency(floor_us=floor_us, extra_us=extra_us), 1)
    clearing = timeline.market.exchange.clearing
    clearing.deposit("me", "USDT", 10**16)
    clearing.deposit("me", "BTC", 10**12)
    return timeline, me, Ear(timeline.market)


def commands_of(ear: Ear, timeline: Timeline):
    owner = timeline.market.exchange.clearing.owners.number("me")
    commands = ear.commands
    return commands[commands[:, at.LOG_COMMAND + book_at.OWNER_COLUMN] == owner]


def test_messages_arrive_in_the_order_in_which_they_were_sent_and_take_their_time():
    timeline, me, ear = arrived(floor_us=300.0, extra_us=20_000.0)
    sent: list[int] = []
    me.act(lambda: sent.extend(me.place(BUY, 100, 5_000_000 + n) for n in range(50)))
    begun = timeline.market.now_ns
    timeline.run_until(begun + 2 * SECOND)
    mine = commands_of(ear, timeline)
    assert mine[:, at.LOG_COMMAND + book_at.LIMIT_COLUMN].tolist() == [5_000_000 + n for n in range(50)]
    assert mine[0, at.LOG_TIME] >= begun + 300_000
    assert len(set(mine[:, at.LOG_TIME].tolist())) > 1


def test_the_mean_latency_is_floor_and_extra():
    timeline, me, ear = arrived(floor_us=300.0, extra_us=700.0)
    sent = []

    def send() -> None:
        sent.append(timeline.market.now_ns)
        me.place(BUY, 100, 5_000_000)

    for second in range(400):
        me.act(send)
        timeline.run_until(START + (30 + second // 10) * SECOND + (second % 10) * SECOND // 10)
    times = commands_of(ear, timeline)[:, at.LOG_TIME]
    assert abs((times - np.array(sent)[: len(times)]).mean() / 1e6 - 1.0) < 0.15


def test_a_decision_waits_for_what_is_under_way_and_a_later_one_replaces_it():
    timeline, me, ear = arrived(floor_us=2e6, extra_us=0.0)
    begun = timeline.market.now_ns
    decided: list[tuple[str, int]] = []

    def decide(name: str):
        def send() -> None:
            decided.append((name, timeline.market.now_ns - begun))
            me.place(BUY, 100, 5_000_000)

        return send

    me.act(decide("first"))
    timeline.run_until(begun + SECOND // 2)
    me.act(decide("never"))
    timeline.run_until(begun + SECOND)
    me.act(decide("second"))
    timeline.run_until(begun + 5 * SECOND)
    assert decided == [("first", 0), ("second", 2 * SECOND)]
    assert len(commands_of(ear, timeline)) == 2


def test_what_follows_a_cancel_is_decided_when_it_is_done():
    timeline, me, _ = arrived()
    orders: list[int] = []
    me.act(lambda: orders.append(me.place(BUY, 100, 5_000_000)))
    timeline.run_until(START + 31 * SECOND)
    assert me.resting(orders[0]) is not None
    seen = []
    me.act(
        lambda: me.after_cancels(orders, lambda: seen.append((me.resting(orders[0]), timeline.market.now_ns)))
    )
    timeline.run_until(START + 32 * SECOND)
    assert len(seen) == 1
    assert seen[0][0] is None
    assert seen[0][1] >= START + 31 * SECOND + 500_000


def test_fills_are_what_the_accounts_say():
    timeline, me, ear = arrived()
    source = np.random.default_rng(2)
    cash, stock = me.cash, me.stock

    def trade() -> None:
        side = int(source.integers(2))
        quote = timeline.market.quote(0)
        me.take(side, int(source.integers(100, 9_000)))
        me.place(1 - side, int(source.integers(100, 9_000)), quote.ask if side == BUY else quote.bid)

    for second in range(31, 120):
        me.act(trade)
        timeline.run_until(START + second * SECOND)
    signs = {Side.BUY: 1, Side.SELL: -1}
    assert {(fill.is_maker, fill.side) for fill in me.fills} == {(m, s) for m in (True, False) for s in Side}
    assert me.stock - stock == sum(signs[fill.side] * fill.lots for fill in me.fills)
    paid = sum((signs[f.side] * f.price * f.lots) * me.listing.unit + f.fee for f in me.fills)
    assert cash - me.cash == paid
    times = ear.times(0)[ear.events(0)[:, 0] == book_at.TRADED].tolist()
    assert {fill.time_ns for fill in me.fills} <= set(times)
    events = ear.events(0)
    trades = events[events[:, 0] == book_at.TRADED]
    assert me.volume_lots == trades[:, 4].sum()
    assert me.flow_lots == trades[trades[:, 7] == BUY, 4].sum() - trades[trades[:, 7] == SELL, 4].sum()


def test_its_own_orders_are_not_in_the_quote_of_others():
    timeline, me, _ = arrived()
    orders: list[int] = []
    quote = timeline.market.quote(0)
    middle = (quote.bid + quote.ask) // 2
    me.act(lambda: orders.extend((me.place(BUY, 200, middle), me.place(SELL, 300, middle + 1))))
    timeline.run_until(timeline.market.now_ns + 3_000_000)
    mine = [me.resting(order) for order in orders]
    assert all(mine)
    assert timeline.market.quote(0) == (middle, middle + 1, 200, 300)
    shown = me.quote_of_others(*mine)

    assert (shown.bid, shown.bid_lots) == best_of_others(timeline, Side.BUY, "me")
    assert (shown.ask, shown.ask_lots) == best_of_others(timeline, Side.SELL, "me")


def test_only_its_own_refusals_count():
    timeline, me, _ = arrived()
    quote = timeline.market.quote(0)
    sent: list[int] = []
    me.act(lambda: sent.append(me.place(BUY, 100, quote.ask + 500, post_only=True)))
    timeline.run_until(START + 60 * SECOND)
    assert me.refused == 1
