"""Cross-sectional momentum, 12-1: each month hold the instruments that rose most over the past year.

Ranks by the return from twelve months ago to one month ago; the last month is left out because short
runs tend to reverse. Jegadeesh and Titman (1993), Journal of Finance 48, 65-91; the skipped month as in
Asness, Moskowitz and Pedersen (2013), Journal of Finance 68, 929-985. Here a month is 21 bars, long only,
equal weights. Rebalances on the first bar of each calendar month (UTC), after all bars of that time.
"""

from typing import Annotated, ClassVar

import msgspec

from trade2026.model.enums import Side
from trade2026.model.market_data import Bar
from trade2026.ports.strategy import Strategy, StrategyContext
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import to_datetime


class MomentumParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of the rule.

    Attributes
    ----------
    lookback : int
        Bars from now to the start of the ranking window; 252 is twelve months of days.
    skip : int
        Bars from now to its end; 21 is one month of days.
    top : int
        Instruments held.
    invested_pct : int
        Share of equity invested, in percent; the rest absorbs costs and prices that move before the fill.
    """

    lookback: Annotated[int, msgspec.Meta(ge=2, le=2_000, description="bars to the start of the window")] = (
        252
    )
    skip: Annotated[int, msgspec.Meta(ge=0, le=1_000, description="bars to the end of the window")] = 21
    top: Annotated[int, msgspec.Meta(ge=1, le=1_000, description="instruments held")] = 5
    invested_pct: Annotated[int, msgspec.Meta(ge=1, le=100, description="percent of equity invested")] = 98

    def __post_init__(self) -> None:
        if self.skip >= self.lookback:
            raise InputError(f"skip must be below lookback, was {self.skip} with lookback {self.lookback}")


class Momentum(Strategy):
    """Long the strongest instruments of the run, equally weighted, rebalanced monthly."""

    parameters_type: ClassVar[type[msgspec.Struct]] = MomentumParameters
    history_length: ClassVar[int] = 2_001
    parameters: MomentumParameters

    def __init__(self, parameters: MomentumParameters) -> None:
        super().__init__(parameters)
        self._month = (0, 0)

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        """Notice the first bar of a month and wait for the other instruments' bars of the same time."""
        moment = to_datetime(bar.ts_event)
        month = (moment.year, moment.month)
        if month != self._month:
            self._month = month
            context.set_timer("rebalance", context.now)

    def on_timer(self, context: StrategyContext, name: str) -> None:
        """Rank, then sell what is too much before buying what is too little."""
        ranked = self._rank(context)
        if not ranked:
            return
        chosen = ranked[: self.parameters.top]
        share = context.equity() * self.parameters.invested_pct // (100 * self.parameters.top)
        changes = [
            (instrument_id, self._target(context, instrument_id, share if instrument_id in chosen else 0))
            for instrument_id in context.instruments
        ]
        for instrument_id, change in sorted(changes, key=lambda item: item[1]):
            if change:
                side = Side.BUY if change > 0 else Side.SELL
                context.submit_order(instrument_id, side, abs(change))

    def _rank(self, context: StrategyContext) -> list[str]:
        """Instruments with enough bars, strongest first; ties by id, so that the order is always the same."""
        lookback, skip = self.parameters.lookback, self.parameters.skip
        strength: list[tuple[int, str]] = []
        for instrument_id in context.instruments:
            bars = context.history(instrument_id, lookback + 1)
            if len(bars) == lookback + 1:
                gain = bars[-1 - skip].close * UNIT // bars[0].close  # Raw ratio: exact enough to rank.
                strength.append((-gain, instrument_id))
        return [instrument_id for _, instrument_id in sorted(strength)]

    def _target(self, context: StrategyContext, instrument_id: str, budget: int) -> int:
        """Signed quantity to trade to hold `budget` (raw money) of the instrument, in whole lots."""
        instrument = context.instruments[instrument_id]
        price = context.latest_price(instrument_id)
        held = context.position(instrument_id).quantity
        if price is None:
            return 0
        wanted = budget * UNIT * UNIT // (price * instrument.multiplier)
        return instrument.whole_lots(instrument.whole_lots(wanted) - held)
