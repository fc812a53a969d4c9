"""Values round so that no sum of roundings hides an exposure."""

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.values import reserve_for, value_up, worst_worth

_worths = st.integers(-(10**30), 10**30)
_small = st.integers(0, 60)


@given(_worths, st.just(UNIT) | st.integers(1, 10**6 * UNIT))
def test_values_round_up(worth, scale):
    assert value_up(worth, scale) == ceil(Fraction(worth * scale, UNIT**2))


@given(st.integers(0, 10**25), st.integers(0, 10_000))
def test_reserves_round_up(quote, fee_bps):
    assert reserve_for(quote, fee_bps) == ceil(Fraction(quote * (10_000 + fee_bps), 10_000))


@given(_small, _small, _small, _small)
def test_the_worst_is_the_worst_over_every_way_to_fill(price, leaves, new_price, new_leaves):
    slow = max(filled * price + max(new_leaves - filled, 0) * new_price for filled in range(leaves + 1))
    assert worst_worth(price, leaves, new_price, new_leaves) == slow
