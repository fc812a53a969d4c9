"""Counting bets: closed forms for matrices that are simple, and that the torsion is the nearest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm, sqrtm
from scipy.optimize import minimize

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures.diversification import (
    EffectiveBets,
    diversification_ratio,
    effective_bets,
    minimum_torsion,
)
from trade2026.primitives.errors import InputError

FEW = settings(max_examples=25, deadline=None)
BOTH = pytest.mark.parametrize("bets", ["minimum_torsion", "principal"])


def sound(found) -> EffectiveBets:
    assert isinstance(found, EffectiveBets), found
    return found


@BOTH
def test_uncorrelated_assets_of_equal_risk_are_as_many_bets(bets) -> None:
    sizes = np.array([0.1, 0.2, 0.05, 0.4])
    weights = 1.0 / sizes
    found = sound(effective_bets(weights, np.diag(sizes**2), bets=bets))
    assert found.number == pytest.approx(4.0)
    np.testing.assert_allclose(found.shares, 0.25, rtol=1e-10)
    assert diversification_ratio(weights, np.diag(sizes**2)) == pytest.approx(2.0)


@BOTH
def test_one_asset_alone_is_one_bet_where_nothing_is_correlated(bets) -> None:
    found = sound(effective_bets(np.array([1.0, 0.0, 0.0]), np.diag([3.0, 2.0, 1.0]), bets=bets))
    assert found.number == pytest.approx(1.0)


def test_one_market_is_one_principal_bet_and_many_torsion_bets() -> None:
    covariance = 0.6 + 0.4 * np.eye(5)
    weights = np.full(5, 0.2)
    assert sound(effective_bets(weights, covariance, bets="principal")).number == pytest.approx(1.0)
    assert sound(effective_bets(weights, covariance)).number == pytest.approx(5.0)
    assert diversification_ratio(weights, covariance) == pytest.approx(1.0 / np.sqrt(0.2 + 0.8 * 0.6))


@BOTH
@FEW
@given(st.integers(0, 10_000))
def test_shares_are_a_distribution_and_do_not_know_the_scale(bets, seed: int) -> None:
    covariance = np.cov(panel(seed, 60, 4).T)
    weights = np.random.default_rng(seed).uniform(-0.5, 1.0, 4)
    found = sound(effective_bets(weights, covariance, bets=bets))
    assert found.shares.sum() == pytest.approx(1.0, rel=1e-9)
    assert (found.shares >= 0.0).all()
    assert 1.0 - 1e-9 <= found.number <= 4.0 + 1e-9
    scaled = sound(effective_bets(3.0 * weights, 7.0 * covariance, bets=bets))
    assert scaled.number == pytest.approx(found.number, rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_torsion_makes_uncorrelated_factors_none_of_which_are_nearer(seed: int) -> None:
    covariance = np.cov(panel(seed, 80, 4).T)
    torsion = minimum_torsion(covariance)
    factors = torsion @ covariance @ torsion.T
    sizes = np.sqrt(np.diag(factors))
    np.testing.assert_allclose(factors / np.outer(sizes, sizes), np.eye(4), atol=1e-7)

    def error(t) -> float:
        """Sum of squared tracking errors, each in units of its asset's variance."""
        gap = t - np.eye(4)
        return float((np.diag(gap @ covariance @ gap.T) / np.diag(covariance)).sum())

    volatility = np.sqrt(np.diag(covariance))
    white = torsion / sizes[:, None]  # Uncorrelated, of unit variance.
    rng = np.random.default_rng(seed)
    for step in (1e-3, 1e-2, 0.3, 3.0):
        for _ in range(10):
            spin = rng.standard_normal((4, 4))
            rotation, upper = np.linalg.qr(np.eye(4) + step * (spin - spin.T))
            turned = (rotation * np.sign(np.diag(upper))) @ white
            scale = np.diag(turned @ covariance) / volatility  # The best variance of each factor.
            other = (scale * volatility)[:, None] * turned
            assert error(torsion) <= error(other) + 1e-9


def searched_torsion(covariance, seed: int):
    """The nearest uncorrelated factors by a search over all rotations, from the definition alone.

    Factors are d Q x, x whitened, Q a rotation. With correlations C the error is least for d the diagonal of
    Q sqrt(C), and then the trace of C less the sum of d^2.
    """
    volatility = np.sqrt(np.diag(covariance))
    root = np.real(sqrtm(covariance / np.outer(volatility, volatility)))
    n = volatility.size
    above = np.triu_indices(n, 1)

    def turned(angles, begun):
        skew = np.zeros((n, n))
        skew[above] = angles
        return expm(skew - skew.T) @ begun

    rng, ends = np.random.default_rng(seed), []
    for begun in (np.eye(n), *(np.linalg.qr(rng.standard_normal((n, n)))[0] for _ in range(3))):

        def loss(angles, begun=begun) -> float:
            return -float((np.diag(turned(angles, begun) @ root) ** 2).sum())

        found = minimize(loss, np.zeros(above[0].size), method="BFGS", options={"gtol": 1e-9})
        ends.append((found.fun, turned(found.x, begun)))
    rotation = min(ends, key=lambda each: each[0])[1]
    scaled = np.diag(rotation @ root)[:, None] * rotation @ np.linalg.inv(root)
    return volatility[:, None] * scaled / volatility[None, :]


@pytest.mark.parametrize("seed", range(4))
def test_the_torsion_is_what_a_search_over_rotations_finds(seed: int) -> None:
    covariance = np.cov(panel(seed, 80, 4).T)
    slow = searched_torsion(covariance, seed)
    np.testing.assert_allclose(minimum_torsion(covariance), slow, atol=5e-6)
    weights = np.random.default_rng(seed).uniform(-0.5, 1.0, 4)
    parts = np.linalg.solve(slow.T, weights) * (slow @ covariance @ weights)
    shares = parts / parts.sum()
    found = sound(effective_bets(weights, covariance))
    np.testing.assert_allclose(found.shares, shares, atol=1e-5)
    assert found.number == pytest.approx(float(np.exp(-(shares * np.log(shares)).sum())), rel=1e-5)


@FEW
@given(st.integers(0, 10_000))
def test_long_weights_are_diversified_by_one_at_least(seed: int) -> None:
    covariance = np.cov(panel(seed, 60, 4).T)
    weights = np.random.default_rng(seed).dirichlet(np.ones(4))
    found = diversification_ratio(weights, covariance)
    assert not isinstance(found, Undefined)
    assert found >= 1.0 - 1e-12


def test_what_has_no_answer_is_undefined_and_bad_input_refused() -> None:
    nothing = Undefined("the portfolio has no variance")
    assert diversification_ratio(np.zeros(2), np.eye(2)) == nothing
    assert effective_bets(np.array([1.0, -1.0]), np.ones((2, 2))) == nothing
    with pytest.raises(InputError, match="positive definite"):
        effective_bets(np.array([1.0, 1.0]), np.ones((2, 2)))
    with pytest.raises(InputError, match="bets must be minimum_torsion or principal"):
        effective_bets(np.ones(2), np.eye(2), bets="other")  # type: ignore[arg-type]
