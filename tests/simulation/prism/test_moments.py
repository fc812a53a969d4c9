"""Moments of samples whose moments are known, and how sure a tape is of its own."""

import numpy as np
import pytest

from trade2026.analytics.microstructure.tape import Bars, Quotes, Tape, Trades
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS, SECOND_NS
from trade2026.simulation.prism.moments import WORDS, moments, parts_of, spread_of


def bars_of(returns: np.ndarray) -> Bars:
    closes = 100.0 * np.exp(np.concatenate(([0.0], np.cumsum(returns))))
    starts = np.arange(closes.size, dtype=np.int64) * MINUTE_NS
    return Bars(start_ns=starts, close=closes, volume=np.ones(closes.size), interval_ns=MINUTE_NS)


def test_moments_of_student_returns():
    """Student's t with 4 degrees of freedom has a tail index of 4; its volatility is as made."""
    rng = np.random.default_rng(1)
    returns = 5e-4 * rng.standard_t(4, 100_000) / np.sqrt(2)
    found = moments(parts_of(Tape(name="t", bars=bars_of(returns))))
    assert found["volatility_bps"] == pytest.approx(5.0, rel=0.02)
    assert found["tail_index"] == pytest.approx(3.6, abs=0.4)  # Hill at 2.5 % is still below its limit.
    assert found["acf_return_1"] == pytest.approx(0.0, abs=0.02)
    assert found["log_kurtosis"] > 1.5
    assert found["log_kurtosis_30"] < found["log_kurtosis"]


def test_a_moving_average_has_the_autocorrelation_it_was_made_with():
    noise = np.random.default_rng(2).standard_normal(50_001) * 1e-4
    returns = noise[1:] + 0.5 * noise[:-1]
    found = moments(parts_of(Tape(name="ma", bars=bars_of(returns))))
    assert found["acf_return_1"] == pytest.approx(0.4, abs=0.02)
    assert found["log_kurtosis"] == pytest.approx(np.log(3), abs=0.05)


def test_moments_of_flow_and_book():
    n = 4_000
    rng = np.random.default_rng(3)
    signs = np.repeat(rng.choice([-1, 1], n // 4), 4)  # Runs of four: correlation 3/4 at lag 1.
    ts_ns = np.arange(n, dtype=np.int64) * SECOND_NS // 2
    sizes = np.exp(rng.standard_normal(n))
    trades = Trades(ts_ns=ts_ns, prices=np.full(n, 100.0), quantities=sizes, signs=signs)
    bid = np.where(np.arange(n) % 10 == 0, 99.90, 99.99)  # A tenth of the time the spread is ten times wider.
    quotes = Quotes(
        ts_ns=ts_ns, bid=bid, ask=200.0 - bid, bid_sizes=np.full(n, 20.0), ask_sizes=np.full(n, 20.0),
        end_ns=int(ts_ns[-1]) + SECOND_NS // 2,
    )  # fmt: skip
    found = moments(parts_of(Tape(name="book", trades=trades, quotes=quotes)))
    assert found["trades_per_s"] == pytest.approx(2.0, rel=0.01)
    assert found["sign_acf_1"] == pytest.approx(0.75, abs=0.05)
    assert found["log_size_p90"] == pytest.approx(1.2816, abs=0.1)
    assert found["spread_median_bps"] == pytest.approx(2.0)
    assert found["spread_p95_bps"] == pytest.approx(20.0)
    assert found["log_size_to_depth"] == pytest.approx(-np.log(20), abs=0.1)


def test_what_a_tape_lacks_is_missing_and_not_zero():
    trades = Trades(ts_ns=np.arange(500), prices=np.ones(500), quantities=np.ones(500))
    assert moments(parts_of(Tape(name="unsigned", trades=trades))) == {}
    with pytest.raises(InputError, match="must give some moment"):
        spread_of(parts_of(Tape(name="nothing")), seed=1)
    returns = np.random.default_rng(1).standard_normal(999) * 1e-4
    found = moments(parts_of(Tape(name="bars", bars=bars_of(returns))))
    assert list(found) == list(WORDS)[:8]  # Those of returns.


def test_the_interval_of_independent_returns_is_about_that_of_theory():
    """The error of a root mean square of n normal numbers is sigma / sqrt(2 n)."""
    returns = np.random.default_rng(5).standard_normal(4_000) * 1e-3
    spread = spread_of(parts_of(Tape(name="normal", bars=bars_of(returns))), seed=1, replicates=300)
    at = spread.names.index("volatility_bps")
    assert np.sqrt(spread.covariance[at, at]) == pytest.approx(10.0 / np.sqrt(2 * 4_000), rel=0.35)
    assert spread.low[at] < spread.values[at] < spread.high[at]
    again = spread_of(parts_of(Tape(name="normal", bars=bars_of(returns))), seed=1, replicates=300)
    assert again.covariance.tolist() == spread.covariance.tolist()
