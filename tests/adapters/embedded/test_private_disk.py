"""A private folder: modes of what is made and of what was there, whatever the process's mask."""

import os
from pathlib import Path

import pytest

from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.primitives.errors import StoreUnavailable


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def open_mask():
    before = os.umask(0)
    yield
    os.umask(before)


def test_folder_and_files_are_the_owners_alone(tmp_path):
    storage = PrivateDiskStorage(tmp_path / "desk" / "state")
    storage.replace("users.json", b"{}")
    storage.create("other").close()
    storage.lock("users.lock").release()
    folder = tmp_path / "desk" / "state"
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir() if path.is_file()} == {
        "users.json": 0o600,
        "other": 0o600,
        "users.lock": 0o600,
    }
    storage.close()


def test_a_folder_that_was_open_is_closed(tmp_path):
    (tmp_path / "state").mkdir(mode=0o777)
    assert mode(tmp_path / "state") == 0o777
    PrivateDiskStorage(tmp_path / "state").close()
    assert mode(tmp_path / "state") == 0o700


def test_a_file_that_was_open_is_closed_when_it_is_written(tmp_path):
    storage = PrivateDiskStorage(tmp_path / "state")
    path = tmp_path / "state" / "users.json"
    path.touch(mode=0o666)
    storage.replace("users.json", b"{}")
    assert mode(path) == 0o600
    storage.close()


def test_a_place_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "state").touch()
    with pytest.raises(StoreUnavailable, match="private"):
        PrivateDiskStorage(tmp_path / "state")
