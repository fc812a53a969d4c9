"""The tear sheet as plain lines for a terminal: no color, no box, 80 columns where the texts allow it."""

import textwrap
from typing import Final

from trade2026.application.report.figures import Group, groups
from trade2026.application.report.formatting import counted, duration, instant, is_intraday, percent
from trade2026.application.report.model import RunReport

_WIDTH: Final = 80
_GAP: Final = 4
_COLUMN: Final = (_WIDTH - _GAP) // 2


def render_text(report: RunReport) -> list[str]:
    """Lines without trailing blanks: header, limits of the data, figures in two columns, notes, provenance.

    Control characters in names are shown as escapes, so that no name can move the cursor of a terminal.
    """
    first, second, third, fourth = groups(report)
    lines = [
        *_header(report),
        "",
        *_side_by_side(_block(first), _block(second)),
        "",
        *_side_by_side(_block(third), _block(fourth)),
        *_notes(report),
        *_provenance(report),
    ]
    return [_printable(line).rstrip() for line in lines]


def _header(report: RunReport) -> list[str]:
    """What ran, on what, when, and the limits of the data."""
    sheet, with_time = report.tear_sheet, is_intraday(report.ts_ns)
    start, end = (instant(ts, with_time=with_time) for ts in (sheet.start_ns, sheet.end_ns))
    title = f"{report.strategy} on {report.data_name} ({report.kind})"
    lines = [title, "=" * min(len(title), _WIDTH)]
    lines.append(f"{start} to {end} UTC, {duration(sheet.end_ns - sheet.start_ns)}, {report.currency}")
    if report.parameters:
        lines += _wrapped("Parameters: ", ", ".join(f"{name}={value}" for name, value in report.parameters))
    if report.data_limits:
        lines += ["", "What this data cannot show"]
        for limit in report.data_limits:
            lines += _wrapped("  ! ", limit)
    return lines


def _block(group: Group) -> list[str]:
    """A heading and its figures: label to the left, value to the right."""
    lines = [group.title, "-" * _COLUMN]
    for figure in group.figures:
        room = max(_COLUMN - len(figure.label), len(figure.text) + 1)
        lines += [f"{figure.label}{figure.text:>{room}}"]
    return lines


def _side_by_side(left: list[str], right: list[str]) -> list[str]:
    """Two blocks beside each other."""
    height = max(len(left), len(right))
    left, right = left + [""] * (height - len(left)), right + [""] * (height - len(right))
    return [f"{a:<{_COLUMN}}{' ' * _GAP}{b}" for a, b in zip(left, right, strict=True)]


def _notes(report: RunReport) -> list[str]:
    """Dates, cautions, and the reason for each figure that is not defined."""
    sheet = report.tear_sheet
    lines = ["", "Notes", "-" * _WIDTH]
    for group in groups(report):
        for figure in group.figures:
            if figure.note:
                lines += _wrapped(f"{figure.label}: ", figure.note)
    sampling = "one mark per day or session" if sheet.is_sampled_daily else "every mark"
    return lines + _wrapped(
        "Ratios: ",
        f"{counted(sheet.periods, 'period')} ({sampling}), {sheet.periods_per_year:g} per year, risk-free "
        f"rate {percent(sheet.risk_free_rate)} a year. Conventions: docs/conventions.md",
    )


def _provenance(report: RunReport) -> list[str]:
    """Code version, hashes and counts, aligned."""
    pairs = [("Code version", report.code_version), *report.hashes, *report.facts]
    width = max(len(name) for name, _ in pairs)
    return ["", "Provenance", "-" * _WIDTH, *(f"{name:<{width}}  {value}" for name, value in pairs)]


def _wrapped(start: str, text: str) -> list[str]:
    """Text after its start, continued below it; a long word is kept whole."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * min(len(start), 24),
        break_long_words=False,
    ) or [start]


def _printable(line: str) -> str:
    """The line with control characters written as escapes."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)
