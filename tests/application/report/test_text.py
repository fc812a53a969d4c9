"""The terminal shows the same figures, aligned, with the limits of the data first."""

from tests.application.report.sample import HOSTILE, daily_report, intraday_report
from trade2026.application.report import render_text
from trade2026.application.report.figures import groups


def test_every_figure_stands_there_with_its_value() -> None:
    report = daily_report()
    text = "\n".join(render_text(report))
    for group in groups(report):
        assert group.title in text
        for figure in group.figures:
            assert figure.label in text
            assert figure.text in text


def test_limits_come_before_results() -> None:
    lines = render_text(daily_report())
    limits = next(i for i, line in enumerate(lines) if "Hand-picked survivors" in line)
    results = next(i for i, line in enumerate(lines) if "Total return" in line)
    assert limits < results


def test_columns_are_aligned_within_80() -> None:
    lines = render_text(daily_report())
    first = next(i for i, line in enumerate(lines) if line.startswith("Total return"))
    for line in lines[first : first + 7]:
        assert len(line) == 80, line
        assert line[38:42] == "    ", line
    assert max(map(len, lines)) <= 82, "only hashes are longer"


def test_reasons_of_undefined_figures_are_given() -> None:
    text = "\n".join(render_text(intraday_report()))
    assert "Profit factor: there are no closed round trips" in text
    assert "Annual return: extrapolated from 2 days" in text


def test_no_control_character_reaches_the_terminal() -> None:
    lines = render_text(daily_report(years=2, trades=2, hostile=HOSTILE + "\n\r\x00\u202e"))
    assert all(char.isprintable() for line in lines for char in line)
    assert "\\x1b" in "\n".join(lines)
