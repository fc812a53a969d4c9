"""The door of the simulated market as a process of its own: signed orders over REST, and updates to many.

`orders_per_s`: signed POSTs of limit orders that are immediate or cancel, one in five of which trades, closed
loop over 16 connections; the forty traders trade at the clock's speed meanwhile. `ack_p50_ms`,
`ack_p99_ms` are of the same orders, half a millisecond of simulated latency (median) included.
`fan_out_p99_ms`: a hundred WebSocket clients, each of whom listens to the depth of five books every 100 ms,
which is up to 50 updates a second (a book that did not change says nothing), and to their trades; from the
time that an update bears to its arrival, on one machine's clock. `fan_out_client_updates_per_s`: what the
client got that got least.
"""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import uvloop
import websockets

from bench.harness import ROOT, Report, percentile
from bench.http_load import Taken, closed, connect, request
from trade2026.bootstrap.config import HOME_VARIABLE

_CONNECTIONS = 16
_WARM_S = 3.0
_SECONDS = 15.0
_CLIENTS = 100
_FAN_OUT_S = 15.0
_READY_S = 300.0
_SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "ADAUSDT")


@contextmanager
def running_market() -> Iterator[tuple[int, str, str]]:
    """A market that answers: its port, and the guest's key and secret."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="trade2026-bench-") as home:
        environment = {**os.environ, HOME_VARIABLE: home, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "trade2026.bootstrap.main", "run", "prism", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + _READY_S
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v3/ping", timeout=_READY_S).close()
                    break
                except OSError:
                    assert process.poll() is None, "the market ended"
                    assert time.monotonic() < deadline, "the market does not answer"
                    time.sleep(0.1)
            (key,) = json.loads((Path(home) / "prism" / "keys.json").read_text())
            yield port, key["key"], key["secret"]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


class Orders:
    """Signed orders, one after the other; whatever is refused is counted."""

    def __init__(self, port: int, key: str, secret: str) -> None:
        self._headers = {"X-MBX-APIKEY": key, "Content-Type": "application/x-www-form-urlencoded"}
        self._secret = secret.encode()
        url = f"http://127.0.0.1:{port}/api/v3/ticker/bookTicker"
        with urllib.request.urlopen(url) as answer:
            self._asks = {row["symbol"]: float(row["askPrice"]) for row in json.load(answer)}
        self._count = 0
        self.refused: dict[str, int] = {}
        self.filled = 0

    def next(self) -> tuple[bytes, Taken]:
        """The next order."""
        self._count += 1
        symbol = ("BTCUSDT", "ETHUSDT")[self._count % 2]
        factor = 1.01 if self._count % 5 == 0 else 0.9
        query = urlencode({
            "symbol": symbol, "side": "BUY", "type": "LIMIT", "timeInForce": "IOC", "quantity": "0.0050",
            "price": f"{self._asks[symbol] * factor:.2f}", "timestamp": int(time.time() * 1000),
        })  # fmt: skip
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        path = f"/api/v3/order?{query}&signature={signature}"
        return request("POST", path, self._headers), self._taken

    def _taken(self, status: int, body: bytes) -> None:
        if status != 200:
            text = body[:80].decode(errors="replace")
            self.refused[text] = self.refused.get(text, 0) + 1
        elif b'"status":"FILLED"' in body:
            self.filled += 1


async def _order(report: Report, port: int, key: str, secret: str) -> None:
    orders = Orders(port, key, secret)
    connections = await connect("127.0.0.1", port, _CONNECTIONS)
    await closed(connections, orders.next, _WARM_S)
    load = await closed(connections, orders.next, _SECONDS)
    for connection in connections:
        connection.close()
    assert not orders.refused, orders.refused
    assert orders.filled > 0
    report.add("orders_per_s", load.per_second, "1/s")
    report.add("ack_p50_ms", percentile(load.latencies, 0.5) * 1e3, "ms")
    report.add("ack_p99_ms", percentile(load.latencies, 0.99) * 1e3, "ms")


async def _listen(url: str, end: float, found: list[float], lost: list[str]) -> None:
    try:
        async with websockets.connect(url, max_queue=None) as line:
            while (left := end - time.time()) > 0:
                message = await asyncio.wait_for(line.recv(), left + 1)
                now = time.time() * 1e3
                found.append(now - json.loads(message)["data"]["E"])
    except (OSError, TimeoutError, websockets.WebSocketException) as error:
        lost.append(repr(error))


async def _fan_out(report: Report, port: int) -> None:
    names = [f"{symbol.lower()}@{kind}" for symbol in _SYMBOLS for kind in ("depth@100ms", "trade")]
    streams = "/".join(names)
    url = f"ws://127.0.0.1:{port}/stream?streams={streams}"
    delays: list[list[float]] = [[] for _ in range(_CLIENTS)]
    lost: list[str] = []
    end = time.time() + _FAN_OUT_S
    await asyncio.gather(*(_listen(url, end, found, lost) for found in delays))
    assert not lost, lost[:3]
    everything = [delay for found in delays for delay in found]
    report.add("fan_out_updates_per_s", len(everything) / _FAN_OUT_S, "1/s")
    report.add("fan_out_client_updates_per_s", min(map(len, delays)) / _FAN_OUT_S, "1/s")
    report.add("fan_out_p50_ms", percentile(everything, 0.5), "ms")
    report.add("fan_out_p99_ms", percentile(everything, 0.99), "ms")


def run_once(report: Report) -> None:
    """Orders, then listeners, on a market of its own."""
    with running_market() as (port, key, secret):
        uvloop.run(_order(report, port, key, secret))
        uvloop.run(_fan_out(report, port))
