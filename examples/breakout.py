"""Breakout: buy a share at its highest close of a year, sell it at its lowest close of some months."""

from typing import Annotated, ClassVar

import msgspec

from trade2026.model.enums import Side
from trade2026.model.events import OrderRefused
from trade2026.model.market_data import Bar
from trade2026.ports.strategy import Strategy, StrategyContext
from trade2026.primitives.fixed_point import UNIT, format_raw

Bars = Annotated[int, msgspec.Meta(ge=2, le=1_000)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class BreakoutParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be set with --param.

    Attributes
    ----------
    entry : int
        Buy at the highest close of so many bars.
    exit : int
        Sell at the lowest close of so many bars.
    invested_pct : int
        Percent of equity invested when every instrument is held.
    """

    entry: Bars = 250
    exit: Bars = 120
    invested_pct: Percent = 95


class Breakout(Strategy):
    """Long from a new high until a new low; every instrument gets an equal share of equity."""

    parameters_type: ClassVar[type[msgspec.Struct]] = BreakoutParameters
    history_length: ClassVar[int] = 1_000
    parameters: BreakoutParameters

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        """Compare the close with those before it; what is ordered here fills at the next bar."""
        if context.open_orders(bar.instrument_id):
            return
        instrument = context.instruments[bar.instrument_id]
        held = instrument.whole_lots(context.position(bar.instrument_id).quantity)
        span = self.parameters.exit if held else self.parameters.entry
        closes = [each.close for each in context.history(bar.instrument_id, span)]
        if len(closes) < span:
            return
        if held == 0 and bar.close == max(closes):
            self._buy(context, bar)
        elif held > 0 and bar.close == min(closes):
            context.submit_order(bar.instrument_id, Side.SELL, held)

    def _buy(self, context: StrategyContext, bar: Bar) -> None:
        """Order the instrument's share of equity in whole lots, and say so when risk refuses."""
        budget = context.equity() * self.parameters.invested_pct // (100 * len(context.instruments))
        quantity = context.instruments[bar.instrument_id].whole_lots(budget * UNIT // bar.close)
        if quantity == 0:
            return
        answer = context.submit_order(bar.instrument_id, Side.BUY, quantity).event
        if isinstance(answer, OrderRefused):
            first = answer.failures[0]
            context.log(
                f"{bar.instrument_id}: {format_raw(quantity)} refused by {first.check}: {first.text}; "
                f"{format_raw(answer.largest_qty)} would pass"
            )
