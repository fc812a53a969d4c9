"""A whole desk in processes of its own, in a folder of its own, for benchmarks over its port."""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness import ROOT
from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.bootstrap.places import Places
from trade2026.model.enums import Scope
from trade2026.ports.core_link import Hello

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "ADAUSDT")
ACCOUNTS = ("A1", "A2", "A3", "A4")
_PRICES = (30_000.0, 2_000.0, 150.0, 300.0, 100.0)
_TICKS_AWAY = 20


CRYPTO = {"kind": "crypto-spot", "tick_size": "0.01", "lot_size": "0.001", "volume_unit": "base"}
SHARES = {
    "kind": "equity",
    "currency": "USDT",
    "tick_size": "0.01",
    "calendar": "24/7",
    "volume_unit": "base",
}


class Usage(NamedTuple):
    """Of a process: CPU seconds, resident MiB, and of these what is its own and no page of a file."""

    cpu_s: float
    rss_mib: float
    anon_mib: float


class Feed(NamedTuple):
    """Quotes of so many instruments in turn: so many steps a second, so many quotes a step."""

    symbols: tuple[str, ...] = SYMBOLS
    steps_per_s: int = 1_000
    quotes_per_step: int = 2
    rules: Mapping[str, str] = CRYPTO


class RunningDesk:
    """Four accounts on a feed of quotes, 2,000 a second unless told otherwise; use as a context manager.

    `feed_s` is how many seconds of quotes are made: the feed plays them in real time.
    """

    def __init__(self, *, feed_s: int = 120, feed: Feed = Feed()) -> None:  # noqa: B008  # It is frozen.
        self.folder = Path(tempfile.mkdtemp(prefix="trade2026-bench-"))
        self.home = self.folder / "home"
        self.port = _free_port()
        (self.home / "desk").mkdir(parents=True, mode=0o700)
        quotes = self.folder / "quotes.csv"
        _write_quotes(quotes, feed_s, feed)
        config = {
            "data": {
                "names": [str(quotes)],
                "instrument_ids": [f"{symbol}.BINANCE" for symbol in feed.symbols],
                **feed.rules,
            },
            "accounts": [
                {"account_id": name, "currency": "USDT", "cash": "1000000000", "max_open_orders": 1_000_000}
                for name in ACCOUNTS
            ],
            "replay": {"speed": feed.steps_per_s},
        }
        (self.home / "desk" / "config.json").write_text(json.dumps(config))
        unlimited = {"reads_per_s": 0, "logins_per_s": 0}
        (self.home / "desk" / "web.json").write_text(json.dumps(unlimited))

    def __enter__(self) -> "RunningDesk":
        self._command("up")
        self.token = self._log_in()
        return self

    def __exit__(self, *exception: object) -> None:
        self._command("down")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, name: str) -> str:
        environment = os.environ | {"TRADE2026_HOME": str(self.home), "TRADE2026_PORT": str(self.port)}
        done = subprocess.run(
            [sys.executable, "-m", "trade2026.bootstrap.main", name],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def _log_in(self) -> str:
        text = (self.home / "desk" / "state" / "first-login.txt").read_text()
        first = re.findall(r"^password: (\S+)$", text, re.MULTILINE)[0]
        self.token = self.post("/api/v1/auth/login", {"name": "admin", "password": first})["access_token"]
        self.password = f"{first}-2"  # A page asks for a new one before it shows anything.
        self.post("/api/v1/auth/password", {"current_password": first, "new_password": self.password})
        return self.renew()

    def renew(self) -> str:
        """Log in again: a token does not last for ever."""
        body = {"name": "admin", "password": self.password}
        self.token = str(self.post("/api/v1/auth/login", body)["access_token"])
        return self.token

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """One request, outside of what is measured."""
        return self._ask(urllib.request.Request(self.url(path), json.dumps(body).encode()))

    def get(self, path: str) -> Any:
        """One request, outside of what is measured."""
        return self._ask(urllib.request.Request(self.url(path)))

    def delete(self, path: str) -> Any:
        """One request, outside of what is measured."""
        return self._ask(urllib.request.Request(self.url(path), method="DELETE"))

    def _ask(self, asked: urllib.request.Request) -> Any:
        asked.add_header("Content-Type", "application/json")
        if token := getattr(self, "token", ""):
            asked.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def url(self, path: str) -> str:
        """Of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def open_orders(self) -> int:
        """How many the core has that are not done."""
        line = BlockingCoreConnection(
            Places(str(self.home)).socket("core"), Hello("bench", market_data=False, follow=False)
        )
        try:
            return line.working(Scope.GLOBAL, "").count
        finally:
            line.close()

    def usage(self) -> dict[str, Usage]:
        """What each process of the desk uses, by role."""
        rows = self.get("/api/v1/services")["items"]
        pids = {row["role"]: row["pid"] for row in rows if row["pid"]}
        return {
            role: Usage(_cpu_s(pid), _status_mib(pid, "VmRSS"), _status_mib(pid, "RssAnon"))
            for role, pid in pids.items()
        }


def _write_quotes(path: Path, seconds: int, feed: Feed) -> None:
    """A random walk of ticks that stays near each price, so that a passive order rests as long as it may."""
    chance = random.Random(7)
    symbols, step_ms = feed.symbols, 1_000 // feed.steps_per_s
    ticks = [round(_PRICES[number % len(_PRICES)] * 100) for number in range(len(symbols))]
    homes = list(ticks)
    start = 1_700_000_000_000
    with path.open("w") as file:
        file.write("timestamp,symbol,bid_price,ask_price,bid_size,ask_size\n")
        turn = 0
        for step in range(seconds * feed.steps_per_s):
            stamp = start + step * step_ms
            for _ in range(feed.quotes_per_step):
                turn = (turn + 1) % len(symbols)
                away = ticks[turn] - homes[turn]
                ticks[turn] += chance.choice((-1, 0, 1)) if abs(away) < _TICKS_AWAY else -away // abs(away)
                bid, ask = ticks[turn] - 1, ticks[turn] + 1
                file.write(f"{stamp},{symbols[turn]},{bid / 100:.2f},{ask / 100:.2f},1000.000,1000.000\n")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status_mib(pid: int, name: str) -> float:
    found = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(found[name].split()[0]) / 1024


def wait_until(condition: Any, seconds: float = 30.0) -> None:
    """Look ten times a second; AssertionError when it never holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never came true"
        time.sleep(0.1)
