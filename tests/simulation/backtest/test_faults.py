"""Strategies that go wrong: each is stopped with its own words, and the run and its journal stay whole."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.backtest.desk import SHARE_ID, START, Scripted, Table, bars, play
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import Event, OrderFilled
from trade2026.model.market_data import Bar
from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.backtest import BacktestResult
from trade2026.trading.journal import frames
from trade2026.trading.replay import replay


def assert_replays(folder: Path, result: BacktestResult) -> None:
    """The journal decodes, decides again as it did, and gives the same state."""
    storage = DiskStorage(str(folder))
    try:
        replayed = replay(frames(storage), decide_again=True)
    finally:
        storage.close()
    assert replayed.core.state_sha256() == result.core.state_sha256()


class RaisesIn(Scripted):
    """Works, and raises in one callback."""

    def __init__(self, callback: str) -> None:
        super().__init__()
        self.callback = callback

    def _hear(self, callback: str) -> None:
        self.notes.append(callback)
        if callback == self.callback:
            raise ValueError(callback)

    def on_start(self, context: StrategyContext) -> None:
        context.set_timer("soon", START + MINUTE_NS + 1)
        self._hear("on_start")

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        if "on_bar" not in self.notes:
            context.submit_order(SHARE_ID, Side.BUY, UNIT)
            context.submit_order(
                SHARE_ID, Side.BUY, UNIT, order_type=OrderType.LIMIT, limit_price=98 * UNIT,
                time_in_force=TimeInForce.GTC,
            )  # fmt: skip
        self._hear("on_bar")

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self._hear("on_fill")

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        self._hear("on_order_event")

    def on_timer(self, context: StrategyContext, name: str) -> None:
        self._hear("on_timer")

    def on_stop(self, context: StrategyContext) -> None:
        self._hear("on_stop")


@pytest.mark.parametrize(
    "callback", ["on_start", "on_bar", "on_fill", "on_order_event", "on_timer", "on_stop"]
)
def test_nothing_is_called_after_a_fault_whichever_callback_it_was(tmp_path: Path, callback: str) -> None:
    strategy = RaisesIn(callback)
    result = play(tmp_path, strategy, Table(bars(100, 100, 100, 100, 100)))
    assert strategy.notes[-1] == callback
    assert strategy.notes.count(callback) == 1
    assert result.strategy_error is not None
    assert (result.strategy_error.callback, result.strategy_error.message) == (
        callback,
        f"ValueError: {callback}",
    )
    assert not result.core.engines.oms.accounts["BACKTEST"].open_orders
    assert_replays(tmp_path, result)


class Does(Scripted):
    """Calls a function on the second bar."""

    def __init__(self, action: Any) -> None:
        super().__init__()
        self.action = action

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self.notes.append(bar.close)
        if len(self.notes) == 1:
            context.submit_order(
                SHARE_ID, Side.BUY, UNIT, order_type=OrderType.LIMIT, limit_price=98 * UNIT,
                time_in_force=TimeInForce.GTC,
            )  # fmt: skip
        elif len(self.notes) == 2:
            self.action(context)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda c: c.submit_order(SHARE_ID, "BUY", UNIT), "side"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, UNIT, order_type="MARKET"), "order_type"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, UNIT, time_in_force="DAY"), "time_in_force"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, UNIT, client_order_id=7), "client_order_id"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, UNIT, client_order_id="a\ud800"), "client_order_id"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, UNIT, client_order_id="script-1"), "client_order_id"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, 10**30), "order_qty"),
        (lambda c: c.replace_order(1, UNIT, 10**30), "limit_price"),
        (lambda c: c.submit_order(SHARE_ID, Side.BUY, True), "order_qty"),
        (lambda c: c.replace_order(1, 2.0 * UNIT, 98 * UNIT), "order_qty"),
        (lambda c: c.replace_order(1, 10**30, 98 * UNIT), "order_qty"),
        (lambda c: c.replace_order(1, UNIT, 97.5), "limit_price"),
        (lambda c: c.replace_order(1.0, 2 * UNIT, 98 * UNIT), "order_id"),
        (lambda c: c.cancel_order(1.0), "order_id"),
        (lambda c: c.cancel_order("1"), "order_id"),
        (lambda c: c.cancel_order(None), "order_id"),
        (lambda c: c.cancel_order(10**30), "order_id"),
        (lambda c: c.set_timer("x", c.now + 0.5), "timer"),
        (lambda c: c.set_timer("x", 10**30), "timer"),
        (lambda c: c.instruments.clear(), "clear"),
        (lambda _: sys.exit(3), "SystemExit: 3"),
        (lambda c: c.log("said \ud800") or 1 / 0, "ZeroDivisionError"),
    ],
)  # fmt: skip
def test_a_request_of_a_wrong_kind_is_the_strategy_s_fault_and_never_reaches_the_journal(
    tmp_path: Path, action: Any, words: str
) -> None:
    strategy = Does(action)
    result = play(tmp_path, strategy, Table(bars(100, 101, 102, 103)))
    assert result.strategy_error is not None
    assert words in result.strategy_error.message
    assert strategy.notes == [100 * UNIT, 101 * UNIT]
    assert result.events == 4
    assert not result.core.engines.oms.accounts["BACKTEST"].open_orders
    assert "".join(text for _, text in result.log).isprintable()
    assert_replays(tmp_path, result)


class Unspeakable(Exception):
    """An exception that cannot be written down."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    "error", [Unspeakable(), ValueError("caf\udce9.csv"), MemoryError(), RecursionError()]
)
def test_whatever_it_raises_can_be_written_down(tmp_path: Path, error: Exception) -> None:
    def fail(_: StrategyContext) -> None:
        raise error

    result = play(tmp_path, Does(fail), Table(bars(100, 101, 102)))
    assert result.strategy_error is not None
    assert result.strategy_error.message.startswith(type(error).__name__)
    (result.strategy_error.message + result.strategy_error.traceback).encode()
    assert_replays(tmp_path, result)


class CancelsAndSendsAgain(Scripted):
    """Answers each acknowledgement with a cancel and each cancel with another order, at one instant."""

    def _send(self, context: StrategyContext) -> None:
        context.submit_order(
            SHARE_ID, Side.BUY, UNIT, order_type=OrderType.LIMIT, limit_price=95 * UNIT,
            time_in_force=TimeInForce.GTC,
        )  # fmt: skip

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        if not context.open_orders():
            self._send(context)

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        for order in context.open_orders():
            context.cancel_order(order.order_id)
            return
        self._send(context)


class SetsTimersForNow(Scripted):
    """Each timer sets another for the same moment."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        context.set_timer("again", context.now)

    def on_timer(self, context: StrategyContext, name: str) -> None:
        context.set_timer("again", context.now)


class AsksWithoutEnd(Scripted):
    """Sends orders until one is accepted; none ever is."""

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        while not context.submit_order(SHARE_ID, Side.BUY, UNIT // 3).accepted:
            pass


@pytest.mark.parametrize("strategy_type", [CancelsAndSendsAgain, SetsTimersForNow, AsksWithoutEnd])
def test_one_that_never_lets_time_go_on_is_stopped(tmp_path: Path, strategy_type: type[Scripted]) -> None:
    result = play(tmp_path, strategy_type(), Table(bars(100, 100, 100)), requests_at_once_max=200)
    assert result.strategy_error is not None
    assert "200 requests" in result.strategy_error.message
    assert result.events == 3
    assert not result.core.engines.oms.accounts["BACKTEST"].open_orders
    assert_replays(tmp_path, result)


def test_a_strategy_that_calls_itself_without_end_inside_a_request_ends_the_run_in_words(
    tmp_path: Path,
) -> None:
    """The stack ran out in the core, whose state may be half changed: nothing may go on from it."""

    def again(context: StrategyContext) -> None:
        context.submit_order(SHARE_ID, Side.BUY, UNIT)
        again(context)

    with pytest.raises(InputError, match=r"call itself without end.* on_bar at 2024-01-01T00:02:00Z"):
        play(tmp_path, Does(again), Table(bars(100, 100, 100)))
