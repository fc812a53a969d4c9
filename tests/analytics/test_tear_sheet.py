"""The tear sheet on curves small enough to check by hand, and on the edges where statistics do not exist."""

import numpy as np
import pytest

from trade2026.analytics import exposure, ratios, returns, trades
from trade2026.analytics.arrays import Undefined
from trade2026.analytics.curve import EquityCurve
from trade2026.analytics.drawdown import Drawdown, drawdown_series, max_drawdown
from trade2026.analytics.tear_sheet import TearSheet, TearSheetInput, tear_sheet
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS

YEAR_NS = int(365.25 * DAY_NS)


def days(*equity: float) -> EquityCurve:
    return EquityCurve(
        np.arange(1, len(equity) + 1, dtype=np.int64) * DAY_NS, np.array(equity, dtype=np.float64)
    )


def sheet_of(*equity: float) -> TearSheet:
    return tear_sheet(TearSheetInput(curve=days(*equity), periods_per_year=365))


def test_a_year_by_hand() -> None:
    ts_ns = np.array([0, YEAR_NS // 2, YEAR_NS], dtype=np.int64)
    sheet = tear_sheet(
        TearSheetInput(
            curve=EquityCurve(ts_ns, np.array([100.0, 80.0, 120.0])),
            periods_per_year=2,
            round_trip_pnl=np.array([30.0, -20.0, 10.0, 0.0]),
            traded_notional=np.array([150.0, 250.0]),
            costs={"spread": 1.5, "commission": 0.5},
            gross_exposure=np.array([0.0, 80.0, 60.0]),
            net_exposure=np.array([0.0, -80.0, 60.0]),
        )
    )
    assert sheet.total_return == pytest.approx(0.2)
    assert sheet.annual_return == pytest.approx(0.2)
    assert sheet.years == 1.0
    assert sheet.volatility == pytest.approx(0.7)  # returns -0.2 and 0.5: std 0.7/sqrt(2), times sqrt(2)
    assert sheet.sharpe_ratio == pytest.approx(0.15 / (0.7 / 2**0.5) * 2**0.5)
    assert sheet.sortino_ratio == pytest.approx(0.15 / (0.2 / 2**0.5) * 2**0.5)
    assert sheet.max_drawdown == pytest.approx(0.2)
    assert sheet.calmar_ratio == pytest.approx(1.0)
    assert (sheet.drawdown_peak_ns, sheet.drawdown_trough_ns, sheet.drawdown_recovery_ns) == tuple(ts_ns)
    assert sheet.hit_rate == 0.5, "zero is no hit"
    assert sheet.profit_factor == 2.0
    assert sheet.average_round_trip == 5.0
    assert sheet.turnover == pytest.approx(400 / 2 / 100)
    assert sheet.costs == {"commission": 0.5, "spread": 1.5}
    assert sheet.costs_total == 2.0
    assert sheet.cost_rate == pytest.approx(2 / 400)
    assert sheet.gross_exposure == pytest.approx((0 + 1 + 0.5) / 3)
    assert sheet.net_exposure == pytest.approx((0 - 1 + 0.5) / 3)
    assert sheet.time_in_market == pytest.approx(2 / 3)
    assert sheet.profit == 20.0
    assert sheet.net_flows == 0.0


def test_one_mark_has_no_statistics_but_reasons() -> None:
    sheet = sheet_of(100.0)
    for name in (
        "total_return",
        "annual_return",
        "volatility",
        "sharpe_ratio",
        "sortino_ratio",
        "calmar_ratio",
    ):
        assert getattr(sheet, name) is None, name
        assert sheet.undefined[name], name
    assert sheet.max_drawdown == 0.0
    assert sheet.monthly == ()
    assert "no closed round trips" in sheet.undefined["hit_rate"]
    assert "nothing was traded" in sheet.undefined["cost_rate"]
    assert "not given" in sheet.undefined["time_in_market"]


def test_one_period_has_a_return_but_no_ratio() -> None:
    sheet = sheet_of(100.0, 90.0)
    assert sheet.total_return == pytest.approx(-0.1)
    assert sheet.sharpe_ratio is None
    assert "2 periods, had 1" in sheet.undefined["sharpe_ratio"]


def test_equal_returns_have_no_sharpe_despite_rounding() -> None:
    sheet = sheet_of(*(100.0 * 1.01**i for i in range(60)))
    assert sheet.volatility == 0.0
    assert sheet.sharpe_ratio is None
    assert sheet.undefined["sharpe_ratio"] == "returns do not vary"
    assert sheet.sortino_ratio is None
    assert "below the target" in sheet.undefined["sortino_ratio"]
    assert sheet.calmar_ratio is None
    assert "no drawdown" in sheet.undefined["calmar_ratio"]


def test_flat_equity_has_zero_return_and_no_ratios() -> None:
    sheet = sheet_of(100.0, 100.0, 100.0)
    assert (sheet.total_return, sheet.annual_return, sheet.max_drawdown) == (0.0, 0.0, 0.0)
    assert sheet.sharpe_ratio is None
    assert sheet.drawdown_peak_ns is None


def test_ruin_leaves_money_but_no_returns() -> None:
    sheet = sheet_of(100.0, 0.0, 50.0)
    assert sheet.total_return is None
    assert "zero or negative at mark 1" in sheet.undefined["total_return"]
    assert sheet.max_drawdown is None
    assert sheet.profit == -50.0
    assert sheet.monthly == ()


def test_ruin_at_the_end_is_a_total_loss() -> None:
    assert sheet_of(100.0, 90.0, 0.0).annual_return == -1.0
    debt = sheet_of(100.0, 90.0, -10.0)
    assert debt.total_return == pytest.approx(-1.1)
    assert debt.max_drawdown == pytest.approx(1.1)
    assert debt.annual_return is None
    assert "more than the whole" in debt.undefined["annual_return"]


def test_not_recovered_says_so() -> None:
    sheet = sheet_of(100.0, 120.0, 90.0, 110.0)
    assert sheet.drawdown_peak_ns == 2 * DAY_NS
    assert sheet.drawdown_trough_ns == 3 * DAY_NS
    assert sheet.drawdown_recovery_ns is None
    assert sheet.undefined["drawdown_recovery_ns"] == "not recovered by the end"


def test_drawdown_starts_at_the_last_mark_of_its_peak() -> None:
    growth = np.array([1.0, 1.5, 1.5, 1.125, 1.125, 1.5])
    assert max_drawdown(growth) == Drawdown(depth=0.25, peak=2, trough=3, recovery=5)
    assert drawdown_series(growth).tolist() == pytest.approx([0, 0, 0, 0.25, 0.25, 0])
    with pytest.raises(InputError, match="start above zero"):
        max_drawdown(np.array([0.0, 1.0]))


def test_a_span_too_short_to_extrapolate() -> None:
    curve = EquityCurve(np.array([0, 2 * DAY_NS], dtype=np.int64), np.array([1.0, 1e9]))
    sheet = tear_sheet(TearSheetInput(curve=curve, periods_per_year=365))
    assert sheet.annual_return is None
    assert "too short" in sheet.undefined["annual_return"]


def test_a_month_without_marks_is_empty_and_falls_into_the_next() -> None:
    ts_ns = np.array(["2023-01-31T21", "2023-02-28T21", "2023-05-31T21"], dtype="datetime64[ns]").astype(
        np.int64
    )
    rows = returns.monthly_returns(ts_ns, np.array([1.0, 1.1, 1.21]))
    assert len(rows) == 1
    assert rows[0].year == 2023
    assert [month if month is None else round(month, 12) for month in rows[0].months[:5]] == [
        None,
        0.1,
        None,
        None,
        0.1,
    ]
    assert rows[0].total == pytest.approx(0.21)


def test_no_losses_is_no_profit_factor() -> None:
    assert isinstance(trades.profit_factor(np.array([1.0, 0.0])), Undefined)
    assert trades.profit_factor(np.array([-1.0])) == 0.0
    assert isinstance(trades.average_pnl(np.zeros(0)), Undefined)


def test_daily_sampling_feeds_the_ratios_and_all_marks_the_drawdown() -> None:
    hours = np.array([1, 20, 30, 44, 60, 71], dtype=np.int64) * (DAY_NS // 24)
    curve = EquityCurve(hours, np.array([100.0, 101.0, 50.0, 102.0, 103.0, 101.0]))
    sheet = tear_sheet(TearSheetInput(curve=curve, periods_per_year=365, is_sampled_daily=True))
    assert sheet.periods == 3
    assert sheet.worst_period_return == pytest.approx(101 / 102 - 1)
    assert sheet.max_drawdown == pytest.approx(1 - 50 / 101)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ratios.volatility(np.array([0.1, 0.2]), periods_per_year=0),
            "periods_per_year must be above",
        ),
        (lambda: ratios.per_period_rate(-1.0, 252), "annual rate"),
        (lambda: exposure.turnover(np.array([-1.0]), 1.0, 1.0), "traded_notional must not be negative"),
        (lambda: exposure.time_in_market(np.array([-1.0])), "gross exposure must not be negative"),
        (lambda: exposure.average_exposure(np.zeros(2), np.ones(3)), "must have 3 elements"),
        (lambda: trades.hit_rate(np.array([np.nan])), "pnl must be finite"),
        (
            lambda: TearSheetInput(curve=days(1.0), periods_per_year=1, session_closes_ns=np.array([DAY_NS])),
            "needs is_sampled_daily",
        ),
        (lambda: TearSheetInput(curve=days(1.0), periods_per_year=1, costs={"fee": np.nan}), "cost 'fee'"),
        (lambda: tear_sheet(TearSheetInput(curve=days(1.0), periods_per_year=-2)), "periods_per_year"),
    ],
)
def test_bad_input_is_refused_with_a_remedy(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_money_paid_in_is_no_profit() -> None:
    ts_ns = np.array([1, 2, 3], dtype=np.int64) * DAY_NS
    curve = EquityCurve(ts_ns, np.array([100.0, 160.0, 128.0]), np.array([100.0, 50.0, 0.0]))
    sheet = tear_sheet(TearSheetInput(curve=curve, periods_per_year=365))
    assert sheet.net_flows == 50.0
    assert sheet.profit == -22.0
    assert sheet.total_return == pytest.approx(1.1 * 0.8 - 1.0)
    assert sheet.max_drawdown == pytest.approx(0.2)


@pytest.mark.parametrize(("hours", "is_defined"), [(23, False), (24, True), (48, True)])
def test_less_than_a_day_says_nothing_of_a_year(hours: int, is_defined: bool) -> None:
    ts_ns = np.array([0, hours // 2, hours], dtype=np.int64) * HOUR_NS
    curve = EquityCurve(ts_ns, np.array([100.0, 99.0, 98.0]))
    sheet = tear_sheet(TearSheetInput(curve=curve, periods_per_year=365))
    assert (sheet.annual_return is not None) == is_defined
    assert (sheet.calmar_ratio is not None) == is_defined
    if not is_defined:
        assert sheet.undefined["annual_return"] == "less than a day says nothing of a year"
