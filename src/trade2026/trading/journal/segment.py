"""The files a journal is cut into: their names and their headers."""

from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct, error
from typing import Final

import google_crc32c

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import HashMismatch

IDENTITY_BYTES: Final = 12
VERSION: Final = 1
SIGNED_VERSION: Final = 2
"""Of segments whose frames are signed; a version that does not know of signatures refuses them."""
_MAGIC: Final = b"T26JRNL\0"
_PREFIX: Final = "segment-"
_SUFFIX: Final = ".log"
_HEADER: Final = Struct("<8sIIQ32sQ12s")
_CRC: Final = Struct("<I")
HEADER_BYTES: Final = _HEADER.size + _CRC.size
_PREALLOCATED: Final = 1
_SIGNED: Final = 2


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """What stands at the start of a segment.

    `previous` is the hash of frame `first_seq` - 1, so a segment also proves the end of the one before it.
    """

    first_seq: int
    previous: bytes
    capacity: int
    preallocated: bool
    identity: bytes
    signed: bool = False

    @property
    def name(self) -> str:
        """The file that holds this segment."""
        return segment_name(self.first_seq)

    @property
    def salt(self) -> int:
        """What this segment's CRCs start from."""
        return int(google_crc32c.value(self._fields()))

    def encode(self) -> bytes:
        """HEADER_BYTES bytes, the last four their CRC32C."""
        fields = self._fields()
        return fields + _CRC.pack(google_crc32c.value(fields))

    @classmethod
    def decode(cls, data: bytes, name: str, folder: str) -> "SegmentHeader":
        """Read a header; raise HashMismatch that names the file where it is not one."""
        try:
            magic, version, flags, first_seq, previous, capacity, identity = _HEADER.unpack_from(data)
            (crc,) = _CRC.unpack_from(data, _HEADER.size)
        except error:
            raise HashMismatch(f"journal {folder}: {name} at 0: header is cut short. {REMEDY}") from None
        if crc != google_crc32c.value(data[: _HEADER.size]) or magic != _MAGIC:
            raise HashMismatch(f"journal {folder}: {name} at 0: header is damaged. {REMEDY}")
        if version not in (VERSION, SIGNED_VERSION):
            raise HashMismatch(
                f"journal {folder}: {name} has format {version}; this version reads {VERSION} and "
                f"{SIGNED_VERSION}. Use the version that wrote it."
            )
        if segment_name(first_seq) != name:
            raise HashMismatch(f"journal {folder}: {name} at 0: header says frame {first_seq}. {REMEDY}")
        is_signed = version == SIGNED_VERSION and bool(flags & _SIGNED)
        identity = identity.rstrip(b"\0")
        return cls(first_seq, previous, capacity, bool(flags & _PREALLOCATED), identity, is_signed)

    def _fields(self) -> bytes:
        flags = (_PREALLOCATED if self.preallocated else 0) | (_SIGNED if self.signed else 0)
        fields = (self.first_seq, self.previous, self.capacity, self.identity)
        return _HEADER.pack(_MAGIC, SIGNED_VERSION if self.signed else VERSION, flags, *fields)


REMEDY: Final = "Nothing was changed. See 'trade2026 journal verify', then restore this folder from a backup."


def segment_name(first_seq: int) -> str:
    """The name of the segment that begins with this frame; names sort as numbers do."""
    return f"{_PREFIX}{first_seq:020d}{_SUFFIX}"


def first_seqs(storage: Storage) -> list[int]:
    """Where the folder's segments begin, ascending, archives left out. Other files are not segments."""
    return numbers_of(storage.names(_PREFIX), _PREFIX, _SUFFIX)


def numbers_of(names: Iterable[str], prefix: str, suffix: str) -> list[int]:
    """The numbers between prefix and suffix, ascending; names without one are left out."""
    digits = (name[len(prefix) : -len(suffix)] for name in names if name.endswith(suffix))
    return sorted(int(each) for each in digits if each.isascii() and each.isdigit())
