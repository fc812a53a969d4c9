"""Calls about an account: what it has, what it traded, what it has used and what it pays; and a little of
/sapi.
"""

from typing import Any, Final

from trade2026.matching.clearing import Holding
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.order_records import FillRecord
from trade2026.web.binance import refusals
from trade2026.web.binance.amounts import ZERO, ratio_text, text
from trade2026.web.binance.calls import Call, Route
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.keys import Permission
from trade2026.web.binance.order_answers import fill_row
from trade2026.web.binance.orders import commission
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal

_LIST: Final = 500
_LIST_MAX: Final = 1_000
_DAY_MS: Final = 86_400_000


def balance_rows(door: BinanceDoor, owner: str) -> list[tuple[str, int, int]]:
    """Asset, what is free of it and what open orders hold back, raw."""
    held = door.exchange.balances(owner)
    found = [(asset, held.get(asset) or Holding()) for asset in door.assets]
    return [(asset, each.total - each.held, each.held) for asset, each in found]


async def account(call: Call) -> dict[str, Any]:
    """The account with its balances; what was sold short makes one negative."""
    omits = call.params.flag("omitZeroBalances", default=False)
    call.params.done()
    door = call.door
    listings = door.exchange.listings
    maker = max(each.maker_fee_ppm for each in listings)
    taker = max(each.taker_fee_ppm for each in listings)
    return {
        "makerCommission": maker // 100, "takerCommission": taker // 100, "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": ratio_text(maker, 10**6), "taker": ratio_text(taker, 10**6), "buyer": ZERO,
            "seller": ZERO,
        },
        "canTrade": call.key is not None and Permission.TRADE in call.key.permissions,
        "canWithdraw": False, "canDeposit": False, "brokered": False,
        "requireSelfTradePrevention": False, "preventSor": False, "updateTime": door.exchange_ms(),
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": text(free), "locked": text(locked)}
            for asset, free, locked in balance_rows(door, call.owner)
            if free or locked or not omits
        ],
        "permissions": ["SPOT"],
    }  # fmt: skip


async def my_trades(call: Call) -> list[dict[str, Any]]:
    """What the account traded of a symbol, as far back as it is kept."""
    symbol, params = call.symbol(), call.params
    order_id, first = params.integer("orderId"), params.integer("fromId")
    start, end = call.span_ms()
    if start is not None and end is not None and end - start > _DAY_MS:
        raise Refusal(-1127, "More than 24 hours between startTime and endTime.")
    if first is not None and (start is not None or end is not None):
        raise Refusal(-1128, "Combination of optional parameters invalid.")
    limit = params.limit(_LIST, _LIST_MAX)
    params.done()

    def is_wanted(fill: FillRecord) -> bool:
        at_ms = fill.time_ns // MILLISECOND_NS
        return (
            fill.number == symbol.number
            and (order_id is None or fill.order_id == order_id)
            and (first is None or fill.trade_id >= first)
            and (start is None or at_ms >= start)
            and (end is None or at_ms <= end)
        )

    found = [fill for fill in call.door.records.ledger(call.owner).fills if is_wanted(fill)]
    is_forward = first is not None or start is not None
    return [fill_row(symbol, fill) for fill in (found[:limit] if is_forward else found[-limit:])]


async def order_limits(call: Call) -> list[dict[str, Any]]:
    """How many orders the account has placed, and how many it may."""
    call.params.done()
    return order_counts(call.door, call.owner)


def order_counts(door: BinanceDoor, owner: str) -> list[dict[str, Any]]:
    """Limits of orders with what an account has used of them."""
    short, day = door.counters.orders(owner, door.clock.now_ns())
    return [
        {
            "rateLimitType": "ORDERS",
            "interval": interval,
            "intervalNum": number,
            "limit": limit,
            "count": used,
        }
        for interval, number, limit, used in (
            ("SECOND", 10, door.limits.orders_10s, short),
            ("DAY", 1, door.limits.orders_1d, day),
        )
    ]


async def rates(call: Call) -> dict[str, Any]:
    """What trading a symbol costs the account."""
    symbol = call.symbol()
    call.params.done()
    found = commission(symbol, "standardCommission", "specialCommission", "taxCommission")
    return {"symbol": symbol.name, **found}


async def currencies(call: Call) -> list[dict[str, Any]]:
    """All assets; they can be neither deposited nor withdrawn."""
    call.params.done()
    return [
        {
            "coin": asset, "depositAllEnable": False, "withdrawAllEnable": False, "name": asset,
            "free": text(free), "locked": text(locked), "freeze": "0", "withdrawing": "0", "ipoing": "0",
            "ipoable": "0", "storage": "0", "isLegalMoney": False, "trading": True, "networkList": [],
        }
        for asset, free, locked in balance_rows(call.door, call.owner)
    ]  # fmt: skip


async def no_pairs(call: Call) -> list[Any]:
    """Pairs that are traded on margin: none."""
    call.params.done()
    return []


async def trade_fees(call: Call) -> list[dict[str, Any]]:
    """What trading costs, symbol by symbol."""
    symbol = call.optional_symbol()
    call.params.done()
    return [
        {
            "symbol": each.name, "makerCommission": ratio_text(each.listing.maker_fee_ppm, 10**6),
            "takerCommission": ratio_text(each.listing.taker_fee_ppm, 10**6),
        }
        for each in ([symbol] if symbol is not None else call.door.by_number)
    ]  # fmt: skip


async def system_status(call: Call) -> dict[str, Any]:
    """Whether the exchange is open to requests: it answers, so it is."""
    call.params.done()
    return {"status": 0, "msg": "normal"}


async def listen_keys(call: Call) -> Any:
    """What user data streams were once opened with; the protocol has dropped it."""
    raise refusals.gone(
        "Listen keys are retired; subscribe with userDataStream.subscribe.signature at /ws-api/v3."
    )


def _trades_weight(params: Params) -> int:
    return 5 if "orderId" in params.values else 20


_READ: Final = Permission.READ
ROUTES: Final = (
    Route(handler=account, rest="GET /api/v3/account", ws="account.status", permission=_READ, weight=20),
    Route(
        handler=my_trades, rest="GET /api/v3/myTrades", ws="myTrades", permission=_READ, weight=_trades_weight
    ),
    Route(
        handler=order_limits, rest="GET /api/v3/rateLimit/order", ws="account.rateLimits.orders",
        permission=_READ, weight=40,
    ),
    Route(
        handler=rates, rest="GET /api/v3/account/commission", ws="account.commission", permission=_READ,
        weight=20,
    ),
    Route(handler=currencies, rest="GET /sapi/v1/capital/config/getall", permission=_READ, weight=10),
    Route(handler=no_pairs, rest="GET /sapi/v1/margin/allPairs", permission=_READ),
    Route(handler=no_pairs, rest="GET /sapi/v1/margin/isolated/allPairs", permission=_READ, weight=10),
    Route(handler=trade_fees, rest="GET /sapi/v1/asset/tradeFee", permission=_READ),
    Route(handler=system_status, rest="GET /sapi/v1/system/status"),
    Route(handler=listen_keys, rest="POST /api/v3/userDataStream"),
    Route(handler=listen_keys, rest="PUT /api/v3/userDataStream"),
    Route(handler=listen_keys, rest="DELETE /api/v3/userDataStream"),
)  # fmt: skip
