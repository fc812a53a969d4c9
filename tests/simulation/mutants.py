"""Breaks the desk on purpose, one way at a time, and counts the seeds until the simulation notices.

`python -m tests.simulation.mutants`; a mutant that survives is a hole in the simulation, and the exit status
is 1. Each mutant replaces a piece of production code from outside, for as long as it is tried.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count, islice
from typing import Any
from unittest.mock import patch

from bench.harness import commit, machine
from tests.simulation import simstorage
from tests.simulation.edge_mutants import EDGE_MUTANTS
from tests.simulation.plan import draw_plan
from tests.simulation.prism_venue.mutants import PRISM_MUTANTS
from tests.simulation.scenario import SimulationFailure
from tests.simulation.stories import PRISM, SIM
from trade2026.model.commands import RetireOrders
from trade2026.oms import decide as oms_decide
from trade2026.oms import report as oms_report
from trade2026.primitives.errors import StoreUnavailable
from trade2026.trading import replay
from trade2026.trading.codec import encode_record
from trade2026.trading.cut import StateCut
from trade2026.trading.journal import Frame, journal
from trade2026.trading.journal import frame as frame_module
from trade2026.trading.journal.frame import Stop
from trade2026.trading.reserve import RESERVED
from trade2026.trading.retired import Retired
from trade2026.trading.router import OUTGOING
from trade2026.trading.sequencer import Sequencer

LIMIT = 1_000
Mutant = Callable[[], Any]


def acknowledge_before_sync() -> Any:
    """Answers go out when the batch is written; the sync runs on behind."""
    whole = Sequencer.flush_async
    running: list[asyncio.Task[None]] = []

    async def flush_async(self: Sequencer, *arguments: Any) -> None:
        running.append(asyncio.get_running_loop().create_task(whole(self)))
        running[-1].add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.sleep(0)

    return patch.object(Sequencer, "flush_async", flush_async)


def send_before_sync() -> Any:
    """The venue hears of an order before the disk does."""

    async def flush_async(self: Sequencer, *arguments: Any) -> None:
        self._send(self._take())
        await self._journal.sync_async()

    return patch.object(Sequencer, "flush_async", flush_async)


def no_unique_client_order_ids() -> Any:
    """A request id is forgotten as soon as it was used."""
    whole = oms_decide.decide_submit

    def decide_submit(state: Any, command: Any) -> Any:
        account = state.accounts.get(command.account_id)
        hidden = account and account.requests.pop(command.client_order_id, None)
        try:
            return whole(state, command)
        finally:
            if hidden:
                account.requests[command.client_order_id] = hidden

    return patch("trade2026.trading.decide.decide_submit", decide_submit)


def no_unique_execution_ids() -> Any:
    """A fill that a venue reports twice is booked twice."""
    whole = oms_report.decide_report

    def decide_report(state: Any, report: Any) -> Any:
        account = state.accounts.get(report.account_id)
        if account is None:
            return whole(state, report)
        hidden, account.executions = account.executions, {}
        try:
            return whole(state, report)
        finally:
            account.executions = hidden

    return patch("trade2026.trading.decide.decide_report", decide_report)


def _believing_decode_run(
    data: bytes, position: int, salt: int, seq: int, digest: bytes, limit: int, marks: object = None,
    *, checks_chain: bool = True,
) -> tuple[list[Frame], int, Stop]:  # fmt: skip
    """Frames by their lengths alone."""
    found: list[Frame] = []
    while len(found) < limit:
        if position + 8 > len(data):
            return found, position, Stop.END
        word = int.from_bytes(data[position : position + 4], "little")
        length = word & frame_module.LENGTH
        stop = position + 8 + length
        if length == 0:
            return found, position, Stop.END
        if length < 40 or stop > len(data):
            return found, position, Stop.DAMAGED
        body = data[position + 8 : stop]
        seq, digest = seq + 1, body[8:40]
        found.append(Frame(seq, digest, body[72 if word & frame_module.SIGNED else 40 :]))
        position = stop
    return found, position, Stop.LIMIT


@contextmanager
def no_crc_and_no_chain() -> Iterator[None]:
    """What stands in the log is taken for what was written, signed or not."""
    with (
        patch.object(frame_module, "_crc32c", lambda start, data: 0),
        patch("trade2026.trading.journal.scan.decode_run", _believing_decode_run),
        patch("trade2026.trading.journal.reader.decode_run", _believing_decode_run),
        patch("trade2026.trading.journal.scan._check_signatures", lambda *each: None),
    ):
        yield


def sync_tried_again() -> Any:
    """After a failed sync the next one is believed."""

    def in_background(self: simstorage.SimStorage, call: Callable[[], Any], **options: Any) -> Awaitable[Any]:
        def stubborn() -> Any:
            try:
                return call()
            except StoreUnavailable:
                return call()

        return whole(self, stubborn, **options)

    whole = simstorage.SimStorage.in_background
    return patch.object(simstorage.SimStorage, "in_background", in_background)


@contextmanager
def snapshot_not_compared() -> Iterator[None]:
    """A snapshot is taken as it is, whatever the journal says of its frame."""
    from trade2026.trading.journal import SnapshotStore

    whole = SnapshotStore.load_latest
    asked: set[SnapshotStore] = set()  # Each start has its own; the newest is taken first, then older ones.

    def load_latest(self: SnapshotStore, upto_seq: int | None = None) -> Any:
        upto = upto_seq if self in asked else None
        asked.add(self)
        return whole(self, upto)

    with (
        patch("trade2026.trading.replay.is_of", lambda snapshot, frame: True),
        patch.object(SnapshotStore, "load_latest", load_latest),
    ):
        yield


def head_ignored() -> Any:
    """A journal may end wherever it ends."""
    return patch("trade2026.trading.journal.recovery.HeadCheck.finding", lambda self, result, folder: None)


def folder_not_synced() -> Any:
    """Names of new segments are left to luck."""
    return patch.object(simstorage.SimStorage, "sync_folder", lambda self: self.check_alive())


def reserve_open_to_all() -> Any:
    """Orders may use up the room that is kept for cancels."""
    whole = journal.Journal._set_limits

    def set_limits(self: journal.Journal) -> None:
        whole(self)
        self._order_limit = self._hard_limit

    return patch.object(journal.Journal, "_set_limits", set_limits)


def reserve_closed_to_cancels() -> Any:
    """A full journal refuses cancels as it refuses orders."""
    return patch("trade2026.trading.sequencer.RESERVED", frozenset())


def state_before_journal() -> Any:
    """The state changes even when the journal then has no room for the command."""

    whole = Sequencer.execute

    def execute(self: Sequencer, command: Any) -> Any:
        if type(command) is RetireOrders:
            return whole(self, command)
        if self._retired is not None:
            self._retired.recall(command, reserve=type(command) in RESERVED)
        events = self.core.decide(command)
        for event in events:
            self.core.evolve(event)
        self._journal.append(encode_record(command, events), reserve=type(command) in RESERVED)
        self._outgoing += [event for event in events if type(event) in OUTGOING]
        return events

    return patch.object(Sequencer, "execute", execute)


def retired_ids_forgotten() -> Any:
    """What has left memory is as if it had never been."""
    return patch.object(Retired, "recall", lambda self, command, *, reserve: None)


def index_not_compared() -> Any:
    """An index is believed, whatever the journal says of its last frame."""
    return patch("trade2026.trading.replay._has_followed", lambda index, journal, storage: True)


def snapshot_without_its_index() -> Any:
    """A snapshot is taken although the index lacks what had left memory by then."""
    return patch("trade2026.trading.replay._covers", lambda index, core: True)


def unsent_order_forgotten() -> Any:
    """An order whose instrument no venue trades waits for ever."""
    return patch("trade2026.trading.router.not_sent", lambda event, why: None)


def halt_stops_at_approval() -> Any:
    """What was approved before a halt leaves after it."""
    return patch("trade2026.trading.sequencer.stopped", lambda engines, event: None)


def snapshot_frame_applied_twice() -> Any:
    """The first frame after a snapshot is applied once too often."""

    def replay_again(journaled: Any, core: Any = None, **options: Any) -> Any:
        if core is None:
            return whole(journaled, core, **options)
        tail = list(journaled)
        return whole(tail[:1] + tail if tail else tail, core, **options)

    whole = replay.replay
    return patch("trade2026.trading.replay.replay", replay_again)


def cut_without_a_look() -> Any:
    """A snapshot is written while the desk goes on, and does not see what changes meanwhile."""
    return patch.object(StateCut, "before", lambda self, event: None)


def lock_ignored() -> Any:
    """Whoever opens the folder has it."""

    def lock(self: simstorage.SimStorage, name: str) -> Any:
        self.disk.locks.pop(name, None)
        return whole(self, name)

    whole = simstorage.SimStorage.lock
    return patch.object(simstorage.SimStorage, "lock", lock)


JOURNAL_MUTANTS: dict[str, Mutant] = {
    "acknowledge before sync": acknowledge_before_sync,
    "send before sync": send_before_sync,
    "client order ids not unique": no_unique_client_order_ids,
    "execution ids not unique": no_unique_execution_ids,
    "no CRC and no chain": no_crc_and_no_chain,
    "failed sync tried again": sync_tried_again,
    "snapshot not compared with the journal": snapshot_not_compared,
    "signed head ignored": head_ignored,
    "folder not synced": folder_not_synced,
    "reserve open to all": reserve_open_to_all,
    "reserve closed to cancels": reserve_closed_to_cancels,
    "state before journal": state_before_journal,
    "unsent order forgotten": unsent_order_forgotten,
    "halt stops at approval": halt_stops_at_approval,
    "frame after a snapshot applied twice": snapshot_frame_applied_twice,
    "snapshot of no moment": cut_without_a_look,
    "lock ignored": lock_ignored,
    "retired ids forgotten": retired_ids_forgotten,
    "index not compared with the journal": index_not_compared,
    "snapshot without its index": snapshot_without_its_index,
}
MUTANTS: dict[str, Mutant] = JOURNAL_MUTANTS | EDGE_MUTANTS | PRISM_MUTANTS
"""All of them. There is no bus between journal and readers yet, so none breaks its order or its cursor."""


def stories(name: str) -> Iterator[int]:
    """Seeds of the stories that a mutant is tried in: those with venue sessions, or all."""
    for seed in count():
        if name not in EDGE_MUTANTS or draw_plan(random.Random(seed)).edge is not None:
            yield seed


def first_failing_seed(name: str, limit: int) -> tuple[int, str] | None:
    """How many seeds it took, and what was noticed; None for a survivor."""
    mutant, run_seed = MUTANTS[name], (PRISM if name in PRISM_MUTANTS else SIM).run
    for tried, seed in enumerate(islice(stories(name), limit), start=1):
        try:
            with mutant():
                run_seed(seed)
        except SimulationFailure as failure:
            if isinstance(failure.__cause__, TypeError | AttributeError | NameError):
                raise  # The mutant no longer fits the code it replaces: mend the mutant.
            with suppress(SimulationFailure):
                run_seed(seed)  # A seed that fails without the mutant as well says nothing about it.
                return tried, str(failure)
    return None


def main() -> int:
    """Try every mutant."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=LIMIT, help="most seeds for one mutant")
    parser.add_argument("--only", action="append", choices=list(MUTANTS), help="this one; may be repeated")
    arguments = parser.parse_args()
    began = time.perf_counter()
    found: dict[str, int | None] = {}
    for name in arguments.only or MUTANTS:
        result = first_failing_seed(name, arguments.seeds)
        found[name] = result and result[0]
        told = f"found with seed {result[0]} of {arguments.seeds}: {result[1]}" if result else "SURVIVED"
        print(f"{name}: {told[:240]}", file=sys.stderr, flush=True)
    killed = [count for count in found.values() if count is not None]
    line = {
        "simulation": "mutants",
        "commit": commit(),
        "machine": machine(),
        "limit": arguments.seeds,
        "seeds_to_find": found,
        "median": statistics.median(killed) if killed else None,
        "survivors": sorted(name for name, count in found.items() if count is None),
        "seconds": round(time.perf_counter() - began, 1),
    }
    print(json.dumps(line), flush=True)
    return 1 if line["survivors"] else 0


if __name__ == "__main__":
    sys.exit(main())
