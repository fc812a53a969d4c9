"""Reports to render: a long daily one, a short intraday one, and one with hostile names."""

import numpy as np

from trade2026.analytics.curve import EquityCurve
from trade2026.analytics.tear_sheet import TearSheetInput, tear_sheet
from trade2026.application.report import Benchmark, FillRow, RoundTripRow, RunReport
from trade2026.primitives.time import HOUR_NS, MINUTE_NS

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x1b[31m"


def daily_report(*, years: int = 33, trades: int = 400, hostile: str = "", seed: int = 7) -> RunReport:
    """Business days from 1990 with a benchmark; `hostile` is put wherever a name can stand."""
    rng = np.random.default_rng(seed)
    days = np.arange(
        np.datetime64("1990-01-02"), np.datetime64(f"{1990 + years}-01-01"), dtype="datetime64[D]"
    )
    days = days[np.is_busday(days)]
    ts_ns = days.astype("datetime64[ns]").astype(np.int64) + 21 * HOUR_NS
    own = rng.standard_t(4, ts_ns.size) * 0.009 / np.sqrt(2) + 0.00042
    market = 0.6 * own + 0.006 * rng.standard_normal(ts_ns.size) + 0.00012
    own[0] = market[0] = 0.0
    equity = 100_000.0 * np.cumprod(1.0 + own)
    pnl = rng.normal(900.0, 6_000.0, trades)
    marks = np.sort(rng.integers(0, ts_ns.size - 40, trades))
    gross = np.where(rng.random(ts_ns.size) < 0.96, equity * 0.93, 0.0)
    curve = EquityCurve(ts_ns, equity)
    sheet = tear_sheet(
        TearSheetInput(
            curve=curve,
            periods_per_year=252,
            risk_free_rate=0.02,
            round_trip_pnl=pnl,
            traded_notional=rng.uniform(5e3, 4e5, 2 * trades),
            costs={f"Commission{hostile}": 8_214.25, "Spread": 12_775.5},
            gross_exposure=gross,
            net_exposure=gross,
        )
    )
    names = ["AAPL.US", "XOM.US", "JPM.US", "KO.US", "MSFT.US"]
    trips = [
        RoundTripRow(
            instrument=names[i % 5] + hostile,
            direction=("long" if i % 3 else "short") + hostile,
            quantity=f"{100 + i}" + hostile,
            opened_ns=int(ts_ns[marks[i]]),
            closed_ns=int(ts_ns[marks[i] + 30]),
            entry_price="101.250" + hostile,
            exit_price="108.775" + hostile,
            pnl=float(pnl[i]),
        )
        for i in range(trades)
    ]
    fills = [
        FillRow(
            ts_ns=int(ts_ns[marks[i]]),
            instrument=names[i % 5] + hostile,
            side="buy" + hostile,
            quantity="100" + hostile,
            price="101.250" + hostile,
            commission="1.00 USD" + hostile,
        )
        for i in range(trades)
    ]
    return RunReport(
        kind="Backtest" + hostile,
        strategy="Cross-sectional momentum" + hostile,
        parameters=(("lookback_months" + hostile, "12" + hostile), ("skip_months", "1"), ("top", "5")),
        data_name="sp500: 20 stocks, daily" + hostile,
        data_limits=(
            "Close only: no open, high, low or volume; fills are at the next close plus the stated spread."
            + hostile,
            "Hand-picked survivors: results are better than any trader could have had.",
            "Prices are adjusted for dividends and splits, so they are not prices that ever traded.",
        ),
        currency="USD" + hostile,
        code_version="0.1.0+g1a2b3c4" + hostile,
        hashes=(
            (
                "Data SHA-256" + hostile,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" + hostile,
            ),
            ("Journal SHA-256", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"),
            ("State SHA-256", "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13"),
        ),
        facts=(("Events", "21,402"), ("Orders", "812"), ("Fills", "800"), ("Seed", "7" + hostile)),
        curve=curve,
        tear_sheet=sheet,
        round_trips=trips,
        fills=fills,
        benchmark=Benchmark("Equal weight, 20 stocks" + hostile, 50.0 * np.cumprod(1.0 + market)),
    )


def intraday_report(*, marks: int = 3_000, is_flat: bool = False) -> RunReport:
    """Minutes of a few days without a trade, a cost or a benchmark."""
    rng = np.random.default_rng(3)
    start = int(np.datetime64("2024-03-04").astype("datetime64[ns]").astype(np.int64))
    ts_ns = start + np.arange(marks, dtype=np.int64) * MINUTE_NS
    moves = np.zeros(marks) if is_flat else rng.normal(0.0, 0.0004, marks)
    curve = EquityCurve(ts_ns, 10_000.0 * np.exp(np.cumsum(moves)))
    return RunReport(
        kind="Paper",
        strategy="Moving averages",
        parameters=(),
        data_name="BTCUSDT one-minute bars",
        data_limits=(),
        currency="USDT",
        code_version="0.1.0",
        hashes=(),
        facts=(),
        curve=curve,
        tear_sheet=tear_sheet(TearSheetInput(curve=curve, periods_per_year=365, is_sampled_daily=True)),
    )
