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
from trade2026.trading.journal.segment import REMEDY, SegmentHeader

HEAD_NAME: Final = "head"
_MAGIC: Final = b"T26HEAD\1"
_FIELDS: Final = Struct("<8sQ32s")
_SIGNED_MAGIC: Final = b"T26HEAD\2"
_SIGNED_FIELDS: Final = Struct("<8sQ32sQ")
_SIGNATURE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Head:
    """The journal reached at least frame `seq`, and its hash there was `digest`.

    From frame `signed_from` on its segments have signatures of their own; 0 where they have none. It is in
    the head so that nobody can take the signatures out and say that there never were any.
    """

    seq: int
    digest: bytes
    signed_from: int = 0

    def encode(self, key: bytes) -> bytes:
        """The head's file, signed with HMAC-SHA256."""
        fields = _FIELDS.pack(_MAGIC, self.seq, self.digest)
        if self.signed_from:
            fields = _SIGNED_FIELDS.pack(_SIGNED_MAGIC, self.seq, self.digest, self.signed_from)
        return fields + hmac.digest(key, fields, "sha256")

    @classmethod
    def decode(cls, data: bytes, key: bytes, folder: str) -> "Head":
        """Read a head's file; raise HashMismatch where the signature is not by `key`."""
        fields, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
        if len(fields) < len(_MAGIC) or not hmac.compare_digest(
            signature, hmac.digest(key, fields, "sha256")
        ):
            raise HashMismatch(
                f"journal {folder}: the signature of '{HEAD_NAME}' does not match: it was changed, or the "
                f"key is another. Give the key the journal was made with. {REMEDY}"
            )
        if fields[:8] == _MAGIC and len(fields) == _FIELDS.size:
            _, seq, digest = _FIELDS.unpack(fields)
            return cls(seq, digest)
        if fields[:8] != _SIGNED_MAGIC or len(fields) != _SIGNED_FIELDS.size:
            raise HashMismatch(f"journal {folder}: '{HEAD_NAME}' has an unknown format. {REMEDY}")
        _, seq, digest, signed_from = _SIGNED_FIELDS.unpack(fields)
        return cls(seq, digest, signed_from)


BEGINNING: Final = Head(0, GENESIS)


def read_head(storage: Storage, key: bytes) -> Head | None:
    """The head on disk, or None. Raises HashMismatch for one not signed by `key`."""
    if not storage.exists(HEAD_NAME):
        return None
    return Head.decode(storage.read(HEAD_NAME), key, storage.folder)


class HeadWriter:
    """Signs the journal's end; `seq` is the frame that is signed on disk, `tried_seq` the last one tried."""

    def __init__(self, storage: Storage, key: bytes, head: Head, *, durable: bool) -> None:
        self._storage, self.key, self._durable = storage, key, durable
        self.seq = self.tried_seq = head.seq
        self._signed_from = head.signed_from

    def begin(self, header: SegmentHeader) -> None:
        """Take note of the segment that is written now."""
        if header.signed and not self._signed_from:
            self._signed_from = header.first_seq

    def replace(self, seq: int, digest: bytes) -> None:
        """Put a new head on disk, blocking; a full disk leaves the old one, a true lower bound still."""
        self.tried_seq = seq
        head = Head(seq, digest, self._signed_from)
        try:
            self._storage.replace(HEAD_NAME, head.encode(self.key), durable=self._durable)
        except DiskFull:
            return
        self.seq = max(self.seq, seq)
