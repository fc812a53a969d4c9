"""The tear sheet as one HTML page that needs nothing but itself."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, Undefined
from trade2026.analytics.drawdown import drawdown_series
from trade2026.analytics.returns import growth_of_one
from trade2026.application.report import tables
from trade2026.application.report.charts import Chart, Line, draw
from trade2026.application.report.conventions import CONVENTIONS
from trade2026.application.report.figures import drawdown_dates, groups, headline
from trade2026.application.report.formatting import (
    counted,
    duration,
    instant,
    is_intraday,
    money,
    percent,
    shares_days,
)
from trade2026.application.report.model import RunReport
from trade2026.application.report.styles import CSS, SCRIPT

_DIGEST_SHOWN: Final = 12


def render_report(report: RunReport) -> str:
    """One self-contained HTML document in UTF-8.

    No request leaves the page: its content policy forbids any, and lets only its own script run, by hash.
    Every text of the report is escaped. The same report gives the same text. Curves of more than about 2,000
    marks are thinned for drawing without losing a peak or a trough; tables end at 2,000 rows; both say so.

    Parameters
    ----------
    report : RunReport
        What to show.

    Returns
    -------
    str
        The document, from its doctype.
    """
    body = [
        *_header(report),
        tables.tiles(headline(report)),
        *_curves(report),
        f'<section class="card"><h2>Monthly returns</h2>{tables.heat_map(report)}</section>',
        '<div class="columns">',
        *(tables.statistics(group) for group in groups(report)),
        "</div>",
        f'<section class="card"><h2>Costs</h2>{_costs_note(report)}{tables.costs(report)}</section>',
        *_trades(report),
        *_provenance(report),
        *_conventions(report),
    ]
    return "\n".join(
        [*_head(report), "<body><main>", *body, "</main>", f"<script>{SCRIPT}</script>", "</body></html>\n"]
    )


def _head(report: RunReport) -> list[str]:
    """Document head with the content policy."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"{report.strategy} on {report.data_name}"
    return [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title><style>{CSS}</style></head>",
    ]


def _header(report: RunReport) -> list[str]:
    """What ran, on what, when, and what the data cannot show."""
    parts = [
        f'<header><div class="eyebrow">{escape(report.kind)} tear sheet</div>',
        f"<h1>{escape(report.strategy)}</h1>",
        f'<p class="lead">{escape(report.data_name)} &middot; {tables.keep_dates(_period(report))} &middot; '
        f"{escape(report.currency)}</p>",
        _chips("Parameters", report.parameters),
        _fingerprints(report),
    ]
    if report.data_limits:
        items = "".join(f"<li>{escape(limit)}</li>" for limit in report.data_limits)
        parts.append(
            f'<aside class="limits" role="note"><h2>What this data cannot show</h2><ul>{items}</ul></aside>'
        )
    return [*parts, "</header>"]


def _fingerprints(report: RunReport) -> str:
    """Code version and the start of each hash; they stand in full under Provenance."""
    hashes = "".join(
        f" &middot; {escape(name)} <code>{escape(digest[:_DIGEST_SHOWN])}</code>"
        for name, digest in report.hashes
    )
    return f'<p class="prints">Code <code>{escape(report.code_version)}</code>{hashes}</p>'


def _period(report: RunReport) -> str:
    """First and last mark, and how long that is."""
    sheet, with_time = report.tear_sheet, is_intraday(report.ts_ns)
    start, end = (instant(ts, with_time=with_time) for ts in (sheet.start_ns, sheet.end_ns))
    return f"{start} to {end} UTC ({duration(sheet.end_ns - sheet.start_ns)})"


def _chips(label: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Short names with values in a row; empty without pairs."""
    if not pairs:
        return ""
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="chips" aria-label="{escape(label)}">{items}</dl>'


def _curves(report: RunReport) -> list[str]:
    """Equity and drawdown."""
    chart = _equity_chart(report)
    scale = "Logarithmic scale. " if chart.is_log else ""
    legend = "".join(f'<span><i class="{line.style}"></i>{escape(line.name)}</span>' for line in chart.lines)
    parts = [
        f'<section class="card"><h2>Equity, {escape(report.currency)}</h2><div class="legend">{legend}</div>',
        f'{draw(chart)}<p class="note">{scale}{_thinned(report)}</p></section>',
    ]
    growth = growth_of_one(report.curve)
    if isinstance(growth, Undefined):
        reason = f"Not defined: {escape(growth.reason)}."
        return [*parts, f'<section class="card"><h2>Drawdown</h2><p class="muted">{reason}</p></section>']
    dates = drawdown_dates(report)
    deepest = f"Deepest {percent(report.tear_sheet.max_drawdown)}: {dates}." if dates else "There was none."
    drawing = draw(_drawdown_chart(report, -drawdown_series(growth), deepest))
    return [
        *parts,
        f'<section class="card low"><h2>Drawdown</h2>{drawing}',
        f'<p class="note">{tables.keep_dates(escape(deepest))}</p></section>',
    ]


def _equity_chart(report: RunReport) -> Chart:
    """Equity, with the benchmark scaled to start at the same value."""
    sheet, currency = report.tear_sheet, report.currency
    lines = [Line("Equity", "own", report.curve.equity)]
    if report.benchmark is not None:
        level = report.benchmark.level
        lines.append(Line(report.benchmark.name, "other", level / level[0] * report.curve.equity[0]))
    description = (
        f"From {money(sheet.starting_equity, currency)} to {money(sheet.ending_equity, currency)}, "
        f"{_period(report)}."
    )
    return Chart(
        key="equity",
        title="Equity over time",
        description=description,
        ts_ns=report.ts_ns,
        lines=lines,
        is_percent=False,
        is_intraday=is_intraday(report.ts_ns),
        may_be_log=True,
    )


def _drawdown_chart(report: RunReport, lost: FloatArray, deepest: str) -> Chart:
    """Distance below the earlier peak, zero or negative."""
    return Chart(
        key="drawdown",
        title="Drawdown over time",
        description=deepest,
        ts_ns=report.ts_ns,
        lines=[Line("Drawdown", "loss", np.minimum(lost, 0.0))],
        is_percent=True,
        is_intraday=is_intraday(report.ts_ns),
    )


def _thinned(report: RunReport) -> str:
    """How many marks there are and whether all are drawn."""
    marks = report.ts_ns.size
    if marks <= 2_000:
        return f"{counted(marks, 'mark')}."
    return f"{marks:,} marks, thinned for drawing; the highest and lowest of each stretch are kept."


def _costs_note(report: RunReport) -> str:
    """What the costs leave out."""
    return f'<p class="note">{escape(report.costs_note)}</p>' if report.costs_note else ""


def _trades(report: RunReport) -> list[str]:
    """Round trips open, fills folded."""
    with_time = shares_days(row.ts_ns for row in report.fills)
    return [
        '<section class="card"><h2>Round trips</h2>',
        f"{tables.round_trips(report, with_time=with_time)}</section>",
        '<details class="card"><summary>Fills</summary>',
        f"{tables.fills(report, with_time=with_time)}</details>",
    ]


def _provenance(report: RunReport) -> list[str]:
    """What is needed to run it again and to see that nothing changed."""
    pairs = [("Code version", report.code_version), *report.hashes, *report.facts]
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return [f'<section class="card"><h2>Provenance</h2><dl class="hashes">{items}</dl></section>']


def _conventions(report: RunReport) -> list[str]:
    """How each number is defined, with the choices of this run."""
    sheet = report.tear_sheet
    sampling = "one mark per day or session" if sheet.is_sampled_daily else "every mark"
    basis = (
        f"Ratios use {counted(sheet.periods, 'period')} ({sampling}), {sheet.periods_per_year:g} per year, "
        f"and a risk-free rate of {percent(sheet.risk_free_rate)} a year."
    )
    items = "".join(
        f"<div><dt>{escape(term)}:</dt> <dd>{escape(text)}</dd></div>" for term, text in CONVENTIONS
    )
    return [
        f'<section class="card"><h2>Conventions</h2><p class="note">{basis}</p>'
        f'<dl class="terms">{items}</dl></section>'
    ]
