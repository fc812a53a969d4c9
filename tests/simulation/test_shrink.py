"""A failing seed is brought down to the faults it needs."""

import random

from tests.simulation import edge_mutants
from tests.simulation.plan import Fault, draw_plan
from tests.simulation.shrink import names_of, shrink, take_away

SEED = 96  # A story of a venue, with faults of every kind.


def test_only_what_it_needs_is_left():
    needed = {"line.duplicate", Fault.KILL.value}

    def fails(seed, away):
        return not needed & away

    names = names_of(draw_plan(random.Random(SEED)))
    assert needed <= set(names)
    assert set(shrink(SEED, fails)) == needed


def test_a_seed_that_passes_needs_nothing():
    assert shrink(SEED, lambda seed, away: False) == []


def test_a_fault_that_is_away_is_nowhere_in_the_plan():
    plan = draw_plan(random.Random(SEED))
    take_away(plan, frozenset(names_of(plan)))
    assert names_of(plan) == []
    assert set(plan.ends) <= {None}


def test_a_broken_desk_is_brought_down_to_few_faults():
    """What ends a part is in the market's habits and the line's repetitions, not in power and disk."""
    with edge_mutants.parts_taken_for_one():
        needed = shrink(SEED)
    assert 0 < len(needed) < len(names_of(draw_plan(random.Random(SEED)))) / 2, needed
