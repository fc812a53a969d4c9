"""What must hold for any orders and any market.

1. No fill is worse than the limit the order had, nor better than the market event that made it.
2. No event fills an order that arrived after it began, or that was decided at its time.
3. All fills of one bar, print or displayed quote together stay within what it had to give.
4. order_qty = filled + leaves: nothing is lost, nothing is filled twice, every order ends once.
5. Every cancel and replace is answered once; one for an order that is done is rejected.
6. Same inputs and seed, same bytes.
"""

import random
from itertools import count, pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.paper.scripts import SHARE, approved, describe
from trade2026.model.enums import Environment, ExecType, LiquiditySide, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import equity
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.paper import FixedLatency, LognormalLatency, PaperConfig, PaperVenue

CENT = UNIT // 100
OTHER = equity("OTHER", "XNAS")
NAMES = (SHARE.instrument_id, OTHER.instrument_id)
DONE = (ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED)

prices = st.integers(9_990, 10_010).map(lambda cents: cents * CENT)
quantities = st.integers(1, 40).map(lambda shares: shares * UNIT)


class Author:
    """Writes a script of requests and market events in order of time; a bar spans ten nanoseconds."""

    def __init__(self, seed, feed):
        self.draw = random.Random(seed)
        self.feed = feed
        self.known: list[OrderApproved] = []
        self.ids = count(1)

    def write(self, length):
        now = 0
        for _ in range(length):
            now += self.draw.choice([0, 1, 3, 10, 10])
            yield self.draw.choice([self.order, self.order, self.change, self.market, self.market])(now)

    def price(self):
        return self.draw.randint(9_990, 10_010) * CENT

    def size(self, least=0):
        return self.draw.randint(least, 40) * UNIT

    def order(self, now):
        side, tif = self.draw.choice(list(Side)), self.draw.choice(list(TimeInForce))
        limit = self.draw.choice([None, self.price(), self.price()])
        opens = now + self.draw.choice([-5, 0, 7])
        name = self.draw.choice([NAMES[0], *NAMES])
        session = (opens, max(opens, 0) + 40)
        self.known.append(approved(next(self.ids), now, side, self.size(1), limit, tif, session, name))
        return self.known[-1]

    def change(self, now):
        if not self.known:
            return self.order(now)
        order = self.draw.choice(self.known[-6:])
        terms = (order.order_id, now, "A", f"r{next(self.ids)}", order.client_order_id, order.instrument_id)
        if self.draw.random() < 0.4:
            return OrderPendingCancel(*terms)
        price = None if order.limit_price is None else self.draw.choice([order.limit_price, self.price()])
        return OrderPendingReplace(*terms, self.size(1), price, UNIT, 1)

    def market(self, now):
        name = self.draw.choice([NAMES[0], *NAMES])
        if self.feed == "ticks":
            if self.draw.random() < 0.5:
                return Trade(name, now, now, self.price(), self.size(), None, "")
            bid, ask = sorted((self.price(), self.price()))
            return Quote(name, now, now, bid, ask, self.size(), self.size())
        volume = self.draw.choice([None, self.size(), self.size()])
        first, *rest = four = [self.price() for _ in range(4)]
        if self.draw.random() < 0.3:
            return Bar(name, now, now, None, None, None, first, volume)
        return Bar(name, now, now, first, max(four), min(four), rest[0], volume)


scenarios = st.builds(
    lambda seed, feed, length: list(Author(seed, feed).write(length)),
    st.integers(0, 2**32),
    st.sampled_from(["bars", "ticks"]),
    st.integers(1, 80),
)
configs = st.builds(
    PaperConfig,
    latency=st.one_of(
        st.sampled_from([0, 1, 8]).map(FixedLatency), st.just(LognormalLatency(median_ns=3, sigma=1.0))
    ),
    spread_bps=st.sampled_from([0, UNIT]),
    slippage_bps=st.sampled_from([0, UNIT]),
    participation_bps=st.sampled_from([2_500 * UNIT, 10_000 * UNIT]),
)


def make_venue(config):
    return PaperVenue(
        "PAPER", Environment.BACKTEST, [SHARE, OTHER], config, data=describe(), random=random.Random(11)
    )


def perform(venue, action):
    if isinstance(action, OrderApproved):
        venue.submit(action)
    elif isinstance(action, OrderPendingCancel):
        venue.cancel(action)
    elif isinstance(action, OrderPendingReplace):
        venue.replace(action)
    elif isinstance(action, Bar):
        venue.on_bar(action)
    elif isinstance(action, Quote):
        venue.on_quote(action)
    else:
        venue.on_trade(action)


def run(script, config):
    """The reports each action led to, then those of stopping."""
    venue = make_venue(config)
    reports: list[ExecutionReport] = []
    venue.connect(reports.append)
    told = []
    for action in script:
        perform(venue, action)
        told.append((action, list(reports)))
        reports.clear()
    venue.stop()
    return [*told, (None, reports)]


@given(scenarios, configs)
@settings(max_examples=300)
def test_fills_respect_limit_market_time_and_size(script, config):
    orders = {f"#{action.order_id}": action for action in script if isinstance(action, OrderApproved)}
    changes = {a.client_order_id: a for a in script if isinstance(a, OrderPendingReplace)}
    by_id = {action.order_id: action for action in orders.values()}
    fixed_ns = config.latency.latency_ns if isinstance(config.latency, FixedLatency) else 0
    last_bar = dict.fromkeys(NAMES, 0)
    for action, reports in run(script, config):
        fills = [report for report in reports if report.exec_type is ExecType.TRADE]
        assert not fills or isinstance(action, Bar | Quote | Trade)
        for fill in fills:
            change = changes.get(fill.client_order_id)
            order = by_id[change.order_id] if change else orders[fill.client_order_id]
            limit = change.limit_price if change else order.limit_price
            sign = 1 if order.side is Side.BUY else -1
            assert action.instrument_id == order.instrument_id
            assert limit is None or sign * fill.last_px <= sign * limit
            assert fill.last_px % CENT == 0
            assert order.now < action.ts_event == fill.ts_event
            assert order.session_open <= action.ts_event
            assert order.time_in_force is not TimeInForce.DAY or action.ts_event <= order.session_close
            best = best_price(action, sign)
            assert sign * fill.last_px >= sign * best
            if isinstance(action, Bar) and action.open is not None:
                start = max(last_bar[action.instrument_id], action.ts_event - 10)
                assert order.now + fixed_ns <= max(start, order.session_open)
            else:
                assert order.now + fixed_ns <= action.ts_event
        check_sizes(action, fills, orders, changes, by_id, config)
        if isinstance(action, Bar):
            last_bar[action.instrument_id] = action.ts_event


def best_price(action, sign):
    if isinstance(action, Bar):
        extreme = action.low if sign > 0 else action.high
        return action.close if extreme is None else extreme
    if isinstance(action, Quote):
        return action.ask_price if sign > 0 else action.bid_price
    return action.price


def check_sizes(action, fills, orders, changes, by_id, config):
    total = sum(fill.last_qty for fill in fills)
    if isinstance(action, Bar) and action.volume is not None:
        assert total * 10_000 * UNIT <= action.volume * config.participation_bps
    elif isinstance(action, Trade):
        assert total <= action.quantity
    elif isinstance(action, Quote):
        for side, size in ((Side.BUY, action.ask_size), (Side.SELL, action.bid_size)):
            taken = 0
            for fill in fills:
                change = changes.get(fill.client_order_id)
                order = by_id[change.order_id] if change else orders[fill.client_order_id]
                taken += fill.last_qty if order.side is side else 0
            assert taken <= size


@given(scenarios, configs)
@settings(max_examples=300)
def test_every_order_ends_once_and_every_request_is_answered_once(script, config):
    reports = [report for _, told in run(script, config) for report in told]
    owner = {f"#{a.order_id}": a.order_id for a in script if isinstance(a, OrderApproved)}
    changes = [a for a in script if isinstance(a, OrderPendingCancel | OrderPendingReplace)]
    owner |= {change.client_order_id: change.order_id for change in changes}
    qty = {a.order_id: a.order_qty for a in script if isinstance(a, OrderApproved)}
    cum = dict.fromkeys(qty, 0)
    done = set()
    cancels = {change.client_order_id for change in changes if isinstance(change, OrderPendingCancel)}
    answers = dict.fromkeys((change.client_order_id for change in changes), 0)
    for report in reports:
        order_id, request = owner[report.client_order_id], report.client_order_id
        rejects_change = report.exec_type is ExecType.CANCEL_REJECTED
        if rejects_change or report.exec_type is ExecType.REPLACED or request in cancels:
            answers[request] += 1
        assert rejects_change or order_id not in done, report
        if report.exec_type is ExecType.TRADE:
            assert report.last_qty > 0
            cum[order_id] += report.last_qty
        elif report.exec_type is ExecType.REPLACED:
            qty[order_id] = report.order_qty
        assert cum[order_id] <= qty[order_id]
        if cum[order_id] == qty[order_id] or report.exec_type in DONE:
            done.add(order_id)
    assert done == set(qty)
    assert set(answers.values()) <= {1}


@given(scenarios, configs)
@settings(max_examples=60)
def test_same_seed_same_bytes(script, config):
    encode = msgspec.msgpack.Encoder().encode
    first, second = (b"".join(encode(r) for _, told in run(script, config) for r in told) for _ in range(2))
    assert first == second


@given(scenarios, configs)
@settings(max_examples=100)
def test_advancing_to_every_moment_changes_no_report(script, config):
    expected = [report for _, told in run(script, config) for report in told]
    times = [action.now if hasattr(action, "now") else action.ts_event for action in script]
    venue = make_venue(config)
    reports: list[ExecutionReport] = []
    venue.connect(reports.append)
    for action, (now, then) in zip(script, pairwise([*times, times[-1]]), strict=True):
        perform(venue, action)
        for moment in range(now, then):
            venue.advance(moment)
    venue.stop()
    assert reports == expected


# ------------------------------------------------------------------------------------------ a slow twin


def naive_bar_fills(orders, bar, cap):
    """The bar's rules as prose would have it, one side at a time: (order_id, qty, price)."""
    buys = sorted(
        (o for o in orders if o.side is Side.BUY), key=lambda o: (-(o.limit_price or 10**30), o.order_id)
    )
    sells = sorted((o for o in orders if o.side is Side.SELL), key=lambda o: (o.limit_price or 0, o.order_id))
    fills = []
    while buys or sells:
        if buys and (not sells or buys[0].order_id < sells[0].order_id):
            order = buys.pop(0)
            price = bar.open
            if order.limit_price is not None:
                price = min(bar.open, order.limit_price) if bar.low < order.limit_price else None
        else:
            order = sells.pop(0)
            price = bar.open
            if order.limit_price is not None:
                price = max(bar.open, order.limit_price) if bar.high > order.limit_price else None
        qty = 0 if price is None else min(order.order_qty, cap)
        if qty:
            fills.append((f"#{order.order_id}", qty, price))
            cap -= qty
    return fills


@given(
    st.lists(st.tuples(st.sampled_from(Side), quantities, st.one_of(st.none(), prices)), max_size=8),
    st.lists(prices, min_size=4, max_size=4),
    st.integers(0, 200),
)
@settings(max_examples=300)
def test_bar_fills_equal_the_slow_twin(terms, four, shares):
    bar = Bar(NAMES[0], 20, 20, four[0], max(four), min(four), four[1], shares * UNIT)
    orders = [approved(n + 1, 10, *one) for n, one in enumerate(terms)]
    config = PaperConfig(participation_bps=5_000 * UNIT)
    told = run([*orders, bar], config)[-2][1]
    fills = [(r.client_order_id, r.last_qty, r.last_px) for r in told if r.exec_type is ExecType.TRADE]
    assert fills == naive_bar_fills(orders, bar, shares // 2 * UNIT)


def test_the_scenarios_do_fill():
    """The properties above would hold for a venue that fills nothing; the scenarios must not let it."""
    seen: set[tuple[type, ExecType, LiquiditySide | None]] = set()

    @given(scenarios, configs)
    @settings(max_examples=300)
    def gather(script, config):
        for action, reports in run(script, config):
            seen.update((type(action), report.exec_type, report.liquidity_side) for report in reports)

    gather()
    for kind in (Bar, Quote, Trade):
        assert {side for action, why, side in seen if action is kind and why is ExecType.TRADE} == {
            "MAKER",
            "TAKER",
        }
    elsewhere = {
        ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL, ExecType.RESTATED, ExecType.SUSPENDED,
        ExecType.STOPPED, ExecType.DONE_FOR_DAY,
    }  # fmt: skip
    assert {why for _, why, _ in seen} == set(ExecType) - elsewhere  # The paper venue never takes back.
