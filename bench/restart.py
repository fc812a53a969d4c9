"""Seconds from the start of a killed core to its first answer to a cancel, with a million events behind it.

A real core in a process of its own journals orders and their cancels with real syncs on this disk, keeping
snapshots and archives as it does anywhere, and is killed with `kill -9`. `cancel_answered_s`: from the start
of `trade2026 run core` on that home, Python's own start included, to the durable answer to the cancel of an
order that was open; `cancel_answered_cpu_s`: processor time of that process until then. `replayed_frames`:
what came after the newest snapshot. `verified_mib`: segments that the start reads. `snapshot_encode_ms` and
`snapshot_order_ms`: how long encoding the state with eight thousand open orders takes, and the longest an
order waited while a snapshot was taken and written.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.harness import ROOT, Report
from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.live.assemble import RunningDesk, keep_head, open_desk
from trade2026.application.live.config import DEFAULT, ReplayConfig
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.wiring import make_services
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.ports.core_link import (
    DESK_TRADER,
    CancelIntent,
    Decision,
    FeedAction,
    Hello,
    Intent,
    SubmitIntent,
)
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import MILLISECOND_NS

_EVENTS: Final = int(os.environ.get("BENCH_RESTART_EVENTS", "1000000"))
_AT_ONCE: Final = 512
_OPEN: Final = 8_000
_EVENTS_EACH: Final = 4  # Approved, acknowledged, cancel pending, canceled.
_STARTS: Final = 3
_PATIENCE_S: Final = 120.0
_CONFIG: Final = msgspec.structs.replace(DEFAULT, replay=ReplayConfig(start="1995-01-03", is_paused=True))


class _Builder:
    """A core that fills its journal, in the process that will be killed."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._tasks: list[asyncio.Task[None]] = []
        self._number = 0
        self.open_orders: list[int] = []

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.append(task)
        return task

    async def run(self, events: int) -> None:
        """Fill it, say so, and wait to be killed."""
        places = Places(self._home)
        places.make()
        services = make_services(Config(self._home))
        storage = DiskStorage(places.journal)
        layout = _CONFIG.journal.layout(b"bench")
        self.desk: RunningDesk = await open_desk(
            _CONFIG, services, storage, layout, pid=os.getpid(), spawn=self._spawn,
            tell=lambda message: None, note=lambda text: print(text, file=sys.stderr),
            open_index=lambda: services.open_retired(places.index),
        )  # fmt: skip
        self._spawn(self.desk.feed.run(), "feed")
        while not self.desk.core.engines.ledger.marks:
            self.desk.service.control_feed(FeedAction.STEP, 0.0)
            await asyncio.sleep(0.05)
        self._spawn(keep_head(self.desk.journal, lambda: asyncio.sleep(5.0)), "head")
        assert self.desk.retiring is not None, "it was opened with an index"
        self._spawn(self.desk.retiring.run(lambda: asyncio.sleep(0.05)), "retiring")
        self._spawn(self.desk.keeper.run(lambda: asyncio.sleep(1.0)), "keeper")
        while len(self.open_orders) < _OPEN:
            self.open_orders += await self._submit(_AT_ONCE)
        encode_ms, order_ms = await self._snapshot()
        for _ in range((events - 2 * _OPEN) // _EVENTS_EACH // _AT_ONCE):
            await self._cancel(await self._submit(_AT_ONCE))
        done = {
            "open": self.open_orders, "seq": self.desk.journal.durable_seq, "encode_ms": encode_ms,
            "order_ms": order_ms,
        }  # fmt: skip
        print(json.dumps(done), flush=True)
        while True:  # Until the kill.
            await self._cancel(await self._submit(16))

    async def _ask(self, intent: Intent) -> Decision:
        answer: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self.desk.service.ask((intent,), lambda seq, decisions: answer.set_result(decisions[0]))
        return await answer

    async def _submit(self, count: int) -> list[int]:
        """So many orders that rest; their ids."""
        intents = []
        for _ in range(count):
            self._number += 1
            name, lowest = f"b{self._number}", UNIT // 1000
            terms = (Side.BUY, OrderType.LIMIT, TimeInForce.GTC, UNIT, lowest)
            intents.append(SubmitIntent("PAPER", name, DESK_TRADER, "", "KO.XNYS", *terms))
        made = await asyncio.gather(*map(self._ask, intents))
        ids = [each.events[0].order_id for each in made if isinstance(each.events[0], OrderApproved)]
        assert len(ids) == count, made[0]
        return ids

    async def _cancel(self, orders: list[int]) -> None:
        asks = [self._ask(CancelIntent("PAPER", f"x{each}", DESK_TRADER, each)) for each in orders]
        await asyncio.gather(*asks)

    async def _snapshot(self) -> tuple[float, float]:
        """How long the encoding takes, and the longest wait of an order around a snapshot; milliseconds."""
        begin = time.perf_counter()
        self.desk.core.state_bytes()
        encode_s = time.perf_counter() - begin
        longest = 0.0
        keeping = asyncio.get_running_loop().create_task(self.desk.keeper.keep())
        while not keeping.done():
            begin = time.perf_counter()
            await self._cancel(await self._submit(1))
            longest = max(longest, (time.perf_counter() - begin) / 2)
        assert keeping.result()
        return encode_s * 1e3, longest * 1e3


def _environment(home: str) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return os.environ | {"TRADE2026_HOME": home, "PYTHONPATH": path}


def _build(home: str) -> dict[str, Any]:
    """Have a core fill a journal, and kill it."""
    command = [sys.executable, "-m", "bench.restart", home, str(_EVENTS)]
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(home), stdout=subprocess.PIPE, text=True
    ) as core:
        assert core.stdout is not None
        line = core.stdout.readline()
        core.send_signal(signal.SIGKILL)
        assert line, "the core that was to fill the journal ended"
        built: dict[str, Any] = json.loads(line)
        return built


def _start(home: str, order_id: int) -> tuple[float, float, int]:
    """Start a core, cancel one order, kill it; time and processor time to the answer, frames replayed."""
    path = Places(home).socket("core")
    Path(path).unlink(missing_ok=True)
    begin = time.perf_counter()
    command = [sys.executable, "-m", "trade2026.bootstrap.main", "run", "core"]
    with subprocess.Popen(command, cwd=ROOT, env=_environment(home), stderr=subprocess.PIPE) as core:
        try:
            connection = _connect(path, begin)
            cancel = CancelIntent("PAPER", f"restart-{order_id}", DESK_TRADER, order_id)
            (decision,) = connection.ask(cancel).decisions
            taken, used = time.perf_counter() - begin, _processor_s(core.pid)
            assert not decision.error, decision
            assert type(decision.events[0]).__name__ == "OrderPendingCancel", decision
            frames = connection.status().recovered_frames
            connection.close()
        finally:
            core.send_signal(signal.SIGKILL)
            core.communicate()
    return taken, used, frames


def _processor_s(pid: int) -> float:
    """Processor time that a process has used, in user and system together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _connect(path: str, begin: float) -> BlockingCoreConnection:
    """A line to the core, tried every few milliseconds."""
    while True:
        try:
            return BlockingCoreConnection(
                path, Hello("bench", market_data=False, follow=False), connect_within_ns=5 * MILLISECOND_NS
            )
        except OperatingError:
            assert time.perf_counter() - begin < _PATIENCE_S, "the core does not answer"
            time.sleep(0.005)


def run_once(report: Report) -> None:
    """One journal, some starts; each is killed, so that the next has its frames to recover too."""
    with tempfile.TemporaryDirectory(prefix="t26-", dir="/tmp") as home:
        (Path(home) / "desk").mkdir(mode=0o700)
        config = {"data": {"names": ["sp500"]}, "replay": {"start": "1995-01-03", "is_paused": True}}
        (Path(home) / "desk" / "config.json").write_text(json.dumps(config))
        built = _build(home)
        journal = Path(Places(home).journal)
        live = sum(each.stat().st_size for each in journal.glob("segment-*.log"))
        for number in range(_STARTS):
            taken, used, frames = _start(home, built["open"][number])
            report.add("cancel_answered_s", taken, "s")
            report.add("cancel_answered_cpu_s", used, "s")
            report.add("replayed_frames", frames, "")
        report.add("frames", built["seq"], "")
        report.add("verified_mib", live / 2**20, "MiB")
        report.add("archived_segments", len(list(journal.glob("archive-*.z"))), "")
        report.add("snapshot_encode_ms", built["encode_ms"], "ms")
        report.add("snapshot_order_ms", built["order_ms"], "ms")


if __name__ == "__main__":
    asyncio.run(_Builder(sys.argv[1]).run(int(sys.argv[2])))
