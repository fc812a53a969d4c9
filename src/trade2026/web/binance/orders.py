"""Calls about single orders: place, try, look up, cancel, cancel and replace."""

from typing import Any, Final

from trade2026.simulation.exchange.order_records import OrderRecord
from trade2026.web.binance import refusals
from trade2026.web.binance.amounts import ratio_text
from trade2026.web.binance.calls import Call, Route
from trade2026.web.binance.keys import Permission
from trade2026.web.binance.new_orders import NewOrder, read_order
from trade2026.web.binance.order_answers import canceled, listed, placed, shown
from trade2026.web.binance.params import Params
from trade2026.web.binance.placing import Placed, cancel, check, find, place, sized
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.symbols import Symbol

RESPONSES: Final = {"ACK": 0, "RESULT": 0, "FULL": 0}
_RESTRICTIONS: Final = {"ONLY_NEW": 0, "ONLY_PARTIALLY_FILLED": 0}
_MODES: Final = {"STOP_ON_FAILURE": 0, "ALLOW_FAILURE": 0}
_LIST: Final = 500
_LIST_MAX: Final = 1_000
_DAY_MS: Final = 86_400_000


async def place_order(call: Call) -> dict[str, Any]:
    """A new order."""
    symbol = call.symbol()
    order, response = _read(call.params, symbol)
    call.params.done()
    call.door.counters.place(call.owner, 1, call.door.clock.now_ns())
    return placed(symbol, await place(call.door, call.owner, order), response)


def _read(params: Params, symbol: Symbol) -> tuple[NewOrder, str]:
    order = read_order(params, symbol)
    default = "FULL" if order.order_type in ("LIMIT", "MARKET") else "ACK"
    return order, params.word("newOrderRespType", RESPONSES) or default


async def try_order(call: Call) -> dict[str, Any]:
    """All that is looked at before an order is placed, and no more."""
    symbol = call.symbol()
    order, _ = _read(call.params, symbol)
    wants_rates = call.params.flag("computeCommissionRates", default=False)
    call.params.done()
    check(call.door, call.owner, order)
    sized(call.door, order)
    if not wants_rates:
        return {}
    return commission(
        symbol, "standardCommissionForOrder", "specialCommissionForOrder", "taxCommissionForOrder"
    )


def commission(symbol: Symbol, standard: str, special: str, tax: str) -> dict[str, Any]:
    """What trading a symbol costs, under these names; nothing is special, and there is no tax."""
    listing = symbol.listing
    maker, taker = (ratio_text(ppm, 10**6) for ppm in (listing.maker_fee_ppm, listing.taker_fee_ppm))
    none = dict.fromkeys(("maker", "taker", "buyer", "seller"), "0.00000000")
    discount = {
        "enabledForAccount": False, "enabledForSymbol": False, "discountAsset": listing.quote,
        "discount": "0.00000000",
    }  # fmt: skip
    return {
        standard: {**none, "maker": maker, "taker": taker},
        special: none,
        tax: none,
        "discount": discount,
    }


def _named(
    call: Call, order_id: str = "orderId", name: str = "origClientOrderId"
) -> tuple[int | None, str | None]:
    """Which order is meant."""
    number, client_order_id = call.params.integer(order_id), call.params.name(name)
    if number is None and client_order_id is None:
        raise refusals.neither(name, order_id)
    return number, client_order_id


async def show_order(call: Call) -> dict[str, Any]:
    """One order."""
    symbol = call.symbol()
    number, name = _named(call)
    call.params.done()
    order = find(call.door, call.owner, symbol.number, number, name)
    if order is None:
        raise refusals.no_such_order()
    return shown(symbol, order)


async def cancel_order(call: Call) -> dict[str, Any]:
    """Take one order back."""
    symbol = call.symbol()
    number, name = _named(call)
    cancel_id = call.params.name("newClientOrderId")
    restriction = call.params.word("cancelRestrictions", _RESTRICTIONS, refusals.bad_restrictions)
    call.params.done()
    order = find(call.door, call.owner, symbol.number, number, name)
    if order is None:
        raise refusals.unknown_order()
    await cancel(call.door, order, cancel_id or f"cancel-{order.order_id}", restriction)
    return canceled(symbol, order)


async def open_orders(call: Call) -> list[dict[str, Any]]:
    """All open orders, of one symbol or of all."""
    symbol = call.optional_symbol()
    call.params.done()
    door = call.door
    return [
        shown(door.by_number[order.number], order)
        for order in door.records.ledger(call.owner).open.values()
        if symbol is None or order.number == symbol.number
    ]


async def cancel_open(call: Call) -> list[dict[str, Any]]:
    """Take back all open orders of a symbol; those that end by themselves meanwhile are left out."""
    symbol = call.symbol()
    call.params.done()
    door = call.door
    ledger = door.records.ledger(call.owner)
    found = [order for order in ledger.open.values() if order.number == symbol.number]
    if not found:
        raise refusals.unknown_order()
    rows: list[dict[str, Any]] = []
    lists: dict[int, list[OrderRecord]] = {}
    for order in found:
        if order.is_open:
            try:
                await cancel(door, order, f"cancel-{order.order_id}")
            except Refusal:
                continue
        if order.terms.list_id >= 0:
            lists.setdefault(order.terms.list_id, []).append(order)
        else:
            rows.append(canceled(symbol, order))
    for list_id, orders in lists.items():
        record = ledger.lists[list_id]
        rows.append({**listed(symbol, record), "orderReports": [canceled(symbol, order) for order in orders]})
    return rows


async def all_orders(call: Call) -> list[dict[str, Any]]:
    """Orders of a symbol, open or not, as far back as they are kept."""
    symbol = call.symbol()
    first = call.params.integer("orderId")
    start, end = call.span_ms()
    if start is not None and end is not None and end - start > _DAY_MS:
        raise Refusal(-1127, "More than 24 hours between startTime and endTime.")
    limit = call.params.limit(_LIST, _LIST_MAX)
    call.params.done()
    ledger = call.door.records.ledger(call.owner)
    found = [
        order
        for kept in (ledger.closed, ledger.open)
        for order in kept.values()
        if order.number == symbol.number
        and (first is None or order.order_id >= first)
        and (start is None or order.time_ns // 1_000_000 >= start)
        and (end is None or order.time_ns // 1_000_000 <= end)
    ]
    found.sort(key=lambda order: order.order_id)
    is_forward = first is not None or start is not None
    return [shown(symbol, order) for order in (found[:limit] if is_forward else found[-limit:])]


async def cancel_replace(call: Call) -> dict[str, Any]:
    """Take one order back and place another in its stead; as two steps, between which others may trade."""
    symbol, params = call.symbol(), call.params
    params.text("cancelReplaceMode")
    mode = params.word("cancelReplaceMode", _MODES)
    number, name = _named(call, "cancelOrderId", "cancelOrigClientOrderId")
    cancel_id = params.name("cancelNewClientOrderId")
    restriction = params.word("cancelRestrictions", _RESTRICTIONS, refusals.bad_restrictions)
    params.word("orderRateLimitExceededMode", {"DO_NOTHING": 0, "CANCEL_ONLY": 0})
    order, response = _read(params, symbol)
    params.done()
    door = call.door
    door.counters.place(call.owner, 1, door.clock.now_ns())
    old = find(door, call.owner, symbol.number, number, name)
    canceled_as: Any
    try:
        if old is None:
            raise refusals.unknown_order()
        await cancel(door, old, cancel_id or f"cancel-{old.order_id}", restriction)
        canceled_as, is_canceled = canceled(symbol, old), True
    except Refusal as refusal:
        canceled_as, is_canceled = refusal.body, False
    if not is_canceled and mode == "STOP_ON_FAILURE":
        raise Refusal(-2022, "Order cancel-replace failed.", data={
            "cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED", "cancelResponse": canceled_as,
            "newOrderResponse": None,
        })  # fmt: skip
    return await _replace(call, order, response, canceled_as, is_canceled=is_canceled)


async def _replace(
    call: Call, order: NewOrder, response: str, canceled_as: Any, *, is_canceled: bool
) -> dict[str, Any]:
    """The second step, and the answer to both."""
    new: Any
    try:
        done: Placed = await place(call.door, call.owner, order)
        new, is_placed = placed(order.symbol, done, response), True
    except Refusal as refusal:
        new, is_placed = refusal.body, False
    answer = {
        "cancelResult": "SUCCESS" if is_canceled else "FAILURE",
        "newOrderResult": "SUCCESS" if is_placed else "FAILURE",
        "cancelResponse": canceled_as, "newOrderResponse": new,
    }  # fmt: skip
    if is_canceled and is_placed:
        return answer
    if not is_canceled and not is_placed:
        raise Refusal(-2022, "Order cancel-replace failed.", data=answer)
    raise Refusal(-2021, "Order cancel-replace partially failed.", status=409, data=answer)


def _open_weight(params: Params) -> int:
    return 6 if "symbol" in params.values else 80


_TRADE: Final = Permission.TRADE
_READ: Final = Permission.READ
ROUTES: Final = (
    Route(handler=place_order, rest="POST /api/v3/order", ws="order.place", permission=_TRADE),
    Route(handler=try_order, rest="POST /api/v3/order/test", ws="order.test", permission=_TRADE),
    Route(handler=show_order, rest="GET /api/v3/order", ws="order.status", permission=_READ, weight=4),
    Route(handler=cancel_order, rest="DELETE /api/v3/order", ws="order.cancel", permission=_TRADE),
    Route(
        handler=open_orders, rest="GET /api/v3/openOrders", ws="openOrders.status", permission=_READ,
        weight=_open_weight,
    ),
    Route(
        handler=cancel_open, rest="DELETE /api/v3/openOrders", ws="openOrders.cancelAll", permission=_TRADE
    ),
    Route(handler=all_orders, rest="GET /api/v3/allOrders", ws="allOrders", permission=_READ, weight=20),
    Route(
        handler=cancel_replace, rest="POST /api/v3/order/cancelReplace", ws="order.cancelReplace",
        permission=_TRADE,
    ),
)  # fmt: skip
