"""The simulated market's process over a kill: its line, its customers' property, and prices that go on."""

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bootstrap.roles.test_prism import READY_WITHIN_S, free_port, run
from trade2026.adapters.embedded.prism_line import PrismConnection
from trade2026.bootstrap.places import Places
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.market_data import Quote, Trade
from trade2026.ports.prism import PrismHello, PrismWelcome, Tick
from trade2026.ports.prism_trading import (
    AskExecutions,
    AskHoldings,
    AskOpenOrders,
    AskOrders,
    Cancel,
    Done,
    Place,
    Refused,
)
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS

pytestmark = [pytest.mark.process, pytest.mark.slow]

ID = "BTCUSDT.PRISM"
ACCOUNT = {"account_id": "SIMULATED", "venue": "PRISM", "currency": "USDT", "cash": "100000"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "config.json").write_text(json.dumps({"accounts": [ACCOUNT]}))
    return tmp_path


def place(name: str, side: Side, price: int | None) -> Place:
    kind, time_in_force = (
        (OrderType.MARKET, TimeInForce.IOC) if price is None else (OrderType.LIMIT, TimeInForce.GTC)
    )
    return Place(time.time_ns(), 2 * SECOND_NS, name, ID, side, kind, time_in_force, UNIT // 10, price)


class Client:
    """A connection and what it was told."""

    def __init__(self, home: Path) -> None:
        self.news: list[Any] = []
        path = Places(str(home)).socket("prism")
        self.line = PrismConnection(path, PrismHello("test", "SIMULATED", market_data=True))
        self.line.watch(self.news.append, lambda is_connected, why: None)

    async def __aenter__(self) -> "Client":
        await self.line.start()
        assert await self.line.wait_connected(int(READY_WITHIN_S) * SECOND_NS), self.line.why
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.line.aclose()

    async def holdings(self) -> dict[str, int]:
        return {each.commodity: each.amount for each in (await self.ask(AskHoldings())).items}

    async def ask(self, question: Any) -> Any:
        return await self.line.ask(question)


async def ticks_until(told: Any, is_enough: Callable[[list[Any]], bool]) -> list[Any]:
    events: list[Any] = []
    async for message in told:
        assert isinstance(message, Tick)
        events += message.events
        if is_enough(events):
            return events
    raise AssertionError("the line ended")


def mid(events: list[Any]) -> float:
    quote = [each for each in events if isinstance(each, Quote) and each.instrument_id == ID][-1]
    return (quote.bid_price + quote.ask_price) / 2 / UNIT


async def first_life(home: Path) -> dict[str, Any]:
    async with Client(home) as client:
        told = client.line.told()
        welcome = await anext(told)
        assert isinstance(welcome, PrismWelcome)
        assert (welcome.seed, welcome.speed) == (4, 1.0)
        assert len(welcome.instruments) == 5
        events = await ticks_until(told, lambda found: any(isinstance(each, Trade) for each in found))
        assert [each.ts_event for each in events] == sorted(each.ts_event for each in events)
        assert await client.holdings() == {"USDT": 100_000 * UNIT}
        price = round(mid(events))
        assert await client.ask(place("b", Side.BUY, None)) == Done()
        assert await client.ask(place("o", Side.BUY, (price * 9 // 10) * UNIT)) == Done()
        assert await client.ask(place("s", Side.SELL, None)) == Done()
        assert await client.ask(place("t", Side.SELL, None)) == Done()  # Short by now.
        held = await client.holdings()
        assert held["BTC"] == -UNIT // 10
        executions = (await client.ask(AskExecutions(0))).items
        numbers = [each.number for each in client.news if hasattr(each, "report")]
        assert numbers == list(range(1, len(numbers) + 1))
        (opened,) = (await client.ask(AskOpenOrders())).items
        assert opened.client_order_id == "o"
        return {
            "held": held,
            "executions": executions,
            "price": price,
            "run": welcome.run,
            "last": numbers[-1],
        }


async def second_life(home: Path, before: dict[str, Any]) -> None:
    async with Client(home) as client:
        told = client.line.told()
        welcome = await anext(told)
        assert isinstance(welcome, PrismWelcome)
        assert int(welcome.run, 16) > int(before["run"], 16)
        events = await ticks_until(told, lambda found: any(isinstance(each, Quote) for each in found))
        assert mid(events) == pytest.approx(before["price"], rel=0.05)
        assert await client.holdings() == before["held"]
        assert (await client.ask(AskExecutions(0))).items == before["executions"]
        assert (await client.ask(AskOpenOrders())).items == ()
        over = {each.client_order_id: each for each in (await client.ask(AskOrders(0))).items}
        assert over["o"].text == "the exchange was started anew"
        assert client.news[0].number == before["last"] + 1
        again = await client.ask(place("b", Side.BUY, None))
        assert isinstance(again, Refused)
        assert "used before" in again.text
        assert await client.ask(place("back", Side.BUY, None)) == Done()
        assert "BTC" not in await client.holdings()
        late = Cancel(time.time_ns() - 3 * SECOND_NS, SECOND_NS, "c", "back")
        assert "too late" in (await client.ask(late)).text


def wait_ready(process: subprocess.Popen[str], home: Path) -> None:
    path = Path(Places(str(home)).socket("prism"))
    deadline = time.monotonic() + READY_WITHIN_S
    while not path.exists():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline, "the market does not listen"


def test_a_killed_market_has_its_customers_property_and_goes_on_near_its_prices(home: Path) -> None:
    options = ("--port", str(free_port()), "--seed", "4")
    process = run(home, *options)
    try:
        wait_ready(process, home)
        before = asyncio.run(first_life(home))
    finally:
        process.kill()
        process.communicate(timeout=30)
    process = run(home, *options)
    try:
        asyncio.run(second_life(home, before))
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
