"""States kept beside the journal, so that a start replays only what came after."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import Final

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError

_PREFIX: Final = "snapshot-"
_SUFFIX: Final = ".state"
_MAGIC: Final = b"T26SNAP\1"
_FIELDS: Final = Struct("<8sQ32sQ")
_CHECKSUM_BYTES: Final = 32
_PIECE_BYTES: Final = 128 * 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state after frame `seq`, whose chain hash was `digest`; `payload` is opaque."""

    seq: int
    digest: bytes
    payload: bytes

    @property
    def name(self) -> str:
        """The file it is kept in."""
        return _name(self.seq)

    def encode(self) -> bytes:
        """The content of that file: fields, their and the payload's SHA-256, payload."""
        return b"".join(_content(self.seq, self.digest, (self.payload,)))


class SnapshotStore:
    """Snapshots in the journal's folder; only the newest few are kept."""

    def __init__(self, storage: Storage, *, keep: int = 3) -> None:
        """`keep` is how many stay, at least 1."""
        if keep < 1:
            raise InputError(f"keep must be at least 1, was {keep}")
        self._storage = storage
        self._keep = keep

    def save(self, snapshot: Snapshot, *, durable: bool = True) -> None:
        """Put a snapshot on disk atomically, then remove the oldest beyond `keep`.

        Save only states of frames that are durable. Raises DiskFull or StoreUnavailable; the older ones stay.
        """
        self.save_parts(snapshot.seq, snapshot.digest, (snapshot.payload,), durable=durable)

    def save_parts(self, seq: int, digest: bytes, parts: Sequence[bytes], *, durable: bool = True) -> None:
        """As `save`, of a payload that is in parts: one copy of all of it would stop every thread."""
        self._storage.replace(_name(seq), *_content(seq, digest, parts), durable=durable)
        for name in self._names()[: -self._keep]:
            self._storage.remove(name)

    def load_latest(self, upto_seq: int | None = None) -> tuple[Snapshot | None, tuple[str, ...]]:
        """The newest whole snapshot, up to frame `upto_seq`, and a sentence for each damaged one skipped."""
        skipped: list[str] = []
        for name in reversed(self._names()):
            if upto_seq is not None and name > _name(upto_seq):
                continue
            snapshot = _decode(self._storage.read(name))
            if snapshot is not None and _name(snapshot.seq) == name:
                return snapshot, tuple(skipped)
            skipped.append(f"snapshot {name} in {self._storage.folder} is damaged and was skipped; remove it")
        return None, tuple(skipped)

    def seqs(self) -> list[int]:
        """Numbers of the frames whose states are kept, ascending, by the names of the files alone."""
        return [int(name[len(_PREFIX) : -len(_SUFFIX)]) for name in self._names()]

    def _names(self) -> list[str]:
        return [
            name
            for name in self._storage.names(_PREFIX)
            if name.endswith(_SUFFIX) and name[len(_PREFIX) : -len(_SUFFIX)].isdigit()
        ]


def _name(seq: int) -> str:
    return f"{_PREFIX}{seq:020d}{_SUFFIX}"


def _content(seq: int, digest: bytes, parts: Sequence[bytes]) -> list[bytes]:
    """What a file has, in pieces of some size."""
    fields = _FIELDS.pack(_MAGIC, seq, digest, sum(map(len, parts)))
    pieces = list(_joined(parts))
    return [fields, _checksum(fields, pieces), *pieces]


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Small parts together, large ones as they are."""
    small: list[bytes] = []
    size = 0
    for part in parts:
        small.append(part)
        size += len(part)
        if size >= _PIECE_BYTES:
            yield b"".join(small) if len(small) > 1 else part
            small, size = [], 0
    yield b"".join(small)


def _checksum(fields: bytes, pieces: Iterable[bytes]) -> bytes:
    """SHA-256 of all of it, without a copy: a state can be large, and copying one stops every thread."""
    checksum = sha256(fields)
    for piece in pieces:
        checksum.update(piece)
    return checksum.digest()


def _decode(data: bytes) -> Snapshot | None:
    start = _FIELDS.size + _CHECKSUM_BYTES
    if len(data) < start:
        return None
    fields, checksum, payload = data[: _FIELDS.size], data[_FIELDS.size : start], data[start:]
    magic, seq, digest, length = _FIELDS.unpack(fields)
    if magic != _MAGIC or length != len(payload) or _checksum(fields, (payload,)) != checksum:
        return None
    return Snapshot(seq, digest, payload)
