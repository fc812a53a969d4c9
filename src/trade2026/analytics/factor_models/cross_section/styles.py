"""Styles: what each measures of an asset at the beginning of a period, from prices and facts known by then.

Row t of what a style gives is of the beginning of period t: it depends on returns before t and on facts that
were known then, on nothing else. Each style is one descriptor by one stated formula; NaN where not known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import signal

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.cross_section.market import CAP, Market
from trade2026.primitives.errors import InputError

BETA_PERIODS_MIN: Final = 60


@dataclass(frozen=True, slots=True)
class Style:
    """One style.

    Attributes
    ----------
    title : str
        In a few words.
    fields : tuple of str
        Facts that it needs.
    raw : callable
        From the market, caps (shape (T + 1, N)) or None, and the oldest age of facts, to the descriptor
        before it is standardised, shape (T + 1, N).
    orthogonal_to : tuple of str
        Styles that are taken out of it where they are in the model.
    """

    title: str
    fields: tuple[str, ...]
    raw: Callable[[Market, FloatArray | None, int | None], FloatArray]
    orthogonal_to: tuple[str, ...] = ()


def market_returns(market: Market, caps: FloatArray | None) -> FloatArray:
    """Returns of the market, shape (T,): by caps at the beginning of a period, equal weights without caps.

    Assets without a cap are left out; where no asset has one, as before the first fact, weights are equal.
    """
    if caps is None:
        return np.asarray(market.returns.mean(axis=1))
    weights = np.where(np.isfinite(caps[:-1]), caps[:-1], 0.0)
    weights[~weights.any(axis=1)] = 1.0
    return np.asarray((weights * market.returns).sum(axis=1) / weights.sum(axis=1))


def _growth(market: Market) -> FloatArray:
    """Log of what one unit became by the beginning of each period, shape (T + 1, N)."""
    log = np.log1p(market.returns).cumsum(axis=0)
    return np.concatenate((np.zeros((1, market.returns.shape[1])), log))


def _change(log: FloatArray, first: int, last: int) -> FloatArray:
    """Log return from `first` to `last` periods before each row; NaN before there are as many."""
    rows = log.shape[0]
    result = np.full_like(log, np.nan)
    if first < rows:
        result[first:] = log[first - last : rows - last] - log[: rows - first]
    return result


def momentum(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Log return of the last twelve months without the last one. Jegadeesh and Titman 1993, J. Finance 48."""
    del caps, age_max
    return _change(_growth(market), round(market.periods_per_year), market.month())


def reversal(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Log return of the last month with its sign turned. Jegadeesh (1990), J. Finance 45."""
    del caps, age_max
    return -_change(_growth(market), market.month(), 0)


def market_line(market: Market, caps: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Beta and the volatility of what it leaves, each of shape (T + 1, N), per period.

    Weighted least squares of an asset's returns on the market's over the last year, or 60 periods where a
    year has fewer; weights halve with every quarter of that window.
    """
    window = max(round(market.periods_per_year), BETA_PERIODS_MIN)
    x = market_returns(market, caps)[:, None]
    y = market.returns
    mean_x, mean_y, xx, xy, yy = (_weighted(each, window) for each in (x, y, x * x, x * y, y * y))
    spread = xx - mean_x**2
    with np.errstate(invalid="ignore", divide="ignore"):
        beta = np.where(spread > 0.0, (xy - mean_x * mean_y) / spread, np.nan)
        left = np.maximum(yy - mean_y**2 - beta**2 * spread, 0.0)
    return beta, np.sqrt(left)


def _weighted(values: FloatArray, window: int) -> FloatArray:
    """Exponentially weighted means of the last `window` rows before each row; NaN until there are as many."""
    decay = 0.5 ** (4.0 / window)
    entering = values.copy()
    entering[window:] -= decay**window * values[:-window]
    sums = signal.lfilter([1.0], [1.0, -decay], entering, axis=0)  # Causal to the last bit, as no FFT is.
    result = np.full((values.shape[0] + 1, values.shape[1]), np.nan)
    result[window:] = sums[window - 1 :] * (1.0 - decay) / (1.0 - decay**window)
    return result


def beta(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Beta to the market, see `market_line`."""
    del age_max
    return market_line(market, caps)[0]


def residual_volatility(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Volatility of what beta leaves, see `market_line`."""
    del age_max
    return market_line(market, caps)[1]


def size(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Logarithm of the market cap."""
    del market, age_max
    return np.log(_needed(caps))


def value(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Book value over market cap, both of the whole company."""
    return market.known("book_value", age_max=age_max) / _needed(caps)


def earnings_yield(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Earnings of twelve months over market cap, both of the whole company."""
    return market.known("earnings", age_max=age_max) / _needed(caps)


def quality(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Return on equity: earnings of twelve months over book value; not known where that is not above zero."""
    del caps
    book = market.known("book_value", age_max=age_max)
    return market.known("earnings", age_max=age_max) / np.where(book > 0.0, book, np.nan)


def growth(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Sales of twelve months over those known a year before, less one; only where both are above zero."""
    del caps
    now = market.known("sales", age_max=age_max)
    before = market.known("sales", age_max=age_max, before=market.year)
    return np.where(now > 0.0, now, np.nan) / np.where(before > 0.0, before, np.nan) - 1.0


def liquidity(market: Market, caps: FloatArray | None, age_max: int | None) -> FloatArray:
    """Logarithm of what is traded of the company: traded notional over market cap."""
    traded = market.known("traded_notional", age_max=age_max)
    return np.log(np.where(traded > 0.0, traded, np.nan) / _needed(caps))


def _needed(caps: FloatArray | None) -> FloatArray:
    if caps is None:
        raise InputError(f"facts must have {CAP} for this style; send rows of it, or leave the style out")
    return caps


STYLES: Final[dict[str, Style]] = {
    "beta": Style("Beta", (), beta),
    "momentum": Style("Momentum 12-1", (), momentum),
    "residual_volatility": Style("Residual volatility", (), residual_volatility, ("beta", "size")),
    "reversal": Style("Short-term reversal", (), reversal),
    "size": Style("Size", (CAP,), size),
    "value": Style("Value", (CAP, "book_value"), value),
    "earnings_yield": Style("Earnings yield", (CAP, "earnings"), earnings_yield),
    "quality": Style("Quality", ("book_value", "earnings"), quality),
    "growth": Style("Growth", ("sales",), growth),
    "liquidity": Style("Liquidity", (CAP, "traded_notional"), liquidity),
}
"""Every style by name; those without fields need prices alone."""

FIELDS: Final = tuple(dict.fromkeys(field for style in STYLES.values() for field in style.fields))
"""Every fact that a style asks for."""
