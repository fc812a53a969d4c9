"""Damage inside the log, tried on a copy of the disk before every start: it must be refused.

Only frames up to the signed head are hit. What is behind it has the limits that `journal.head` states.
"""

import random
from collections import Counter

from tests.simulation.simdisk import Inode, SimDisk
from tests.simulation.simstorage import SimStorage
from trade2026.primitives.errors import IntegrityError
from trade2026.trading.journal import Journal, JournalConfig, frames
from trade2026.trading.journal.frame import LENGTH
from trade2026.trading.journal.head import HEAD_NAME, read_head
from trade2026.trading.journal.segment import HEADER_BYTES, first_seqs, segment_name


def check_damage(
    disk: SimDisk, config: JournalConfig, key: bytes, chance: random.Random, acked: Counter[bytes]
) -> int:
    """Damage a copy and open it; give how many were tried (none where the head covers no frame)."""
    storage = SimStorage(copy_of(disk), "auditor")
    head = read_head(storage, key) if storage.exists(HEAD_NAME) else None
    if head is None or head.seq < 2 or not places(storage, head.seq):
        return 0
    what = _hurt(storage, chance, head.seq)
    try:
        journal = Journal.open(storage, config, key)
    except IntegrityError:
        return 1
    kept = Counter(frame.payload for frame in frames(storage))
    journal.close()
    missing = acked - kept
    raise AssertionError(f"the log was opened after this: {what}; {missing.total()} acknowledged are gone")


def copy_of(disk: SimDisk) -> SimDisk:
    """The same files on another disk, all durable."""
    copy = SimDisk(0)
    for name, inode in disk.names.items():
        copy.names[name] = Inode(bytearray(inode.cache), bytearray(inode.cache))
    copy.durable_names = dict(copy.names)
    return copy


def places(storage: SimStorage, upto: int) -> dict[int, tuple[bytearray, int, int]]:
    """Image, start and stop of every frame up to number `upto`, by the lengths alone."""
    found = {}
    for first in first_seqs(storage):
        image, at, seq = storage.disk.names[segment_name(first)].cache, HEADER_BYTES, first
        while seq <= upto and at + 8 <= len(image) and any(image[at : at + 4]):
            stop = at + 8 + (int.from_bytes(image[at : at + 4], "little") & LENGTH)
            found[seq] = (image, at, stop)
            at, seq = stop, seq + 1
    return found


def _hurt(storage: SimStorage, chance: random.Random, head_seq: int) -> str:
    """Change the image for good, in one of the ways disks, tools and people do; say how."""
    found = places(storage, head_seq)
    seq = chance.choice(sorted(found))
    image, start, stop = found[seq]
    kind = chance.randrange(4)
    if kind == 0:
        at, bit = chance.randrange(start, stop), chance.randrange(8)
        image[at] ^= 1 << bit
        what = f"bit {bit} of byte {at - start} flipped in frame {seq}"
    elif kind == 1:
        image[start:] = bytes(len(image) - start)
        for first in first_seqs(storage):
            if first > seq:
                storage.remove(segment_name(first))
        what = f"cut before frame {seq} of {head_seq}"
    elif kind == 2:
        moved = bytes(image[stop:]) + bytes(stop - start)
        image[start:] = moved
        what = f"frame {seq} taken out"
    else:
        after = found.get(seq + 1)
        if after is None or after[0] is not image:
            after, (image, start, stop) = (image, start, stop), found.get(seq - 1, found[seq])
        if after[0] is image and start < after[1]:
            image[start : after[2]] = bytes(image[after[1] : after[2]]) + bytes(image[start:stop])
            what = f"frames exchanged at {seq}"
        else:
            image[start + 20] ^= 1
            what = f"hash changed in frame {seq}"
    return what
