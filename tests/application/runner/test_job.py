"""What the process of a job tells: every stage, and of thousands of small steps a few."""

from trade2026.application.runner.job import sparing
from trade2026.application.runner.reports import Progress, Report
from trade2026.primitives.time import MILLISECOND_NS, UnixNanos


class Ticking:
    """A clock on which each look takes a millisecond."""

    def __init__(self) -> None:
        self.looks = 0

    def now_ns(self) -> UnixNanos:
        return self.monotonic_ns()

    def monotonic_ns(self) -> int:
        self.looks += 1
        return self.looks * MILLISECOND_NS


def test_thousands_of_small_steps_are_told_five_times_a_second() -> None:
    """Ten thousand of them in ten seconds."""
    told: list[Report] = []
    progress = sparing(Ticking(), told.append)
    for step in range(10_000):
        progress(step / 1e7, f"fit {step + 1} of 10,000,000")
    assert 45 <= len(told) <= 55
    fractions = [each.fraction for each in told if isinstance(each, Progress)]
    assert len(fractions) == len(told)
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] > 0.97 * 9_999 / 1e7


def test_no_stage_is_lost_however_fast_it_comes() -> None:
    told: list[Report] = []
    progress = sparing(Ticking(), told.append)
    stages = [(0.0, "reading the data"), (0.1, "computing"), (0.1, "estimating"), (0.2, "solving")]
    for stage in stages:
        progress(*stage)
    assert told == [Progress(*each) for each in stages]


def test_a_fast_job_tells_every_hundredth_of_the_way() -> None:
    told: list[Report] = []
    progress = sparing(Ticking(), told.append)
    for step in range(1_001):
        progress(step / 1_000, "on the way")
    assert len(told) >= 91
    assert told[0] == Progress(0.0, "on the way")
