"""Everything a run reports about its result, computed once, each number with its convention."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from trade2026.analytics import exposure, ratios, trades
from trade2026.analytics.arrays import FloatArray, IntArray, Statistic, Undefined, check_series
from trade2026.analytics.curve import EquityCurve, by_session, daily
from trade2026.analytics.drawdown import max_drawdown
from trade2026.analytics.returns import (
    YearOfReturns,
    annual_return,
    elapsed_years,
    growth_of_one,
    monthly_returns,
    period_returns,
    total_return,
)
from trade2026.primitives.errors import InputError

_NOT_GIVEN = "the exposure series was not given"


def _no_floats() -> FloatArray:
    """An empty float64 array."""
    return np.zeros(0, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TearSheetInput:
    """What `tear_sheet` computes from; all money in one currency.

    Attributes
    ----------
    curve : EquityCurve
        Recorded marks, n of them, opening mark first.
    periods_per_year : float
        Periods of the sampled curve in a year: 252 sessions of equities, 365 days of crypto.
    risk_free_rate : float
        Annual and compounded, a fraction; also the target of the Sortino ratio.
    is_sampled_daily : bool
        Whether ratios use one mark per session (per UTC day without `session_closes_ns`), not every mark.
    session_closes_ns : int64, shape (m,), optional
        Session closes for the sampling; only with `is_sampled_daily`.
    round_trip_pnl : float64, shape (k,)
        P&L of each closed round trip after its costs.
    traded_notional : float64, any length
        Absolute value traded, bought plus sold, per day or per fill.
    costs : mapping of str to float
        Paid per kind of cost ("commission"), positive; a rebate is negative.
    gross_exposure, net_exposure : float64, shape (n,), optional
        Market value of positions at each recorded mark, of absolute and of signed values.
    """

    curve: EquityCurve
    periods_per_year: float
    risk_free_rate: float = 0.0
    is_sampled_daily: bool = False
    session_closes_ns: IntArray | None = None
    round_trip_pnl: FloatArray = field(default_factory=_no_floats)
    traded_notional: FloatArray = field(default_factory=_no_floats)
    costs: Mapping[str, float] = field(default_factory=dict)
    gross_exposure: FloatArray | None = None
    net_exposure: FloatArray | None = None

    def __post_init__(self) -> None:
        if self.session_closes_ns is not None and not self.is_sampled_daily:
            raise InputError(
                "session_closes_ns needs is_sampled_daily=True; without sampling it has no meaning"
            )
        for name, paid in self.costs.items():
            if not math.isfinite(paid):
                raise InputError(f"cost {name!r} must be finite, was {paid}")


class TearSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one run. None means undefined; `undefined` says why, by field name.

    Returns, rates and shares are fractions (0.01 is one percent); money is in the currency of the equity.
    """

    start_ns: int
    """UTC nanoseconds of the opening mark."""
    end_ns: int
    """UTC nanoseconds of the last mark."""
    years: float
    """Elapsed time in years of 365.25 days."""
    periods: int
    """Number of returns the ratios use."""
    periods_per_year: float
    """Factor of annualization, as given."""
    risk_free_rate: float
    """Annual rate, compounded, as given."""
    is_sampled_daily: bool
    """Whether ratios use one mark per day or session rather than every mark."""
    starting_equity: float
    """Equity at the opening mark."""
    ending_equity: float
    """Equity at the last mark."""
    net_flows: float
    """Money paid in less money paid out after the opening mark."""
    profit: float
    """Ending less starting equity less net flows."""
    total_return: float | None
    """Product of (1 + period return) less one: time-weighted, net of flows."""
    annual_return: float | None
    """(1 + total return) ** (1 / years) - 1, elapsed calendar time (CAGR)."""
    volatility: float | None
    """std(returns, ddof=1) * sqrt(periods per year)."""
    sharpe_ratio: float | None
    """Arithmetic mean excess return / std(ddof=1) * sqrt(periods per year)."""
    sortino_ratio: float | None
    """Mean excess return / target downside deviation over all periods * sqrt(periods per year)."""
    calmar_ratio: float | None
    """Annual return / maximum drawdown, whole span."""
    max_drawdown: float | None
    """Deepest fall from a peak, positive; every recorded mark counts; 0 when there was none."""
    drawdown_peak_ns: int | None
    """Last mark at the peak before the deepest fall."""
    drawdown_trough_ns: int | None
    """First mark at its lowest point."""
    drawdown_recovery_ns: int | None
    """First mark back at the peak; None when not recovered."""
    best_period_return: float | None
    """Largest period return."""
    best_period_ns: int | None
    """Mark that closes the best period."""
    worst_period_return: float | None
    """Smallest period return."""
    worst_period_ns: int | None
    """Mark that closes the worst period."""
    skewness: float | None
    """Adjusted Fisher-Pearson skewness of period returns."""
    excess_kurtosis: float | None
    """Bias-adjusted excess kurtosis of period returns."""
    round_trips: int
    """Number of closed round trips."""
    hit_rate: float | None
    """Share of closed round trips with P&L above zero; zero is no hit."""
    profit_factor: float | None
    """Gross profit / gross loss of closed round trips."""
    gross_profit: float
    """Sum of winning round trips."""
    gross_loss: float
    """What losing round trips lost, positive."""
    average_round_trip: float | None
    """Mean P&L per closed round trip, in money."""
    traded_notional: float
    """Absolute value bought plus sold."""
    turnover: float | None
    """Traded notional / 2 / average equity / years, per year."""
    costs: dict[str, float]
    """Money paid per kind of cost."""
    costs_total: float
    """Sum of `costs`."""
    cost_rate: float | None
    """Costs / traded notional; times 10,000 for basis points."""
    gross_exposure: float | None
    """Mean over recorded marks of gross exposure / equity."""
    net_exposure: float | None
    """Mean over recorded marks of net exposure / equity."""
    time_in_market: float | None
    """Share of recorded marks with a position."""
    monthly: tuple[YearOfReturns, ...]
    """Compounded return by calendar month and year, UTC."""
    undefined: dict[str, str]
    """Reason for each statistic that is None, by field name."""

    def to_builtins(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, ready for JSON; no NaN and no infinity among them."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def tear_sheet(source: TearSheetInput) -> TearSheet:
    """Compute every statistic of a run; a pure function of its input.

    Ratios, best and worst period use the sampled curve; drawdown, exposure and the monthly table use every
    recorded mark.

    Raises InputError when an array has a wrong shape, is out of order or is not finite.
    """
    sampled = _sample(source)
    with np.errstate(over="ignore", invalid="ignore"):  # _settle refuses what overflows.
        statistics = _span(source, sampled) | _rewards(source, sampled) | _activity(source, sampled)
    undefined: dict[str, str] = {}
    settled = {name: _settle(name, value, undefined) for name, value in statistics.items()}
    return TearSheet(**settled, undefined=undefined)


def _sample(source: TearSheetInput) -> EquityCurve:
    """The curve the ratios use."""
    if not source.is_sampled_daily:
        return source.curve
    if source.session_closes_ns is None:
        return daily(source.curve)
    return by_session(source.curve, source.session_closes_ns)


def _settle(name: str, value: Any, undefined: dict[str, str]) -> Any:
    """The value of a field; None, with its reason noted, when it is undefined or beyond float64."""
    if isinstance(value, float) and not math.isfinite(value):
        value = Undefined("the result is beyond the range of a 64-bit float")
    if isinstance(value, Undefined):
        undefined[name] = value.reason
        return None
    return value


def _span(source: TearSheetInput, sampled: EquityCurve) -> dict[str, Any]:
    """What was measured: span, sampling and money."""
    curve = source.curve
    flows = 0.0 if curve.flows is None else float(curve.flows[1:].sum())
    start, end = float(curve.equity[0]), float(curve.equity[-1])
    return {
        "start_ns": int(curve.ts_ns[0]),
        "end_ns": int(curve.ts_ns[-1]),
        "years": elapsed_years(curve.ts_ns),
        "periods": sampled.ts_ns.size - 1,
        "periods_per_year": float(source.periods_per_year),
        "risk_free_rate": float(source.risk_free_rate),
        "is_sampled_daily": source.is_sampled_daily,
        "starting_equity": start,
        "ending_equity": end,
        "net_flows": flows,
        "profit": end - start - flows,
    }


def _rewards(source: TearSheetInput, sampled: EquityCurve) -> dict[str, Any]:
    """Returns, risk, and the one over the other."""
    growth = growth_of_one(source.curve)
    returns = period_returns(sampled)
    total = growth if isinstance(growth, Undefined) else total_return(growth)
    annual = annual_return(total, elapsed_years(source.curve.ts_ns))
    found: dict[str, Any] = {"total_return": total, "annual_return": annual}
    found.update(_decline(source.curve.ts_ns, growth, annual))
    found.update(_dispersion(source, returns))
    found.update(_extremes(sampled.ts_ns, returns))
    found["monthly"] = () if isinstance(growth, Undefined) else monthly_returns(source.curve.ts_ns, growth)
    return found


def _decline(ts_ns: IntArray, growth: FloatArray | Undefined, annual: Statistic) -> dict[str, Any]:
    """Maximum drawdown with its dates, and the Calmar ratio."""
    dates = ("drawdown_peak_ns", "drawdown_trough_ns", "drawdown_recovery_ns")
    if isinstance(growth, Undefined):
        return dict.fromkeys(("max_drawdown", "calmar_ratio", *dates), growth)
    deepest = max_drawdown(growth)
    if deepest is None:
        never = Undefined("equity never fell below an earlier peak")
        return {
            "max_drawdown": 0.0,
            "calmar_ratio": ratios.calmar_ratio(annual, 0.0),
            **dict.fromkeys(dates, never),
        }
    recovery = deepest.recovery
    return {
        "max_drawdown": deepest.depth,
        "calmar_ratio": ratios.calmar_ratio(annual, deepest.depth),
        "drawdown_peak_ns": int(ts_ns[deepest.peak]),
        "drawdown_trough_ns": int(ts_ns[deepest.trough]),
        "drawdown_recovery_ns": Undefined("not recovered by the end")
        if recovery is None
        else int(ts_ns[recovery]),
    }


def _dispersion(source: TearSheetInput, returns: FloatArray | Undefined) -> dict[str, Statistic]:
    """Volatility, the ratios over it, and the shape of the distribution."""
    periods, free = source.periods_per_year, source.risk_free_rate
    ratios.per_period_rate(free, periods)  # A bad rate is refused even where no ratio exists.
    if isinstance(returns, Undefined):
        names = ("volatility", "sharpe_ratio", "sortino_ratio", "skewness", "excess_kurtosis")
        return dict.fromkeys(names, returns)
    return {
        "volatility": ratios.volatility(returns, periods_per_year=periods),
        "sharpe_ratio": ratios.sharpe_ratio(returns, periods_per_year=periods, risk_free_rate=free),
        "sortino_ratio": ratios.sortino_ratio(returns, periods_per_year=periods, risk_free_rate=free),
        "skewness": ratios.skewness(returns),
        "excess_kurtosis": ratios.excess_kurtosis(returns),
    }


def _extremes(ts_ns: IntArray, returns: FloatArray | Undefined) -> dict[str, Any]:
    """Best and worst period with the marks that close them; the earliest of equals."""
    names = ("best_period_return", "best_period_ns", "worst_period_return", "worst_period_ns")
    if isinstance(returns, Undefined):
        return dict.fromkeys(names, returns)
    if returns.size == 0:
        return dict.fromkeys(names, Undefined("one mark spans no period"))
    best, worst = int(np.argmax(returns)), int(np.argmin(returns))
    closes = ts_ns[1:]
    return dict(
        zip(
            names,
            (float(returns[best]), int(closes[best]), float(returns[worst]), int(closes[worst])),
            strict=True,
        )
    )


def _activity(source: TearSheetInput, sampled: EquityCurve) -> dict[str, Any]:
    """Round trips, turnover, costs and exposure."""
    pnl, traded, equity = source.round_trip_pnl, source.traded_notional, source.curve.equity
    check_series("round_trip_pnl", pnl)
    costs = {name: float(source.costs[name]) for name in sorted(source.costs)}
    costs_total = math.fsum(costs.values())
    gross, net = source.gross_exposure, source.net_exposure
    missing = Undefined(_NOT_GIVEN)
    return {
        "round_trips": pnl.size,
        "hit_rate": trades.hit_rate(pnl),
        "profit_factor": trades.profit_factor(pnl),
        "gross_profit": trades.gross_profit(pnl),
        "gross_loss": trades.gross_loss(pnl),
        "average_round_trip": trades.average_pnl(pnl),
        "traded_notional": float(traded.sum()),
        "turnover": exposure.turnover(
            traded, float(sampled.equity.mean()), elapsed_years(source.curve.ts_ns)
        ),
        "costs": costs,
        "costs_total": costs_total,
        "cost_rate": exposure.cost_rate(costs_total, traded),
        "gross_exposure": missing if gross is None else exposure.average_exposure(gross, equity),
        "net_exposure": missing if net is None else exposure.average_exposure(net, equity),
        "time_in_market": missing if gross is None else exposure.time_in_market(gross),
    }
