"""The statistics of a report as labeled text in groups, shared by the page and the terminal."""

from dataclasses import dataclass

from trade2026.application.report.formatting import (
    basis_points,
    duration,
    instant,
    is_intraday,
    money,
    number,
    percent,
)
from trade2026.application.report.model import RunReport


@dataclass(frozen=True, slots=True)
class Figure:
    """One statistic as shown.

    Attributes
    ----------
    label, text : str
        Name and formatted value; "n/a" when undefined.
    note : str
        A date, a caution, or why it is undefined; may be empty.
    is_defined : bool
        False when the value is "n/a".
    """

    label: str
    text: str
    note: str = ""
    is_defined: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Figures under one heading."""

    title: str
    figures: tuple[Figure, ...]


def groups(report: RunReport) -> tuple[Group, ...]:
    """All figures, by topic."""
    return (
        Group("Return", _returns(report)),
        Group("Risk", _risk(report)),
        Group("Round trips", _round_trips(report)),
        Group("Trading and exposure", _activity(report)),
    )


def headline(report: RunReport) -> tuple[Figure, ...]:
    """The figures a reader looks at first."""
    by_label = {figure.label: figure for group in groups(report) for figure in group.figures}
    labels = (
        "Total return", "Annual return", "Sharpe ratio", "Maximum drawdown", "Volatility", "Sortino ratio",
        "Calmar ratio", "Hit rate", "Profit factor", "Turnover per year", "Total costs", "Ending equity",
    )  # fmt: skip
    return tuple(by_label[label] for label in labels)


def drawdown_dates(report: RunReport) -> str:
    """Peak, trough and recovery of the maximum drawdown in words; empty without a drawdown."""
    sheet, with_time = report.tear_sheet, is_intraday(report.ts_ns)
    if sheet.drawdown_peak_ns is None or sheet.drawdown_trough_ns is None:
        return ""
    recovery = sheet.drawdown_recovery_ns
    end = "not recovered" if recovery is None else f"recovered {instant(recovery, with_time=with_time)}"
    peak = instant(sheet.drawdown_peak_ns, with_time=with_time)
    return f"{peak} to {instant(sheet.drawdown_trough_ns, with_time=with_time)}, {end}"


def _figure(report: RunReport, label: str, name: str, text: str, note: str = "") -> Figure:
    """A figure with the reason as its note where the field `name` is undefined."""
    reason = report.tear_sheet.undefined.get(name)
    return Figure(label, text, note) if reason is None else Figure(label, text, reason, is_defined=False)


def _returns(report: RunReport) -> tuple[Figure, ...]:
    """Money and growth."""
    sheet, currency, with_time = report.tear_sheet, report.currency, is_intraday(report.ts_ns)
    caution = "" if sheet.years >= 1.0 else f"extrapolated from {duration(sheet.end_ns - sheet.start_ns)}"
    best = "" if sheet.best_period_ns is None else instant(sheet.best_period_ns, with_time=with_time)
    worst = "" if sheet.worst_period_ns is None else instant(sheet.worst_period_ns, with_time=with_time)
    flows = (Figure("Net flows", money(sheet.net_flows, currency)),) if sheet.net_flows else ()
    return (
        _figure(report, "Total return", "total_return", percent(sheet.total_return)),
        _figure(report, "Annual return", "annual_return", percent(sheet.annual_return), caution),
        Figure("Starting equity", money(sheet.starting_equity, currency)),
        Figure("Ending equity", money(sheet.ending_equity, currency)),
        *flows,
        Figure("Profit", money(sheet.profit, currency)),
        _figure(report, "Best period", "best_period_return", percent(sheet.best_period_return), best),
        _figure(report, "Worst period", "worst_period_return", percent(sheet.worst_period_return), worst),
    )


def _risk(report: RunReport) -> tuple[Figure, ...]:
    """Dispersion and decline."""
    sheet = report.tear_sheet
    return (
        _figure(report, "Volatility", "volatility", percent(sheet.volatility), "annualized"),
        _figure(report, "Sharpe ratio", "sharpe_ratio", number(sheet.sharpe_ratio)),
        _figure(report, "Sortino ratio", "sortino_ratio", number(sheet.sortino_ratio)),
        _figure(report, "Calmar ratio", "calmar_ratio", number(sheet.calmar_ratio)),
        _figure(
            report, "Maximum drawdown", "max_drawdown", percent(sheet.max_drawdown), drawdown_dates(report)
        ),
        _figure(report, "Skewness", "skewness", number(sheet.skewness)),
        _figure(report, "Excess kurtosis", "excess_kurtosis", number(sheet.excess_kurtosis)),
    )


def _round_trips(report: RunReport) -> tuple[Figure, ...]:
    """Closed round trips."""
    sheet, currency = report.tear_sheet, report.currency
    return (
        Figure("Closed round trips", f"{sheet.round_trips:,}"),
        _figure(report, "Hit rate", "hit_rate", percent(sheet.hit_rate)),
        _figure(report, "Profit factor", "profit_factor", number(sheet.profit_factor)),
        Figure("Gross profit", money(sheet.gross_profit, currency)),
        Figure("Gross loss", money(sheet.gross_loss, currency)),
        _figure(
            report, "Average round trip", "average_round_trip", money(sheet.average_round_trip, currency)
        ),
    )


def _activity(report: RunReport) -> tuple[Figure, ...]:
    """Turnover, costs and exposure."""
    sheet, currency = report.tear_sheet, report.currency
    return (
        Figure("Traded notional", money(sheet.traded_notional, currency)),
        _figure(report, "Turnover per year", "turnover", number(sheet.turnover), "times average equity"),
        Figure("Total costs", money(sheet.costs_total, currency), basis_points_note(report)),
        _figure(report, "Cost of trading", "cost_rate", basis_points(sheet.cost_rate), "of traded notional"),
        _figure(report, "Gross exposure", "gross_exposure", percent(sheet.gross_exposure), "average"),
        _figure(report, "Net exposure", "net_exposure", percent(sheet.net_exposure), "average"),
        _figure(report, "Time in market", "time_in_market", percent(sheet.time_in_market)),
    )


def basis_points_note(report: RunReport) -> str:
    """Costs in basis points of what was traded and what they leave out, or why there are none."""
    rate = report.tear_sheet.cost_rate
    if rate is None:
        return report.tear_sheet.undefined["cost_rate"]
    note = report.costs_note.rstrip(".")
    return f"{basis_points(rate)} of traded" + (f"; {note[:1].lower()}{note[1:]}" if note else "")
