"""Worked examples of papers, from the inputs that they print to the tables that they print.

Those of He and Litterman (1999) are in `test_black_litterman`, that of Maillard, Roncalli and Teiletche
(2010) in `test_risk_based`. Tolerances are what the printed digits of inputs and results leave.
"""

import random
from functools import cache

import numpy as np

from trade2026.analytics.expected_returns.equilibrium import equilibrium
from trade2026.analytics.optimization.black_litterman import Views, posterior
from trade2026.analytics.optimization.clusters import tree_of
from trade2026.analytics.optimization.hierarchical import hierarchical_risk_parity
from trade2026.analytics.optimization.mean_variance import minimum_variance

PRINTED = 6e-5
"""Half of the last digit of percentages with two decimals, and a little."""


@cache
def ten_assets() -> np.ndarray:
    """Lopez de Prado (2016), "Building diversified portfolios that outperform out of sample", section 4.

    Five series of normal returns, and five copies of some with noise of a quarter of their volatility, 10,000
    periods, both generators of the author's Python 2 seeded with 12345; there `randint(0, 4)` is the whole
    part of five times a uniform number.
    """
    numbers, pick = np.random.RandomState(12345), random.Random(12345)
    first = numbers.normal(0.0, 1.0, (10_000, 5))
    copied = [int(5.0 * pick.random()) for _ in range(5)]
    assert copied == [2, 0, 4, 1, 1]
    noise = numbers.normal(0.0, 0.25, (10_000, 5))
    return np.cov(np.hstack([first, first[:, copied] + noise]).T)


def test_hrp_of_ten_assets() -> None:
    """The column HRP of the paper's table of allocations."""
    found = hierarchical_risk_parity(ten_assets(), distance="between rows", linkage="single")
    table = [0.0700, 0.0759, 0.1084, 0.1903, 0.0972, 0.1019, 0.0662, 0.0910, 0.0712, 0.1279]
    np.testing.assert_allclose(found.weights, table, atol=PRINTED)


def test_the_tree_of_ten_assets_keeps_copies_beside_their_originals() -> None:
    """Families of the paper's first dendrogram: 9, 2 and 10; 1 and 7; 3 and 6; 4; 5 and 8."""
    order = tree_of(ten_assets(), distance="between rows", method="single").order.tolist()
    for family in ({1, 8, 9}, {0, 6}, {2, 5}, {4, 7}):
        places = [order.index(asset) for asset in family]
        assert max(places) - min(places) == len(family) - 1


def test_the_least_variance_of_ten_assets() -> None:
    """The column CLA of the same table: long only, and some assets have nothing."""
    table = [0.1444, 0.1993, 0.1973, 0.1987, 0.1868, 0.0, 0.0586, 0.0149, 0.0, 0.0]
    np.testing.assert_allclose(minimum_variance(ten_assets()).weights, table, atol=PRINTED)


# Idzorek (2005), "A step-by-step guide to the Black-Litterman model": bonds of the US and abroad, large
# growth and value, small growth and value of the US, developed and emerging equity abroad.
BELOW = [
    [0.001005],
    [0.001328, 0.007277],
    [-0.000579, -0.001307, 0.059852],
    [-0.000675, -0.000610, 0.027588, 0.029609],
    [0.000121, -0.002237, 0.063497, 0.026572, 0.102488],
    [0.000128, -0.000989, 0.023036, 0.021465, 0.042744, 0.032056],
    [-0.000445, 0.001442, 0.032967, 0.020697, 0.039943, 0.019881, 0.028355],
    [-0.000437, -0.001535, 0.048039, 0.029854, 0.065994, 0.032235, 0.035064, 0.079958],
]
MARKET = np.array([0.1934, 0.2613, 0.1209, 0.1209, 0.0134, 0.0134, 0.2418, 0.0349])
PREMIUM, TAU = 0.03, 0.025
VIEWS = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        [-1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.9, -0.9, 0.1, -0.1, 0.0, 0.0],
    ]
)
EXPECTED = np.array([0.0525, 0.0025, 0.02])


def eight() -> tuple[np.ndarray, float, np.ndarray]:
    """Covariance, risk aversion and equilibrium returns."""
    S = np.zeros((8, 8))
    for row, values in enumerate(BELOW):
        S[row, : row + 1] = S[: row + 1, row] = values
    aversion = PREMIUM / float(MARKET @ S @ MARKET)
    return S, aversion, equilibrium(S, MARKET, risk_aversion=aversion).mean


def test_the_equilibrium_of_eight_classes() -> None:
    _, aversion, prior = eight()
    assert round(aversion, 2) == 3.07
    table = [0.0008, 0.0067, 0.0641, 0.0408, 0.0743, 0.0370, 0.0480, 0.0660]
    np.testing.assert_allclose(prior, table, atol=2 * PRINTED)


def test_three_views_of_eight_classes() -> None:
    """Variances of the views, means and weights; and the confidence that the tilts imply."""
    S, aversion, prior = eight()
    doubt = np.diagonal(TAU * VIEWS @ S @ VIEWS.T)
    np.testing.assert_allclose(doubt, [0.000709, 0.000141, 0.000866], atol=6e-7)
    found = posterior(prior, S, Views(VIEWS, EXPECTED), tau=TAU)
    means = [0.0007, 0.0050, 0.0650, 0.0432, 0.0759, 0.0394, 0.0493, 0.0684]
    np.testing.assert_allclose(found.mean, means, atol=2 * PRINTED)
    weights = np.linalg.solve(aversion * S, found.mean)
    table = [0.2988, 0.1559, 0.0935, 0.1482, 0.0104, 0.0165, 0.2781, 0.0349]
    np.testing.assert_allclose(weights, table, atol=2 * PRINTED)
    certain = np.linalg.solve(aversion * S, posterior(prior, S, Views(VIEWS, EXPECTED, np.ones(3))).mean)
    table = [0.4382, 0.0165, 0.0381, 0.2037, 0.0042, 0.0226, 0.3521, 0.0349]
    np.testing.assert_allclose(certain, table, atol=2 * PRINTED)
    implied = (weights - MARKET)[:7] / (certain - MARKET)[:7]
    table = [0.4306, 0.4306, 0.3302, 0.3302, 0.3302, 0.3302, 0.3294]
    np.testing.assert_allclose(implied, table, atol=1.5e-3)


def test_a_confidence_tilts_weights_by_its_share() -> None:
    """The paper's method: a view alone, of confidence c, goes c of the way to the weights of certainty."""
    S, aversion, prior = eight()
    for P, Q, c in zip(VIEWS, EXPECTED, (0.25, 0.50, 0.65), strict=True):
        tilts = []
        for confidence in (c, 1.0):
            view = Views(P[None, :], np.array([Q]), np.array([confidence]))
            tilts.append(np.linalg.solve(aversion * S, posterior(prior, S, view, tau=TAU).mean) - MARKET)
        np.testing.assert_allclose(tilts[0], c * tilts[1], rtol=1e-8, atol=1e-11)
