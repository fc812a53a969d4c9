"""The scorecard of a running market: made by a process of its own, one at a time, and kept in its folder.

`Scorecards` is what keeps the job; `make_scorecard` is what runs inside the process.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from trade2026.analytics.microstructure.facts import FACTS
from trade2026.application.prism import pictures
from trade2026.application.prism.folder import load_prism_config
from trade2026.application.prism.pictures import Interval
from trade2026.application.repeats import Repeats
from trade2026.application.runner.piece import Piece
from trade2026.application.runner.reports import Finished, Progress, Report
from trade2026.ports.asking import TooManyJobs, UnknownId
from trade2026.ports.children import HeldChildren
from trade2026.ports.clock import Clock
from trade2026.ports.runner_link import JobState, JobWait
from trade2026.ports.sim_shown import (
    SimFact,
    SimFigure,
    SimScorecard,
    SimScorecardJob,
)
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.scoring import (
    CombinedFact,
    RunPlan,
    Scored,
    default_settings,
    score_market,
)

KeptT = TypeVar("KeptT")

ROLE: Final = "scorecard"
"""How the process that makes one is called."""

SEEDS_MAX: Final = 50
HOURS_MIN, HOURS_MAX = 0.5, 48.0
_DETAIL_HOURS: Final = 2.0
_RESULT: Final = "scorecard.json"
_JOB: Final = "scorecard-job.json"
_HOW: Final = "POST /api/v1/sim/scorecard makes one"
_OVER: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELED, JobState.INTERRUPTED})


class Scorecards:
    """The last scorecard, and the job that makes the next; in one event loop.

    Parameters
    ----------
    storage : Storage
        The market's own folder.
    """

    def __init__(self, storage: Storage, children: HeldChildren, clock: Clock) -> None:
        self._storage, self._children, self._clock = storage, children, clock
        self._piece: Piece | None = None
        self._task: asyncio.Task[None] | None = None
        self._waits_for: JobWait | None = None
        children.watch(self._hold)
        self._done: Repeats[tuple[int, float], SimScorecardJob] = Repeats()
        self._job = _read(storage, _JOB, SimScorecardJob)
        if self._job is not None and self._job.state not in _OVER:
            self._finish(JobState.INTERRUPTED, "", "the market was stopped while it was made; make it again")
        if self._job is not None:
            self._remember(self._job)

    def last(self) -> SimScorecard:
        """The last one; raises UnknownId where none was made."""
        found = _read(self._storage, _RESULT, SimScorecard)
        if found is None:
            raise UnknownId(f"no scorecard was made yet; {_HOW}")
        return found

    def job(self) -> SimScorecardJob:
        """The last job; raises UnknownId where there is none."""
        if self._job is None:
            raise UnknownId(f"no scorecard was asked for yet; {_HOW}")
        return self._job

    def start(self, seeds: int, hours: float, owner: str, key: str = "") -> SimScorecardJob:
        """Begin to make one; under a key that was seen, say how far that one is, or how it began.

        The key of the last one is kept with it; those before are forgotten with this process.

        Raises
        ------
        InputError
            So many seeds or hours cannot be.
        KeyReused
            The key named another one of this owner.
        TooManyJobs
            Another one is being made.
        """
        known = self._done.answer(owner, key, (seeds, hours))
        if known is not None:
            return self.job() if self.job().job_id == known.job_id else known
        if not 1 <= seeds <= SEEDS_MAX:
            raise InputError(f"seeds must be 1 to {SEEDS_MAX}, was {seeds}")
        if not HOURS_MIN <= hours <= HOURS_MAX:
            raise InputError(f"hours must be {HOURS_MIN:g} to {HOURS_MAX:g}, was {hours:g}")
        if self._task is not None:
            raise TooManyJobs(
                "a scorecard is being made; wait for it or cancel it", retryable=True,
                retry_after_ns=10 * SECOND_NS,
            )  # fmt: skip
        number = 1 if self._job is None else int(self._job.job_id.rpartition("-")[2]) + 1
        job = SimScorecardJob(
            job_id=f"{ROLE}-{number}", state=JobState.RUNNING, owner=owner, seeds=seeds, hours=hours,
            created_ns=self._clock.now_ns(), text="starting", key=key, waits_for=self._waits_for,
        )  # fmt: skip
        self._storage.replace(_JOB, msgspec.json.encode(job))
        self._job = job
        self._remember(job)
        self._piece = Piece(
            self._children, ROLE, job.job_id, tell=self._progress, has_result=lambda: True
        )  # fmt: skip
        self._task = asyncio.get_running_loop().create_task(self._run(self._piece), name=job.job_id)
        return job

    def _remember(self, job: SimScorecardJob) -> None:
        self._done.keep(job.owner, job.key, (job.seeds, job.hours), job)

    def cancel(self) -> SimScorecardJob:
        """Cancel it; it ends within two seconds."""
        if self._piece is not None and not self._piece.is_canceled:
            self._job = msgspec.structs.replace(self.job(), text="being canceled")
            self._piece.cancel()
        return self.job()

    async def aclose(self) -> None:
        """End its process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, piece: Piece) -> None:
        try:
            ending = await piece.run()
            self._finish(*ending)
        except OperatingError as error:
            self._finish(JobState.FAILED, "it could not be made", str(error))
        finally:
            self._piece = self._task = None

    def _hold(self, is_held: bool) -> None:
        """Say that a busy desk holds the job up, or that it does no longer."""
        self._waits_for = JobWait.DESK if is_held else None
        if self._task is not None:
            self._job = msgspec.structs.replace(self.job(), waits_for=self._waits_for)

    def _progress(self, report: Progress) -> None:
        self._job = msgspec.structs.replace(self.job(), progress=report.fraction, text=report.text)

    def _finish(self, state: JobState, text: str, error: str = "") -> None:
        job, now_ns = self.job(), self._clock.now_ns()
        progress = 1.0 if state is JobState.DONE else job.progress
        self._job = msgspec.structs.replace(
            job, state=state, finished_ns=now_ns, progress=progress, text=text, error=error, waits_for=None
        )
        self._storage.replace(_JOB, msgspec.json.encode(self._job))


def make_scorecard(storage: Storage, clock: Clock, tell: Callable[[Report], None]) -> None:
    """Make the one that was asked for, of the market's configuration; the result replaces the last one."""
    try:
        job = _read(storage, _JOB, SimScorecardJob)
        if job is None:
            raise InputError(f"{storage.folder}/{_JOB} must say what to make; {_HOW}")
        config = load_prism_config(storage)
        plan = RunPlan(
            hours=job.hours, detail_hours=min(_DETAIL_HOURS, job.hours), other=1 % len(config.books)
        )
        tell(Progress(0.0, f"0 of {job.seeds} runs"))
        scored = score_market(
            config, range(1, job.seeds + 1), plan, default_settings(1),
            progress=lambda done, of: tell(Progress(done / of, f"{done} of {of} runs")),
        )  # fmt: skip
    except InputError as error:
        tell(Finished("it cannot be made", str(error)))
        return
    found = _scorecard(scored, job.hours, clock.now_ns())
    storage.replace(_RESULT, msgspec.json.encode(found))
    tell(Finished(f"{job.seeds} runs of {job.hours:g} h"))


def _scorecard(scored: Scored, hours: float, made_ns: int) -> SimScorecard:
    return SimScorecard(
        name=scored.name, made=made_ns, seeds=scored.seeds, hours=hours, level=scored.level,
        facts=tuple(_fact(fact, number) for number, fact in enumerate(scored.facts)),
        figures=tuple(
            SimFigure(name=each.name, words=each.words, value=each.value, low=each.low, high=each.high)
            for each in scored.figures
        ),
        style=pictures.STYLE,
    )  # fmt: skip


def _fact(fact: CombinedFact, number: int) -> SimFact:
    criterion, picture = FACTS[number].criterion, ""
    if fact.value is not None and fact.low is not None and fact.high is not None:
        shown = [Interval("market", fact.value, fact.low, fact.high)]
        picture = pictures.intervals(shown, (criterion.low, criterion.high))
    return SimFact(
        name=fact.name, question=fact.question, criterion=fact.criterion, verdict=fact.verdict.value,
        reason=fact.reason, value=fact.value, low=fact.low, high=fact.high, at_least=criterion.low,
        at_most=criterion.high, seeds=fact.seeds, n=fact.n, needed=fact.needed, picture=picture,
    )  # fmt: skip


def _read(storage: Storage, name: str, kind: type[KeptT]) -> KeptT | None:
    """What was kept under a name; None where there is nothing, or nothing that can be read."""
    if not storage.exists(name):
        return None
    try:
        return msgspec.json.decode(storage.read(name), type=kind)
    except msgspec.MsgspecError:
        return None
