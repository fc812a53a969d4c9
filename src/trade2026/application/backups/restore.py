"""Makes a desk from a backup: all of it is checked before anything is written, and it appears at once."""

import os.path
from collections.abc import Callable
from dataclasses import dataclass

from trade2026.application.backups.container import Member, chunks_of, read_container
from trade2026.application.backups.manifest import (
    DESK_JOURNAL,
    KEY,
    NAME,
    JournalPart,
    Manifest,
    read_manifest,
)
from trade2026.application.services import Services
from trade2026.ports.storage import File
from trade2026.primitives.errors import HashMismatch, InputError
from trade2026.trading.journal import SnapshotStore, frames, verify
from trade2026.trading.replay import is_of, load_snapshot, replay

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """A desk that was restored; `state_sha256` is the state at the journal's end, hexadecimal."""

    home: str
    sha256: str
    state_sha256: str
    manifest: Manifest


def restore_backup(services: Services, path: str, home: str, progress: Progress) -> Restored:
    """Check a backup, then put its desk into a new or empty folder.

    It is written beside its place, its journals are verified there and the state is rebuilt, and only then
    does the folder get its name; one that was cut off is left beside it and refused by the next try.

    Raises
    ------
    InputError
        There is no such file, or the target holds something.
    IntegrityError
        The backup is cut, changed, or not what its manifest says; nothing was written.
    OperatingError
        A disk failed or is full.
    """
    folder, _, name = os.path.abspath(path).rpartition("/")
    if not services.folders.exists(folder or "/"):
        raise InputError(f"the backup must be a file, was {path!r}; there is no such folder")
    source = services.open_storage(folder or "/")
    try:
        if not source.exists(name) or services.folders.exists(f"{folder}/{name}"):
            raise InputError(f"the backup must be a file, was {path!r}; name one that 'backup' made")
        file = source.open(name, writable=False)
        try:
            return _restore(services, file, f"{folder}/{name}", os.path.abspath(home), progress)
        finally:
            file.close()
    finally:
        source.close()


def _restore(services: Services, file: File, place: str, home: str, progress: Progress) -> Restored:
    _check_target(services, home)
    members, digest = read_container(file, place, lambda done: progress("bytes checked", done))
    if not members or members[-1].name != NAME:
        raise HashMismatch(f"backup {place}: it has no {NAME}; use another backup")
    *parts, last = members
    manifest = read_manifest(file.read(last.offset, last.size), parts, place)
    beside = f"{home}.restoring"
    if not services.folders.make(beside):
        raise InputError(f"{beside} is there from a restore that was cut off; remove it and try again")
    _extract(services, file, parts, beside, progress)
    key = file.read(*_place_of(parts, KEY, place))
    for journal in manifest.journals:
        _check_journal(services, f"{beside}/{journal.folder}", journal, key, progress)
    state = _state(services, f"{beside}/{DESK_JOURNAL}", progress)
    services.folders.move(beside, home)
    return Restored(home, digest, state, manifest)


def _check_target(services: Services, home: str) -> None:
    if services.folders.is_taken(home):
        raise InputError(f"the target must be new or an empty folder, was {home}; name another")


def _place_of(parts: list[Member], name: str, place: str) -> tuple[int, int]:
    for each in parts:
        if each.name == name:
            return each.offset, each.size
    raise HashMismatch(f"backup {place}: it has no {name}; use another backup")


def _extract(services: Services, file: File, parts: list[Member], home: str, progress: Progress) -> None:
    """Write every part below `home`, for its owner alone, and make all of it durable."""
    written = 0
    for folder in sorted({each.name.rpartition("/")[0] for each in parts}):
        storage = services.open_private(f"{home}/{folder}")
        for part in parts:
            if part.name.rpartition("/")[0] != folder:
                continue
            target = storage.create(part.name.rpartition("/")[2])
            offset = 0
            for chunk in chunks_of(file, part.offset, part.size):
                target.write(offset, chunk)
                offset += len(chunk)
                progress("bytes restored", written + offset)
            written += part.size
            target.sync()
            target.close()
        storage.sync_folder()
        storage.close()


def _check_journal(
    services: Services, folder: str, journal: JournalPart, key: bytes, progress: Progress
) -> None:
    """Every frame, and that it ends where the manifest says."""
    storage = services.open_private(folder)
    try:
        report = verify(storage, key, progress=lambda seq: progress("records verified", seq))
    finally:
        storage.close()
    if report.findings:
        raise report.findings[0].error()
    if (report.last_seq, report.last_hash.hex()) != (journal.last_seq, journal.journal_sha256):
        raise HashMismatch(
            f"journal {folder} must end with frame {journal.last_seq} and hash {journal.journal_sha256}, "
            f"ends with {report.last_seq} and {report.last_hash.hex()}; use another backup"
        )


def _state(services: Services, folder: str, progress: Progress) -> str:
    """The state at the end, from the snapshot where there is one, as the next start will have it."""
    storage = services.open_private(folder)
    try:
        snapshot, _ = SnapshotStore(storage).load_latest()
        loaded = load_snapshot(snapshot)
        tail = frames(storage, snapshot.seq) if snapshot is not None and loaded is not None else None
        if tail is None or loaded is None or snapshot is None or not is_of(snapshot, next(tail, None)):
            tail, core = frames(storage), None
        else:
            core = loaded[0]
        return replay(
            tail, core, progress=lambda done: progress("records replayed", done)
        ).core.state_sha256()
    finally:
        storage.close()
