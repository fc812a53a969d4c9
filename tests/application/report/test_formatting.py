"""Spans and counts in words."""

import pytest

from trade2026.application.report.formatting import counted, duration, shares_days
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS


@pytest.mark.parametrize(
    ("span_ns", "words"),
    [
        (0, "0 seconds"),
        (46 * SECOND_NS, "46 seconds"),
        (119 * SECOND_NS, "119 seconds"),
        (12 * MINUTE_NS, "12.0 minutes"),
        (HOUR_NS, "1.0 hours"),
        (2 * DAY_NS - 1, "48.0 hours"),
        (31 * DAY_NS, "31 days"),
        (33 * 365 * DAY_NS, "33.0 years"),
    ],
)
def test_a_span_is_told_in_a_unit_that_shows_it(span_ns: int, words: str) -> None:
    assert duration(span_ns) == words


def test_one_is_no_plural() -> None:
    assert [counted(count, "period") for count in (0, 1, 8_313)] == ["0 periods", "1 period", "8,313 periods"]


def test_times_share_a_day_only_when_they_differ() -> None:
    assert not shares_days([])
    assert not shares_days([5, 5, DAY_NS + 5])
    assert shares_days([5, 6])
