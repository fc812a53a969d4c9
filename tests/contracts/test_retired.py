"""What every index of retired orders must do, on SQLite and simulated; then damage to the file."""

import random
import sqlite3
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256

import pytest

from tests.contracts.test_storage import limited_files
from tests.simulation.simindex import IndexMedium, SimRetiredIndex
from trade2026.adapters.embedded.retired import SqliteRetiredIndex, index
from trade2026.adapters.embedded.retired.filter import (
    FILTER_BYTES as FULL_BYTES,
)
from trade2026.adapters.embedded.retired.filter import (
    KeyFilter,
    hash_of,
    read_filter,
    write_filter,
)
from trade2026.ports.retired import START, Entry, IndexCursor, RetiredIndex
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import IntegrityError, StoreUnavailable

FILTER_BYTES = 1 << 12


@dataclass
class Bench:
    """One adapter: an index, and how to start it again as after a crash."""

    index: RetiredIndex
    open: Callable[[], RetiredIndex]

    def crash(self) -> RetiredIndex:
        """What a process that ended here leaves to the next one."""
        if isinstance(self.index, SqliteRetiredIndex):
            self.index._database.close()  # Neither commits nor keeps the filter.
        self.index = self.open()
        return self.index


@pytest.fixture(params=["sqlite", "simulated"])
def bench(request, tmp_path):
    if request.param == "sqlite":

        def reopen() -> RetiredIndex:
            return SqliteRetiredIndex(tmp_path / "index", filter_bytes=FILTER_BYTES)
    else:
        medium = IndexMedium()

        def reopen() -> RetiredIndex:
            return SimRetiredIndex(medium)

    bench = Bench(reopen(), reopen)
    yield bench
    bench.index.close()


def cursor(batches: int) -> IndexCursor:
    return IndexCursor(batches * 10, sha256(str(batches).encode()).digest(), batches)


def order(number: int, text: str = "") -> Entry:
    return number, (b"c%d" % number, b"x\0%d" % number), f"facts {number} {text}".encode()


def refusal(number: int) -> Entry:
    return 0, (b"r%d" % number,), b"refusal %d" % number


def test_an_empty_index_knows_nothing(bench):
    assert (bench.index.cursor, bench.index.waiting) == (START, 0)
    assert bench.index.find(b"c1") is None
    assert bench.index.get(1) is None
    bench.index.commit(10**9)


def test_what_was_put_is_found_by_every_key_before_and_after_the_commit(bench):
    bench.index.put(cursor(1), [order(1), order(2), refusal(3)])
    for _ in range(2):
        assert bench.index.find(b"c1") == bench.index.find(b"x\x001") == bench.index.get(1) == b"facts 1 "
        assert bench.index.find(b"c2") == bench.index.get(2)
        assert bench.index.find(b"r3") == b"refusal 3"
        assert bench.index.find(b"r1") is None
        assert bench.index.get(3) is bench.index.get(0) is None
        assert bench.index.cursor == cursor(1)
        bench.index.commit(10)
        assert bench.index.waiting == 0


def test_what_was_committed_survives_a_crash_and_the_rest_does_not(bench):
    bench.index.put(cursor(1), [order(1), refusal(2)])
    bench.index.put(cursor(2), [order(3)])
    assert bench.index.waiting == 3
    bench.index.commit(19)
    assert bench.index.waiting == 1
    again = bench.crash()
    assert again.cursor == cursor(1)
    assert again.find(b"x\x001") == again.get(1) == b"facts 1 "
    assert again.find(b"r2") == b"refusal 2"
    assert again.find(b"c3") is again.get(3) is None


def test_it_is_put_again_where_the_crash_left_it(bench):
    bench.index.put(cursor(1), [order(1)])
    bench.index.commit(10)
    again = bench.crash()
    again.put(cursor(2), [order(2)])
    again.commit(20)
    again.close()
    last = bench.open()
    assert last.cursor == cursor(2)
    assert last.find(b"c1") == b"facts 1 "
    assert last.find(b"c2") == b"facts 2 "
    last.close()


def test_a_later_entry_of_an_order_takes_the_place_of_the_earlier_one(bench):
    bench.index.put(cursor(1), [order(1), order(2)])
    bench.index.commit(10)
    bench.index.put(cursor(2), [(1, (b"c1", b"x\x001", b"late"), b"facts 1 late")])
    for _ in range(2):
        assert bench.index.find(b"c1") == bench.index.find(b"late") == bench.index.get(1) == b"facts 1 late"
        assert bench.index.get(2) == b"facts 2 "
        bench.index.commit(20)
    assert bench.crash().find(b"c1") == b"facts 1 late"


def test_a_batch_may_have_nothing_and_counts(bench):
    bench.index.put(cursor(1), [])
    bench.index.commit(10)
    assert bench.crash().cursor == cursor(1)


def test_cleared_it_is_as_new_also_for_the_next_start(bench):
    bench.index.put(cursor(1), [order(1)])
    bench.index.commit(10)
    bench.index.put(cursor(2), [order(2)])
    bench.index.clear()
    assert (bench.index.cursor, bench.index.waiting, bench.index.find(b"c1")) == (START, 0, None)
    assert bench.crash().cursor == START
    bench.index.put(cursor(1), [order(7)])
    assert bench.index.find(b"c7") == b"facts 7 "
    assert bench.index.find(b"c2") is None


def test_a_thousand_random_steps_agree_with_a_dictionary(bench):
    chance = random.Random(4)
    facts: dict[bytes, bytes] = {}
    kept: dict[bytes, bytes] = {}
    batches = committed = 0
    for _ in range(1_000):
        step = chance.random()
        if step < 0.3:
            batches += 1
            entries = [order(chance.randrange(200), str(batches)) for _ in range(chance.randrange(4))]
            entries = list({entry[0]: entry for entry in entries if entry[0]}.values())
            bench.index.put(cursor(batches), entries)
            facts |= {key: entry[2] for entry in entries for key in entry[1]}
        elif step < 0.4:
            bench.index.commit(batches * 10)
            kept, committed = dict(facts), batches
        elif step < 0.43:
            bench.crash()
            facts, batches = dict(kept), committed
        else:
            number = chance.randrange(220)
            assert bench.index.find(b"c%d" % number) == facts.get(b"c%d" % number)
            assert bench.index.get(number) == facts.get(b"x\0%d" % number)
    assert batches > 200


# ------------------------------------------------------------------------------------------ on the disk


def filled(folder, batches: int = 5) -> SqliteRetiredIndex:
    made = SqliteRetiredIndex(folder, filter_bytes=FILTER_BYTES)
    for number in range(1, batches + 1):
        made.put(cursor(number), [order(number * 10 + i) for i in range(10)] + [refusal(number)])
        made.commit(number * 10)
    return made


def reopened(folder) -> SqliteRetiredIndex:
    return SqliteRetiredIndex(folder, filter_bytes=FILTER_BYTES)


def test_the_filter_is_kept_and_what_came_after_it_is_added(tmp_path, monkeypatch):
    filled(tmp_path, 3).close()
    again = reopened(tmp_path)
    again.put(cursor(4), [order(99)])
    again.commit(40)
    again._database.close()  # A crash: the kept filter is one batch behind.
    read: list[int] = []
    monkeypatch.setattr(KeyFilter, "add_all", lambda self, hashes: read.extend(hashes))
    last = reopened(tmp_path)
    assert sorted(read) == sorted(hash_of(key) for key in order(99)[1])
    assert last.find(b"c11") == b"facts 11 "
    last.close()


@pytest.mark.parametrize("damage", ["gone", "cut", "bit", "other size", "of another index"])
def test_a_filter_that_does_not_fit_is_made_anew(tmp_path, damage):
    filled(tmp_path / "a").close()
    path = tmp_path / "a" / index.FILTER
    data = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "bit":
        data[-FILTER_BYTES + 100] ^= 1
        path.write_bytes(data)
    elif damage == "other size":
        path.write_bytes(bytes(data) + bytes(8))
    else:
        other = SqliteRetiredIndex(tmp_path / "b", filter_bytes=FILTER_BYTES)
        other.put(IndexCursor(7, b"o" * 32, 1), [order(1)])
        other.commit(7)
        other.close()
        (tmp_path / "b" / index.FILTER).replace(path)
    again = reopened(tmp_path / "a")
    assert all(again.find(b"c%d" % (number * 10 + i)) for number in range(1, 6) for i in range(10))
    assert again.cursor == cursor(5)
    again.close()


def test_a_filter_is_written_and_read_in_small_parts(tmp_path):
    whole, size = KeyFilter(), FULL_BYTES
    whole.add_all(hash_of(b"%d" % number) for number in range(100))
    tracemalloc.start()
    with (tmp_path / "filter").open("wb") as file:
        write_filter(file, whole, 3, b"d" * 32)
    assert tracemalloc.get_traced_memory()[1] < size // 20
    tracemalloc.stop()
    with (tmp_path / "filter").open("rb") as file:
        found = read_filter(file, size)
    assert found is not None
    assert found[1:] == (3, b"d" * 32)
    assert found[0]._words == whole._words


def test_the_filter_keeps_nearly_all_new_keys_from_the_disk():
    made = KeyFilter(1 << 15)
    put = [b"c%d" % number for number in range((1 << 15) * 8 // 12)]
    made.add_all(map(hash_of, put))
    assert all(made.may_have(key) for key in put)
    wrong = sum(made.may_have(b"n%d" % number) for number in range(20_000))
    assert wrong < 20_000 * 0.03


@pytest.mark.parametrize("damage", ["garbage", "empty", "foreign", "other version", "no tables", "cut"])
def test_a_file_that_is_no_index_is_set_aside_and_the_index_is_empty(tmp_path, damage):
    filled(tmp_path, 40).close()
    path = tmp_path / index.DATABASE
    if damage == "garbage":
        path.write_bytes(b"not a database" * 1000)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[: 3 * 4096])
    else:
        if damage == "foreign":
            path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            if damage == "foreign":
                connection.execute("CREATE TABLE other (a)")
            elif damage == "other version":
                connection.execute("PRAGMA user_version = 2")
            else:
                connection.execute("DROP TABLE keys")
            connection.commit()
    again = reopened(tmp_path)
    assert again.cursor == START
    assert again.find(b"c11") is None
    again.put(cursor(1), [order(1)])
    again.commit(10)
    again.close()
    last = reopened(tmp_path)
    assert last.find(b"c1") == b"facts 1 "
    last.close()


def test_facts_that_were_changed_are_noticed_when_they_are_read_and_the_next_start_is_empty(tmp_path):
    filled(tmp_path).close()
    path = tmp_path / index.DATABASE
    data = bytearray(path.read_bytes())
    place = data.index(b"facts 23 ")
    data[place] ^= 1
    path.write_bytes(data)
    again = reopened(tmp_path)
    assert again.find(b"c11") == b"facts 11 "
    with pytest.raises(IntegrityError, match=r"damaged.*start again"):
        again.get(23)
    again.close()
    assert reopened(tmp_path).cursor == START


def test_a_key_without_its_facts_is_damage(tmp_path):
    filled(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / index.DATABASE)) as connection:
        connection.execute("DELETE FROM facts WHERE order_id = 23")
        connection.commit()
    again = reopened(tmp_path)
    with pytest.raises(IntegrityError, match="no facts of order 23"):
        again.find(b"c23")
    assert reopened(tmp_path).cursor == START


def test_a_full_disk_loses_nothing_and_a_later_commit_has_it(tmp_path):
    made = filled(tmp_path, 1)
    made.put(cursor(2), [order(500 + i, "x" * 5_000) for i in range(50)])
    with limited_files(64 * 1024), pytest.raises(StoreUnavailable):
        made.commit(20)
    assert made.find(b"c510")
    assert made.waiting == 50
    made.commit(20)
    assert made.waiting == 0
    made.close()
    again = reopened(tmp_path)
    assert again.cursor == cursor(2)
    assert again.find(b"c510")
    again.close()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="file"):
        SqliteRetiredIndex(tmp_path / "file" / "index")
    assert issubclass(DiskFull, StoreUnavailable)


def test_whoever_asks_while_another_thread_commits_misses_nothing(tmp_path):
    made = SqliteRetiredIndex(tmp_path, filter_bytes=FILTER_BYTES)
    ended = threading.Event()
    errors: list[Exception] = []

    def commit() -> None:
        try:
            while not ended.is_set() or made.waiting:
                made.commit(10**9)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test says so
            errors.append(error)

    thread = threading.Thread(target=commit)
    thread.start()
    chance = random.Random(1)
    seen: dict[int, bytes] = {}
    for batch in range(1, 121):
        entries = [order(chance.randrange(1, 300), str(batch)) for _ in range(5)]
        entries = list({entry[0]: entry for entry in entries}.values())
        made.put(cursor(batch), entries)
        seen |= {entry[0]: entry[2] for entry in entries}
        for number in range(0, 300, 7):
            assert made.find(b"c%d" % number) == made.get(number) == seen.get(number)
    ended.set()
    thread.join()
    assert not errors
    made.close()
