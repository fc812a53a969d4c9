"""Calls about lists of orders: two of which one ends the other (OCO)."""

from typing import Any, Final

from trade2026.model.enums import Side
from trade2026.simulation.exchange.order_records import ListRecord
from trade2026.web.binance import refusals
from trade2026.web.binance.calls import Call, Route
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.keys import Permission
from trade2026.web.binance.new_orders import (
    STOPS,
    TYPES,
    Names,
    NewOrder,
    read_leg,
    read_prevention,
    read_side,
)
from trade2026.web.binance.order_answers import canceled, listed, placed
from trade2026.web.binance.orders import RESPONSES
from trade2026.web.binance.params import Params
from trade2026.web.binance.placing import Placed, cancel, check, check_funds, hold, place
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.symbols import Symbol

_LIMITS: Final = frozenset({"LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
_WRONG_PRICES: Final = "The relationship of the prices for the orders is not correct."
_LIST: Final = 500
_LIST_MAX: Final = 1_000


def _leg_names(leg: str) -> Names:
    return Names(*(
        f"{leg}{name}"
        for name in (
            "Type", "TimeInForce", "Price", "StopPrice", "IcebergQty", "ClientOrderId", "TrailingDelta",
            "StrategyId", "StrategyType",
        )
    ))  # fmt: skip


_ABOVE: Final = _leg_names("above")
_BELOW: Final = _leg_names("below")
_OLD_LIMIT: Final = Names(
    "", "limitTimeInForce", "price", "limitStopPrice", "limitIcebergQty", "limitClientOrderId",
    "limitTrailingDelta", "limitStrategyId", "limitStrategyType",
)  # fmt: skip
_OLD_STOP: Final = Names(
    "", "stopLimitTimeInForce", "stopLimitPrice", "stopPrice", "stopIcebergQty", "stopClientOrderId",
    "trailingDelta", "stopStrategyId", "stopStrategyType",
)  # fmt: skip


async def place_oco(call: Call) -> dict[str, Any]:
    """Two orders, one above and one below the price."""
    params, symbol = call.params, call.symbol()
    side, lots, prevention = _shared(params, symbol)
    legs = []
    for names in (_ABOVE, _BELOW):
        params.text(names.order_type)
        order_type = params.word(names.order_type, TYPES, refusals.bad_order_type) or ""
        legs.append(read_leg(params, symbol, side, order_type, lots, prevention, names))
    return await _finish(call, legs[0], legs[1])


async def place_old_oco(call: Call) -> dict[str, Any]:
    """The same as it was asked for before: a limit order and a stop."""
    params, symbol = call.params, call.symbol()
    side, lots, prevention = _shared(params, symbol)
    limit = read_leg(params, symbol, side, "LIMIT_MAKER", lots, prevention, _OLD_LIMIT)
    kind = "STOP_LOSS_LIMIT" if "stopLimitPrice" in params.values else "STOP_LOSS"
    stop = read_leg(params, symbol, side, kind, lots, prevention, _OLD_STOP)
    return await (_finish(call, limit, stop) if side is Side.SELL else _finish(call, stop, limit))


def _shared(params: Params, symbol: Symbol) -> tuple[Side, int, str]:
    """What both orders have in common."""
    side, quantity = read_side(params), params.decimal("quantity")
    if quantity is None:
        raise refusals.missing("quantity")
    return side, symbol.lots_of(quantity), read_prevention(params)


async def _finish(call: Call, above: NewOrder, below: NewOrder) -> dict[str, Any]:
    response = call.params.word("newOrderRespType", RESPONSES) or "RESULT"
    name = call.params.name("listClientOrderId")
    call.params.done()
    _check_pair(above, below)
    door = call.door
    open_lists = [each for each in door.records.ledger(call.owner).lists.values() if each.is_open]
    if len(open_lists) >= door.limits.order_lists:
        raise refusals.filter_failure("MAX_NUM_ORDER_LISTS")
    door.counters.place(call.owner, 2, door.clock.now_ns())
    record, done = await _place_both(door, call.owner, (above, below), name)
    symbol = above.symbol
    reports = [placed(symbol, each, response) for each in done]
    return {**listed(symbol, record), "orderReports": reports}


def _check_pair(above: NewOrder, below: NewOrder) -> None:
    """A profit is taken on one side of the price, a loss stopped on the other."""
    limit, stop = (above, below) if above.side is Side.SELL else (below, above)
    if limit.order_type not in _LIMITS or stop.order_type not in STOPS:
        raise Refusal(-1158, "Order type not supported in OCO.")
    if (above.stop_ticks or above.ticks) <= (below.stop_ticks or below.ticks):
        raise refusals.rejected(_WRONG_PRICES)


async def _place_both(
    door: BinanceDoor, owner: str, legs: tuple[NewOrder, NewOrder], name: str | None
) -> tuple[ListRecord, list[Placed]]:
    """The limit order goes to the book, which holds back for both; what has a trigger waits outside."""
    for index, leg in enumerate(legs):
        check(door, owner, leg, legs[:index])
    list_id = door.waiting.next_list_id()
    done: dict[int, Placed] = {}
    for index, leg in enumerate(legs):
        if leg.order_type == "LIMIT_MAKER":
            done[index] = await place(door, owner, leg, list_id)
    if not done:
        check_funds(door, owner, legs[0])
    for index, leg in enumerate(legs):
        if index not in done:
            done[index] = Placed(hold(door, owner, leg, list_id), None)
    found = [done[index] for index in range(len(legs))]
    record = ListRecord(
        list_id=list_id, number=legs[0].symbol.number, owner=owner,
        client_list_id=name or f"trade2026-list-{list_id}", time_ns=door.exchange.now_ns(),
        orders=[each.order for each in found],
    )  # fmt: skip
    door.waiting.begin_list(record)
    return record, found


def _find(call: Call, list_id: int | None, name: str | None) -> ListRecord | None:
    lists = call.door.records.ledger(call.owner).lists
    if list_id is not None:
        return lists.get(list_id)
    return next((each for each in reversed(lists.values()) if each.client_list_id == name), None)


async def show_list(call: Call) -> dict[str, Any]:
    """One list."""
    list_id, name = call.params.integer("orderListId"), call.params.name("origClientOrderId")
    call.params.done()
    if list_id is None and name is None:
        raise refusals.neither("orderListId", "origClientOrderId")
    record = _find(call, list_id, name)
    if record is None:
        raise refusals.no_such_list()
    return listed(call.door.by_number[record.number], record)


async def cancel_list(call: Call) -> dict[str, Any]:
    """Take all orders of a list back."""
    symbol = call.symbol()
    list_id, name = call.params.integer("orderListId"), call.params.name("listClientOrderId")
    cancel_id = call.params.name("newClientOrderId")
    call.params.done()
    if list_id is None and name is None:
        raise refusals.neither("orderListId", "listClientOrderId")
    record = _find(call, list_id, name)
    if record is None or record.number != symbol.number or not record.is_open:
        raise refusals.unknown_order()
    # The order that the book has goes first: with it the others end by themselves.
    for order in sorted(record.orders, key=call.door.waiting.is_held):
        if order.is_open:
            await cancel(call.door, order, cancel_id or f"cancel-{order.order_id}")
    reports = [canceled(symbol, order) for order in record.orders]
    return {**listed(symbol, record), "orderReports": reports}


async def open_lists(call: Call) -> list[dict[str, Any]]:
    """All open lists."""
    call.params.done()
    door = call.door
    lists = door.records.ledger(call.owner).lists.values()
    return [listed(door.by_number[each.number], each) for each in lists if each.is_open]


async def all_lists(call: Call) -> list[dict[str, Any]]:
    """Lists, open or not, as far back as they are kept."""
    first = call.params.integer("fromId")
    start, end = call.span_ms()
    limit = call.params.limit(_LIST, _LIST_MAX)
    call.params.done()
    door = call.door
    found = [
        listed(door.by_number[each.number], each)
        for each in door.records.ledger(call.owner).lists.values()
        if (first is None or each.list_id >= first)
        and (start is None or each.time_ns // 1_000_000 >= start)
        and (end is None or each.time_ns // 1_000_000 <= end)
    ]
    return found[:limit] if first is not None or start is not None else found[-limit:]


_TRADE: Final = Permission.TRADE
_READ: Final = Permission.READ
ROUTES: Final = (
    Route(handler=place_oco, rest="POST /api/v3/orderList/oco", ws="orderList.place.oco", permission=_TRADE),
    Route(handler=place_old_oco, rest="POST /api/v3/order/oco", ws="orderList.place", permission=_TRADE),
    Route(
        handler=show_list, rest="GET /api/v3/orderList", ws="orderList.status", permission=_READ, weight=4
    ),
    Route(handler=cancel_list, rest="DELETE /api/v3/orderList", ws="orderList.cancel", permission=_TRADE),
    Route(
        handler=open_lists, rest="GET /api/v3/openOrderList", ws="openOrderLists.status", permission=_READ,
        weight=6,
    ),
    Route(
        handler=all_lists, rest="GET /api/v3/allOrderList", ws="allOrderLists", permission=_READ, weight=20
    ),
)  # fmt: skip
