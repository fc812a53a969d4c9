"""Tables of returns: what is read of them, which levels they have, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade2026.application.return_tables import (
    ReturnTable,
    ReturnUnit,
    levels_csv,
    own_rows,
    read_returns,
    symbols_of,
)
from trade2026.primitives.errors import InputError

LIBRARY = """This file was created by using the 202111 CRSP database.
The Tbill return, compounded, is that of one month

,Mkt-RF,SMB,HML,RF
202001,   -0.11,   -3.13,   -6.25,    0.13
202002,   -8.13,    1.07,   -3.80,    0.12
202003,  -13.39,   -4.79,  -13.88,    0.13

 Annual Factors: January-December
,Mkt-RF,SMB,HML,RF
  2020,   23.66,   13.17,  -46.56,    0.45

Copyright 2021 Kenneth R. French
"""


def test_a_file_of_the_library_is_read_as_it_was_downloaded() -> None:
    table = read_returns(LIBRARY, ReturnUnit.PERCENT)
    assert table.names == ("Mkt-RF", "SMB", "HML", "RF")
    assert table.days == (date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31))
    assert table.rows[2] == tuple(map(Decimal, ("-0.1339", "-0.0479", "-0.1388", "0.0013")))
    assert table.is_monthly
    assert table.left_out == 4
    assert symbols_of(table.names) == ("MKT-RF", "SMB", "HML", "RF")


def test_levels_begin_at_100_before_the_first_period() -> None:
    lines = levels_csv(read_returns(LIBRARY, ReturnUnit.PERCENT)).splitlines()
    assert lines[:3] == [
        "timestamp,symbol,close", "2019-12-31T23:59:59Z,MKT-RF,100.000000000",
        "2019-12-31T23:59:59Z,SMB,100.000000000",
    ]  # fmt: skip
    assert lines[5] == "2020-01-31T23:59:59Z,MKT-RF,99.890000000"
    assert lines[9] == "2020-02-29T23:59:59Z,MKT-RF,91.768943000"
    assert len(lines) == 1 + 4 * 4


def test_days_are_read_and_what_comes_before_the_first_is_left_out() -> None:
    text = "date,A\n2020-01-31,\n2020-02-03,0.5\n2020-02-04,-0.25\n"
    table = read_returns(text, ReturnUnit.PERCENT, first=date(2020, 2, 1))
    assert table.days == (date(2020, 2, 3), date(2020, 2, 4))
    assert not table.is_monthly
    assert own_rows(table) == {
        "assets": ["A"], "days": ["2020-02-03", "2020-02-04"], "rows": [[0.005], [-0.0025]],
        "periods_per_year": 252.0,
    }  # fmt: skip
    assert levels_csv(table).splitlines()[1] == "2020-02-02T23:59:59Z,A,100.000000000"


@given(
    st.lists(
        st.tuples(*[st.decimals("-0.2", "0.3", places=4)] * 2), min_size=1, max_size=60
    )
)  # fmt: skip
def test_returns_of_the_levels_are_those_of_the_table(rows: list[tuple[Decimal, ...]]) -> None:
    days = tuple(date(2020, 1, 1) + timedelta(days=at) for at in range(len(rows)))
    table = ReturnTable(names=("A", "B"), days=days, rows=tuple(rows), is_monthly=False, left_out=0)
    lines = [line.split(",") for line in levels_csv(table).splitlines()[1:]]
    for at, name in enumerate(table.names):
        levels = [Decimal(level) for _, symbol, level in lines if symbol == name]
        for before, after, row in zip(levels[:-1], levels[1:], rows, strict=True):
            assert abs(after - before * (1 + row[at])) <= Decimal("5e-10")


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("", "percent", "must have a header and below it rows"),
        ("202001,1\n", "percent", "must have a header"),
        ("year,A\n2020,1\n", "percent", "take a table of months or days"),
        (",A,A\n202001,1,2\n", "percent", "table line 1 must name each series once, was A, A"),
        (",A\n202002,1\n202001,1\n", "percent", "line 3 must be later than 2020-02-29, was 202001"),
        (",A\n20200230,1\n", "percent", "line 2 must begin with a month or a day, was '20200230'"),
        (",A,B\n202001,1\n", "percent", "line 2 must have 2 returns, had 1"),
        (",A\n202001,-99.99\n", "percent", "line 2 A must be a return, was -99.99, which stands for none"),
        (",A\n202001,NA\n", "percent", "line 2 A must be a return, was 'NA'"),
        (",A\n202001,x\n", "percent", "line 2 A must be a number, was 'x'"),
        (",A\n202001,inf\n", "percent", "line 2 A must be a number, was 'inf'"),
        (",A\n202001,sNaN\n", "percent", "line 2 A must be a number, was 'sNaN'"),
        (",A\n202001,1e999999\n", "fraction", "must be above -1 and below 10, was 1e999999"),
        (f",A\n202001,{'1' * 200_000}\n", "percent", "line 2 must be cells with commas"),
        (",A\n202001,-100\n", "percent", "must be above -100 and below 1,000, was -100"),
        (",A\n202001,-2.96\n", "fraction", "must be above -1 and below 10, was -2.96; state percent"),
    ],
)
def test_what_is_no_table_of_returns_is_refused(text: str, unit: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_returns(text, ReturnUnit(unit))


def test_nothing_behind_the_first_day_is_refused() -> None:
    with pytest.raises(InputError, match="must have periods that end on 2021-01-01 or later, had none"):
        read_returns(LIBRARY, ReturnUnit.PERCENT, first=date(2021, 1, 1))


def test_a_level_that_is_no_price_any_more_is_refused() -> None:
    rows = "".join(f"2020-01-{day:02},-99\n" for day in range(1, 9))
    with pytest.raises(InputError, match=r"level of A, .* from 0.01 to .*, was 0.000100000 on 2020-01-03"):
        levels_csv(read_returns(f",A\n{rows}", ReturnUnit.PERCENT))


def test_series_whose_symbols_would_be_the_same_are_refused() -> None:
    with pytest.raises(InputError, match="names that differ in letters or digits, were a b, a-b"):
        symbols_of(("a b", "a-b"))
