"""How a journal is laid out and how hard it tries."""

from dataclasses import dataclass

from trade2026.primitives.errors import InputError
from trade2026.trading.journal.segment import HEADER_BYTES, IDENTITY_BYTES

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """Layout and durability of one journal.

    Parameters
    ----------
    segment_bytes : int
        Size of a segment, header included; a frame larger than that is refused.
    preallocate : bool
        Write and sync zeros over a whole segment before it is used, so that a sync moves data alone and a
        full disk is met early. Off for a run folder: the file then holds the frames and nothing else.
    durable : bool
        Sync. Off, `sync` promises nothing and may leave frames in memory; for runs that can be repeated.
    reserve_bytes : int
        Room kept for `append(..., reserve=True)`, that is cancels and halts, when no further segment can be
        had.
    head_every_frames : int
        Frames between two updates of the signed head.
    warn_bytes : int
        With less than that free on the disk somebody should look; nothing else follows.
    low_water_bytes, high_water_bytes : int
        With less than the low mark free on the disk no new orders are taken, until the high mark is free
        again; what may use the reserve still is. 0 and 0 is no such marks. The low mark should leave room for
        a segment, so that the reserve is whole when it is needed.
    signed : bool
        Sign the first frame of every batch with the head's key, so that whoever has no key cannot change what
        is before it. The bytes then depend on the key, and on what was synced together.
    identity : bytes
        Up to 12 bytes that tell this journal's frames from another's on the same disk; empty is allowed, and
        gives the same bytes in every run.
    """

    segment_bytes: int = 64 * MIB
    preallocate: bool = True
    durable: bool = True
    reserve_bytes: int = 8 * MIB
    head_every_frames: int = 4096
    warn_bytes: int = 0
    low_water_bytes: int = 0
    high_water_bytes: int = 0
    signed: bool = False
    identity: bytes = b""

    def __post_init__(self) -> None:
        if self.segment_bytes < HEADER_BYTES + 64 or self.segment_bytes >= 1 << 30:
            raise InputError(
                f"segment_bytes must be in [{HEADER_BYTES + 64}, 2^30), was {self.segment_bytes}"
            )
        if not 0 <= self.reserve_bytes <= self.segment_bytes // 2:
            raise InputError(
                f"reserve_bytes must be in [0, half of segment_bytes = {self.segment_bytes // 2}], "
                f"was {self.reserve_bytes}"
            )
        if not 0 <= self.low_water_bytes <= self.high_water_bytes:
            raise InputError(
                f"low_water_bytes must be in [0, high_water_bytes = {self.high_water_bytes}], "
                f"was {self.low_water_bytes}"
            )
        if self.head_every_frames < 1:
            raise InputError(f"head_every_frames must be at least 1, was {self.head_every_frames}")
        if len(self.identity) > IDENTITY_BYTES:
            raise InputError(f"identity must be at most {IDENTITY_BYTES} bytes, was {len(self.identity)}")

    @classmethod
    def for_run(cls, *, durable: bool = False) -> "JournalConfig":
        """For a backtest's folder: no preallocated room, by default no syncs, the same bytes each run."""
        return cls(preallocate=False, durable=durable, reserve_bytes=0)
