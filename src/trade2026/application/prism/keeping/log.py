"""The log on the disk: frames of the journal's kind in one file, which a start or a great length makes short.

A frame is on the disk when a `sync` after it is over: a process that is killed loses nothing, a machine that
loses its power what came after the last sync, of which nobody was told. What is broken at the end was never
whole and is cut; broken frames with whole ones behind them that were on the disk
are damage, and the start is refused.
"""

from collections.abc import Iterable
from typing import Final

from trade2026.ports.storage import File, Storage
from trade2026.primitives.errors import IntegrityError
from trade2026.trading.journal.frame import GENESIS, Frame, decode_run, encode, fenced, find_later

NAME: Final = "accounts.log"
_SALT: Final = 0x5052_534D
_ALL: Final = 2**62


class KeptLog:
    """One log; made by `open_log`.

    Parameters
    ----------
    size : int
        Bytes of whole frames in the file; what comes next is written there.
    """

    def __init__(self, storage: Storage, file: File, seq: int, digest: bytes, size: int) -> None:
        self._storage, self._file = storage, file
        self._seq, self._digest = seq, digest
        self.size = size
        self._synced = size

    @property
    def is_dirty(self) -> bool:
        """Whether something was written since the last sync."""
        return self._synced < self.size

    def append(self, payload: bytes) -> None:
        """Write an entry; StoreUnavailable where the disk does not take it."""
        frame, digest = encode(self._seq + 1, self._digest, payload, _SALT)
        if not self.is_dirty:
            frame = fenced(frame, _SALT)  # All before it is on the disk.
        self._file.write(self.size, frame)
        self._seq, self._digest = self._seq + 1, digest
        self.size += len(frame)

    async def sync(self) -> None:
        """Have all that was written so far on the disk; other things go on meanwhile."""
        size, file = self.size, self._file
        await self._storage.sync_in_background(file)
        if file is self._file:
            self._synced = max(self._synced, size)

    def sync_now(self) -> None:
        """As `sync`, while everything waits."""
        self._file.sync()
        self._synced = self.size

    def begin_anew(self, payloads: Iterable[bytes]) -> None:
        """Put these in place of all entries, durably: a crash leaves the old ones or these."""
        frames, seq, digest = [], 0, GENESIS
        for payload in payloads:
            seq += 1
            frame, digest = encode(seq, digest, payload, _SALT)
            frames.append(frame)
        data = b"".join(frames)
        self._storage.replace(NAME, data)
        before, self._file = self._file, self._storage.open(NAME, writable=True)
        before.close()
        self._seq, self._digest, self.size, self._synced = seq, digest, len(data), len(data)

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def open_log(storage: Storage) -> tuple[KeptLog, list[Frame]]:
    """The log of a folder, made where there is none, and its entries.

    Raises
    ------
    IntegrityError
        It is damaged.
    StoreUnavailable
        It cannot be read or made.
    """
    if not storage.exists(NAME):
        storage.replace(NAME, b"")
    file = storage.open(NAME, writable=True)
    data = file.read(0, file.size())
    frames, size, _ = decode_run(data, 0, _SALT, 0, GENESIS, _ALL)
    if size < len(data):
        later = find_later(data, size, _SALT, len(frames) + 1)
        if later is not None and later.conclusive:
            raise IntegrityError(
                f"{storage.folder}/{NAME} is damaged after entry {len(frames)}: what follows was on the "
                f"disk. Restore it from a backup; or move it away, and every account begins anew"
            )
        file.truncate(size)
        file.sync()
    digest = frames[-1].digest if frames else GENESIS
    return KeptLog(storage, file, len(frames), digest, size), frames
