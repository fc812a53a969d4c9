"""What a request to the Binance door has to lead to, decided from its bytes alone and from the protocol's
documentation, without the door's code.

Most must change nothing. One that is right in every part is an order, or takes orders back: what it then does
is found by doing it on a market of one's own, see `tests.fuzz.door_twin`.
"""

import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import unquote, unquote_plus

from tests.fuzz.door_orders import READ, REFUSE, No, Verdict, decimal, integer, judge

SECRETS = {"annkey": ("ann", "annsecret"), "bobkey": ("bob", "bobsecret")}
"""Keys that may trade: whose they are, and what they sign with."""
BODY_MAX = 16_384
COUNT_MAX, VALUE_MAX = 64, 8_192
WRITES = {
    ("POST", "/api/v3/order"): "order.place",
    ("DELETE", "/api/v3/order"): "order.cancel",
    ("DELETE", "/api/v3/openOrders"): "openOrders.cancelAll",
    ("POST", "/api/v3/order/cancelReplace"): "order.cancelReplace",
    ("POST", "/api/v3/orderList/oco"): "orderList.place.oco",
    ("POST", "/api/v3/order/oco"): "orderList.place",
    ("DELETE", "/api/v3/orderList"): "orderList.cancel",
}
"""What may change something, by its name in the WebSocket API."""

_MS = 1_000_000
_PROOF = frozenset(("timestamp", "recvWindow", "signature"))
_PROOF_OF_MESSAGE = _PROOF | {"apiKey", "returnRateLimits"}
_PARAMETER = re.compile(r"[a-zA-Z0-9_]{1,64}")


def judge_rest(method: str, path: str, query: bytes, body: bytes, key: bytes, now_ns: int) -> Verdict:
    """A request; `key` is the header's, empty for none."""
    name = WRITES.get((method, path))
    if name is None:
        return READ
    try:
        owner, secret = _trader(key.decode("ascii"))
        if len(body) > BODY_MAX:
            raise No
        values = _pairs(query, body)
        payload = b"".join(_unsigned(part) for part in (query, body))
        _prove(payload, values, secret)
        _in_time(values, now_ns)
        return judge(name, owner, _without(values, _PROOF))
    except (No, UnicodeDecodeError):
        return REFUSE


def judge_message(text: str, now_ns: int) -> Verdict:
    """A message to the WebSocket API."""
    try:
        asked = json.loads(text, parse_constant=_not_json)
        if not isinstance(asked, dict):
            raise No
        identity, method, given = asked.get("id"), asked.get("method", ""), asked.get("params", {})
        if isinstance(identity, bool) or not isinstance(identity, int | str | None):
            raise No
        if isinstance(identity, str) and len(identity) > 36:
            raise No
        if not isinstance(method, str) or not isinstance(given, dict):
            raise No
        if method not in WRITES.values():
            return READ
        values = {name: _plain(value) for name, value in given.items() if value is not None}
        _check_pairs(values)
        if values.get("returnRateLimits", "true").lower() not in ("true", "false"):
            raise No
        owner, secret = _trader(values.get("apiKey", ""))
        unsigned = _without(values, frozenset(("signature",)))
        payload = "&".join(f"{name}={unsigned[name]}" for name in sorted(unsigned)).encode()
        _prove(payload, values, secret)
        _in_time(values, now_ns)
        return judge(method, owner, _without(values, _PROOF_OF_MESSAGE))
    except (No, ValueError, RecursionError):
        return REFUSE


def _without(values: dict[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}


def _trader(key: str) -> tuple[str, str]:
    if key not in SECRETS:
        raise No
    return SECRETS[key]


def _pairs(query: bytes, body: bytes) -> dict[str, str]:
    """Parameters of query and form together."""
    found: list[tuple[str, str]] = []
    for part in (query, body):
        for pair in part.split(b"&") if part else ():
            name, sign, value = pair.decode("ascii").partition("=")
            if not sign:
                raise No
            found.append((unquote_plus(name), unquote_plus(value, errors="strict")))
    values = dict(found)
    if len(values) != len(found):
        raise No
    _check_pairs(values)
    return values


def _check_pairs(values: dict[str, str]) -> None:
    if len(values) > COUNT_MAX or any(len(value) > VALUE_MAX for value in values.values()):
        raise No
    if not all(_PARAMETER.fullmatch(name) for name in values):
        raise No


def _unsigned(part: bytes) -> bytes:
    return b"&".join(pair for pair in part.split(b"&") if not pair.startswith(b"signature="))


def _prove(payload: bytes, values: dict[str, str], secret: str) -> None:
    """The signature is the secret's over what was sent, as it stands or decoded."""
    given = values.get("signature", "")
    for signed in (payload, unquote(payload.decode("latin-1")).encode()):
        right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if right in (given.lower(), unquote(given).lower()):
            return
    raise No


def _in_time(values: dict[str, str], now_ns: int) -> None:
    timestamp = integer(values, "timestamp")
    if timestamp is None:
        raise No
    at_ns = timestamp * (1_000 if timestamp >= 10**14 else _MS)
    window_ns = 5_000 * _MS
    if "recvWindow" in values:
        raw = decimal(values, "recvWindow")
        if raw > 60_000 * 10**9:
            raise No
        window_ns = raw // 1_000
    if not now_ns - window_ns <= at_ns < now_ns + 1_000 * _MS:
        raise No


def _not_json(text: str) -> Any:
    raise ValueError(text)


def _plain(value: Any) -> str:
    """As a message's values are signed and read."""
    if isinstance(value, str):
        value.encode()  # A lone surrogate is no text.
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    raise No
