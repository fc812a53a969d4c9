"""Resident memory of a desk under an hour of orders: what is over must leave it.

1,000 requests a second over REST for `SOAK_SECONDS` (default 3,600), open loop, the standard mix but for two
things: as soon as 2,000 passive orders rest, one of them is canceled before anything else, and one that was
replaced is the next to be canceled. So the open state stays as large as it is, which is checked, and all
growth is of what is over. Core, web, runner and monitor are processes of their own; one page listens. Every
30 s the resident memory of each is read. `ROLE_rss_first_mib` is that after the first `SOAK_WARM_SECONDS`
(default 600), when the closed orders that stay in memory are as many as they become, and `ROLE_rss_last_mib`
that at the end, each the median of five readings; `ROLE_growth_percent` compares them. `ROLE_anon_...` is the
same of what is the process's own, without pages of files, which come and go as the system likes. `orders`
are those answered 2xx, `ack_p99_ms` is over the whole time, `open_orders` what the core had open at the end.
"""

import asyncio
import os
import statistics
import sys
from collections import defaultdict

import uvloop

from bench.harness import Report, percentile
from bench.http_load import Taken, connect, paced
from bench.orders_rest import Mix
from bench.page import listen
from bench.running_desk import SYMBOLS, Feed, RunningDesk, Usage, wait_until
from bench.standard_mix import Cancel, New, Replace, Resting

SECONDS = float(os.environ.get("SOAK_SECONDS", "3600"))
WARM_SECONDS = float(os.environ.get("SOAK_WARM_SECONDS", "600"))
RUNS = 1
RATE = 1_000.0
OPEN_MAX = 2_000
_READ_S = 30.0
_READINGS = 5
_CONNECTIONS = 16
_SLACK = 4 * _CONNECTIONS  # What is under way in the moment of a look.


class SteadyMix(Mix):
    """The standard mix, with no more than so many orders that rest, replaced ones among them."""

    def draw(self) -> New | Cancel | Replace:
        """What comes next."""
        if len(self._resting) >= OPEN_MAX:
            self.kinds["cancel"] += 1
            return Cancel(self._resting.popleft())
        return super().draw()

    def replacing(self, order: Resting) -> Taken:
        """Once answered, it may be canceled; the standard mix would leave it open for ever."""

        def replaced(status: int, answer: bytes) -> None:
            self._check(status, answer)
            self._resting.appendleft(order)  # The next to go: at the other end it would be replaced again.

        return replaced


async def _drive(desk: RunningDesk, report: Report) -> dict[str, list[tuple[float, Usage]]]:
    """Readings of each role: seconds since the beginning, and what it used."""
    page = asyncio.get_running_loop().create_task(listen(desk))
    mix = SteadyMix(desk, "s")
    connections = await connect("127.0.0.1", desk.port, _CONNECTIONS)
    found: dict[str, list[tuple[float, Usage]]] = defaultdict(list)
    latencies: list[float] = []
    orders, open_orders, done = 0, 0, 0.0
    while done < SECONDS:
        load = await paced(connections, mix.next, _READ_S, RATE)
        assert load.errors == 0, (load.statuses, mix.refused)
        orders += sum(count for status, count in load.statuses.items() if 200 <= status < 300)
        latencies += load.latencies[::10]
        done += load.seconds
        mix.use(desk.renew())
        open_orders = desk.open_orders()
        assert open_orders <= OPEN_MAX + _SLACK, f"{open_orders} open orders are growth of open state"
        for role, used in desk.usage().items():
            found[role].append((done, used))
        shown = ", ".join(
            f"{role} {readings[-1][1].rss_mib:.1f} ({readings[-1][1].anon_mib:.1f})"
            for role, readings in found.items()
        )
        print(
            f"soak: {done:.0f} s, {orders} orders, {open_orders} open, MiB: {shown}",
            file=sys.stderr,
            flush=True,
        )
    page.cancel()
    for connection in connections:
        connection.close()
    report.add("orders", orders, "orders")
    report.add("ack_p99_ms", percentile(latencies, 0.99) * 1e3, "ms")
    report.add("open_orders", open_orders, "orders")
    return found


def run_once(report: Report) -> None:
    """One desk, for the whole time."""
    feed = Feed(steps_per_s=100)
    with RunningDesk(feed_s=int(SECONDS * 1.1) + 120, feed=feed) as desk:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(SYMBOLS))
        found = uvloop.run(_drive(desk, report))
    for role, readings in found.items():
        warm = [used for at, used in readings if at >= WARM_SECONDS]
        for kind, values in (
            ("rss", [used.rss_mib for used in warm]),
            ("anon", [used.anon_mib for used in warm]),
        ):
            first = statistics.median(values[:_READINGS])
            last = statistics.median(values[-_READINGS:])
            report.add(f"{role}_{kind}_first_mib", first, "MiB")
            report.add(f"{role}_{kind}_last_mib", last, "MiB")
            name = "growth_percent" if kind == "rss" else "anon_growth_percent"
            report.add(f"{role}_{name}", (last / first - 1) * 100, "%")
