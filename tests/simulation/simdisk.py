"""A disk that forgets like a real one: two images of every file, and a seeded power loss between them.

`SimDisk` is the hardware and outlives its users; `SimStorage`, beside this file, is one process's view of it.
Every file has a cached image, which reads see, and a durable one, which a power loss leaves together with
whatever part of the unsynced 512-byte sectors the seed keeps: none, all, a prefix in the order of writing, or
any subset, each sector whole, torn in the middle, zeroed or garbled. Names have two images as well:
creations, renames and removals not followed by `sync_folder` survive as a prefix of their order. Room that a
file got without a sync of its content may hold stale bytes.

Two things are assumed of the hardware, as every journal does: bytes once synced stay (but for `rot`), and
rewriting a sector keeps the bytes in it that do not change; so only a sector without synced data is
garbled.
"""

import random
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Protocol

SECTOR: Final = 512


class Keep(Enum):
    """Which unsynced sectors of a file survive a power loss."""

    NOTHING = auto()
    PREFIX = auto()
    SUBSET = auto()
    EVERYTHING = auto()


class Mounted(Protocol):
    """A process that uses the disk."""

    process: str
    is_dead: bool


class Ringable(Protocol):
    """Something that `ring` wakes."""

    def ring(self) -> None:
        """Wake it."""


@dataclass(slots=True)
class Inode:
    """One file's two images.

    `dirty` holds the unsynced sectors in the order of their first write, `used` the ones that synced data is
    in (zeros that were only filled in are not data).
    """

    cache: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    dirty: dict[int, None] = field(default_factory=dict)
    filled: dict[int, None] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Faults:
    """What goes wrong next; each counts down and then is over, as a passing fault of a real disk would be."""

    write_errors: int = 0
    sync_errors: int = 0
    short_writes: int = 0


class SimDisk:
    """The hardware: one folder of inodes, a capacity, a seed."""

    def __init__(
        self, seed: int, *, capacity: int = 1 << 40, latency_s: tuple[float, float] = (2e-4, 5e-3)
    ) -> None:
        self.random = random.Random(seed)
        self.capacity = capacity
        self.latency_s = latency_s
        self.faults = Faults()
        self.names: dict[str, Inode] = {}
        self.durable_names: dict[str, Inode] = {}
        self.pending: list[
            tuple[str, str, Inode | None]
        ] = []  # (operation, name, inode), unsynced, in order.
        self.locks: dict[str, Mounted] = {}
        self.pages: dict[str, bytearray] = {}
        self.bells: list[Ringable] = []
        self.stale = b""
        self.power_losses = 0
        self.operations_left: int | None = None  # Until the power goes, in calls on files and folder.
        self._mounted: list[Mounted] = []

    def mounted(self, process: "Mounted") -> None:
        """Note a process that ends with the power."""
        self._mounted.append(process)

    def used(self) -> int:
        """Bytes that files take."""
        return sum(len(inode.cache) for inode in self.names.values())

    def operate(self) -> None:
        """Count one operation; the power may go just before it."""
        if self.operations_left is not None:
            self.operations_left -= 1
            if self.operations_left <= 0:
                self.operations_left = None
                self.power_loss()

    def kill(self) -> None:
        """Every process ends at once; the system, and so all that was written, lives on."""
        for process in self._mounted:
            process.is_dead = True
        self._mounted.clear()
        self.locks.clear()
        self.bells.clear()

    def power_loss(self) -> None:
        """Every process ends, and what was not synced survives only as the seed has it."""
        self.kill()
        self.power_losses += 1
        self.pages.clear()
        kept = self.random.randint(0, len(self.pending))
        for operation, name, inode in self.pending[:kept]:
            apply_change(self.durable_names, operation, name, inode)
        self.pending.clear()
        self.names = dict(self.durable_names)
        for _, inode in sorted(self.names.items()):
            self._lose(inode)

    def rot(self, name: str, offset: int, bit: int) -> None:
        """Flip a bit for good, unnoticed by the disk."""
        inode = self.names[name]
        inode.cache[offset] ^= 1 << bit
        if offset < len(inode.durable):
            inode.durable[offset] ^= 1 << bit

    def _lose(self, inode: Inode) -> None:
        """Leave one file as a power loss would."""
        keep = self.random.choice(list(Keep))
        dirty = list(inode.dirty)
        if keep is Keep.NOTHING:
            survivors = []
        elif keep is Keep.PREFIX:
            survivors = dirty[: self.random.randint(0, len(dirty))]
        elif keep is Keep.SUBSET:
            survivors = [sector for sector in dirty if self.random.random() < 0.5]
        else:
            survivors = dirty
        size = len(inode.durable)
        if (
            len(inode.cache) != size and self.random.random() < 0.5
        ):  # The new size, with or without its content.
            size = len(inode.cache)
        image = inode.durable[:size]
        image.extend(self._leftover(size - len(image)))
        for sector in survivors:
            self._persist(inode, image, sector)
        inode.cache, inode.durable = image, bytearray(image)
        inode.used.update(sector for sector in survivors if sector not in inode.filled)
        inode.dirty.clear()

    def _leftover(self, length: int) -> bytes:
        """What room holds that was given to a file but not written: zeros, or bytes of a file long gone."""
        if not self.stale or self.random.random() < 0.5:
            return bytes(length)
        return (self.stale * (length // len(self.stale) + 1))[:length]

    def _persist(self, inode: Inode, image: bytearray, sector: int) -> None:
        """Put one unsynced sector on the platter, well or badly."""
        start, stop = sector * SECTOR, min((sector + 1) * SECTOR, len(image))
        new = bytes(inode.cache[start:stop])
        if stop <= start or not new:
            return
        was_empty = sector not in inode.used
        fate = self.random.random()
        if fate < 0.1:  # Torn inside the sector; what does not change stays either way.
            new = new[: self.random.randrange(len(new) + 1)]
        elif fate < 0.2 and was_empty:
            new = self.random.randbytes(len(new))
        image[start : start + len(new)] = new


def apply_change(names: dict[str, Inode], operation: str, name: str, inode: Inode | None) -> None:
    """Do one change of the folder on one of its images."""
    if operation == "link" and inode is not None:
        names[name] = inode
    elif operation == "unlink":
        names.pop(name, None)
    elif inode is not None:
        old, _, new = name.partition("\0")
        names.pop(old, None)
        names[new] = inode
