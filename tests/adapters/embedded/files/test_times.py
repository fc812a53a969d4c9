"""Columns of times: exact to the nanosecond, in any unit or zone, and never read as something else."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.adapters.embedded.files.faults import CellFault
from trade2026.adapters.embedded.files.times import UNITS, TimeReader
from trade2026.primitives.time import DAY_NS, format_ns, to_unix_ns

MOMENT = to_unix_ns(datetime(2021, 1, 8, 3, 59, 50, tzinfo=UTC))


FIRST, LAST = datetime.fromisoformat("1700-01-01"), datetime.fromisoformat("2250-01-01")


def read(column: pl.Series, unit: str | None = None, naive: str = "utc") -> list[int] | CellFault:
    times, fault = TimeReader(unit, naive).read(column)
    return fault or times.tolist()


@given(st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=8), st.data())
def test_iso_texts_equal_datetime(moments, data):
    """Oracle: the datetime module; texts of one column need not look alike."""
    zone = data.draw(st.sampled_from(["", "Z", "+00:00", "-0330"]))
    separator = data.draw(st.sampled_from([" ", "T"]))
    timespec = data.draw(st.sampled_from(["auto", "milliseconds", "microseconds", "seconds"]))
    texts = [moment.isoformat(separator, timespec) + zone for moment in moments]
    aware = [datetime.fromisoformat(text) for text in texts]
    expected = [to_unix_ns(moment if zone else moment.replace(tzinfo=UTC)) for moment in aware]
    assert read(pl.Series(texts)) == expected


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=8))
def test_nanosecond_texts_come_back(times):
    assert read(pl.Series([format_ns(ts) for ts in times])) == times


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2021-01-08T03:59:50+01:00", MOMENT - 3600 * 10**9),
        ("2021-01-08 03:59:50-0530", MOMENT + 19_800 * 10**9),
        ("2021-01-08 03:59", MOMENT - 50 * 10**9),
        ("2021-01-08", MOMENT // DAY_NS * DAY_NS),
        ("1610078390.25", MOMENT + 250_000_000),
        ("1610078390", MOMENT),
        ("1610078390123", MOMENT + 123_000_000),
        ("1610078390123456", MOMENT + 123_456_000),
        ("1610078390123456789", MOMENT + 123_456_789),
    ],
)
def test_forms_of_one_moment(text, ns):
    assert read(pl.Series([text])) == [ns]
    if not text.isdigit():  # Nor does the form of the first row bind the second.
        assert read(pl.Series(["2020-01-01T00:00:00Z", text])) == [1_577_836_800 * 10**9, ns]


@pytest.mark.parametrize("unit", UNITS)
def test_a_stated_unit_wins(unit):
    assert read(pl.Series([5]), unit) == [5 * UNITS[unit]]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_parquet_times(unit, zone):
    column = pl.Series([datetime.fromisoformat("2021-01-08 03:59:50")]).dt.cast_time_unit(unit)
    column = column.dt.replace_time_zone(zone)
    offset = 5 * 3600 * 10**9 if zone == "America/New_York" else 0
    assert read(column) == [MOMENT + offset]


def test_parquet_dates():
    assert read(pl.Series([date(2021, 1, 8)])) == [MOMENT // DAY_NS * DAY_NS]


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-30 00:00:00", "2021-01-08 24:00:00", "2021-01-08 23:59:60", "2021-1-8 03:59:50", "nan", "",
        "2500-01-01 00:00:00", "1500-01-01 00:00:00", "01/08/2021", "2021-01-08 03:59:50.1234567890",
        "\u0662021-01-08",
    ],
)  # fmt: skip
def test_what_is_no_time_is_a_fault_of_its_row(text):
    for first in ("2021-01-08 00:00:00", "2021-01-08T00:00:00.000Z", "2021-01-08"):
        fault = read(pl.Series([first, text]))
        assert isinstance(fault, CellFault)
        assert (fault.index, fault.value) == (1, text)


@pytest.mark.parametrize(
    "values", [[1610078390, 1610078390123], [1610078390123, 5], [1610078390, 2**62], [1610078390123, -5]]
)
def test_integers_of_another_magnitude_are_refused(values):
    fault = read(pl.Series(values))
    assert isinstance(fault, CellFault)
    assert fault.index == 1


def test_small_integers_need_a_unit():
    fault = read(pl.Series([20210108]))
    assert isinstance(fault, CellFault)
    assert "YYYY-MM-DD" in fault.remedy


@pytest.mark.parametrize("column", [pl.Series(["2021-01-08 00:00:00"]), pl.Series([FIRST])])
def test_times_without_zone_are_noted_or_refused(column):
    reader = TimeReader(None, "utc")
    reader.read(column)
    assert reader.saw_naive
    fault = read(column, naive="refuse")
    assert isinstance(fault, CellFault)
    assert fault.must == "carry a time zone"


def test_empty_and_untimely_columns():
    for column in (pl.Series(["2021-01-08", None]), pl.Series([date(2021, 1, 8), None])):
        fault = read(column)
        assert isinstance(fault, CellFault)
        assert fault.index == 1
    assert isinstance(read(pl.Series([1.5])), CellFault)
