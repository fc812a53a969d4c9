"""Dual moving average: long while the fast average of closes is above the slow one, else out.

The oldest of trend rules, here as the smallest complete example of a strategy. Averages are kept as
running integer sums, so that nothing drifts and a replay decides the same to the last unit.
"""

from collections import deque
from typing import Annotated, ClassVar

import msgspec

from trade2026.model.enums import Side
from trade2026.model.market_data import Bar
from trade2026.ports.strategy import Strategy, StrategyContext
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT


class DualMovingAverageParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of the rule.

    Attributes
    ----------
    fast, slow : int
        Bars in the averages; `fast` is the shorter.
    weight_pct : int
        Share of equity put into each instrument's long position, in percent; it is divided among
        the instruments of the run.
    """

    fast: Annotated[int, msgspec.Meta(ge=1, le=5_000, description="bars in the fast average")] = 50
    slow: Annotated[int, msgspec.Meta(ge=2, le=10_000, description="bars in the slow average")] = 200
    weight_pct: Annotated[int, msgspec.Meta(ge=1, le=100, description="percent of equity invested")] = 95

    def __post_init__(self) -> None:
        if self.fast >= self.slow:
            raise InputError(f"fast must be below slow, was {self.fast} with slow {self.slow}")


class _Averages:
    """Running sums of the last `fast` and `slow` closes."""

    __slots__ = ("closes", "fast", "fast_sum", "slow", "slow_sum")

    def __init__(self, fast: int, slow: int) -> None:
        self.fast = fast
        self.slow = slow
        self.closes: deque[int] = deque(maxlen=slow)
        self.fast_sum = 0
        self.slow_sum = 0

    def add(self, close: int) -> bool | None:
        """Whether the fast average is above the slow one; None until there are enough closes."""
        closes = self.closes
        if len(closes) == self.slow:
            self.slow_sum -= closes[0]
        if len(closes) >= self.fast:
            self.fast_sum -= closes[-self.fast]
        closes.append(close)
        self.fast_sum += close
        self.slow_sum += close
        if len(closes) < self.slow:
            return None
        return self.fast_sum * self.slow > self.slow_sum * self.fast


class DualMovingAverage(Strategy):
    """Buys at the first bar whose fast average is above the slow one, sells all when it no longer is."""

    parameters_type: ClassVar[type[msgspec.Struct]] = DualMovingAverageParameters
    history_length: ClassVar[int] = 1
    parameters: DualMovingAverageParameters

    def __init__(self, parameters: DualMovingAverageParameters) -> None:
        super().__init__(parameters)
        self._averages: dict[str, _Averages] = {}

    def on_start(self, context: StrategyContext) -> None:
        """Set up one pair of averages for each instrument."""
        for instrument_id in context.instruments:
            self._averages[instrument_id] = _Averages(self.parameters.fast, self.parameters.slow)

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        """Compare the averages and trade the difference to the position wanted."""
        is_up = self._averages[bar.instrument_id].add(bar.close)
        if is_up is None or context.open_orders(bar.instrument_id):
            return
        instrument = context.instruments[bar.instrument_id]
        held = instrument.whole_lots(context.position(bar.instrument_id).quantity)
        if is_up and held <= 0:
            quantity = self._quantity(context, bar)
            if quantity > 0:
                context.submit_order(bar.instrument_id, Side.BUY, quantity)
        elif not is_up and held > 0:
            context.submit_order(bar.instrument_id, Side.SELL, held)

    def _quantity(self, context: StrategyContext, bar: Bar) -> int:
        """Whole lots that the instrument's share of equity buys at the bar's close."""
        instrument = context.instruments[bar.instrument_id]
        budget = context.equity() * self.parameters.weight_pct // (100 * len(context.instruments))
        return instrument.whole_lots(budget * UNIT * UNIT // (bar.close * instrument.multiplier))
