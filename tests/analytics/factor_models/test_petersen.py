"""Regressions of a panel with known answers: the test data of Petersen (2009), Rev. of Financial Studies 22.

500 firms in ten years, made by him so that regressor and residual depend on the firm; his page of programs
for standard errors prints what each estimator gives, to four decimals. The numbers are those of `PetersenCL`
in R's package sandwich, which are exact in 32 bits; `x` and `y` have a row for each year.
"""

from pathlib import Path

import numpy as np
import pytest

from trade2026.analytics.factor_models.cross_section.regression import CrossSections, regress
from trade2026.analytics.factor_models.time_series.least_squares import least_squares
from trade2026.analytics.newey_west import mean_errors

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "factors" / "petersen.npz"
PRINTED = 0.00005
"""Half of the last printed decimal."""


@pytest.fixture(scope="module")
def panel() -> tuple[np.ndarray, np.ndarray]:
    with np.load(GOLDEN, allow_pickle=False) as kept:
        return kept["x"].astype(np.float64), kept["y"].astype(np.float64)


@pytest.fixture(scope="module")
def sections(panel: tuple[np.ndarray, np.ndarray]) -> CrossSections:
    x, y = panel
    exposures = np.stack([np.ones_like(x), x], axis=2)
    years = tuple(str(year) for year in range(1, 11))
    return regress(y, exposures, np.ones_like(x), np.zeros((10, 0)), ("constant", "x"), years)


def test_the_mean_of_the_years_and_its_error_are_those_that_are_printed(sections: CrossSections) -> None:
    """Fama and MacBeth: a regression in each year, and the spread of the ten."""
    np.testing.assert_allclose(sections.returns.mean(axis=0), [0.0313, 1.0356], atol=PRINTED)
    errors = sections.returns.std(axis=0, ddof=1) / 10**0.5
    np.testing.assert_allclose(errors, [0.0234, 0.0333], atol=PRINTED)


def test_without_lags_newey_and_west_have_the_same_error_but_for_its_divisor(sections: CrossSections) -> None:
    plain = sections.returns.std(axis=0, ddof=1) / 10**0.5
    np.testing.assert_allclose(mean_errors(sections.returns, lags=0), plain * (9 / 10) ** 0.5, rtol=1e-12)


def test_the_pooled_regression_is_the_one_that_is_printed(panel: tuple[np.ndarray, np.ndarray]) -> None:
    """Ordinary least squares, and White's errors."""
    x, y = (each.reshape(-1, 1) for each in panel)
    fits = [least_squares(y, x, errors="classic"), least_squares(y, x, errors="white")]
    for fit, expected in zip(fits, ([0.0284, 0.0286], [0.0284, 0.0284]), strict=True):
        np.testing.assert_allclose([fit.alpha[0], fit.betas[0, 0]], [0.0297, 1.0348], atol=PRINTED)
        np.testing.assert_allclose(fit.errors[0], expected, atol=PRINTED)
        assert fit.r_squared[0] == pytest.approx(0.2078, abs=PRINTED)
