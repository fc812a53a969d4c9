"""Applies the events of orders that the core keeps, releases and takes up from elsewhere."""

from collections.abc import Callable
from typing import Any

from trade2026.model.events import (
    OrderAdopted,
    OrderApproved,
    OrderArmed,
    OrderHeld,
    OrderReleased,
    TriggerMoved,
)
from trade2026.oms.adoption import adopted_order
from trade2026.oms.index import index_order, note_request
from trade2026.oms.state import OmsState, Order, Request, SubmitBody, Working


def enter(state: OmsState, event: OrderApproved) -> Order:
    """Take up an order that risk approved, as sent; gives it."""
    order_id, account_id, client_order_id = event.order_id, event.account_id, event.client_order_id
    instructions = event.instructions
    body: SubmitBody = (
        event.instrument_id, event.strategy_id, event.side, event.order_type, event.time_in_force,
        event.order_qty, event.limit_price, instructions,
    )  # fmt: skip
    instrument_id, strategy_id, side, order_type, time_in_force, order_qty, limit_price, _ = body
    order = state.orders[order_id] = Order(
        order_id, account_id, client_order_id, event.trader_id, strategy_id, instrument_id, side, order_type,
        time_in_force, order_qty, limit_price, event.now, event.session_open, event.session_close,
        instructions,
    )  # fmt: skip
    account = state.accounts[account_id]
    account.requests[client_order_id] = Request(order_id, body, None)
    account.open_orders[order_id] = None
    state.next_order_id = order_id + 1
    if instructions is not None and instructions.list_id:
        order.pair_qty = order_qty
        account.lists[instructions.list_id] = (*account.lists.get(instructions.list_id, ()), order_id)
    return order


def _held(state: OmsState, event: OrderHeld) -> None:
    order = enter(state, event.order)
    order.working = Working.HELD
    order.is_managed = True
    order.trigger_price = event.trigger_price
    order.armed_qty = event.armed_qty
    instructions = order.instructions
    if instructions is not None and instructions.parent_client_order_id:
        account = state.accounts[order.account_id]
        order.parent_id = account.requests[instructions.parent_client_order_id].order_id
        children = account.children.get(order.parent_id, ())
        account.children[order.parent_id] = (*children, order.order_id)
    index_order(state, order)


def _released(state: OmsState, event: OrderReleased) -> None:
    order, leg = state.orders[event.order_id], event.order
    requests = state.accounts[order.account_id].requests
    if leg.client_order_id not in requests:
        requests[leg.client_order_id] = Request(order.order_id, None, None)
        note_request(order, leg.client_order_id)
    order.working = Working.SENT
    order.trigger_price = None
    order.client_order_id = leg.client_order_id
    order.venue_order_id = ""
    order.leg_qty = leg.order_qty
    order.leg_cum = 0
    order.legs += 1
    index_order(state, order)


def _moved(state: OmsState, event: TriggerMoved) -> None:
    state.orders[event.order_id].trigger_price = event.trigger_price


def _armed(state: OmsState, event: OrderArmed) -> None:
    order = state.orders[event.order_id]
    order.armed_qty = event.armed_qty
    index_order(state, order)


def _adopted(state: OmsState, event: OrderAdopted) -> None:
    order = state.orders[event.order_id] = adopted_order(event)
    account = state.accounts[event.account_id]
    body: SubmitBody = (
        order.instrument_id, order.strategy_id, order.side, order.order_type, order.time_in_force,
        order.order_qty, order.limit_price, None,
    )  # fmt: skip
    account.requests[event.client_order_id] = Request(order.order_id, body, None)
    account.open_orders[order.order_id] = None
    state.next_order_id = order.order_id + 1


HELD_HANDLERS: dict[type, Callable[[OmsState, Any], None]] = {
    OrderHeld: _held,
    OrderReleased: _released,
    TriggerMoved: _moved,
    OrderArmed: _armed,
    OrderAdopted: _adopted,
}
"""To be merged into order management's handlers."""
