"""Whether the journal's disk has room to spare, told before it has none."""

from typing import Final

from trade2026.ports.storage import DiskFull, DiskLevel, Storage
from trade2026.primitives.errors import StoreUnavailable

LOOK_EVERY_BYTES: Final = 4 << 20
"""Bytes of journal between two looks at the disk, beside those that are asked for."""


class RoomWatch:
    """Low from the moment less than `low` bytes are free, until `high` are again.

    Two marks, because a disk about one mark would refuse and take orders in turn. With both 0 it is never
    low.
    """

    def __init__(self, storage: Storage, warn: int, low: int, high: int) -> None:
        self._storage, self._warn, self._low, self._high = storage, warn, low, high
        self._looked_at = 0
        self.is_low = False

    def look(self) -> None:
        """Ask the disk now. Raises StoreUnavailable where it does not answer."""
        if self._high:
            self.is_low = self._storage.free_bytes() < (self._high if self.is_low else self._low)

    def look_again(self, offset: int) -> bool:
        """Look when enough has been written since the last time; whether it looked."""
        if not self._high or 0 <= offset - self._looked_at < LOOK_EVERY_BYTES:
            return False
        self._looked_at = offset
        self.look()
        return True

    def level(self) -> tuple[DiskLevel, int]:
        """How much room there is, and the free bytes; a disk that does not say calls for somebody: -1."""
        try:
            free = self._storage.free_bytes()
        except StoreUnavailable:
            return DiskLevel.WARNING, -1
        if self.is_low:
            return DiskLevel.LOW, free
        return DiskLevel.WARNING if free < self._warn else DiskLevel.GOOD, free

    def refusal(self) -> DiskFull:
        """What an order is told while it is low."""
        return DiskFull(
            f"journal is full: the disk of {self._storage.folder} has less than {self._low} bytes free, and "
            f"orders are taken again from {self._high} on. Free space on that disk. Until then the rest is "
            "kept for cancels.",
            retryable=True,
        )
