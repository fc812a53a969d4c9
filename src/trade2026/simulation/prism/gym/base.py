"""What all environments have in common: a market of its own for each episode, and what the agent sees.

An episode is a new market from a seed of its own, drawn from the environment's generator, so that the seed
given to `reset` decides all that follows from the same actions. Building a market of one book and letting it
run for a minute takes a few milliseconds; nothing is copied, so nothing of one episode is left in the next.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Generic, TypeVar

import gymnasium
import numpy as np
import numpy.typing as npt

from trade2026.matching.session import SessionRules
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.prism.config import DEFAULT_BOOKS, SECONDS_A_YEAR, PrismConfig
from trade2026.simulation.prism.gym.participant import Participant, Resting
from trade2026.simulation.prism.gym.terms import Terms
from trade2026.simulation.prism.market import PrismMarket, Quote
from trade2026.simulation.prism.scenarios import Scenario, inject
from trade2026.simulation.prism.sessions import run_sessions
from trade2026.simulation.prism.timeline import Timeline

Numbers = npt.NDArray[np.float32]
Bounds = tuple[tuple[float, ...], tuple[float, ...]]
Info = dict[str, Any]
T = TypeVar("T", bound=Terms)

ONE_BOOK: Final = PrismConfig(books=DEFAULT_BOOKS[:1])
"""One pair with all forty traders: the default market."""

AGENT: Final = "AGENT"
"""The owner of the agent's account."""

START_NS: Final = 1_700_000_000_000_000_000
"""When every market begins, UTC nanoseconds."""

FAR: Final = 10.0
"""Bound of all that an observation has no natural bound for."""

_LAGS: Final = (1, 5, 20)
_HALF_LIFE: Final = 20
_KEEP: Final = 0.5 ** (1.0 / _HALF_LIFE)
_CAPACITY, _ROOM = 512, 1024


class MarketEnv(gymnasium.Env[Numbers, Numbers], Generic[T]):
    """One agent with an account on the same exchange as the traders.

    Attributes
    ----------
    terms : Terms
        What episodes are like.
    market, me : PrismMarket, Participant
        The present episode's, since the first `reset`.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  # As the library has it.
    market: PrismMarket
    me: Participant

    def __init__(self, terms: T, config: PrismConfig | None, render_mode: str | None) -> None:
        self.terms, self.config, self.render_mode = terms, config or ONE_BOOK, render_mode
        if render_mode is not None:
            raise InputError(f"render_mode must be None: there is nothing to draw, was {render_mode!r}")
        if terms.book >= len(self.config.books):
            raise InputError(f"book must be below {len(self.config.books)}, was {terms.book}")
        self.book = self.config.books[terms.book]
        self.listing = self.book.listing
        calm_bps_s = self.book.volatility / SECONDS_A_YEAR**0.5 * 1e4
        self._calm_bps = calm_bps_s * terms.step_s**0.5
        self._left_steps = 0

    def __getstate__(self) -> object:
        """Refuse to be copied: a market is at its place in memory."""
        raise InputError("an environment cannot be copied or pickled; make another and reset it by the seed")

    def _set_spaces(self, actions: Bounds, observations: Bounds) -> None:
        """Say what the numbers of actions and observations may be: lowest and highest."""
        self._action_bounds, self._observation_bounds = actions, observations
        self.action_space, self.observation_space = (
            gymnasium.spaces.Box(np.array(lowest, np.float32), np.array(highest, np.float32))
            for lowest, highest in (actions, observations)
        )

    def _bounded(self, values: list[float]) -> Numbers:
        """An observation within its bounds."""
        told = zip(values, *self._observation_bounds, strict=True)
        return np.array([min(max(value, low), high) for value, low, high in told], np.float32)

    # -------------------------------------------------------------------------------------------- episodes

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> int:
        """A new market, warmed up, with the agent in it; the seed that it was made from."""
        super().reset(seed=seed)
        market_seed = int(self.np_random.integers(2**63))
        self.market = PrismMarket(self.config, market_seed, START_NS, capacity=_CAPACITY, room=_ROOM)
        self.timeline = Timeline(self.market)
        if self.config.session != SessionRules():
            run_sessions(self.timeline, START_NS)
        self._mids: deque[int] = deque(maxlen=_LAGS[-1] + 1)
        self._mid_2 = 2 * self.book.price_ticks
        self._variance = self._calm_bps**2
        warm_ns, step_ns = round(self.terms.warm_up_s * 1e9), self.terms.step_ns
        for after_ns in range(warm_ns % step_ns, warm_ns + 1, step_ns):
            self.timeline.run_until(START_NS + after_ns)
            self._see(self.market.quote(self.terms.book))
        latency_seed = derive_seed(market_seed, "prism agent")
        self.me = Participant(self.timeline, AGENT, self.terms.book, self.terms.latency, latency_seed)
        for scenario in _scenarios(options):
            inject(self.timeline, scenario)
        self._left_steps = self.terms.steps
        return market_seed

    def _fund(self, lots: int) -> None:
        """Give the agent so many lots, and cash for twice as many at the present price."""
        clearing = self.market.exchange.clearing
        clearing.deposit(AGENT, self.listing.base, lots * self.listing.lot_size)
        clearing.deposit(AGENT, self.listing.quote, lots * self._mid_2 * self.listing.unit)

    def _run_step(self) -> None:
        self._left_steps -= 1
        self.me.fills.clear()
        self.me.flow_lots = self.me.volume_lots = 0
        self.timeline.run_until(self.market.now_ns + self.terms.step_ns)

    def _check(self, action: Numbers) -> list[float]:
        """The numbers of an action, within its space's bounds; InputError for no numbers, and out of turn."""
        if self._left_steps == 0:
            raise InputError("step must come after reset, and not after the episode's end: call reset")
        lowest, highest = self._action_bounds
        if np.shape(action) != (len(lowest),) or not np.isfinite(action).all():
            raise InputError(f"action must be {len(lowest)} finite numbers, was {action!r}")
        told = np.asarray(action).tolist()
        return [min(max(n, low), high) for n, low, high in zip(told, lowest, highest, strict=True)]

    # ------------------------------------------------------------------------------------------------ seeing

    def _see(self, quote: Quote) -> None:
        """Remember the mid, and with it volatility."""
        self._see_mid(quote)
        if self._mids:
            change_bps = (self._mid_2 / self._mids[-1] - 1.0) * 1e4
            self._variance = _KEEP * self._variance + (1.0 - _KEEP) * change_bps * change_bps
        self._mids.append(self._mid_2)

    def _see_mid(self, quote: Quote) -> None:
        """Know the mid; where a side is empty it is the one before."""
        if quote.bid and quote.ask:
            self._mid_2 = quote.bid + quote.ask

    @property
    def mid(self) -> float:
        """The mid of the others' orders when the agent looked last, ticks."""
        return 0.5 * self._mid_2

    def _market_features(self, quote: Quote, sign: int) -> list[float]:
        """Spread, imbalance, three returns, volatility, flow; `sign` -1 shows them as a seller sees them."""
        spread_bps = max(quote.ask - quote.bid, 0) / self.mid * 1e4 if quote.bid and quote.ask else FAR
        shown = quote.bid_lots + quote.ask_lots
        imbalance = (quote.bid_lots - quote.ask_lots) / shown if shown else 0.0
        deviation = max(self._variance, 1e-12) ** 0.5
        returns = []
        for lag in _LAGS:
            before = self._mids[-1 - min(lag, len(self._mids) - 1)]
            returns.append((self._mid_2 / before - 1.0) * 1e4 / (deviation * lag**0.5))
        flow = self.me.flow_lots / self.me.volume_lots if self.me.volume_lots else 0.0
        return [
            spread_bps,
            sign * imbalance,
            *(sign * value for value in returns),
            deviation / self._calm_bps,
            sign * flow,
        ]

    def _order_features(self, order: Resting | None, best: int, sign: int, most: float) -> list[float]:
        """Lots left as a part of `most`, share of its queue before it, bps behind the best of its side."""
        if order is None:
            return [0.0, 1.0, 0.0]
        behind_bps = sign * (best - order.price) / self.mid * 1e4 if best else 0.0
        return [order.lots / most, order.ahead / (order.ahead + order.lots), behind_bps]


def _scenarios(options: dict[str, Any] | None) -> Iterable[Scenario]:
    """Those that an episode is to have; InputError for an option that there is not."""
    options = options or {}
    unknown = sorted(set(options) - {"scenarios"})
    if unknown:
        raise InputError(f"options may have scenarios only, had {', '.join(unknown)}")
    found: Iterable[Scenario] = options.get("scenarios", ())
    return found
