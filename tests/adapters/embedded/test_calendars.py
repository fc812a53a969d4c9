"""Sessions: exact at their edges, equal to exchange_calendars, the same in whatever order they are asked."""

import subprocess
import sys
from bisect import bisect_right

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import session_table
from trade2026.adapters.embedded.calendars import Calendars, TableCalendar, WeeklyCalendar, new_york
from trade2026.ports.calendar import CalendarProvider, Session
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS, format_ns

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning")  # exchange_calendars on pandas

CALENDARS: CalendarProvider = Calendars()
NEW_YORK = new_york()
Y2023 = 1_672_531_200 * 10**9  # 2023-01-01, a Sunday.


def text(session: Session | None) -> tuple[str, str]:
    assert session is not None
    return format_ns(session.open_ns), format_ns(session.close_ns)


def test_shipped_new_york_table_is_what_exchange_calendars_says():
    assert session_table.TARGET.read_text(encoding="ascii") == session_table.session_table()


@pytest.mark.parametrize(
    ("day", "opening", "closing"),
    [
        ("1990-01-02", "1990-01-02T14:30:00Z", "1990-01-02T21:00:00Z"),  # winter: UTC-5
        ("2022-07-01", "2022-07-01T13:30:00Z", "2022-07-01T20:00:00Z"),  # summer: UTC-4
        ("2022-11-25", "2022-11-25T14:30:00Z", "2022-11-25T18:00:00Z"),  # the day after Thanksgiving: 13:00
        ("2001-09-11", "2001-09-17T13:30:00Z", "2001-09-17T20:00:00Z"),  # closed for the week
        ("2022-12-24", "2022-12-27T14:30:00Z", "2022-12-27T21:00:00Z"),  # a weekend and a moved holiday
    ],
)
def test_new_york_knows_summer_time_half_days_and_closures(day, opening, closing):
    midnight = int(exchange_calendars.exchange_calendar.pd.Timestamp(day).value)
    assert text(NEW_YORK.session(midnight)) == (opening, closing)


@pytest.mark.parametrize("name", ["XNYS", "XLON", "24/7", "24/5"])
def test_open_belongs_to_the_session_and_close_to_the_next(name):
    calendar = CALENDARS.calendar(name)
    first = calendar.session(Y2023)
    assert first is not None
    assert calendar.session(first.open_ns) == first
    assert calendar.session(first.close_ns - 1) == first
    following = calendar.session(first.close_ns)
    assert following is not None
    assert following.open_ns >= first.close_ns


@given(st.lists(st.integers(DAY_NS, NEW_YORK.closes[-1] + 3 * DAY_NS), min_size=1, max_size=30))
def test_answers_do_not_depend_on_what_was_asked_before(times):
    fresh = [new_york_bisect(ts) for ts in times]
    assert [NEW_YORK.session(ts) for ts in times] == fresh
    for ts, session in zip(times, fresh, strict=True):
        assert session is None or (session.close_ns > ts and session.close_ns > session.open_ns)


def new_york_bisect(ts: int) -> Session | None:
    """The obvious answer, by a search each time."""
    index = bisect_right(NEW_YORK.closes, ts)
    return Session(NEW_YORK._opens[index], NEW_YORK.closes[index]) if index < len(NEW_YORK.closes) else None


@given(st.integers(0, 60 * 365 * DAY_NS))
def test_fx_week_is_sunday_to_friday_at_22_utc(ts):
    session = CALENDARS.calendar("24/5").session(ts)
    assert session is not None
    assert session.close_ns - session.open_ns == DAY_NS
    assert session.close_ns > ts
    assert (session.open_ns // HOUR_NS) % 24 == 22
    weekday = (session.open_ns // DAY_NS + 3) % 7  # 0 is Monday.
    assert weekday in {6, 0, 1, 2, 3}  # Opens on Sunday to Thursday.
    if ts < session.open_ns:  # Outside sessions it is Friday evening, Saturday or Sunday before 22:00.
        assert weekday == 6
        assert session.open_ns - ts <= 2 * DAY_NS


@given(st.integers(0, 2**63 - 1 - 2 * DAY_NS))
def test_continuous_sessions_are_utc_days(ts):
    day = ts // DAY_NS * DAY_NS
    assert CALENDARS.calendar("24/7").session(ts) == Session(day, day + DAY_NS)


def test_beyond_the_last_session_there_is_none_and_before_the_first_day_an_error():
    assert NEW_YORK.session(NEW_YORK.closes[-1]) is None
    assert NEW_YORK.session(NEW_YORK.closes[-1] - 1) is not None
    assert CALENDARS.calendar("24/7").session(2**63 - 1) is None
    with pytest.raises(
        InputError, match="not be before 1970-01-02, where calendar XNYS starts, was 1969-12-31"
    ):
        NEW_YORK.session(-1)


def test_unknown_name_is_refused_with_the_choices():
    with pytest.raises(InputError, match=r"calendar must be one of 24/5, 24/7, .*XNYS.*, was 'NOPE'"):
        CALENDARS.calendar("NOPE")


@pytest.mark.parametrize(("name", "per_year"), [("XNYS", 252), ("24/7", 365), ("24/5", 260), ("XNAS", 252)])
def test_name_and_annualization(name, per_year):
    calendar = CALENDARS.calendar(name)
    assert (calendar.name, calendar.sessions_per_year) == (name, per_year)
    assert CALENDARS.calendar(name) is calendar


@pytest.mark.parametrize("name", ["XLON", "XKRX"])
def test_library_calendars_reach_back_and_ahead(name):
    calendar = CALENDARS.calendar(name)
    assert calendar.session(20 * 365 * DAY_NS) is not None  # 1989
    library = exchange_calendars.get_calendar(name)
    last = int(library.closes.iloc[-1].value)
    session = calendar.session(last - 1)
    assert session is not None
    assert session.close_ns == last


def test_a_calendar_the_library_cannot_build_is_an_input_error(monkeypatch):
    def broken(name):
        raise NotImplementedError("implemented by subclasses")

    monkeypatch.setattr(exchange_calendars, "get_calendar", broken)
    with pytest.raises(InputError, match="can build, was 'XBEL': implemented by subclasses"):
        Calendars().calendar("XBEL")


def test_table_refuses_sessions_that_overlap():
    with pytest.raises(AssertionError, match="overlap"):
        TableCalendar("X", [0, 5], [10, 15])
    with pytest.raises(AssertionError, match="closes before"):
        TableCalendar("X", [5], [5])


def test_weekly_calendar_of_one_day_skips_the_rest_of_the_week():
    calendar = WeeklyCalendar("MONDAYS", 52, 4 * DAY_NS, 1)  # 1970-01-05 was a Monday.
    assert calendar.session(5 * DAY_NS) == Session(11 * DAY_NS, 12 * DAY_NS)
    assert calendar.session(11 * DAY_NS) == Session(11 * DAY_NS, 12 * DAY_NS)


@pytest.mark.process
def test_new_york_and_arithmetic_calendars_do_not_import_pandas():
    code = (
        "import sys; from trade2026.adapters.embedded.calendars import Calendars; c = Calendars();"
        "[c.calendar(n) for n in ('XNYS', '24/7', '24/5')];"
        "print(sorted({'pandas', 'numpy', 'exchange_calendars'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(session_table.TARGET.parents[4])},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
