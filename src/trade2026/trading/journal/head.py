"""The signed head: a lower bound of where the journal ends, kept outside its segments.

What it covers: a journal that ends before the head, or whose frame of that number has another hash, is
refused. The head is written lazily, at start, every so many frames and at close. After a close it covers
every frame. After a crash it covers the frames up to its last update; for the ones behind it, a fence or a
later segment tells damage from a torn batch, and only the last batch that was synced has neither. A loss of
whole frames there, with nothing whole and fenced after them, looks like a batch that was never synced, and is
cut as one.
"""

import hmac
from dataclasses import dataclass
from struct import Struct
from typing import Final

from trade2026.ports.storage import DiskFull, Storage
from trade2026.primitives.errors import HashMismatch
from trade2026.trading.journal.frame import GENESIS
from trade2026.trading.journal.segment import REMEDY

HEAD_NAME: Final = "head"
_MAGIC: Final = b"T26HEAD\1"
_FIELDS: Final = Struct("<8sQ32s")
_SIGNATURE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Head:
    """The journal reached at least frame `seq`, and its hash there was `digest`."""

    seq: int
    digest: bytes

    def encode(self, key: bytes) -> bytes:
        """The head's file, signed with HMAC-SHA256."""
        fields = _FIELDS.pack(_MAGIC, self.seq, self.digest)
        return fields + hmac.digest(key, fields, "sha256")

    @classmethod
    def decode(cls, data: bytes, key: bytes, folder: str) -> "Head":
        """Read a head's file; raise HashMismatch where the signature is not by `key`."""
        fields, signature = data[: _FIELDS.size], data[_FIELDS.size :]
        if len(signature) != _SIGNATURE_BYTES or not hmac.compare_digest(
            signature, hmac.digest(key, fields, "sha256")
        ):
            raise HashMismatch(
                f"journal {folder}: the signature of '{HEAD_NAME}' does not match: it was changed, or the "
                f"key is another. Give the key the journal was made with. {REMEDY}"
            )
        magic, seq, digest = _FIELDS.unpack(fields)
        if magic != _MAGIC:
            raise HashMismatch(f"journal {folder}: '{HEAD_NAME}' has an unknown format. {REMEDY}")
        return cls(seq, digest)


BEGINNING: Final = Head(0, GENESIS)


def read_head(storage: Storage, key: bytes) -> Head | None:
    """The head on disk, or None. Raises HashMismatch for one not signed by `key`."""
    if not storage.exists(HEAD_NAME):
        return None
    return Head.decode(storage.read(HEAD_NAME), key, storage.folder)


class HeadWriter:
    """Signs the journal's end; `seq` is the frame that is signed on disk, `tried_seq` the last one tried."""

    def __init__(self, storage: Storage, key: bytes, seq: int, *, durable: bool) -> None:
        self._storage, self._key, self._durable = storage, key, durable
        self.seq = self.tried_seq = seq

    def replace(self, head: Head) -> None:
        """Put a new head on disk, blocking; a full disk leaves the old one, a true lower bound still."""
        self.tried_seq = head.seq
        try:
            self._storage.replace(HEAD_NAME, head.encode(self._key), durable=self._durable)
        except DiskFull:
            return
        self.seq = max(self.seq, head.seq)
