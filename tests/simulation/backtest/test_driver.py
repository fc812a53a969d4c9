"""The order of things in a backtest: what a strategy hears when, what it may do, what its faults cost."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.backtest.desk import SHARE_ID, START, Scripted, Table, bars, play
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.enums import OrderStatus, OrderType, Side, TimeInForce
from trade2026.model.events import Event, OrderFilled, OrderRefused
from trade2026.model.market_data import Bar, Quote
from trade2026.oms.status import order_status
from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.errors import InputError, IntegrityError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, MINUTE_NS
from trade2026.simulation.backtest import BacktestResult
from trade2026.simulation.backtest.market import History
from trade2026.simulation.paper import BpsFees, FixedLatency, PaperConfig
from trade2026.trading.journal import frames
from trade2026.trading.replay import replay


class BuyOnFirst(Scripted):
    """Buys ten shares at the first bar."""

    def on_start(self, context: StrategyContext) -> None:
        self.notes.append(("start", context.now))

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self.notes.append(("bar", bar.close // UNIT, context.position(SHARE_ID).quantity // UNIT))
        if len(context.history(SHARE_ID, 10)) == 1:
            result = context.submit_order(SHARE_ID, Side.BUY, 10 * UNIT)
            assert result.accepted

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self.notes.append(("fill", fill.last_px // UNIT, context.position(SHARE_ID).quantity // UNIT))

    def on_stop(self, context: StrategyContext) -> None:
        refused = context.submit_order(SHARE_ID, Side.BUY, UNIT)
        self.notes.append(("stop", refused.accepted, type(refused.event)))


def test_an_order_decided_on_a_bar_fills_on_the_next_and_is_heard_before_that_bar(tmp_path: Path) -> None:
    strategy = BuyOnFirst()
    result = play(tmp_path, strategy, Table(bars(100, 110, 120)))
    assert strategy.notes == [
        ("start", START + MINUTE_NS),
        ("bar", 100, 0),
        ("fill", 110, 10),
        ("bar", 110, 10),
        ("bar", 120, 10),
        ("stop", False, OrderRefused),
    ]
    assert (result.events, result.orders, result.refusals, len(result.fills)) == (3, 1, 1, 1)
    assert result.samples[-1].equity == (1_000_000 + 10 * 10) * UNIT
    assert result.samples[-1].gross == result.samples[-1].net == 1_200 * UNIT


def test_the_first_sample_is_the_starting_cash_and_one_follows_each_session(tmp_path: Path) -> None:
    closes = [100 + i for i in range(9)]
    events = bars(*closes, step_ns=DAY_NS // 3)
    result = play(tmp_path, BuyOnFirst(), Table(events, interval_ns=DAY_NS // 3))
    times = [sample.ts for sample in result.samples]
    # Bars end at 08:00, 16:00 and 24:00: the one stamped with midnight belongs to the day that ends.
    assert times == [START, START + DAY_NS, START + 2 * DAY_NS, START + 3 * DAY_NS]
    assert [sample.equity // UNIT for sample in result.samples] == [
        1_000_000, 1_000_010, 1_000_040, 1_000_070,
    ]  # fmt: skip
    assert [sample.traded // UNIT for sample in result.samples] == [0, 1_010, 0, 0]


class Timers(Scripted):
    """Sets timers from everywhere and notes when they come."""

    def on_start(self, context: StrategyContext) -> None:
        context.set_timer("between", START + MINUTE_NS + 5)
        context.set_timer("with the second bar", START + 2 * MINUTE_NS)
        context.set_timer("after the data", START + 99 * MINUTE_NS)

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self.notes.append((context.now - START, "bar"))
        if len(self.notes) == 1:
            context.set_timer("now", context.now)

    def on_timer(self, context: StrategyContext, name: str) -> None:
        self.notes.append((context.now - START, name))


def test_timers_come_in_order_after_all_events_of_their_time(tmp_path: Path) -> None:
    strategy = Timers()
    play(tmp_path, strategy, Table(bars(1, 2, 3)))
    minute = MINUTE_NS
    assert strategy.notes == [
        (minute, "bar"),
        (minute, "now"),
        (minute + 5, "between"),
        (2 * minute, "bar"),
        (2 * minute, "with the second bar"),
        (3 * minute, "bar"),
    ]


def test_a_timer_in_the_past_is_a_fault_of_the_strategy(tmp_path: Path) -> None:
    class Late(Scripted):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            context.set_timer("late", context.now - 1)

    result = play(tmp_path, Late(), Table(bars(1, 2)))
    assert result.strategy_error is not None
    assert "past" in result.strategy_error.message


class Raises(Scripted):
    """Rests an order far away, then raises on the second bar."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self.notes.append(bar.close // UNIT)
        if len(self.notes) == 1:
            context.submit_order(SHARE_ID, Side.BUY, 10 * UNIT)
            context.submit_order(
                SHARE_ID, Side.BUY, UNIT, order_type=OrderType.LIMIT, limit_price=95 * UNIT,
                time_in_force=TimeInForce.GTC,
            )  # fmt: skip
        elif len(self.notes) == 2:
            raise ZeroDivisionError("a bad day")


def test_a_strategy_that_raises_is_stopped_its_orders_canceled_and_the_rest_goes_on(tmp_path: Path) -> None:
    strategy = Raises()
    result = play(tmp_path, strategy, Table(bars(100, 101, 102, 103)))
    assert strategy.notes == [100, 101], "nothing is called after the fault"
    error = result.strategy_error
    assert error is not None
    assert (error.ts, error.callback, error.message) == (
        START + 2 * MINUTE_NS,
        "on_bar",
        "ZeroDivisionError: a bad day",
    )
    assert "test_driver.py" in error.traceback
    statuses = [order_status(order) for order in result.core.engines.oms.orders.values()]
    assert statuses == [OrderStatus.FILLED, OrderStatus.CANCELED]
    assert result.events == 4
    assert result.samples[-1].equity == (1_000_000 + 10 * 2) * UNIT, "the position is valued to the end"


def test_a_fault_of_the_platform_is_not_taken_for_one_of_the_strategy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise AssertionError("ours")

    monkeypatch.setattr("trade2026.trading.decide.failures", broken)
    with pytest.raises(AssertionError, match="ours"):
        play(tmp_path, BuyOnFirst(), Table(bars(100, 101)))


def test_an_integrity_error_in_a_callback_passes_through(tmp_path: Path) -> None:
    class Broken(Scripted):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            raise IntegrityError("books")

    with pytest.raises(IntegrityError, match="books"):
        play(tmp_path, Broken(), Table(bars(100)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda context: context.submit_order("NONE.SIM", Side.BUY, UNIT), "NONE.SIM"),
        (lambda context: context.submit_order(SHARE_ID, Side.BUY, 1.5), "raw integer"),
        (lambda context: context.history(SHARE_ID, 0), "count"),
        (lambda context: context.history(SHARE_ID, 10**6), "history_length"),
        (lambda context: context.history("NONE.SIM", 1), "NONE.SIM"),
        (lambda context: context.replace_order(77, UNIT), "77"),
    ],
)
def test_a_request_that_makes_no_sense_names_the_value(tmp_path: Path, call: Any, words: str) -> None:
    class Wrong(Scripted):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            call(context)

    result = play(tmp_path, Wrong(), Table(bars(100)))
    assert result.strategy_error is not None
    assert words in result.strategy_error.message


class CancelAndReplace(Scripted):
    """Rests an order, raises its quantity, then cancels it."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        number = len(context.history(SHARE_ID, 10))
        if number == 1:
            self.order_id = context.submit_order(
                SHARE_ID, Side.BUY, 5 * UNIT, order_type=OrderType.LIMIT, limit_price=95 * UNIT,
                time_in_force=TimeInForce.GTC,
            ).order_id  # fmt: skip
        elif number == 2:
            assert context.replace_order(self.order_id, 8 * UNIT, 96 * UNIT).accepted
        elif number == 4:
            assert context.cancel_order(self.order_id).accepted
            assert not context.cancel_order(self.order_id).accepted, "one is pending already"
        views = context.open_orders(SHARE_ID)
        self.notes.append([(v.status, v.order_qty // UNIT, (v.limit_price or 0) // UNIT) for v in views])

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        self.notes.append(type(event).__name__)


def test_replace_and_cancel_are_seen_as_they_happen(tmp_path: Path) -> None:
    strategy = CancelAndReplace()
    play(tmp_path, strategy, Table(bars(100, 100, 100, 100, 100)))
    assert strategy.notes == [
        [(OrderStatus.PENDING_NEW, 5, 95)],
        "OrderAcknowledged",
        [(OrderStatus.PENDING_REPLACE, 5, 95)],
        "OrderReplaced",
        [(OrderStatus.NEW, 8, 96)],
        [(OrderStatus.PENDING_CANCEL, 8, 96)],
        "OrderCanceled",
        [],
    ]


def test_latency_delays_the_fill_by_a_bar(tmp_path: Path) -> None:
    strategy = BuyOnFirst()
    paper = PaperConfig(latency=FixedLatency(MINUTE_NS + 1))
    play(tmp_path, strategy, Table(bars(100, 110, 120, 130)), paper=paper)
    assert [note for note in strategy.notes if note[0] == "fill"] == [("fill", 130, 10)]


def test_quotes_reach_the_strategy_and_set_the_reference(tmp_path: Path) -> None:
    class Crosses(Scripted):
        def on_quote(self, context: StrategyContext, quote: Quote) -> None:
            self.notes.append(context.latest_price(SHARE_ID))
            if len(self.notes) == 1:
                context.submit_order(SHARE_ID, Side.BUY, UNIT)

    events = [
        Quote(SHARE_ID, START + i, START + i, (99 + i) * UNIT, (101 + i) * UNIT, UNIT, UNIT)
        for i in (1, 2, 3)
    ]
    strategy = Crosses()
    result = play(tmp_path, strategy, Table(events, interval_ns=0))
    assert strategy.notes == [101 * UNIT, 102 * UNIT, 103 * UNIT]
    assert [fill.price // UNIT for fill in result.fills] == [103], "the ask of the next quote"


def test_a_run_can_be_stopped_in_good_order(tmp_path: Path) -> None:
    result = play(tmp_path, BuyOnFirst(), Table(bars(*range(100, 120))), should_stop=lambda: True)
    assert result.stopped
    assert result.events == 3, "one batch"
    with DiskStorageAt(tmp_path) as storage:
        assert replay(frames(storage), decide_again=True).core.state_sha256() == result.core.state_sha256()


def test_an_empty_period_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no market event"):
        play(tmp_path, BuyOnFirst(), Table(bars(1, 2)), start_ns=START + DAY_NS)


def test_a_currency_that_is_not_the_account_s_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--currency USD"):
        play(tmp_path, BuyOnFirst(), Table(bars(1, 2)), base_currency="EUR")


@pytest.mark.parametrize("durable", [False, True])
def test_the_same_run_writes_the_same_bytes_and_replays_to_the_same_state(
    tmp_path: Path, durable: bool
) -> None:
    digests = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        result = play(
            folder, CancelAndReplace(), Table(bars(*range(100, 130))), durable=durable,
            paper=PaperConfig(fees=BpsFees(UNIT, 2 * UNIT), spread_bps=3 * UNIT),
        )  # fmt: skip
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.log")) or sorted(folder.iterdir()):
            if path.is_file() and path.stat().st_size > 100:
                digest.update(path.read_bytes())
        digests.append(digest.hexdigest())
        with DiskStorageAt(folder) as storage:
            replayed = replay(frames(storage), decide_again=True)
        assert replayed.core.state_sha256() == result.core.state_sha256()
    assert digests[0] == digests[1]


def test_equity_seen_by_the_strategy_is_cash_plus_positions(tmp_path: Path) -> None:
    class Looks(BuyOnFirst):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            super().on_bar(context, bar)
            held = context.position(SHARE_ID).quantity
            assert context.equity() == context.cash("USD") + held * bar.close // UNIT
            self.notes.append(("equity", context.equity() // UNIT))

        def on_stop(self, context: StrategyContext) -> None:
            """Nothing."""

    strategy = Looks()
    result: BacktestResult = play(tmp_path, strategy, Table(bars(100, 110, 130)))
    assert result.strategy_error is None
    assert [note[1] for note in strategy.notes if note[0] == "equity"] == [1_000_000, 1_000_000, 1_000_200]


class DiskStorageAt:
    """A storage that is closed at the end of a block."""

    def __init__(self, folder: Path) -> None:
        self._storage = DiskStorage(str(folder))

    def __enter__(self) -> DiskStorage:
        return self._storage

    def __exit__(self, *_: object) -> None:
        self._storage.close()


@pytest.mark.parametrize("ratio", [-1, UNIT + 1])
def test_a_short_cannot_be_larger_than_a_long(tmp_path: Path, ratio: int) -> None:
    with pytest.raises(InputError, match="max_short_ratio must be from 0 to 1"):
        play(tmp_path, BuyOnFirst(), Table(bars(1)), max_short_ratio=ratio)


def test_without_history_nothing_is_kept(tmp_path: Path) -> None:
    kept = History((SHARE_ID,), 0)
    for event in bars(*[100] * 2_100):
        assert isinstance(event, Bar)
        kept.append(event)
    assert len(kept._bars[SHARE_ID]) < 1_025
    with pytest.raises(
        InputError, match="history_length must be a whole number of bars, zero or more, was -1"
    ):
        History((SHARE_ID,), -1)


def test_a_denied_cancel_is_no_refused_order(tmp_path: Path) -> None:
    class CancelsNothing(Scripted):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            assert not context.cancel_order(99).accepted

    assert play(tmp_path, CancelsNothing(), Table(bars(100, 100))).refusals == 0
