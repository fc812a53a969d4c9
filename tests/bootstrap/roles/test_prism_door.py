"""The Binance door of a killed market: unmodified ccxt finds its orders and trades again."""

import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.bootstrap.roles.test_prism import READY_WITHIN_S, client, free_port, run

pytestmark = [pytest.mark.process, pytest.mark.slow]

PAIR = "BTC/USDT"


def started(home: Path, port: int) -> "subprocess.Popen[str]":
    process = run(home, "--port", str(port), "--seed", "4")
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v3/ping", timeout=READY_WITHIN_S):
                return process
        except OSError:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "the market does not listen"


def ended(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate(timeout=30)


def test_what_a_client_was_shown_is_there_after_a_kill(tmp_path: Path) -> None:
    port = free_port()
    process = started(tmp_path, port)
    try:
        exchange = client(tmp_path, port)
        price = exchange.fetch_ticker(PAIR)["last"]
        bought = exchange.create_order(PAIR, "market", "buy", 0.01, params={"newClientOrderId": "first"})
        resting = exchange.create_order(PAIR, "limit", "buy", 0.01, round(price * 0.9, 2))
        waiting = exchange.create_order(
            PAIR, "TAKE_PROFIT", "sell", 0.01, params={"stopPrice": round(price * 1.1, 2)}
        )
        trades, balance = exchange.fetch_my_trades(PAIR), exchange.fetch_balance()
        open_orders = {each["id"] for each in exchange.fetch_open_orders(PAIR)}
        assert open_orders == {resting["id"], waiting["id"]}
    finally:
        ended(process)
    process = started(tmp_path, port)
    try:
        exchange = client(tmp_path, port)
        assert _plain(exchange.fetch_my_trades(PAIR)) == _plain(trades)
        found = {each["id"]: each for each in exchange.fetch_orders(PAIR)}
        assert found.keys() == {bought["id"], resting["id"], waiting["id"]}
        assert (found[bought["id"]]["status"], found[bought["id"]]["filled"]) == ("closed", 0.01)
        assert found[bought["id"]]["average"] == bought["average"]
        assert found[bought["id"]]["clientOrderId"] == "first"
        assert {found[each]["info"]["status"] for each in open_orders} == {"EXPIRED"}
        assert exchange.fetch_open_orders(PAIR) == []
        assert exchange.fetch_balance()["total"] == balance["total"]
        again = exchange.create_order(PAIR, "market", "sell", 0.01)
        assert int(again["id"]) > max(map(int, found))
        newest = exchange.fetch_my_trades(PAIR)[-1]
        assert newest["order"] == again["id"]
        assert int(newest["id"]) > max(int(each["id"]) for each in trades)
    finally:
        ended(process)


def _plain(trades: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("id", "order", "timestamp", "price", "amount", "side", "takerOrMaker", "fee")
    return [tuple(each[name] for name in names) for each in trades]
