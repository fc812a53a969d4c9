"""The line to the runner from other processes: strategies that run live, and jobs that take their time.

Which strategies are to run is the journal's to say; the runner makes reality match and tells what it is
doing. Jobs are the runner's own: each has a folder, and outlives a restart as a record.
"""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Protocol

import msgspec

# ------------------------------------------------------------------------------- strategies that run


class RunState(StrEnum):
    """What a run of a strategy is doing."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    RESTARTING = "RESTARTING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    FAILED = "FAILED"


class StrategyStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a strategy as the runner sees it.

    Attributes
    ----------
    run_id : str
        Also its strategy_id and trader_id in orders.
    strategy : str
        Name by which it is found.
    parameters : str
        JSON object, with every parameter that was given.
    trader_id : str
        Who started it.
    started_ns, stopped_ns : int
        Trading time, UTC nanoseconds; `stopped_ns` is 0 while it runs.
    since_ns : int
        Real clock: when `state` began.
    seen_ns : int
        Trading time it has seen; 0 before it saw anything.
    restarts : int
        How often its process was started again.
    error : str
        Why it failed or is being restarted; "" otherwise.
    input_sha256 : str
        Rolling hash of the market events it was given, as far as it said.
    """

    run_id: str
    strategy: str
    parameters: str
    account_id: str
    trader_id: str
    state: RunState
    started_ns: int
    stopped_ns: int = 0
    since_ns: int = 0
    seen_ns: int = 0
    restarts: int = 0
    error: str = ""
    input_sha256: str = ""


class LogLine(msgspec.Struct, frozen=True):
    """Something a strategy said: its number in the run from 1, trading time, text."""

    n: int
    ts: int
    text: str


# ------------------------------------------------------------------------------------------ jobs


class JobState(StrEnum):
    """What has become of a job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    INTERRUPTED = "INTERRUPTED"


class JobWait(StrEnum):
    """What holds a job up: others come first, or the desk is so busy that all jobs stand still."""

    JOBS = "JOBS"
    DESK = "DESK"


class BacktestJob(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="backtest"
):
    """A backtest to be run as a job; texts as on the command line, "" or {} for the default.

    Attributes
    ----------
    strategy : str
        A name that ships, or a file in the desk's folder `strategies`.
    parameters : str
        JSON object of what differs from the defaults.
    data : str
        Name of a data set.
    start, end : str
        First and last day, YYYY-MM-DD.
    cash, max_leverage : str
        Decimals.
    account_type : str
        "MARGIN" or "CASH".
    costs : dict of str to str
        Fields of `application.requests.CostRequest`.
    """

    strategy: str
    parameters: str = "{}"
    data: str = "sp500"
    start: str = ""
    end: str = ""
    cash: str = ""
    account_type: str = ""
    max_leverage: str = ""
    costs: dict[str, str] = {}
    seed: int = 0


class AnalysisJob(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="analysis"
):
    """An analysis to be run as a job.

    Attributes
    ----------
    analysis : str
        Its id, "portfolio/assets".
    request : str
        JSON object of what differs from the defaults of its request.
    """

    analysis: str
    request: str = "{}"


JobRequest = BacktestJob | AnalysisJob


def kind_of(request: JobRequest) -> str:
    """What sort of job it asks for: "backtest" or "analysis"."""
    return str(request.__struct_config__.tag)


class JobStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One job; times on the real clock, 0 before they happened.

    Attributes
    ----------
    kind : str
        "backtest" or "analysis"; begins its id.
    progress : float
        From 0 to 1.
    text : str
        What it is doing, or what became of it, in a sentence.
    owner : str
        The user who asked for it.
    error : str
        Why it failed, with the remedy; "" otherwise.
    waits_for : JobWait or None
        What holds it up; None where nothing does.
    """

    job_id: str
    kind: str
    state: JobState
    owner: str
    request: JobRequest
    created_ns: int
    started_ns: int = 0
    finished_ns: int = 0
    progress: float = 0.0
    text: str = ""
    error: str = ""
    waits_for: JobWait | None = None


# ------------------------------------------------------------------------------------ on the line


class StartStrategy(msgspec.Struct, frozen=True, tag="start_strategy"):
    """Start a strategy; `parameters` is a JSON object, `trader_id` who asks. Answered by its status."""

    strategy: str
    parameters: str
    account_id: str
    trader_id: str


class StopStrategy(msgspec.Struct, frozen=True, tag="stop_strategy"):
    """Halt a run and cancel its orders; answered by its status. A run that has ended stays as it is."""

    run_id: str
    trader_id: str
    reason: str


class AskStrategies(msgspec.Struct, frozen=True, tag="strategies"):
    """Ask for the status of every run, oldest first."""


class AskLog(msgspec.Struct, frozen=True, tag="log"):
    """Ask for at most `limit` lines of a run's log with numbers above `after`; negative: the last ones."""

    run_id: str
    after: int
    limit: int


class SubmitJob(msgspec.Struct, frozen=True, tag="submit"):
    """Queue a job; answered by its status, for which its end is waited for up to `wait_ns` once it runs."""

    request: JobRequest
    owner: str
    wait_ns: int = 0


class AskJobs(msgspec.Struct, frozen=True, tag="jobs"):
    """Ask for the status of all jobs that are remembered, newest first."""


class AskJob(msgspec.Struct, frozen=True, tag="job"):
    """Ask for the status of one job."""

    job_id: str


class CancelJob(msgspec.Struct, frozen=True, tag="cancel"):
    """Cancel a job; answered by its status. One that has ended stays as it is."""

    job_id: str


class AskResult(msgspec.Struct, frozen=True, tag="result"):
    """Ask for the result of a job that is done, as JSON."""

    job_id: str


class AskTable(msgspec.Struct, frozen=True, tag="table"):
    """Ask for a table of the result of a job that is done, as Parquet; `path` is a JSON Pointer into it."""

    job_id: str
    path: str


RunnerQuestion = (
    StartStrategy
    | StopStrategy
    | AskStrategies
    | AskLog
    | SubmitJob
    | AskJobs
    | AskJob
    | CancelJob
    | AskResult
    | AskTable
)

RunnerReply = (
    StrategyStatus
    | JobStatus
    | tuple[StrategyStatus, ...]
    | tuple[JobStatus, ...]
    | tuple[LogLine, ...]
    | bytes
)
Told = StrategyStatus | JobStatus


class RunnerService(Protocol):
    """What the runner's side of the line calls; all in the runner's one event loop."""

    async def answer(self, question: RunnerQuestion) -> RunnerReply:
        """Do what is asked; raises InputError, UnknownId, TooManyJobs or OperatingError."""
        ...

    def listen(self, listener: Callable[[Told], None]) -> Callable[[], None]:
        """Have every change of a run or a job told; call what is given back to end that."""
        ...


class RunnerClient(Protocol):
    """A line to the runner from an asyncio process.

    Every method raises InputError for what cannot be used, UnknownId for an id there is not, and
    OperatingError (retryable) when the runner is away or went away; submitting also TooManyJobs.
    """

    @property
    def is_connected(self) -> bool:
        """Whether the runner answers; a client reconnects by itself with back-off."""
        ...

    async def start_strategy(
        self, strategy: str, parameters: str, account_id: str, trader_id: str
    ) -> StrategyStatus:
        """Start a strategy; `parameters` is a JSON object."""
        ...

    async def stop_strategy(self, run_id: str, trader_id: str, reason: str) -> StrategyStatus:
        """Halt a run and cancel its orders."""
        ...

    async def strategy_status(self) -> tuple[StrategyStatus, ...]:
        """Every run, oldest first."""
        ...

    async def strategy_log(self, run_id: str, after: int = 0, limit: int = 100) -> tuple[LogLine, ...]:
        """Lines with numbers above `after`, oldest first; with a negative `after` the last `limit`."""
        ...

    async def submit(self, request: JobRequest, owner: str, *, wait_ns: int = 0) -> JobStatus:
        """Queue a job; where it can be run at once, wait for its end up to `wait_ns`."""
        ...

    async def jobs(self) -> tuple[JobStatus, ...]:
        """Jobs that are remembered, newest first."""
        ...

    async def job(self, job_id: str) -> JobStatus:
        """One job."""
        ...

    async def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job."""
        ...

    async def job_result(self, job_id: str) -> bytes:
        """The result of a job that is done: a JSON document, see `application.runner.result` for a backtest
        and `application.analyses.run` for an analysis.
        """
        ...

    async def job_table(self, job_id: str, path: str) -> bytes:
        """A table of the result of a job that is done, as a Parquet file."""
        ...

    def told(self) -> AsyncIterator[Told]:
        """Changes of runs and jobs from now on; ends never, is silent while the runner is away."""
        ...
