"""Thousands of requests of every kind to a real desk: none breaks it, each answer is as described."""

import hashlib
import json
import subprocess
import sys

import pytest

from bench.harness import commit
from tests.desk_process import ROOT

REQUESTS = 5_000


def seed_of_commit() -> int:
    """Another with each commit, and the same again for the same one."""
    return int.from_bytes(hashlib.sha256(commit().rstrip("+").encode()).digest()[:3])


@pytest.mark.slow
@pytest.mark.process
def test_no_request_breaks_the_desk_or_its_description() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", "--slice", "--seed", str(seed_of_commit())],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3_000:]}\n{done.stderr[-12_000:]}"
    result = json.loads(done.stdout)
    assert result["requests"] >= REQUESTS
    assert result["server_errors"] == 0
    assert result["operations"] > 50
    for status in ("200", "201", "202", "204", "401", "403", "404", "405", "409", "415", "422"):
        assert result["statuses"].get(status), f"nothing was answered {status}: the requests reach too little"
