"""Kills a desk under load, starts it again, and checks what it had acknowledged.

`python -m tests.crash.run --kills 200`. Half of the kills come at a random moment, half just before a random
disk operation, starts included. This shows that a killed process loses nothing; it says nothing about syncs,
because what a process wrote outlives it in the system's memory. For that see `tests.simulation.run`.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256

from bench.harness import commit, machine
from tests.crash.desk import CONFIG, KEY, Orders, live
from tests.simulation.reference import check_books, expected
from tests.simulation.workload import INSTRUMENTS
from tests.simulation.world import check_unique_ids
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.ledger.postings import check_balanced
from trade2026.model.events import OrderApproved, OrderFilled, OrderPendingCancel, OrderPendingReplace
from trade2026.trading import replay
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, SnapshotStore, frames, verify

LIVES = 6  # Of one folder; then a fresh one, so that checking it stays cheap.
LONGEST_S = 0.25
OPERATIONS = 300


@dataclass(slots=True)
class Notes:
    """What the outside world knows of one folder."""

    folder: str
    acked: list[str] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)


def kill_once(notes: Notes, seed: int, life: int, counts: Counter[str]) -> None:
    """One life: fork, load, kill, note what it said."""
    chance = random.Random(seed)
    by_itself = chance.random() < 0.5
    dies_at = chance.randint(1, OPERATIONS) if by_itself else None
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        try:
            live(Orders(notes.folder, seed, life, writer, dies_at))
        finally:
            os._exit(70)  # It ended by itself, which it must not.
    os.close(writer)
    said = _listen(reader, process, 1.0 if by_itself else chance.random() * LONGEST_S)
    os.close(reader)
    status = os.waitpid(process, 0)[1]
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"the desk ended with status {status}"
    counts["killed at a disk operation" if by_itself else "killed at a moment"] += 1
    counts["killed before it had recovered"] += b"r" not in said
    for line in said:
        kind, _, rest = line.decode().partition(" ")
        if kind == "a":
            notes.acked.append(rest)
        elif kind == "v":
            account_id, _, client_order_id = rest.partition(" ")
            notes.received.append((account_id, client_order_id))


def _listen(reader: int, process: int, seconds: float) -> list[bytes]:
    """Whole lines until the process has died; it is killed when its time is over."""
    os.set_blocking(reader, False)
    deadline, data, is_killed = time.perf_counter() + seconds, b"", False
    while True:
        try:
            piece = os.read(reader, 1 << 16)
            if not piece:
                break
            data += piece
        except BlockingIOError:
            time.sleep(0.0005)
        if not is_killed and time.perf_counter() >= deadline:
            os.kill(process, signal.SIGKILL)
            is_killed = True
    whole, _, _ = data.rpartition(b"\n")
    return whole.split(b"\n") if whole else []


def check(notes: Notes, counts: Counter[str]) -> None:
    """Start as the next desk would, and hold the folder to everything the outside world knows."""
    storage = DiskStorage(notes.folder)
    assert verify(storage, KEY).would_open or not storage.names("segment-"), verify(storage, KEY).findings
    journal = Journal.open(storage, CONFIG, KEY)
    try:
        found = list(frames(storage))
        payloads = [frame.payload for frame in found]
        assert payloads[: len(notes.kept)] == notes.kept, "what an earlier start had found has changed"
        missing = Counter(notes.acked) - Counter(sha256(payload).hexdigest() for payload in payloads)
        assert not missing, f"{missing.total()} acknowledged commands are lost"
        core = replay.replay(found, Core(), decide_again=True).core
        check_balanced(core.engines.ledger)
        events = [
            event for seq, payload in enumerate(payloads, 1) for event in decode_record(payload, seq)[1]
        ]
        fills = [event for event in events if type(event) is OrderFilled]
        check_books(core, *expected(fills, events, INSTRUMENTS))
        recovered = replay.recover(journal, storage, SnapshotStore(storage))
        assert recovered.core.state_sha256() == core.state_sha256(), "snapshot and tail give another state"
        check_unique_ids(payloads)
        _check_received(notes, payloads)
        counts["torn tails cut"] += journal.recovery.torn_bytes > 0
        counts["started from a snapshot"] += recovered.frames < len(found)
        counts["records"] += len(payloads) - len(notes.kept)
        notes.kept = payloads
    finally:
        journal.close()
        storage.close()


def _check_received(notes: Notes, payloads: list[bytes]) -> None:
    """The venue heard only of what is in the journal, and of nothing twice."""
    assert len(notes.received) == len(set(notes.received)), "the venue received a request twice"
    journaled = {
        (event.account_id, event.client_order_id)
        for seq, payload in enumerate(payloads, start=1)
        for event in decode_record(payload, seq)[1]
        if isinstance(event, OrderApproved | OrderPendingCancel | OrderPendingReplace)
    }
    unknown = sorted(set(notes.received) - journaled)
    assert not unknown, f"the venue received what the journal does not hold: {unknown[0]}"


def run(kills: int, seed: int) -> tuple[Counter[str], list[str]]:
    """So many kills, in folders of a few lives each; what happened and what was broken."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    notes = Notes("")
    for number in range(kills):
        if number % LIVES == 0:
            notes = Notes(tempfile.mkdtemp(prefix="trade2026-crash-"))
        try:
            kill_once(notes, seed + number, number % LIVES, counts)
            check(notes, counts)
        except AssertionError as error:
            failures.append(f"kill {number} of seed {seed}: {error}; the folder is {notes.folder}")
            print(f"FAILED {failures[-1]}", file=sys.stderr)
            return counts, failures
        if (number + 1) % LIVES == 0 or number == kills - 1:
            counts["acknowledged"] += len(notes.acked)
            counts["received by the venue"] += len(notes.received)
            shutil.rmtree(notes.folder)
        if (number + 1) % 50 == 0:
            print(f"{number + 1} of {kills} kills", file=sys.stderr)
    return counts, failures


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.run", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.perf_counter()
    counts, failures = run(arguments.kills, arguments.seed)
    seconds = time.perf_counter() - began
    line = {
        "simulation": "crash",
        "commit": commit(),
        "machine": machine(),
        "kills": arguments.kills,
        "seed": arguments.seed,
        "failures": failures,
        "seconds": round(seconds, 1),
        "counts": dict(sorted(counts.items())),
    }
    print(json.dumps(line), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
