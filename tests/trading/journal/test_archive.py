"""Archived segments are read like any other, all damage in them is found, no power loss costs a frame."""

import random
from contextlib import suppress

import pytest

from tests.simulation.simdisk import Inode, SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY, contents, filled, payloads_of
from trade2026.primitives.errors import HashMismatch, IntegrityError, SequenceGap, StoreUnavailable
from trade2026.trading.journal import FindingKind, Journal, JournalConfig, JournalReader, verify
from trade2026.trading.journal.archive import (
    ArchivedFile,
    all_first_seqs,
    archive_name,
    archived_seqs,
    open_segment,
)
from trade2026.trading.journal.archiver import archivable, archive_segment
from trade2026.trading.journal.head import BEGINNING, HEAD_NAME, Head
from trade2026.trading.journal.segment import first_seqs, segment_name

TIGHT = JournalConfig(segment_bytes=1200, reserve_bytes=0, head_every_frames=5)
PAYLOADS = contents(150)


def archive(storage: SimStorage, *, upto_seq: int = 10**9, keep_segments: int = 2) -> list[int]:
    """Archive all that may go; the first frames of what went."""
    gone = archivable(storage, upto_seq=upto_seq, keep_segments=keep_segments)
    for first in gone:
        for _ in archive_segment(storage, first):
            pass
    return gone


@pytest.fixture
def storage() -> SimStorage:
    """A closed journal, all of it archived but the last two segments."""
    storage = filled(SimDisk(1), TIGHT, PAYLOADS)
    assert len(archive(storage)) > 5
    return storage


def with_change(storage: SimStorage, name: str, image: bytes | None) -> SimStorage:
    """A copy of the folder in which one file is another, or is gone."""
    disk = SimDisk(1)
    for each, inode in storage.disk.names.items():
        disk.names[each] = Inode(bytearray(inode.cache), bytearray(inode.cache))
    if image is None:
        del disk.names[name]
    else:
        disk.names[name] = Inode(bytearray(image), bytearray(image))
    disk.durable_names = dict(disk.names)
    return SimStorage(disk, "auditor")


def test_archived_segments_are_read_like_any_other(storage):
    assert len(first_seqs(storage)) == 2
    assert all_first_seqs(storage)[0] == 1
    assert payloads_of(storage) == PAYLOADS
    for first in (1, 2, 40, 77, 120, 150):
        assert payloads_of(storage, first, first + 9) == PAYLOADS[first - 1 : first + 9]
    report = verify(storage, KEY)
    assert report.is_intact
    assert (report.frames, report.segments) == (150, len(all_first_seqs(storage)))


def test_a_writer_goes_on_behind_the_archives(storage):
    journal = Journal.open(storage, TIGHT, KEY)
    assert (journal.last_seq, journal.recovery.frames) == (150, 150)
    assert journal.recovery.segments == len(all_first_seqs(storage))
    for payload in PAYLOADS:
        journal.append(payload)
        journal.sync()
    assert payloads_of(storage) == PAYLOADS * 2
    journal.close()
    assert archive(storage)
    assert verify(storage, KEY).is_intact


def test_a_reader_stays_at_its_place_while_its_segment_is_archived():
    disk = SimDisk(2)
    writer = SimStorage(disk, "writer")
    journal = Journal.open(writer, TIGHT, KEY)
    for payload in PAYLOADS:
        journal.append(payload)
    journal.sync()
    for taken in (1, 7, 30, 66):
        reader = JournalReader(writer)
        got = [frame.payload for frame in reader.read_available(taken)]
        cursor = reader.position
        archive(writer)
        other = JournalReader(writer, cursor=cursor)
        for each in (reader, other):
            rest = []
            while block := each.read_available():
                rest += [frame.payload for frame in block]
            assert got + rest == PAYLOADS
            each.close()
    journal.close()


def test_only_what_nobody_starts_from_goes():
    storage = filled(SimDisk(3), TIGHT, PAYLOADS)
    starts = first_seqs(storage)
    assert archivable(storage, upto_seq=0, keep_segments=1) == []
    assert archivable(storage, upto_seq=starts[3] - 2, keep_segments=1) == starts[:2]
    assert archivable(storage, upto_seq=starts[3] - 1, keep_segments=1) == starts[:3]
    assert archivable(storage, upto_seq=10**9, keep_segments=1) == starts[:-1]
    assert archivable(storage, upto_seq=10**9, keep_segments=4) == starts[:-4]
    assert archivable(storage, upto_seq=10**9, keep_segments=99) == []


def test_no_power_loss_while_archiving_costs_a_frame():
    """At every operation, the recovery after it included; then archiving goes on where it was."""
    operations, seed = 0, 0
    while True:
        disk = SimDisk(seed)
        filled(disk, TIGHT, PAYLOADS)
        before = disk.power_losses
        disk.operations_left = operations + 1
        with suppress(StoreUnavailable):
            archive(SimStorage(disk, "desk"))
        disk.operations_left = None
        lost = disk.power_losses > before
        auditor = SimStorage(disk, "auditor")
        assert verify(auditor, KEY).is_intact
        assert payloads_of(auditor) == PAYLOADS
        journal = Journal.open(auditor, TIGHT, KEY)
        assert journal.last_seq == 150
        journal.close()
        archive(auditor)
        assert len(first_seqs(auditor)) == 2
        assert not [name for name in auditor.names() if name.endswith(".tmp")]
        assert payloads_of(auditor) == PAYLOADS
        if not lost:
            return
        operations, seed = operations + 1 + operations // 25, seed + 1


def test_a_full_disk_costs_nothing():
    storage = filled(SimDisk(4), TIGHT, PAYLOADS)
    storage.disk.capacity = storage.disk.used() + 100
    with pytest.raises(StoreUnavailable):
        archive(storage)
    assert not archived_seqs(storage)
    assert not [name for name in storage.names() if name.endswith(".tmp")]
    assert payloads_of(storage) == PAYLOADS


def test_every_changed_byte_of_an_archive_is_found(storage):
    name = archive_name(archived_seqs(storage)[1])
    image = storage.read(name)
    missed = []
    for offset in range(len(image)):
        broken = bytearray(image)
        broken[offset] ^= 1 << offset % 8
        changed = with_change(storage, name, bytes(broken))
        report = verify(changed, KEY)
        if report.is_intact or report.findings[0].kind is not FindingKind.DAMAGED_ARCHIVE:
            missed.append(offset)
    assert missed == []


def test_every_cut_of_an_archive_is_found_also_by_the_start(storage):
    name = archive_name(archived_seqs(storage)[1])
    image = storage.read(name)
    for size in range(len(image)):
        changed = with_change(storage, name, image[:size])
        assert not verify(changed, KEY).would_open
        with pytest.raises(IntegrityError, match=f"{name}.*restore this folder from a backup"):
            Journal.open(changed, TIGHT, KEY)


def test_an_archive_taken_out_is_found_by_start_verify_and_reader(storage):
    for first in archived_seqs(storage):
        changed = with_change(storage, archive_name(first), None)
        assert not verify(changed, KEY).would_open
        with pytest.raises(SequenceGap):
            Journal.open(changed, TIGHT, KEY)
    changed = with_change(storage, archive_name(archived_seqs(storage)[2]), None)
    with pytest.raises(IntegrityError):
        payloads_of(changed)


def test_an_archive_of_another_journal_is_found(storage):
    other = filled(SimDisk(5), TIGHT, [b"forged" + each[6:] if each[6:] else each for each in PAYLOADS])
    archive(other)
    name = archive_name(1)
    changed = with_change(storage, name, other.read(name))
    assert not verify(changed, KEY).would_open
    with pytest.raises(HashMismatch):
        Journal.open(changed, TIGHT, KEY)


def test_a_head_that_is_older_than_the_segments_is_looked_up_in_its_archive(storage):
    (frame,) = [each for each in JournalReader(storage).read_available() if each.seq == 12]
    Journal.open(with_change(storage, HEAD_NAME, Head(12, frame.digest).encode(KEY)), TIGHT, KEY).close()
    Journal.open(with_change(storage, HEAD_NAME, BEGINNING.encode(KEY)), TIGHT, KEY).close()
    wrong = with_change(storage, HEAD_NAME, Head(12, bytes(32)).encode(KEY))
    with pytest.raises(HashMismatch, match="another hash than the signed head"):
        Journal.open(wrong, TIGHT, KEY)


def test_archives_without_a_segment_after_them_are_refused(storage):
    for first in first_seqs(storage):
        storage.remove(segment_name(first))
    with pytest.raises(HashMismatch):
        Journal.open(storage, TIGHT, KEY)


def test_a_part_of_an_archive_is_read_alone(monkeypatch):
    monkeypatch.setattr("trade2026.trading.journal.archiver.BLOCK_BYTES", 64)
    storage = filled(SimDisk(6), TIGHT, PAYLOADS)
    image = storage.read(segment_name(1))
    archive(storage)
    file = open_segment(storage, 1)
    assert isinstance(file, ArchivedFile)
    assert file.size() == len(image)
    draw = random.Random(1)
    for _ in range(300):
        offset, length = draw.randrange(len(image) + 50), draw.randrange(200)
        assert file.read(offset, length) == image[offset : offset + length]
    for change in (lambda: file.write(0, b"x"), lambda: file.fill_zeros(0, 1), lambda: file.truncate(0)):
        with pytest.raises(StoreUnavailable, match="not changed"):
            change()
    file.sync()
    file.close()
    assert payloads_of(storage) == PAYLOADS
