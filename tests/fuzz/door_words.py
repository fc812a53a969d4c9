"""Requests for the Binance door that are nearly right, and some that are right or pure noise."""

import hashlib
import hmac
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import numpy as np

from tests.fuzz.door_oracle import SECRETS, WRITES
from trade2026.web.binance.rest import ROUTES

PATHS = [route.rest.partition(" ")[::2] for route in ROUTES if route.rest]
GARBAGE = (
    "", "\x00", "é", " ", "a b", "{}", "%", "'--", "<x>", "☃", "+", "\r\nx: y", "0x10", "٣", "9" * 400, "&",
    "=", "NaN", "-1", "null", "[]", "\ud800",
)  # fmt: skip
"""What is right for no parameter of an order; the last is no text at all."""
EDGES = (
    "0", "1", "-1", "+1", "1e3", "0.000000001", "0.00000001", "0.0001", "99999999999999999999",
    "9223372036854775807", "01", "1.", ".5", " 1", "1 ", "true", "TRUE", "buy", "Buy", "BUY", "SELL", "GTC",
    "IOC", "FOK", "GTX", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "TAKE_PROFIT", "BTCUSDT", "btcusdt",
    "ETHBTC", "XYZ", "50000", "49000.00", "0.01", "0.001", "100", "1000", "NONE", "DECREMENT", "TRANSFER",
    "ACK", "FULL", "ONLY_NEW", "a", "b", "1m", "1000000",
)  # fmt: skip
NAMES = (
    "symbol", "side", "type", "timeInForce", "quantity", "price", "newClientOrderId", "stopPrice",
    "icebergQty", "orderId", "origClientOrderId", "limit", "timestamp", "recvWindow", "quoteOrderQty",
    "newOrderRespType", "selfTradePreventionMode", "interval", "symbols", "cancelReplaceMode",
    "orderListId", "strategyId", "strategyType", "trailingDelta", "cancelRestrictions", "startTime",
    "endTime", "fromId", "apiKey", "returnRateLimits", "pegPriceType",
)  # fmt: skip
TYPES = (
    "LIMIT", "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)  # fmt: skip

Params = dict[str, str]


class Chance:
    """Draws from a seeded generator, many at a time because one alone is slow."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.default_rng(seed)
        self._drawn: list[float] = []

    def share(self) -> float:
        """Uniform on [0, 1)."""
        if not self._drawn:
            self._drawn = self._source.random(4_096).tolist()
        return self._drawn.pop()

    def below(self, count: int) -> int:
        """A number from 0 to below `count`."""
        return int(self.share() * count)

    def one(self, choices: Any) -> Any:
        """One of a sequence."""
        return choices[self.below(len(choices))]

    def bytes(self, longest: int) -> bytes:
        """Any bytes."""
        return bytes(self.below(256) for _ in range(self.below(longest)))


class Request(NamedTuple):
    """As it is sent; `key` is the header's, empty for none."""

    method: str
    path: str
    query: bytes
    body: bytes
    key: bytes


def order(chance: Chance) -> Params:
    """One that is right, near the prices of the house or far from them."""
    is_bitcoin = chance.share() < 0.8
    price = chance.one(
        ("49000.00", "49990", "49995.5", "50005", "50010", "50100", "51000.00")
        if is_bitcoin
        else ("0.05", "0.06")
    )
    found = {
        "symbol": "BTCUSDT" if is_bitcoin else "ETHBTC", "side": chance.one(("BUY", "SELL")),
        "type": chance.one(TYPES), "quantity": chance.one(("0.01", "0.001", "0.5", "1", "0.0105")),
    }  # fmt: skip
    if found["type"] in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"):
        found["timeInForce"] = chance.one(("GTC", "GTC", "IOC", "FOK"))
    if found["type"] in ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"):
        found["price"] = price
    if "STOP" in found["type"] or "PROFIT" in found["type"]:
        found["stopPrice"] = chance.one(("49500", "50500", price))
    if found["type"] == "MARKET" and chance.share() < 0.4:
        found["quoteOrderQty"] = chance.one(("100", "2000.5", "60000", "0.5", "0.05"))
        del found["quantity"]
    if chance.share() < 0.3:
        found["newClientOrderId"] = chance.one(("a", "b", "c", "my-order_1", "x:y/z"))
    if chance.share() < 0.2:
        found["newOrderRespType"] = chance.one(("ACK", "RESULT", "FULL"))
    if chance.share() < 0.2:
        found["selfTradePreventionMode"] = chance.one(("NONE", "EXPIRE_TAKER", "EXPIRE_BOTH", "DECREMENT"))
    if chance.share() < 0.1:
        found["icebergQty"] = chance.one(("0.001", "0.1", "0"))
    return found


def params_of(chance: Chance, name: str) -> Params:
    """Parameters that are right for a call by its name, or nearly."""
    if name in ("order.place", "order.test"):
        return order(chance)
    which = chance.one(
        ({"orderId": str(chance.below(120))}, {"origClientOrderId": chance.one(("a", "b", "c", "x:y/z"))})
    )
    if chance.share() < 0.2:
        which = {**which, "cancelRestrictions": chance.one(("ONLY_NEW", "ONLY_PARTIALLY_FILLED"))}
    if name == "order.cancel":
        return {"symbol": chance.one(("BTCUSDT", "ETHBTC")), **which}
    if name == "order.cancelReplace":
        old = {
            f"cancel{key[0].upper()}{key[1:]}".replace("cancelCancel", "cancel"): value
            for key, value in which.items()
        }
        return {**order(chance), "cancelReplaceMode": chance.one(("STOP_ON_FAILURE", "ALLOW_FAILURE")), **old}
    if name in ("orderList.place", "orderList.place.oco"):
        return oco(chance, is_old=name == "orderList.place")
    if name == "orderList.cancel":
        name, value = chance.one((("orderListId", str(chance.below(8))), ("listClientOrderId", "l")))
        return {"symbol": "BTCUSDT", name: value}
    found = {"symbol": chance.one(("BTCUSDT", "ETHBTC"))}
    if chance.share() < 0.5:
        found[chance.one(NAMES)] = chance.one(EDGES)
    return found


def oco(chance: Chance, *, is_old: bool) -> Params:
    """A list of two orders, above and below the prices of the house, mostly on their right sides."""
    side = chance.one(("BUY", "SELL"))
    found = {"symbol": "BTCUSDT", "side": side, "quantity": chance.one(("0.01", "0.5"))}
    limit, stop = ("50500", "49500") if side == "SELL" else ("49500", "50500")
    if chance.share() < 0.2:
        limit, stop = chance.one(((stop, limit), ("50010", "49990"), ("49990", "50010")))
    if chance.share() < 0.2:
        found["listClientOrderId"] = chance.one(("l", "m"))
    if chance.share() < 0.2:
        found["newOrderRespType"] = chance.one(("ACK", "RESULT", "FULL"))
    if is_old:
        found |= {"price": limit, "stopPrice": stop}
        if chance.share() < 0.4:
            found |= {"stopLimitPrice": stop, "stopLimitTimeInForce": chance.one(("GTC", "IOC"))}
        if chance.share() < 0.3:
            found["limitClientOrderId"] = chance.one(("a", "b"))
            found["stopClientOrderId"] = chance.one(("a", "c"))
        return found
    one, other = ("above", "below") if side == "SELL" else ("below", "above")
    kind = chance.one(("LIMIT_MAKER", "LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT", "LIMIT"))
    found[f"{one}Type"], found[f"{other}Type"] = kind, chance.one(("STOP_LOSS", "STOP_LOSS_LIMIT"))
    for leg, price in ((one, limit), (other, stop)):
        kind = found[f"{leg}Type"]
        if "STOP" in kind or "PROFIT" in kind:
            found[f"{leg}StopPrice"] = price
        if "LIMIT" in kind:
            found[f"{leg}Price"] = price
        if kind.endswith("_LIMIT") or kind == "LIMIT":
            found[f"{leg}TimeInForce"] = chance.one(("GTC", "FOK"))
        if chance.share() < 0.3:
            found[f"{leg}ClientOrderId"] = chance.one(("a", "b", "c"))
    return found


def bend(chance: Chance, params: Params) -> None:
    """Change some of the parameters: drop, replace, add, swap, rename."""
    for _ in range(chance.below(3) + 1):
        way, names = chance.share(), tuple(params)
        name = chance.one(names) if names else "symbol"
        if way < 0.15:
            params.pop(name, None)
        elif way < 0.35:
            params[name] = chance.one(GARBAGE)
        elif way < 0.6:
            params[name] = chance.one(EDGES)
        elif way < 0.85:
            params[chance.one(NAMES)] = chance.one(EDGES)
        elif way < 0.93:
            other = chance.one(names) if names else "side"
            params[name], params[other] = params.get(other, ""), params.get(name, "")
        else:
            params[chance.one((name.lower(), name + "x", name + "[]", " " + name))] = params.pop(name, "")


def add_time(chance: Chance, params: Params, now_ns: int) -> None:
    """When it is made: mostly now."""
    late_ms = 0 if chance.share() < 0.9 else chance.one((4_999, 5_001, 70_000, -999, -1_001, 10**15))
    params["timestamp"] = str(now_ns // 10**6 - late_ms)
    if chance.share() < 0.05:
        params["timestamp"] = str(now_ns // 10**3)
    if chance.share() < 0.1:
        params["recvWindow"] = chance.one(("5000", "60000", "60001", "0", "10.5", "1e3", "5000.0009"))


def rest_request(chance: Chance, now_ns: int) -> Request:
    """One request, of whatever kind."""
    if chance.share() < 0.12:
        return _noise(chance)
    is_write = chance.share() < 0.75
    method, path = chance.one(tuple(WRITES)) if is_write and chance.share() < 0.6 else chance.one(PATHS)
    if is_write and chance.share() < 0.5:
        method, path = "POST", "/api/v3/order"
    params = params_of(chance, WRITES.get((method, path), ""))
    if chance.share() < 0.75:
        bend(chance, params)
    key = (
        chance.one(("annkey", "annkey", "bobkey"))
        if chance.share() < 0.9
        else chance.one(("lookkey", "x", ""))
    )
    found = _signed(chance, method, path, params, key, now_ns)
    if chance.share() < 0.15:
        bent = found._replace(query=flip(chance, found.query))
        if found.body:
            bent = found._replace(body=flip(chance, found.body))
        found = bent
    return found


def _signed(chance: Chance, method: str, path: str, params: Params, key: str, now_ns: int) -> Request:
    """The parameters as query, form or both, in any order, with a signature that holds unless it is bent."""
    sent = dict(params)
    add_time(chance, sent, now_ns)
    pairs = list(sent.items())
    if chance.share() < 0.03 and pairs:
        pairs.append(chance.one(pairs))
    pairs.sort(key=lambda _: chance.share())
    texts = [f"{quote_plus(name)}={quote_plus(value, errors='replace')}" for name, value in pairs]
    if chance.share() < 0.03:
        texts = [f"{name}={value}" for name, value in pairs]
    cut = (
        chance.below(len(texts) + 1)
        if chance.share() < 0.1
        else (0 if method in ("POST", "PUT") else len(texts))
    )
    query, body = (
        chance.one(("&", "&", "&", "&", "&&") if chance.share() < 0.05 else ("&",))
        .join(part)
        .encode("utf-8", "replace")
        for part in (texts[:cut], texts[cut:])
    )
    if method == "GET":
        query, body = query + (b"&" if query and body else b"") + body, b""
    secret = SECRETS.get(key, ("", "looksecret"))[1]
    signature = hmac.new(secret.encode(), query + body, hashlib.sha256).hexdigest()
    if chance.share() < 0.03:
        signature = chance.one((signature.upper(), signature[:-1], "", signature[::-1], "é"))
    proof = f"signature={signature}".encode()
    if body:
        body += b"&" + proof
    else:
        query += (b"&" if query else b"") + proof
    return Request(method, path, query, body, key.encode())


def _noise(chance: Chance) -> Request:
    """Bytes, with a path that there is or is not."""
    method, path = chance.one(PATHS)
    if chance.share() < 0.2:
        method = chance.one(("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "x"))
        path = chance.one((path, "/", "/api/v3", "/" + chance.one(GARBAGE[:-1]), path + "/", path.upper()))
    query = _pairs(chance) if chance.share() < 0.7 else b""
    body = b""
    if method != "GET":
        body = _pairs(chance)
        if chance.share() < 0.01:
            body = b"a=" + b"1" * chance.one((8_192, 8_193, 16_382, 16_383, 40_000))
    key = chance.one((b"", b"annkey", b"lookkey", b"\xff", b"x" * 300, b"an\x00nkey"))
    return Request(method, path, query, body, key)


def _pairs(chance: Chance) -> bytes:
    if chance.share() < 0.3:
        return chance.bytes(200)
    pairs = [f"{chance.one(NAMES)}={chance.one(EDGES + GARBAGE)}" for _ in range(chance.below(6))]
    return str(chance.one(("&", "&", "&&", "&=", ";")).join(pairs)).encode("utf-8", "replace")


def flip(chance: Chance, data: bytes) -> bytes:
    """One or a few bytes other, gone, or new."""
    found = bytearray(data)
    for _ in range(chance.below(3) + 1):
        at, way = chance.below(len(found) + 1), chance.share()
        if way < 0.4 and at < len(found):
            found[at] ^= 1 << chance.below(8)
        elif way < 0.6:
            del found[at : at + 1 + chance.below(4)]
        elif way < 0.8:
            found[at:at] = chance.bytes(6)
        elif way < 0.9:
            found[at:at] = found[max(0, at - 8) : at]
        else:
            del found[at:]
    return bytes(found)
