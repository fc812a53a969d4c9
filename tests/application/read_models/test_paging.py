"""Indexes and pages against plain lists, columns against plain integers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade2026.application.read_models.columns import IntColumn, WallClock
from trade2026.application.read_models.paging import RowIndex, decode_cursor, encode_cursor, pick
from trade2026.primitives.errors import InputError

KEYS = st.sampled_from(["", "a", "b", "c"])


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(KEYS, KEYS, KEYS), max_size=40),
    accounts=st.none() | st.frozensets(KEYS),
    instrument=st.none() | KEYS,
    strategy=st.none() | KEYS,
    limit=st.integers(1, 9),
    scan_max=st.integers(1, 50),
)
def test_paging_gives_the_slices_of_the_filtered_list(rows, accounts, instrument, strategy, limit, scan_max):
    index = RowIndex()
    for row in rows:
        index.add(*row)

    def keep(number):
        account_id, instrument_id, strategy_id = rows[number]
        return (
            (accounts is None or (account_id and account_id in accounts))
            and (not instrument or instrument == instrument_id)
            and (not strategy or strategy == strategy_id)
        )

    expected = [number for number in reversed(range(len(rows))) if keep(number)]
    found: list[int] = []
    below: int | None = index.count
    while below is not None:
        candidates = index.newest(below, accounts, instrument, strategy)
        picked = pick(candidates, keep, limit, scan_max)
        assert len(picked.rows) <= limit
        assert picked.below is None or picked.below < below
        found += picked.rows
        below = picked.below
        index.add("a", "a", "a")  # Growth does not shift what is below.
        rows = [*rows, ("a", "a", "a")]
    assert found == expected


@given(st.integers(0, 10**20), st.sampled_from("ofle"))
def test_cursors_come_back(position, kind):
    assert decode_cursor(kind, encode_cursor(kind, position)) == position
    with pytest.raises(InputError, match="cursor"):
        decode_cursor("x", encode_cursor(kind, position))


@given(st.text(max_size=30))
def test_any_other_text_is_no_cursor(text):
    try:
        position = decode_cursor("o", text)
    except InputError:
        return
    assert position is not None
    assert position >= 0


@given(st.lists(st.integers(-(2**130), 2**130) | st.sampled_from([2**63 - 1, -(2**63), 2**63, 0])))
def test_a_column_holds_any_integers(values):
    column = IntColumn()
    for value in values:
        column.append(value)
    assert [column[row] for row in range(len(column))] == values
    for row, value in enumerate(values):
        column[row] = -value
    assert [column[row] for row in range(len(column))] == [-value for value in values]


def test_the_wall_clock_is_the_last_one_said():
    wall = WallClock()
    assert wall.at(5) is None
    wall.record(3, 100)
    wall.record(9, 200)
    assert [wall.at(seq) for seq in (2, 3, 8, 9, 99)] == [None, 100, 100, 200, 200]
