"""A trading core and a simulated market, each a process: orders, a kill of the market, books that agree."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bootstrap.roles.test_prism import SOURCE, free_port, run
from tests.bootstrap.roles.test_prism_kept import Client
from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.bootstrap.config import HOME_VARIABLE
from trade2026.bootstrap.places import Places
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved
from trade2026.ports.core_link import Hello, SubmitIntent
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.journal import frames
from trade2026.trading.replay import replay

pytestmark = [pytest.mark.process, pytest.mark.slow]

ID = "BTCUSDT.PRISM"
PATIENCE_S = 120.0
ACCOUNT = {"account_id": "SIMULATED", "venue": "PRISM", "currency": "USDT", "cash": "100000"}


def written(home: Path) -> Path:
    """A desk whose data are quotes of the market's instrument, and whose account is held there."""
    quotes = home / "quotes.csv"
    start = 1_700_000_000
    rows = (f"{start + second},59999,60001,5,5" for second in range(20_000))
    quotes.write_text("timestamp,bid_price,ask_price,bid_size,ask_size\n" + "\n".join(rows) + "\n")
    (home / "desk").mkdir(mode=0o700)
    data = {
        "names": [str(quotes)], "instrument_ids": [ID], "kind": "crypto-spot", "currency": "USDT",
        "base_currency": "BTC", "tick_size": "0.01", "lot_size": "0.00001", "volume_unit": "base",
        "calendar": "24/7",
    }  # fmt: skip
    config = {"data": data, "accounts": [ACCOUNT], "replay": {"speed": 10}}
    (home / "desk" / "config.json").write_text(json.dumps(config))
    return home


@contextlib.contextmanager
def core(home: Path) -> Iterator[None]:
    environment = {**os.environ, HOME_VARIABLE: str(home), "PYTHONPATH": SOURCE}
    command = [sys.executable, "-m", "trade2026.bootstrap.main", "run", "core"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said


def bought(home: Path, name: str) -> None:
    """Ask until the venue is trusted and the order is approved."""
    connection = BlockingCoreConnection(
        Places(str(home)).socket("core"), Hello("test", False, False), connect_within_ns=60 * SECOND_NS
    )
    deadline = time.monotonic() + PATIENCE_S
    number = 0
    while True:
        number += 1
        answer = connection.ask(
            SubmitIntent(
                "SIMULATED", f"{name}-{number}", "DESK", "", ID, Side.BUY, OrderType.MARKET, TimeInForce.IOC,
                UNIT // 10, None,
            )
        )  # fmt: skip
        events = answer.decisions[0].events
        if any(isinstance(event, OrderApproved) for event in events):
            connection.close()
            return
        assert time.monotonic() < deadline, events
        time.sleep(0.2)


async def held(home: Path, amount: int) -> dict[str, int]:
    """What the account has at the market, once it has so much."""
    async with Client(home) as client:
        async with asyncio.timeout(PATIENCE_S):
            while (found := await client.holdings()).get("BTC", 0) < amount:
                await asyncio.sleep(0.1)
        return found


def test_a_desk_trades_there_and_a_kill_of_the_market_loses_nothing(tmp_path: Path) -> None:
    home = written(tmp_path)
    options = ("--port", str(free_port()), "--seed", "4")
    market = run(home, *options)
    try:
        with core(home):
            bought(home, "a")
            first = asyncio.run(held(home, UNIT // 10))
            market.kill()
            market.communicate(timeout=30)
            market = run(home, *options)
            assert asyncio.run(held(home, UNIT // 10)) == first
            bought(home, "b")
            there = asyncio.run(held(home, 2 * UNIT // 10))
    finally:
        market.send_signal(signal.SIGTERM)
        market.communicate(timeout=30)
    assert books(home) == there


def books(home: Path) -> dict[str, int]:
    """What the desk's journal says of the account."""
    storage = DiskStorage(Places(str(home)).journal)
    book = replay(frames(storage)).core.engines.ledger.accounts["SIMULATED"]
    storage.close()
    held = {name: amount for name, amount in book.cash.items() if amount}
    return held | {each.commodity: each.quantity for each in book.positions.values() if each.quantity}
