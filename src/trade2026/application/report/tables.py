"""The tables of the page: statistics, the monthly heat map, costs, round trips and fills."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from trade2026.application.report.figures import Figure, Group
from trade2026.application.report.formatting import basis_points, instant, money, number, percent
from trade2026.application.report.model import RunReport

ROWS_MAX: Final = 2_000
"""Rows of a table of trades; a browser stays quick and a file small."""

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
_SHARE_MAX: Final = 46.0  # Percent of color in the deepest cell; text stays readable on it.


def tiles(figures: Sequence[Figure]) -> str:
    """The key figures as a list of terms; the reason stands below an undefined one."""
    cells = []
    for figure in figures:
        note = f'<span class="note">{keep_dates(escape(figure.note))}</span>' if figure.note else ""
        size = " tiny" if len(figure.text) > 14 else " small" if len(figure.text) > 10 else ""
        shade = " muted" if not figure.is_defined else ""
        cells.append(
            f"<div><dt>{escape(figure.label)}</dt>"
            f'<dd><span class="value{size}{shade}">{escape(figure.text)}</span>{note}</dd></div>'
        )
    return f'<dl class="tiles">{"".join(cells)}</dl>'


def statistics(group: Group) -> str:
    """One group of figures as a table with row headers."""
    rows = []
    for figure in group.figures:
        note = f'<span class="note">{keep_dates(escape(figure.note))}</span>' if figure.note else ""
        rows.append(
            f'<tr><th scope="row">{escape(figure.label)}{note}</th><td><b>{escape(figure.text)}</b></td></tr>'
        )
    return (
        f'<section class="card"><h2>{escape(group.title)}</h2>'
        f'<table class="figures"><tbody>{"".join(rows)}</tbody></table></section>'
    )


def heat_map(report: RunReport) -> str:
    """Months by years with a total per year; the shade follows the size of the return."""
    rows = report.tear_sheet.monthly
    if not rows:
        return '<p class="muted">There is no month to show.</p>'
    largest = max((abs(m) for row in rows for m in row.months if m is not None), default=0.0)
    head = "".join(f'<th scope="col">{month}</th>' for month in MONTHS)
    body = []
    for row in rows:
        cells = "".join(_heat_cell(month, largest) for month in row.months)
        total = f'<td class="total {_sign(row.total)}">{percent(row.total, 1)}</td>'
        body.append(f'<tr><th scope="row">{row.year}</th>{cells}{total}</tr>')
    return (
        '<div class="scroll heat" tabindex="0" role="region" aria-label="Monthly returns"><table><thead><tr>'
        f'<th scope="col">Year</th>{head}<th scope="col">Total</th></tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def costs(report: RunReport) -> str:
    """What was paid per kind of cost, in money and in basis points of traded notional."""
    sheet = report.tear_sheet
    if not sheet.costs:
        return '<p class="muted">No costs were charged.</p>'
    traded = sheet.traded_notional
    lines = [*sheet.costs.items(), ("Total", sheet.costs_total)]
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(money(paid, report.currency))}</td>'
        f"<td>{basis_points(paid / traded if traded > 0.0 else None)}</td></tr>"
        for name, paid in lines
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Costs"><table><thead><tr>'
        '<th scope="col">Cost</th><th scope="col">Paid</th>'
        f'<th scope="col">Of traded notional</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def round_trips(report: RunReport, *, with_time: bool) -> str:
    """Closed round trips, newest last, at most ROWS_MAX of them."""
    names = ("Closed", "Opened", "Instrument", "Direction", "Quantity", "Entry", "Exit", "P&L")
    rows = [
        "<tr>"
        + _cell(instant(row.closed_ns, with_time=with_time))
        + _cell(instant(row.opened_ns, with_time=with_time), "text")
        + _cell(row.instrument, "text")
        + _cell(row.direction, "text")
        + _cell(row.quantity)
        + _cell(row.entry_price)
        + _cell(row.exit_price)
        + _cell(number(row.pnl), _sign(row.pnl))
        + "</tr>"
        for row in report.round_trips[-ROWS_MAX:]
    ]
    return _long_table(
        "round trips", names, ("Instrument", "Direction", "Opened"), rows, len(report.round_trips)
    )


def fills(report: RunReport, *, with_time: bool) -> str:
    """Fills, newest last, at most ROWS_MAX of them."""
    names = ("Time", "Instrument", "Side", "Quantity", "Price", "Commission")
    rows = [
        "<tr>"
        + _cell(instant(row.ts_ns, with_time=with_time))
        + _cell(row.instrument, "text")
        + _cell(row.side, "text")
        + _cell(row.quantity)
        + _cell(row.price)
        + _cell(row.commission)
        + "</tr>"
        for row in report.fills[-ROWS_MAX:]
    ]
    return _long_table("fills", names, ("Instrument", "Side"), rows, len(report.fills))


def _long_table(what: str, names: Sequence[str], texts: Sequence[str], rows: list[str], total: int) -> str:
    """A scrolling table that says how many rows it leaves out."""
    if not rows:
        return f'<p class="muted">There are no {what}.</p>'
    left_out = total - len(rows)
    note = f"All {total:,} {what}. Times are UTC."
    if left_out:
        note = (
            f"The last {len(rows):,} of {total:,} {what}; the first {left_out:,} are left out here "
            "and stand in the journal. Times are UTC."
        )
    head = "".join(
        f'<th scope="col"{" class=text" if name in texts else ""}>{escape(name)}</th>' for name in names
    )
    return (
        f'<p class="note">{note}</p><div class="scroll" tabindex="0" role="region" aria-label="{what}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def keep_dates(text: str) -> str:
    """Escaped text in which no date is broken over two lines."""
    return _DATE.sub(r'<span class="date">\g<0></span>', text)


def _cell(text: str, style: str = "") -> str:
    """One escaped cell."""
    return f'<td class="{style}">{escape(text)}</td>' if style else f"<td>{escape(text)}</td>"


def _sign(value: float) -> str:
    """Style of a gain or a loss."""
    return "pos" if value > 0.0 else "neg" if value < 0.0 else ""


def _heat_cell(month: float | None, largest: float) -> str:
    """One month, shaded by the square root of its size so that small ones still show."""
    if month is None:
        return "<td></td>"
    share = _SHARE_MAX * (abs(month) / largest) ** 0.5 if largest > 0.0 else 0.0
    style = "up" if month > 0.0 else "down"
    return f'<td class="{style}" style="--share:{share:.0f}%">{percent(month, 1)}</td>'
