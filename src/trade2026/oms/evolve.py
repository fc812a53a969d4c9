"""Applies events to the order state it owns; one handler per event, none decides anything."""

from collections.abc import Callable
from typing import Any, Final

from trade2026.model.events import (
    AccountOpened,
    CancelRejected,
    EntitlementSet,
    OrderAcknowledged,
    OrderApproved,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    OrdersRecalled,
    OrdersRetired,
    ReplaceRefused,
)
from trade2026.oms.retire import evolve_recalled, evolve_retired
from trade2026.oms.state import AccountOrders, Booked, DoneReason, OmsState, Order, Request, Working

_SENT: Final = Working.SENT
_WORKING: Final = Working.WORKING
_DONE: Final = Working.DONE
_FILLED: Final = DoneReason.FILLED


def _approved(state: OmsState, event: OrderApproved) -> None:
    order_id, account_id, client_order_id = event.order_id, event.account_id, event.client_order_id
    body = (
        event.instrument_id, event.strategy_id, event.side, event.order_type, event.time_in_force,
        event.order_qty, event.limit_price,
    )  # fmt: skip
    instrument_id, strategy_id, side, order_type, time_in_force, order_qty, limit_price = body
    state.orders[order_id] = Order(
        order_id, account_id, client_order_id, event.trader_id, strategy_id, instrument_id, side, order_type,
        time_in_force, order_qty, limit_price, event.now, event.session_open, event.session_close,
    )  # fmt: skip
    account = state.accounts[account_id]
    account.requests[client_order_id] = Request(order_id, body, None)
    account.open_orders[order_id] = None
    state.next_order_id = order_id + 1


def _refused(state: OmsState, event: OrderRefused) -> None:
    body = (
        event.instrument_id, event.strategy_id, event.side, event.order_type, event.time_in_force,
        event.order_qty, event.limit_price,
    )  # fmt: skip
    account = state.accounts[event.account_id]
    account.requests[event.client_order_id] = Request(0, body, None, event)
    account.refused[event.client_order_id] = None


def _replace_refused(state: OmsState, event: ReplaceRefused) -> None:
    body = (event.order_id, event.order_qty, event.limit_price)
    state.accounts[event.account_id].requests[event.client_order_id] = Request(0, None, body, event)
    _note_request(state.orders[event.order_id], event.client_order_id)


def _note_request(order: Order, client_order_id: str) -> None:
    """One more client id for an order, so that all of it can leave memory together."""
    if order.request_ids is None:
        order.request_ids = [order.client_order_id]
    order.request_ids.append(client_order_id)


def _finish(state: OmsState, order: Order, reason: DoneReason) -> None:
    order.working = _DONE
    order.done_reason = reason
    state.accounts[order.account_id].open_orders.pop(order.order_id, None)


def _settle_replace(order: Order) -> None:
    order.pending_replace_id = ""
    order.pending_order_qty = 0
    order.pending_limit_price = None


def _end(state: OmsState, order_id: int, reason: DoneReason) -> None:
    order = state.orders[order_id]
    order.pending_cancel_id = ""  # What was pending is answered by the end itself.
    _settle_replace(order)
    _finish(state, order, reason)


def _acknowledged(state: OmsState, event: OrderAcknowledged) -> None:
    order = state.orders[event.order_id]
    if event.venue_order_id:
        order.venue_order_id = event.venue_order_id
    if order.working is _SENT:
        order.working = _WORKING


def _rejected(state: OmsState, event: OrderRejected) -> None:
    _end(state, event.order_id, DoneReason.REJECTED)


def _canceled(state: OmsState, event: OrderCanceled) -> None:
    _end(state, event.order_id, DoneReason.CANCELED)


def _expired(state: OmsState, event: OrderExpired) -> None:
    _end(state, event.order_id, DoneReason.EXPIRED)


def _filled(state: OmsState, event: OrderFilled) -> None:
    order = state.orders[event.order_id]
    order.cum_qty = event.cum_qty
    account = state.accounts[event.account_id]
    executions = account.executions.get(event.instrument_id)
    if executions is None:
        executions = account.executions[event.instrument_id] = {}
    executions[event.execution_id] = Booked(
        event.order_id, event.last_qty, event.last_px, event.commission, event.commission_currency
    )
    if order.execution_ids is None:
        order.execution_ids = [event.execution_id]
    else:
        order.execution_ids.append(event.execution_id)
    if order.working is not _DONE:
        if event.leaves_qty == 0:
            _finish(state, order, _FILLED)
        else:
            order.working = _WORKING


def _pending_cancel(state: OmsState, event: OrderPendingCancel) -> None:
    order = state.orders[event.order_id]
    order.pending_cancel_id = event.client_order_id
    _note_request(order, event.client_order_id)
    requests = state.accounts[event.account_id].requests
    requests[event.client_order_id] = Request(event.order_id, None, (event.order_id, None, None))


def _pending_replace(state: OmsState, event: OrderPendingReplace) -> None:
    order = state.orders[event.order_id]
    order.pending_replace_id = event.client_order_id
    order.pending_order_qty = event.order_qty
    order.pending_limit_price = event.limit_price
    _note_request(order, event.client_order_id)
    body = (event.order_id, event.order_qty, event.limit_price)
    state.accounts[event.account_id].requests[event.client_order_id] = Request(event.order_id, None, body)


def _replaced(state: OmsState, event: OrderReplaced) -> None:
    order = state.orders[event.order_id]
    order.client_order_id = event.client_order_id
    _settle_replace(order)
    order.order_qty = event.order_qty
    order.limit_price = event.limit_price
    if order.cum_qty >= order.order_qty:
        _finish(state, order, _FILLED)
    elif order.done_reason is _FILLED:  # Filled while a larger total was on its way: it works again.
        order.working = _WORKING
        order.done_reason = None
        state.accounts[order.account_id].open_orders[order.order_id] = None


def _cancel_rejected(state: OmsState, event: CancelRejected) -> None:
    order = state.orders[event.order_id]
    if event.was_replace:
        _settle_replace(order)
    else:
        order.pending_cancel_id = ""


def _account_opened(state: OmsState, event: AccountOpened) -> None:
    state.accounts[event.account.account_id] = AccountOrders(event.account, {}, {}, {})


def _entitlement_set(state: OmsState, event: EntitlementSet) -> None:
    kept = state.accounts[event.account_id]
    kept.account = kept.account.with_entitlement(event.trader_id, event.entitled)


HANDLERS: dict[type, Callable[[OmsState, Any], None]] = {
    OrderApproved: _approved,
    OrderRefused: _refused,
    ReplaceRefused: _replace_refused,
    OrderAcknowledged: _acknowledged,
    OrderRejected: _rejected,
    OrderCanceled: _canceled,
    OrderExpired: _expired,
    OrderFilled: _filled,
    OrderPendingCancel: _pending_cancel,
    OrderPendingReplace: _pending_replace,
    OrderReplaced: _replaced,
    CancelRejected: _cancel_rejected,
    AccountOpened: _account_opened,
    EntitlementSet: _entitlement_set,
    OrdersRetired: evolve_retired,
    OrdersRecalled: evolve_recalled,
}
"""Events order management cares about; every other event leaves it as it is."""
