"""Orders a second in batches over one WebSocket, each on disk before its answer, with the whole desk running.

Core, web and runner are processes of their own on this machine, and so is the client: they share its cores.
The standard mix of `orders_rest` (60 % passive, 15 % marketable and filled, 20 % cancels, 5 % replaces) goes
to 4 accounts and 5 instruments in batches of 100, eight under way, while the feed plays 2,000 quotes a second
and all read models follow. `orders_per_s` counts requests answered by a yes; closed loop, nobody looking at
orders. `watched_orders_per_s` is the same with the page of `orders_rest`, which takes each row of all orders.
`ack_*` is at 1,000 requests a second in batches of ten, open loop, timed from the intended send.
`fdatasync_p99_ms` is a bare 16 KiB write and fdatasync on the same disk in the same run.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import uvloop
import websockets
from websockets.asyncio.client import ClientConnection

from bench.harness import Report, percentile
from bench.orders_core import bare_syncs
from bench.pacing import times
from bench.page import listen
from bench.running_desk import SYMBOLS, RunningDesk, wait_until
from bench.standard_mix import Cancel, New, Replace, StandardMix

SECONDS = 60.0
WATCHED_SECONDS = 20.0
PACED_SECONDS = 20.0
RATE = 1_000.0
BATCH = 100
UNDER_WAY = 8
_PACED_BATCH = 10

Drawn = New | Cancel | Replace


class _Result(msgspec.Struct):
    result: str
    order_id: int = 0
    problem: msgspec.Raw = msgspec.Raw()


class _Results(msgspec.Struct):
    op: str
    id: int = -1
    results: list[_Result] = []


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODER = msgspec.msgpack.Decoder(_Results)


@dataclass
class Load:
    """What a load has seen: seconds to the answer of each request, what was said, and how long it ran."""

    latencies: list[float] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Requests a second that were answered by a yes."""
        return self.words["approved"] / self.seconds


class Line:
    """One WebSocket: sends batches of the mix, and is told of their answers by number."""

    def __init__(self, line: ClientConnection, mix: StandardMix, prefix: str) -> None:
        self._line = line
        self._mix = mix
        self._prefix = prefix
        self._sent = 0
        self._waiting: dict[int, tuple[list[Drawn], float, asyncio.Future[None]]] = {}
        self.load = Load()
        self._reading = asyncio.get_running_loop().create_task(self._read())

    def batch(self, count: int, due: float | None = None) -> "tuple[bytes, asyncio.Future[None]]":
        """A message with so many requests, and what is done once it is answered; timed from `due`."""
        self._sent += 1
        drawn = [self._mix.draw() for _ in range(count)]
        named = f"{self._prefix}{self._sent}-"
        requests = [_request(each, f"{named}{number}") for number, each in enumerate(drawn)]
        data = _ENCODE({"op": "batch", "id": self._sent, "requests": requests})
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[self._sent] = (drawn, time.perf_counter() if due is None else due, answered)
        return data, answered

    async def send(self, data: bytes) -> None:
        """Send a message."""
        assert not self._reading.done(), self._reading.exception()
        await self._line.send(data)

    async def _read(self) -> None:
        async for message in self._line:
            if isinstance(message, bytes):
                self._take(_DECODER.decode(message))

    def _take(self, answer: _Results) -> None:
        assert answer.op == "results", answer
        drawn, since, answered = self._waiting.pop(answer.id)
        took = time.perf_counter() - since
        load, keep = self.load, self._mix.keep
        load.latencies += [took] * len(drawn)
        for each, result in zip(drawn, answer.results, strict=True):
            load.words[result.result] += 1
            if result.result != "approved":
                self._mix.refuse((each, bytes(result.problem)[:300]))
            elif type(each) is New and not each.is_marketable:
                keep(each, result.order_id)
        answered.set_result(None)

    async def closed(self, seconds: float) -> None:
        """Batches leave as soon as one before is answered."""
        begin = time.perf_counter()
        end = begin + seconds

        async def one() -> None:
            while time.perf_counter() < end:
                data, answered = self.batch(BATCH)
                await self.send(data)
                await answered

        await asyncio.gather(*(one() for _ in range(UNDER_WAY)))
        self.load.seconds = time.perf_counter() - begin

    async def paced(self, seconds: float, rate: float) -> None:
        """Batches leave at fixed times whatever the answers do."""
        begin = time.perf_counter()
        last: list[asyncio.Future[None]] = []
        async for due in times(int(seconds * rate / _PACED_BATCH), _PACED_BATCH / rate):
            data, answered = self.batch(_PACED_BATCH, due)
            last.append(answered)
            await self.send(data)
        await asyncio.gather(*last)
        self.load.seconds = time.perf_counter() - begin


def _request(drawn: Drawn, name: str) -> dict[str, Any]:
    if type(drawn) is New:
        return {
            "do": "submit", "account_id": drawn.account_id, "instrument_id": drawn.instrument_id,
            "side": drawn.side, "order_type": "LIMIT", "time_in_force": "GTC", "order_qty": "1",
            "limit_price": drawn.price, "client_order_id": name,
        }  # fmt: skip
    assert not isinstance(drawn, New)
    order = drawn.order
    request = {"account_id": order.account_id, "order_id": order.order_id, "client_order_id": name}
    if type(drawn) is Cancel:
        return {"do": "cancel", **request}
    return {"do": "replace", "order_qty": "2", "limit_price": order.price, **request}


@contextlib.asynccontextmanager
async def _connected(desk: RunningDesk, prefix: str) -> AsyncIterator[Line]:
    address = f"ws://127.0.0.1:{desk.port}/ws/v1/orders"
    async with websockets.connect(address, compression=None, max_size=None) as line:
        await line.send(json.dumps({"op": "auth", "token": desk.token}))
        hello = json.loads(await line.recv())
        assert hello["op"] == "hello", hello
        yield Line(line, StandardMix(desk), prefix)


async def _drive(
    desk: RunningDesk, prefix: str, seconds: float, *, rate: float | None = None, is_watched: bool = False
) -> Load:
    page = asyncio.get_running_loop().create_task(listen(desk)) if is_watched else None
    async with _connected(desk, prefix) as line:
        if rate is None:
            await line.closed(seconds)
        else:
            await line.paced(seconds, rate)
    if page is not None:
        assert not page.done(), page.exception()
        page.cancel()
    load = line.load
    assert load.words["approved"] > 0.99 * load.words.total(), (load.words, line._mix.refused)
    return load


def run_once(report: Report) -> None:
    """A desk of its own; the paced load first, then the full one, then the full one with a page."""
    whole = SECONDS + WATCHED_SECONDS + PACED_SECONDS
    with RunningDesk(feed_s=int(whole) + 60) as desk:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(SYMBOLS))
        gentle = uvloop.run(_drive(desk, "p", PACED_SECONDS, rate=RATE))
        report.add("ack_p50_ms", percentile(gentle.latencies, 0.50) * 1e3, "ms")
        report.add("ack_p99_ms", percentile(gentle.latencies, 0.99) * 1e3, "ms")
        before, client = desk.usage(), time.process_time()
        full = uvloop.run(_drive(desk, "c", SECONDS))
        after, client = desk.usage(), time.process_time() - client
        report.add("orders_per_s", full.per_second, "1/s")
        report.add("full_p50_ms", percentile(full.latencies, 0.50) * 1e3, "ms")
        report.add("full_p99_ms", percentile(full.latencies, 0.99) * 1e3, "ms")
        used = {role: after[role].cpu_s - before[role].cpu_s for role in after}
        report.add("orders_per_cpu_s", len(full.latencies) / sum(used.values()), "1/s")
        report.add("client_cpu_share", client / full.seconds, "cores")
        for role, seconds in used.items():
            report.add(f"{role}_cpu_share", seconds / full.seconds, "cores")
            report.add(f"{role}_rss_mib", after[role].rss_mib, "MiB")
        behind = time.perf_counter()
        shown = desk.get("/api/v1/orders?limit=1")["as_of_seq"]
        while desk.get("/api/v1/health")["journal_seq"] > shown:
            shown = desk.get("/api/v1/orders?limit=1")["as_of_seq"]
            assert time.perf_counter() - behind < 60, "the read models do not catch up"
        report.add("read_models_behind_ms", (time.perf_counter() - behind) * 1e3, "ms")
        watched = uvloop.run(_drive(desk, "w", WATCHED_SECONDS, is_watched=True))
        report.add("watched_orders_per_s", watched.per_second, "1/s")
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_syncs(folder)
    report.add("fdatasync_p99_ms", percentile(bare, 0.99), "ms")
