"""Every flipped bit, every cut, every record taken out or moved is found, and a torn tail never is one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.simdisk import Inode, SimDisk
from tests.simulation.simstorage import SimStorage
from tests.trading.journal.folders import KEY, RUN, SMALL, contents, filled, payloads_of
from trade2026.primitives.errors import HashMismatch, IntegrityError, SequenceGap
from trade2026.trading.journal import FindingKind, Journal, JournalConfig, frame, verify
from trade2026.trading.journal.head import BEGINNING, HEAD_NAME
from trade2026.trading.journal.segment import HEADER_BYTES, segment_name

FIRST = segment_name(1)
DURABLE_RUN = JournalConfig.for_run(durable=True)
SIGNED_RUN = JournalConfig(preallocate=False, reserve_bytes=0, signed=True)
TIGHT = JournalConfig(segment_bytes=1200, reserve_bytes=0)


def starts_of(data: bytes) -> list[int]:
    """Where the frames of a segment begin, by their lengths alone; the end last."""
    starts, at = [HEADER_BYTES], HEADER_BYTES
    while at + 8 <= len(data) and any(data[at : at + 4]):
        at += 8 + (int.from_bytes(data[at : at + 4], "little") & frame.LENGTH)
        starts.append(at)
    return starts


class Folder:
    """A closed journal whose bytes a test changes, one change at a time."""

    def __init__(self, config: JournalConfig, payloads: list[bytes], *, each: int = 1) -> None:
        self.config, self.payloads = config, payloads
        self.disk = SimDisk(1)
        filled(self.disk, config, payloads, each=each)
        self.images = {name: bytes(inode.cache) for name, inode in self.disk.names.items()}
        self.segments = sorted(name for name in self.images if name.startswith("segment-"))

    def with_change(self, **changed: bytes | None) -> SimStorage:
        """The folder anew with some files replaced, or taken away where None."""
        disk = SimDisk(1)
        for name, image in {**self.images, **changed}.items():
            if image is not None:
                disk.names[name] = Inode(bytearray(image), bytearray(image))
        disk.durable_names = dict(disk.names)
        return SimStorage(disk, "auditor")

    def without_head(self) -> None:
        """Put the head back to the start, as if it had never been updated."""
        self.images[HEAD_NAME] = BEGINNING.encode(KEY)


def assert_refused(folder: Folder, storage: SimStorage, *, place: str | None = None) -> IntegrityError:
    """Both `verify` and the start find it, and the start changes nothing."""
    report = verify(storage, KEY)
    assert not report.would_open
    before = {name: bytes(inode.cache) for name, inode in storage.disk.names.items()}
    with pytest.raises(IntegrityError) as caught:
        Journal.open(storage, folder.config, KEY)
    after = {name: bytes(inode.cache) for name, inode in storage.disk.names.items()}
    assert {name: image for name, image in after.items() if name != "writer.lock"} == {
        name: image for name, image in before.items() if name != "writer.lock"
    }
    if place is not None:
        assert place in str(caught.value)
    assert "restore this folder from a backup" in str(caught.value)
    assert not storage.is_locked("writer.lock")
    return caught.value


@pytest.mark.parametrize(
    ("config", "records"),
    [(DURABLE_RUN, 100), (RUN, 30), (SIGNED_RUN, 30)],
    ids=["synced", "not synced", "signed"],
)
def test_every_bit_of_a_closed_log_is_found(config, records):
    folder = Folder(config, [payload[:4] for payload in contents(records)])
    image = folder.images[FIRST]
    missed = []
    for bit in range(len(image) * 8):
        broken = bytearray(image)
        broken[bit // 8] ^= 1 << bit % 8
        storage = folder.with_change(**{FIRST: bytes(broken)})
        if verify(storage, KEY, strict=not config.durable).would_open:
            missed.append(bit)
    assert missed == []


def test_without_the_head_only_the_last_frame_can_be_taken_for_a_torn_tail():
    """The exact limit: the last record, synced alone, behind the head. `verify` tells of it all the same."""
    folder = Folder(DURABLE_RUN, contents(20))
    folder.without_head()
    image = folder.images[FIRST]
    last = starts_of(image)[-2]
    for bit in range(len(image) * 8):
        broken = bytearray(image)
        broken[bit // 8] ^= 1 << bit % 8
        report = verify(folder.with_change(**{FIRST: bytes(broken)}), KEY)
        assert not report.is_intact
        assert report.would_open == (bit // 8 >= last)


def test_without_head_and_fence_the_last_batch_can_be_taken_for_torn():
    folder = Folder(DURABLE_RUN, contents(30), each=10)
    folder.without_head()
    starts = starts_of(folder.images[FIRST])
    for index in range(30):
        broken = bytearray(folder.images[FIRST])
        broken[starts[index] + 50] ^= 1 if starts[index] + 50 < starts[index + 1] else 0
        broken[starts[index] + 20] ^= 1
        report = verify(folder.with_change(**{FIRST: bytes(broken)}), KEY)
        assert report.would_open == (index >= 20)
        assert report.last_seq == index


def test_every_bit_of_preallocated_segments_is_found():
    folder = Folder(TIGHT, contents(40))
    assert len(folder.segments) > 2
    for name in (folder.segments[0], folder.segments[-1]):
        image = folder.images[name]
        for bit in range(0, len(image) * 8, 5):
            broken = bytearray(image)
            broken[bit // 8] ^= 1 << bit % 8
            report = verify(folder.with_change(**{name: bytes(broken)}), KEY)
            assert not report.is_intact
            if bit // 8 < starts_of(image)[-1] or name == folder.segments[0]:
                assert not report.would_open
    with_flip = bytearray(folder.images[FIRST])
    with_flip[-1] ^= 1
    assert_refused(folder, folder.with_change(**{FIRST: bytes(with_flip)}), place="a later segment follows")


@pytest.mark.parametrize("config", [DURABLE_RUN, SMALL], ids=["exact", "preallocated"])
def test_every_cut_before_the_head_is_refused(config):
    folder = Folder(config, contents(30))
    end = starts_of(folder.images[FIRST])[-1]
    for size in range(end):
        report = verify(folder.with_change(**{FIRST: folder.images[FIRST][:size]}), KEY)
        assert not report.would_open
    assert_refused(folder, folder.with_change(**{FIRST: folder.images[FIRST][: end - 1]}), place="frame 30")


@pytest.mark.parametrize("fill", ["cut", "zeros", "garbage"])
@pytest.mark.parametrize("config", [DURABLE_RUN, SMALL], ids=["exact", "preallocated"])
def test_a_tail_torn_at_every_byte_of_the_last_three_records_recovers(config, fill):
    """As a power loss leaves it: the last three were one batch, never synced, and the head is before them."""
    payloads = contents(12)
    folder = Folder(config, payloads, each=9)
    folder.without_head()
    image = folder.images[FIRST]
    starts = starts_of(image)
    for cut in range(starts[9], starts[12]):
        torn = image[:cut]
        if fill == "zeros":
            torn += bytes(len(image) - cut)
        elif fill == "garbage":
            torn += bytes(byte ^ 0xA5 for byte in image[cut : starts[12]]) + bytes(300)
        storage = folder.with_change(**{FIRST: torn})
        whole = sum(1 for start in starts[1:] if start <= cut)
        assert verify(storage, KEY).would_open
        journal = Journal.open(storage, config, KEY)
        assert (journal.last_seq, journal.recovery.frames) == (whole, whole)
        assert journal.append(b"next") == whole + 1
        journal.close()
        assert payloads_of(storage) == [*payloads[:whole], b"next"]
        assert verify(storage, KEY).is_intact


@pytest.mark.parametrize("config", [DURABLE_RUN, TIGHT], ids=["one segment", "many"])
def test_every_record_taken_out_or_swapped_is_refused(config):
    folder = Folder(config, contents(20))
    for name in folder.segments:
        image = folder.images[name]
        starts = starts_of(image)
        padding = image[starts[-1] :]
        parts = [image[a:b] for a, b in pairwise(starts)]
        for index in range(len(parts)):
            taken = parts[:index] + parts[index + 1 :]
            body = image[: starts[0]] + b"".join(taken) + padding
            assert_refused(folder, folder.with_change(**{name: body}))
        for index in range(len(parts) - 1):
            moved = [*parts[:index], parts[index + 1], parts[index], *parts[index + 2 :]]
            assert_refused(
                folder, folder.with_change(**{name: image[: starts[0]] + b"".join(moved) + padding})
            )


def test_a_segment_taken_out_is_refused():
    folder = Folder(TIGHT, contents(60))
    assert len(folder.segments) >= 4
    for name in folder.segments:
        error = assert_refused(folder, folder.with_change(**{name: None}))
        assert isinstance(error, SequenceGap if name != folder.segments[-1] else HashMismatch)
    everything = dict.fromkeys(folder.segments)
    with pytest.raises(HashMismatch, match="there is no segment"):
        Journal.open(folder.with_change(**everything), TIGHT, KEY)


def test_a_rewritten_history_is_refused_by_the_head():
    """Someone without the key writes a whole new log of the same length."""
    folder = Folder(DURABLE_RUN, contents(10))
    other = Folder(DURABLE_RUN, [b"forged", *contents(10)[1:]])
    error = assert_refused(folder, folder.with_change(**{FIRST: other.images[FIRST]}), place="frame 10")
    assert "another hash than the signed head" in str(error)


def test_the_head_must_be_there_and_signed_by_the_key():
    folder = Folder(DURABLE_RUN, contents(3))
    assert_refused(folder, folder.with_change(**{HEAD_NAME: None}), place="no signed head")
    head = folder.images[HEAD_NAME]
    for changed in (head[:-1], b"", bytes([head[10] ^ 1]).join((head[:10], head[11:]))):
        with pytest.raises(HashMismatch, match="signature of 'head' does not match"):
            Journal.open(folder.with_change(**{HEAD_NAME: changed}), DURABLE_RUN, KEY)
    with pytest.raises(HashMismatch, match="key is another"):
        verify(folder.with_change(), b"another key")
    assert verify(folder.with_change(), None).is_intact


@pytest.mark.parametrize("flip", range(32))
def test_a_length_gone_wrong_inside_the_log_is_no_torn_tail(flip):
    folder = Folder(DURABLE_RUN, contents(30))
    folder.without_head()
    starts = starts_of(folder.images[FIRST])
    broken = bytearray(folder.images[FIRST])
    broken[starts[10] + flip // 8] ^= 1 << flip % 8
    error = assert_refused(folder, folder.with_change(**{FIRST: bytes(broken)}), place="frame 11")
    assert f"{FIRST} at offset {starts[10]}" in str(error)


def test_verify_tells_the_place_of_every_damage():
    folder = Folder(TIGHT, contents(60))
    changed = {}
    for name in folder.segments[:3]:
        image = bytearray(folder.images[name])
        image[starts_of(bytes(image))[1] + 20] ^= 1
        changed[name] = bytes(image)
    report = verify(folder.with_change(**changed), KEY)
    damaged = [found for found in report.findings if found.kind is FindingKind.DAMAGED_FRAME]
    assert [found.segment for found in damaged] == folder.segments[:3]
    assert all(found.offset == starts_of(folder.images[found.segment])[1] for found in damaged)


def test_verify_of_an_intact_journal():
    folder = Folder(TIGHT, contents(60))
    report = verify(folder.with_change(), KEY)
    assert report.is_intact
    assert report.would_open
    assert (report.frames, report.last_seq, report.head_seq) == (60, 60, 60)
    assert (report.segments, report.torn_bytes, report.findings) == (len(folder.segments), 0, ())


def test_verify_of_an_empty_folder():
    report = verify(SimStorage(SimDisk(1), "auditor"), KEY)
    assert (report.is_intact, report.segments, report.last_seq, report.head_seq) == (True, 0, 0, None)


def test_without_crc_the_flips_are_found_by_the_chain_only_as_something_else(monkeypatch):
    """A check of the tests above: with the CRC gone, a torn tail passes for a broken chain and is refused."""
    folder = Folder(DURABLE_RUN, contents(12), each=9)
    folder.without_head()
    monkeypatch.setattr(frame, "_crc32c", lambda start, data: 0)
    blind = Folder(DURABLE_RUN, contents(12), each=9)
    blind.without_head()
    torn = bytearray(blind.images[FIRST])
    torn[starts_of(bytes(torn))[-2] + 46] ^= 1
    assert not verify(blind.with_change(**{FIRST: bytes(torn)}), KEY).would_open


@given(st.lists(st.binary(max_size=120), min_size=1, max_size=25), st.data())
def test_any_overwritten_stretch_of_a_closed_journal_is_found(payloads, draw):
    folder = Folder(DURABLE_RUN, payloads)
    image = folder.images[FIRST]
    at = draw.draw(st.integers(0, len(image) - 1))
    stretch = draw.draw(st.binary(min_size=1, max_size=100))
    broken = (image[:at] + stretch + image[at + len(stretch) :])[: len(image)]
    assert verify(folder.with_change(**{FIRST: broken}), KEY).would_open == (broken == image)
