"""Logarithm, power and sine against 40 decimals; compiled they are what they are in Python, bit by bit."""

import hashlib
import math
import random
from collections.abc import Callable
from decimal import Decimal, getcontext, localcontext
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from numba import njit

from trade2026.simulation.prism.compiled.elementary import exp, left_after, ln, sin_right

FloatArray = npt.NDArray[np.float64]
Function = Callable[[float], float]

N = 4_000
_HALF_PI = Decimal("1.57079632679489661923132169163975144209858469968755")
_EXACT: dict[str, Callable[[Decimal], Decimal]] = {
    "ln": lambda x: x.ln(),
    "exp": lambda x: x.exp(),
    "sin_right": lambda y: _sine(y * _HALF_PI),
    "left_after": lambda h: Decimal(2) ** -h,
}
_OWN: dict[str, Function] = {"ln": ln, "exp": exp, "sin_right": sin_right, "left_after": left_after}


def _sine(x: Decimal) -> Decimal:
    """Its Taylor series, to the precision of the context."""
    term, total, n = x, x, 1
    while abs(term) > Decimal(10) ** -getcontext().prec:
        term *= -x * x / ((n + 1) * (n + 2))
        total, n = total + term, n + 2
    return total


def _given(name: str) -> list[float]:
    """Numbers from where the market takes them, and from all that the function is for."""
    chance = random.Random(name)
    match name:
        case "ln":
            powers = [2.0 ** chance.randint(-1021, 1023) for _ in range(50)]
            near = [1.0 + chance.uniform(-1e-3, 1e-3) ** 3 for _ in range(N)]
            all_there_are = [math.ldexp(chance.uniform(1, 2), chance.randint(-1021, 1022)) for _ in range(N)]
            return [*(1.0 - chance.random() for _ in range(N)), *powers, *near, *all_there_are]
        case "exp":
            small = [math.ldexp(chance.uniform(-1, 1), -chance.randint(0, 60)) for _ in range(N)]
            return [*(chance.uniform(-708, 709) for _ in range(N)), *small]
        case "sin_right":
            small = [math.ldexp(chance.uniform(-1, 1), -chance.randint(0, 60)) for _ in range(N)]
            return [*(chance.uniform(-1, 1) for _ in range(N)), *small, 1.0, -1.0, 0.0]
    return [*(chance.uniform(0, 50) for _ in range(N)), *(chance.uniform(0, 1_000) for _ in range(N))]


def _allowed(name: str, x: float, exact: float) -> float:
    """How far off its docstring lets it be."""
    match name:
        case "ln":
            return 4e-16 * max(1.0, abs(exact))
        case "exp":
            return 3e-16 * exact
        case "sin_right":
            return 5e-16
    return (3e-16 + 1e-16 * x) * exact


@pytest.mark.parametrize("name", _OWN)
def test_it_is_as_exact_as_it_says(name: str) -> None:
    with localcontext(prec=40):
        for x in _given(name):
            exact = _EXACT[name](Decimal(x))
            error = float(abs(Decimal(_OWN[name](x)) - exact))
            assert error <= _allowed(name, x, float(exact)), x


@pytest.mark.parametrize("name", _OWN)
def test_canary_four_units_in_the_last_place_would_be_noticed(name: str) -> None:
    with localcontext(prec=40):
        found = [(x, _OWN[name](x), _EXACT[name](Decimal(x))) for x in _given(name)]
        assert any(
            float(abs(Decimal(value + 4.0 * math.ulp(value)) - exact)) > _allowed(name, x, float(exact))
            for x, value, exact in found
        )


def _compiled(function: Function) -> Callable[[FloatArray], FloatArray]:
    def each(given: FloatArray) -> FloatArray:
        found = np.empty_like(given)
        for number in range(len(given)):
            found[number] = function(given[number])
        return found

    return cast(Callable[[FloatArray], FloatArray], njit(each))


@pytest.mark.parametrize("name", _OWN)
def test_compiled_it_is_what_it_is_in_python(name: str) -> None:
    """A compiler that fuses a product and a sum, or puts sums in another order, would be noticed."""
    given = np.array(_given(name))
    slow = np.array([_OWN[name](x) for x in given.tolist()])
    assert _compiled(_OWN[name])(given).tobytes() == slow.tobytes()


_BITS = {
    "ln": "ca339f16399de679c3d8f302146dd555b932bcd99d2bf9243853616f39554236",
    "exp": "d32a9147fa6a2f432d91d7555a67c046cfc389c580807b82e6d52c0a4d93b5a5",
    "sin_right": "c8e582b18518353b11d00597fc2488a267d683c6d0e0f0bf0812bea75dd5ae8d",
    "left_after": "477d89a0cc8b0fdc067d672de52bf2901281b7425f67c74eb53f2b40e327374e",
}
"""SHA-256 of what the functions give for `_same_everywhere`, little-endian."""


def _same_everywhere(name: str) -> list[float]:
    """Arguments that are quotients of integers, which owe nothing to anybody's random numbers."""
    low, high = {"ln": (0, 40), "exp": (-40, 40), "sin_right": (-1, 1), "left_after": (0, 40)}[name]
    return [low + (high - low) * (n / 2_003) for n in range(1, 2_003)]


@pytest.mark.parametrize("name", _OWN)
def test_the_bits_are_the_same_on_every_machine(name: str) -> None:
    found = np.array([_OWN[name](x) for x in _same_everywhere(name)], dtype="<f8")
    assert hashlib.sha256(found.tobytes()).hexdigest() == _BITS[name]


def test_edges() -> None:
    assert [exp(-708.0) > 0.0, exp(math.nextafter(-708.0, -math.inf)), exp(-math.inf)] == [True, 0.0, 0.0]
    assert [exp(709.0) < math.inf, exp(math.nextafter(709.0, math.inf)), exp(math.inf)] == [
        True, math.inf, math.inf,
    ]  # fmt: skip
    assert [exp(0.0), exp(-0.0), left_after(0.0), left_after(1.0), left_after(10.0)] == [
        1.0, 1.0, 1.0, 0.5, 0.5**10,
    ]  # fmt: skip
    assert abs(ln(1.0)) < 1e-17
    assert [sin_right(0.0), left_after(1_100.0)] == [0.0, 0.0]
    assert [sin_right(1.0), sin_right(-1.0)] == pytest.approx([1.0, -1.0], abs=2e-16)


@pytest.mark.parametrize("power", [-1022, -53, -1, 1, 2, 10, 52, 1023])
def test_the_logarithm_of_a_power_of_two_is_so_many_times_that_of_two(power: int) -> None:
    assert ln(2.0**power) == pytest.approx(power * ln(2.0), rel=3e-16, abs=0.0)


def test_the_sine_of_less_is_less_the_sine() -> None:
    given = _given("sin_right")
    assert [sin_right(-y) for y in given] == [-sin_right(y) for y in given]
