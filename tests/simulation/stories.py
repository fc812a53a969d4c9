"""The kinds of stories that a seed can tell, by the venue that the desk trades at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.coverage import NEEDED
from tests.simulation.plan import draw_plan
from tests.simulation.prism_venue.coverage import NEEDED as NEEDED_AT_PRISM
from tests.simulation.prism_venue.plan import draw_prism_plan
from tests.simulation.prism_venue.story import run_prism_seed
from tests.simulation.scenario import Outcome, run_seed


@dataclass(frozen=True)
class Story:
    """How a seed is drawn and run, and what a run of `long_run` seeds or more must have met."""

    venue: str
    draw: Callable[..., Any]
    run: Callable[..., Outcome]
    needed: frozenset[str]
    long_run: int
    corpus: str


SIM: Final = Story("SIM", draw_plan, run_seed, NEEDED, 2_000, "corpus.txt")
"""The journal, and venue sessions before a market of reference order books."""
PRISM: Final = Story("PRISM", draw_prism_plan, run_prism_seed, NEEDED_AT_PRISM, 300, "prism_venue/corpus.txt")
"""The simulated market that ships, with its service, its line and its adapter."""
STORIES: Final = {story.venue: story for story in (SIM, PRISM)}
