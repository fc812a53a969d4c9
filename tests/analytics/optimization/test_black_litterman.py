"""Published tables of Black-Litterman, and what must hold of views."""

import numpy as np
import pytest

from tests.analytics.optimization.made import covariance_of, mean_of
from trade2026.analytics.expected_returns.equilibrium import equilibrium
from trade2026.analytics.optimization.black_litterman import Views, posterior
from trade2026.analytics.optimization.constraints import Constraints
from trade2026.analytics.optimization.mean_variance import maximum_utility
from trade2026.primitives.errors import InputError

# He and Litterman (1999), "The intuition behind Black-Litterman model portfolios", tables 1 and 2:
# Australia, Canada, France, Germany, Japan, United Kingdom, United States.
VOLATILITY = np.array([0.160, 0.203, 0.248, 0.271, 0.210, 0.200, 0.187])
MARKET = np.array([0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615])
BELOW = [
    [0.488],
    [0.478, 0.664],
    [0.515, 0.655, 0.861],
    [0.439, 0.310, 0.355, 0.354],
    [0.512, 0.608, 0.783, 0.777, 0.405],
    [0.491, 0.779, 0.668, 0.653, 0.306, 0.652],
]
EQUILIBRIUM = np.array([0.039, 0.069, 0.084, 0.090, 0.043, 0.068, 0.076])
AVERSION, TAU = 2.5, 0.05
GERMANY = np.array([[0.0, 0.0, -0.295, 1.0, 0.0, -0.705, 0.0]])
"""Germany will do 5 percent better than France and the United Kingdom, by their capitalization."""


def seven() -> np.ndarray:
    C = np.eye(7)
    for row, values in enumerate(BELOW, start=1):
        C[row, : len(values)] = C[: len(values), row] = values
    return C * np.outer(VOLATILITY, VOLATILITY)


def test_the_equilibrium_of_seven_countries_is_published() -> None:
    np.testing.assert_allclose(
        equilibrium(seven(), MARKET, risk_aversion=AVERSION).mean, EQUILIBRIUM, atol=6e-4
    )


def test_a_view_of_germany_is_published() -> None:
    """Table 4 of the paper: means, weights, and that only the assets of the view are tilted."""
    S = seven()
    prior = equilibrium(S, MARKET, risk_aversion=AVERSION).mean
    found = posterior(prior, S, Views(GERMANY, np.array([0.05])), tau=TAU)
    np.testing.assert_allclose(found.mean, [0.043, 0.076, 0.093, 0.110, 0.045, 0.070, 0.081], atol=7e-4)
    free = Constraints(np.full(7, -np.inf), np.full(7, np.inf), 1.0)
    weights = np.linalg.solve(AVERSION * found.covariance, found.mean)
    np.testing.assert_allclose(weights, [0.015, 0.021, -0.040, 0.354, 0.110, -0.095, 0.586], atol=2e-3)
    tilt = weights - MARKET / (1.0 + TAU)
    np.testing.assert_allclose(tilt[[0, 1, 4, 6]], 0.0, atol=1e-12)
    np.testing.assert_allclose(tilt / tilt[3], GERMANY[0], atol=1e-12)
    invested = maximum_utility(found.mean, found.covariance, free, risk_aversion=AVERSION)
    assert float(invested.weights.sum()) == pytest.approx(1.0)


def test_no_views_leave_the_market() -> None:
    S = seven()
    prior = equilibrium(S, MARKET, risk_aversion=AVERSION).mean
    ignored = Views(GERMANY, np.array([0.05]), np.array([0.0]))
    found = posterior(prior, S, ignored, tau=TAU)
    np.testing.assert_array_equal(found.mean, prior)
    np.testing.assert_allclose(found.covariance, 1.05 * S)
    assert found.notes == ("view 0 has no confidence and was ignored",)


def test_certain_views_hold_and_confidence_goes_the_share_of_the_way() -> None:
    """Idzorek (2005): a view of confidence c moves weights, here its own mean, c of the way to certainty."""
    S, prior = covariance_of(3, 6), mean_of(3, 6)
    P, Q = np.eye(6)[[1]], np.array([0.01])
    certain = posterior(prior, S, Views(P, Q, np.array([1.0])))
    assert certain.mean[1] == pytest.approx(0.01, rel=1e-12)
    for c in (0.1, 0.25, 0.8):
        part = posterior(prior, S, Views(P, Q, np.array([c])))
        np.testing.assert_allclose(part.mean - prior, c * (certain.mean - prior), rtol=1e-9)


def test_means_are_those_of_the_precision_form() -> None:
    """[(tau S)^-1 + P'O^-1 P]^-1 [(tau S)^-1 pi + P'O^-1 Q], as the first paper has it."""
    S, prior = covariance_of(5, 5), mean_of(5, 5)
    P = np.array([[1.0, 0.0, -1.0, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0, -1.0]])
    Q, tau = np.array([0.002, 0.001]), 0.025
    omega = np.diag(np.diagonal(P @ (tau * S) @ P.T))
    A, O = np.linalg.inv(tau * S), np.linalg.inv(omega)  # noqa: E741
    M = np.linalg.inv(A + P.T @ O @ P)
    found = posterior(prior, S, Views(P, Q), tau=tau)
    np.testing.assert_allclose(found.mean, M @ (A @ prior + P.T @ O @ Q), rtol=1e-9)
    np.testing.assert_allclose(found.mean_covariance, M, rtol=1e-8, atol=1e-16)
    np.testing.assert_allclose(found.covariance, S + M, rtol=1e-10)


def test_views_that_repeat_or_contradict_are_told() -> None:
    S, prior = covariance_of(7, 4), mean_of(7, 4)
    P = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 1.0, -1.0, 0.0], [1.0, 0.0, -1.0, 0.0], [2.0, -2.0, 0.0, 0.0]])
    found = posterior(prior, S, Views(P, np.array([0.01, 0.02, 0.03, -0.01])))
    assert found.notes[0].startswith("view 2 repeats views [0, 1]")
    assert found.notes[1].startswith("view 3 contradicts views [0]: they imply 0.02, it says -0.01")
    with pytest.raises(InputError, match=r"contradicts views .* all are certain"):
        posterior(prior, S, Views(P, np.array([0.01, 0.02, 0.05, 0.02]), np.ones(4)))
    certain = posterior(prior, S, Views(P[:3], np.array([0.01, 0.02, 0.03]), np.ones(3)))
    np.testing.assert_allclose(P[:3] @ certain.mean, [0.01, 0.02, 0.03], rtol=1e-8)


@pytest.mark.parametrize(
    ("views", "word"),
    [
        (Views(np.zeros((1, 4)), np.ones(1)), "has none"),
        (Views(np.eye(4)[:1], np.ones(2)), "1 elements"),
        (Views(np.eye(4)[:1], np.ones(1), np.array([1.5])), "from 0 to 1"),
        (Views(np.eye(4)[:1], np.ones(1), np.ones(2)), "one per view"),
        (Views(np.eye(3)[:1], np.ones(1)), "4 columns"),
    ],
)
def test_a_wrong_view_is_named(views: Views, word: str) -> None:
    with pytest.raises(InputError, match=word):
        posterior(mean_of(1, 4), covariance_of(1, 4), views)


def test_the_order_of_assets_does_not_matter() -> None:
    S, prior, order = covariance_of(9, 5), mean_of(9, 5), np.array([3, 1, 4, 0, 2])
    P, Q = np.array([[1.0, 0.0, -1.0, 0.0, 0.0]]), np.array([0.01])
    found = posterior(prior, S, Views(P, Q))
    turned = posterior(prior[order], np.ascontiguousarray(S[np.ix_(order, order)]), Views(P[:, order], Q))
    np.testing.assert_allclose(turned.mean, found.mean[order], rtol=1e-10)
