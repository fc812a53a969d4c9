"""Who may come in: the documented examples of signatures, times, keys and what they may."""

import asyncio
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.web.binance.house import WIDE, Caller, House, StillClock, call_raw, caller
from trade2026.primitives.errors import InputError
from trade2026.web.binance.keys import ApiKey, ApiKeys
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.signing import check_signature, check_time, message_payload, payload_of

# The example of the public documentation ("SIGNED Endpoint Examples for POST /api/v3/order").
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
FIRST = b"symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC"
REST = b"quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
WHOLE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
MIXED = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
DOCUMENTED = ApiKey(key=KEY, owner="x", secret=SECRET)
NOW_MS = 1_750_000_000_000


@pytest.mark.parametrize(
    ("query", "body", "signature"),
    [
        (FIRST + b"&" + REST, b"", WHOLE),
        (b"", FIRST + b"&" + REST, WHOLE),
        (FIRST, REST, MIXED),
        (FIRST + b"&" + REST, b"", WHOLE.upper()),
    ],
)
def test_the_documented_example(query: bytes, body: bytes, signature: str) -> None:
    signed = f"signature={signature}".encode()
    body, query = (body + b"&" + signed, query) if body else (body, query + b"&" + signed)
    check_signature(DOCUMENTED, Params.of_request(query, body), payload_of(query, body))
    with pytest.raises(Refusal) as caught:
        check_signature(DOCUMENTED, Params.of_request(query, body), payload_of(query, body) + b"0")
    assert caught.value.code == -1022


def test_a_message_is_signed_by_the_alphabet() -> None:
    values = {"timestamp": "1645423376532", "apiKey": KEY, "symbol": "BTCUSDT", "signature": "f00"}
    assert message_payload(values) == f"apiKey={KEY}&symbol=BTCUSDT&timestamp=1645423376532".encode()


def test_ed25519() -> None:
    private = Ed25519PrivateKey.generate()
    key = ApiKey(key="e", owner="x", public_key=private.public_key().public_bytes_raw())
    assert key.proves(b"payload", b64encode(private.sign(b"payload")).decode())
    for forged in ("", "?", "AAAA", b64encode(private.sign(b"another")).decode()):
        assert not key.proves(b"payload", forged)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, -1102),
        ({"timestamp": NOW_MS - 5_000}, None),
        ({"timestamp": NOW_MS - 5_001}, -1021),
        ({"timestamp": NOW_MS + 999}, None),
        ({"timestamp": NOW_MS + 1_000}, -1021),
        ({"timestamp": NOW_MS * 1_000 + 999_999}, None),
        ({"timestamp": NOW_MS * 1_000 - 5_000_001}, -1021),
        ({"timestamp": NOW_MS - 6_000, "recvWindow": 6_000}, None),
        ({"timestamp": NOW_MS - 1, "recvWindow": "0.5"}, -1021),
        ({"timestamp": NOW_MS, "recvWindow": 60_000}, None),
        ({"timestamp": NOW_MS, "recvWindow": 60_001}, -1131),
        ({"timestamp": "yesterday"}, -1100),
        ({"timestamp": NOW_MS, "recvWindow": "-1"}, -1100),
    ],
)
def test_times(params: dict[str, Any], code: int | None) -> None:
    given = Params.of_message(params)
    if code is None:
        check_time(given, NOW_MS * 10**6)
        return
    with pytest.raises(Refusal) as caught:
        check_time(given, NOW_MS * 10**6)
    assert caught.value.code == code


def test_who_may_not() -> None:
    async def test() -> None:
        house = House(StillClock())
        ask = Caller(house)
        assert (await ask("GET", "account")).code == -2014
        assert (await Caller(house, "nobody", "x")("GET", "account")).json == {
            "code": -2015, "msg": "Invalid API-key, IP, or permissions for action.",
        }  # fmt: skip
        assert (await Caller(house, "annkey", "bobsecret")("GET", "account")).json == {
            "code": -1022, "msg": "Signature for this request is not valid.",
        }  # fmt: skip
        look = caller(house, "look")
        assert (await look("GET", "account")).json["canTrade"] is False
        assert (await look("DELETE", "openOrders", symbol="BTCUSDT")).code == -2015
        unsigned = await call_raw(
            house.app,
            "GET",
            "/api/v3/account",
            b"timestamp=1750000000000",
            headers=[(b"x-mbx-apikey", b"annkey")],
        )
        assert unsigned.json["msg"].startswith("Mandatory parameter 'signature' was not sent")
        house.keys.remove("annkey")
        assert (await caller(house, "ann")("GET", "account")).status == 401

    asyncio.run(test())


def test_secrets_are_not_shown() -> None:
    key = ApiKey(key="annskey", owner="ann", secret="annssecret")
    for shown in (repr(key), str(key), f"{[key]}", repr(ApiKeys([key]))):
        assert "annssecret" not in shown
    wrongs: list[Any] = [
        {"key": "", "owner": "a", "secret": "s"}, {"key": "k", "owner": "", "secret": "s"},
        {"key": "k", "owner": "a"}, {"key": "k", "owner": "a", "public_key": b"short"},
    ]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(InputError):
            ApiKey(**wrong)


def test_limits_are_told_and_kept() -> None:
    async def test() -> None:
        clock = StillClock()
        house = House(clock, msgspec.structs.replace(WIDE, weight_1m=50, orders_10s=2))
        ann = caller(house, "ann")
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "49000"}
        first = await ann("POST", "order", quantity="0.01", **order)
        assert first.headers["x-mbx-used-weight-1m"] == "1"
        assert first.headers["x-mbx-order-count-10s"] == "1"
        assert first.headers["x-mbx-order-count-1d"] == "1"
        await ann("POST", "order", quantity="0.01", **order)
        third = await ann("POST", "order", quantity="0.01", **order)
        assert (third.status, third.code) == (429, -1015)
        assert 0 < int(third.headers["retry-after"]) <= 10
        for _ in range(2):
            await ann("GET", "account")
        full = await ann("GET", "account")
        assert (full.status, full.code) == (429, -1003)
        assert 0 < int(full.headers["retry-after"]) <= 60
        clock.ns += 60 * 10**9
        assert (await ann("GET", "account")).status == 200

    asyncio.run(test())
