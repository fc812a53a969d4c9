"""Garbage through every entrance: it is refused with a code, and nothing in the market changes.

A slice of it; `FUZZ_ROUNDS=100000 pytest tests/web/binance/test_fuzz.py` is the long run.
"""

import asyncio
import json
import os
import random
from typing import Any

import pytest

from tests.web.binance.house import House, StillClock, call_raw, caller
from tests.web.binance.talker import talking
from tests.web.binance.test_orders import LIMIT
from tests.web.binance.test_ws_api import signed
from trade2026.web.binance.rest import ROUTES

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "400"))
PATHS = [route.rest.partition(" ")[::2] for route in ROUTES if route.rest]
METHODS = [route.ws for route in ROUTES if route.ws]
NEVER_VALID = (
    "",
    "\x00",
    "é",
    " ",
    "a b",
    "{}",
    "%",
    "'--",
    "<x>",
    "☃",
    "+",
    "\r\nx: y",
    "0x10",
    "٣",
    "9" * 400,
)
NAMES = (
    "symbol", "side", "type", "timeInForce", "quantity", "price", "newClientOrderId", "stopPrice",
    "icebergQty",
    "orderId", "origClientOrderId", "limit", "timestamp", "recvWindow", "signature", "quoteOrderQty",
    "newOrderRespType", "selfTradePreventionMode", "interval", "symbols", "cancelReplaceMode", "orderListId",
)  # fmt: skip


def noise(chance: random.Random, longest: int = 200) -> bytes:
    if chance.random() < 0.3:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(longest)))
    pairs = [
        f"{chance.choice(NAMES)}={chance.choice((*NEVER_VALID, 'BTCUSDT', '1', 'BUY'))}" for _ in range(5)
    ]
    return chance.choice(("&", "&&", "&=", ";")).join(pairs).encode("utf-8", "replace")


def check(answer: Any) -> None:
    assert answer.status < 500, (answer.status, answer.raw)
    if answer.status != 200:
        assert isinstance(answer.code, int)
        assert isinstance(answer.json["msg"], str)


def new_house() -> tuple[House, str]:
    house = House(StillClock())
    house.book()
    return house, house.market.state_sha256()


@pytest.mark.parametrize("seed", range(4))
def test_raw_bytes(seed: int) -> None:
    async def test() -> None:
        house, before = new_house()
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            method, path = chance.choice(PATHS)
            if chance.random() < 0.1:
                method, path = (
                    chance.choice(("GET", "POST", "HEAD", "PATCH", "x")),
                    "/" + chance.choice(NEVER_VALID),
                )
            key = chance.choice((b"", b"annkey", b"lookkey", b"\xff", b"x" * 300))
            query = noise(chance) if chance.random() < 0.7 else b""
            body = noise(chance, 20_000 if chance.random() < 0.02 else 200) if method != "GET" else b""
            if method == "HEAD":
                continue
            check(await call_raw(house.app, method, path, query, body, [(b"x-mbx-apikey", key)]))
        assert house.market.state_sha256() == before

    asyncio.run(test())


@pytest.mark.parametrize("seed", range(4))
def test_signed_orders_with_one_bad_value(seed: int) -> None:
    async def test() -> None:
        house, before = new_house()
        chance = random.Random(seed)
        ann, look = caller(house, "ann"), caller(house, "look")
        for _ in range(ROUNDS):
            params: dict[str, Any] = dict(LIMIT)
            for name in chance.sample(NAMES, chance.randrange(4)):
                params.setdefault(name, chance.choice(("1", "GTC", "a")))
            params.pop("signature", None)
            params.pop("timestamp", None)
            params[chance.choice(tuple(params))] = chance.choice(NEVER_VALID)
            path = chance.choice(("order", "order/test", "order/cancelReplace", "orderList/oco", "order/oco"))
            answer = await ann("POST", path, **params)
            check(answer)
            assert answer.status != 200, params
            method, path = chance.choice(PATHS)
            check(await look(method, path, **params))
        assert house.market.state_sha256() == before
        assert not house.app.door.records.ledger("ann").open
        assert not house.app.door.names_taken
        assert (await ann("POST", "order", **LIMIT)).status == 200  # What is right changes it, though.
        assert house.market.state_sha256() != before

    asyncio.run(test())


@pytest.mark.parametrize("seed", range(3))
def test_messages(seed: int) -> None:
    async def test() -> None:
        house, before = new_house()
        chance = random.Random(seed)
        async with talking(house, "/ws-api/v3") as api, talking(house, "/ws") as streams:
            for _ in range(ROUNDS // 4):
                params: Any = signed(**{**LIMIT, chance.choice(tuple(LIMIT)): chance.choice(NEVER_VALID)})
                if chance.random() < 0.5:
                    params[chance.choice(NAMES)] = chance.choice((None, [], {}, 1e300, -1, True, "☃", [[]]))
                if chance.random() < 0.2:
                    params = chance.choice((None, 5, [], "x"))
                method = chance.choice((*METHODS, "session.logon", "userDataStream.subscribe", "☃"))
                text = json.dumps(
                    {"id": chance.choice((1, "a", None, -5, [], 1.5)), "method": method, "params": params}
                )
                if chance.random() < 0.3:
                    text = text[: chance.randrange(len(text))]
                await api.say(text)
                answer = await api.hear()
                assert answer["status"] < 500
                await streams.say(text.replace(method, "SUBSCRIBE"))
                assert set(await streams.hear()) <= {"error", "result", "id"}
        assert house.market.state_sha256() == before

    asyncio.run(test())
