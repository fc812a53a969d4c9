"""A backup of a desk, running or down, restores to the same state, and one that was changed is refused."""

import json
import random
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trading.test_core import commands
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.backups.make import Backup, make_backup
from trade2026.application.backups.restore import Restored, restore_backup
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.primitives.errors import HashMismatch, InputError, IntegrityError, OperatingError
from trade2026.trading.codec import encode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore, frames, verify
from trade2026.trading.journal.archiver import archivable, archive_segment
from trade2026.trading.replay import recover, replay, save_snapshot

SMALL = JournalConfig(segment_bytes=16 * 1024, reserve_bytes=1024, head_every_frames=10)


def quiet(what: str, done: int) -> None:
    """Nobody watches."""


class Home:
    """A desk's home with a journal of some segments, archives and snapshots, whose writer is still there."""

    def __init__(self, folder: Path, *, count: int = 400) -> None:
        self.folder = folder
        self.services: Services = make_services(Config(str(folder)))
        (folder / "desk" / "state").mkdir(parents=True)
        (folder / "desk" / "state" / "users.json").write_text('{"users": []}')
        (folder / "desk" / "state" / "first-login.txt").write_text("password: swordfish")
        (folder / "desk" / "state" / "users.json.4711-0.tmp").write_text("half")
        (folder / "desk" / "config.json").write_text("{}")
        (folder / "desk" / "client-token").write_text("token")
        (folder / "prism").mkdir()
        for name in ("accounts.log", "keys.json", "bars-BTCUSDT.PRISM", "accounts.lock"):
            (folder / "prism" / name).write_bytes(name.encode())
        self.storage = DiskStorage(folder / "desk" / "journal")
        trials = Journal.open(
            DiskStorage(folder / "trials"), JournalConfig.for_run(durable=True), self.services.head_key()
        )
        for number in range(20):
            trials.append(b'{"trial": %d}' % number)
        trials.close()
        self.journal = Journal.open(self.storage, SMALL, self.services.head_key())
        self.core = Core()
        self.commands = iter(commands(3, count)[0])
        self.write(count * 2 // 3)
        save_snapshot(self.core, self.journal, SnapshotStore(self.storage))
        self.journal.update_head()
        for first in archivable(self.storage, upto_seq=self.journal.last_seq, keep_segments=2):
            for _ in archive_segment(self.storage, first):
                pass
        assert self.storage.names("archive-")
        self.write(count // 4)

    def write(self, count: int, *, sync: bool = True) -> None:
        """So many commands more."""
        for _ in range(count):
            command = next(self.commands, None)
            if command is None:
                return
            events = self.core.decide(command)
            self.journal.append(encode_record(command, events))
            for event in events:
                self.core.evolve(event)
        if sync:
            self.journal.sync()

    def backup(self, path: Path) -> Backup:
        return make_backup(self.services, str(path), quiet)

    def restore(self, path: Path, home: Path) -> Restored:
        return restore_backup(self.services, str(path), str(home), quiet)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def restored_state(folder: Path) -> tuple[str, str, int]:
    """State hashes of a restored home, by snapshot and by the whole journal; the last number."""
    services = make_services(Config(str(folder)))
    storage = DiskStorage(folder / "desk" / "journal")
    whole = replay(frames(storage)).core.state_sha256()
    journal = Journal.open(storage, SMALL, services.head_key())
    quick = recover(journal, storage, SnapshotStore(storage)).core.state_sha256()
    last = journal.last_seq
    journal.close()
    return quick, whole, last


@pytest.mark.parametrize("is_running", [True, False])
def test_a_restored_desk_has_the_state_of_the_desk(home: Home, tmp_path: Path, is_running: bool) -> None:
    live, last = home.core.state_sha256(), home.journal.durable_seq
    if is_running:
        home.write(3, sync=False)  # Not durable, so not in the backup.
    else:
        home.journal.close()
    made = home.backup(tmp_path / "desk.backup")
    assert made.manifest.desk.last_seq == last
    shutil.rmtree(home.folder)
    done = home.restore(tmp_path / "desk.backup", tmp_path / "new")
    assert (done.state_sha256, done.sha256) == (live, made.sha256)
    assert restored_state(tmp_path / "new") == (live, live, last)
    new = tmp_path / "new"
    files = {str(path.relative_to(new)) for path in new.rglob("*") if path.is_file()}
    assert {"keys/journal.key", "desk/config.json", "desk/state/users.json"} <= files
    assert not {"desk/state/first-login.txt", "desk/client-token", "desk/state/users.json.4711-0.tmp"} & files
    assert {each for each in files if each.startswith("prism/")} == {"prism/accounts.log", "prism/keys.json"}
    assert (new / "prism" / "accounts.log").read_bytes() == b"accounts.log"
    storage = DiskStorage(new / "desk" / "journal")
    report = verify(storage, make_services(Config(str(new))).head_key())
    assert (report.is_intact, report.head_seq) == (True, last)
    trials = verify(DiskStorage(new / "trials"), make_services(Config(str(new))).head_key())
    assert (trials.is_intact, trials.last_seq) == (True, 20)


def test_the_head_covers_all_of_a_backup_of_a_running_desk(home: Home, tmp_path: Path) -> None:
    assert home.journal.signed_seq < home.journal.durable_seq
    home.backup(tmp_path / "desk.backup")
    home.restore(tmp_path / "desk.backup", tmp_path / "new")
    storage = DiskStorage(tmp_path / "new" / "desk" / "journal")
    assert verify(storage, home.services.head_key()).head_seq == home.journal.durable_seq


def test_the_desk_goes_on_and_archives_while_it_is_copied(home: Home, tmp_path: Path) -> None:
    """Whatever the writer does between any two steps of the copy, the backup is of one moment."""
    done: list[int] = []

    def meddle(what: str, count: int) -> None:
        done.append(count)
        home.write(2)
        home.journal.update_head()
        save_snapshot(home.core, home.journal, SnapshotStore(home.storage, keep=1))
        for first in archivable(home.storage, upto_seq=10**9, keep_segments=1):
            for _ in archive_segment(home.storage, first):
                pass

    last, live = home.journal.durable_seq, home.core.state_sha256()
    made = make_backup(home.services, str(tmp_path / "desk.backup"), meddle)
    assert len(done) > 5
    assert made.manifest.desk.last_seq >= last
    home.restore(tmp_path / "desk.backup", tmp_path / "new")
    quick, whole, reached = restored_state(tmp_path / "new")
    assert quick == whole
    assert reached == made.manifest.desk.last_seq
    assert (reached == last) == (whole == live)


def test_any_tar_reads_it_and_only_the_owner_may(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    made = home.backup(folder)
    path = folder / f"trade2026-{made.manifest.desk.last_seq:012d}.backup"
    assert str(path) == made.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) != 0o700
    with tarfile.open(path) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert names[-2:] == ["manifest.json", "SHA256"]
    assert [part["name"] for part in manifest["parts"]] == names[:-2]
    home.restore(path, tmp_path / "new")
    assert all(
        stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600)
        for each in (tmp_path / "new" / "desk").rglob("*")
    )


def test_every_changed_cut_or_longer_backup_is_refused(home: Home, tmp_path: Path) -> None:
    home.backup(tmp_path / "good")
    image = (tmp_path / "good").read_bytes()
    draw, bad = random.Random(1), tmp_path / "bad"
    flips = [draw.randrange(len(image) * 8) for _ in range(150)]
    flips += [bit * 8 + bit % 8 for bit in range(512)]  # The first header.
    flips += [(len(image) - 1 - back) * 8 + back % 8 for back in range(2100)]  # The digest and the end.
    cuts = [draw.randrange(len(image)) for _ in range(60)] + [0, 511, 512, len(image) - 1, len(image) - 1024]
    changed: list[Callable[[], bytes]] = [lambda size=size: image[:size] for size in cuts]  # type: ignore[misc]
    changed += [lambda bit=bit: flipped(image, bit) for bit in flips]  # type: ignore[misc]
    changed += [lambda: image + b"\0", lambda: image + image, lambda: b""]
    for make in changed:
        bad.write_bytes(make())
        with pytest.raises(IntegrityError, match="backup"):
            home.restore(bad, tmp_path / "new")
        assert not (tmp_path / "new").exists()
        assert not (tmp_path / "new.restoring").exists()


def flipped(image: bytes, bit: int) -> bytes:
    broken = bytearray(image)
    broken[bit // 8] ^= 1 << bit % 8
    return bytes(broken)


def test_a_backup_that_names_other_places_is_refused(home: Home, tmp_path: Path) -> None:
    """Written by someone who knows the format: nothing leaves the target."""
    from trade2026.application.backups.container import ContainerWriter

    for name in ("../evil", "/etc/evil", "desk/journal/../../../evil", "keys/other.key", "runs/x"):
        storage = DiskStorage(tmp_path, private=True)
        file = storage.create("evil.backup")
        writer = ContainerWriter(file)
        writer.add(name, 4, [b"evil"])
        part = {"name": name, "size": 4, "sha256": writer.members[0].sha256}
        journal = {"folder": "desk/journal", "last_seq": 1, "journal_sha256": "00"}
        manifest = {
            "format": 1, "made_ns": 0, "home": "", "code_version": "", "journals": [journal], "parts": [part],
        }  # fmt: skip
        data = json.dumps(manifest).encode()
        writer.add("manifest.json", len(data), [data])
        writer.finish()
        file.close()
        with pytest.raises(HashMismatch, match="not of a desk"):
            home.restore(tmp_path / "evil.backup", tmp_path / "new")
    assert not list(tmp_path.glob("**/*evil")), "written outside"


def test_what_is_there_is_not_touched(home: Home, tmp_path: Path) -> None:
    home.backup(tmp_path / "good")
    with pytest.raises(InputError, match="replaces nothing"):
        home.backup(tmp_path / "good")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    for target in ("full", "good"):
        with pytest.raises(InputError, match="new or an empty folder"):
            home.restore(tmp_path / "good", tmp_path / target)
    (tmp_path / "empty").mkdir()
    home.restore(tmp_path / "good", tmp_path / "empty")
    (tmp_path / "other.restoring").mkdir()
    with pytest.raises(InputError, match="cut off"):
        home.restore(tmp_path / "good", tmp_path / "other")
    with pytest.raises(InputError, match="must be a file"):
        home.restore(tmp_path / "nothing", tmp_path / "new")
    with pytest.raises(InputError, match="must be a file"):
        home.restore(tmp_path / "full", tmp_path / "new")
    with pytest.raises(InputError, match="folder of the backup must exist"):
        home.backup(tmp_path / "no" / "such" / "folder")


def test_a_damaged_desk_is_not_backed_up(home: Home, tmp_path: Path) -> None:
    home.journal.close()
    name = home.storage.names("archive-")[1]
    path = home.folder / "desk" / "journal" / name
    path.write_bytes(flipped(path.read_bytes(), 900))
    with pytest.raises(IntegrityError, match=name):
        home.backup(tmp_path / "bad")
    assert not list(tmp_path.glob("bad*"))


def test_a_disk_without_room_leaves_no_half_backup(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        with pytest.raises(OperatingError, match="Free space"):
            home.backup(tmp_path / "big")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.glob("big*"))


def test_a_home_without_a_journal_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be the home of a desk"):
        make_backup(make_services(Config(str(tmp_path / "none"))), str(tmp_path / "b"), quiet)
