"""The result of a backtest job as a JSON document, small enough to be drawn as it is."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.drawdown import drawdown_series
from trade2026.application.outcome import Outcome
from trade2026.application.prepare import PreparedRun
from trade2026.application.report import FillRow, RoundTripRow
from trade2026.primitives.time import format_ns

POINTS_MAX: Final = 2_000
ROWS_MAX: Final = 5_000
_SUMMARY: Final = (
    "total_return", "annual_return", "volatility", "sharpe_ratio", "sortino_ratio", "calmar_ratio",
    "max_drawdown", "hit_rate", "profit_factor", "turnover", "costs_total", "time_in_market", "profit",
    "starting_equity", "ending_equity", "round_trips", "years",
)  # fmt: skip


def result_document(prepared: PreparedRun, outcome: Outcome) -> dict[str, Any]:
    """Everything a page shows of the run.

    summary : figures by name; returns are fractions, money is in `currency`, None is undefined.
    equity, drawdown : at most `POINTS_MAX` points with the highest and lowest of each stretch kept;
    drawdown is the share of the peak lost, zero or positive.
    monthly : [year, month, return as a fraction], oldest first.
    round_trips, fills : the last `ROWS_MAX` of each, oldest first; `counts` has how many there were.
    limits : what the data and the run cannot show. warnings : what went wrong.
    """
    report, figures, plan = outcome.report, outcome.figures, prepared.plan
    sheet = report.tear_sheet
    times, equity = report.curve.ts_ns.tolist(), report.curve.equity
    kept = extremes(equity, POINTS_MAX)
    drawdown = drawdown_series(equity / equity[0]) if float(equity[0]) > 0.0 else np.zeros(equity.size)
    lost = extremes(drawdown, POINTS_MAX)
    return {
        "summary": {
            **{name: getattr(sheet, name) for name in _SUMMARY},
            "final_equity": figures["final_equity"],
            "status": outcome.status,
        },
        "currency": plan.currency,
        "equity": [{"ts": format_ns(times[i]), "equity": float(equity[i])} for i in kept],
        "drawdown": [{"ts": format_ns(times[i]), "drawdown": float(drawdown[i])} for i in lost],
        "monthly": [
            [row.year, month, gained]
            for row in sheet.monthly
            for month, gained in enumerate(row.months, start=1)
            if gained is not None
        ],
        "round_trips": [_trip(row) for row in _last(report.round_trips)],
        "fills": [_fill(row) for row in _last(report.fills)],
        "counts": {
            "events": figures["events"],
            "orders": figures["orders"],
            "refusals": figures["refusals"],
            "fills": len(report.fills),
            "round_trips": len(report.round_trips),
        },
        "limits": list(report.data_limits),
        "warnings": [outcome.error] if outcome.error else [],
        "statistics": figures["statistics"],
        "parameters": dict(report.parameters),
        "facts": [list(fact) for fact in report.facts],
        "log": [{"ts": format_ns(ts), "text": text} for ts, text in outcome.log[-ROWS_MAX:]],
        "provenance": _provenance(prepared, outcome),
    }


def extremes(values: FloatArray, points: int) -> list[int]:
    """Indices to draw a series by: first and last, and of each stretch the lowest and the highest.

    Parameters
    ----------
    values : float64, shape (n,)
        Finite.
    points : int
        Most indices to give back, at least 4; all where there are no more.

    Returns
    -------
    list of int
        Ascending, each once.
    """
    size = values.size
    if size <= points:
        return list(range(size))
    edges = np.linspace(1, size - 1, (points - 2) // 2 + 1).astype(np.int64)
    kept = {0, size - 1}
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        stretch = values[start:end]
        kept.add(start + int(stretch.argmin()))
        kept.add(start + int(stretch.argmax()))
    return sorted(kept)


def _provenance(prepared: PreparedRun, outcome: Outcome) -> dict[str, Any]:
    """What determined the run, and the hashes by which it is checked."""
    plan, figures = prepared.plan, outcome.figures
    return {
        "run_id": outcome.run_id,
        "run": outcome.run_name,
        "strategy": plan.strategy,
        "source_sha256": plan.source_sha256,
        "data": plan.data,
        "data_sha256": plan.data_sha256,
        "journal_sha256": figures["journal_sha256"],
        "state_sha256": figures["state_sha256"],
        "code_version": plan.code_version,
        "seed": plan.seed,
    }


def _last(rows: Sequence[Any]) -> Sequence[Any]:
    return rows[-ROWS_MAX:]


def _trip(row: RoundTripRow) -> dict[str, Any]:
    return {
        "instrument_id": row.instrument,
        "direction": row.direction,
        "quantity": row.quantity,
        "opened": format_ns(row.opened_ns),
        "closed": format_ns(row.closed_ns),
        "entry_price": row.entry_price,
        "exit_price": row.exit_price,
        "pnl": row.pnl,
    }


def _fill(row: FillRow) -> dict[str, Any]:
    return {
        "ts": format_ns(row.ts_ns),
        "instrument_id": row.instrument,
        "side": row.side.upper(),
        "quantity": row.quantity,
        "price": row.price,
        "commission": row.commission,
    }
