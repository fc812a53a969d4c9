"""Runs seeded power-loss simulations of the whole desk: `python -m tests.simulation.run --seeds 500`.

Prints progress, then one line of JSON. A seed that fails is named with the command that repeats it, and the
exit status is 1. So it is when a long run has never met a fault, a cell of the order state machine or a race
that it should have: what was not met was not tested.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from bench.harness import commit, machine
from tests.simulation.scenario import SimulationFailure
from tests.simulation.shrink import shrink
from tests.simulation.stories import SIM, STORIES, Story

FOLDER = Path(__file__).parent
PROGRESS_S = 10.0


def corpus(story: Story = SIM) -> list[int]:
    """Seeds that failed once."""
    lines = (FOLDER / story.corpus).read_text().splitlines()
    return [int(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


def command_of(seed: int, story: Story = SIM) -> str:
    """What to type to see this seed again."""
    venue = "" if story is SIM else f" --venue {story.venue}"
    return f".venv/bin/python -m tests.simulation.run{venue} --seed {seed}"


def run(seeds: list[int], story: Story = SIM) -> tuple[dict[int, str], Counter[str], float]:
    """Run them all; give the failures by seed, what happened how often, and the seconds."""
    failures: dict[int, str] = {}
    counts: Counter[str] = Counter()
    began = shown = time.perf_counter()
    for done, seed in enumerate(seeds, start=1):
        try:
            counts += story.run(seed).counts
        except SimulationFailure as failure:
            failures[seed] = str(failure)
            print(f"FAILED {failure}\n  repeat with: {command_of(seed, story)}", file=sys.stderr)
        now = time.perf_counter()
        if now - shown > PROGRESS_S:
            shown = now
            rate = done / (now - began)
            print(
                f"{done} of {len(seeds)} seeds, {rate:.1f} seeds/s, {len(failures)} failed", file=sys.stderr
            )
    return failures, counts, time.perf_counter() - began


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.run", description=__doc__)
    parser.add_argument(
        "--venue", choices=sorted(STORIES), default=os.environ.get("VENUE") or SIM.venue,
        help="which market the desk trades at; the environment's VENUE where it is not given",
    )  # fmt: skip
    parser.add_argument("--seeds", type=int, default=500, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seed", type=int, help="run this one alone, and print its trace")
    parser.add_argument("--shrink", action="store_true", help="with --seed: print which faults it needs")
    arguments = parser.parse_args()
    if arguments.venue not in STORIES:
        parser.error(f"VENUE must be one of {', '.join(sorted(STORIES))}, was {arguments.venue!r}")
    story = STORIES[arguments.venue]
    if arguments.shrink:
        if arguments.seed is None:
            parser.error("--shrink needs --seed")
        needed = shrink(arguments.seed, story=story)
        print(f"seed {arguments.seed} needs: {', '.join(needed) or 'nothing, it passes'}")
        return 1 if needed else 0
    if arguments.seed is not None:
        seeds = [arguments.seed]
    else:
        seeds = list(range(arguments.first_seed, arguments.first_seed + arguments.seeds))
    if not seeds:
        parser.error("nothing to run; --seeds must be at least 1")
    failures, counts, seconds = run(seeds, story)
    for what, count in sorted(counts.items()):
        print(f"{count:>9}  {what}", file=sys.stderr)
    if arguments.seed is not None and not failures:
        print(f"trace {story.run(arguments.seed).trace}", file=sys.stderr)
    unmet = sorted(story.needed - counts.keys()) if len(seeds) >= story.long_run else []
    for what in unmet:
        print(f"NEVER MET in {len(seeds)} seeds: {what}", file=sys.stderr)
    line = {
        "simulation": "power loss",
        "venue": story.venue,
        "commit": commit(),
        "machine": machine(),
        "first_seed": seeds[0],
        "seeds": len(seeds),
        "failures": sorted(failures),
        "unmet": unmet,
        "seconds": round(seconds, 1),
        "seeds_per_s": round(len(seeds) / seconds, 2),
        "counts": dict(sorted(counts.items())),
    }
    print(json.dumps(line), flush=True)
    return 1 if failures or unmet else 0


if __name__ == "__main__":
    sys.exit(main())
