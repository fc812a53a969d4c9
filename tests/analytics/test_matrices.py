"""What is not a panel, a covariance matrix or weights is refused by a message that names it and a remedy."""

import numpy as np
import pytest

from tests.analytics.panels import assert_psd, panel
from trade2026.analytics import matrices
from trade2026.primitives.errors import InputError


def test_a_sound_panel_passes() -> None:
    matrices.check_panel("returns", panel(1, 30, 3))
    matrices.check_varies("returns", panel(1, 30, 3))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named_by_its_column_and_row(bad: float) -> None:
    returns = panel(2, 30, 4)
    returns[7, 2] = bad
    with pytest.raises(InputError, match=f"was {bad} in column 2 at row 7; drop"):
        matrices.check_panel("returns", returns)


def test_the_first_bad_column_is_named() -> None:
    returns = panel(2, 30, 4)
    returns[1, 3] = returns[20, 1] = np.nan
    with pytest.raises(InputError, match="column 1 at row 20"):
        matrices.check_panel("returns", returns)


@pytest.mark.parametrize(
    ("returns", "says"),
    [
        (np.zeros(5), "2-D float64"),
        (np.zeros((5, 2), dtype=np.float32), "2-D float64"),
        (np.zeros((1, 2)), "at least 2 rows, had 1"),
        (np.zeros((5, 0)), "at least one column"),
    ],
)
def test_what_is_no_panel_is_refused(returns, says: str) -> None:
    with pytest.raises(InputError, match=says):
        matrices.check_panel("returns", returns)


def test_a_constant_asset_is_named() -> None:
    returns = panel(3, 30, 3)
    returns[:, 1] = 0.002
    with pytest.raises(InputError, match=r"column 1 was 0\.002 throughout"):
        matrices.check_varies("returns", returns)


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        (np.zeros((2, 3)), "square"),
        (np.zeros((0, 0)), "at least one row"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "row 0, column 1"),
        (np.array([[1.0, 0.5], [0.4, 1.0]]), "must be symmetric"),
        (np.array([[1.0, 0.0], [0.0, 0.0]]), "asset 1"),
    ],
)
def test_what_is_no_covariance_is_refused(matrix, says: str) -> None:
    with pytest.raises(InputError, match=says):
        matrices.check_covariance("covariance", matrix)


@pytest.mark.parametrize(
    "weights", [np.ones(2), np.ones((3, 1)), np.array([1, 2, 3]), np.array([1.0, np.nan, 0.0])]
)
def test_what_are_no_weights_is_refused(weights) -> None:
    with pytest.raises(InputError, match="weights must be"):
        matrices.check_weights("weights", weights, 3)


def test_correlation_and_covariance_are_inverse() -> None:
    covariance = np.cov(panel(4, 60, 5).T)
    correlation, volatility = matrices.to_correlation(covariance)
    assert (np.diag(correlation) == 1.0).all()
    assert_psd(correlation)
    np.testing.assert_allclose(matrices.to_covariance(correlation, volatility), covariance, rtol=1e-12)
    np.testing.assert_allclose(correlation, np.corrcoef(panel(4, 60, 5).T), rtol=0, atol=1e-12)


def test_eigenvectors_are_in_falling_order_and_rebuild_the_matrix() -> None:
    covariance = np.cov(panel(5, 60, 5).T)
    values, vectors = matrices.descending_eigen(covariance)
    assert (np.diff(values) <= 0.0).all()
    assert (vectors.sum(axis=0) >= 0.0).all()
    np.testing.assert_allclose((vectors * values) @ vectors.T, covariance, rtol=0, atol=1e-15)


def test_assets_that_depend_on_one_another_are_found() -> None:
    returns = panel(5, 60, 5)
    returns[:, 3] = 0.5 * returns[:, 1] - 0.25 * returns[:, 4]
    found = matrices.riskless_mix(np.cov(returns.T))
    assert set(found.tolist()) == {1, 3, 4}


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (lambda: matrices.vector("mean", np.zeros(2), size=3), "mean must have 3 elements"),
        (lambda: matrices.vector("mean", np.array([0.0, np.nan])), "at index 1"),
        (lambda: matrices.matrix("P", np.zeros((2, 3)), columns=2), "P must have 2 columns"),
        (lambda: matrices.matrix("P", np.array([[0.0, np.inf]])), r"at \(0, 1\)"),
        (lambda: matrices.covariance("S", np.eye(2), size=3), "S must have 3 rows and columns"),
        (lambda: matrices.fraction("tail", 1.5), "tail must be from 0.0 to 1.0, was 1.5"),
        (lambda: matrices.positive("tau", 0.0), "tau must be finite and above zero"),
    ],
)
def test_what_is_checked_and_given_back_is_refused_by_name(check, says: str) -> None:
    with pytest.raises(InputError, match=says):
        check()
