"""The real desk by its command: it comes up, survives the death of its core, and goes down."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bootstrap.supervisor.given import ROOT, free_port, is_alive, until

pytestmark = [pytest.mark.process, pytest.mark.slow]

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith("TRADE2026_")}
    mine = {
        "TRADE2026_HOME": str(tmp_path),
        "TRADE2026_PORT": str(free_port()),
        "PYTHONPATH": str(ROOT / "src"),
    }
    return keep | mine


@pytest.fixture
def trade2026(environment: dict[str, str]) -> Iterator[Command]:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "trade2026.bootstrap.main", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    yield call
    call("down")


def status(trade2026: Command) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(trade2026("status", "--json").stdout)
    return value


def pids(found: dict[str, Any]) -> dict[str, int]:
    return {each["role"]: each["pid"] for each in found["roles"]}


def answers(environment: dict[str, str], path: str = "/api/v1/health") -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{environment['TRADE2026_PORT']}{path}", timeout=5
        ) as got:
            value: dict[str, Any] = json.load(got)
            return value
    except urllib.error.URLError:
        return None


def test_up_crash_and_down(trade2026: Command, environment: dict[str, str]) -> None:
    first = trade2026("up")
    assert first.returncode == 0, first.stderr
    address = f"http://127.0.0.1:{environment['TRADE2026_PORT']}"
    assert first.stdout.startswith(f"The desk is up at {address}\n")
    assert "password: " in first.stdout
    assert trade2026("up").stdout == first.stdout

    until(lambda: trade2026("status").returncode == 0)  # The market takes longer than the web service.
    before = status(trade2026)
    assert [each["role"] for each in before["roles"]] == ["prism", "core", "monitor", "runner", "web"]
    assert until(lambda: answers(environment))["status"] in ("ok", "degraded")

    os.kill(pids(before)["core"], signal.SIGKILL)
    assert answers(environment) is not None, "the web service serves without a core"
    until(lambda: [each["restarts"] for each in status(trade2026)["roles"]] == [0, 1, 0, 0, 0])
    until(lambda: trade2026("status").returncode == 0)
    assert pids(status(trade2026))["web"] == pids(before)["web"]

    running = pids(status(trade2026)).values()
    done = trade2026("down")
    assert (done.returncode, done.stdout) == (0, "The desk is down.\n")
    assert [pid for pid in running if is_alive(pid)] == []
    until(lambda: not is_alive(before["pid"]))  # The supervisor lets go of its lock before it ends.
    assert answers(environment) is None
    said = trade2026("logs", "-n", "1000").stdout
    assert "Traceback" not in said
    assert "supervisor | " in said


def test_no_process_outlives_a_killed_supervisor(trade2026: Command) -> None:
    assert trade2026("up").returncode == 0
    found = status(trade2026)
    os.kill(found["pid"], signal.SIGKILL)
    until(lambda: not any(is_alive(pid) for pid in pids(found).values()))
    assert trade2026("up").returncode == 0
    until(lambda: trade2026("status").returncode == 0)
