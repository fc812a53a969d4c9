"""Orders and fills as they are answered with."""

from typing import Any

from trade2026.matching.words import Traded
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.order_records import FillRecord, ListRecord, OrderRecord
from trade2026.simulation.exchange.reports import Report
from trade2026.web.binance.amounts import text
from trade2026.web.binance.placing import Placed
from trade2026.web.binance.symbols import Symbol


def _state(symbol: Symbol, order: OrderRecord) -> dict[str, Any]:
    """What all answers about an order have, from its price on."""
    return {
        "price": symbol.price(order.price), "origQty": symbol.quantity(order.lots),
        "executedQty": symbol.quantity(order.executed), "origQuoteOrderQty": text(order.terms.quote_qty),
        "cummulativeQuoteQty": text(order.quote), "status": order.status.value,
        "timeInForce": order.terms.time_in_force, "type": order.terms.order_type, "side": order.side,
    }  # fmt: skip


def _conditional(symbol: Symbol, order: OrderRecord) -> dict[str, Any]:
    """What only some orders have."""
    found: dict[str, Any] = {}
    if order.terms.stop_price:
        found["stopPrice"] = symbol.price(order.terms.stop_price)
    if order.iceberg:
        found["icebergQty"] = symbol.quantity(order.iceberg)
    if order.terms.strategy_id is not None:
        found["strategyId"] = order.terms.strategy_id
    if order.terms.strategy_type is not None:
        found["strategyType"] = order.terms.strategy_type
    if order.prevented:
        found["preventedQuantity"] = symbol.quantity(order.prevented)
    return found


def working_ms(order: OrderRecord) -> int:
    """Since when the book may trade it, ms; -1 before."""
    return order.working_ns // MILLISECOND_NS if order.working_ns >= 0 else -1


def placed(symbol: Symbol, done: Placed, response: str) -> dict[str, Any]:
    """The answer to a new order: ACK, RESULT or FULL."""
    order, report = done.order, done.report
    time_ns = order.time_ns if report is None else report.time_ns
    found: dict[str, Any] = {
        "symbol": symbol.name, "orderId": order.order_id, "orderListId": order.terms.list_id,
        "clientOrderId": order.terms.client_order_id, "transactTime": time_ns // MILLISECOND_NS,
    }  # fmt: skip
    if response == "ACK":
        return found
    found.update(_state(symbol, order))
    found["workingTime"] = working_ms(order)
    if response == "FULL":
        found["fills"] = [] if report is None else _fills(symbol, order.order_id, report)
    found["selfTradePreventionMode"] = order.prevention
    found.update(_conditional(symbol, order))
    return found


def _fills(symbol: Symbol, order_id: int, report: Report) -> list[dict[str, Any]]:
    """What the order traded at once."""
    settlements = iter(report.happened.settlements)
    return [
        {
            "price": symbol.price(event.price), "qty": symbol.quantity(event.quantity),
            "commission": text(settled.taker_fee), "commissionAsset": symbol.listing.quote,
            "tradeId": event.trade_id,
        }
        for event, settled in (
            (event, next(settlements)) for event in report.happened.events if type(event) is Traded
        )
        if event.taker_id == order_id
    ]  # fmt: skip


def shown(symbol: Symbol, order: OrderRecord) -> dict[str, Any]:
    """An order as it is queried."""
    return {
        "symbol": symbol.name, "orderId": order.order_id, "orderListId": order.terms.list_id,
        "clientOrderId": order.terms.client_order_id, **_state(symbol, order),
        "stopPrice": symbol.price(order.terms.stop_price), "icebergQty": symbol.quantity(order.iceberg),
        "time": order.time_ns // MILLISECOND_NS, "updateTime": order.update_ns // MILLISECOND_NS,
        "isWorking": order.working_ns >= 0, "workingTime": working_ms(order),
        "selfTradePreventionMode": order.prevention, **_conditional(symbol, order),
    }  # fmt: skip


def canceled(symbol: Symbol, order: OrderRecord) -> dict[str, Any]:
    """An order that was taken back."""
    return {
        "symbol": symbol.name, "origClientOrderId": order.terms.client_order_id,
        "orderId": order.order_id, "orderListId": order.terms.list_id,
        "clientOrderId": order.cancel_id or order.terms.client_order_id,
        "transactTime": order.update_ns // MILLISECOND_NS, **_state(symbol, order),
        "selfTradePreventionMode": order.prevention, **_conditional(symbol, order),
    }  # fmt: skip


def fill_row(symbol: Symbol, fill: FillRecord) -> dict[str, Any]:
    """A trade of an account."""
    return {
        "symbol": symbol.name, "id": fill.trade_id, "orderId": fill.order_id, "orderListId": fill.list_id,
        "price": symbol.price(fill.price), "qty": symbol.quantity(fill.lots), "quoteQty": text(fill.quote),
        "commission": text(fill.commission), "commissionAsset": symbol.listing.quote,
        "time": fill.time_ns // MILLISECOND_NS, "isBuyer": fill.is_buyer, "isMaker": fill.is_maker,
        "isBestMatch": True,
    }  # fmt: skip


def listed(symbol: Symbol, record: ListRecord) -> dict[str, Any]:
    """A list of orders."""
    is_open = record.is_open
    return {
        "orderListId": record.list_id, "contingencyType": "OCO",
        "listStatusType": "EXEC_STARTED" if is_open else "ALL_DONE",
        "listOrderStatus": "EXECUTING" if is_open else "ALL_DONE",
        "listClientOrderId": record.client_list_id, "transactionTime": record.time_ns // MILLISECOND_NS,
        "symbol": symbol.name,
        "orders": [
            {
                "symbol": symbol.name, "orderId": each.order_id,
                "clientOrderId": each.terms.client_order_id,
            }
            for each in record.orders
        ],
    }  # fmt: skip
