"""A slice of the simulation for every test run; `make simulate` runs as many seeds as there is time for.

Here, as everywhere in the tests, the books are also checked after every single event.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.run import corpus
from tests.simulation.scenario import run_seed

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_nothing_acknowledged_is_lost(first):
    for seed in range(first, first + 10):
        run_seed(seed)


@pytest.mark.parametrize("seed", corpus())
def test_a_seed_that_once_failed_passes(seed):
    run_seed(seed)


def test_one_seed_gives_one_story():
    assert run_seed(5).trace == run_seed(5).trace != run_seed(6).trace


@pytest.mark.process
def test_one_seed_gives_one_story_whatever_strings_hash_to():
    script = (
        "from tests.simulation.scenario import run_seed; print([run_seed(seed).trace for seed in (2, 3, 5)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "4242")
    }
    assert len(told) == 1
