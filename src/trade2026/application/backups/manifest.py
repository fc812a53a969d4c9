"""What a backup says of itself: when it was made, of what, how far its journals go, SHA-256 of each part."""

import re
from typing import Final

import msgspec

from trade2026.application.backups.container import Member
from trade2026.primitives.errors import HashMismatch

NAME: Final = "manifest.json"
FORMAT: Final = 1
KEY: Final = "keys/journal.key"
DESK_JOURNAL: Final = "desk/journal"
JOURNALS: Final = (DESK_JOURNAL, "trials")
STATE: Final = "desk/state"
CONFIGURATION: Final = ("desk/config.json", "desk/web.json", "desk/jobs.json", "desk/venues.json")
PRISM: Final = (
    "prism/config.json", "prism/settings.json", "prism/keys.json", "prism/accounts.log",
)  # fmt: skip
"""What the simulated market is, and has of its customers; read after the journal: it may be ahead of that."""
_PLAIN: Final = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_NAMES: Final = re.compile(
    rf"{'|'.join(map(re.escape, (KEY, *CONFIGURATION, *PRISM)))}|({'|'.join((*JOURNALS, STATE))})/{_PLAIN}"
)


class JournalPart(msgspec.Struct, frozen=True, kw_only=True):
    """How far a journal of the backup goes: its last frame, and the chain's hash there."""

    folder: str
    last_seq: int
    journal_sha256: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its place below the home, bytes and SHA-256, hexadecimal."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `made_ns` is UTC nanoseconds."""

    format: int
    made_ns: int
    home: str
    code_version: str
    journals: tuple[JournalPart, ...]
    parts: tuple[Part, ...]

    @property
    def desk(self) -> JournalPart:
        """The journal of the desk."""
        return next(each for each in self.journals if each.folder == DESK_JOURNAL)


def is_part(name: str) -> bool:
    """Whether a backup may hold a file of this name."""
    return _NAMES.fullmatch(name) is not None


def read_manifest(data: bytes, members: list[Member], place: str) -> Manifest:
    """The manifest, which must name exactly the members before it; raises HashMismatch."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HashMismatch(f"backup {place}: its {NAME} cannot be read: {error}; use another") from None
    if manifest.format != FORMAT:
        raise HashMismatch(
            f"backup {place}: it has format {manifest.format}, and this version reads {FORMAT}; restore it "
            f"with the version that made it: {manifest.code_version}"
        )
    found = tuple(Part(name=each.name, size=each.size, sha256=each.sha256) for each in members)
    if found != manifest.parts:
        raise HashMismatch(f"backup {place}: its parts are not those that its {NAME} names; use another")
    wrong = [each.name for each in manifest.parts if not is_part(each.name)]
    if wrong or not any(each.folder == DESK_JOURNAL for each in manifest.journals):
        raise HashMismatch(f"backup {place}: it is not of a desk: {', '.join(wrong) or 'no journal'}")
    return manifest
