"""Kills a desk and the simulated market it trades on, under load, and compares the books of both in the end.

`python -m tests.crash.prism --kills 20`. A whole desk with all its processes trades over HTTP; at random
moments the core, the market, or both are killed by SIGKILL and started again by the supervisor. In the end
everything is canceled and the desk is stopped, and what the market has kept of the account is read from its
own log, by itself: orders, executions, holdings. They have to be those of the desk, and each order that was
acknowledged is there once.
"""

import argparse
import itertools
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx

from bench.harness import commit, machine
from tests.desk_process import RealDesk, start_desk
from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
from trade2026.application.live.beginning import MARKETS
from trade2026.application.prism.keeping import Keeper
from trade2026.primitives.fixed_point import parse_raw

ACCOUNT = "SIM"
SYMBOLS = ("BTCUSDT.PRISM", "ETHUSDT.PRISM", "ADAUSDT.PRISM")
QUANTITIES = {"BTCUSDT.PRISM": "0.01", "ETHUSDT.PRISM": "0.2", "ADAUSDT.PRISM": "300"}
PRISM = "prism"
VICTIMS = (("core",), (PRISM,), ("core", PRISM))
HEALED_S = 120.0
PAUSE_S = (0.3, 4.0)
WEB = {"reads_per_s": 0, "logins_per_s": 0, "orders_per_s": 0}


class Client:
    """Sends orders for ever, in a thread of its own; notes what was acknowledged."""

    def __init__(self, desk: RealDesk, seed: int) -> None:
        self._desk, self._chance = desk, random.Random(seed)
        self._http = self._log_in()
        self.acknowledged: list[str] = []
        self.counts: Counter[str] = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(seed,), daemon=True)

    def _log_in(self) -> httpx.Client:
        body = {"name": "admin", "password": self._desk.password}
        found = httpx.post(f"{self._desk.url}/api/v1/auth/login", json=body, timeout=30)
        found.raise_for_status()
        token = found.json()["access_token"]
        return httpx.Client(
            base_url=f"{self._desk.url}/api/v1", timeout=30, headers={"Authorization": f"Bearer {token}"}
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def get(self, path: str, **query: str) -> Any:
        found = self._http.get(path, params=query)
        found.raise_for_status()
        return found.json()

    def post(self, path: str, body: Any, key: str) -> httpx.Response | None:
        """The answer; None where the line was lost."""
        try:
            return self._http.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            self.counts["not answered"] += 1
            return None

    def _work(self, seed: int) -> None:
        for number in itertools.count(1):
            if self._stop.wait(self._chance.expovariate(30)):
                return
            name = f"k{seed}-{number}"
            if self._chance.random() < 0.25 and self.acknowledged:
                self._cancel(name)
                continue
            answer = self.post("orders", self._order(), name)
            if answer is None:
                continue
            self.counts[f"orders answered {answer.status_code}"] += 1
            if answer.is_success and answer.json()["order"]["order_id"] is not None:
                self.acknowledged.append(name)

    def _order(self) -> dict[str, Any]:
        chance = self._chance
        symbol = chance.choice(SYMBOLS)
        order = {
            "account_id": ACCOUNT, "instrument_id": symbol, "side": chance.choice(("BUY", "SELL")),
            "order_type": "MARKET", "time_in_force": "IOC", "order_qty": QUANTITIES[symbol],
        }  # fmt: skip
        if chance.random() < 0.6:
            price = self._price(symbol, order["side"])
            if price:
                order |= {"order_type": "LIMIT", "time_in_force": "GTC", "limit_price": price}
        return order

    def _price(self, symbol: str, side: str) -> str:
        """Near the market, so that some of them trade; "" while there is none."""
        try:
            quote = next(e for e in self.get("quotes")["items"] if e["instrument_id"] == symbol)
        except (httpx.HTTPError, StopIteration):
            return ""
        tick = Decimal("0.0001") if symbol.startswith("ADA") else Decimal("0.01")
        away = Decimal(self._chance.randint(-3, 20)) / 10_000
        factor = 1 - away if side == "BUY" else 1 + away
        return str((Decimal(quote["last"]) * factor // tick) * tick)

    def _cancel(self, name: str) -> None:
        try:
            items = self.get("orders", status="open", limit="50")["items"]
        except httpx.HTTPError:
            return
        if items:
            order_id = self._chance.choice(items)["order_id"]
            answer = self.post(f"orders/{order_id}/cancel", {}, name)
            if answer is not None:
                self.counts[f"cancels answered {answer.status_code}"] += 1


def is_ready(desk: RealDesk, client: Client) -> bool:
    """Whether all processes run and the desk trusts the market again."""
    if any(each["state"] != "RUNNING" for each in desk.status().get("roles", [{"state": ""}])):
        return False
    try:
        (venue,) = client.get("venues")["items"]
    except (httpx.HTTPError, ValueError):
        return False
    return bool(venue["state"] == "READY")


def settle(desk: RealDesk, client: Client) -> None:
    """Cancel everything that is open, until nothing is; raises AssertionError where that cannot be."""
    names = (f"end-{number}" for number in itertools.count())

    def is_settled() -> bool:
        if not is_ready(desk, client):
            return False
        if not client.get("orders", status="open", limit="1")["items"]:
            return True
        client.post("orders/cancel-all", {"account_id": ACCOUNT}, next(names))
        return False

    desk.wait_for(is_settled, "every order to end", HEALED_S)


def everything(client: Client, path: str) -> list[dict[str, Any]]:
    """All rows of a list."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(path, limit="1000", **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def compare(desk: RealDesk, client: Client, counts: Counter[str]) -> None:
    """Hold the desk's books against the market's own log; the desk is down afterwards."""
    orders, fills = everything(client, "orders"), everything(client, "fills")
    positions = {each["instrument_id"]: each["quantity"] for each in client.get("positions")["items"]}
    (account,) = client.get("accounts")["items"]
    desk.command("down", timeout=60)
    storage = PrivateDiskStorage(desk.home / PRISM)
    kept = Keeper(storage, time.time_ns).state.accounts[ACCOUNT]
    made = Counter(each["client_order_id"] for each in orders if each["order_id"] is not None)
    lost = [name for name in client.acknowledged if made[name] != 1]
    assert not lost, f"acknowledged orders that are not there once: {lost[:5]}"
    assert not kept.open, f"the market still has open orders: {list(kept.open)[:5]}"
    theirs = Counter(
        (execution.client_order_id, execution.last_qty, execution.last_px, execution.commission)
        for execution in kept.executions()
    )
    ids = {each["order_id"]: each["client_order_id"] for each in orders}
    ours = Counter(
        (ids[each["order_id"]], _raw(each["last_qty"]), _raw(each["last_px"]), _raw(each["commission"]))
        for each in fills
    )
    assert ours == theirs, f"executions differ: only here {ours - theirs}, only there {theirs - ours}"
    for symbol in SYMBOLS:
        base = symbol.partition("USDT")[0]
        mine, other = _raw(positions.get(symbol, "0")), kept.holdings.get(base, 0)
        assert mine == other, f"position in {symbol} is {mine} here and {other} at the market"
    cash = _raw(account["cash"]["USDT"])
    assert cash == kept.holdings["USDT"], f"cash is {cash} here and {kept.holdings['USDT']} at the market"
    counts["orders compared"] += len(kept.closed)
    counts["executions compared"] += theirs.total()
    counts["acknowledged"] += len(client.acknowledged)


def _raw(text: str) -> int:
    return parse_raw(text, "amount", maximum=2**127)


def run(kills: int, seed: int, note: Callable[[str], None]) -> Counter[str]:
    """One desk, killed so many times; what happened. Raises AssertionError for what was broken."""
    chance = random.Random(seed)
    config = json.loads(json.dumps({
        "accounts": [{"account_id": ACCOUNT, "currency": "USDT", "venue": "PRISM"}],
        "costs": {"fees": MARKETS[PRISM].costs.fees},
    }))  # fmt: skip
    counts: Counter[str] = Counter()
    with start_desk(data=PRISM, config=config, web=WEB) as desk:
        client = Client(desk, seed)
        desk.wait_for(lambda: is_ready(desk, client), "the market to be there", HEALED_S)
        desk.wait_for(lambda: len(client.get("quotes")["items"]) >= len(SYMBOLS), "prices", HEALED_S)
        client.start()
        for number in range(kills):
            time.sleep(chance.uniform(*PAUSE_S))
            victims = chance.choice(VICTIMS)
            for role in victims:
                kill(desk, role)
                counts[f"kills of {role}"] += 1
            if chance.random() < 0.7:  # Else the next kill meets a desk that has not healed.
                desk.wait_for(lambda: is_ready(desk, client), "the desk to heal", HEALED_S)
            note(f"kill {number + 1} of {kills}: {' and '.join(victims)}")
        desk.wait_for(lambda: is_ready(desk, client), "the desk to heal", HEALED_S)
        client.stop()
        settle(desk, client)
        compare(desk, client, counts)
        return counts + client.counts


def kill(desk: RealDesk, role: str) -> None:
    """Kill a process of the desk, as soon as there is one."""
    pid = desk.wait_for(lambda: desk.pid(role), f"{role} to run", HEALED_S)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.prism", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.perf_counter()
    failures: list[str] = []
    counts: Counter[str] = Counter()
    try:
        counts = run(arguments.kills, arguments.seed, lambda text: print(text, file=sys.stderr, flush=True))
    except AssertionError as error:
        failures.append(str(error))
    line = {
        "simulation": "crash-prism", "commit": commit(), "machine": machine(), "kills": arguments.kills,
        "seed": arguments.seed, "failures": failures, "seconds": round(time.perf_counter() - began, 1),
        "counts": dict(sorted(counts.items())),
    }  # fmt: skip
    print(json.dumps(line), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
