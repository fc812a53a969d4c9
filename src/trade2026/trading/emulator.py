"""Watches prices and times for the orders that the core keeps; pure: market events in, commands out.

A trigger is met by the price its order names: the last trade, the middle of the quote, or the quote that it
would hit. Where a feed lacks that price another stands in: the middle of the quote for the last trade, a bar
for quotes. A bar is known at its close; its extreme on the side of the trigger meets it, its extreme on the
other side moves a trailing stop first only from the next bar on, and its close counts at once.

If the core is down nobody watches: nothing of a held order is at the venue.
"""

from collections.abc import Iterator

from trade2026.model.commands import EndHeldOrder, MoveTrigger, TriggerOrder
from trade2026.model.enums import Side, TriggerSource
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.oms.held import is_met
from trade2026.oms.state import OmsState, Order

Watched = TriggerOrder | MoveTrigger | EndHeldOrder


class Emulator:
    """Reads the order state it is given, and what the feed has shown of each instrument so far.

    `triggers` and `timed` are the state's own: while both are empty there is nothing to ask.
    """

    __slots__ = ("_oms", "_printed", "_quoted", "timed", "triggers")

    def __init__(self, oms: OmsState) -> None:
        self._oms = oms
        self.triggers, self.timed = oms.triggers, oms.timed
        self._quoted: set[str] = set()
        self._printed: set[str] = set()

    def on_event(self, event: MarketEvent, now: int) -> list[Watched]:
        """What a market event means for the held orders of its instrument, in order of their ids."""
        instrument_id = event.instrument_id
        if type(event) is Quote:
            self._quoted.add(instrument_id)
        else:
            self._printed.add(instrument_id)
        waiting = self.triggers.get(instrument_id)
        if not waiting:
            return []
        found: list[Watched] = []
        for order_id in sorted(waiting):
            found += self._look(self._oms.orders[order_id], event, now)
        return found

    def on_time(self, now: int) -> list[Watched]:
        """Orders whose time is over and whose end has not been asked for yet."""
        return [
            EndHeldOrder(now, order_id)
            for order_id, ends_at in sorted(self.timed.items())
            if ends_at <= now and not self._oms.orders[order_id].pending_cancel_id
        ]

    def _look(self, order: Order, event: MarketEvent, now: int) -> Iterator[Watched]:
        prices = self._prices(order, event)
        if prices is None:
            return
        towards, away = prices
        ts = event.ts_event
        if is_met(order, towards):
            yield TriggerOrder(now, order.order_id, towards, ts)
        elif order.instructions is not None and order.instructions.trailing_offset:
            yield MoveTrigger(now, order.order_id, away, ts)

    def _prices(self, order: Order, event: MarketEvent) -> tuple[int, int] | None:
        """The event's extremes towards and away from the trigger; None where another source counts."""
        instructions = order.instructions
        source = TriggerSource.LAST if instructions is None else instructions.trigger_source
        is_buy = order.side is Side.BUY
        if type(event) is Quote:
            if source is TriggerSource.LAST and order.instrument_id in self._printed:
                return None
            if source is TriggerSource.OPPOSITE_QUOTE:
                price = event.ask_price if is_buy else event.bid_price
            else:
                price = (event.bid_price + event.ask_price) // 2
            return (price, price) if price > 0 else None
        if source is not TriggerSource.LAST and order.instrument_id in self._quoted:
            return None
        if type(event) is Trade:
            return event.price, event.price
        assert type(event) is Bar, f"not a market event: {type(event)}"
        high, low = (event.high, event.low)
        if high is None or low is None:
            return event.close, event.close
        return (high, low) if is_buy else (low, high)
