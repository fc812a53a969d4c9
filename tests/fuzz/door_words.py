"""Requests and messages for the Binance door that are nearly right, and some that are right or pure noise."""

import hashlib
import hmac
import json
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import numpy as np

from tests.fuzz.door_oracle import SECRETS, WRITES, Kind, judge_message, judge_rest
from trade2026.web.binance.rest import ROUTES

PATHS = [route.rest.partition(" ")[::2] for route in ROUTES if route.rest]
METHODS = [route.ws for route in ROUTES if route.ws] + [
    "session.logon", "session.status", "session.logout", "session.subscriptions",
    "userDataStream.subscribe", "userDataStream.subscribe.signature", "userDataStream.unsubscribe",
    "userDataStream.start",
]  # fmt: skip
STREAM_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
STREAMS = (
    "btcusdt@trade", "btcusdt@aggTrade", "ethbtc@kline_1m", "btcusdt@depth5", "btcusdt@bookTicker",
    "!ticker@arr", "btcusdt@ticker", "ethbtc@miniTicker",
)  # fmt: skip
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
TYPES = ("LIMIT", "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT")

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
    if found["type"] in ("LIMIT", "STOP_LOSS_LIMIT"):
        found["timeInForce"] = chance.one(("GTC", "GTC", "IOC", "FOK"))
    if found["type"] in ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT"):
        found["price"] = price
    if found["type"] in ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT"):
        found["stopPrice"] = chance.one(("49500", "50500", price))
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
    if name == "order.cancel":
        which = chance.one((
            {"orderId": str(chance.below(120))}, {"origClientOrderId": chance.one(("a", "b", "c", "x:y/z"))},
        ))  # fmt: skip
        more = {"cancelRestrictions": "ONLY_NEW"} if chance.share() < 0.2 else {}
        return {"symbol": chance.one(("BTCUSDT", "ETHBTC")), **which, **more}
    if name == "order.cancelReplace":
        return {**order(chance), "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": "1"}
    if name in ("orderList.place", "orderList.place.oco"):
        legs = {
            "aboveType": "LIMIT_MAKER",
            "abovePrice": "51000",
            "belowType": "STOP_LOSS",
            "belowStopPrice": "49500",
        }
        old = {"price": "51000", "stopPrice": "49500"}
        return {
            "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01",
            **(old if name == "orderList.place" else legs),
        }  # fmt: skip
    found = {"symbol": chance.one(("BTCUSDT", "ETHBTC"))}
    if chance.share() < 0.5:
        found[chance.one(NAMES)] = chance.one(EDGES)
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
    while judge_rest(*found, now_ns).kind is Kind.BEYOND:
        params[chance.one(("symbol", "side", "quantity"))] = chance.one(GARBAGE[:-1])
        found = _signed(chance, method, path, params, key, now_ns)
    if chance.share() < 0.15:
        bent = found._replace(query=flip(chance, found.query))
        if found.body:
            bent = found._replace(body=flip(chance, found.body))
        found = found if judge_rest(*bent, now_ns).kind is Kind.BEYOND else bent
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


# -------------------------------------------------------------------------------------------------- messages


def api_message(chance: Chance, now_ns: int) -> str:
    """A message to the WebSocket API, signed where it is for an account."""
    way = chance.share()
    method = str(chance.one(METHODS))
    if way < 0.45:
        method = "order.place"
    elif way < 0.65:
        method = str(chance.one(tuple(WRITES.values())))
    params = params_of(chance, method)
    if chance.share() < 0.75:
        bend(chance, params)
    key = str(chance.one(("annkey", "bobkey", "bobkey", "lookkey")))
    text = _message(chance, method, params, key, now_ns)
    while judge_message(text, now_ns).kind is Kind.BEYOND:
        params[chance.one(("symbol", "side", "quantity"))] = chance.one(GARBAGE[:-1])
        text = _message(chance, method, params, key, now_ns)
    if chance.share() < 0.2:
        bent = flip(chance, text.encode("utf-8", "replace")).decode("utf-8", "replace")
        text = text if judge_message(bent, now_ns).kind is Kind.BEYOND else bent
    return text


def _message(chance: Chance, method: str, params: Params, key: str, now_ns: int) -> str:
    sent = dict(params)
    add_time(chance, sent, now_ns)
    sent["apiKey"] = key
    values: dict[str, Any] = {}
    for name, value in sent.items():
        values[name] = value
        if (
            chance.share() < 0.1
            and value.isascii()
            and value.isdigit()
            and len(value) < 18
            and str(int(value)) == value
        ):
            values[name] = int(value)
        elif chance.share() < 0.02:
            values[name] = chance.one((None, [], {}, 1e300, -1, True, [[]], ["a"], 0.01, 1.5))
    shown = {name: value for name, value in values.items() if value is not None}
    payload = "&".join(f"{name}={_text(shown[name])}" for name in sorted(shown))
    secret = SECRETS.get(key, ("", "looksecret"))[1]
    signature = hmac.new(secret.encode(), payload.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    values["signature"] = signature if chance.share() < 0.97 else chance.one((signature[:-1], "", 5, "é"))
    asked: dict[str, Any] = {
        "id": chance.one((1, "a", None, 7, "x" * 36)),
        "method": method,
        "params": values,
    }
    if chance.share() < 0.05:
        asked[chance.one(("id", "method", "params"))] = chance.one(
            ("☃", 5, [], {}, None, 1.5, "x" * 37, -5, True)
        )
    return json.dumps(asked, ensure_ascii=chance.share() < 0.9).encode("utf-8", "replace").decode()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def stream_message(chance: Chance) -> str:
    """A message to the streams."""
    names: list[Any] = [chance.one(STREAMS) for _ in range(chance.below(4))]
    if chance.share() < 0.3:
        names.append(chance.one((*GARBAGE[:-1], 5, None, "btcusdt@depth@100ms@x", "x" * 500)))
    asked: dict[str, Any] = {
        "method": chance.one(STREAM_METHODS), "params": names, "id": chance.one((1, 2**63, "a", None)),
    }  # fmt: skip
    if asked["method"].endswith("PROPERTY"):
        asked["params"] = chance.one((["combined"], ["combined", True], ["combined", 1], [], names))
    if chance.share() < 0.4:
        name = chance.one(("method", "params", "id", "more"))
        asked[name] = chance.one((*GARBAGE[:-1], 5, -1, 2**64, None, {}, True, [1], "x" * 37))
    if chance.share() < 0.1:
        asked.pop(chance.one(tuple(asked)))
    text = json.dumps(asked, ensure_ascii=chance.share() < 0.9)
    if chance.share() < 0.2:
        text = flip(chance, text.encode()).decode("utf-8", "replace")
    return text


class Connection(NamedTuple):
    """Where somebody connects to, and a frame that is too much, None for none."""

    path: str
    query: str
    frame: dict[str, Any] | None


def connection(chance: Chance) -> Connection:
    """To a path that there is or is not, with streams that there are or are not."""
    names = "/".join(str(chance.one((*STREAMS, *GARBAGE[:-1]))) for _ in range(chance.below(4)))
    path = chance.one((
        "/ws-api/v3", "/ws-api/v3/", "/ws", "/stream", f"/ws/{names}", f"/stream/{names}", "/ws-api", "/wsx",
        "/ws-api/v3/x", "/api/v3/ping", "/", chance.one(GARBAGE[:-1]),
    ))  # fmt: skip
    query = chance.one((
        "", f"streams={names}", "returnRateLimits=false", "returnRateLimits=%", "&".join(["streams=x"] * 20),
        "\x00", f"{names}=&&=",
    ))  # fmt: skip
    frame = chance.one((None, None, {"bytes": chance.bytes(40)}, {"text": "x" * 65_537}))
    return Connection(path, query, frame)
