"""Times: nanoseconds and text are two spellings of the same moment, before 1970 and on leap days too."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.primitives.errors import InputError
from trade2026.primitives.time import (
    DAY_NS,
    SECOND_NS,
    date_to_unix_ns,
    format_ns,
    parse_date,
    to_datetime,
    to_unix_ns,
)

_nanoseconds = st.integers(-(2**63) + 1, 2**63 - 1)


@given(_nanoseconds)
def test_text_names_the_moment_exactly(ts):
    text = format_ns(ts)
    assert text.endswith("Z")
    whole, _, part = text[:-1].partition(".")
    seconds = datetime.fromisoformat(whole + "+00:00") - datetime(1970, 1, 1, tzinfo=UTC)
    nanoseconds = (seconds.days * 86_400 + seconds.seconds) * SECOND_NS + int(part.ljust(9, "0"))
    assert nanoseconds == ts
    assert not part.endswith("0")


@given(_nanoseconds)
def test_datetimes_are_cut_to_the_microsecond(ts):
    assert to_unix_ns(to_datetime(ts)) == ts // 1000 * 1000


@given(
    st.datetimes(datetime(1700, 1, 1), datetime(2260, 1, 1)),  # noqa: DTZ001 - the zone is drawn too.
    st.integers(-14 * 60, 14 * 60),
)
def test_zones_are_taken_into_account(moment, minutes):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert to_datetime(to_unix_ns(aware)) == aware


@given(st.dates(date(1700, 1, 1), date(2260, 1, 1)))
def test_a_date_is_its_midnight(day):
    ts = date_to_unix_ns(day)
    assert ts % DAY_NS == 0
    assert format_ns(ts) == f"{day.isoformat()}T00:00:00Z"
    assert parse_date(day.isoformat(), "day") == day


@pytest.mark.parametrize(
    ("ts", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (951_782_400 * SECOND_NS, "2000-02-29T00:00:00Z"),
        (-2_203_891_200 * SECOND_NS, "1900-03-01T00:00:00Z"),
        (631_310_400 * SECOND_NS + 500_000_000, "1990-01-02T20:00:00.5Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775807Z"),
    ],
)
def test_known_moments(ts, text):
    assert format_ns(ts) == text


@pytest.mark.parametrize(
    "text",
    ["", "1990-1-2", "19900102", "1990-W01-1", "1990-02-30", "2023-02-29", "1990-01-02T00:00", "1990/01/02",
     " 1990-01-02", "1990-01-02\n", "\uff11990-01-02", "0000-01-01", "yesterday"],
)  # fmt: skip
def test_what_is_no_date_is_refused_by_name(text):
    with pytest.raises(InputError, match=r"^from must be a date as YYYY-MM-DD"):
        parse_date(text, "from")


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(InputError, match="time zone"):
        to_unix_ns(datetime(2020, 1, 1))  # noqa: DTZ001 - the point of the test.


@pytest.mark.parametrize("ts", [2**63, -(2**63)])
def test_beyond_int64_is_refused(ts):
    with pytest.raises(InputError, match="int64"):
        to_datetime(ts)
