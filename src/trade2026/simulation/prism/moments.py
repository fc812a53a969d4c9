"""Numbers in which a simulated and a real tape are compared, and how sure a tape is of its own.

Each tape gives the moments that it can: bars those of returns, trades with signs those of the flow, quotes
those of spread and depth. What a tape lacks is missing from the answer, and never 0. Every moment is a
continuous function of the tape, so that a calibration can follow it: the tail is Hill's with a fixed share of
the largest returns, kurtosis is a logarithm, autocorrelations are means over bands of lags.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.microstructure.averages import weighted_quantiles
from trade2026.analytics.microstructure.bootstrap import autocovariance, stationary_indices
from trade2026.analytics.microstructure.inputs import holding_times, log_returns
from trade2026.analytics.microstructure.tape import Bars, Quotes, Tape, Trades
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed

WORDS: Final[Mapping[str, str]] = {
    "volatility_bps": "root mean square of a bar's log return, basis points",
    "tail_index": "Hill's index of the largest 2.5 % of |r|",
    "log_kurtosis": "log of the kurtosis of returns (log 3 = 1.10 if normal)",
    "log_kurtosis_30": "the same of sums of 30 returns",
    "acf_return_1": "autocorrelation of returns at lag 1",
    "acf_abs_1_3": "mean autocorrelation of |r| at lags 1 to 3",
    "acf_abs_8_12": "the same at lags 8 to 12",
    "acf_abs_50_70": "the same at lags 50 to 70",
    "trades_per_s": "trades a second, one for each maker's order",
    "log_size_p90": "log of the 90th percentile of trade sizes over their median",
    "sign_acf_1": "autocorrelation of the takers' signs at lag 1",
    "sign_acf_6_15": "the same, mean over lags 6 to 15",
    "spread_median_bps": "median spread by the time it held, basis points",
    "spread_p95_bps": "its 95th percentile",
    "log_size_to_depth": "log of the median trade over the median depth at the best",
}
"""Every moment and what it is, in the order in which they are shown."""

RETURNS_NEEDED: Final = 500
TRADES_NEEDED: Final = 200
QUOTES_NEEDED: Final = 100
_TAIL: Final = 0.025
_BLOCKS: Final = 20.0
"""A resampled tape is made of about so many blocks: long enough to hold memory of an hour in a day."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A tape as its moments need it; None where it has too little."""

    returns: FloatArray | None
    """Log returns; NaN where a bar is missing, which no moment counts."""
    trades: FloatArray | None
    """Shape (n, 3): size, sign, seconds since the trade before."""
    quotes: FloatArray | None
    """Shape (q, 3): spread in basis points, depth of a side (the mean of both), seconds held."""


def parts_of(tape: Tape) -> Parts:
    """What a tape has; trades without signs are left out."""
    return Parts(
        returns=None if tape.bars is None else _returns(tape.bars),
        trades=None if tape.trades is None else _trades(tape.trades),
        quotes=None if tape.quotes is None else _quotes(tape.quotes),
    )


def _returns(bars: Bars) -> FloatArray | None:
    if bars.start_ns.size <= RETURNS_NEEDED:
        return None
    values = log_returns(np.asarray(bars.close, dtype=np.float64))
    return np.asarray(values[np.diff(bars.start_ns) == bars.interval_ns], dtype=np.float64)


def _trades(trades: Trades) -> FloatArray | None:
    if trades.signs is None or trades.ts_ns.size < TRADES_NEEDED:
        return None
    waits = np.diff(trades.ts_ns, prepend=trades.ts_ns[:1]) * 1e-9
    return np.column_stack((np.asarray(trades.quantities, float), np.asarray(trades.signs, float), waits))


def _quotes(quotes: Quotes) -> FloatArray | None:
    if quotes.bid_sizes is None or quotes.ask_sizes is None:
        return None
    bid, ask = np.asarray(quotes.bid, float), np.asarray(quotes.ask, float)
    held = holding_times(quotes.ts_ns, quotes.end_ns) * 1e-9
    known = np.isfinite(bid) & np.isfinite(ask) & (held > 0)
    if known.sum() < QUOTES_NEEDED:
        return None
    spreads = (ask - bid) / (ask + bid) * 2e4
    sizes = (np.asarray(quotes.bid_sizes, float) + np.asarray(quotes.ask_sizes, float)) / 2
    table: FloatArray = np.column_stack((spreads, sizes, held))[known]
    return table


def moments(parts: Parts) -> dict[str, float]:
    """The moments that there are, by name."""
    found: dict[str, float] = {}
    if parts.returns is not None:
        found |= _of_returns(parts.returns)
    if parts.trades is not None:
        found |= _of_trades(parts.trades)
    if parts.quotes is not None:
        found |= _of_quotes(parts.quotes, parts.trades)
    return {name: found[name] for name in WORDS if name in found}


def _log_kurtosis(values: FloatArray) -> float:
    centred = values - values.mean()
    return float(np.log(np.mean(centred**4) / max(np.mean(centred**2) ** 2, 1e-300)))


def _band(series: FloatArray, first: int, last: int) -> float:
    """Mean autocorrelation at lags first to last."""
    found = autocovariance(series, last)
    return float(found[first : last + 1].mean() / found[0]) if found[0] > 0 else 0.0


def _of_returns(r: FloatArray) -> dict[str, float]:
    sizes = np.abs(r)
    if not float(np.ptp(r)) > 0:
        return {}
    k = max(int(_TAIL * r.size), 10)
    largest = np.sort(sizes)[::-1][: k + 1]
    hill = np.log(largest[:k] / max(float(largest[k]), 1e-12)).mean()
    sums = r[: r.size // 30 * 30].reshape(-1, 30).sum(axis=1)
    return {
        "volatility_bps": float(np.sqrt(np.mean(r**2)) * 1e4),
        "tail_index": float(1.0 / max(hill, 0.05)),
        "log_kurtosis": _log_kurtosis(r),
        "log_kurtosis_30": _log_kurtosis(sums),
        "acf_return_1": _band(r, 1, 1),
        "acf_abs_1_3": _band(sizes, 1, 3),
        "acf_abs_8_12": _band(sizes, 8, 12),
        "acf_abs_50_70": _band(sizes, 50, 70),
    }


def _of_trades(trades: FloatArray) -> dict[str, float]:
    sizes, signs, waits = trades.T
    median, high = np.quantile(sizes, (0.5, 0.9))
    return {
        "trades_per_s": float(sizes.size / max(waits.sum(), 1e-9)),
        "log_size_p90": float(np.log(high / median)),
        "sign_acf_1": _band(signs, 1, 1),
        "sign_acf_6_15": _band(signs, 6, 15),
    }


def _of_quotes(quotes: FloatArray, trades: FloatArray | None) -> dict[str, float]:
    spreads, sizes, held = quotes.T
    low, high = weighted_quantiles(spreads, held, (0.5, 0.95), weighting="time held").quantiles
    found = {"spread_median_bps": low, "spread_p95_bps": high}
    if trades is not None:
        depth = weighted_quantiles(sizes, held, (0.5,), weighting="time held").quantiles[0]
        if depth > 0:
            found["log_size_to_depth"] = float(np.log(np.median(trades[:, 0]) / depth))
    return found


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Moments of a tape, and how they vary over tapes that might have been seen instead."""

    names: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    """Shape (k, k): by the stationary bootstrap, blocks of a twentieth of the tape."""
    low: FloatArray
    high: FloatArray
    """Percentiles of the replicates at the level asked for."""


def spread_of(parts: Parts, *, seed: int, replicates: int = 200, level: float = 0.95) -> Spread:
    """Moments with their covariance; raises InputError for a tape that gives no moment.

    Returns, trades and quotes are resampled each by itself, so moments of different parts are taken as
    independent.
    """
    values = moments(parts)
    if not values:
        raise InputError(
            f"the tape must give some moment: {RETURNS_NEEDED} bars, {TRADES_NEEDED} trades with signs or "
            f"{QUOTES_NEEDED} quotes with sizes; it has less of each"
        )
    rng = np.random.default_rng(derive_seed(seed, "moments"))
    draws = []
    for _ in range(replicates):
        drawn = moments(Parts(
            returns=_again(parts.returns, rng), trades=_again(parts.trades, rng),
            quotes=_again(parts.quotes, rng),
        ))  # fmt: skip
        draws.append([drawn.get(name, np.nan) for name in values])
    table = np.array(draws)
    table = table[np.isfinite(table).all(axis=1)]
    low, high = np.quantile(table, (0.5 - level / 2, 0.5 + level / 2), axis=0)
    return Spread(
        names=tuple(values), values=np.array(list(values.values())),
        covariance=np.atleast_2d(np.cov(table, rowvar=False)), low=low, high=high,
    )  # fmt: skip


def _again(rows: FloatArray | None, rng: np.random.Generator) -> FloatArray | None:
    if rows is None:
        return None
    n = len(rows)
    return np.asarray(rows[stationary_indices(n, max(n / _BLOCKS, 1.0), rng)], dtype=np.float64)
