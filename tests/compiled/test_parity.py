"""The compiled build gives the bytes that plain Python gives: the same journals, states and results.

Skipped unless `build/compiled` is what `make compile` would make now; `make compiled-check` makes it first.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import compile_core

PLAIN = compile_core.ROOT / "src"
COMPILED = compile_core.TARGET

pytestmark = [
    pytest.mark.slow,
    pytest.mark.process,
    pytest.mark.skipif(
        not compile_core.is_fresh(), reason="build/compiled is not there or not up to date; run make compile"
    ),
]


def run(package: Path, home: Path, *arguments: str) -> str:
    """Run Python with one of the two packages; what it printed."""
    environment = os.environ | {
        "PYTHONPATH": f"{package}{os.pathsep}{compile_core.ROOT}",
        "TRADE2026_HOME": str(home),
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def backtest(package: Path, home: Path, *arguments: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A backtest on the command line: its result without the time it ended, and all files of the run."""
    run(package, home, "-m", "trade2026.bootstrap.main", "backtest", *arguments, "--data", "sp500")
    (folder,) = (home / "runs").iterdir()
    result = json.loads((folder / "result.json").read_text())
    logs = {path.name: path.read_bytes() for path in sorted(folder.glob("*.log"))}
    return {name: value for name, value in result.items() if name != "finished_ns"}, logs


@pytest.mark.parametrize(
    "arguments",
    [
        ("momentum",),
        ("dual_moving_average",),
        ("dual_moving_average", "-p", "fast=2", "-p", "slow=5", "--fees", "-0.5/2bps", "--latency-ms", "5"),
    ],
    ids=["momentum", "averages", "many-trades"],
)
def test_a_backtest_leaves_the_same_bytes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    plain, plain_logs = backtest(PLAIN, tmp_path / "plain", *arguments)
    compiled, compiled_logs = backtest(COMPILED, tmp_path / "compiled", *arguments)
    assert compiled == plain
    assert compiled_logs == plain_logs
    assert plain_logs


def test_an_order_on_every_bar_leaves_the_same_journal_state_and_facts(tmp_path: Path) -> None:
    answers = []
    for name, package in (("plain", PLAIN), ("compiled", COMPILED)):
        folder = tmp_path / name
        folder.mkdir()
        answers.append(json.loads(run(package, folder, "-m", "tests.compiled.probe", str(folder))))
    plain, compiled = answers
    assert (plain.pop("is_compiled"), compiled.pop("is_compiled")) == (False, True)
    assert compiled == plain
    assert plain["replayed_sha256"] == plain["state_sha256"]
    # The run is worth something: most bars trade, orders are refused, fills are partial.
    assert plain["orders"] > 2_000
    assert plain["refusals"] > 20
    assert len(plain["fills"]) > 2_000


def test_both_builds_name_the_same_code_version(tmp_path: Path) -> None:
    script = "from trade2026.bootstrap.version import code_version; print(code_version())"
    assert run(COMPILED, tmp_path, "-c", script) == run(PLAIN, tmp_path, "-c", script)
