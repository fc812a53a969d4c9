"""Streams: what is subscribed to and said, that depth goes on from a snapshot, and who is dropped when
slow.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from tests.web.binance.house import WIDE, House, StillClock, caller
from tests.web.binance.talker import talking
from tests.web.binance.test_orders import LIMIT, MARKET, without
from trade2026.model.enums import Side

CONTROL = {"id", "result"}


def run(test: Callable[[House], Awaitable[None]], **limits: int) -> None:
    async def running() -> None:
        house = House(StillClock(), msgspec.structs.replace(WIDE, **limits))
        house.book()
        await test(house)
        assert house.app.sockets.hub.channels == 0
        assert house.app.sockets.connections == 0

    asyncio.run(running())


def test_the_conversation() -> None:
    async def test(house: House) -> None:
        async with talking(house, "/ws") as talker:
            assert (await talker.ask("SUBSCRIBE", ["btcusdt@trade", "ethbtc@depth@100ms"]))["result"] is None
            assert (await talker.ask("LIST_SUBSCRIPTIONS"))["result"] == [
                "btcusdt@trade",
                "ethbtc@depth@100ms",
            ]
            assert (await talker.ask("UNSUBSCRIBE", ["ethbtc@depth@100ms", "none"]))["result"] is None
            assert (await talker.ask("GET_PROPERTY", ["combined"]))["result"] is False
            assert (await talker.ask("SET_PROPERTY", ["combined", True]))["result"] is None
            house.quote(50_010, 10, Side.BUY, "bob")
            trade = await talker.hear()
            assert trade["stream"] == "btcusdt@trade"
            assert trade["data"] == {
                "e": "trade", "E": 1_750_000_000_000, "s": "BTCUSDT", "t": 1, "p": "50010.00000000",
                "q": "0.00010000", "T": 1_750_000_000_000, "m": False, "M": True,
            }  # fmt: skip
            for asked, code in (
                ({"method": "SUBSCRIBE", "params": ["btcusdt@nothing"], "id": 1}, 2),
                ({"method": "SUBSCRIBE", "params": [1], "id": 1}, 2),
                ({"method": "SHOUT", "id": 1}, 2), ({"id": 1}, 2), ([], 2), ("{", 3),
                ({"method": "SUBSCRIBE", "id": -1}, 2), ({"method": "SUBSCRIBE", "id": 1, "x": 1}, 0),
                ({"method": "SET_PROPERTY", "params": ["combined", 1], "id": 1}, 1),
                ("[" * 5_000, 3),
            ):  # fmt: skip
                await talker.say(asked)
                assert (await talker.hear())["error"]["code"] == code

    run(test)


def test_addresses_name_streams() -> None:
    async def test(house: House) -> None:
        for path, query, is_named in (
            ("/ws/btcusdt@aggTrade", "", False), ("/ws/ethbtc@trade/btcusdt@aggTrade", "", False),
            ("/stream", "streams=btcusdt@aggTrade/ethbtc@trade", True), ("/ws/0/btcusdt@aggTrade", "", False),
        ):  # fmt: skip
            async with talking(house, path, query) as talker:
                await talker.ask("LIST_SUBSCRIPTIONS")
                house.quote(50_010, 10, Side.BUY, "bob")
                heard = await talker.hear()
                assert ("stream" in heard) is is_named
                assert (heard["data"] if is_named else heard)["e"] == "aggTrade"
        async with talking(house, "/elsewhere") as talker:
            assert talker.code == 1008

    run(test)


def test_trades_of_one_order_at_one_price_are_told_together() -> None:
    async def test(house: House) -> None:
        house.quote(50_010, 5_000, Side.SELL)
        async with talking(house, "/ws/btcusdt@aggTrade") as talker:
            await talker.ask("LIST_SUBSCRIPTIONS")
            await caller(house, "ann")("POST", "order", **without(MARKET, quantity="1.2"))
            first, second = await talker.hear(), await talker.hear()
            assert (first["f"], first["l"], first["q"]) == (1, 2, "1.05000000")
            assert (second["a"], second["f"], second["p"]) == (first["a"] + 1, 3, "50020.00000000")

    run(test)


def test_the_best_prices_are_told_when_they_change() -> None:
    async def test(house: House) -> None:
        async with talking(house, "/ws/btcusdt@bookTicker") as talker:
            await talker.ask("LIST_SUBSCRIPTIONS")
            house.quote(49_000, 100, Side.BUY)
            house.quote(49_995, 100, Side.BUY)
            house.quote(49_994, 100, Side.BUY)
            heard = [await talker.hear(), await talker.hear()]
            assert [each["b"] for each in heard] == ["49990.00000000", "49995.00000000"]
            await talker.ask("LIST_SUBSCRIPTIONS")
            assert set(heard[0]) == {"u", "s", "b", "B", "a", "A"}

    run(test)


@pytest.mark.parametrize("seed", range(3))
def test_depth_goes_on_from_the_snapshot(seed: int) -> None:
    """As documented: buffer, take a snapshot, drop what is in it, and apply what follows without a gap."""

    async def test(house: House) -> None:
        chance = random.Random(seed)
        ann = caller(house, "ann")

        async def trade() -> None:
            side = chance.choice(("BUY", "SELL"))
            price = str(50_000 + chance.randint(-30, 30))
            await ann("POST", "order", **without(LIMIT, side=side, price=price, quantity="0.05"))

        async with talking(house, "/ws/btcusdt@depth@100ms") as talker:
            await talker.ask("LIST_SUBSCRIPTIONS")
            for _ in range(3):
                await trade()
            buffered = [await talker.hear()]
            snapshot = (await caller(house)("GET", "depth", symbol="BTCUSDT", limit=5_000)).json
            book = {side: {price: float(size) for price, size in snapshot[side]} for side in ("bids", "asks")}
            seen = snapshot["lastUpdateId"]
            assert buffered[0]["U"] <= seen + 1
            buffered = [each for each in buffered if each["u"] > seen]
            for _ in range(8):
                await trade()
                event = buffered.pop() if buffered else await talker.hear()
                assert event["U"] == seen + 1 or seen == snapshot["lastUpdateId"]
                assert event["U"] <= seen + 1 <= event["u"]
                seen = event["u"]
                for side, key in (("bids", "b"), ("asks", "a")):
                    for price, size in event[key]:
                        if float(size):
                            book[side][price] = float(size)
                        else:
                            del book[side][price]
                now = (await caller(house)("GET", "depth", symbol="BTCUSDT", limit=5_000)).json
                if now["lastUpdateId"] == seen:
                    for side in ("bids", "asks"):
                        assert book[side] == {price: float(size) for price, size in now[side]}

    run(test)


def test_slow_streams_speak_on_their_beat() -> None:
    async def test(house: House) -> None:
        names = "btcusdt@kline_1m/btcusdt@ticker/btcusdt@miniTicker/!miniTicker@arr/!ticker@arr"
        names += "/btcusdt@depth5@100ms"
        async with talking(house, "/stream", f"streams={names}") as talker:
            await caller(house, "ann")("POST", "order", **MARKET)
            heard: dict[str, Any] = {}
            while len(heard) < 6:
                message = await talker.hear()
                heard[message["stream"]] = message["data"]
            assert heard["btcusdt@kline_1m"]["k"]["c"] == "50010.00000000"
            assert heard["btcusdt@kline_1m"]["k"]["x"] is False
            assert heard["btcusdt@ticker"]["n"] == 1
            assert heard["!miniTicker@arr"][0] == heard["btcusdt@miniTicker"]
            assert len(heard["btcusdt@depth5@100ms"]["asks"]) == 5
            house.clock.ns += 60 * 10**9
            while (message := await talker.hear())["stream"] != "btcusdt@kline_1m":
                pass
            assert message["data"]["k"]["x"] is True

    run(test)


def test_who_takes_nothing_is_dropped_and_nobody_else() -> None:
    async def test(house: House) -> None:
        async with talking(house, "/ws/btcusdt@trade") as slow, talking(house, "/ws/btcusdt@trade") as quick:
            await slow.ask("LIST_SUBSCRIPTIONS")
            await quick.ask("LIST_SUBSCRIPTIONS")
            slow.takes.clear()
            for number in range(1, 40):
                house.quote(50_010, 10, Side.BUY, "bob")
                assert (await quick.hear())["t"] == number
            assert await slow.closed() == 1008
            assert house.app.sockets.connections == 1 or not slow.takes.is_set()

    run(test, queue_messages=10)


def test_who_says_too_much_is_dropped() -> None:
    async def test(house: House) -> None:
        async with talking(house, "/ws") as talker:
            for _ in range(6):
                await talker.say({"method": "LIST_SUBSCRIPTIONS", "id": 1})
            assert await talker.closed() == 1008
        async with talking(house, "/ws") as talker:
            await talker.say("x" * 70_000)
            assert await talker.closed() == 1008

    run(test, messages_per_s=5)


def test_connections_are_counted() -> None:
    async def test(house: House) -> None:
        async with talking(house, "/ws"), talking(house, "/ws"), talking(house, "/ws") as third:
            assert third.code == 1008
        async with talking(house, "/ws") as another:
            assert another.code == 1008

    run(test, connections_total=2, connections_5m=3)
