"""The progress bar: on a terminal it tells count, total and date; elsewhere nothing is written."""

import io
import sys

import pytest

from trade2026.cli.progress import progress
from trade2026.primitives.time import DAY_NS, date_to_unix_ns, parse_date

DAY = date_to_unix_ns(parse_date("2020-03-23", "day"))


class FakeTerminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> FakeTerminal:
    """Put a terminal in the place of stderr; no fixture, because pytest puts its own back after those."""
    stream = FakeTerminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def test_a_terminal_sees_how_far_and_which_date(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = on_terminal(monkeypatch)
    with progress("events", 1_000, quiet=False) as tell:
        tell(500, DAY)
    assert "500 of 1,000 events" in stderr.getvalue()
    assert "2020-03-23" in stderr.getvalue()


def test_without_a_total_the_date_moves_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = on_terminal(monkeypatch)
    with progress("events", None, quiet=False, span=(DAY - 5 * DAY_NS, DAY + 5 * DAY_NS)) as tell:
        tell(7, DAY)
    assert "7 events" in stderr.getvalue()


def test_quiet_and_pipes_see_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = on_terminal(monkeypatch)
    with progress("events", 10, quiet=True) as tell:
        tell(5, DAY)
    assert stderr.getvalue() == ""
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with progress("events", 10, quiet=False) as tell:
        tell(5)
    assert pipe.getvalue() == ""
