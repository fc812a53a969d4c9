"""Folders for their owner alone, and sockets that every process of a desk finds."""

import os
import stat
from pathlib import Path

import pytest

from trade2026.bootstrap import places
from trade2026.bootstrap.places import Places
from trade2026.primitives.errors import StoreUnavailable


def mode(path: str | Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def far(tmp_path: Path) -> Places:
    """A desk whose home is too long a path for a socket."""
    return Places(str(tmp_path / ("long" * 30)))


@pytest.fixture
def short(tmp_path, monkeypatch):
    """A folder in the place of /tmp."""
    folder = tmp_path / "t"
    folder.mkdir()
    monkeypatch.setattr(places, "_SHORT", str(folder))
    return folder


def test_folders_are_their_owners_alone_also_where_they_were_there(tmp_path):
    (tmp_path / "desk").mkdir(mode=0o755)
    here = Places(str(tmp_path))
    here.make()
    for folder in (here.desk, here.state, here.logs, here.jobs, here.run):
        assert mode(folder) == 0o700


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "desk").write_text("")
    with pytest.raises(StoreUnavailable, match=r"cannot make .*desk"):
        Places(str(tmp_path)).make()


def test_a_socket_of_a_far_home_is_the_same_for_all_and_another_for_another_home(tmp_path, short):
    first = far(tmp_path).socket("core")
    assert first == far(tmp_path).socket("core")
    assert Path(first).parent.parent == short
    assert mode(Path(first).parent) == 0o700
    assert first != Places(str(tmp_path / ("other" * 30))).socket("core")


def test_a_link_that_somebody_laid_where_sockets_go_is_not_followed(tmp_path, short):
    """Anybody may write to that folder, also before we do."""
    own = tmp_path / "own"
    own.mkdir(mode=0o755)
    folder = Path(far(tmp_path).socket("core")).parent
    folder.rmdir()
    folder.symlink_to(own)
    with pytest.raises(StoreUnavailable, match="is a link"):
        far(tmp_path).socket("core")
    assert mode(own) == 0o755
