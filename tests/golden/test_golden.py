"""Journals that earlier versions wrote are verified and replayed to what those versions came to."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from tools.golden_journal import EXPECTED, FOLDER, KEY, ROOT, facts, kinds_in, write
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.commands import Command
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore, frames, verify
from trade2026.trading.replay import FORMAT, load_snapshot, recover, replay

LABELS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@pytest.fixture(params=LABELS)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy, so that nothing here can change the journal itself."""
    shutil.copytree(FOLDER / request.param, tmp_path / "golden")
    return tmp_path / "golden"


def test_there_is_one_for_each_format() -> None:
    assert LABELS
    written = {json.loads((FOLDER / label / EXPECTED).read_text())["label"] for label in LABELS}
    assert written == set(LABELS)


def test_it_is_intact(golden: Path) -> None:
    expected = json.loads((golden / EXPECTED).read_text())
    report = verify(DiskStorage(golden), KEY)
    assert report.is_intact
    assert (report.frames, report.last_hash.hex()) == (expected["frames"], expected["journal_sha256"])


def test_its_events_come_to_the_same_money_holdings_and_orders(golden: Path) -> None:
    expected = json.loads((golden / EXPECTED).read_text())
    assert facts(replay(frames(DiskStorage(golden))).core) == expected["facts"]


def test_its_events_come_to_the_state_that_it_was_left_in(golden: Path) -> None:
    """Fields that came later have their defaults on both ways; a state of another format is not read."""
    expected = json.loads((golden / EXPECTED).read_text())
    storage = DiskStorage(golden)
    snapshot, skipped = SnapshotStore(storage).load_latest()
    assert snapshot is not None
    assert not skipped
    loaded = load_snapshot(snapshot)
    is_read = FORMAT.decode().strip() == expected["state_format"]
    assert (loaded is not None) is is_read
    if loaded is not None:
        assert loaded[0].state_bytes() == replay(frames(storage)).core.state_bytes()


def test_a_desk_goes_on_with_it(golden: Path) -> None:
    storage = DiskStorage(golden)
    state = replay(frames(storage)).core.state_sha256()
    journal = Journal.open(storage, JournalConfig(segment_bytes=64 * 1024, reserve_bytes=0, signed=True), KEY)
    assert recover(journal, storage, SnapshotStore(storage)).core.state_sha256() == state
    payload = next(frames(storage)).payload
    for _ in range(500):
        journal.append(payload)
        journal.sync()
    journal.close()
    assert verify(storage, KEY).is_intact


def test_this_version_decides_its_own_workload_again(tmp_path: Path) -> None:
    write(tmp_path / "fresh", "fresh")
    storage = DiskStorage(tmp_path / "fresh")
    expected = json.loads((tmp_path / "fresh" / EXPECTED).read_text())
    done = replay(frames(storage), decide_again=True)
    assert done.core.state_sha256() == expected["state_sha256"]
    assert storage.names("archive-")
    kinds = kinds_in(list(frames(storage)))
    named = {kind.__name__ for kind in get_args(Command)}
    assert named - kinds == {"RecallOrders"}, "it has the facts of an index, which this journal is without"


@pytest.mark.process
def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for seed in ("1", "4242"):
        subprocess.run(
            [sys.executable, "-m", "tools.golden_journal", "same", str(tmp_path / seed)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            check=True,
            capture_output=True,
        )
    one, other = tmp_path / "1", tmp_path / "4242"
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    assert all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
