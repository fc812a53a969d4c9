"""What a learner has to beat: simple rules, by the same observations and actions.

A policy is called with an observation and gives an action.
"""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.gym.base import Info, MarketEnv, Numbers, T
from trade2026.simulation.prism.gym.market_making import REBATE
from trade2026.simulation.prism.gym.terms import ExecutionTerms, MarketMakingTerms
from trade2026.simulation.prism.traders import volatility_a_second

Policy = Callable[[Numbers], Numbers]

_TIME_LEFT, _INVENTORY, _VOLATILITY = 0, 1, 7  # Places in the observations.


class Immediate:
    """Trade all of it at once."""

    def __call__(self, observation: Numbers) -> Numbers:
        """Take everything."""
        return np.array([1.0, 0.0, 0.0], np.float32)


class Twap:
    """Trade equal parts at equal times, by taking: the time-weighted average price."""

    def __init__(self, terms: ExecutionTerms) -> None:
        self._steps = terms.steps

    def __call__(self, observation: Numbers) -> Numbers:
        """Take what is left divided by the steps that are left."""
        left = max(round(float(observation[_TIME_LEFT]) * self._steps), 1)
        return np.array([1.0 / left, 0.0, 0.0], np.float32)


class Patient:
    """Wait with all of it at the best price of its side, and pay at the end for what nobody wanted."""

    def __call__(self, observation: Numbers) -> Numbers:
        """Take nothing, rest with everything."""
        return np.array([0.0, 1.0, 0.0], np.float32)


class Idle:
    """Do nothing; an order is then executed at the end of its time, and a maker has no quotes."""

    def __init__(self, numbers: int) -> None:
        self._numbers = numbers

    def __call__(self, observation: Numbers) -> Numbers:
        """An action of zeros."""
        return np.zeros(self._numbers, np.float32)


class AvellanedaStoikov:
    """Quotes of Avellaneda and Stoikov (2008), in the form that the market's own makers have.

    It is more averse to risk than these and quotes nearer to the mid; it looks less often, and is slower.

    With inventory q in largest quotes, variance v of the mid a second in squared basis points, and horizon h:
    the middle is q g v h below the mid, half the spread is g v h / 2 + ln(1 + g / k) / g.

    Parameters
    ----------
    gamma, kappa, horizon_s : float
        As of `prism.config.Makers`.
    """

    def __init__(
        self,
        terms: MarketMakingTerms,
        config: PrismConfig = REBATE,
        *,
        gamma: float = 0.3,
        kappa: float = 10.0,
        horizon_s: float = 10.0,
    ) -> None:
        self._terms, self._gamma, self._kappa, self._horizon_s = terms, gamma, kappa, horizon_s
        self._calm_bps = volatility_a_second(config.books[terms.book]) * 1e4

    def __call__(self, observation: Numbers) -> Numbers:
        """Quote by what is held and how much the mid moves."""
        terms, gamma = self._terms, self._gamma
        risk = gamma * (float(observation[_VOLATILITY]) * self._calm_bps) ** 2 * self._horizon_s
        held = float(observation[_INVENTORY]) * terms.inventory_clips / terms.clips
        half_bps = 0.5 * risk + math.log(1.0 + gamma / self._kappa) / gamma
        half, skew = half_bps / terms.half_bps_max, -held * risk / terms.skew_bps_max
        return np.array([min(half, 1.0), min(max(skew, -1.0), 1.0), 1.0, 1.0], np.float32)


class Episode(NamedTuple):
    """What came of an episode: its rewards together, how many steps it had, what the last one told."""

    reward: float
    steps: int
    info: Info


MOST_STEPS: Final = 1_000_000


def play(env: MarketEnv[T], policy: Policy, seed: int) -> Episode:
    """Play one episode to its end."""
    observation, info = env.reset(seed=seed)
    total = 0.0
    for step in range(1, MOST_STEPS):
        observation, reward, is_over, _, info = env.step(policy(observation))
        total += float(reward)
        if is_over:
            return Episode(total, step, info)
    raise AssertionError("an episode ends")
