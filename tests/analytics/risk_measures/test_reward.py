"""Omega, the tail ratio and what a normal law says equal their definitions, empyrical's and jquantstats'."""

import warnings

import numpy as np
import polars as pl
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures.dispersion import volatility
from trade2026.analytics.risk_measures.reward import omega_ratio, tail_ratio
from trade2026.analytics.risk_measures.tail import gaussian_expected_shortfall, gaussian_value_at_risk
from trade2026.primitives.errors import InputError

with warnings.catch_warnings():  # Its import warns about optional parts we do not use.
    warnings.simplefilter("ignore")
    import empyrical  # type: ignore[import-untyped]
    import jquantstats

RETURNS = panel(1, 150, 1)[:, 0].copy()


@pytest.mark.parametrize("threshold", [0.0, 0.001, -0.002])
def test_omega(threshold: float) -> None:
    gains = sum(max(r - threshold, 0.0) for r in RETURNS)
    losses = sum(max(threshold - r, 0.0) for r in RETURNS)
    assert omega_ratio(RETURNS, threshold=threshold) == pytest.approx(gains / losses, rel=1e-12)


def test_they_equal_empyrical() -> None:
    assert omega_ratio(RETURNS) == pytest.approx(empyrical.omega_ratio(RETURNS), rel=1e-10)
    assert tail_ratio(RETURNS) == pytest.approx(empyrical.tail_ratio(RETURNS), rel=1e-12)


def test_they_equal_jquantstats() -> None:
    """Its losses are negative; its numbers come by the name of the column."""
    days = pl.Series("Date", np.datetime64("2020-01-01") + np.arange(RETURNS.size))
    theirs = jquantstats.Data.from_returns(pl.DataFrame({"Date": days, "s": RETURNS}), date_col="Date").stats
    assert volatility(RETURNS) == pytest.approx(theirs.volatility(periods=1)["s"], rel=1e-12)
    assert omega_ratio(RETURNS) == pytest.approx(theirs.omega()["s"], rel=1e-10)
    assert tail_ratio(RETURNS) == pytest.approx(theirs.tail_ratio()["s"], rel=1e-12)
    value = gaussian_value_at_risk(RETURNS, tail=0.05)
    assert value == pytest.approx(-theirs.value_at_risk(alpha=0.05)["s"], rel=1e-10)
    shortfall = gaussian_expected_shortfall(RETURNS, tail=0.05)
    assert shortfall == pytest.approx(-theirs.conditional_value_at_risk(alpha=0.05)["s"], rel=1e-10)


def test_the_scale_does_not_matter() -> None:
    assert omega_ratio(7.0 * RETURNS) == pytest.approx(omega_ratio(RETURNS), rel=1e-12)
    assert tail_ratio(7.0 * RETURNS) == pytest.approx(tail_ratio(RETURNS), rel=1e-12)


def test_what_does_not_exist_is_undefined_and_bad_input_refused() -> None:
    assert omega_ratio(np.array([0.1, 0.2])) == Undefined("no period fell below the threshold")
    assert tail_ratio(np.zeros(4)) == Undefined("the lower quantile is zero")
    with pytest.raises(InputError, match="threshold must be finite"):
        omega_ratio(RETURNS, threshold=np.inf)
    with pytest.raises(InputError, match=r"between 0 and 0\.5"):
        tail_ratio(RETURNS, tail=0.5)
