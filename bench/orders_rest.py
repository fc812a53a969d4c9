"""Orders a second over REST, each on disk before its answer, with the whole desk running.

Core, web and runner are processes of their own on this machine, and so is the client: they share its cores.
The standard mix (60 % passive, 15 % marketable and filled, 20 % cancels, 5 % replaces) goes to 4 accounts and
5 instruments while the feed plays 2,000 quotes a second, all read models follow, and one page listens to
quotes, orders, fills and positions. `orders_per_s` counts requests answered 2xx; 64 connections, closed loop.
`ack_*` is at 1,000 requests a second, open loop, timed from the intended send.
`fdatasync_p99_ms` is a bare 16 KiB write and fdatasync on the same disk in the same run.
"""

import asyncio
import tempfile

import uvloop

from bench.harness import Report, percentile
from bench.http_load import Load, Taken, closed, connect, paced
from bench.orders_core import bare_syncs
from bench.page import listen
from bench.running_desk import SYMBOLS, RunningDesk, wait_until
from bench.standard_mix import Cancel, New, Resting, StandardMix

SECONDS = 60.0
PACED_SECONDS = 20.0
RATE = 1_000.0
_CONNECTIONS = 64


_ORDER = (
    '{"account_id":"%s","instrument_id":"%s","side":"%s","order_type":"LIMIT","time_in_force":"GTC",'
    '"order_qty":"1","limit_price":"%s","client_order_id":"%s%d"}'
)


class Mix(StandardMix):
    """The standard mix as requests over HTTP."""

    def __init__(self, desk: RunningDesk, prefix: str) -> None:
        super().__init__(desk)
        self._prefix = prefix
        self.use(desk.token)

    def use(self, token: str) -> None:
        """Ask as whoever has this token."""
        lines = ("Host: bench", "Content-Type: application/json", f"Authorization: Bearer {token}", "")
        self._headers = "\r\n".join(lines).encode()

    def next(self) -> tuple[bytes, Taken | None]:
        """The next request."""
        drawn = self.draw()
        if isinstance(drawn, New):
            return self._submit(drawn)
        path = f"/api/v1/orders/{drawn.order.order_id}"
        if isinstance(drawn, Cancel):
            return self._request(f"{path}/cancel", b"{}"), self._check
        body = b'{"order_qty":"2","limit_price":"%s"}' % drawn.order.price.encode()
        return self._request(f"{path}/replace", body), self.replacing(drawn.order)

    def replacing(self, order: Resting) -> Taken:
        """What takes the answer to a replace of this order."""
        return self._check

    def submit(self, *, is_marketable: bool) -> tuple[bytes, Taken]:
        """A new order."""
        return self._submit(self.new(is_marketable=is_marketable))

    def _submit(self, new: New) -> tuple[bytes, Taken]:
        body = _ORDER % (
            new.account_id, new.instrument_id, new.side, new.price, self._prefix, self.count,
        )  # fmt: skip
        data = self._request("/api/v1/orders", body.encode())
        if new.is_marketable:
            return data, self._check

        def keep(status: int, answer: bytes) -> None:
            self._check(status, answer)
            if status == 201:
                at = answer.index(b'"order_id":') + 11
                self.keep(new, int(answer[at : answer.index(b",", at)]))

        return data, keep

    def _check(self, status: int, answer: bytes) -> None:
        if not 200 <= status < 300:
            self.refuse(answer[:300])

    def _request(self, path: str, body: bytes) -> bytes:
        return b"POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (
            path.encode(), self._headers, len(body), body,
        )  # fmt: skip


async def _drive(desk: RunningDesk, prefix: str, seconds: float, rate: float | None) -> tuple[Load, Mix]:
    page = asyncio.get_running_loop().create_task(listen(desk))
    mix = Mix(desk, prefix)
    connections = await connect("127.0.0.1", desk.port, _CONNECTIONS)
    if rate is None:
        load = await closed(connections, mix.next, seconds)
    else:
        load = await paced(connections, mix.next, seconds, rate)
    assert not page.done(), page.exception()
    page.cancel()
    for connection in connections:
        connection.close()
    return load, mix


def run_once(report: Report) -> None:
    """A desk of its own; the paced load first, then the full one."""
    with RunningDesk(feed_s=int(SECONDS + PACED_SECONDS) + 30) as desk:
        wait_until(lambda: len(desk.get("/api/v1/quotes")["items"]) == len(SYMBOLS))
        gentle, mix = uvloop.run(_drive(desk, "p", PACED_SECONDS, RATE))
        _check(gentle, mix)
        report.add("ack_p50_ms", percentile(gentle.latencies, 0.50) * 1e3, "ms")
        report.add("ack_p99_ms", percentile(gentle.latencies, 0.99) * 1e3, "ms")
        before = desk.usage()
        full, mix = uvloop.run(_drive(desk, "c", SECONDS, None))
        after = desk.usage()
        _check(full, mix)
        report.add("orders_per_s", full.per_second, "1/s")
        report.add("full_p50_ms", percentile(full.latencies, 0.50) * 1e3, "ms")
        report.add("full_p99_ms", percentile(full.latencies, 0.99) * 1e3, "ms")
        used = {role: after[role].cpu_s - before[role].cpu_s for role in after}
        report.add("orders_per_cpu_s", len(full.latencies) / sum(used.values()), "1/s")
        for role, seconds in used.items():
            report.add(f"{role}_cpu_share", seconds / full.seconds, "cores")
            report.add(f"{role}_rss_mib", after[role].rss_mib, "MiB")
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_syncs(folder)
    report.add("fdatasync_p99_ms", percentile(bare, 0.99), "ms")


def _check(load: Load, mix: Mix) -> None:
    good = sum(count for status, count in load.statuses.items() if 200 <= status < 300)
    assert good > 0.99 * len(load.latencies), (load.statuses, mix.refused)
    assert load.errors == 0, (load.statuses, mix.refused)
