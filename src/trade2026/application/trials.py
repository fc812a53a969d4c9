"""The trial ledger: every run that was ever started, in a journal of its own, so that none is forgotten.

A trial is written before its run and again after it. A run that was killed stays a trial without a result,
because it was looked at all the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from trade2026.application.services import Services
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import IntegrityError, OperatingError
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS
from trade2026.trading.journal import Frame, Journal, JournalConfig, frames

FOLDER: Final = "trials"
_CONFIG: Final = JournalConfig(segment_bytes=8 << 20, preallocate=False, durable=True, reserve_bytes=0)
_PATIENCE_NS: Final = 10 * SECOND_NS
_PAUSE_NS: Final = 200 * MILLISECOND_NS


class TrialStarted(msgspec.Struct, frozen=True, tag="started", kw_only=True):
    """A run is about to begin; `plan` is everything that determines it."""

    ts: int
    run_id: str
    folder: str
    plan: msgspec.Raw


class TrialFinished(msgspec.Struct, frozen=True, tag="finished", kw_only=True):
    """What became of the trial of that number: figures, or the error that ended it."""

    ts: int
    trial: int
    status: str
    error: str
    figures: dict[str, Any]


_DECODER: Final = msgspec.json.Decoder(TrialStarted | TrialFinished)


@dataclass(frozen=True, slots=True)
class Trial:
    """One line of the ledger; `finished` is None for a run that is under way or was killed."""

    number: int
    started: TrialStarted
    finished: TrialFinished | None

    @property
    def plan_values(self) -> dict[str, Any]:
        """The plan as plain values."""
        plan: dict[str, Any] = msgspec.json.decode(self.started.plan)
        return plan


class TrialLedger:
    """Writes trials, one short visit at a time: several runs may share the ledger."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def start(self, run_id: str, folder: str, plan: bytes) -> int:
        """Write a trial before its run; its number in the ledger."""
        now = self._services.clock.now_ns()
        return self._append(TrialStarted(ts=now, run_id=run_id, folder=folder, plan=msgspec.Raw(plan)))

    def finish(self, trial: int, status: str, figures: dict[str, Any], error: str = "") -> None:
        """Write what became of it."""
        now = self._services.clock.now_ns()
        self._append(TrialFinished(ts=now, trial=trial, status=status, error=error, figures=figures))

    def _append(self, record: TrialStarted | TrialFinished) -> int:
        folder = f"{self._services.home}/{FOLDER}"
        storage = self._services.open_storage(folder)
        try:
            with _told_how_to_go_on(folder):
                journal = self._open(storage)
            try:
                return journal.append(msgspec.json.encode(record, order="sorted"))
            finally:
                journal.close()
        finally:
            storage.close()

    def _open(self, storage: Storage) -> Journal:
        """Open for writing; another run that is just writing is waited for."""
        clock, key = self._services.clock, self._services.head_key()
        deadline = clock.monotonic_ns() + _PATIENCE_NS
        while True:
            try:
                return Journal.open(storage, _CONFIG, key)
            except OperatingError as error:
                if type(error) is not OperatingError or clock.monotonic_ns() >= deadline:
                    raise  # Not the lock, or held for too long.
            self._services.pause(_PAUSE_NS)


def read_trials(services: Services, *, progress: Callable[[int], None] | None = None) -> list[Trial]:
    """All trials, oldest first. Raises IntegrityError where the ledger is damaged."""
    folder = f"{services.home}/{FOLDER}"
    if not services.folders.exists(folder):
        return []
    storage = services.open_storage(folder)
    started: dict[int, TrialStarted] = {}
    finished: dict[int, TrialFinished] = {}
    try:
        with _told_how_to_go_on(folder):
            for frame in frames(storage):
                record = _decode(frame, folder)
                if isinstance(record, TrialStarted):
                    started[frame.seq] = record
                else:
                    finished[record.trial] = record
                if progress is not None and frame.seq % 10_000 == 0:
                    progress(frame.seq)
    finally:
        storage.close()
    return [Trial(number, record, finished.get(number)) for number, record in started.items()]


def _decode(frame: Frame, folder: str) -> TrialStarted | TrialFinished:
    try:
        record: TrialStarted | TrialFinished = _DECODER.decode(frame.payload)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            f"frame {frame.seq} of {folder} is intact but is no trial of this version: {error}; "
            f"use the version that wrote it"
        ) from error
    return record


@contextmanager
def _told_how_to_go_on(folder: str) -> Iterator[None]:
    """Add to an error about the ledger what can be done without a backup: no run starts before."""
    try:
        yield
    except IntegrityError as error:
        raise type(error)(
            f"{error} Without a backup, move {folder} away: a new ledger begins, and the count with it."
        ) from error
