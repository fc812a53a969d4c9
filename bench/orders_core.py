"""Orders a second through the trading core in one process, each answered after its batch is on disk.

A client keeps 512 commands in flight against `BatchingSequencer` over a durable journal on this disk:
all checks, one frame a command, fdatasync a batch. `orders_per_s`: new orders only. `filled_orders_per_s`:
the venue fills every order and the ledger books it. `mix_per_s`: the standard mix, every request answered by
the venue with a report that is journaled too. `fdatasync_p99_ms` is a bare 16 KiB write and fdatasync on
the same disk in the same run.
"""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Coroutine
from typing import Any

from bench.desk import Mix, fill, set_up
from bench.harness import Report, percentile
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.bootstrap.runtime import calm_collector
from trade2026.model.commands import ReportExecution, SubmitOrder
from trade2026.model.enums import Environment, ExecType
from trade2026.model.events import OrderApproved, OrderDenied, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import ReportSink
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer

_ORDERS = 40_000
_IN_FLIGHT = 512


class _Venue:
    """Takes what is sent; in the mix it answers each request with its report in the next turn of the loop."""

    name = "BINANCE"
    environment = Environment.PAPER

    def __init__(self, *, answers: bool) -> None:
        self.received = 0
        self._answers = answers
        self._sink: ReportSink | None = None

    def connect(self, sink: ReportSink) -> None:
        """Where answers go."""
        self._sink = sink

    def _answer(self, report: ExecutionReport) -> None:
        self.received += 1
        if self._answers and self._sink is not None:
            asyncio.get_running_loop().call_soon(self._sink, report)

    def submit(self, order: OrderApproved) -> None:
        """Acknowledge, or fill what is through the touch."""
        if order.limit_price is not None and (order.limit_price > order.reference_price) == (
            order.side == "BUY"
        ):
            self._answer(fill(order, f"x{order.order_id}"))
        else:
            self._answer(_report(order, ExecType.NEW))

    def cancel(self, request: OrderPendingCancel) -> None:
        """Cancel."""
        self._answer(_report(request, ExecType.CANCELED))

    def replace(self, request: OrderPendingReplace) -> None:
        """Replace."""
        self._answer(
            ExecutionReport(
                request.account_id, request.client_order_id, ExecType.REPLACED, request.now, "V",
                order_qty=request.order_qty, limit_price=request.limit_price or 0,
            )
        )  # fmt: skip


def _report(request: OrderApproved | OrderPendingCancel, exec_type: ExecType) -> ExecutionReport:
    return ExecutionReport(request.account_id, request.client_order_id, exec_type, request.now, "V")


def _spawn(coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    return asyncio.get_running_loop().create_task(coroutine, name=name)


async def _drive(folder: str, kind: str, count: int) -> tuple[float, float, list[float]]:
    storage = DiskStorage(folder)
    journal = Journal.open(storage, JournalConfig(), b"b" * 32)
    venue = _Venue(answers=kind != "submit")
    router = Router(Environment.PAPER)
    core = Core()
    sequencer = Sequencer(core, journal, router)
    for command in set_up():
        sequencer.execute(command)
    sequencer.flush()
    router.connect(tuple(core.engines.risk.instruments), venue)
    desk = BatchingSequencer(sequencer, _spawn)
    venue.connect(lambda report: desk.tell(ReportExecution(report.ts_event, report)))
    latencies: list[float] = []
    mix = Mix()
    submits = [mix.submit(marketable=kind == "filled") for _ in range(count)] if kind != "mix" else []
    gc.unfreeze()
    calm_collector()
    cpu, wall = time.process_time(), time.perf_counter()

    async def client(number: int) -> None:
        for position in range(number, count, _IN_FLIGHT):
            command = submits[position] if submits else mix.next()
            sent = time.perf_counter()
            events = await desk.post(command)
            latencies.append(time.perf_counter() - sent)
            event = events[0]
            if kind == "mix" and isinstance(command, SubmitOrder) and isinstance(event, OrderApproved):
                mix.remember(command, event.order_id)
            assert type(event) in _ACCEPTED, event

    await asyncio.gather(*(client(number) for number in range(_IN_FLIGHT)))
    await desk.close()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert venue.received > 0.9 * count, venue.received
    await journal.close_async()
    storage.close()
    return count / wall, count / cpu, latencies


# A replace of an order whose last replace is unanswered is denied, as it should be.
_ACCEPTED = frozenset({OrderApproved, OrderPendingCancel, OrderPendingReplace, OrderDenied})


def bare_syncs(folder: str) -> list[float]:
    """Milliseconds of 500 bare writes of 16 KiB with fdatasync into a file that has its blocks."""
    path = os.path.join(folder, "bare")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    os.pwrite(descriptor, bytes(16_384 * 500), 0)
    os.fsync(descriptor)
    times = []
    for number in range(500):
        begin = time.perf_counter()
        os.pwrite(descriptor, bytes([number % 255 + 1]) * 16_384, number * 16_384)
        os.fdatasync(descriptor)
        times.append((time.perf_counter() - begin) * 1e3)
    os.close(descriptor)
    return times


def run_once(report: Report) -> None:
    """One run of each workload in a folder of its own."""
    for kind, metric in (("submit", "orders"), ("filled", "filled_orders"), ("mix", "mix")):
        with tempfile.TemporaryDirectory() as folder:
            rate, cpu_rate, latencies = asyncio.run(_drive(folder, kind, _ORDERS))
        report.add(f"{metric}_per_s", rate, "1/s")
        report.add(f"{metric}_per_cpu_s", cpu_rate, "1/s")
        report.add(f"{metric}_ack_p50_ms", percentile(latencies, 0.50) * 1e3, "ms")
        report.add(f"{metric}_ack_p99_ms", percentile(latencies, 0.99) * 1e3, "ms")
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_syncs(folder)
    report.add("fdatasync_p50_ms", percentile(bare, 0.50), "ms")
    report.add("fdatasync_p99_ms", percentile(bare, 0.99), "ms")


def run_peers(report: Report) -> None:
    """NautilusTrader's whole path in process, nothing on disk: quote, strategy, risk, execution, matching."""
    from bench.peers import run_peer

    figures = run_peer("nautilus_orders.py", "--n", "10000", "--reps", "5")
    if figures is not None:
        report.peers[f"nautilus_trader {figures['version']} (backtest path, nothing on disk)"] = {
            "commands_per_cpu_s": figures["commands_per_cpu_s"],
            "commands_per_s": figures["commands_per_s_median"],
        }
    else:
        report.notes.append("nautilus_trader could not be installed here, so its figure is absent.")
