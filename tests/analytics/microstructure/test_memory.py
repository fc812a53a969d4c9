"""Memory: against exact fractional noise, an order-splitting market in closed form, and white noise."""

import numpy as np
import pytest

from tests.analytics.microstructure.made import (
    QUICK,
    ar1,
    fractional_noise,
    garch,
    sound,
    split_order_autocorrelation,
    split_order_signs,
)
from trade2026.analytics.microstructure.bootstrap import autocovariance
from trade2026.analytics.microstructure.estimate import Absent, NotTestable
from trade2026.analytics.microstructure.memory import (
    _leave_one_out,
    autocorrelation,
    decay_exponent,
    hurst_exponent,
    mean_autocorrelation,
)
from trade2026.primitives.errors import InputError


def test_autocorrelations_of_an_autoregression() -> None:
    lags = np.array([1, 2, 3, 5], dtype=np.int64)
    found = autocorrelation(ar1(40_000, 0.6, 1), lags, QUICK)
    exact = 0.6**lags
    assert found.values == pytest.approx(exact, abs=0.02)
    assert (found.low < exact).all()
    assert (exact < found.high).all()


def test_bartlett_band_by_hand() -> None:
    x = ar1(1_000, 0.5, 2)
    found = autocorrelation(x, np.array([1, 2, 3], dtype=np.int64), QUICK)
    r = found.values
    assert found.bartlett[0] == pytest.approx(1.959964 / np.sqrt(1_000))
    assert found.bartlett[2] == pytest.approx(1.959964 * np.sqrt((1 + 2 * r[0] ** 2 + 2 * r[1] ** 2) / 1_000))


def test_white_noise_is_inside_and_clustering_fools_bartlett_only() -> None:
    """GARCH returns are uncorrelated, but not independent: Bartlett's band is too narrow for them."""
    lags = np.arange(1, 11, dtype=np.int64)
    beyond_bartlett = beyond_bootstrap = 0
    for seed in range(12):
        found = autocorrelation(garch(6_000, seed, alpha=0.3, beta=0.65), lags, QUICK)
        beyond_bartlett += int((np.abs(found.values) > found.bartlett).sum())
        beyond_bootstrap += found.outside().size
    assert beyond_bootstrap < 0.15 * 120
    assert beyond_bartlett > 2 * beyond_bootstrap


def test_mean_of_autocorrelations_is_their_mean() -> None:
    x = ar1(50_000, 0.8, 3)
    found = sound(mean_autocorrelation(x, 10, QUICK))
    exact = float(np.mean(0.8 ** np.arange(1, 11)))
    assert found.low < exact < found.high
    single = autocovariance(x, 10)
    assert found.value == pytest.approx(float((single[1:] / single[0]).mean()), abs=1e-3)


@pytest.mark.parametrize("exponent", [1.4, 1.7])
def test_sign_memory_of_split_orders(exponent: float) -> None:
    """Gamma = exponent - 1; and the estimate is that of a regression on the exact autocorrelations."""
    n = 1_000_000
    found = sound(decay_exponent(split_order_signs(n, exponent, 4)))
    lags = np.unique(np.geomspace(10, 1_000, 30).astype(np.int64))
    exact = split_order_autocorrelation(lags, exponent, 10_000_000)
    slope = -np.polyfit(np.log(lags), np.log(exact), 1)[0]
    assert slope == pytest.approx(exponent - 1.0, abs=0.02)
    assert found.value == pytest.approx(exponent - 1.0, abs=0.12)
    assert found.low < exponent - 1.0 < found.high
    assert found.high - found.low < 0.6


def test_signs_of_fractional_noise() -> None:
    """Their autocorrelation is 2 / pi asin(rho), so gamma = 2 - 2 H beyond short lags."""
    n = 2**18
    lags = np.array([10, 100, 900])
    rho = 0.5 * (np.abs(lags + 1) ** 1.5 - 2 * lags**1.5 + np.abs(lags - 1) ** 1.5)
    exact = 2.0 / np.pi * np.arcsin(rho)
    assert -np.polyfit(np.log(lags), np.log(exact), 1)[0] == pytest.approx(0.5, abs=0.01)
    found = [sound(decay_exponent(np.sign(fractional_noise(n, 0.75, seed)))) for seed in range(12)]
    assert np.mean([each.value for each in found]) == pytest.approx(0.5, abs=0.06)
    assert sum(each.low < 0.5 < each.high for each in found) >= 9


def test_independent_signs_have_no_exponent() -> None:
    signs = np.random.default_rng(5).choice([-1.0, 1.0], 200_000)
    found = decay_exponent(signs)
    assert isinstance(found, Absent)
    assert found.n == 200_000


def test_short_memory_is_absent_or_steep() -> None:
    found = decay_exponent(ar1(100_000, 0.8, 6))
    assert isinstance(found, Absent) or sound(found).value > 1.5


@pytest.mark.parametrize("hurst", [0.5, 0.7, 0.85])
def test_hurst_exponent_of_fractional_noise(hurst: float) -> None:
    found = sound(hurst_exponent(fractional_noise(2**17, hurst, 7)))
    assert found.value == pytest.approx(hurst, abs=0.03)
    assert found.high - found.low < 0.15


def test_hurst_intervals_cover() -> None:
    held = 0
    for seed in range(40):
        found = sound(hurst_exponent(fractional_noise(2**13, 0.7, 100 + seed)))
        held += found.low <= 0.7 <= found.high
    assert held >= 32


def test_fluctuations_equal_a_fitted_line() -> None:
    """One window size, each window by numpy's polynomial fit."""
    from trade2026.analytics.microstructure.memory import _squared_residuals

    profile = np.cumsum(np.random.default_rng(8).standard_normal(107))
    t = np.arange(20)
    slow = []
    for start in range(0, 100, 20):
        window = profile[start : start + 20]
        slow.append(np.mean((window - np.polyval(np.polyfit(t, window, 1), t)) ** 2))
    assert _squared_residuals(profile, 20) == pytest.approx(slow)


def test_leaving_a_segment_out_equals_its_loop() -> None:
    x = np.random.default_rng(9).standard_normal(95)
    centred = x - x.mean()
    pieces = np.array_split(centred, 10)
    for left in range(10):
        kept = [p for at, p in enumerate(pieces) if at != left]
        at_zero = sum(float(p @ p) / p.size for p in kept)
        at_two = sum(float(p[2:] @ p[:-2]) / p.size for p in kept)
        assert _leave_one_out(x, 3)[left, 1] == pytest.approx(at_two / at_zero)


def test_short_series_say_what_they_need() -> None:
    for found in (decay_exponent(np.arange(100.0)), hurst_exponent(np.arange(100.0))):
        assert isinstance(found, NotTestable)
        assert (found.needed, found.had) == (5_000, 100)


def test_lags_beyond_a_quarter_of_the_series_are_refused() -> None:
    with pytest.raises(InputError, match="at most n // 4 = 5"):
        autocorrelation(np.arange(20.0), np.array([6], dtype=np.int64), QUICK)
