"""Configuration, the home folder and the key in it."""

import os
import threading
from pathlib import Path

import pytest

from trade2026.bootstrap.config import load_config
from trade2026.bootstrap.home import DiskFolders, load_head_key
from trade2026.primitives.errors import InputError, IntegrityError, StoreUnavailable


def test_the_home_comes_from_the_environment_and_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/somewhere")
    assert load_config({}).home == "/somewhere/.trade2026"
    assert load_config({"TRADE2026_HOME": ""}).home == "/somewhere/.trade2026"
    assert load_config({"TRADE2026_HOME": "~/x"}).home == "/somewhere/x"
    assert load_config({"TRADE2026_HOME": "desk/../data"}).home == str(tmp_path / "data")


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(InputError, match="TRADE2026_HOME must be a folder, was the file"):
        load_config({"TRADE2026_HOME": str(path)})
    with pytest.raises(InputError, match="TRADE2026_HOME must be the path of a folder"):
        load_config({"TRADE2026_HOME": "a\0b"})


def test_the_key_is_made_once_and_stays(tmp_path: Path) -> None:
    key = load_head_key(str(tmp_path))
    assert len(key) == 32
    assert load_head_key(str(tmp_path)) == key
    assert load_head_key(str(tmp_path / "other")) != key
    assert os.stat(tmp_path / "keys" / "journal.key").st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "keys") == ["journal.key"]


def test_of_first_runs_at_once_one_key_wins(tmp_path: Path) -> None:
    keys: list[bytes] = []
    barrier = threading.Barrier(8)

    def make() -> None:
        barrier.wait()
        keys.append(load_head_key(str(tmp_path)))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_is_cut_or_cannot_be_made_is_told(tmp_path: Path) -> None:
    load_head_key(str(tmp_path))
    (tmp_path / "keys" / "journal.key").write_bytes(b"x" * 31)
    with pytest.raises(IntegrityError, match="must hold 32 bytes, had 31; restore it from a backup"):
        load_head_key(str(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="Not a directory"):
        load_head_key(str(tmp_path / "file"))


def test_folders_are_made_once_and_listed_in_order(tmp_path: Path) -> None:
    folders = DiskFolders()
    assert folders.names(str(tmp_path / "runs")) == []
    assert folders.make(str(tmp_path / "runs" / "b"))
    assert folders.make(str(tmp_path / "runs" / "a"))
    assert not folders.make(str(tmp_path / "runs" / "a"))
    (tmp_path / "runs" / "file").write_text("")
    assert folders.names(str(tmp_path / "runs")) == ["a", "b"]
    with pytest.raises(StoreUnavailable, match="Not a directory"):
        folders.names(str(tmp_path / "runs" / "file"))
