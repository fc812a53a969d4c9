"""Series with known answers: what the measures are held against. Everything is drawn from a given seed."""

from typing import Any

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.microstructure.bootstrap import Resampling
from trade2026.analytics.microstructure.estimate import Absent, NotTestable
from trade2026.primitives.time import SECOND_NS

QUICK = Resampling(seed=11, replicates=200)


def sound(found: Any) -> Any:
    """The result, which must not be a refusal."""
    assert not isinstance(found, NotTestable | Absent), found
    return found


def ar1(n: int, rho: float, seed: int) -> FloatArray:
    """An autoregression of order one; its autocorrelation at lag k is rho^k."""
    noise = np.random.default_rng(seed).standard_normal(n)
    x = np.empty(n)
    x[0] = noise[0] / np.sqrt(1.0 - rho**2)
    for t in range(1, n):
        x[t] = rho * x[t - 1] + noise[t]
    return x


def garch(n: int, seed: int, *, alpha: float = 0.1, beta: float = 0.88) -> FloatArray:
    """GARCH(1, 1) with variance one: uncorrelated, clustered, heavy-tailed."""
    noise = np.random.default_rng(seed).standard_normal(n)
    r, variance = np.empty(n), 1.0
    for t in range(n):
        r[t] = np.sqrt(variance) * noise[t]
        variance = (1.0 - alpha - beta) + alpha * r[t] ** 2 + beta * variance
    return r


def split_order_signs(n: int, exponent: float, seed: int) -> FloatArray:
    """Signs of a market in which one order after the other is traded in pieces.

    Lillo, Mike and Farmer (2005), Physical Review E 71, 066122, with one order at a time: lengths have
    P(length > l) = (l + 1)^-exponent and each order has a random sign.
    """
    rng = np.random.default_rng(seed)
    lengths = np.zeros(0, dtype=np.int64)
    while lengths.sum() < n:
        drawn = np.floor(rng.random(n // 2) ** (-1.0 / exponent))
        lengths = np.concatenate((lengths, np.minimum(drawn, n).astype(np.int64)))
    signs: FloatArray = np.repeat(rng.choice([-1.0, 1.0], lengths.size), lengths)[:n]
    return signs


def split_order_autocorrelation(lags: IntArray, exponent: float, longest: int) -> FloatArray:
    """Exact autocorrelation of `split_order_signs`: both trades belong to one order, or their signs are free.

    sum over m >= l of P(length > m), over the mean length; lengths cut at `longest`.
    """
    beyond = (np.arange(longest) + 1.0) ** -exponent
    remaining = np.cumsum(beyond[::-1])[::-1]
    result: FloatArray = remaining[lags] / remaining[0]
    return result


def fractional_noise(n: int, hurst: float, seed: int) -> FloatArray:
    """Fractional Gaussian noise, exact, by circulant embedding (Davies and Harte 1987)."""
    k = np.arange(n + 1.0)
    covariance = 0.5 * (np.abs(k + 1) ** (2 * hurst) - 2 * k ** (2 * hurst) + np.abs(k - 1) ** (2 * hurst))
    row = np.concatenate((covariance, covariance[-2:0:-1]))
    spectrum = np.fft.fft(row).real
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(row.size) + 1j * rng.standard_normal(row.size)
    result: FloatArray = np.fft.fft(np.sqrt(np.maximum(spectrum, 0.0) / row.size) * noise).real[:n]
    return result


class RollMarket:
    """Roll (1984): an efficient price in random steps, a constant spread around it, trades at either side.

    Each second a trade, and a nanosecond later the quote that it leaves. Without impact the effective,
    quoted and realised spreads are all `spread`, and the impact is zero; `impact` moves the efficient price
    by impact x sign x quantity^delta right after each trade.
    """

    def __init__(
        self, n: int, seed: int, *, spread: float = 0.02, noise: float = 0.005, impact: float = 0.0,
        delta: float = 1.0, log_sizes: float = 1.0,
    ) -> None:  # fmt: skip
        rng = np.random.default_rng(seed)
        self.signs = rng.choice([-1.0, 1.0], n)
        self.quantities = np.exp(log_sizes * rng.standard_normal(n))
        moves = impact * self.signs * self.quantities**delta + noise * rng.standard_normal(n)
        mid = 100.0 + np.concatenate(([0.0], np.cumsum(moves)))
        self.trade_ns = np.arange(n, dtype=np.int64) * SECOND_NS + SECOND_NS // 2
        self.quote_ns = np.concatenate((np.zeros(1, dtype=np.int64), self.trade_ns + 1))
        self.bid, self.ask = mid - spread / 2.0, mid + spread / 2.0
        self.prices = mid[:-1] + self.signs * spread / 2.0

    @property
    def quotes(self) -> tuple[IntArray, FloatArray, FloatArray]:
        return self.quote_ns, self.bid, self.ask


def correlated_walks(
    seconds: int, rho: float, rate_a: float, rate_b: float, seed: int
) -> tuple[IntArray, FloatArray, IntArray, FloatArray]:
    """Two correlated Brownian log prices, each seen at its own Poisson times; rates per second."""
    rng = np.random.default_rng(seed)
    per_second = 20
    steps = rng.standard_normal((2, seconds * per_second)) * 1e-4
    steps[1] = rho * steps[0] + np.sqrt(1.0 - rho**2) * steps[1]
    paths = np.cumsum(steps, axis=1)
    seen = [rng.random(paths.shape[1]) < rate / per_second for rate in (rate_a, rate_b)]
    at = np.arange(paths.shape[1], dtype=np.int64) * (SECOND_NS // per_second)
    return at[seen[0]], np.exp(paths[0][seen[0]]), at[seen[1]], np.exp(paths[1][seen[1]])
