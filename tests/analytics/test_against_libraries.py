"""Every statistic of the tear sheet equals that of two libraries written by others, conventions aligned.

Alignment is stated beside each comparison. `docs/conventions.md` lists which library checks which figure.
"""

import warnings
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.curve import EquityCurve
from trade2026.analytics.ratios import per_period_rate
from trade2026.analytics.tear_sheet import TearSheet, TearSheetInput, tear_sheet
from trade2026.primitives.time import DAY_NS, HOUR_NS

with warnings.catch_warnings():  # Their imports warn about optional parts we do not use.
    warnings.simplefilter("ignore")
    import empyrical  # type: ignore[import-untyped]
    import ffn  # type: ignore[import-untyped]
    import jquantstats
    from pyfolio.round_trips import gen_round_trip_stats  # type: ignore[import-untyped]

PERIODS = 252
TOLERANCE = 1e-9
START = datetime(2019, 3, 14, 21, tzinfo=UTC)


class Case:
    """One random daily curve in the shapes the libraries want."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(300, 900))
        mu, sigma = rng.normal(0.0003, 0.001), rng.uniform(0.002, 0.03)
        self.returns: FloatArray = mu + sigma * rng.standard_t(4, n) / np.sqrt(2.0)
        self.returns = np.clip(self.returns, -0.6, 0.6)
        self.returns[rng.random(n) < 0.05] = 0.0
        self.equity = 100_000.0 * np.concatenate(([1.0], np.cumprod(1.0 + self.returns)))
        self.index = pd.bdate_range(START, periods=n + 1, normalize=False)  # Marks at the close, 21:00.
        self.ts_ns = self.index.as_unit("ns").asi8.astype(np.int64)
        self.prices = pd.Series(self.equity, index=self.index, name="s")
        self.series = self.prices.pct_change().dropna()
        self.years = (self.ts_ns[-1] - self.ts_ns[0]) / DAY_NS / 365.25
        frame = pl.DataFrame({"Date": [t.date() for t in self.index[1:]], "s": self.series.to_numpy()})
        self.jq = jquantstats.Data.from_returns(returns=frame, date_col="Date").stats
        # Its peak ignores the opening mark, so a return of zero there puts the mark in.
        opened = pl.DataFrame({"Date": [t.date() for t in self.index], "s": [0.0, *self.series.to_list()]})
        self.jq_opened = jquantstats.Data.from_returns(returns=opened, date_col="Date").stats

    def sheet(self, risk_free_rate: float = 0.0) -> TearSheet:
        curve = EquityCurve(self.ts_ns, self.equity)
        return tear_sheet(
            TearSheetInput(curve=curve, periods_per_year=PERIODS, risk_free_rate=risk_free_rate)
        )

    def jq_excess(self, rate: float) -> Any:
        """Statistics by jquantstats of returns less a rate per period; it takes no rate by itself here."""
        frame = pl.DataFrame({"Date": [t.date() for t in self.index[1:]], "s": self.series.to_numpy() - rate})
        return jquantstats.Data.from_returns(returns=frame, date_col="Date").stats


@pytest.fixture(params=range(6), ids=lambda seed: f"seed{seed}")
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def near(expected: Any) -> Any:
    """Equal to nine digits."""
    return pytest.approx(expected, rel=TOLERANCE, abs=1e-12)


def test_total_return(case: Case) -> None:
    total = case.sheet().total_return
    assert total == near(empyrical.cum_returns_final(case.series))
    assert total == near(ffn.calc_total_return(case.prices))
    assert total == near(case.jq.comp()["s"])


def test_annual_return_is_growth_over_elapsed_calendar_time(case: Case) -> None:
    """As we do, ffn uses years of 365.25 days; the others get our years as their annualization."""
    annual = case.sheet().annual_return
    assert annual == near(ffn.calc_cagr(case.prices))
    per_year = case.series.size / case.years
    assert annual == near(empyrical.cagr(case.series, annualization=per_year))
    assert annual == near(case.jq.cagr(periods=per_year)["s"])


def test_volatility(case: Case) -> None:
    annual = case.sheet().volatility
    assert annual == near(empyrical.annual_volatility(case.series, annualization=PERIODS))
    assert annual == near(case.jq.volatility(periods=PERIODS)["s"])


@pytest.mark.parametrize("rate", [0.0, 0.03])
def test_sharpe_ratio(case: Case, rate: float) -> None:
    """Two take the rate per period; ffn turns the annual rate into one as we do."""
    ratio = case.sheet(rate).sharpe_ratio
    per_period = per_period_rate(rate, PERIODS)
    assert ratio == near(empyrical.sharpe_ratio(case.series, risk_free=per_period, annualization=PERIODS))
    assert ratio == near(ffn.calc_sharpe(case.series, rf=rate, nperiods=PERIODS))
    assert ratio == near(case.jq_excess(per_period).sharpe(periods=PERIODS)["s"])


@pytest.mark.parametrize("rate", [0.0, 0.03])
def test_sortino_ratio(case: Case, rate: float) -> None:
    """Deviation below the target over all periods; ffn is left out, it divides by a different deviation."""
    ratio = case.sheet(rate).sortino_ratio
    per_period = per_period_rate(rate, PERIODS)
    theirs = empyrical.sortino_ratio(case.series, required_return=per_period, annualization=PERIODS)
    assert ratio == near(float(theirs))
    assert ratio == near(case.jq_excess(per_period).sortino(periods=PERIODS)["s"])


def test_calmar_ratio(case: Case) -> None:
    ratio = case.sheet().calmar_ratio
    assert ratio == near(float(ffn.calc_calmar_ratio(case.prices)))
    per_year = case.series.size / case.years
    with_opening = case.equity.size / case.years
    assert ratio == near(case.jq_opened.calmar(periods=with_opening)["s"])
    assert ratio == near(empyrical.calmar_ratio(case.series, annualization=per_year))


def test_max_drawdown(case: Case) -> None:
    """The libraries sign it negative."""
    depth = case.sheet().max_drawdown
    assert depth is not None
    assert -depth == near(empyrical.max_drawdown(case.series))
    assert -depth == near(float(ffn.calc_max_drawdown(case.prices)))
    assert -depth == near(case.jq_opened.max_drawdown()["s"])


def test_drawdown_dates(case: Case) -> None:
    """Both report the first mark under water as the start, one mark after our peak."""
    sheet = case.sheet()
    assert sheet.drawdown_peak_ns is not None
    after_peak = case.ts_ns[np.searchsorted(case.ts_ns, sheet.drawdown_peak_ns) + 1]
    first_under = pd.Timestamp(after_peak, tz="UTC")
    table = ffn.drawdown_details(ffn.to_drawdown_series(case.prices))
    deepest = table.loc[table["drawdown"].astype(float).idxmin()]
    assert deepest["Start"] == first_under
    recovery = sheet.drawdown_recovery_ns
    assert deepest["End"] == (case.index[-1] if recovery is None else pd.Timestamp(recovery, tz="UTC"))
    theirs = case.jq_opened.drawdown_details()["s"].sort("max_drawdown").row(0, named=True)
    assert theirs["start"] == first_under.date()
    assert theirs["valley"] == pd.Timestamp(sheet.drawdown_trough_ns, tz="UTC").date()
    assert theirs["end"] == (None if recovery is None else pd.Timestamp(recovery, tz="UTC").date())


def test_best_and_worst_period(case: Case) -> None:
    sheet = case.sheet()
    assert sheet.best_period_return == near(case.jq.best()["s"])
    assert sheet.worst_period_return == near(case.jq.worst()["s"])
    assert sheet.best_period_ns == case.series.idxmax().value
    assert sheet.worst_period_ns == case.series.idxmin().value


def test_skewness_and_kurtosis(case: Case) -> None:
    """As polars (through jquantstats) and pandas have them, both with the correction for bias."""
    sheet = case.sheet()
    assert sheet.skewness == near(case.jq.skew()["s"])
    assert sheet.skewness == near(float(case.series.skew()))
    assert sheet.excess_kurtosis == near(case.jq.kurtosis()["s"])
    assert sheet.excess_kurtosis == near(float(case.series.kurt()))


def test_monthly_table(case: Case) -> None:
    """Months and years against empyrical's aggregation and jquantstats' table, which has 0 for no data."""
    rows = case.sheet().monthly
    months = {
        (row.year, m + 1): value for row in rows for m, value in enumerate(row.months) if value is not None
    }
    expected = empyrical.aggregate_returns(case.series, "monthly")
    assert months == {key: near(value) for key, value in expected.items()}
    yearly = empyrical.aggregate_returns(case.series, "yearly")
    assert {row.year: row.total for row in rows} == {year: near(value) for year, value in yearly.items()}
    table = case.jq.monthly_returns()["s"]
    names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    for row, theirs in zip(rows, table.sort("year").iter_rows(named=True), strict=True):
        assert row.total == near(theirs["EOY"])
        assert [value or 0.0 for value in row.months] == [near(theirs[name] or 0.0) for name in names]


def pyfolio_stats(pnl: FloatArray) -> pd.Series:
    """Pyfolio's table of round trips, the column of all trades."""
    trips = pd.DataFrame(
        {
            "pnl": pnl,
            "returns": pnl / 1_000.0,
            "long": True,
            "duration": pd.to_timedelta(1, unit="D"),
            "symbol": "s",
        }
    )
    tables = gen_round_trip_stats(trips)
    return pd.concat([tables["summary"]["All trades"], tables["pnl"]["All trades"]])


@pytest.mark.parametrize("seed", range(4))
def test_hit_rate_profit_factor_and_time_in_market(seed: int) -> None:
    """Pyfolio counts as we do; jquantstats leaves zeros out of its win rate and rounds exposure up."""
    rng = np.random.default_rng(seed)
    pnl = rng.normal(5.0, 100.0, 25)
    held = [(4 * i, 4 * i + int(rng.integers(0, 3))) for i in range(25)]
    gross = np.zeros(100)
    for first, last in held:
        gross[first : last + 1] = 1_000.0
    equity = 10_000.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, 100)))
    ts_ns = np.arange(1, 101, dtype=np.int64) * DAY_NS
    sheet = tear_sheet(
        TearSheetInput(
            curve=EquityCurve(ts_ns, equity), periods_per_year=365, round_trip_pnl=pnl, gross_exposure=gross
        )
    )
    table = pyfolio_stats(pnl)
    assert sheet.hit_rate == near(table["Percent profitable"])
    assert sheet.profit_factor == near(table["Profit factor"])
    days = [datetime(2021, 1, 1 + i, tzinfo=UTC).date() for i in range(25)]
    theirs = jquantstats.Data.from_returns(
        returns=pl.DataFrame({"Date": days, "s": pnl}), date_col="Date"
    ).stats
    assert sheet.hit_rate == near(theirs.win_rate()["s"])
    assert sheet.profit_factor == near(theirs.profit_factor()["s"])
    hundred = [datetime(2021, 1 + i // 25, 1 + i % 25, tzinfo=UTC).date() for i in range(100)]
    in_market = pl.DataFrame({"Date": hundred, "s": gross})
    rounded_up = jquantstats.Data.from_returns(returns=in_market, date_col="Date").stats.exposure()["s"]
    assert sheet.time_in_market is not None
    assert -1e-12 <= rounded_up - sheet.time_in_market <= 0.01 + 1e-12, "it rounds up to a whole percent"


def test_turnover_and_exposure_of_a_priced_portfolio() -> None:
    """In jquantstats: sum of |units traded| * price over a constant base, our average equity here."""
    rng = np.random.default_rng(8)
    n, base = 250, 1_000_000.0
    prices = 50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, (n, 3)), axis=0))
    units = np.round(rng.normal(0.0, 2_000.0, (n, 3)))
    units[0] = 0.0
    dates = pl.date_range(date(2020, 1, 1), interval="1d", end=date(2020, 9, 6), eager=True)
    assert len(dates) == n
    frame = pl.DataFrame({"date": dates, "a": prices[:, 0], "b": prices[:, 1], "c": prices[:, 2]})
    cash = pl.DataFrame({"date": dates, **{k: units[:, i] * prices[:, i] for i, k in enumerate("abc")}})
    portfolio = jquantstats.Portfolio(prices=frame, cashposition=cash, aum=base)
    traded = (np.abs(np.diff(units, axis=0)) * prices[1:]).sum(axis=1)
    ts_ns = np.arange(1, n + 1, dtype=np.int64) * DAY_NS + HOUR_NS
    flat = EquityCurve(ts_ns, np.full(n, base))
    sheet = tear_sheet(TearSheetInput(curve=flat, periods_per_year=365, traded_notional=traded))
    years = (n - 1) / 365.25
    assert sheet.turnover == near(float(portfolio.turnover["turnover"].sum()) / 2 / years)
