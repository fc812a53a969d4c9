"""What a request asks for that is its sender's and in time: an order, a cancel, both, or nothing that could
be right. The second half of `door_oracle`.
"""

import re
from enum import Enum
from typing import Any, NamedTuple

from tests.web.binance.house import BTC, ETH
from trade2026.matching.clearing import AMOUNT_MAX
from trade2026.matching.words import PlaceOrder, SelfTradePrevention
from trade2026.model.enums import OrderType, Side, TimeInForce

LISTINGS = {"BTCUSDT": (0, BTC), "ETHBTC": (1, ETH)}

INT64_MAX = 2**63 - 1
_STOPS = ("STOP_LOSS", "STOP_LOSS_LIMIT")
_TARGETS = ("TAKE_PROFIT", "TAKE_PROFIT_LIMIT")
_TIMED = ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")
_PRICED = (*_TIMED, "LIMIT_MAKER")
_TYPES = {
    "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.LIMIT, "MARKET": OrderType.MARKET,
    "STOP_LOSS": OrderType.STOP, "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.MARKET, "TAKE_PROFIT_LIMIT": OrderType.LIMIT,
}  # fmt: skip
"""Take-profit orders as what they become when the price meets their trigger."""
_TIMES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
_PREVENTIONS = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
_RESPONSES = ("ACK", "RESULT", "FULL")
_RESTRICTIONS = {"ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
_ORDER_WORDS = frozenset((
    "symbol", "side", "type", "quantity", "newClientOrderId", "newOrderRespType", "selfTradePreventionMode",
    "strategyId", "strategyType",
))  # fmt: skip
_REPLACE_WORDS = frozenset((
    "cancelReplaceMode", "cancelOrderId", "cancelOrigClientOrderId", "cancelNewClientOrderId",
    "cancelRestrictions", "orderRateLimitExceededMode",
))  # fmt: skip
_SHARED_WORDS = ("symbol", "side", "quantity", "selfTradePreventionMode")
"""Of a list: what both of its orders have."""
_LEG_WORDS = {
    "TimeInForce": "timeInForce", "Price": "price", "StopPrice": "stopPrice", "IcebergQty": "icebergQty",
    "ClientOrderId": "newClientOrderId", "StrategyId": "strategyId", "StrategyType": "strategyType",
}  # fmt: skip
_ABOVE = {"aboveType": "type", **{f"above{name}": word for name, word in _LEG_WORDS.items()}}
_BELOW = {"belowType": "type", **{f"below{name}": word for name, word in _LEG_WORDS.items()}}
_OLD_LIMIT = {
    "price": "price", **{f"limit{name}": word for name, word in _LEG_WORDS.items() if name != "Price"},
}  # fmt: skip
_OLD_STOP = {
    "stopLimitTimeInForce": "timeInForce", "stopLimitPrice": "price", "stopPrice": "stopPrice",
    "stopIcebergQty": "icebergQty", "stopClientOrderId": "newClientOrderId", "stopStrategyId": "strategyId",
    "stopStrategyType": "strategyType",
}  # fmt: skip
"""What a leg's parameters are called, and what they are for an order by itself."""
_PLAIN_NAME = re.compile(r"[a-zA-Z0-9\-_.:/]{1,36}")
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
    REPLACE = "replace"
    """A cancel and an order, see `old`."""
    LIST = "list"
    """Two orders of which one ends the other, see `legs`."""
    END_LIST = "end list"


class Verdict(NamedTuple):
    """The kind, who asks, the book's number, and what is asked for.

    Attributes
    ----------
    order : PlaceOrder or None
        Its number is 0 in place of its own, and its quantity 0 where it is sized by `quote_qty`.
    name : str
        The client's name of a new order, or of the one that is to be canceled; "" for none.
    order_type : str
        In the protocol's words; with `stop_ticks`, 0 for no trigger.
    status : str
        That an order to be canceled must have, "" for any.
    strategy : pair
        The client's numbers of a strategy and of its kind.
    old : Verdict or None
        The cancel that goes before; whether the order is left out where that fails is `is_strict`.
    legs : tuple of Verdict
        Of a list, the order above and the one below; `name` and `order_id` are the list's then.
    """

    kind: Kind
    owner: str = ""
    number: int = 0
    order: PlaceOrder | None = None
    name: str = ""
    order_id: int | None = None
    order_type: str = ""
    stop_ticks: int = 0
    quote_qty: int = 0
    status: str = ""
    cancel_name: str = ""
    strategy: tuple[int | None, int | None] = (None, None)
    old: "Verdict | None" = None
    is_strict: bool = False
    legs: "tuple[Verdict, ...]" = ()

    @property
    def is_target(self) -> bool:
        """Whether it waits outside the book."""
        return self.order_type in _TARGETS


REFUSE, READ = Verdict(Kind.REFUSE), Verdict(Kind.READ)


class No(Exception):
    """It cannot be right."""


def judge(name: str, owner: str, values: dict[str, str]) -> Verdict:
    """What a call may be, without the parameters that prove it; raises No where it cannot be right."""
    number, listing = LISTINGS.get(values.get("symbol", ""), (0, None))
    if listing is None:
        raise No
    if name == "orderList.place.oco":
        return _judge_list(owner, number, listing, values, (_ABOVE, _BELOW))
    if name == "orderList.place":
        return _judge_old_list(owner, number, listing, values)
    if name == "orderList.cancel":
        _only(values, {"symbol", "orderListId", "listClientOrderId", "newClientOrderId"})
        names = ("orderListId", "listClientOrderId", "newClientOrderId")
        return _judge_cancel(owner, number, values, names)._replace(kind=Kind.END_LIST)
    if name == "openOrders.cancelAll":
        _only(values, {"symbol"})
        return Verdict(Kind.CANCEL_ALL, owner, number)
    if name == "order.cancel":
        _only(values, {"symbol", "orderId", "origClientOrderId", "newClientOrderId", "cancelRestrictions"})
        return _judge_cancel(owner, number, values, ("orderId", "origClientOrderId", "newClientOrderId"))
    if name == "order.cancelReplace":
        return _judge_replace(owner, number, listing, values)
    return _judge_order(owner, number, listing, values)


def _judge_list(
    owner: str, number: int, listing: Any, values: dict[str, str], words: tuple[dict[str, str], ...]
) -> Verdict:
    """Above and below in this order; `words` are their names."""
    _only(values, {*words[0], *words[1], *_SHARED_WORDS, "newOrderRespType", "listClientOrderId"})
    if values.get("newOrderRespType", "ACK") not in _RESPONSES:
        raise No
    shared = {name: values[name] for name in _SHARED_WORDS if name in values}
    legs = [{word: values[name] for name, word in leg.items() if name in values} for leg in words]
    above, below = (_judge_order(owner, number, listing, shared | leg) for leg in legs)
    limit, stop = (above, below) if values["side"] == "SELL" else (below, above)
    if limit.order_type not in (*_TARGETS, "LIMIT_MAKER") or stop.order_type not in _STOPS:
        raise No
    if _level(above) <= _level(below):
        raise No
    return Verdict(Kind.LIST, owner, number, name=_name(values, "listClientOrderId"), legs=(above, below))


def _judge_old_list(owner: str, number: int, listing: Any, values: dict[str, str]) -> Verdict:
    """A limit order and a stop, whose types follow from what is there."""
    kind = "STOP_LOSS_LIMIT" if "stopLimitPrice" in values else "STOP_LOSS"
    if "limitType" in values or "stopType" in values:
        raise No
    typed = {**values, "limitType": "LIMIT_MAKER", "stopType": kind}
    legs = {"limitType": "type", **_OLD_LIMIT}, {"stopType": "type", **_OLD_STOP}
    if values.get("side") == "SELL":
        return _judge_list(owner, number, listing, typed, legs)
    return _judge_list(owner, number, listing, typed, legs[::-1])


def _level(leg: Verdict) -> int:
    """The price by which the legs of a list are above and below."""
    assert leg.order is not None
    return leg.stop_ticks or leg.order.limit_price or 0


def _judge_cancel(owner: str, number: int, values: dict[str, str], names: tuple[str, str, str]) -> Verdict:
    """`names` are those of the number, the client's name, and the name of the cancel."""
    order_id = integer(values, names[0])
    name, cancel_name = (_name(values, each) for each in names[1:])
    if order_id is None and not name:
        raise No
    restriction = values.get("cancelRestrictions", "")
    if restriction and restriction not in _RESTRICTIONS:
        raise No
    return Verdict(
        Kind.CANCEL, owner, number, name=name, order_id=order_id, status=_RESTRICTIONS.get(restriction, ""),
        cancel_name=cancel_name,
    )  # fmt: skip


def _judge_replace(owner: str, number: int, listing: Any, values: dict[str, str]) -> Verdict:
    mode = values.get("cancelReplaceMode")
    if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE") or not all(values.values()):
        raise No
    if values.get("orderRateLimitExceededMode", "DO_NOTHING") not in ("DO_NOTHING", "CANCEL_ONLY"):
        raise No
    names = ("cancelOrderId", "cancelOrigClientOrderId", "cancelNewClientOrderId")
    old = _judge_cancel(owner, number, values, names)
    rest = {name: value for name, value in values.items() if name not in _REPLACE_WORDS}
    new = _judge_order(owner, number, listing, rest)
    return new._replace(kind=Kind.REPLACE, old=old, is_strict=mode == "STOP_ON_FAILURE")


def _judge_order(owner: str, number: int, listing: Any, values: dict[str, str]) -> Verdict:
    kind = values.get("type", "")
    if kind not in _TYPES or values.get("side") not in ("BUY", "SELL"):
        raise No
    time_in_force = values.get("timeInForce", "") if kind in _TIMED else "GTC"
    if time_in_force not in _TIMES:
        raise No
    _only(values, _allowed(kind, time_in_force, values))
    quote = decimal(values, "quoteOrderQty") if "quoteOrderQty" in values else 0
    if "quoteOrderQty" in values and not quote:
        raise No
    lots = 0 if quote else _lots(listing, decimal(values, "quantity"))
    ticks = _ticks(listing, decimal(values, "price")) if kind in _PRICED else 0
    stop = _ticks(listing, decimal(values, "stopPrice")) if kind in (*_STOPS, *_TARGETS) else 0
    if ticks and not listing.min_notional <= ticks * lots * listing.unit <= AMOUNT_MAX // 2:
        raise No
    shown = _shown(listing, values, lots)
    prevention = values.get("selfTradePreventionMode", "EXPIRE_MAKER")
    if prevention not in _PREVENTIONS or values.get("newOrderRespType", "ACK") not in _RESPONSES:
        raise No
    strategy = integer(values, "strategyId"), integer(values, "strategyType")
    for found, low in zip(strategy, (0, 1_000_000), strict=True):
        if found is not None and not low <= found < 2**31:
            raise No
    is_market = _TYPES[kind] is OrderType.MARKET
    order = PlaceOrder(
        0, owner, Side(values["side"]), _TYPES[kind],
        TimeInForce.IOC if is_market else _TIMES[time_in_force], lots, ticks or None,
        stop if kind in _STOPS else None, display_qty=shown, post_only=kind == "LIMIT_MAKER",
        prevention=SelfTradePrevention(prevention),
    )  # fmt: skip
    return Verdict(
        Kind.PLACE, owner, number, order, _name(values, "newClientOrderId"), order_type=kind, stop_ticks=stop,
        quote_qty=quote, strategy=strategy,
    )  # fmt: skip


def _allowed(kind: str, time_in_force: str, values: dict[str, str]) -> set[str]:
    """The parameters that go with a type."""
    allowed = set(_ORDER_WORDS)
    if kind in _TIMED:
        allowed.add("timeInForce")
    if kind in _PRICED:
        allowed.add("price")
        if time_in_force == "GTC":
            allowed.add("icebergQty")
    if kind in (*_STOPS, *_TARGETS):
        allowed.add("stopPrice")
    if kind == "MARKET" and "quoteOrderQty" in values:
        allowed = (allowed | {"quoteOrderQty"}) - {"quantity"}
    return allowed


def _shown(listing: Any, values: dict[str, str], lots: int) -> int:
    """Lots that an iceberg shows, 0 for all."""
    if "icebergQty" not in values:
        return 0
    raw = decimal(values, "icebergQty")
    if raw == 0:
        return 0
    if raw > lots * listing.lot_size:
        raise No
    shown = _lots(listing, raw)
    if -(-lots // shown) > listing.max_parts:
        raise No
    return shown if shown < lots else 0


# ------------------------------------------------------------------------------------------------- by kind


def _only(values: dict[str, str], allowed: set[str]) -> None:
    """Nothing else, and nothing empty."""
    if not set(values) <= allowed or not all(values.values()):
        raise No


def _name(values: dict[str, str], name: str) -> str:
    value = values.get(name, "")
    if value and not _PLAIN_NAME.fullmatch(value):
        raise No
    return value


def integer(values: dict[str, str], name: str) -> int | None:
    """A whole number; None where it is not there."""
    if name not in values:
        return None
    if not _INTEGER.fullmatch(values[name]) or int(values[name]) > INT64_MAX:
        raise No
    return int(values[name])


def decimal(values: dict[str, str], name: str) -> int:
    """Units of 1e-9 of a decimal with eight places that has to be there."""
    value = values.get(name, "")
    if not _DECIMAL.fullmatch(value):
        raise No
    whole, _, part = value.partition(".")
    part = part.rstrip("0")
    if len(part) > 8:
        raise No
    raw = int(whole) * 10**9 + int(part.ljust(9, "0"))
    if raw > INT64_MAX:
        raise No
    return raw


def _lots(listing: Any, raw: int) -> int:
    lots, rest = divmod(raw, listing.lot_size)
    if rest or not listing.min_lots <= lots <= listing.max_lots:
        raise No
    return int(lots)


def _ticks(listing: Any, raw: int) -> int:
    """At most as many as an order of the least size may be worth."""
    ticks, rest = divmod(raw, listing.tick_size)
    most = (AMOUNT_MAX // 2) // (listing.unit * listing.min_lots)
    if rest or not 1 <= ticks <= min(INT64_MAX // listing.tick_size, most):
        raise No
    return int(ticks)
