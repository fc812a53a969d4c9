"""Someone who knows the format and has no key changes a journal offline: `verify` and the start find it.

The forger can write: frames, numbers, hashes, checksums, fences and headers of its own, and signatures that
are stale, of another frame or by another key. It may also have kept an older head, which is a true one.
"""

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.simulation.simdisk import Inode, SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY, contents
from trade2026.primitives.errors import IntegrityError
from trade2026.trading.journal import FindingKind, Journal, JournalConfig, frame, verify
from trade2026.trading.journal.frame import FENCE, GENESIS, LENGTH, SIGN_EVERY, SIGNED
from trade2026.trading.journal.head import HEAD_NAME
from trade2026.trading.journal.segment import HEADER_BYTES, SegmentHeader, first_seqs, segment_name

SIGNING = JournalConfig(
    segment_bytes=3072, reserve_bytes=0, head_every_frames=10**9, preallocate=False, signed=True
)
FRAMES = 160
ATTEMPTS = 1000


@dataclass
class Record:
    """One frame as the forger sees it."""

    payload: bytes
    is_fenced: bool
    signature: bytes


class Case:
    """A journal in batches of one to seven, its files, and true heads of several moments."""

    def __init__(self) -> None:
        disk, chance = SimDisk(1), random.Random(7)
        storage = SimStorage(disk, "writer")
        journal = Journal.open(storage, SIGNING, KEY)
        self.heads = {0: storage.read(HEAD_NAME)}
        for number, payload in enumerate(contents(FRAMES), start=1):
            journal.append(payload + b"%d" % number)
            if chance.random() < 0.3:
                journal.sync()
                if chance.random() < 0.2:
                    journal.update_head()
                    self.heads[journal.durable_seq] = storage.read(HEAD_NAME)
        journal.close()
        self.heads[FRAMES] = storage.read(HEAD_NAME)
        self.images = {
            name: bytes(inode.cache) for name, inode in disk.names.items() if name != "writer.lock"
        }
        self.starts = first_seqs(storage)
        self.records = self._read()
        assert len(self.records) == FRAMES
        assert len(self.starts) > 4
        assert len(self.heads) > 5

    def _read(self) -> list[Record]:
        found = []
        for first in self.starts:
            image, at = self.images[segment_name(first)], HEADER_BYTES
            while at < len(image):
                word = int.from_bytes(image[at : at + 4], "little")
                body = image[at + 8 : at + 8 + (word & LENGTH)]
                is_signed = bool(word & SIGNED)
                signature = body[40:72] if is_signed else b""
                found.append(Record(body[72 if is_signed else 40 :], bool(word & FENCE), signature))
                at += 8 + (word & LENGTH)
        return found

    def written(self, records: list[Record], *, signed: bool = True) -> dict[str, bytes]:
        """Segments of these records with numbers, hashes and checksums that fit, cut where ours were."""
        images: dict[str, bytes] = {}
        header, image, digest = self._header(1, GENESIS, signed), b"", GENESIS
        for seq, record in enumerate(records, start=1):
            if seq in self.starts and seq > 1:
                images[header.name] = header.encode() + image
                header, image = self._header(seq, digest, signed), b""
            made, digest = frame.encode(seq, digest, record.payload, header.salt)
            if record.signature:
                made = self._with_signature(made, record.signature, header.salt)
            image += frame.fenced(made, header.salt) if record.is_fenced else made
        images[header.name] = header.encode() + image
        return images

    @staticmethod
    def _header(first: int, previous: bytes, signed: bool) -> SegmentHeader:
        return SegmentHeader(first, previous, SIGNING.segment_bytes, False, b"", signed)

    @staticmethod
    def _with_signature(made: bytes, signature: bytes, salt: int) -> bytes:
        body = made[8:48] + signature + made[48:]
        word = len(body) | SIGNED
        crc = int(frame._crc32c(word ^ salt, body))
        return word.to_bytes(4, "little") + crc.to_bytes(4, "little") + body

    def storage(self, segments: dict[str, bytes], head: bytes) -> SimStorage:
        """A folder with these segments and this head."""
        disk = SimDisk(1)
        for name, image in {**segments, HEAD_NAME: head}.items():
            disk.names[name] = Inode(bytearray(image), bytearray(image))
        disk.durable_names = dict(disk.names)
        return SimStorage(disk, "auditor")


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


def is_found(storage: SimStorage) -> bool:
    """Both find it, or neither does."""
    found = not verify(storage, KEY).would_open
    try:
        Journal.open(storage, SIGNING, KEY).close()
    except IntegrityError:
        assert found
        return True
    assert not found
    return False


def changed(case: Case, chance: random.Random, at: int) -> tuple[str, list[Record]]:
    """The records after one change at number `at`; it leaves all before as they were."""
    records = [Record(each.payload, each.is_fenced, each.signature) for each in case.records]
    kind = chance.choice(("edit", "delete", "swap", "insert", "repeat"))
    index = at - 1
    if kind == "edit":
        payload = bytearray(records[index].payload)
        payload[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
        records[index].payload = bytes(payload)
    elif kind == "delete":
        del records[index]
    elif kind == "swap":
        records[index], records[index + 1] = records[index + 1], records[index]
    elif kind == "insert":
        records.insert(index, Record(b"forged", False, b""))
    else:
        records.insert(index, Record(records[index].payload, False, b""))
    return kind, records


def with_marks(case: Case, chance: random.Random, at: int, records: list[Record]) -> tuple[str, list[Record]]:
    """What the forger does about fences and signatures behind the change."""
    how = chance.choice(("stale", "none", "no fences", "moved", "other key"))
    pool = [each.signature for each in case.records if each.signature]
    for index in range(at - 1, len(records)):
        record = records[index]
        if how in ("none", "no fences"):
            record.signature = b""
            record.is_fenced = record.is_fenced and how == "none"
        elif record.signature and how == "moved":
            record.signature = chance.choice(pool)
        elif record.signature and how == "other key":
            record.signature = frame.sign(b"a key of the forger's own", index + 1, bytes(32))
    return how, records


def test_a_thousand_changes_with_hashes_made_anew_are_found(case: Case) -> None:
    """Whatever head is there: the true one, or an older one from before the change."""
    chance, tried, missed = random.Random(1), Counter[str](), []
    for _ in range(ATTEMPTS):
        at = chance.randint(2, FRAMES - SIGN_EVERY - 1)
        what, records = changed(case, chance, at)
        how, records = with_marks(case, chance, at, records)
        older = [seq for seq in case.heads if seq < at]
        head = chance.choice([max(case.heads), chance.choice(older)])
        tried.update((what, how, "true head" if head == max(case.heads) else "older head"))
        if not is_found(case.storage(case.written(records), case.heads[head])):
            missed.append((at, what, how, head))
    assert missed == []
    assert len(tried) == 12
    assert min(tried.values()) > 100


def test_signatures_taken_out_of_everything_are_found(case: Case) -> None:
    """As if the journal had been written by a version without: the head says since when there are some."""
    bare = [Record(each.payload, each.is_fenced, b"") for each in case.records]
    for head in case.heads.values():
        assert is_found(case.storage(case.written(bare, signed=False), head))
        assert is_found(case.storage(case.written(bare), head))


def test_a_cut_behind_the_head_is_found_and_one_at_an_older_head_is_not(case: Case) -> None:
    """The exact limit: all of the folder as it was at an earlier moment. A hash kept elsewhere tells."""
    for size in range(1, FRAMES, 3):
        segments = case.written(case.records[:size])
        for seq, head in case.heads.items():
            assert is_found(case.storage(segments, head)) == (seq > size)


def test_what_can_be_added_without_the_key_is_less_than_a_few_records_and_is_told(case: Case) -> None:
    """The exact limit: behind the last signature that is kept, as a torn batch could have left them."""
    kept = max(seq for seq, record in enumerate(case.records, start=1) if record.signature and seq < 100)
    for extra in range(1, 2 * SIGN_EVERY):
        records = [*case.records[:kept], *[Record(b"forged", False, b"")] * extra]
        older = max(seq for seq in case.heads if seq <= kept)
        storage = case.storage(case.written(records), case.heads[older])
        report = verify(storage, KEY)
        assert report.would_open == (extra < SIGN_EVERY)
        if report.would_open:
            assert report.unsigned_frames == extra
        assert is_found(case.storage(case.written(records), case.heads[max(case.heads)]))


def test_what_the_writer_leaves_is_intact_and_says_what_is_not_signed_yet(case: Case) -> None:
    head = case.heads[max(case.heads)]
    report = verify(case.storage(case.written(case.records), head), KEY)
    assert report.is_intact
    assert (report.unsigned_frames, report.signed_from) == (0, 1)
    assert case.written(case.records) == {
        name: image for name, image in case.images.items() if name.startswith("segment-")
    }
    old = verify(case.storage(case.written(case.records), case.heads[0]), KEY)
    assert old.is_intact
    assert old.unsigned_frames < SIGN_EVERY


def test_a_journal_begun_without_signatures_is_signed_from_its_next_segment_on() -> None:
    disk = SimDisk(3)
    plain = JournalConfig(segment_bytes=2048, reserve_bytes=0)
    signing = JournalConfig(segment_bytes=2048, reserve_bytes=0, signed=True)
    for config in (plain, signing, signing):
        journal = Journal.open(SimStorage(disk, "writer"), config, KEY)
        for payload in contents(60):
            journal.append(payload)
            journal.sync()
        journal.close()
    storage = SimStorage(disk, "auditor")
    report = verify(storage, KEY)
    assert report.is_intact
    assert 60 < report.signed_from < 120
    assert report.signed_from in first_seqs(storage)
    with pytest.raises(Exception, match="open it with signed=True"):
        Journal.open(storage, plain, KEY)


def test_findings_name_the_place(case: Case) -> None:
    records = list(case.records)
    records[59] = Record(b"forged", records[59].is_fenced, records[59].signature)
    report = verify(case.storage(case.written(records), case.heads[0]), KEY)
    assert report.findings[0].kind is FindingKind.UNSIGNED
    assert 60 <= report.findings[0].seq <= 60 + SIGN_EVERY
    assert verify(case.storage(case.written(records), case.heads[0]), None).is_intact
