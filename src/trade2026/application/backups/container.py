"""The file of a backup: a plain tar archive whose last member is the SHA-256 of all bytes before it.

Any tar unpacks it. Headers are of one form alone (user 0, time 0, mode 0600), so that a reader can demand
every byte: what the digest does not cover, its own member and the end, is compared with what it must be.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from tarfile import USTAR_FORMAT, HeaderError, TarInfo
from typing import Final

from trade2026.ports.storage import File
from trade2026.primitives.errors import HashMismatch

SUM_NAME: Final = "SHA256"
CHUNK: Final = 1 << 20
_BLOCK: Final = 512
_END: Final = bytes(2 * _BLOCK)
_SUM_BYTES: Final = 65  # Hexadecimal, and a newline.


@dataclass(frozen=True, slots=True)
class Member:
    """One file in it: `offset` is where its content begins, `sha256` is hexadecimal."""

    name: str
    offset: int
    size: int
    sha256: str


class ContainerWriter:
    """Writes members one after another; `finish` makes the file whole."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._offset = 0
        self._sum = sha256()
        self.members: list[Member] = []

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> None:
        """Add a file of exactly `size` bytes; names are relative and use "/"."""
        self._put(_header(name, size))
        start, own = self._offset, sha256()
        for chunk in chunks:
            own.update(chunk)
            self._put(chunk)
        assert self._offset == start + size, f"{name}: {self._offset - start} bytes came, {size} were said"
        self._put(_padding(size))
        self.members.append(Member(name, start, size, own.hexdigest()))

    def finish(self) -> str:
        """Write the digest and the end, and sync; gives the digest, hexadecimal."""
        digest = self._sum.hexdigest()
        self._put(_ending(digest))
        self._file.sync()
        return digest

    def _put(self, data: bytes) -> None:
        if data:
            self._file.write(self._offset, data)
            self._sum.update(data)
            self._offset += len(data)


def read_container(
    file: File, place: str, progress: Callable[[int], None] | None = None
) -> tuple[list[Member], str]:
    """Check every byte; give the members but the digest, and the digest.

    Raises HashMismatch, naming place and offset, for a file that is cut, longer or changed anywhere.
    """
    size = file.size()
    members: list[Member] = []
    whole, offset = sha256(), 0
    while True:
        header = file.read(offset, _BLOCK)
        try:
            info = TarInfo.frombuf(header, "ascii", "strict")
        except (HeaderError, UnicodeDecodeError, ValueError):
            raise _changed(place, offset, "there is no member where one must be") from None
        start = offset + _BLOCK
        stop = start + info.size + len(_padding(info.size))
        if header != _header(info.name, info.size) or stop + len(_END) > size:
            raise _changed(place, offset, "a member is cut short or changed")
        if info.name == SUM_NAME:
            digest = whole.hexdigest()
            if file.read(offset, size - offset) != _ending(digest):
                raise _changed(place, offset, "the digest is not that of the bytes before it")
            return members, digest
        whole.update(header)
        own = sha256()
        for chunk in chunks_of(file, start, info.size):
            own.update(chunk)
            whole.update(chunk)
            offset += len(chunk)
            if progress is not None:
                progress(offset)
        whole.update(file.read(start + info.size, stop - start - info.size))
        members.append(Member(info.name, start, info.size, own.hexdigest()))
        offset = stop


def chunks_of(file: File, offset: int, size: int) -> Iterator[bytes]:
    """The bytes from `offset`, in pieces; raises HashMismatch where the file ends before."""
    stop = offset + size
    while offset < stop:
        chunk = file.read(offset, min(CHUNK, stop - offset))
        if not chunk:
            raise HashMismatch(f"{file.name} ends at {offset}, {stop} bytes were due")
        yield chunk
        offset += len(chunk)


def _header(name: str, size: int) -> bytes:
    info = TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(USTAR_FORMAT, "ascii", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _ending(digest: str) -> bytes:
    return _header(SUM_NAME, _SUM_BYTES) + f"{digest}\n".encode() + _padding(_SUM_BYTES) + _END


def _changed(place: str, offset: int, what: str) -> HashMismatch:
    return HashMismatch(f"backup {place} at {offset}: {what}. Nothing was restored; use another backup.")
