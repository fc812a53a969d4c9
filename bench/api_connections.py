"""Answers of the API with 1,000 connections open, each asking once a second.

An open loop over the whole desk: 1,000 requests a second over 1,000 keep-alive connections, timed from the
intended send. Of ten requests four read quotes, accounts, positions and the trading state, three read orders
and fills (pages of 50), one reads a chart of 250 bars, one is an order on disk before its answer, and one
asks for health. `errors` are answers of the 5xx kind and those that never came.
"""

import json
from itertools import count, cycle

import uvloop

from bench.harness import Report, percentile
from bench.http_load import Load, Taken, connect, paced, request
from bench.orders_rest import Mix
from bench.running_desk import SYMBOLS, RunningDesk, wait_until

CONNECTIONS = 1_000
SECONDS = 30.0
RATE = 1_000.0
_READS = (
    "/api/v1/quotes",
    "/api/v1/accounts",
    "/api/v1/orders?limit=50",
    f"/api/v1/bars?instrument_id={SYMBOLS[0]}.BINANCE&limit=250",
    "/api/v1/positions",
    "/api/v1/fills?limit=50",
    "/api/v1/health",
    "/api/v1/trading-state",
    "/api/v1/orders?limit=50&status=open&account_id=A1",
)


async def _drive(desk: RunningDesk) -> Load:
    headers = {"Authorization": f"Bearer {desk.token}"}
    reads = cycle([request("GET", path, headers) for path in _READS])
    mix = Mix(desk, "w")
    number = count()

    def following() -> tuple[bytes, Taken | None]:
        return mix.submit(is_marketable=False) if next(number) % 10 == 0 else (next(reads), None)

    connections = await connect("127.0.0.1", desk.port, CONNECTIONS)
    load = await paced(connections, following, SECONDS, RATE)
    for connection in connections:
        connection.close()
    return load


def run_once(report: Report) -> None:
    """A desk of its own."""
    with RunningDesk(feed_s=int(SECONDS) + 40) as desk:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(SYMBOLS))
        before = desk.usage()
        load = uvloop.run(_drive(desk))
        after = desk.usage()
    bad = {status: n for status, n in load.statuses.items() if status >= 400 or status == 0}
    assert sum(bad.values()) < 0.001 * len(load.latencies), json.dumps(bad)
    report.add("p50_ms", percentile(load.latencies, 0.50) * 1e3, "ms")
    report.add("p99_ms", percentile(load.latencies, 0.99) * 1e3, "ms")
    report.add("requests_per_s", load.per_second, "1/s")
    report.add("errors", load.errors, "answers")
    for role, used in after.items():
        cpu_s = used.cpu_s - before[role].cpu_s
        report.add(f"{role}_cpu_share", cpu_s / load.seconds, "cores")
