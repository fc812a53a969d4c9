"""Makes a backup of a desk that runs or is down: journals up to their durable end, key, users, configuration.

The journal is read as any reader reads it, so the desk goes on meanwhile. Its every frame is verified on the
way, and the copy gets a head of its own, signed at exactly its end. What other files say is all old or all
new, because each is replaced as a whole. Left out: folders of runs and jobs, logs, sessions of the command
line, and the first password.
"""

import os.path
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from trade2026.application.backups.container import ContainerWriter, chunks_of, read_container
from trade2026.application.backups.manifest import (
    CONFIGURATION,
    DESK_JOURNAL,
    FORMAT,
    JOURNALS,
    KEY,
    NAME,
    PRISM,
    STATE,
    JournalPart,
    Manifest,
    Part,
    is_part,
)
from trade2026.application.services import Services
from trade2026.ports.storage import File, Storage
from trade2026.primitives.errors import HashMismatch, InputError
from trade2026.trading.journal import SnapshotStore, VerifyReport, verify
from trade2026.trading.journal.archive import ArchivedFile, all_first_seqs, archive_name, open_segment
from trade2026.trading.journal.head import HEAD_NAME, Head
from trade2026.trading.journal.segment import segment_name

_LEFT_OUT: Final = ("first-login.txt",)
_KEPT_BESIDE: Final = ("replay.json",)
_SUFFIXES_OUT: Final = (".tmp", ".lock")

Progress = Callable[[str, int], None]
"""Told what is being done, "records verified" or "bytes copied" or "bytes checked", and how many so far."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made; `sha256` names its content, hexadecimal."""

    path: str
    size: int
    sha256: str
    manifest: Manifest


def make_backup(services: Services, path: str, progress: Progress) -> Backup:
    """Write a backup to a new file, or into a folder under a name by the journal's number.

    The file is for its owner alone (mode 0600), appears only when it is whole, and has been read back.

    Raises
    ------
    InputError
        There is no desk to back up, or the file is there already.
    IntegrityError
        A journal is damaged; no backup was made.
    OperatingError
        A disk failed or is full; no backup was made.
    """
    home = services.home
    if not services.folders.exists(f"{home}/{DESK_JOURNAL}"):
        raise InputError(f"{home} must be the home of a desk, has no {DESK_JOURNAL}; set TRADE2026_HOME")
    key = services.head_key()
    journals = [folder for folder in JOURNALS if services.folders.exists(f"{home}/{folder}")]
    with _Opened(services, journals) as storages:
        ends = {folder: _verified(folder, storage, key, progress) for folder, storage in storages.items()}
        folder, name = _target(services, path, ends[DESK_JOURNAL])
        target = services.open_private(folder)
        try:
            return _write(services, storages, ends, key, target, name, progress)
        finally:
            target.close()


class _Opened:
    """The storages of some folders below the home, closed in the end."""

    def __init__(self, services: Services, folders: list[str]) -> None:
        self._storages = {each: services.open_storage(f"{services.home}/{each}") for each in folders}

    def __enter__(self) -> dict[str, Storage]:
        return self._storages

    def __exit__(self, *exc: object) -> None:
        for storage in self._storages.values():
            storage.close()


def _verified(folder: str, storage: Storage, key: bytes, progress: Progress) -> VerifyReport:
    """Where the journal ends; raises its first damage."""
    report = verify(storage, key, progress=lambda seq: progress("records verified", seq))
    if not report.would_open:
        raise report.findings[0].error()
    if report.segments == 0:
        raise InputError(f"{storage.folder} holds no journal yet; start the desk once: 'trade2026 up'")
    return report


def _target(services: Services, path: str, end: VerifyReport) -> tuple[str, str]:
    absolute = os.path.abspath(path)
    if services.folders.exists(absolute):
        folder, name = absolute, f"trade2026-{end.last_seq:012d}.backup"
    else:
        folder, _, name = absolute.rpartition("/")
    if not services.folders.exists(folder or "/"):
        raise InputError(f"the folder of the backup must exist, was {folder}; make it, or name another")
    return folder or "/", name


def _write(
    services: Services,
    storages: dict[str, Storage],
    ends: dict[str, VerifyReport],
    key: bytes,
    target: Storage,
    name: str,
    progress: Progress,
) -> Backup:
    place = f"{target.folder}/{name}"
    if target.exists(name):
        raise InputError(f"{place} is there already, and a backup replaces nothing; name another file")
    temporary = f"{name}.tmp"
    file = target.create(temporary)
    try:
        writer = _Copier(file, progress)
        for folder, storage in storages.items():
            writer.copy_journal(folder, storage, ends[folder], key)
        writer.put(KEY, key)
        for each in _small_files(services):
            writer.copy_small(services, each)
        manifest = _manifest(services, ends, writer)
        writer.put(NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
        digest = writer.finish()
        _, again = read_container(file, place, lambda done: progress("bytes checked", done))
        if again != digest:
            raise HashMismatch(f"backup {place} reads back otherwise than it was written; check that disk")
        size = file.size()
    except BaseException:
        file.close()
        target.remove(temporary)
        raise
    file.close()
    target.rename(temporary, name)
    target.sync_folder()
    return Backup(place, size, digest, manifest)


def _manifest(services: Services, ends: dict[str, VerifyReport], writer: ContainerWriter) -> Manifest:
    journals = [
        JournalPart(folder=folder, last_seq=end.last_seq, journal_sha256=end.last_hash.hex())
        for folder, end in ends.items()
    ]
    parts = [Part(name=each.name, size=each.size, sha256=each.sha256) for each in writer.members]
    return Manifest(
        format=FORMAT, made_ns=services.clock.now_ns(), home=services.home,
        code_version=services.code_version(), journals=tuple(journals), parts=tuple(parts),
    )  # fmt: skip


def _small_files(services: Services) -> list[str]:
    """Configuration, the simulated market's accounts, and all that the desk keeps about users."""
    names = [*CONFIGURATION, *PRISM]
    if services.folders.exists(f"{services.home}/{STATE}"):
        storage = services.open_storage(f"{services.home}/{STATE}")
        names += [f"{STATE}/{each}" for each in storage.names() if each not in _LEFT_OUT]
        storage.close()
    return [each for each in names if is_part(each) and not each.endswith(_SUFFIXES_OUT)]


class _Copier(ContainerWriter):
    """A container that files of the desk are copied into."""

    def __init__(self, file: File, progress: Progress) -> None:
        super().__init__(file)
        self._progress = progress
        self._copied = 0

    def put(self, name: str, data: bytes) -> None:
        """Add a file from memory."""
        self.add(name, len(data), [data])

    def copy_small(self, services: Services, name: str) -> None:
        """Add a file below the home, where there is one."""
        folder, _, short = name.rpartition("/")
        if not services.folders.exists(f"{services.home}/{folder}"):
            return
        storage = services.open_storage(f"{services.home}/{folder}")
        try:
            if storage.exists(short):
                self.put(name, storage.read(short))
        finally:
            storage.close()

    def copy_journal(self, folder: str, storage: Storage, end: VerifyReport, key: bytes) -> None:
        """Add what a journal holds up to its end, with a head signed there and a state to start from."""
        for first in all_first_seqs(storage):
            if first > end.last_segment:
                break
            file, size = _segment(storage, first, end)
            try:
                name = segment_name(first) if isinstance(file, ArchivedFile) else file.name
                self.add(f"{folder}/{name}", size, self._watched(chunks_of(file, 0, size)))
            finally:
                file.close()
        self.put(f"{folder}/{HEAD_NAME}", Head(end.last_seq, end.last_hash, end.signed_from).encode(key))
        snapshot, _ = SnapshotStore(storage).load_latest(end.last_seq)
        if snapshot is not None:
            self.put(f"{folder}/{snapshot.name}", snapshot.encode())
        for name in _KEPT_BESIDE:
            if storage.exists(name):
                self.put(f"{folder}/{name}", storage.read(name))

    def _watched(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._copied += len(chunk)
            self._progress("bytes copied", self._copied)


def _segment(storage: Storage, first: int, end: VerifyReport) -> tuple[File, int]:
    """What to copy of a segment, and how much: its archive as it is, the last one up to the end."""
    file = open_segment(storage, first)  # Open, it stays readable also when it is archived meanwhile.
    if first == end.last_segment:
        return file, end.end_offset
    if isinstance(file, ArchivedFile):
        file.close()
        file = storage.open(archive_name(first), writable=False)
    return file, file.size()
