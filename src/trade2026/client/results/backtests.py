"""Backtests as jobs, and what they found."""

from enum import StrEnum
from typing import Any

import msgspec

from trade2026.client.values import Timestamp


class JobState(StrEnum):
    """What has become of a job."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    INTERRUPTED = "INTERRUPTED"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will become of it."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class JobWait(StrEnum):
    """What holds a job up: others come first, or the desk is so busy that all jobs stand still."""

    JOBS = "JOBS"
    DESK = "DESK"


class JobRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="backtest"):
    """What was asked for of a backtest; "" where the default was taken."""

    strategy: str
    parameters: dict[str, Any]
    data: str
    start: str
    end: str
    cash: str
    account_type: str
    max_leverage: str
    costs: dict[str, str]
    seed: int


class AnalysisRequest(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="analysis"):
    """What was asked for of an analysis, with the defaults that were taken."""

    analysis: str
    request: dict[str, Any]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job; times are of the real clock. `progress` goes from 0 to 1.

    `title` says what runs, the title of an analysis or the name of a strategy, and `asked` in a line with
    what: the data, and choices that differ from the defaults. `page` is where the web shows it, `compare`
    where it is compared with another one of its kind, `propose` where weights that it finds become orders, ""
    for one that finds none. `waits_for` is what holds it up, None where nothing does.
    """

    job_id: str
    kind: str
    title: str
    asked: str
    state: JobState
    progress: float
    text: str
    waits_for: JobWait | None
    owner: str
    created: Timestamp
    started: Timestamp | None
    finished: Timestamp | None
    error: str
    page: str
    compare: str
    propose: str
    request: JobRequest | AnalysisRequest


class BacktestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a backtest found: figures of a tear sheet (floats, not money that is booked), curves and trades.

    Attributes
    ----------
    summary, statistics : dict
        The figures on top, and all of them, None for what is undefined; docs/conventions.md says how each is
        computed.
    equity, drawdown : list of dict
        `{"ts", "equity"}` and `{"ts", "drawdown"}` in order of time, thinned to what can be drawn.
    monthly : list of tuple
        Year, month, return.
    round_trips, fills, log : list of dict
        The last ones; `counts` says how many there were.
    limits, warnings : list of str
        What the data and the run cannot show, and what looks wrong.
    facts : list
        Pairs of label and text about the run.
    provenance : dict
        What determines the run: data, code, seed and the hashes of each.
    """

    summary: dict[str, Any]
    currency: str
    equity: list[dict[str, Any]]
    drawdown: list[dict[str, Any]]
    monthly: list[tuple[int, int, float]]
    round_trips: list[dict[str, Any]]
    fills: list[dict[str, Any]]
    counts: dict[str, Any]
    limits: list[str]
    warnings: list[str]
    statistics: dict[str, Any]
    parameters: dict[str, Any]
    facts: list[Any]
    log: list[dict[str, Any]]
    provenance: dict[str, Any]


class AnalysisResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis found.

    Attributes
    ----------
    data : dict
        The result, as the analysis is declared; None for what is undefined.
    limits, warnings : list of str
        What the data cannot show, and what was left out.
    provenance : dict
        Request, data, hashes and version from which the same result can be made again.
    python : str
        The call that gives the same result, as Markdown.
    """

    data: dict[str, Any]
    limits: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: dict[str, Any]
    python: str


class AnalysisAnswer(Job, frozen=True, kw_only=True):
    """The job, and its result where that was found at once."""

    result: AnalysisResult | None

    @property
    def job(self) -> Job:
        """The job alone."""
        return Job(**{name: getattr(self, name) for name in Job.__struct_fields__})


class AnalysisDescription(msgspec.Struct, frozen=True, kw_only=True):
    """An analysis: `path` is where it is asked for, `request_schema` the JSON Schema of the body."""

    analysis_id: str
    title: str
    doc: str
    path: str
    keywords: tuple[str, ...]
    request_schema: dict[str, Any]
    example: dict[str, Any]


class DataSet(msgspec.Struct, frozen=True, kw_only=True):
    """Data that analyses and backtests take by its name.

    Attributes
    ----------
    kind : str
        SAMPLE ships with the desk, KEPT are copies of files of a user, CAPTURED was written by the desk as it
        happened, and grows.
    text : str
        What it is, in a line.
    rows : tuple of str
        "bars", "trades" or "quotes".
    bar_interval_ns : int
        Usual distance between bars of one instrument; 0 without bars.
    frequencies : tuple of str
        Those that an analysis can have of it; none where nothing in it was paid.
    first, last : Timestamp or None
        Times of the first and the last event; None where they are not known.
    limits : tuple of str
        What it cannot show, said with every result.
    problem : str
        Why it cannot be used; "" otherwise.
    """

    name: str
    kind: str
    text: str
    instruments: tuple[str, ...]
    rows: tuple[str, ...]
    bar_interval_ns: int
    frequencies: tuple[str, ...]
    first: Timestamp | None
    last: Timestamp | None
    limits: tuple[str, ...]
    problem: str
