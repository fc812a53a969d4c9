"""Indexes and pages against plain lists, columns against plain integers."""

from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.application.read_models.columns import IntColumn, WallClock
from trade2026.application.read_models.paging import decode_cursor, encode_cursor, pick
from trade2026.application.read_models.tiers import Tiered
from trade2026.ports.history import HistoryKey, HistoryKind
from trade2026.primitives.errors import InputError

KEYS = st.sampled_from(["", "a", "b", "c"])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(KEYS, KEYS, KEYS), max_size=40),
    moved=st.sets(st.integers(0, 39)),
    back=st.sets(st.integers(0, 39)),
    accounts=st.none() | st.frozensets(KEYS),
    instrument=st.none() | KEYS,
    strategy=st.none() | KEYS,
    limit=st.integers(1, 9),
    scan_max=st.integers(1, 50),
)
def test_paging_gives_the_slices_of_the_filtered_list(
    rows, moved, back, accounts, instrument, strategy, limit, scan_max
):
    """Wherever the rows are: in memory, in the history, or back from it."""
    history = SqliteHistory(":memory:")
    tiered: Tiered[str] = Tiered(HistoryKind.ORDERS, history)
    keys = [HistoryKey(3 * number, number + 1, *row) for number, row in enumerate(rows, 1)]
    for key in keys:
        tiered.add(key, f"row {key.seq}")
    gone = [key for number, key in enumerate(keys) if number in moved]
    tiered.keep([(key.seq, f"row {key.seq}".encode()) for key in gone])
    for number in back & moved:
        if number < len(keys):
            tiered.add(keys[number], f"row {keys[number].seq}")

    def keep(key):
        account_id, instrument_id, strategy_id = key[2:]
        return (
            (accounts is None or (account_id and account_id in accounts))
            and (not instrument or instrument == instrument_id)
            and (not strategy or strategy == strategy_id)
        )

    expected = [key for key in reversed(keys) if keep(key)]
    seen = None if accounts is None else frozenset(filter(None, accounts))
    found: list[HistoryKey] = []
    below: int | None = 10**6
    while below is not None:
        candidates = tiered.newest(below, seen, instrument or "", strategy or "")
        picked = pick(candidates, keep, limit, scan_max, place=attrgetter("seq"))
        assert len(picked.rows) <= limit
        assert picked.below is None or picked.below < below
        found += picked.rows
        below = picked.below
        newer = HistoryKey(10**6 + len(tiered.rows), 10**6, "a", "a", "a")
        tiered.add(newer, "newer")  # Growth does not shift what is below.
    assert found == expected
    bodies = tiered.bodies(found)
    for key in found:
        assert tiered.rows.get(key.seq) or bodies[key.seq].decode() == f"row {key.seq}"
    history.close()


def test_an_index_is_made_anew_when_most_of_what_it_names_is_gone():
    history = SqliteHistory(":memory:")
    tiered: Tiered[int] = Tiered(HistoryKind.FILLS, history)
    for seq in range(1, 20_001):
        tiered.add(HistoryKey(seq, seq, "A", "X", "s"), seq)
        if len(tiered.rows) == 200:
            tiered.keep([(each, b"") for each in list(tiered.rows)[:100]])
    assert len(tiered._index._all) < 4_000
    assert {len(seqs) for seqs in tiered._index._by.values()} == {len(tiered._index._all)}
    keys = tiered.newest(10**6, frozenset("A"))
    assert [key.seq for key in keys] == list(range(20_000, 0, -1))
    history.close()


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


@given(
    told=st.lists(st.tuples(st.integers(1, 3), st.integers(-(2**63), 2**63 - 1)), max_size=60),
    asked=st.lists(st.integers(0, 130), max_size=30),
    step=st.integers(1, 3),
)
def test_the_wall_clock_is_the_last_one_said(told, asked, step):
    """In whatever order it is asked, and whether the time is in memory or on disk."""
    history = SqliteHistory(":memory:")
    wall, seq, said = WallClock(history, times_max=2 * step, step=step), 1, []
    for apart, wall_ns in told:
        seq += apart
        wall.record(seq, wall_ns)
        said.append((seq, wall_ns))
    for each in asked:
        up_to = [wall_ns for at, wall_ns in said if at <= each]
        assert wall.at(each) == (up_to[-1] if up_to else None)
    history.close()
