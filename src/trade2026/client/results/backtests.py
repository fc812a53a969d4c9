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
        The figures on top, and all of them; docs/conventions.md says how each is computed.
    equity, drawdown : list of dict
        `{"ts", "equity"}` and `{"ts", "drawdown"}` in order of time.
    monthly : list
        `[year, month, return]`.
    round_trips : list of dict
        Positions from flat to flat, or by lots.
    provenance : dict
        What determines the run: data, code, seed and the hashes of each.
    """

    summary: dict[str, Any]
    equity: list[dict[str, Any]]
    drawdown: list[dict[str, Any]]
    monthly: list[Any]
    round_trips: list[dict[str, Any]]
    warnings: list[str]
    statistics: dict[str, Any]
    provenance: dict[str, Any]
