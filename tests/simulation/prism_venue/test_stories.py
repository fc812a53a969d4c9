"""A slice of the simulation with the simulated market as the venue; `make simulate VENUE=PRISM` runs more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.prism_venue.plan import PrismFaults
from tests.simulation.prism_venue.story import run_prism_seed
from tests.simulation.run import command_of, corpus
from tests.simulation.stories import PRISM

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("seed", range(8))
def test_the_desk_knows_what_the_market_knows(seed):
    run_prism_seed(seed)


def test_seeds_that_once_failed_pass():
    for seed in corpus(PRISM):
        run_prism_seed(seed)


def test_without_faults_the_market_goes_on_and_orders_fill():
    def calm(plan):
        plan.prism, plan.ends, plan.faults = PrismFaults(), [None], ()
        plan.line.heal()

    counts = run_prism_seed(4, calm).counts
    assert counts["fills"]
    assert not counts["market killed with the desk"]
    assert not counts["line cut"]
    assert not counts["request failed"]


def test_a_failing_seed_names_the_command_that_repeats_it():
    assert command_of(7, PRISM) == ".venv/bin/python -m tests.simulation.run --venue PRISM --seed 7"


@pytest.mark.process
def test_one_seed_gives_one_story_whatever_strings_hash_to():
    script = (
        "from tests.simulation.prism_venue.story import run_prism_seed as run; "
        "print([run(seed).trace for seed in (3, 6)])"
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
        for hash_seed in ("0", "4242")
    }
    assert told == {f"{[run_prism_seed(seed).trace for seed in (3, 6)]}\n"}
