"""Which of a failing seed's faults it needs: each is taken away, and stays away if the seed fails without it.

Without a fault chance draws other numbers, so that another story is told; what is left is a smaller set of
faults that also fails, perhaps in another way. `run --seed N --shrink` prints it.
"""

import dataclasses
import random
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.simulation.plan import Plan
from tests.simulation.prism_venue.plan import PrismPlan
from tests.simulation.scenario import SimulationFailure
from tests.simulation.stories import SIM, Story

Away = frozenset[str]
"""Names of faults that are taken away; those of the line and of the market with what they belong to."""

_LENGTHS = ("_s", "tail", "silent", "fees", "prevention", "gap_told")
"""Ends of the names of fields that are no faults by themselves."""


def names_of(plan: Plan) -> list[str]:
    """The faults that a plan has."""
    found = [fault.value for fault in plan.faults]
    for prefix, part in _parts(plan).items():
        shares = (each.name for each in dataclasses.fields(part) if not each.name.endswith(_LENGTHS))
        found += [f"{prefix}.{name}" for name in shares if getattr(part, name)]
    return found


def _parts(plan: Plan) -> dict[str, Any]:
    if isinstance(plan, PrismPlan):
        return {"line": plan.line, "prism": plan.prism}
    return {} if plan.edge is None else {"line": plan.line, "market": plan.habits}


def take_away(plan: Plan, away: Away) -> None:
    """Let the plan be without these; how a life ends must stay, for it has to end somehow."""
    plan.faults = tuple(fault for fault in plan.faults if fault.value not in away)
    plan.ends = [None if end is not None and end.value in away else end for end in plan.ends]
    for prefix, part in _parts(plan).items():
        for each in dataclasses.fields(part):
            if f"{prefix}.{each.name}" in away:
                setattr(part, each.name, type(getattr(part, each.name))(0))


def shrink(seed: int, fails: Callable[[int, Away], bool] | None = None, story: Story = SIM) -> list[str]:
    """Faults of which none can be taken away without the seed passing; [] where it passes as it is."""
    fails = fails or partial(_fails, story)
    if not fails(seed, frozenset()):
        return []
    needed, away = names_of(story.draw(random.Random(seed))), frozenset[str]()
    for name in list(needed):
        if fails(seed, away | {name}):
            away |= {name}
            needed.remove(name)
            print(f"it fails without {name} too", file=sys.stderr)
    return needed


def _fails(story: Story, seed: int, away: Away) -> bool:
    try:
        story.run(seed, lambda plan: take_away(plan, away))
    except SimulationFailure:
        return True
    return False
