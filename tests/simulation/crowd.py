"""The other traders of a simulated market: seeded, in no account, there to be traded with."""

import random
from collections.abc import Callable

from tests.simulation.exchange import Exchange, MarketOrder
from tests.simulation.timeline import Timeline
from trade2026.matching.words import CancelOpen, PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce

LEVELS_MAX = 3
LOTS_MAX = 20
ATTEMPTS = 30


class Crowd:
    """Quotes around a price, and takes what clients have resting."""

    def __init__(
        self, chance: random.Random, exchange: Exchange, timeline: Timeline, delay: Callable[[], int]
    ) -> None:
        self._chance, self._exchange, self._timeline, self._delay = chance, exchange, timeline, delay
        self._quotes: dict[str, list[int]] = {}

    def quote(self, instrument_id: str, price: int) -> None:
        """Take the old quotes back and make none to three on each side, at a little distance of the price."""
        for number in self._quotes.pop(instrument_id, ()):
            self._exchange.crowd_does(instrument_id, CancelOpen(number))
        instrument = self._exchange.instruments[instrument_id]
        quotes = self._quotes[instrument_id] = []
        for side in Side:
            sign = -1 if side is Side.BUY else 1
            for _ in range(self._chance.randint(0, LEVELS_MAX)):
                distance = self._chance.randint(0, price // 200)
                level = (price + sign * distance) // instrument.tick_size * instrument.tick_size
                if level > 0:
                    quotes.append(self._place(instrument_id, side, level, TimeInForce.GTC, self._lots()))

    def attend(self, order: MarketOrder) -> None:
        """Trade against a client's order from now on, part by part, until it is done or patience is."""
        self._timeline.later(self._delay(), lambda: self._take(order, ATTEMPTS))

    def trade_at(self, instrument_id: str, price: int) -> None:
        """Have a trade at a price, so that the stops there are triggered; better prices are hit first."""
        lot_size = self._exchange.instruments[instrument_id].lot_size
        self._place(instrument_id, Side.SELL, price, TimeInForce.GTC, 1)
        self._place(instrument_id, Side.BUY, price, TimeInForce.IOC, LOTS_MAX * lot_size)

    def _take(self, order: MarketOrder, attempts: int) -> None:
        if not order.is_open or not attempts:
            return
        if not order.is_suspended:
            lot_size = self._exchange.instruments[order.instrument_id].lot_size
            lots = max(order.leaves_qty // lot_size, 1)
            part = lots if self._chance.random() < 0.4 else self._chance.randint(1, lots)
            side = Side.SELL if order.side is Side.BUY else Side.BUY
            trigger_price = order.instructions.trigger_price
            if trigger_price is not None and self._chance.random() < 0.5:
                self.trade_at(order.instrument_id, trigger_price)
            elif order.limit_price is not None:
                self._place(order.instrument_id, side, order.limit_price, TimeInForce.IOC, part * lot_size)
        if order.is_open:
            self._timeline.later(self._delay(), lambda: self._take(order, attempts - 1))

    def _lots(self) -> int:
        return self._chance.randint(1, LOTS_MAX)

    def _place(
        self, instrument_id: str, side: Side, price: int, time_in_force: TimeInForce, quantity: int
    ) -> int:
        number = self._exchange.take_number()
        if time_in_force is TimeInForce.GTC:
            quantity *= self._exchange.instruments[instrument_id].lot_size
        self._exchange.crowd_does(
            instrument_id,
            PlaceOrder(number, "", side, OrderType.LIMIT, time_in_force, quantity, price),
        )
        return number
