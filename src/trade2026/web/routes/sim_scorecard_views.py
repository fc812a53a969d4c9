"""Scorecards of the simulated market, and the jobs that make them, in answers."""

import msgspec

from trade2026.ports.runner_link import JobState, JobWait
from trade2026.ports.sim_shown import SimFact, SimFigure, SimScorecard, SimScorecardJob
from trade2026.primitives.time import format_ns


class SimScorecardView(msgspec.Struct, frozen=True):
    """Which facts of real markets the simulated one shows.

    A fact has its verdict, its value over seeds with the interval at `level`, and from where to where it
    counts as reproduced; `picture` is that as SVG, drawn with the rules of `style`. `made` is of the real
    clock.
    """

    name: str
    made: str
    seeds: tuple[int, ...]
    hours: float
    level: float
    facts: tuple[SimFact, ...]
    figures: tuple[SimFigure, ...]
    style: str


class SimScorecardJobView(msgspec.Struct, frozen=True):
    """The making of a scorecard; `progress` goes from 0 to 1, times are of the real clock.

    `waits_for` is DESK while the desk is so busy that it stands still, null while nothing holds it up.
    """

    job_id: str
    state: JobState
    owner: str
    seeds: int
    hours: float
    progress: float
    text: str
    waits_for: JobWait | None
    error: str
    created: str
    finished: str | None


def scorecard_view(card: SimScorecard) -> SimScorecardView:
    """A scorecard as it is shown."""
    return SimScorecardView(
        card.name, format_ns(card.made), card.seeds, card.hours, card.level, card.facts, card.figures,
        card.style,
    )  # fmt: skip


def job_view(job: SimScorecardJob) -> SimScorecardJobView:
    """A job as it is shown."""
    finished = format_ns(job.finished_ns) if job.finished_ns else None
    return SimScorecardJobView(
        job.job_id, job.state, job.owner, job.seeds, job.hours, job.progress, job.text,
        job.waits_for, job.error, format_ns(job.created_ns), finished,
    )  # fmt: skip
