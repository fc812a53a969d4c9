"""What every history of rows does: pages from the newest on, by whatever narrows them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.ports.history import History, HistoryKey, HistoryKind
from trade2026.primitives.errors import StoreUnavailable

ORDERS, FILLS = HistoryKind.ORDERS, HistoryKind.FILLS


@pytest.fixture(params=["file", "memory"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[History]:
    made = SqliteHistory(":memory:" if request.param == "memory" else tmp_path / "history.sqlite")
    yield made
    made.close()


def rows(count: int, chance: Random) -> list[tuple[HistoryKey, bytes]]:
    return [
        (
            HistoryKey(
                seq, seq // 2 + 1, chance.choice("ABC"), chance.choice(("X.V", "Y.V", "")),
                chance.choice(("s", "t", "")),
            ),
            f"row {seq}".encode(),
        )
        for seq in range(1, count + 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "narrowed",
    [
        {}, {"accounts": frozenset("A")}, {"accounts": frozenset("AC")}, {"accounts": frozenset()},
        {"accounts": None, "instrument_id": "X.V"}, {"strategy_id": "t"}, {"order_id": 7},
        {"accounts": frozenset("B"), "strategy_id": "s"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("below", [10_000, 1_500, 700, 1])
def test_rows_come_from_the_newest_on_by_what_narrows_them(history, narrowed, below):
    kept = rows(2_000, Random(3))
    for start in range(0, 2_000, 300):
        history.put(ORDERS, kept[start : start + 300])
    history.put(FILLS, rows(10, Random(4)))

    def is_wanted(key: HistoryKey) -> Any:
        if order_id := narrowed.get("order_id"):
            return key.order_id == order_id
        if strategy_id := narrowed.get("strategy_id"):
            return key.strategy_id == strategy_id
        if instrument_id := narrowed.get("instrument_id"):
            return key.instrument_id == instrument_id
        accounts = narrowed.get("accounts")
        return accounts is None or key.account_id in accounts

    expected = [key for key, _ in reversed(kept) if key.seq < below and is_wanted(key)]
    assert list(history.keys(ORDERS, below, **narrowed)) == expected
    seqs = [key.seq for key in expected]
    assert history.bodies(ORDERS, [*seqs, 99_999]) == {seq: f"row {seq}".encode() for seq in seqs}


def test_a_row_takes_the_place_of_one_of_its_frame(history):
    first, second = HistoryKey(5, 1, "A", "X", "s"), HistoryKey(5, 1, "A", "X", "t")
    history.put(ORDERS, [(first, b"a")])
    history.put(ORDERS, [(second, b"b")])
    assert list(history.keys(ORDERS, 10)) == [second]
    assert list(history.keys(ORDERS, 10, strategy_id="s")) == []
    assert history.bodies(ORDERS, [5]) == {5: b"b"}


def test_an_order_is_found_by_its_number_and_by_each_of_its_names(history):
    key = HistoryKey(2**62, 2**61, "A", "X", "")
    history.put(ORDERS, [(key, b"")])
    history.put_names([("A", "c'1", key.seq), ("A", "é\u0000", key.seq), ("B", "c'1", 3)])
    assert history.find_order(key.order_id) == key
    assert history.find_order(1) is None
    assert history.find_name("A", "c'1") == history.find_name("A", "é\u0000") == key.seq
    assert history.find_name("B", "c'1") == 3
    assert history.find_name("B", "c") == 0


def test_times_are_found_by_any_frame_up_to_the_next_ones(history):
    assert history.find_times(2**62) is None
    history.put_times(10, b"ten")
    history.put_times(2**62, b"far")
    assert [history.find_times(seq) for seq in (9, 10, 11, 2**62 - 1, 2**62, 2**63 - 1)] == [
        None, b"ten", b"ten", b"ten", b"far", b"far",
    ]  # fmt: skip


def test_what_an_earlier_process_left_is_removed(tmp_path):
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"no database at all")
    history = SqliteHistory(path)
    assert list(history.keys(ORDERS, 10)) == []
    history.close()
    assert not path.exists()


def test_a_place_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(StoreUnavailable, match="no-such"):
        SqliteHistory(tmp_path / "no-such" / "history.sqlite")
