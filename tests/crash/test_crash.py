"""A killed desk loses nothing it acknowledged: twenty kills; `make crash KILLS=200` for more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.process
@pytest.mark.slow
def test_twenty_kills():
    """In a process of its own, because it forks."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.run", "--kills", "20"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failures"] == []
    assert told["counts"]["killed at a disk operation"] + told["counts"]["killed at a moment"] == 20
    assert told["counts"]["acknowledged"] > 200, "the desk was hardly loaded"
