"""How fast a halt is on disk and its cancels on the wire, while orders come as fast as they can.

In process: 512 new orders in flight against `BatchingSequencer` over a durable journal on this disk.
`halt_*`: from the posting of a halt to its answer, which is durable. `cancel_*`: 1,000 resting orders of one
strategy are halted and canceled; for each cancel the time from the halt to its handing to the venue, and
`last_cancel_ms` that of the last one. `desk_*`: the same over REST with the whole desk running under 64
connections; the time a cancel left is the wire log's.
"""

import asyncio
import gc
import json
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import uvloop

from bench.desk import NOW, TRADER, Mix, set_up
from bench.harness import Report, percentile
from bench.http_load import closed, connect
from bench.orders_rest import Mix as RestMix
from bench.running_desk import ACCOUNTS, SYMBOLS, RunningDesk, wait_until
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.wire import FileWireReader
from trade2026.application.live.halting import cancel_all
from trade2026.application.local_halt import cancels_of
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.runtime import calm_collector
from trade2026.model.commands import ReportExecution, SetTradingState, SubmitOrder
from trade2026.model.enums import Environment, ExecType, Scope, TradingState
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace, TradingStateSet
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import ReportSink
from trade2026.ports.wire_log import WireSent
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer

ORDERS = 1_000
_HALTS = 300
_ROUNDS = 5
_IN_FLIGHT = 512
_DESK_ROUNDS = 3
_BATCH = 500


class _Venue:
    """Acknowledges what it is sent in the next turn of the loop, and notes when cancels came."""

    name = "BINANCE"
    environment = Environment.PAPER

    def __init__(self) -> None:
        self.canceled: dict[int, float] = {}
        self._sink: ReportSink | None = None

    def connect(self, sink: ReportSink) -> None:
        """Where answers go."""
        self._sink = sink

    def _answer(self, request: OrderApproved | OrderPendingCancel, kind: ExecType) -> None:
        assert self._sink is not None, "connected"
        report = ExecutionReport(request.account_id, request.client_order_id, kind, request.now, "V")
        asyncio.get_running_loop().call_soon(self._sink, report)

    def submit(self, order: OrderApproved) -> None:
        """Acknowledge."""
        self._answer(order, ExecType.NEW)

    def cancel(self, request: OrderPendingCancel) -> None:
        """Cancel, and note when."""
        self.canceled[request.order_id] = time.perf_counter()
        self._answer(request, ExecType.CANCELED)

    def replace(self, request: OrderPendingReplace) -> None:
        """Nothing here asks for it."""
        raise AssertionError(request)


def _spawn(coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    return asyncio.get_running_loop().create_task(coroutine, name=name)


class _Loaded:
    """A desk in this process."""

    def __init__(self, folder: str) -> None:
        self.storage = DiskStorage(folder)
        self.journal = Journal.open(self.storage, JournalConfig(), b"b" * 32)
        self.venue, self.core = _Venue(), Core()
        router = Router(Environment.PAPER)
        sequencer = Sequencer(self.core, self.journal, router)
        for command in set_up():
            sequencer.execute(command)
        sequencer.flush()
        router.connect(tuple(self.core.engines.risk.instruments), self.venue)
        self.desk = BatchingSequencer(sequencer, _spawn)
        self.venue.connect(lambda report: self.desk.tell(ReportExecution(report.ts_event, report)))
        self.mix = Mix()
        self.answered = 0

    async def rest(self, strategy_id: str) -> None:
        """Orders of one strategy that rest at the venue."""
        orders = [msgspec.structs.replace(self.mix.submit(), strategy_id=strategy_id) for _ in range(ORDERS)]
        await asyncio.gather(*(self.desk.post(each) for each in orders))

    async def client(self) -> None:
        """One order after the other, for ever."""
        while True:
            command: SubmitOrder = self.mix.submit()
            await self.desk.post(command)
            self.answered += 1

    @asynccontextmanager
    async def load(self) -> AsyncIterator[None]:
        """While inside, orders come as fast as they are answered."""
        clients = [asyncio.get_running_loop().create_task(self.client()) for _ in range(_IN_FLIGHT)]
        await asyncio.sleep(0.3)
        yield
        for each in clients:
            each.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def close(self) -> None:
        """Stop."""
        await self.desk.close()
        await self.journal.close_async()
        self.storage.close()


def _state(scope: Scope, target: str, state: TradingState) -> SetTradingState:
    return SetTradingState(NOW, scope, target, state, TRADER, "measured")


async def _halts(desk: _Loaded) -> tuple[list[float], float]:
    """Seconds from a halt to its answer, one after another, of a strategy that has no orders; orders/s."""
    found = []
    async with desk.load():
        before, begin = desk.answered, time.perf_counter()
        for number in range(_HALTS):
            state = (TradingState.HALTED, TradingState.ACTIVE)[number % 2]
            sent = time.perf_counter()
            events = await desk.desk.post(_state(Scope.STRATEGY, "idle", state))
            found.append(time.perf_counter() - sent)
            assert type(events[0]) is TradingStateSet
            await asyncio.sleep(0.007)
        rate = (desk.answered - before) / (time.perf_counter() - begin)
    return found, rate


async def _cancels(desk: _Loaded) -> tuple[list[float], list[float]]:
    """Seconds from a halt to each of its cancels at the venue, and to the last."""
    found: list[float] = []
    last: list[float] = []
    for number in range(_ROUNDS):
        name = f"round-{number}"
        intent = msgspec.structs.replace(cancels_of(Scope.STRATEGY, name, name), trader_id=TRADER)
        await desk.rest(name)
        async with desk.load():
            desk.venue.canceled.clear()
            began = time.perf_counter()
            await desk.desk.post(_state(Scope.STRATEGY, name, TradingState.HALTED))
            decision = await cancel_all(desk.core, desk.desk, intent, NOW)
            found_count = len(decision.events), len(desk.venue.canceled)
            assert found_count == (ORDERS, ORDERS), (found_count, decision.error)
        times = [each - began for each in desk.venue.canceled.values()]
        found += times
        last.append(max(times))
    return found, last


async def _in_process(folder: str) -> dict[str, Any]:
    gc.unfreeze()
    calm_collector()
    desk = _Loaded(folder)
    halts, rate = await _halts(desk)
    cancels, last = await _cancels(desk)
    await desk.close()
    return {"halts": halts, "rate": rate, "cancels": cancels, "last": last}


# ------------------------------------------------------------------------------------------ the whole desk


def _rest_orders(desk: RunningDesk, strategy_id: str) -> None:
    """Orders of one strategy that rest at the venue, by batches."""
    quotes = {each["instrument_id"]: float(each["last"]) for each in desk.get("/api/v1/quotes")["items"]}
    names = list(quotes)
    for first in range(0, ORDERS, _BATCH):
        orders = [
            {
                "account_id": ACCOUNTS[number % 4], "instrument_id": names[number % 5], "side": "BUY",
                "order_type": "LIMIT", "time_in_force": "GTC", "order_qty": "1", "strategy_id": strategy_id,
                "limit_price": f"{quotes[names[number % 5]] * 0.95:.2f}",
                "client_order_id": f"{strategy_id}-{number}",
            }
            for number in range(first, first + _BATCH)
        ]  # fmt: skip
        answer = desk.post("/api/v1/orders/batch", {"orders": orders})
        assert all(each.get("order") for each in answer["results"]), answer["results"][0]


def _halt(desk: RunningDesk, strategy_id: str) -> tuple[float, int]:
    """Milliseconds until a halt was answered, and when it was asked for, UTC nanoseconds."""
    body = {"scope": "STRATEGY", "target": strategy_id, "reason": "measured"}
    asked, begin = time.time_ns(), time.perf_counter()
    answer = desk.post("/api/v1/halt", body)
    took = (time.perf_counter() - begin) * 1e3
    assert len(answer["canceled"]) == ORDERS, json.dumps(answer)[:300]
    return took, asked


async def _drive(desk: RunningDesk) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds: of each halt with all its cancels answered, of each cancel on the wire, of the last."""
    loop = asyncio.get_running_loop()
    reader = FileWireReader(Places(str(desk.home)).wire)
    answers, cancels, last = [], [], []
    for number in range(_DESK_ROUNDS):
        name = f"h-{number}"
        await loop.run_in_executor(None, _rest_orders, desk, name)
        connections = await connect("127.0.0.1", desk.port, 64)
        reader.skip()
        load = loop.create_task(closed(connections, RestMix(desk, name).next, 6.0))
        await asyncio.sleep(2.0)
        took, asked = await loop.run_in_executor(None, _halt, desk, name)
        await load
        for each in connections:
            each.close()
        times = []
        while frames := reader.read():
            times += [
                (frame.wall_ns - asked) / 1e6
                for frame in frames
                for record in frame.records
                if isinstance(record, WireSent)
                and isinstance(record.request, OrderPendingCancel)
                and record.request.orig_client_order_id.startswith(f"{name}-")
            ]
        assert len(times) == ORDERS, len(times)
        answers.append(took)
        cancels += times
        last.append(max(times))
    return answers, cancels, last


def run_once(report: Report) -> None:
    """In process first, then over the whole desk."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_in_process(folder))
    report.add("orders_per_s_meanwhile", found["rate"], "1/s")
    report.add("halt_p50_ms", percentile(found["halts"], 0.50) * 1e3, "ms")
    report.add("halt_p99_ms", percentile(found["halts"], 0.99) * 1e3, "ms")
    report.add("cancel_p50_ms", percentile(found["cancels"], 0.50) * 1e3, "ms")
    report.add("cancel_p99_ms", percentile(found["cancels"], 0.99) * 1e3, "ms")
    report.add("last_cancel_ms", max(found["last"]) * 1e3, "ms")
    with RunningDesk(feed_s=90) as desk:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(SYMBOLS))
        answers, cancels, last = uvloop.run(_drive(desk))
        monitor = desk.get("/api/v1/services")["monitor"]
    report.add("desk_halt_answered_ms", max(answers), "ms")
    report.add("desk_cancel_p50_ms", percentile(cancels, 0.50), "ms")
    report.add("desk_cancel_p99_ms", percentile(cancels, 0.99), "ms")
    report.add("desk_last_cancel_ms", max(last), "ms")
    report.add("monitor_alarms", float(monitor["alarms"]), "")
