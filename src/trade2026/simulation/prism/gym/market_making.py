"""Making a market: an offer to buy and one to sell, placed anew at every step, with a bounded inventory.

Wealth is cash and inventory at the mid of the others' orders, so that nobody becomes rich by his own quotes;
inventory is what the agent has beyond the stock it was given to sell from, and may be negative.
The reward of a step is the change of wealth less the penalty on the inventory that the step began with, in
basis points of one clip at the first mid. Fees are part of wealth, for they are taken from the account.
"""

from functools import partial
from typing import Any, Final

import msgspec
import numpy as np

from trade2026.simulation.prism.agents import BUY, SELL
from trade2026.simulation.prism.config import DEFAULT_BOOKS, PrismConfig
from trade2026.simulation.prism.gym.base import FAR, Info, MarketEnv, Numbers
from trade2026.simulation.prism.gym.participant import Resting
from trade2026.simulation.prism.gym.terms import MarketMakingTerms, terms_of

_BTC: Final = DEFAULT_BOOKS[0]
_REBATE_PPM: Final = -50

REBATE: Final = PrismConfig(
    books=(
        msgspec.structs.replace(
            _BTC, listing=msgspec.structs.replace(_BTC.listing, maker_fee_ppm=_REBATE_PPM)
        ),
    )
)
"""One pair that pays makers half a basis point, as exchanges do to those who quote all day: the default.

Where makers pay, or get nothing, no rule that was tried earns anything beside the market's own five makers,
who quote closer than what the informed take from them; to do nothing would be the best to be learned.
"""

_FUNDS: Final = 2
_ABOVE: Final = (1, 1, FAR, 1, FAR, FAR, FAR, FAR, 1, 1, 1, FAR, 1, 1, FAR)
_BELOW: Final = (0, -1, 0, -1, -FAR, -FAR, -FAR, 0, -1, 0, 0, -FAR, 0, 0, -FAR)


class MarketMakingEnv(MarketEnv[MarketMakingTerms]):
    """Quote on both sides; see the module for the reward.

    Action, shape (4,), float32:

    0. in [0, 1]: half the spread, of `half_bps_max`;
    1. in [-1, 1]: how far the middle of the quotes is above the mid, of `skew_bps_max`;
    2. in [0, 1]: size of the bid, of `clips`;
    3. in [0, 1]: size of the offer, of `clips`.

    Quotes are post-only: they go a tick behind the other side's best price where the action says beyond, and
    one that would trade at once when it arrives is refused. A quote whose price and size stay the same stays
    in the book; all others are canceled, and the new ones sent when that is done. A size is cut to what keeps
    the inventory within `inventory_clips`; one below the exchange's least order is no quote.

    Observation, shape (15,), float32:

    0. time left, part of the horizon;
    1. inventory, part of its bound;
    2. spread of the others' orders, bps of the mid;
    3. imbalance at their best prices, (bid - offer) / both;
    4. to 6. return of the mid over the last 1, 5 and 20 steps, in deviations;
    7. volatility of the mid's steps, in that of calm times;
    8. flow in the last step, (bought - sold) / both by those who took;
    9. the bid in the book, part of `clips`;
    10. part of the queue at its price that is before it; 1 without one;
    11. how far it is behind the others' best bid, bps;
    12. to 14. the same of the offer.

    What has no bound of its own is cut at 10.
    """

    def __init__(
        self, config: PrismConfig | None = None, render_mode: str | None = None, **terms: Any
    ) -> None:
        super().__init__(terms_of(MarketMakingTerms, terms), config or REBATE, render_mode)
        self._set_spaces(((0, -1, 0, 0), (1, 1, 1, 1)), (_BELOW, _ABOVE))
        self.lots = max(round(self.terms.clips * self.book.clip_lots), 1)
        self.inventory_max = max(round(self.terms.inventory_clips * self.book.clip_lots), 1)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Numbers, Info]:
        """A new market; `options` may have `scenarios`, whose times count from the agent's arrival."""
        market_seed = self._begin(seed, options)
        self._fund(_FUNDS * (self.inventory_max + self.lots))
        self._stock = self.me.stock
        self._orders = [0, 0]
        self._basis = self.book.clip_lots * self._mid_2 * self.listing.unit / 2 * 1e-4
        observed, _ = self._look()
        self._begun_2 = self._wealth_2 = self.wealth_2()
        return observed, {"market_seed": market_seed, "mid_ticks": self.mid}

    @property
    def inventory(self) -> int:
        """Lots beyond what the account began with, by the exchange's accounts."""
        return self.me.stock - self._stock

    def wealth_2(self) -> int:
        """Twice the agent's cash and its inventory at the mid, raw: a whole number."""
        return 2 * self.me.cash + self.inventory * self._mid_2 * self.listing.unit

    def step(self, action: Numbers) -> tuple[Numbers, float, bool, bool, Info]:
        """Quote, and let `step_s` pass."""
        half, skew, bid_size, ask_size = self._check(action)
        held = self.inventory / self.book.clip_lots
        sizes = round(bid_size * self.lots), round(ask_size * self.lots)
        self.me.act(partial(self._quote, half, skew, sizes))
        self._run_step()
        observed, resting = self._look()
        before, self._wealth_2 = self._wealth_2, self.wealth_2()
        penalty = self.terms.inventory_penalty_bps * held * held * self.terms.step_s
        reward = (self._wealth_2 - before) / 2 / self._basis - penalty
        info = {
            "fills": tuple(self.me.fills),
            "inventory_lots": self.inventory,
            "mid_ticks": self.mid,
            "refused": self.me.refused,
            "penalty_bps": penalty,
            "wealth_bps": (self._wealth_2 - self._begun_2) / 2 / self._basis,
            "bid_lots": resting[0].lots if resting[0] else 0,
            "ask_lots": resting[1].lots if resting[1] else 0,
        }
        return observed, reward, self._left_steps == 0, False, info

    # ---------------------------------------------------------------------------------------------- quoting

    def _quote(self, half: float, skew: float, sizes: tuple[int, int]) -> None:
        """Take away what is not where it should be, then send what the action says."""
        resting = [self.me.resting(order) for order in self._orders]
        quote = self.me.quote_of_others(*resting)
        middle = self.mid * (1.0 + skew * self.terms.skew_bps_max * 1e-4)
        away = half * self.terms.half_bps_max * 1e-4 * self.mid
        bid, ask = int(np.floor(middle - away)), int(np.ceil(middle + away))
        bid = min(bid, quote.ask - 1) if quote.ask else bid
        prices = max(bid, 1), max(ask, quote.bid + 1, 1)
        wanted = self._allowed(sizes)
        gone = [
            order.order_id
            for order, price, lots in zip(resting, prices, wanted, strict=True)
            if order is not None and (order.price, order.lots) != (price, lots)
        ]
        self.me.after_cancels(gone, partial(self._send, prices, sizes))

    def _send(self, prices: tuple[int, int], sizes: tuple[int, int]) -> None:
        """Nothing is under way: place what does not wait in the book yet."""
        wanted = self._allowed(sizes)
        for number, side in enumerate((BUY, SELL)):
            if self.me.resting(self._orders[number]) is None:
                lots = wanted[number]
                placed = self.me.place(side, lots, prices[number], post_only=True) if lots else 0
                self._orders[number] = placed

    def _allowed(self, sizes: tuple[int, int]) -> tuple[int, int]:
        """Sizes that keep the inventory within its bound; 0 for no quote."""
        held, most = self.inventory, self.inventory_max
        return self._orderly(min(sizes[0], most - held)), self._orderly(min(sizes[1], most + held))

    def _orderly(self, lots: int) -> int:
        worth = 0.5 * self._mid_2 * self.listing.unit * (1.0 - self.terms.half_bps_max * 1e-4)
        is_order = lots >= self.listing.min_lots and lots * worth * 0.99 >= self.listing.min_notional
        return lots if is_order else 0

    def _look(self) -> tuple[Numbers, list[Resting | None]]:
        resting = [self.me.resting(order) for order in self._orders]
        quote = self.me.quote_of_others(*resting)
        self._see(quote)
        values = [
            self._left_steps / self.terms.steps,
            self.inventory / self.inventory_max,
            *self._market_features(quote, 1),
            *self._order_features(resting[0], quote.bid, 1, self.lots),
            *self._order_features(resting[1], quote.ask, -1, self.lots),
        ]
        return self._bounded(values), resting
