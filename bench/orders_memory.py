"""Resident memory of the trading core after one million orders, and after more: closed ones leave it.

A client keeps 512 orders in flight against `BatchingSequencer` over a durable journal on this disk; the
venue fills every order, and closed orders leave memory as on a running desk (20,000 stay, the rest goes to
the index). How many of them are in memory goes up and down between half of that and a little more than
all, so each reading is taken when there are just 20,000. `rss_first_mib` and `rss_last_mib` are the process
after `ORDERS_MEMORY_FIRST` orders (default 1,000,000) and after `ORDERS_MEMORY_LAST` (default 2,000,000),
`rss_ratio` the one over the other; each million between them is read as well and told in a note. Sides are
random, so that positions go on growing: `lots_first` and `lots_last` are their open lots. `most_closed` is
how many closed orders were in memory at worst: what a process once needed it may keep.
`retire_p50_ms` and `retire_max_ms` are what one command that takes orders out holds the others up for,
`retire_cpu_p50_ms` what it computes. `new_ids_per_s` and `old_ids_per_s` are looks into the index for ids
that were never used, and for ids that have left memory. Takes minutes.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from array import array

from bench.desk import ACCOUNTS, NOW, Mix, set_up
from bench.harness import Report, percentile, resident_mib
from bench.orders_core import _spawn, _Venue
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.retired import SqliteRetiredIndex
from trade2026.application.live.config import DeskConfig
from trade2026.application.live.retiring import Retiring, closed
from trade2026.bootstrap.runtime import calm_collector, return_large_buffers
from trade2026.model.commands import Command, ReportExecution, RetireOrders
from trade2026.model.enums import Environment
from trade2026.model.events import Event, OrderApproved
from trade2026.oms.retire import request_key
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer

_FIRST = int(os.environ.get("ORDERS_MEMORY_FIRST", "1000000"))
_LAST = int(os.environ.get("ORDERS_MEMORY_LAST", "2000000"))
_STEP = 1_000_000
_IN_FLIGHT = 512
_LOOKS = 20_000
_PAUSE_S = 0.2


class _Timed(Sequencer):
    """Notes how long each command that takes orders out holds up the others, and how many there were."""

    def __init__(
        self,
        core: Core,
        journal: Journal,
        router: Router,
        index: SqliteRetiredIndex,
        pauses: "tuple[array[float], array[float]]",
    ) -> None:
        super().__init__(core, journal, router, index)
        self._pauses = pauses
        self.most_closed = 0

    def execute(self, command: Command) -> tuple[Event, ...]:
        """As the sequencer does."""
        if type(command) is not RetireOrders:
            return super().execute(command)
        self.most_closed = max(self.most_closed, closed(self.core.engines.oms))
        begin, cpu = time.perf_counter(), time.thread_time()
        events = super().execute(command)
        waited, computed = self._pauses
        waited.append(time.perf_counter() - begin)
        computed.append(time.thread_time() - cpu)
        return events


async def _drive(folder: str, report: Report) -> None:
    storage, index = DiskStorage(f"{folder}/journal"), SqliteRetiredIndex(f"{folder}/index")
    journal = Journal.open(storage, JournalConfig(), b"b" * 32)
    core, router, venue = Core(), Router(Environment.PAPER), _Venue(answers=True)
    pauses = array("d"), array("d")  # Small, as they are in the memory that is measured.
    sequencer = _Timed(core, journal, router, index, pauses)
    for command in set_up():
        sequencer.execute(command)
    sequencer.flush()
    router.connect(tuple(core.engines.risk.instruments), venue)
    desk = BatchingSequencer(sequencer, _spawn)
    venue.connect(lambda each: desk.tell(ReportExecution(each.ts_event, each)))
    mix, sent = Mix(), 0
    retiring = Retiring(
        core, journal, storage, desk, index, now=lambda: core_now(mix), note=print,
        most=DeskConfig().closed_orders_in_memory,
    )  # fmt: skip
    looking = _spawn(retiring.run(_pause), "retiring")
    calm_collector()
    return_large_buffers()

    async def client(until: int) -> None:
        nonlocal sent
        while sent < until:
            sent += 1
            (event,) = await desk.post(mix.submit(marketable=True))
            assert type(event) is OrderApproved, event

    begin, readings = time.perf_counter(), list[tuple[int, float, int]]()
    for until in _points():
        await asyncio.gather(*(client(until) for _ in range(_IN_FLIGHT)))
        await desk.settled()
        sent = await _fill_up(core, desk, retiring, mix, sent)
        readings.append((until, resident_mib(), _lots(core)))
        print(f"{until:,} orders: {readings[-1][1]:.1f} MiB, {readings[-1][2]:,} lots", file=sys.stderr)
    report.add("orders_per_s", sent / (time.perf_counter() - begin), "1/s")
    _tell(readings, report)
    report.add("most_closed", sequencer.most_closed, "orders")
    waited, computed = pauses
    report.add("retire_p50_ms", percentile(list(waited), 0.5) * 1e3, "ms")
    report.add("retire_max_ms", max(waited) * 1e3, "ms")
    report.add("retire_cpu_p50_ms", percentile(list(computed), 0.5) * 1e3, "ms")
    _look(index, report)
    looking.cancel()
    await asyncio.wait({looking})
    await desk.close()
    await journal.close_async()
    index.close()
    storage.close()


def _points() -> list[int]:
    """How many orders have been sent whenever memory is read."""
    return [_FIRST, *range(_FIRST + _STEP, _LAST, _STEP), _LAST]


async def _fill_up(core: Core, desk: BatchingSequencer, retiring: Retiring, mix: Mix, sent: int) -> int:
    """Have just as many closed orders in memory as may stay there; how many orders were sent then."""
    most, oms = DeskConfig().closed_orders_in_memory, core.engines.oms
    while await retiring.retire():
        pass
    while closed(oms) < most:
        sent += 1
        await desk.post(mix.submit(marketable=True))
        await desk.settled()
    assert closed(oms) == most, closed(oms)
    return sent


def _lots(core: Core) -> int:
    return sum(
        len(position.lots)
        for account in core.engines.ledger.accounts.values()
        for position in account.positions.values()
    )


def _tell(readings: "list[tuple[int, float, int]]", report: Report) -> None:
    """The first reading, the last, and how it went between them."""
    for name, (_, resident, lots) in zip(("first", "last"), (readings[0], readings[-1]), strict=True):
        report.add(f"rss_{name}_mib", resident, "MiB")
        report.add(f"lots_{name}", lots, "lots")
    report.add("rss_ratio", readings[-1][1] / readings[0][1], "")
    report.notes.append(
        "MiB after each of these orders: " + ", ".join(f"{until:,}: {mib:.1f}" for until, mib, _ in readings)
    )


def core_now(mix: Mix) -> int:
    """Trading time: that of the last order made."""
    return NOW + mix._count


async def _pause() -> None:
    await asyncio.sleep(_PAUSE_S)


def _look(index: SqliteRetiredIndex, report: Report) -> None:
    """Looks for ids that are new, and for ids that have left memory."""
    chance = random.Random(1)
    old = [chance.randint(1, _LAST // 2) for _ in range(_LOOKS)]
    keys = {
        "new": [request_key("A1", f"new-{number}") for number in range(_LOOKS)],
        "old": [request_key(ACCOUNTS[number % 4], f"c{number}") for number in old],
    }
    for kind, names in keys.items():
        begin = time.perf_counter()
        found = sum(map(bool, map(index.find, names)))
        report.add(f"{kind}_ids_per_s", _LOOKS / (time.perf_counter() - begin), "1/s")
        assert found == (0 if kind == "new" else _LOOKS), found


def run_once(report: Report) -> None:
    """One desk in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_drive(folder, report))
