"""The WebSocket API: who asks, the same calls as REST has, and what accounts hear."""

import asyncio
import hashlib
import hmac
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.web.binance.house import WIDE, House, StillClock, caller
from tests.web.binance.talker import Talker, talking
from tests.web.binance.test_orders import LIMIT, MARKET, without
from trade2026.web.binance.keys import ApiKey

API = "/ws-api/v3"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = {"timestamp": 1_750_000_000_000}


def run(test: Callable[[House], Awaitable[None]]) -> None:
    async def running() -> None:
        house = House(StillClock(), WIDE)
        public = PRIVATE.public_key().public_bytes_raw()
        house.keys.add(ApiKey(key="edkey", owner="ann", public_key=public))
        house.book()
        await test(house)
        assert not house.app.sockets.events._by_owner

    asyncio.run(running())


def signed(name: str = "ann", **params: Any) -> dict[str, Any]:
    """Parameters with a signature by HMAC, or by Ed25519 for "ed"."""
    params = {**params, **NOW, "apiKey": f"{name}key"}
    payload = "&".join(f"{key}={params[key]}" for key in sorted(params)).encode()
    if name == "ed":
        signature = b64encode(PRIVATE.sign(payload)).decode()
    else:
        signature = hmac.new(f"{name}secret".encode(), payload, hashlib.sha256).hexdigest()
    return {**params, "signature": signature}


def test_calls_are_those_of_rest() -> None:
    async def test(house: House) -> None:
        async with talking(house, API) as talker:
            assert (await talker.ask("ping"))["result"] == {}
            assert (await talker.ask("time"))["result"] == {"serverTime": NOW["timestamp"]}
            depth = await talker.ask("depth", {"symbol": "BTCUSDT", "limit": 2})
            assert depth["result"]["bids"][0] == ["49990.00000000", "1.00000000"]
            assert depth["rateLimits"][0]["rateLimitType"] == "REQUEST_WEIGHT"
            placed = await talker.ask("order.place", signed(**LIMIT))
            assert placed["result"]["status"] == "NEW"
            assert [each["rateLimitType"] for each in placed["rateLimits"]] == [
                "ORDERS",
                "ORDERS",
                "REQUEST_WEIGHT",
            ]
            assert placed["rateLimits"][0]["count"] == 1
            open_orders = await talker.ask("openOrders.status", signed(symbol="BTCUSDT"))
            assert len(open_orders["result"]) == 1
            order_id = placed["result"]["orderId"]
            canceled = await talker.ask("order.cancel", signed(symbol="BTCUSDT", orderId=order_id))
            assert canceled["result"]["status"] == "CANCELED"
            refused = await talker.ask("order.cancel", signed(symbol="BTCUSDT", orderId=order_id))
            assert (refused["status"], refused["error"]) == (
                400,
                {"code": -2011, "msg": "Unknown order sent."},
            )
            quiet = await talker.ask("ping", {"returnRateLimits": False})
            assert "rateLimits" not in quiet
            assert (await talker.ask("order.place", {**LIMIT, **NOW}))["error"]["code"] == -1102
            assert (await talker.ask("order.place", {**signed(**LIMIT), "price": "1"}))["error"][
                "code"
            ] == -1022
            assert (await talker.ask("order.shout"))["error"]["code"] == -1020
            assert (await talker.ask("userDataStream.start"))["status"] == 410
            for garbage in (
                "{",
                "[]",
                '{"id":[]}',
                '{"id":1,"method":5}',
                '{"id":1,"params":[]}',
                "[" * 5_000,
            ):
                await talker.say(garbage)
                assert (await talker.hear())["error"]["code"] == -1135
            assert house.app.sockets.connections == 1

    run(test)


def test_sessions() -> None:
    async def test(house: House) -> None:
        async with talking(house, API, "returnRateLimits=false") as talker:
            assert (await talker.ask("session.status"))["result"]["apiKey"] is None
            assert (await talker.ask("account.status", NOW))["error"]["code"] == -1102
            assert (await talker.ask("session.logon", signed()))["error"]["code"] == -4056
            on = await talker.ask("session.logon", signed("ed"))
            assert on["result"]["apiKey"] == "edkey"
            assert set(on["result"]) == {
                "apiKey", "authorizedSince", "connectedSince", "returnRateLimits", "serverTime",
                "userDataStream",
            }  # fmt: skip
            assert (await talker.ask("account.status", NOW))["result"]["accountType"] == "SPOT"
            assert (await talker.ask("account.status"))["error"]["code"] == -1102
            assert (await talker.ask("order.place", {**LIMIT, **NOW}))["result"]["status"] == "NEW"
            assert (await talker.ask("userDataStream.subscribe"))["result"] == {"subscriptionId": 0}
            assert (await talker.ask("session.subscriptions"))["result"] == [{"subscriptionId": 0}]
            assert (await talker.ask("session.logout"))["result"]["apiKey"] is None
            assert (await talker.ask("session.subscriptions"))["result"] == []
            assert (await talker.ask("account.status", NOW))["error"]["code"] == -1102
            await talker.ask("session.logon", signed("ed"))
            house.keys.remove("edkey")
            assert (await talker.ask("account.status", NOW))["error"]["code"] == -1102

    run(test)


async def next_event(talker: Talker, number: int = 0) -> Any:
    message = await talker.hear()
    assert message["subscriptionId"] == number
    return message["event"]


def test_an_account_hears_of_its_orders() -> None:
    async def test(house: House) -> None:
        async with talking(house, API) as talker:
            assert (await talker.ask("userDataStream.subscribe.signature", signed()))["result"] == {
                "subscriptionId": 0
            }
            ann, bob = caller(house, "ann"), caller(house, "bob")
            await ann("POST", "order", **without(LIMIT, price="49995"), newClientOrderId="mine")
            new, position = await next_event(talker), await next_event(talker)
            assert new == {
                "e": "executionReport", "E": 1_750_000_000_000, "s": "BTCUSDT", "c": "mine", "S": "BUY",
                "o": "LIMIT", "f": "GTC", "q": "0.01000000", "p": "49995.00000000", "P": "0.00000000",
                "F": "0.00000000", "g": -1, "C": "", "x": "NEW", "X": "NEW", "r": "NONE", "i": new["i"],
                "l": "0.00000000", "z": "0.00000000", "L": "0.00000000", "n": "0", "N": None,
                "T": 1_750_000_000_000, "t": -1, "I": new["I"], "w": True, "m": False, "M": False,
                "O": 1_750_000_000_000, "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000",
                "W": 1_750_000_000_000, "V": "EXPIRE_MAKER",
            }  # fmt: skip
            assert position["e"] == "outboundAccountPosition"
            assert position["B"][1] == {"a": "USDT", "f": "999499.95001000", "l": "500.04999000"}
            await bob("POST", "order", **without(MARKET, side="SELL", quantity="0.004"))
            trade, _ = await next_event(talker), await next_event(talker)
            assert {name: trade[name] for name in "xXlLznNtmYZ"} == {
                "x": "TRADE", "X": "PARTIALLY_FILLED", "l": "0.00400000", "L": "49995.00000000",
                "z": "0.00400000", "n": "0.01999800", "N": "USDT", "t": 1, "m": True, "Y": "199.98000000",
                "Z": "199.98000000",
            }  # fmt: skip
            await ann("DELETE", "order", symbol="BTCUSDT", orderId=new["i"], newClientOrderId="off")
            gone = await next_event(talker)
            assert (gone["x"], gone["X"], gone["c"], gone["C"]) == ("CANCELED", "CANCELED", "off", "mine")
            assert (await next_event(talker))["B"][1]["l"] == "0.00000000"
            house.app.sockets.events.tell_balance("ann", "BTC", 10**9)
            assert (await next_event(talker))["d"] == "1.00000000"
            assert (await next_event(talker))["e"] == "outboundAccountPosition"
            house.keys.remove("annkey")
            await bob("POST", "order", **MARKET)
            house.app.sockets.events.tell_balance("ann", "BTC", 1)
            assert (await next_event(talker))["e"] == "eventStreamTerminated"

    run(test)


def test_an_account_hears_of_its_lists_and_of_prevented_trades() -> None:
    async def test(house: House) -> None:
        async with talking(house, API) as talker:
            await talker.ask("userDataStream.subscribe.signature", signed())
            ann = caller(house, "ann")
            made = (await ann(
                "POST", "orderList/oco", symbol="BTCUSDT", side="SELL", quantity="0.02",
                aboveType="LIMIT_MAKER", abovePrice="50015", belowType="STOP_LOSS", belowStopPrice="49995",
            )).json  # fmt: skip
            events = [
                event
                for event in [await next_event(talker) for _ in range(4)]
                if event["e"] != "outboundAccountPosition"
            ]
            assert [event["e"] for event in events] == ["executionReport", "executionReport", "listStatus"]
            assert events[2]["L"] == "EXECUTING"
            assert [each["i"] for each in events[2]["O"]] == [each["orderId"] for each in made["orders"]]
            await ann("DELETE", "orderList", symbol="BTCUSDT", orderListId=made["orderListId"])
            while (event := await next_event(talker))["e"] != "listStatus":
                pass
            assert event["L"] == "ALL_DONE"
            await ann("POST", "order", **without(LIMIT, price="49995"))
            await ann("POST", "order", **without(LIMIT, price="49995", side="SELL"))
            while (event := await next_event(talker)).get("x") != "TRADE_PREVENTION":
                pass
            assert (event["X"], event["B"], event["pL"]) == (
                "EXPIRED_IN_MATCH",
                "0.01000000",
                "49995.00000000",
            )
            assert (await talker.ask("userDataStream.unsubscribe", {"subscriptionId": 5}))["error"][
                "code"
            ] == -1130
            assert (await talker.ask("userDataStream.unsubscribe", {"subscriptionId": 0}))["result"] == {}

    run(test)
