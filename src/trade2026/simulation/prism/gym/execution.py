"""Executing an order: buy or sell so much within a time, for as little as possible beyond the first mid.

What it costs is the implementation shortfall (Perold, 1988): what was paid, fees included, less the arrival
mid, in basis points of the whole order at that mid. The reward of a step is what its fills added to it, with
the other sign, so that an episode's rewards add up to minus the shortfall. It has three parts:

- timing: from the arrival mid to the mid when the agent last acted before the fill;
- execution: from that mid to the price;
- fees.

At the end of its time what is left is bought or sold at once, and again every second where the book was
empty. Less than the exchange takes as an order ("dust", a few lots) stays and costs `unfilled_bps`.
"""

from functools import partial
from typing import Any, Final

import numpy as np

from trade2026.simulation.prism.agents import BUY, SELL
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.gym.base import FAR, Info, MarketEnv, Numbers
from trade2026.simulation.prism.gym.participant import Fill, Resting
from trade2026.simulation.prism.gym.terms import ExecutionTerms, terms_of
from trade2026.simulation.prism.market import Quote

_CLOSE_NS: Final = 1_000_000_000
_CLOSE_TRIES: Final = 60
_MARGIN: Final = 1.1
"""The least order is worth so much more than the exchange asks for: prices move."""

_PARTS: Final = ("timing", "execution", "fees", "unfilled")
_ABOVE: Final = (1, 1, FAR, 1, FAR, FAR, FAR, FAR, 1, FAR, FAR, 1, 1, FAR)
_BELOW: Final = (0, 0, 0, -1, -FAR, -FAR, -FAR, 0, -1, -FAR, 0, 0, 0, -FAR)


class ExecutionEnv(MarketEnv[ExecutionTerms]):
    """Execute an order of `clips`; see the module for the reward.

    Action, shape (3,), float32:

    0. in [0, 1]: the part of what is left that is taken from the book at once, by a market order;
    1. in [0, 1]: the part of the rest that waits in the book as a limit order;
    2. in [-1, 1]: where it waits. 0 is the best of its side, 1 the best of the other side (it trades at
       once), -1 is `reach_bps` behind the best; linear between.

    A limit order stays where price and size are those that wait already; else it is canceled, and what the
    action says is sent when that is done.

    Observation, shape (14,), float32, as the order sees it (for a sale, sides and signs are exchanged):

    0. time left, part of the horizon;
    1. quantity left, part of the whole;
    2. spread, bps of the mid;
    3. imbalance at the best prices, (own side - other side) / both;
    4. to 6. return of the mid over the last 1, 5 and 20 steps, in deviations; positive is to its cost;
    7. volatility of the mid's steps, in that of calm times;
    8. flow in the last step, (bought - sold) / both by those who took; positive is its own direction;
    9. return of the mid since arrival, in deviations of calm times over the horizon; positive is to its cost;
    10. what the other side's best price shows, over what is left;
    11. its waiting order, part of the whole;
    12. part of the queue at its price that is before its waiting order; 1 without one;
    13. how far its waiting order is behind the best of the others on its side, bps.

    What has no bound of its own is cut at 10.
    """

    def __init__(
        self, config: PrismConfig | None = None, render_mode: str | None = None, **terms: Any
    ) -> None:
        super().__init__(terms_of(ExecutionTerms, terms), config, render_mode)
        self._set_spaces(((0, 0, -1), (1, 1, 1)), (_BELOW, _ABOVE))
        self.lots = max(round(self.terms.clips * self.book.clip_lots), 1)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Numbers, Info]:
        """A new market; `options` may have `scenarios`, whose times count from the agent's arrival."""
        market_seed = self._begin(seed, options)
        is_drawn = self.terms.side == "EITHER"
        is_buy = bool(self.np_random.integers(2)) if is_drawn else self.terms.side == "BUY"
        self._side, self._sign = (BUY, 1) if is_buy else (SELL, -1)
        self._fund(self.lots)
        self._begun = self.me.cash, self.me.stock
        self._arrival_2 = self._mid_2
        self._basis = self.lots * self._arrival_2 * self.listing.unit / 2 * 1e-4
        worth = 0.5 * self._arrival_2 * self.listing.unit
        self._least = max(self.listing.min_lots, int(_MARGIN * self.listing.min_notional / worth) + 1)
        self._order = 0
        self._costs = dict.fromkeys(_PARTS, 0.0)
        self._paid_2 = 0
        observed, _ = self._look()
        info = {
            "market_seed": market_seed,
            "side": "BUY" if is_buy else "SELL",
            "lots": self.lots,
            "arrival_mid_ticks": self.mid,
        }
        return observed, info

    @property
    def left(self) -> int:
        """Lots that are still to be traded, by the exchange's accounts."""
        return self.lots - self._sign * (self.me.stock - self._begun[1])

    def step(self, action: Numbers) -> tuple[Numbers, float, bool, bool, Info]:
        """Act, and let `step_s` pass."""
        take, rest, place = self._check(action)
        left, mid_2 = self.left, self._mid_2
        taken = self._orderly(take * left, left)
        rested = self._orderly(rest * (left - taken), left - taken)
        self.me.act(partial(self._trade, taken, rested, place))
        self._run_step()
        fills = list(self.me.fills)
        is_over = self._left_steps == 0 or self.left < self._least
        self._count(fills, mid_2)
        if is_over:
            fills += self._close()
        observed, resting = self._look()
        reward = -self._charge(is_over=is_over)
        if is_over:
            self._left_steps = 0
        return observed, reward, is_over, False, self._info(fills, resting)

    # ---------------------------------------------------------------------------------------------- trading

    def _orderly(self, wanted: float, left: int) -> int:
        """So many lots, none where that is no order, and all where what is left behind would be none."""
        lots = min(round(wanted), left)
        if lots < self._least:
            return 0
        return left if left - lots < self._least else lots

    def _trade(self, taken: int, rested: int, place: float) -> None:
        """Send what an action says, after taking away what waits elsewhere."""
        order = self.me.resting(self._order)
        price = self._price(self.me.quote_of_others(order), place)
        if order is not None and rested == order.lots and price == order.price:
            if taken:
                self.me.take(self._side, min(taken, self.left - order.lots))
            return
        waiting = [] if order is None else [order.order_id]
        self.me.after_cancels(waiting, partial(self._send, taken, rested, price))

    def _send(self, taken: int, rested: int, price: int) -> None:
        """Nothing waits or is under way: what is sent is never more than what is left."""
        left = self.left
        taken = min(taken, left)
        if taken >= self._least:
            self.me.take(self._side, taken)
        rested = min(rested, left - taken)
        self._order = self.me.place(self._side, rested, price) if rested >= self._least else 0

    def _price(self, quote: Quote, place: float) -> int:
        """Where a limit order goes, rounded to the cheaper side."""
        own, other = (quote.bid, quote.ask) if self._side == BUY else (quote.ask, quote.bid)
        own, other = own or round(self.mid), other or round(self.mid)
        away = place * (other - own) if place > 0 else place * self._sign * self.terms.reach_bps * 1e-4 * own
        price = own + away
        return max(int(np.floor(price) if self._side == BUY else np.ceil(price)), 1)

    def _close(self) -> list[Fill]:
        """Trade what is left, at any price that the exchange allows."""
        found: list[Fill] = []
        for _ in range(_CLOSE_TRIES):
            waiting = self.me.resting(self._order)
            if self.left < self._least and waiting is None:
                break
            self._see_mid(self.me.quote_of_others(waiting))
            mid_2 = self._mid_2
            self.me.fills.clear()
            self.me.act(self._take_all)
            self.timeline.run_until(self.market.now_ns + _CLOSE_NS)
            self._count(self.me.fills, mid_2)
            found += self.me.fills
        return found

    def _take_all(self) -> None:
        waiting = self.me.resting(self._order)
        orders = [] if waiting is None else [waiting.order_id]
        self.me.after_cancels(orders, lambda: self._send(self.left, 0, 0))

    # --------------------------------------------------------------------------------------------- counting

    def _count(self, fills: list[Fill], mid_2: int) -> None:
        """Add what fills cost to the parts of the shortfall; `mid_2` is twice the mid the agent acted on."""
        unit = self.listing.unit
        for fill in fills:
            worth = fill.lots * unit / 2
            self._costs["timing"] += self._sign * (mid_2 - self._arrival_2) * worth
            self._costs["execution"] += self._sign * (2 * fill.price - mid_2) * worth
            self._costs["fees"] += fill.fee

    def _charge(self, *, is_over: bool) -> float:
        """What this step added to the shortfall, bps, by the exchange's accounts."""
        cash, stock = self.me.cash - self._begun[0], self.me.stock - self._begun[1]
        paid_2 = -2 * cash - stock * self._arrival_2 * self.listing.unit
        added, self._paid_2 = (paid_2 - self._paid_2) / 2, paid_2
        if is_over and self.left > 0:
            beyond = (
                self._sign * (self._mid_2 - self._arrival_2) + self._mid_2 * self.terms.unfilled_bps * 1e-4
            )
            self._costs["unfilled"] = self.left * self.listing.unit / 2 * beyond
            added += self._costs["unfilled"]
        return added / self._basis

    def _info(self, fills: list[Fill], resting: Resting | None) -> Info:
        bps = {f"{part}_bps": cost / self._basis for part, cost in self._costs.items()}
        return {
            "fills": tuple(fills),
            "left_lots": self.left,
            "resting_lots": 0 if resting is None else resting.lots,
            "mid_ticks": self.mid,
            "refused": self.me.refused,
            "shortfall": {**bps, "total_bps": (self._paid_2 / 2 + self._costs["unfilled"]) / self._basis},
        }

    def _look(self) -> tuple[Numbers, Resting | None]:
        order = self.me.resting(self._order)
        quote = self.me.quote_of_others(order)
        self._see(quote)
        is_buy = self._side == BUY
        calm_bps = self._calm_bps * self.terms.steps**0.5
        moved_bps = self._sign * (self._mid_2 / self._arrival_2 - 1.0) * 1e4
        left = max(self.left, 0)
        values = [
            self._left_steps / self.terms.steps,
            left / self.lots,
            *self._market_features(quote, self._sign),
            moved_bps / calm_bps,
            (quote.ask_lots if is_buy else quote.bid_lots) / max(left, 1),
            *self._order_features(order, quote.bid if is_buy else quote.ask, self._sign, self.lots),
        ]
        return self._bounded(values), order
