"""In processes of their own: the same bytes under any hash seed, and help that imports nothing heavy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import HALF_YEAR, QUICK
from trade2026 import __version__

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("polars", "pandas", "numpy", "exchange_calendars", "trade2026.adapters", "trade2026.simulation")

pytestmark = pytest.mark.process


def start(home: Path, *command: str, hash_seed: str = "random") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TRADE2026_HOME": str(home),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONHASHSEED": hash_seed,
    }
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, env=environment, timeout=120, check=False
    )


def trade2026(home: Path, *arguments: str, hash_seed: str = "random") -> subprocess.CompletedProcess[str]:
    return start(home, "-m", "trade2026.bootstrap.main", *arguments, hash_seed=hash_seed)


def test_two_processes_with_other_hash_seeds_print_the_same_line(tmp_path: Path) -> None:
    said = [
        trade2026(
            tmp_path / seed, "backtest", "momentum", *HALF_YEAR, *QUICK, "--json", hash_seed=seed
        )
        for seed in ("1", "4242")
    ]  # fmt: skip
    assert said[0].returncode == 0, said[0].stderr
    assert said[0].stdout == said[1].stdout
    figures = json.loads(said[0].stdout)
    journals = [
        {path.name: path.read_bytes() for path in (tmp_path / seed).glob("runs/*/segment-*.log")}
        for seed in ("1", "4242")
    ]
    assert journals[0]
    assert journals[0] == journals[1], "the strategy's orders are other bytes in another process"
    replayed = trade2026(tmp_path / "1", "journal", "replay", figures["run_id"], "--json", hash_seed="77")
    assert json.loads(replayed.stdout)["state_sha256"] == figures["state_sha256"]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["backtest", "--help"], ["journal", "show", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy_and_writes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from trade2026.bootstrap.main import main\n"
        f"code = main({arguments!r})\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.stderr.write(repr((code, heavy)))\n"
    )
    said = start(tmp_path / "home", "-c", program)
    assert said.stderr == "(0, [])"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["backtest"], ["strategies"], ["data"], ["data", "describe"], ["runs"], ["trials"], ["journal"],
        ["journal", "verify"], ["journal", "show"], ["journal", "replay"],
    ],
)  # fmt: skip
def test_every_command_has_help_and_an_example(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from trade2026.bootstrap.main import main

    assert main([*arguments, "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Usage: trade2026" in said
    assert f"trade2026 {' '.join(arguments)}".strip() in said.partition("Example")[2]


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from trade2026.bootstrap.main import main

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"trade2026 {__version__}\n"
