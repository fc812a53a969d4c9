"""Outputs that take less than UTF-8, or nothing at all; and names that are no text."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import BITCOIN, HALF_YEAR, Terminal, write_bars

ROOT = Path(__file__).resolve().parents[2]
PRINTS = '''"""Prints where results go."""
import msgspec
from trade2026.ports.strategy import Strategy

print("while it is read")


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Loud(Strategy):
    """Says \u2603 on stdout."""

    parameters_type = Parameters

    def on_start(self, context):
        print("while it runs")
'''


def trade2026(
    home: Path, *arguments: str | bytes | Path, stdout: int = subprocess.PIPE, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, bytes in and out."""
    environment = {**os.environ, "TRADE2026_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), **variables}
    return subprocess.run(
        [sys.executable, "-m", "trade2026.bootstrap.main", *arguments],
        stdout=stdout, stderr=subprocess.PIPE, env=environment, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the disk that is always full")
@pytest.mark.parametrize("command", [("strategies",), ("data", "describe", "sp500", "--json"), ("--help",)])
def test_an_output_that_cannot_be_written_is_told_as_the_disk_it_is(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        said = trade2026(tmp_path, *command, stdout=full)
    finally:
        os.close(full)
    assert said.returncode == 3
    assert said.stderr == (
        b"error: the output cannot be written: No space left on device; free space, or send it elsewhere\n"
    )


@pytest.mark.process
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf8_gets_escapes_and_json_stays_json(tmp_path: Path, encoding: str) -> None:
    bars = write_bars(tmp_path / "b\u00e4d \u2603.csv", [100.0, 101.0, 102.0])
    told = trade2026(tmp_path, "data", "describe", bars, *BITCOIN, PYTHONIOENCODING=encoding)
    assert told.returncode == 0, told.stderr
    assert b"\\u2603.csv" in told.stdout
    as_json = trade2026(tmp_path, "data", "describe", bars, *BITCOIN, "--json", PYTHONIOENCODING=encoding)
    assert json.loads(as_json.stdout.decode("ascii"))["name"].endswith("b\u00e4d \u2603.csv")
    missing = trade2026(tmp_path, "backtest", "\u2603.py", *HALF_YEAR, PYTHONIOENCODING=encoding)
    assert missing.returncode == 2
    assert b"Traceback" not in missing.stderr


@pytest.mark.process
def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    said = trade2026(tmp_path, "data", "describe", b"\xff.csv", *BITCOIN)
    assert said.returncode == 2
    assert said.stderr == b"error: arguments must be UTF-8 text, was '\\udcff.csv'; rename it\n"


def test_what_a_strategy_prints_does_not_get_between_the_json(tmp_path: Path) -> None:
    terminal, path = Terminal(tmp_path / "home"), tmp_path / "loud.py"
    path.write_text(PRINTS)
    plain = terminal("backtest", path, *HALF_YEAR, "-q")
    assert "while it is read\n" in plain.out
    assert "while it runs\n" in plain.out
    said = terminal("backtest", path, *HALF_YEAR, "--json")
    assert said.json["events"] > 0
    assert "while it is read\n" in said.err
    assert "while it runs\n" in said.err
    described = terminal("strategies", path, "--json")
    assert described.json["summary"] == "Says \u2603 on stdout."
    assert "\\u2603" in described.out


def test_a_run_that_was_left_at_once_says_that_there_is_no_result(tmp_path: Path) -> None:
    terminal, path = Terminal(tmp_path / "home"), tmp_path / "impatient.py"
    path.write_text(PRINTS.replace('print("while it runs")', "raise KeyboardInterrupt  # As Ctrl-C does."))
    said = terminal("backtest", path, *HALF_YEAR, "-q")
    assert said.code == 130
    assert said.err == "interrupted: there is no result; 'trade2026 runs' says what became of the run\n"
    assert "failed" in terminal("runs").out
