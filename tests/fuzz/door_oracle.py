"""What a request to the Binance door has to lead to, decided from its bytes alone and from the protocol's
documentation, without the door's code.

Most must change nothing. One that is right in every part is an order, or takes orders back: what it then does
is found by doing it on a market of one's own, see `tests.fuzz.door`. A few kinds are not followed so far
(take-profit orders, lists, cancel-and-replace, orders by what they cost): they are BEYOND, and whoever makes
requests spoils those.
"""

import hashlib
import hmac
import json
import re
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

from tests.web.binance.house import BTC, ETH
from trade2026.matching.clearing import AMOUNT_MAX
from trade2026.matching.words import PlaceOrder, SelfTradePrevention
from trade2026.model.enums import OrderType, Side, TimeInForce

SECRETS = {"annkey": ("ann", "annsecret"), "bobkey": ("bob", "bobsecret")}
"""Keys that may trade: whose they are, and what they sign with."""
LISTINGS = {"BTCUSDT": (0, BTC), "ETHBTC": (1, ETH)}
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
NOT_FOLLOWED = frozenset(("order.cancelReplace", "orderList.place.oco", "orderList.place"))

_MS = 1_000_000
_INT64_MAX = 2**63 - 1
_PROOF = frozenset(("timestamp", "recvWindow", "signature"))
_TIMED = ("LIMIT", "STOP_LOSS_LIMIT")
_PRICED = (*_TIMED, "LIMIT_MAKER")
_STOPS = ("STOP_LOSS", "STOP_LOSS_LIMIT")
_TYPES = {
    "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.LIMIT, "MARKET": OrderType.MARKET,
    "STOP_LOSS": OrderType.STOP, "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
}  # fmt: skip
_TIMES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
_PREVENTIONS = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
_RESPONSES = ("ACK", "RESULT", "FULL")
_RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
_ORDER_WORDS = frozenset((
    "symbol", "side", "type", "quantity", "newClientOrderId", "newOrderRespType", "selfTradePreventionMode",
    "strategyId", "strategyType",
))  # fmt: skip
_PLAIN_NAME = re.compile(r"[a-zA-Z0-9\-_.:/]{1,36}")
_PARAMETER = re.compile(r"[a-zA-Z0-9_]{1,64}")
_INTEGER = re.compile(r"[0-9]{1,20}")
_DECIMAL = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?")


class Kind(Enum):
    """What has to come of a request."""

    REFUSE = "refuse"
    """An error, and nothing has changed."""
    READ = "read"
    """Any answer, and nothing has changed."""
    PLACE = "place"
    CANCEL = "cancel"
    CANCEL_ALL = "cancel all"
    BEYOND = "beyond"
    """Not followed: it may change something."""


class Verdict(NamedTuple):
    """The kind, who asks, the book's number, and what is asked for.

    `order` has the number 0 in place of its own; `name` is the client's name of the order, of a new one or of
    the one that is meant; `status` is the one that an order to be canceled must have, "" for any.
    """

    kind: Kind
    owner: str = ""
    number: int = 0
    order: PlaceOrder | None = None
    name: str = ""
    order_id: int | None = None
    order_type: str = ""
    stop_ticks: int = 0
    status: str = ""
    cancel_name: str = ""
    strategy: tuple[int | None, int | None] = (None, None)
    """The client's numbers of a strategy and of its kind."""


REFUSE, READ, BEYOND = Verdict(Kind.REFUSE), Verdict(Kind.READ), Verdict(Kind.BEYOND)


class _No(Exception):
    """It cannot be right."""


def judge_rest(method: str, path: str, query: bytes, body: bytes, key: bytes, now_ns: int) -> Verdict:
    """A request; `key` is the header's, empty for none."""
    name = WRITES.get((method, path))
    if name is None:
        return READ
    try:
        owner, secret = _trader(key.decode("ascii"))
        if len(body) > BODY_MAX:
            raise _No
        values = _pairs(query, body)
        payload = b"".join(_unsigned(part) for part in (query, body))
        _prove(payload, values, secret)
        _in_time(values, now_ns)
        return _judge(name, owner, values, _PROOF)
    except (_No, UnicodeDecodeError):
        return REFUSE


def judge_message(text: str, now_ns: int) -> Verdict:
    """A message to the WebSocket API."""
    try:
        asked = json.loads(text, parse_constant=_not_json)
        if not isinstance(asked, dict):
            raise _No
        identity, method, given = asked.get("id"), asked.get("method", ""), asked.get("params", {})
        if isinstance(identity, bool) or not isinstance(identity, int | str | None):
            raise _No
        if isinstance(identity, str) and len(identity) > 36:
            raise _No
        if not isinstance(method, str) or not isinstance(given, dict):
            raise _No
        if method not in WRITES.values():
            return READ
        values = {name: _plain(value) for name, value in given.items() if value is not None}
        _check_pairs(values)
        if values.get("returnRateLimits", "true").lower() not in ("true", "false"):
            raise _No
        owner, secret = _trader(values.get("apiKey", ""))
        unsigned = {name: value for name, value in values.items() if name != "signature"}
        payload = "&".join(f"{name}={unsigned[name]}" for name in sorted(unsigned)).encode()
        _prove(payload, values, secret)
        _in_time(values, now_ns)
        return _judge(method, owner, values, _PROOF | {"apiKey", "returnRateLimits"})
    except (_No, ValueError, RecursionError):
        return REFUSE


# ---------------------------------------------------------------------------------------------- who and when


def _trader(key: str) -> tuple[str, str]:
    if key not in SECRETS:
        raise _No
    return SECRETS[key]


def _pairs(query: bytes, body: bytes) -> dict[str, str]:
    """Parameters of query and form together."""
    found: list[tuple[str, str]] = []
    for part in (query, body):
        for pair in part.split(b"&") if part else ():
            name, sign, value = pair.decode("ascii").partition("=")
            if not sign:
                raise _No
            found.append((unquote_plus(name), unquote_plus(value, errors="strict")))
    values = dict(found)
    if len(values) != len(found):
        raise _No
    _check_pairs(values)
    return values


def _check_pairs(values: dict[str, str]) -> None:
    if len(values) > COUNT_MAX or any(len(value) > VALUE_MAX for value in values.values()):
        raise _No
    if not all(_PARAMETER.fullmatch(name) for name in values):
        raise _No


def _unsigned(part: bytes) -> bytes:
    return b"&".join(pair for pair in part.split(b"&") if not pair.startswith(b"signature="))


def _prove(payload: bytes, values: dict[str, str], secret: str) -> None:
    """The signature is the secret's over what was sent, as it stands or decoded."""
    given = values.get("signature", "")
    for signed in (payload, unquote(payload.decode("latin-1")).encode()):
        right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if right in (given.lower(), unquote(given).lower()):
            return
    raise _No


def _in_time(values: dict[str, str], now_ns: int) -> None:
    timestamp = _integer(values, "timestamp")
    if timestamp is None:
        raise _No
    at_ns = timestamp * (1_000 if timestamp >= 10**14 else _MS)
    window_ns = 5_000 * _MS
    if "recvWindow" in values:
        raw = _decimal(values, "recvWindow")
        if raw > 60_000 * 10**9:
            raise _No
        window_ns = raw // 1_000
    if not now_ns - window_ns <= at_ns < now_ns + 1_000 * _MS:
        raise _No


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
    raise _No


# ------------------------------------------------------------------------------------------------ what for


def _judge(name: str, owner: str, values: dict[str, str], proof: frozenset[str]) -> Verdict:
    if name in NOT_FOLLOWED:
        return _judge_beyond(values)
    if name == "orderList.cancel":
        return REFUSE  # There are no lists.
    number, listing = LISTINGS.get(values.get("symbol", ""), (0, None))
    if listing is None:
        raise _No
    rest = {key: value for key, value in values.items() if key not in proof}
    if name == "openOrders.cancelAll":
        _only(rest, {"symbol"})
        return Verdict(Kind.CANCEL_ALL, owner, number)
    if name == "order.cancel":
        return _judge_cancel(owner, number, rest)
    if rest.get("type", "").startswith("TAKE_PROFIT") or "quoteOrderQty" in rest:
        return _judge_beyond(values)
    return _judge_order(owner, number, listing, rest)


def _judge_beyond(values: dict[str, str]) -> Verdict:
    """Refused all the same without a book, a side, or a size that is a number."""
    if values.get("symbol") not in LISTINGS or values.get("side") not in ("BUY", "SELL"):
        raise _No
    sizes = [values[name] for name in ("quantity", "quoteOrderQty") if name in values]
    if not sizes or not all(_DECIMAL.fullmatch(size) for size in sizes):
        raise _No
    return BEYOND


def _judge_cancel(owner: str, number: int, values: dict[str, str]) -> Verdict:
    _only(values, {"symbol", "orderId", "origClientOrderId", "newClientOrderId", "cancelRestrictions"})
    for name in ("origClientOrderId", "newClientOrderId"):
        _name(values, name)
    order_id = _integer(values, "orderId")
    if order_id is None and "origClientOrderId" not in values:
        raise _No
    restriction = values.get("cancelRestrictions", "")
    if restriction and restriction not in _RESTRICTIONS:
        raise _No
    return Verdict(
        Kind.CANCEL, owner, number, name=values.get("origClientOrderId", ""), order_id=order_id,
        status=_RESTRICTIONS.get(restriction, ""), cancel_name=values.get("newClientOrderId", ""),
    )  # fmt: skip


def _judge_order(owner: str, number: int, listing: Any, values: dict[str, str]) -> Verdict:
    kind = values.get("type", "")
    if kind not in _TYPES or values.get("side") not in ("BUY", "SELL"):
        raise _No
    allowed = set(_ORDER_WORDS)
    time_in_force = "GTC"
    if kind in _TIMED:
        allowed.add("timeInForce")
        time_in_force = values.get("timeInForce", "")
        if time_in_force not in _TIMES:
            raise _No
    if kind in _PRICED:
        allowed.add("price")
        if time_in_force == "GTC":
            allowed.add("icebergQty")
    if kind in _STOPS:
        allowed.add("stopPrice")
    _only(values, allowed)
    lots = _lots(listing, _decimal(values, "quantity"))
    ticks = _ticks(listing, _decimal(values, "price")) if kind in _PRICED else 0
    stop = _ticks(listing, _decimal(values, "stopPrice")) if kind in _STOPS else 0
    if ticks and not listing.min_notional <= ticks * lots * listing.unit <= AMOUNT_MAX // 2:
        raise _No
    shown = _shown(listing, values, lots)
    prevention = values.get("selfTradePreventionMode", "EXPIRE_MAKER")
    if prevention not in _PREVENTIONS or values.get("newOrderRespType", "ACK") not in _RESPONSES:
        raise _No
    strategy = _integer(values, "strategyId"), _integer(values, "strategyType")
    for found, low in zip(strategy, (0, 1_000_000), strict=True):
        if found is not None and not low <= found < 2**31:
            raise _No
    order = PlaceOrder(
        0, owner, Side(values["side"]), _TYPES[kind],
        TimeInForce.IOC if kind == "MARKET" else _TIMES[time_in_force], lots, ticks or None, stop or None,
        display_qty=shown, post_only=kind == "LIMIT_MAKER", prevention=SelfTradePrevention(prevention),
    )  # fmt: skip
    name = _name(values, "newClientOrderId")
    return Verdict(
        Kind.PLACE, owner, number, order, name, order_type=kind, stop_ticks=stop, strategy=strategy
    )  # fmt: skip


def _shown(listing: Any, values: dict[str, str], lots: int) -> int:
    """Lots that an iceberg shows, 0 for all."""
    if "icebergQty" not in values:
        return 0
    raw = _decimal(values, "icebergQty")
    if raw == 0:
        return 0
    if raw > lots * listing.lot_size:
        raise _No
    shown = _lots(listing, raw)
    if -(-lots // shown) > listing.max_parts:
        raise _No
    return shown if shown < lots else 0


def _only(values: dict[str, str], allowed: set[str]) -> None:
    """Nothing else, and nothing empty."""
    if not set(values) <= allowed or not all(values.values()):
        raise _No


def _name(values: dict[str, str], name: str) -> str:
    value = values.get(name, "")
    if value and not _PLAIN_NAME.fullmatch(value):
        raise _No
    return value


def _integer(values: dict[str, str], name: str) -> int | None:
    if name not in values:
        return None
    if not _INTEGER.fullmatch(values[name]) or int(values[name]) > _INT64_MAX:
        raise _No
    return int(values[name])


def _decimal(values: dict[str, str], name: str) -> int:
    """Units of 1e-9 of a decimal with eight places that has to be there."""
    value = values.get(name, "")
    if not _DECIMAL.fullmatch(value):
        raise _No
    whole, _, part = value.partition(".")
    part = part.rstrip("0")
    raw = int(whole) * 10**9 + int(part.ljust(9, "0") or "0")
    if len(part) > 8 or raw > _INT64_MAX:
        raise _No
    return raw


def _lots(listing: Any, raw: int) -> int:
    lots, rest = divmod(raw, listing.lot_size)
    if rest or not listing.min_lots <= lots <= listing.max_lots:
        raise _No
    return int(lots)


def _ticks(listing: Any, raw: int) -> int:
    """At most as many as an order of the least size may be worth."""
    ticks, rest = divmod(raw, listing.tick_size)
    most = (AMOUNT_MAX // 2) // (listing.unit * listing.min_lots)
    if rest or not 1 <= ticks <= min(_INT64_MAX // listing.tick_size, most):
        raise _No
    return int(ticks)
