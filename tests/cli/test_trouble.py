"""When the world fails: full disks, folders that cannot be written, killed runs, damaged files."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import HALF_YEAR, QUICK, Terminal, services_at, write_strategy
from trade2026.trading.journal import Journal, JournalConfig

MOMENTUM = ("backtest", "momentum", *HALF_YEAR, *QUICK, "-q")
ROOT = Path(__file__).resolve().parents[2]


def in_process(home: Path, *arguments: str | Path, bytes_max: int = 0) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, no file of which grows beyond `bytes_max` unless that is 0."""

    def limit() -> None:
        if bytes_max:
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))

    environment = {**os.environ, "TRADE2026_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "trade2026.bootstrap.main", *map(str, arguments)],
        capture_output=True, text=True, env=environment, preexec_fn=limit, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.process
def test_a_full_disk_stops_the_run_with_a_line_and_the_trial_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    arguments = ("backtest", "momentum", "--data", "sp500", "--to", "1999-12-31", "-q")
    said = in_process(home, *arguments, bytes_max=50_000)
    assert said.returncode == 3
    assert said.stdout == ""
    assert said.stderr.startswith("error: journal ")
    for part in ("File too large", "Free space on that disk", "start again"):
        assert part in said.stderr
    assert "Traceback" not in said.stderr
    terminal = Terminal(home)
    trial = terminal("trials", "--json").json
    assert trial["status"] == "failed"
    assert "File too large" in trial["error"]
    assert terminal("runs", "--json").json["status"] == "failed"
    (folder,) = terminal.runs()
    checked = terminal("journal", "verify", folder, "--json")
    assert checked.json["would_open"] is True
    assert terminal("journal", "replay", folder, "--decide").code == 0


@pytest.mark.process
def test_a_killed_run_stays_a_trial_without_a_result(tmp_path: Path) -> None:
    home = tmp_path / "home"
    strategy = write_strategy(tmp_path / "mine.py", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    said = in_process(home, "backtest", strategy, *HALF_YEAR, "--durable")
    assert said.returncode == -signal.SIGKILL
    terminal = Terminal(home)
    assert terminal("trials", "--json").json["status"] == "unfinished"
    assert terminal("runs", "--json").json["status"] == "unfinished"
    (folder,) = terminal.runs()
    assert terminal("journal", "verify", folder).code == 0
    orders = terminal("journal", "show", folder, "--type", "OrderApproved", "--json").lines
    assert len(orders) == 1  # It was synced before the strategy was called again.
    said_again = terminal("journal", "replay", folder, "--json", "--decide").json
    assert said_again["agrees"] is None
    assert terminal(*MOMENTUM).code == 0


@pytest.mark.process
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Terminal(home)(*MOMENTUM)
    (folder,) = Terminal(home).runs()
    environment = {**os.environ, "TRADE2026_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "trade2026.bootstrap.main", "journal", "show", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    said = Terminal(blocked / "home")(*MOMENTUM)
    assert said.code == 3
    assert said.err.startswith(f"error: cannot make {blocked / 'home'}/runs/momentum-")
    assert "Not a directory" in said.err
    assert "set TRADE2026_HOME to another folder" in said.err


def test_a_second_instance_is_refused_and_named(trade2026: Terminal, tmp_path: Path) -> None:
    trade2026(*MOMENTUM)
    services = services_at(trade2026.home)
    (folder,) = trade2026.runs()
    storage = services.open_storage(str(folder))
    journal = Journal.open(storage, JournalConfig.for_run(), services.head_key())
    try:
        assert trade2026("journal", "verify", folder).code == 0  # Reading goes on.
        again = services.open_storage(str(folder))
        with pytest.raises(Exception, match=f"in use by process {os.getpid()}. Stop that one"):
            Journal.open(again, JournalConfig.for_run(), services.head_key())
    finally:
        journal.close()
        storage.close()


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("offset", [3, 40, 100, 2_000, 20_000, -30])
def test_a_flipped_bit_is_found_wherever_it_is(trade2026: Terminal, offset: int) -> None:
    trade2026(*MOMENTUM)
    (folder,) = trade2026.runs()
    (segment,) = folder.glob("segment-*.log")
    flip(segment, offset)
    said = trade2026("journal", "verify", folder)
    assert said.code == 1
    assert segment.name in said.out
    assert "restore this folder from a backup" in said.err
    checked = trade2026("journal", "verify", folder, "--json")
    assert checked.code == 1
    assert checked.json["intact"] is False
    assert checked.json["findings"][0]["segment"] == segment.name
    replayed = trade2026("journal", "replay", folder)
    assert replayed.code == 4
    assert str(folder) in replayed.err


def test_damage_inside_a_journal_that_was_not_synced_is_no_torn_tail(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM)
    (folder,) = trade2026.runs()
    (segment,) = folder.glob("segment-*.log")
    flip(segment, 20_000)
    checked = trade2026("journal", "verify", folder, "--no-head", "--json").json
    assert [finding["kind"] for finding in checked["findings"]] == ["damaged frame inside the log"]
    assert checked["would_open"] is False


def test_a_truncated_journal_is_found(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM)
    (folder,) = trade2026.runs()
    (segment,) = folder.glob("segment-*.log")
    segment.write_bytes(segment.read_bytes()[:-1_000])
    said = trade2026("journal", "verify", folder)
    assert said.code == 1
    assert "ends before its signed head" in said.out
    assert trade2026("journal", "verify", folder, "--no-head").code == 1  # The cut frame is a torn tail.


def test_a_journal_that_replays_to_another_state_than_its_result_is_refused(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM)
    (folder,) = trade2026.runs()
    path = folder / "result.json"
    result = json.loads(path.read_text())
    true_hash = result["figures"]["state_sha256"]
    result["figures"]["state_sha256"] = "0" * 64
    path.write_text(json.dumps(result))
    said = trade2026("journal", "replay", folder)
    assert said.code == 4
    assert f"state_sha256 of {folder} must be {'0' * 64} as in result.json, was {true_hash}" in said.err


@pytest.mark.parametrize("name", ["plan.json", "result.json"])
def test_damaged_files_of_a_run_are_named_and_do_not_hide_the_others(trade2026: Terminal, name: str) -> None:
    trade2026(*MOMENTUM)
    trade2026(*MOMENTUM)
    first, second = trade2026.runs()
    (first / name).write_text('{"run_id": ')
    said = trade2026("runs", "--json")
    assert said.code == 0
    assert [line["folder"] for line in said.lines] == [str(second)]
    assert f"warning: {first}/{name} is damaged" in said.err
    assert trade2026("journal", "verify", first).code == 0
    assert trade2026("journal", "replay", first).code == 4


def test_a_key_that_is_lost_or_cut_is_told(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM)
    (folder,) = trade2026.runs()
    key = trade2026.home / "keys" / "journal.key"
    key.write_bytes(b"short")
    said = trade2026("journal", "verify", folder)
    assert said.code == 4
    assert "must hold 32 bytes, had 5; restore it from a backup" in said.err
    key.unlink()
    said = trade2026("journal", "verify", folder)
    assert said.code == 4
    assert f"{key} must be there, because it signed {trade2026.home}/trials/head" in said.err
    assert not key.exists()
    key.write_bytes(bytes(32))
    said = trade2026("journal", "verify", folder)
    assert said.code == 4
    assert "the signature of 'head' does not match" in said.err
    assert "'trade2026 journal verify --no-head' checks the rest" in said.err
    assert trade2026("journal", "verify", folder, "--no-head").code == 0


def test_a_damaged_trial_ledger_stops_runs_until_an_operator_looks(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM)
    (segment,) = (trade2026.home / "trials").glob("segment-*.log")
    flip(segment, 200)
    for command in (("trials",), MOMENTUM):
        said = trade2026(*command)
        assert said.code == 4
        assert str(trade2026.home / "trials") in said.err
        assert "restore this folder from a backup" in said.err
        assert f"Without a backup, move {trade2026.home}/trials away" in said.err
    (trade2026.home / "trials").rename(trade2026.home / "damaged")
    assert trade2026(*MOMENTUM).code == 0


def test_a_journal_that_lost_all_its_segments_is_no_empty_folder(trade2026: Terminal) -> None:
    trade2026(*MOMENTUM)
    (folder,) = trade2026.runs()
    for segment in folder.glob("segment-*.log"):
        segment.unlink()
    for command in ("verify", "show", "replay"):
        said = trade2026("journal", command, folder)
        assert said.code == 4
        assert "must have its segments, has 'head'" in said.err


def test_folders_without_a_journal_are_refused(trade2026: Terminal, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for command in ("verify", "show", "replay"):
        said = trade2026("journal", command, tmp_path / "empty")
        assert said.code == 2
        assert "must hold a journal, has no segment-*.log" in said.err
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_run_id_that_fits_several_runs_is_refused(trade2026: Terminal) -> None:
    run_id = trade2026(*MOMENTUM, "--json").json["run_id"]
    trade2026(*MOMENTUM)
    said = trade2026("journal", "replay", run_id)
    assert said.code == 2
    assert f"momentum-{run_id}, momentum-{run_id}-2" in said.err
    assert trade2026("journal", "replay", f"momentum-{run_id}-2").code == 0
    shutil.rmtree(trade2026.runs()[0])
    assert trade2026("journal", "replay", run_id[:6]).code == 0
    assert trade2026("journal", "replay", run_id[:3]).code == 2  # Too short to mean one.
