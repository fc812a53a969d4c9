"""The durable end, published to readers in other threads and processes through a few shared bytes.

The record carries its version at both ends and a CRC32C over all of it: a reader that catches it half written
sees that they do not fit, and reads again.
"""

from struct import Struct
from typing import Final, NamedTuple

import google_crc32c

from trade2026.ports.storage import Page, Storage

PAGE_NAME: Final = "end"
LOCK_NAME: Final = "writer.lock"
_RECORD: Final = Struct("<QQQQQ")
_CRC: Final = Struct("<I")
_PAGE_BYTES: Final = 4096
_SIZE: Final = _RECORD.size + _CRC.size
_ATTEMPTS: Final = 100


class End(NamedTuple):
    """The last durable frame, the first number of its segment, and the offset behind it."""

    seq: int
    segment: int
    offset: int


class EndWriter:
    """The writer's side of the page."""

    def __init__(self, storage: Storage) -> None:
        page = storage.page(PAGE_NAME, _PAGE_BYTES, create=True)
        assert page is not None, "a page that is to be created is there"
        self._page: Page = page
        self._version = int.from_bytes(page.load()[:8], "little")

    def store(self, end: End) -> None:
        """Publish `end`; readers see it at once."""
        self._version = (self._version + 1) & 0xFFFF_FFFF_FFFF_FFFF
        version = self._version
        record = _RECORD.pack(version, end.seq, end.segment, end.offset, version)
        self._page.store(record + _CRC.pack(google_crc32c.value(record)))

    def close(self) -> None:
        """Release the page."""
        self._page.close()


class EndReader:
    """A reader's side of the page."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._page: Page | None = None

    def load(self) -> End | None:
        """The published end; None where nothing whole has been published."""
        if self._page is None:
            self._page = self._storage.page(PAGE_NAME, _PAGE_BYTES, create=False)
            if self._page is None:
                return None
        for _ in range(_ATTEMPTS):
            data = self._page.load()
            record = data[: _RECORD.size]
            if len(data) >= _SIZE and _CRC.unpack_from(data, _RECORD.size)[0] == google_crc32c.value(record):
                version, seq, segment, offset, again = _RECORD.unpack(record)
                if version == again and version:
                    return End(seq, segment, offset)
        return None

    def close(self) -> None:
        """Release the page."""
        if self._page is not None:
            self._page.close()
            self._page = None
