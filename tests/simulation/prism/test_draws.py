"""The numbers that traders draw: their distributions against scipy's, and compiled against plain Python."""

import math
from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from numba import njit
from scipy import stats

from trade2026.matching.compiled.base import memory_at
from trade2026.matching.compiled.layout import Memory
from trade2026.simulation.prism.compiled import loop as kernel
from trade2026.simulation.prism.compiled.base import exponential, normal, pareto, uniform
from trade2026.simulation.prism.compiled.elementary import exp

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[Memory, int], float]

N = 200_000
_SURE = 1e-3
"""A fixed seed that is less likely than this to have come from the distribution is taken to be a fault."""


def _pareto(w: Memory, state: int) -> float:
    return pareto(w, state, 1.5)


_DRAWS: dict[str, tuple[Draw, Callable[[FloatArray], FloatArray]]] = {
    "uniform": (uniform, stats.uniform().cdf),
    "exponential": (exponential, stats.expon().cdf),
    "normal": (normal, stats.norm().cdf),
    "pareto": (_pareto, stats.pareto(1.5).cdf),
}


def _drawn(name: str, seed: int, count: int = N) -> FloatArray:
    """So many numbers from a stream, drawn by compiled code."""
    draw = cast(Draw, njit(_DRAWS[name][0]))

    def fill(address: int, found: FloatArray) -> None:
        w = memory_at(address)
        for number in range(len(found)):
            found[number] = draw(w, 0)

    stream, found = np.array([seed], np.int64), np.empty(count)
    cast(Callable[[int, FloatArray], None], njit(fill))(stream.ctypes.data, found)
    return found


@pytest.mark.parametrize("name", _DRAWS)
@pytest.mark.parametrize("seed", [1, -(2**62)])
def test_numbers_have_the_distribution_that_they_say(name: str, seed: int) -> None:
    assert stats.kstest(_drawn(name, seed), _DRAWS[name][1]).pvalue > _SURE


def test_canary_another_distribution_is_noticed() -> None:
    found = _drawn("normal", 1)
    assert stats.kstest(found * 1.02, _DRAWS["normal"][1]).pvalue < _SURE
    assert stats.kstest(found + 0.02, _DRAWS["normal"][1]).pvalue < _SURE


@pytest.mark.parametrize("name", ["exponential", "normal"])
def test_far_from_the_middle_there_are_as_many_as_there_should_be(name: str) -> None:
    """A test of the whole distribution sees little of its ends: counts there are Poisson's."""
    frozen = {"exponential": stats.expon(), "normal": stats.norm()}[name]
    found = _drawn(name, 2)
    for chance in (1e-2, 1e-3, 1e-4):
        for count in (int((found > frozen.isf(chance)).sum()), int((found < frozen.ppf(chance)).sum())):
            assert abs(count - N * chance) < 4.0 * math.sqrt(N * chance)


@pytest.mark.parametrize("name", _DRAWS)
def test_one_number_says_nothing_of_the_next(name: str) -> None:
    ranks = _DRAWS[name][1](_drawn(name, 3)) - 0.5
    for lag in (1, 2, 3):
        correlation = float(np.corrcoef(ranks[:-lag], ranks[lag:])[0, 1])
        assert abs(correlation) < 4.0 / math.sqrt(N)


@pytest.mark.parametrize("name", _DRAWS)
def test_compiled_they_are_what_they_are_in_python(name: str) -> None:
    draw, stream = _DRAWS[name][0], np.array([7], np.int64)
    with np.errstate(over="ignore"):  # The stream's integers go round.
        slow = np.array([draw(stream, 0) for _ in range(2_000)])
    assert _drawn(name, 7, 2_000).tobytes() == slow.tobytes()


def test_traders_differ_by_numbers_whose_logarithm_is_normal() -> None:
    fast, slow = np.array([5], np.int64), np.array([5], np.int64)
    with np.errstate(over="ignore"):
        for _ in range(200):
            assert kernel.lognormal(fast.ctypes.data, 0.3) == exp(0.3 * normal(slow, 0))
    assert fast.tolist() == slow.tolist()
