"""Brackets, pairs and single instructions in a strategy's hands: what it asks for, and what becomes of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.simulation.backtest.desk import SHARE_ID, Scripted, Table, bars, play
from trade2026.model.enums import OrderStatus, OrderType, Side, TimeInForce
from trade2026.model.events import Event, OrderFilled, OrderHeld, OrderRefused
from trade2026.model.instructions import OrderInstructions
from trade2026.model.market_data import Bar
from trade2026.ports.strategy import Leg, StrategyContext
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.backtest import BacktestResult

QTY = 10 * UNIT


class AtFirst(Scripted):
    """Does something at the first bar, and notes what it is told."""

    def __init__(self, do: Any) -> None:
        super().__init__()
        self._do = do
        self.answers: Any = None
        self.context: Any = None

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        if self.answers is None:
            self.answers = self._do(context)
        self.open = [(order.order_type, order.status) for order in context.open_orders()]
        self.notes.append((bar.close // UNIT, context.position(SHARE_ID).quantity // UNIT))

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self.notes.append(("fill", fill.order_id, fill.side, fill.last_px // UNIT))

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        self.notes.append((type(event).__name__, getattr(event, "order_id", 0)))


def played(folder: Path, do: Any, *closes: int) -> tuple[AtFirst, BacktestResult]:
    strategy = AtFirst(do)
    result = play(folder, strategy, Table(bars(*closes)))
    return strategy, result


def bracket(context: StrategyContext) -> Any:
    legs = Leg.market(), Leg.limit(110 * UNIT), Leg.stop(95 * UNIT)
    return context.submit_bracket(SHARE_ID, Side.BUY, QTY, *legs)


def sides(result: BacktestResult) -> list[tuple[Side, int]]:
    return [(fill.side, fill.quantity // UNIT) for fill in result.fills]


def test_a_bracket_takes_its_profit(tmp_path: Path) -> None:
    strategy, result = played(tmp_path, bracket, 100, 100, 105, 111, 111, 90)
    assert [answer.accepted for answer in strategy.answers] == [True] * 3
    assert [answer.order_id for answer in strategy.answers] == [1, 2, 3]
    assert [type(answer.event) for answer in strategy.answers[1:]] == [OrderHeld, OrderHeld]
    assert sides(result) == [(Side.BUY, 10), (Side.SELL, 10)]
    assert result.fills[1].order_id == 2
    assert ("OrderCanceled", 3) in strategy.notes
    assert strategy.open == []


def test_a_bracket_takes_its_loss(tmp_path: Path) -> None:
    strategy, result = played(tmp_path, bracket, 100, 100, 99, 94, 93, 120)
    assert sides(result) == [(Side.BUY, 10), (Side.SELL, 10)]
    assert result.fills[1].order_id == 3
    assert ("OrderReleased", 3) in strategy.notes
    assert ("OrderPendingCancel", 2) in strategy.notes  # The take profit was at the venue.


def test_exits_wait_for_their_entry(tmp_path: Path) -> None:
    def do(context: StrategyContext) -> Any:
        legs = Leg.limit(90 * UNIT), Leg.limit(110 * UNIT), Leg.stop(80 * UNIT)
        return context.submit_bracket(SHARE_ID, Side.BUY, QTY, *legs)

    strategy, result = played(tmp_path, do, 100, 111, 79 + 20, 100)
    assert result.fills == ()
    assert [status for _, status in strategy.open] == [OrderStatus.NEW, OrderStatus.HELD, OrderStatus.HELD]


def test_one_of_a_pair_ends_the_other(tmp_path: Path) -> None:
    def do(context: StrategyContext) -> Any:
        return context.submit_oco(SHARE_ID, Side.BUY, QTY, Leg.limit(90 * UNIT), Leg.stop(110 * UNIT))

    strategy, result = played(tmp_path, do, 100, 105, 111, 112, 85)
    assert sides(result) == [(Side.BUY, 10)]
    assert [answer.accepted for answer in strategy.answers] == [True, True]
    assert strategy.open == []


def test_an_entry_that_is_refused_leaves_no_exits(tmp_path: Path) -> None:
    def do(context: StrategyContext) -> Any:
        legs = Leg.market(), Leg.limit(110 * UNIT), Leg.stop(95 * UNIT)
        return context.submit_bracket(SHARE_ID, Side.BUY, 10**9 * UNIT, *legs)

    strategy, result = played(tmp_path, do, 100, 100)
    assert type(strategy.answers[0].event) is OrderRefused
    assert [answer.accepted for answer in strategy.answers] == [False] * 3
    assert result.fills == ()
    assert strategy.open == []


def test_a_trailing_stop_follows_and_is_seen(tmp_path: Path) -> None:
    seen: list[int | None] = []

    class Watch(AtFirst):
        def on_bar(self, context: StrategyContext, bar: Bar) -> None:
            super().on_bar(context, bar)
            seen.extend(
                None if order.trigger_price is None else order.trigger_price // UNIT
                for order in context.open_orders()
            )

    def do(context: StrategyContext) -> Any:
        leg = Leg.trail(5 * UNIT)
        return context.submit_order(
            SHARE_ID, Side.SELL, QTY, order_type=leg.order_type, time_in_force=leg.time_in_force,
            instructions=leg.instructions,
        )  # fmt: skip

    result = play(tmp_path, Watch(do), Table(bars(100, 104, 110, 108, 104, 103)))
    assert seen[:4] == [95, 99, 105, 105]
    assert sides(result) == [(Side.SELL, 10)]


def test_a_held_order_is_changed_at_once(tmp_path: Path) -> None:
    def do(context: StrategyContext) -> Any:
        leg = Leg.stop(110 * UNIT)
        first = context.submit_order(
            SHARE_ID, Side.BUY, QTY, order_type=leg.order_type, instructions=leg.instructions
        )
        moved = context.replace_order(first.order_id, 5 * UNIT, trigger_price=120 * UNIT)
        (view,) = context.open_orders()
        canceled = context.cancel_order(first.order_id)
        return first, moved, view, canceled, context.open_orders()

    strategy, result = played(tmp_path, do, 100, 111, 125)
    first, moved, view, canceled, left = strategy.answers
    assert first.accepted
    assert moved.accepted
    assert canceled.accepted
    assert (view.order_qty, view.trigger_price, view.status) == (5 * UNIT, 120 * UNIT, OrderStatus.HELD)
    assert view.instructions is not None
    assert left == []
    assert result.fills == ()


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        ({"trigger_price": 1.5}, "trigger_price must be int or None"),
        ({"trailing_offset": "5"}, "trailing_offset must be int"),
        ({"trigger_source": "LAST"}, "trigger_source must be TriggerSource"),
        ({"post_only": 1}, "post_only must be bool"),
        ({"list_id": b"x"}, "list_id must be str"),
        ({"list_id": "\ud800"}, "UTF-8"),
        ({"display_qty": 2**63}, "sixty-four bits"),
    ],
)
def test_what_cannot_be_journaled_is_the_strategy_s_fault(
    tmp_path: Path, instructions: dict[str, Any], words: str
) -> None:
    def do(context: StrategyContext) -> Any:
        return context.submit_order(
            SHARE_ID, Side.BUY, QTY, order_type=OrderType.LIMIT, limit_price=UNIT,
            time_in_force=TimeInForce.GTC, instructions=OrderInstructions(**instructions),
        )  # fmt: skip

    _, result = played(tmp_path, do, 100, 100)
    assert result.strategy_error is not None
    assert words in result.strategy_error.message
