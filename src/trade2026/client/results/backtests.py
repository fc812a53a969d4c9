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


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; "" where the default was taken."""

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


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job; times are of the real clock. `progress` goes from 0 to 1."""

    job_id: str
    kind: str
    state: JobState
    progress: float
    text: str
    owner: str
    created: Timestamp
    started: Timestamp | None
    finished: Timestamp | None
    error: str
    request: JobRequest


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
