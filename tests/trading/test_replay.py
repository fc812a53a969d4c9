"""From a journal back to the state: by events, by deciding again, by snapshot and tail."""

import random

import msgspec
import pytest

from tests.simulation.simdisk import SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.desks import KEY, NOW, SMALL, SmallDesk, cancel, fill, submit
from tests.trading.test_core import commands
from trade2026.model.commands import SetRate
from trade2026.model.events import RateSet
from trade2026.primitives.errors import HashMismatch, InputError, IntegrityError
from trade2026.trading.codec import decode_record, encode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Frame, Journal, JournalConfig, Snapshot, SnapshotStore, frames, verify
from trade2026.trading.replay import (
    FORMAT,
    load_snapshot,
    recover,
    replay,
    save_snapshot,
    take_snapshot,
)

WIDE = JournalConfig(segment_bytes=64 * 1024, reserve_bytes=1024, head_every_frames=10)


def journaled(count: int = 300, *, seed: int = 2) -> tuple[SimStorage, Journal, Core]:
    """A journal of a seeded run, synced every few frames, and the core as it was live."""
    storage = SimStorage(SimDisk(seed), "desk")
    journal = Journal.open(storage, WIDE, KEY)
    core = Core()
    for number, command in enumerate(commands(seed, count)[0]):
        events = core.decide(command)
        journal.append(encode_record(command, events))
        for event in events:
            core.evolve(event)
        if number % 7 == 0:
            journal.sync()
    journal.sync()
    return storage, journal, core


def test_events_and_decisions_give_the_live_state():
    storage, journal, core = journaled()
    told: list[int] = []
    by_events = replay(frames(storage), progress=told.append)
    by_decisions = replay(frames(storage), decide_again=True)
    assert by_events.core.state_bytes() == by_decisions.core.state_bytes() == core.state_bytes()
    assert (by_events.frames, by_events.last_seq) == (journal.last_seq, journal.last_seq)
    assert by_events.events >= by_events.frames
    assert told == []


def test_every_snapshot_with_its_tail_gives_the_state_of_the_whole():
    storage, journal, core = journaled(120)
    live, states = Core(), {}
    for frame in list(frames(storage)):
        for event in decode_record(frame.payload, frame.seq)[1]:
            live.evolve(event)
        states[frame.seq] = Snapshot(frame.seq, frame.digest, FORMAT + live.state_bytes())
    for seq in range(1, journal.last_seq + 1, 9):
        disk = SimDisk(0)
        disk.names = dict(storage.disk.names)
        other = SimStorage(disk, "other")
        store = SnapshotStore(other)
        store.save(states[seq])
        recovered = recover(journal, other, store)
        assert recovered.core.state_bytes() == core.state_bytes()
        assert (recovered.frames, recovered.last_seq) == (journal.last_seq - seq, journal.last_seq)


def test_a_snapshot_that_does_not_fit_is_passed_over():
    storage, journal, core = journaled(80)
    store = SnapshotStore(storage, keep=9)
    frame = next(frames(storage, 40))
    half = replay(frames(storage, to_seq=40)).core
    good = Snapshot(40, frame.digest, FORMAT + half.state_bytes())
    wrong = Core().state_bytes()
    store.save(good)
    store.save(Snapshot(41, b"x" * 32, FORMAT + wrong))  # Of a frame that a power loss took.
    store.save(Snapshot(journal.last_seq + 5, b"y" * 32, FORMAT + wrong))  # Of frames that never came.
    store.save(Snapshot(60, next(frames(storage, 60)).digest, b"trade2026 state 0\n" + wrong))
    recovered = recover(journal, storage, store)
    assert recovered.core.state_bytes() == core.state_bytes()
    assert recovered.frames == journal.last_seq - 40


def test_without_a_snapshot_the_whole_journal_is_replayed():
    storage, journal, core = journaled(50)
    recovered = recover(journal, storage, SnapshotStore(storage))
    assert recovered.core.state_bytes() == core.state_bytes()
    assert recovered.frames == recovered.last_seq == journal.last_seq
    empty = SimStorage(SimDisk(1), "empty")
    fresh = recover(Journal.open(empty, WIDE, KEY), empty, SnapshotStore(empty))
    assert (fresh.frames, fresh.last_seq, fresh.core.state_bytes()) == (0, 0, Core().state_bytes())


def test_a_snapshot_is_read_back_as_it_was_saved():
    desk = SmallDesk()
    desk.do(submit("c1"), fill("c1", "x1"))
    store = SnapshotStore(desk.storage)
    save_snapshot(desk.core, desk.journal, store)
    snapshot, skipped = store.load_latest()
    assert snapshot == take_snapshot(desk.core, desk.journal)
    assert skipped == ()
    loaded = load_snapshot(snapshot)
    assert loaded is not None
    assert (loaded[0].state_bytes(), loaded[1]) == (desk.core.state_bytes(), desk.journal.last_seq)
    assert load_snapshot(None) is None


def test_code_that_decides_otherwise_is_noticed():
    desk = SmallDesk()
    command = SetRate(NOW + 1, "EUR", "USD", 1_100_000_000, NOW, "tests")
    forged = (RateSet(NOW + 1, "EUR", "USD", 1_200_000_000, NOW, "tests"),)
    desk.journal.append(encode_record(command, forged))
    desk.journal.sync()
    assert verify(desk.storage, KEY).is_intact, "the frame itself is whole"
    assert replay(frames(desk.storage)).core.engines.ledger.rates["EUR", "USD"].rate == 1_200_000_000
    with pytest.raises(HashMismatch, match=rf"frame {desk.journal.last_seq}: SetRate is decided otherwise"):
        replay(frames(desk.storage), decide_again=True)


@pytest.mark.parametrize("payload", [b"", b"garbage", msgspec.msgpack.encode(([999, 1], []))])
def test_a_whole_frame_that_is_no_record_stops_the_replay_at_its_number(payload):
    with pytest.raises(IntegrityError, match="frame 7 is intact but no record of this version"):
        replay([Frame(7, bytes(32), payload)])


def test_a_number_beyond_the_journal_is_refused_before_it_is_written():
    with pytest.raises(InputError, match="SetRate does not fit sixty-four bits"):
        encode_record(SetRate(NOW, "EUR", "USD", 2**64, NOW, "tests"), ())


def test_records_survive_their_encoding():
    for command in commands(9, 300)[0]:
        assert decode_record(encode_record(command, ()), 1) == (command, ())


def test_any_flipped_byte_of_a_trading_journal_is_refused():
    """What the frame tests show of opaque payloads, shown once for a real run with its recovery behind it."""
    desk = SmallDesk(config=WIDE)
    for number in range(25):
        desk.do(submit(f"c{number}"), fill(f"c{number}", f"x{number}"), cancel(f"k{number}", number + 1))
    state, last = desk.core.state_sha256(), desk.journal.last_seq
    desk.journal.close()
    assert last > 90
    name = desk.storage.names("segment-")[0]
    image = bytes(desk.disk.names[name].cache)
    used = len(image.rstrip(b"\0"))
    chance = random.Random(5)
    for at in sorted(chance.sample(range(used), 1500)):
        desk.disk.rot(name, at, bit := chance.randrange(8))
        assert not verify(desk.storage, KEY).would_open, f"bit {bit} of byte {at}"
        desk.disk.rot(name, at, bit)
    journal = Journal.open(desk.storage, WIDE, KEY)
    assert recover(journal, desk.storage, SnapshotStore(desk.storage)).core.state_sha256() == state


def test_a_desk_goes_on_where_it_was_killed():
    desk = SmallDesk()
    desk.do(submit("c1"), fill("c1", "x1"))
    save_snapshot(desk.core, desk.journal, SnapshotStore(desk.storage))
    desk.do(submit("c2"))
    state = desk.core.state_sha256()
    desk.disk.kill()
    storage = SimStorage(desk.disk, "next desk")
    journal = Journal.open(storage, SMALL, KEY)
    core = recover(journal, storage, SnapshotStore(storage)).core
    assert core.state_sha256() == state
    assert type(core.decide(submit("c2"))[0]).__name__ == "OrderRepeated"
    assert type(core.decide(fill("c1", "x1"))[0]).__name__ == "ExecutionRepeated"
