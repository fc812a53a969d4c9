"""A killed desk loses nothing it acknowledged: twenty kills; `make crash KILLS=200` for more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ANSWERS_BEFORE_WRITING = """
import asyncio
from tests.crash import run
from trade2026.trading.sequencer import Sequencer

whole = Sequencer.flush_async

async def flush_async(self, before_send=None):
    asyncio.get_running_loop().create_task(later(self))

async def later(self):
    await asyncio.sleep(0.005)
    await whole(self)

Sequencer.flush_async = flush_async
print(*run.run(20, 0)[1])
"""


def python(folder: Path, *arguments: str, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
    """Run in a process of its own, because it forks, with its folders in `folder`."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.process
@pytest.mark.slow
def test_twenty_kills(tmp_path):
    done = python(tmp_path, "-m", "tests.crash.run", "--kills", "20")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failures"] == []
    assert told["counts"]["killed at a disk operation"] + told["counts"]["killed at a moment"] == 20
    assert told["counts"]["acknowledged"] > 100, "the desk was hardly loaded"


@pytest.mark.process
@pytest.mark.slow
def test_a_desk_and_the_simulated_market_are_killed_and_their_books_agree(tmp_path):
    done = python(tmp_path, "-m", "tests.crash.prism", "--kills", "2", "--seed", "3", timeout=400)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failures"] == []
    assert told["counts"]["executions compared"] > 5, "the desk hardly traded"


@pytest.mark.process
def test_a_desk_that_answers_before_it_writes_is_found(tmp_path):
    done = python(tmp_path, "-c", ANSWERS_BEFORE_WRITING)
    assert "acknowledged commands are lost" in done.stdout, done.stderr
