"""What the runner remembers of strategies' runs, and how far it has read the journal."""

from typing import Final

import msgspec

from trade2026.ports.runner_link import RunState, StrategyStatus
from trade2026.ports.storage import Storage
from trade2026.trading.journal import Cursor

FILE: Final = "strategy-runs.json"
KEPT: Final = 1_000
"""Runs that are remembered; the oldest that have ended are forgotten first."""

OVER: Final = frozenset({RunState.STOPPED, RunState.FAILED})


class _Saved(msgspec.Struct, frozen=True):
    cursor: tuple[int, str, int, int] | None
    runs: tuple[StrategyStatus, ...]


def load_runs(storage: Storage) -> tuple[Cursor | None, tuple[StrategyStatus, ...]]:
    """What was saved last; nothing where there is no file or it cannot be read: the journal has it all."""
    if not storage.exists(FILE):
        return None, ()
    try:
        saved = msgspec.json.decode(storage.read(FILE), type=_Saved)
        cursor = saved.cursor
        if cursor is None:
            return None, saved.runs
        return Cursor(cursor[0], bytes.fromhex(cursor[1]), cursor[2], cursor[3]), saved.runs
    except (msgspec.MsgspecError, ValueError):
        return None, ()


def save_runs(storage: Storage, cursor: Cursor, runs: tuple[StrategyStatus, ...]) -> None:
    """Keep runs as of the frame that `cursor` names."""
    saved = _Saved((cursor.seq, cursor.digest.hex(), cursor.segment, cursor.offset), runs)
    storage.replace(FILE, msgspec.json.encode(saved), durable=True)


def forget_old(runs: dict[str, StrategyStatus]) -> None:
    """Drop the oldest runs that are over, beyond what is kept; not the last of its name, which the next id
    follows: a client order id is used once for ever, and a run's begin with its own id.
    """
    excess = len(runs) - KEPT
    if excess <= 0:
        return
    last = {run_id.rpartition("-")[0]: run_id for run_id in runs}
    over = [
        run_id
        for run_id, run in runs.items()
        if run.state in OVER and last[run_id.rpartition("-")[0]] != run_id
    ]
    for run_id in over[:excess]:
        del runs[run_id]
