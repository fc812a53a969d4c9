"""Messages for the Binance door's WebSockets, and connections, that are nearly right, right or noise."""

import hashlib
import hmac
import json
from typing import Any, NamedTuple

from tests.fuzz.door_oracle import SECRETS, WRITES
from tests.fuzz.door_words import GARBAGE, Chance, Params, add_time, bend, flip, params_of
from trade2026.web.binance.rest import ROUTES

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
    if chance.share() < 0.2:
        bent = flip(chance, text.encode("utf-8", "replace")).decode("utf-8", "replace")
        text = bent
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
