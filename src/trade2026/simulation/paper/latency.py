"""How long a request travels, drawn from a generator that is handed in."""

import math
from collections.abc import Callable
from typing import Protocol

from trade2026.primitives.errors import InputError
from trade2026.simulation.paper.config import FixedLatency, Latency, NormalLatency


class RandomSource(Protocol):
    """Uniform draws; `random.Random` and numpy's `Generator` both are one."""

    def random(self) -> float:
        """The next number of a uniform stream on [0, 1)."""
        ...


def make_sampler(latency: Latency, source: RandomSource | None) -> Callable[[], int]:
    """A function that draws the next request's latency in nanoseconds.

    Raises
    ------
    InputError
        The latency is random and there is no `source`.
    """
    if isinstance(latency, FixedLatency):
        fixed_ns = latency.latency_ns
        return lambda: fixed_ns
    if source is None:
        raise InputError(f"random was None for {latency!r}; pass a seeded generator or use FixedLatency")
    if isinstance(latency, NormalLatency):
        mean_ns, std_ns, min_ns = latency.mean_ns, latency.std_ns, latency.min_ns

        def draw_normal() -> int:
            while (drawn := round(mean_ns + std_ns * _standard_normal(source))) < min_ns:
                pass  # At least half of the draws are kept: the mean is not below the minimum.
            return drawn

        return draw_normal
    median_ns, sigma = latency.median_ns, latency.sigma
    return lambda: round(median_ns * math.exp(sigma * _standard_normal(source)))


def _standard_normal(source: RandomSource) -> float:
    # Box and Muller (1958); one of the pair is dropped so that a draw has no memory. 1 - u is never zero.
    radius = math.sqrt(-2.0 * math.log(1.0 - source.random()))
    return radius * math.cos(2.0 * math.pi * source.random())
