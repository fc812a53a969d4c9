"""Plays a backtest with an order on every bar and prints its digests as JSON; run with either build.

Usage: PYTHONPATH=PACKAGE:REPOSITORY python -m tests.compiled.probe FOLDER
"""

import json
import random
import sys
from pathlib import Path

from tests.simulation.backtest.desk import SHARE_ID, START, Scripted, Table, play
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderFilled
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.build import is_compiled
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.paper import BpsFees, FixedLatency, PaperConfig
from trade2026.trading.journal import frames
from trade2026.trading.replay import replay

_BARS = 4_000
_CENT = UNIT // 100
_TIMES = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)


class Restless(Scripted):
    """Every bar brings an order, and some a replace or a cancel of what is open; some are refused."""

    def on_start(self, context: StrategyContext) -> None:
        self._random = random.Random(11)

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        draw = self._random.random
        for order in context.open_orders()[:3]:
            if draw() < 0.3:
                price = None if order.limit_price is None else order.limit_price + self._away(bar)
                context.replace_order(order.order_id, order.order_qty + UNIT * int(draw() * 20), price)
            elif draw() < 0.3:
                context.cancel_order(order.order_id)
        side = Side.BUY if draw() < 0.5 else Side.SELL
        quantity = UNIT * (1 + int(draw() * (60 if draw() < 0.97 else 10**7)))
        if draw() < 0.4:
            context.submit_order(SHARE_ID, side, quantity)
        else:
            time_in_force = _TIMES[int(draw() * 4)]
            context.submit_order(
                SHARE_ID, side, quantity, order_type=OrderType.LIMIT, limit_price=bar.close + self._away(bar),
                time_in_force=time_in_force,
            )  # fmt: skip
        self.notes.append((context.position(SHARE_ID), context.equity(), context.cash("USD")))

    def on_fill(self, context: StrategyContext, event: OrderFilled) -> None:
        if event.leaves_qty == 0:
            context.set_timer(f"after-{event.order_id}", context.now + 90 * 10**9)

    def on_timer(self, context: StrategyContext, name: str) -> None:
        context.log(name)

    def _away(self, bar: Bar) -> int:
        return int((self._random.random() - 0.5) * 0.02 * bar.close) // _CENT * _CENT


def walk() -> list[MarketEvent]:
    """Minute bars around 100, whole cents, with a volume that sometimes fills an order in parts."""
    source, close = random.Random(7), 10_000
    made: list[MarketEvent] = []
    for number in range(_BARS):
        first = close
        close = max(5_000, first + source.randint(-30, 30))
        low, high = min(first, close) - source.randint(0, 10), max(first, close) + source.randint(0, 10)
        ts = START + (number + 1) * MINUTE_NS
        opened, top, bottom, closed = (price * _CENT for price in (first, high, low, close))
        volume = source.randint(0, 1_000) * UNIT
        made.append(Bar(SHARE_ID, ts, ts, opened, top, bottom, closed, volume))
    return made


def main(folder: Path) -> None:
    """Play, replay, and print what must be the same."""
    strategy = Restless()
    paper = PaperConfig(
        latency=FixedLatency(20 * 10**9), spread_bps=3 * UNIT, slippage_bps=UNIT,
        fees=BpsFees(-UNIT // 2, 2 * UNIT),
    )  # fmt: skip
    result = play(folder, strategy, Table(walk(), batch=100), paper=paper)
    assert result.strategy_error is None, result.strategy_error
    storage = DiskStorage(str(folder))
    journaled = list(frames(storage))
    replayed = replay(iter(journaled), decide_again=True)
    storage.close()
    answer = {
        "is_compiled": is_compiled(),
        "journal_sha256": journaled[-1].digest.hex(),
        "state_sha256": result.core.state_sha256(),
        "replayed_sha256": replayed.core.state_sha256(),
        "frames": len(journaled),
        "orders": result.orders,
        "refusals": result.refusals,
        "fills": [repr(fill) for fill in result.fills],
        "samples": [repr(sample) for sample in result.samples],
        "seen": [repr(note) for note in strategy.notes],
        "log": [repr(line) for line in result.log],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
