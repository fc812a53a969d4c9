"""The Pareto tail: no fit is likelier, its measures are those of the law, and it finds the truth."""

import numpy as np
import pytest
from scipy import stats

from tests.analytics.panels import panel
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.risk_measures.extremes import (
    ParetoTail,
    evt_expected_shortfall,
    evt_value_at_risk,
    fit_derivatives,
    fit_pareto,
    fit_tail,
)
from trade2026.analytics.risk_measures.tail import value_at_risk
from trade2026.primitives.errors import InputError


def log_likelihood(y, shape: float, scale: float) -> float:
    return float(stats.genpareto.logpdf(y, shape, scale=scale).sum())


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_no_other_fit_is_likelier(shape: float, seed: int) -> None:
    y = stats.genpareto.rvs(shape, scale=0.01, size=300, random_state=np.random.default_rng(seed))
    found = fit_pareto(y)
    best = log_likelihood(y, *found)
    theirs = stats.genpareto.fit(y, floc=0.0)
    assert best >= log_likelihood(y, theirs[0], theirs[2]) - 1e-6
    for other in np.linspace(-0.45, 1.5, 40):
        for scale in np.linspace(0.5, 1.6, 23) * found[1]:
            assert best >= log_likelihood(y, other, scale) - 1e-9


@pytest.mark.parametrize("shape", [-0.25, 0.0, 0.3])
def test_it_finds_what_made_the_excesses(shape: float) -> None:
    y = stats.genpareto.rvs(shape, scale=0.02, size=20_000, random_state=np.random.default_rng(7))
    found = fit_pareto(y)
    assert found[0] == pytest.approx(shape, abs=0.03)
    assert found[1] == pytest.approx(0.02, rel=0.04)


def test_the_scale_of_excesses_is_the_scale_of_the_law() -> None:
    y = stats.genpareto.rvs(0.2, size=200, random_state=np.random.default_rng(8))
    one, hundredth = fit_pareto(y), fit_pareto(0.01 * y)
    assert hundredth[0] == pytest.approx(one[0], abs=1e-7)
    assert hundredth[1] == pytest.approx(0.01 * one[1], rel=1e-7)


@pytest.mark.parametrize("shape", [-0.2, 0.0, 1e-13, 0.25, 0.6])
def test_measures_of_the_law_equal_its_quantiles_and_their_mean(shape: float) -> None:
    fitted = ParetoTail(shape=shape, scale=0.01, threshold=0.02, peaks=100, n=1_000, shape_error=0.1)
    law = stats.genpareto(shape, loc=0.02, scale=0.01)
    for tail in (0.1, 0.05, 0.01, 0.001):
        assert fitted.value_at_risk(tail) == pytest.approx(law.ppf(1.0 - 10.0 * tail), rel=1e-8)
        u = (np.arange(400_000) + 0.5) / 400_000
        mean = float(np.mean(law.isf(10.0 * tail * u**4) * 4.0 * u**3))  # Denser where losses are larger.
        assert fitted.expected_shortfall(tail) == pytest.approx(mean, rel=1e-4)


def test_a_tail_without_a_mean_has_no_shortfall() -> None:
    fitted = ParetoTail(shape=1.1, scale=0.01, threshold=0.02, peaks=100, n=1_000, shape_error=0.1)
    assert isinstance(fitted.expected_shortfall(0.01), Undefined)
    assert fitted.value_at_risk(0.01) > 0.02


def test_it_reaches_the_quantiles_of_student_t_beyond_the_sample() -> None:
    returns = 0.01 * np.random.default_rng(9).standard_t(4, 40_000)
    found = fit_tail(returns, threshold_share=0.0225)
    assert isinstance(found, ParetoTail)
    assert (found.peaks, found.n) == (900, 40_000)
    assert found.threshold == value_at_risk(returns, tail=0.0225)
    assert found.shape_error == pytest.approx((1.0 + found.shape) / 30.0)
    assert found.shape == pytest.approx(0.25, abs=0.1)
    assert evt_value_at_risk(returns, tail=0.001) == pytest.approx(0.01 * stats.t.isf(0.001, 4), rel=0.2)
    assert evt_value_at_risk(returns, tail=0.05) == pytest.approx(value_at_risk(returns, tail=0.05), rel=0.05)
    shortfall, value = evt_expected_shortfall(returns, tail=0.01), evt_value_at_risk(returns, tail=0.01)
    assert not isinstance(shortfall, Undefined)
    assert not isinstance(value, Undefined)
    assert shortfall > value


def test_too_few_losses_are_undefined_and_a_tail_inside_the_threshold_is_refused() -> None:
    few = panel(1, 100, 1)[:, 0].copy()
    assert evt_value_at_risk(few, tail=0.05) == Undefined(
        "needs at least 20 losses beyond the threshold, had 10"
    )
    more = panel(1, 400, 1)[:, 0].copy()
    with pytest.raises(InputError, match=r"tail must be at most 0\.1, .* lower the threshold"):
        evt_value_at_risk(more, tail=0.2)
    with pytest.raises(InputError, match="tail must be between"):
        evt_expected_shortfall(more, tail=0.0)
    with pytest.raises(InputError, match="not all be zero"):
        fit_pareto(np.zeros(5))


@pytest.mark.parametrize("shape", [-0.3, 0.1, 0.4])
def test_derivatives_of_the_fit_are_those_found_by_moving_an_excess(shape: float) -> None:
    y = stats.genpareto.rvs(shape, scale=0.01, size=60, random_state=np.random.default_rng(11))
    moved = fit_derivatives(y, *fit_pareto(y))
    assert not isinstance(moved, Undefined)
    for index in (0, 17, int(np.argmax(y))):
        step = np.zeros(60)
        step[index] = 1e-7
        up, down = fit_pareto(y + step), fit_pareto(y - step)
        assert moved[0][index] == pytest.approx((up[0] - down[0]) / 2e-7, rel=1e-4, abs=1e-6)
        assert moved[1][index] == pytest.approx((up[1] - down[1]) / 2e-7, rel=1e-4, abs=1e-6)


def test_a_fit_at_its_bound_has_no_derivative() -> None:
    y = np.linspace(0.001, 0.01, 40)  # A uniform tail: its shape would be -1.
    shape, scale = fit_pareto(y)
    assert shape == pytest.approx(-0.5, abs=1e-6)
    assert fit_derivatives(y, shape, scale) == Undefined("the fitted shape is at its bound")
