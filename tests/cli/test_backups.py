"""`trade2026 backup` and `restore` on a real desk: it trades on meanwhile, and the copy starts."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.desk_process import RealDesk


def test_without_a_desk_it_says_what_is_missing(trade2026: Terminal, tmp_path: Path) -> None:
    done = trade2026("backup", str(tmp_path / "b"))
    assert done.code == 2
    assert "must be the home of a desk" in done.err


@pytest.mark.process
def test_a_running_desk_is_copied_and_the_copy_starts(tmp_path: Path) -> None:
    config = {"data": {"names": ["sp500"]}, "replay": {"is_paused": True}}
    desk, copy = RealDesk(tmp_path / "a", config=config), tmp_path / "b"
    try:
        desk.start()
        made = json.loads(desk.command("backup", str(tmp_path / "desk.backup"), "--json").stdout)
        assert made["last_seq"] > 0
    finally:
        desk.stop()
    state = json.loads(desk.command("journal", "replay", str(desk.home / "desk/journal"), "--json").stdout)
    done = desk.command("restore", str(tmp_path / "desk.backup"), str(copy), "--json")
    restored = json.loads(done.stdout)
    assert restored["sha256"] == made["sha256"]
    replayed = json.loads(desk.command("journal", "replay", str(copy / "desk/journal"), "--json").stdout)
    assert replayed["state_sha256"] == restored["state_sha256"]
    assert state["frames"] >= replayed["frames"] == made["last_seq"]
    other = RealDesk(tmp_path / "c")
    other.home = copy
    try:
        other.start()
        log = (copy / "desk" / "log" / "core.log").read_text()
        assert re.search(r"recovered \d+ frames", log)
        assert "Traceback" not in log
    finally:
        other.stop()
