"""The future changes nothing: whatever comes after a moment, a strategy sees and gets the same until then."""

import random
from pathlib import Path

import pytest

from tests.simulation.backtest.desk import START, Scripted, Table, play
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import Event, OrderFilled
from trade2026.model.instrument import equity
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.strategy import StrategyContext
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MINUTE_NS
from trade2026.simulation.paper import BpsFees, FixedLatency, PaperConfig

CENT = UNIT // 100
INSTRUMENTS = tuple(equity(name, "SIM", calendar="24/7") for name in ("AAAA", "BBBB", "CCCC"))


def market(seed: int, minutes: int) -> list[MarketEvent]:
    """Three instruments: bars, bars with quotes, bars with prints; many at one time, some missing."""
    rng = random.Random(seed)
    events: list[MarketEvent] = []
    for number, instrument in enumerate(INSTRUMENTS):
        name, price = instrument.instrument_id, 100 * UNIT
        for minute in range(1, minutes + 1):
            end, opened = START + minute * MINUTE_NS, price
            for part in (1, 2, 3):
                price += rng.randint(-30, 30) * CENT
                ts = end - MINUTE_NS + part * MINUTE_NS // 3
                if number == 1:
                    events.append(Quote(name, ts, ts, price - CENT, price + CENT, 5 * UNIT, 5 * UNIT))
                elif number == 2:
                    events.append(Trade(name, ts, ts, price, 3 * UNIT, None, f"{minute}-{part}"))
            if rng.random() < 0.9:
                high, low = max(opened, price) + 5 * CENT, min(opened, price) - 5 * CENT
                events.append(Bar(name, end, end, opened, high, low, price, rng.randint(0, 300) * UNIT))
    return sorted(events, key=lambda event: (event.ts_event, event.instrument_id))


class Trades(Scripted):
    """Does at random all that can be done, and notes all it sees."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)

    def _see(self, context: StrategyContext, what: object) -> None:
        known = [
            (context.latest_price(name), context.position(name), len(context.history(name, 5)))
            for name in context.instruments
        ]
        self.notes.append((context.now, repr(what), context.equity(), known, list(context.open_orders())))

    def _act(self, context: StrategyContext) -> None:
        rng = self.random
        if rng.random() < 0.3:
            context.set_timer("later", context.now + rng.randint(0, 2) * MINUTE_NS // 2)
        name = rng.choice(list(context.instruments))
        price = context.latest_price(name)
        if price is None or rng.random() < 0.5:
            return
        limit = price + rng.randint(-20, 20) * CENT if rng.random() < 0.6 else None
        result = context.submit_order(
            name, rng.choice(list(Side)), rng.randint(1, 40) * UNIT,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT, limit_price=limit,
            time_in_force=rng.choice(list(TimeInForce)),
        )  # fmt: skip
        self._see(context, result)
        for order in context.open_orders():
            if rng.random() < 0.2:
                self._see(context, context.cancel_order(order.order_id))
            elif order.limit_price and rng.random() < 0.2:
                terms = order.order_qty + UNIT, order.limit_price + CENT
                self._see(context, context.replace_order(order.order_id, *terms))

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        self._see(context, bar)
        self._act(context)

    def on_quote(self, context: StrategyContext, quote: Quote) -> None:
        self._see(context, quote)
        self._act(context)

    def on_trade(self, context: StrategyContext, trade: Trade) -> None:
        self._see(context, trade)
        self._act(context)

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        self._see(context, fill)
        self._act(context)

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        self._see(context, event)

    def on_timer(self, context: StrategyContext, name: str) -> None:
        self._see(context, name)
        self._act(context)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("latency_ns", [0, 7 * MINUTE_NS // 10])
def test_what_a_strategy_sees_does_not_depend_on_what_comes(
    tmp_path: Path, seed: int, latency_ns: int
) -> None:
    events, others = market(seed, 60), market(seed + 1_000, 60)
    until = START + 40 * MINUTE_NS
    shown = [event for event in events if event.ts_event <= until]
    pasts = []
    for number, future in enumerate((events, others)):
        source = Table(
            shown + [event for event in future if event.ts_event > until], INSTRUMENTS, interval_ns=MINUTE_NS
        )
        strategy = Trades(seed)
        folder = tmp_path / str(number)
        folder.mkdir()
        paper = PaperConfig(
            latency=FixedLatency(latency_ns), fees=BpsFees(UNIT, 2 * UNIT), spread_bps=2 * UNIT
        )
        result = play(folder, strategy, source, paper=paper)
        assert result.strategy_error is None
        assert len(result.fills) > 50
        pasts.append(
            (
                [note for note in strategy.notes if note[0] <= until],
                [fill for fill in result.fills if fill.ts_event <= until],
            )
        )
    assert pasts[0] == pasts[1]
    assert len(pasts[0][0]) > 500


def test_no_fill_is_of_the_event_that_was_decided_on(tmp_path: Path) -> None:
    """Every fill is stamped later than its order was approved, on every instrument."""
    result = play(tmp_path, Trades(5), Table(market(5, 60), INSTRUMENTS, interval_ns=MINUTE_NS))
    orders = result.core.engines.oms.orders
    assert len(result.fills) > 50
    assert all(fill.ts_event > orders[fill.order_id].ts_approved for fill in result.fills)
