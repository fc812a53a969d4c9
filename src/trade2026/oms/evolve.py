"""Applies events to the order state it owns; one handler per event, none decides anything."""

from collections.abc import Callable
from typing import Any, Final

from trade2026.model.events import (
    AccountOpened,
    CancelRejected,
    EntitlementSet,
    FillBusted,
    OrderAcknowledged,
    OrderApproved,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderNotReceived,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrdersRecalled,
    OrdersRetired,
    OrderSuspended,
    OrderUnknown,
    ParkedReportTaken,
    ReplaceRefused,
    ReportParked,
)
from trade2026.oms.evolve_held import HELD_HANDLERS, enter
from trade2026.oms.index import index_order, note_request
from trade2026.oms.parts import is_of_earlier_part
from trade2026.oms.retire import evolve_recalled, evolve_retired
from trade2026.oms.state import (
    AccountOrders,
    Booked,
    DoneReason,
    OmsState,
    Order,
    PendingReplace,
    Request,
    SubmitBody,
    Working,
)
from trade2026.oms.terms import OWN_PREFIX

_SENT: Final = Working.SENT
_WORKING: Final = Working.WORKING
_DONE: Final = Working.DONE
_HELD: Final = Working.HELD
_FILLED: Final = DoneReason.FILLED


def _refused(state: OmsState, event: OrderRefused) -> None:
    body: SubmitBody = (
        event.instrument_id, event.strategy_id, event.side, event.order_type, event.time_in_force,
        event.order_qty, event.limit_price, event.instructions,
    )  # fmt: skip
    account = state.accounts[event.account_id]
    account.requests[event.client_order_id] = Request(0, body, None, event)
    account.refused[event.client_order_id] = None


def _replace_refused(state: OmsState, event: ReplaceRefused) -> None:
    body = (event.order_id, event.order_qty, event.limit_price, event.trigger_price)
    requests = state.accounts[event.account_id].requests
    if event.client_order_id not in requests:  # Else it is the first answer again.
        note_request(state.orders[event.order_id], event.client_order_id)
    requests[event.client_order_id] = Request(0, None, body, event)


def _finish(state: OmsState, order: Order, reason: DoneReason) -> None:
    order.working = _DONE
    order.done_reason = reason
    state.accounts[order.account_id].open_orders.pop(order.order_id, None)
    if order.is_managed:
        index_order(state, order)


def _end(state: OmsState, order_id: int, reason: DoneReason) -> None:
    order = state.orders[order_id]
    order.pending_cancel_id = ""  # What was pending is answered by the end itself.
    order.pending_replaces = ()
    order.unknown_ids = ()
    order.venue_hold = None
    _finish(state, order, reason)


def _seen(order: Order) -> None:
    """The venue gave a sign of the order: that it was received is known; requests to change it are not."""
    asked = {order.pending_cancel_id, *(each.client_order_id for each in order.pending_replaces)}
    order.unknown_ids = tuple(each for each in order.unknown_ids if each in asked)


def _known(order: Order, client_order_id: str) -> None:
    """A request was answered."""
    order.unknown_ids = tuple(each for each in order.unknown_ids if each != client_order_id)


def _acknowledged(state: OmsState, event: OrderAcknowledged) -> None:
    order = state.orders[event.order_id]
    if event.venue_order_id:
        order.venue_order_id = event.venue_order_id
    if order.working is _SENT:
        order.working = _WORKING
    if order.unknown_ids:
        _seen(order)


def _rejected(state: OmsState, event: OrderRejected) -> None:
    _end(state, event.order_id, DoneReason.REJECTED)


def _canceled(state: OmsState, event: OrderCanceled) -> None:
    order = state.orders[event.order_id]
    order.prevented_qty += event.prevented_qty
    if event.client_order_id:  # A request that the core answered itself.
        requests = state.accounts[order.account_id].requests
        requests[event.client_order_id] = Request(event.order_id, None, (event.order_id, None, None, None))
        note_request(order, event.client_order_id)
    _end(state, event.order_id, DoneReason.CANCELED)


def _expired(state: OmsState, event: OrderExpired) -> None:
    state.orders[event.order_id].prevented_qty += event.prevented_qty
    _end(state, event.order_id, DoneReason.EXPIRED)


def _not_received(state: OmsState, event: OrderNotReceived) -> None:
    _end(state, event.order_id, DoneReason.NOT_RECEIVED)


def _filled(state: OmsState, event: OrderFilled) -> None:
    order = state.orders[event.order_id]
    order.cum_qty = event.cum_qty
    account = state.accounts[event.account_id]
    executions = account.executions.get(event.instrument_id)
    if executions is None:
        executions = account.executions[event.instrument_id] = {}
    executions[event.execution_id] = Booked(
        event.order_id,
        event.last_qty,
        event.last_px,
        event.commission,
        event.commission_currency,
        part_id=event.part_id,
    )
    is_earlier = order.is_managed and is_of_earlier_part(account, order, event.part_id)
    if order.is_managed and not is_earlier:
        order.leg_cum += event.last_qty
    if order.unknown_ids:
        _seen(order)
    if order.execution_ids is None:
        order.execution_ids = [event.execution_id]
    else:
        order.execution_ids.append(event.execution_id)
    if order.working is not _DONE and event.leaves_qty == 0:
        _finish(state, order, _FILLED)
    elif order.working is not _DONE and not is_earlier:  # It tells nothing of the part that is there now.
        if order.is_managed and order.leg_cum >= order.leg_qty and not order.pending_replaces:
            order.working = _HELD
            index_order(state, order)
        else:
            order.working = _WORKING
    if account.parked:
        _ripen(state, account, event)


def _ripen(state: OmsState, account: AccountOrders, event: OrderFilled) -> None:
    """What waited for this execution is decided next."""
    parked = account.parked.get(event.instrument_id)
    report = None if parked is None else parked.pop(event.execution_id, None)
    if report is not None:
        state.ripe.append(report)
    if parked is not None and not parked:
        del account.parked[event.instrument_id]


def _parked(state: OmsState, event: ReportParked) -> None:
    report = event.report
    parked = state.accounts[report.account_id].parked.setdefault(report.instrument_id, {})
    parked[report.ref_execution_id] = report


def _taken(state: OmsState, event: ParkedReportTaken) -> None:
    state.ripe.pop(0)


def _busted(state: OmsState, event: FillBusted) -> None:
    order = state.orders[event.order_id]
    account = state.accounts[event.account_id]
    booked = account.executions[event.instrument_id][event.ref_execution_id]
    booked.is_busted = True
    order.cum_qty = event.cum_qty
    if order.is_managed and not event.is_earlier_part:
        order.leg_cum = max(order.leg_cum - event.last_qty, 0)
        if order.working is _HELD and order.leg_cum < order.leg_qty:  # The part is at work again.
            order.working = _WORKING
            index_order(state, order)
    if event.is_reopened:
        order.working = _WORKING
        order.done_reason = None
        account.open_orders[order.order_id] = None
        if order.is_managed:
            index_order(state, order)
    if event.correction is not None:
        booked.superseded_by = event.correction.execution_id
        state.ripe.append(event.correction)


def _count_own(order: Order, client_order_id: str) -> None:
    if client_order_id.startswith(OWN_PREFIX):
        order.legs += 1


def _pending_cancel(state: OmsState, event: OrderPendingCancel) -> None:
    order = state.orders[event.order_id]
    order.pending_cancel_id = event.client_order_id
    _count_own(order, event.client_order_id)
    note_request(order, event.client_order_id)
    requests = state.accounts[event.account_id].requests
    requests[event.client_order_id] = Request(event.order_id, None, (event.order_id, None, None, None))


def _pending_replace(state: OmsState, event: OrderPendingReplace) -> None:
    order = state.orders[event.order_id]
    pending = PendingReplace(event.client_order_id, event.order_qty, event.limit_price)
    order.pending_replaces = (*order.pending_replaces, pending)
    _count_own(order, event.client_order_id)
    body = (event.order_id, event.order_qty, event.limit_price, event.trigger_price)
    note_request(order, event.client_order_id)
    state.accounts[event.account_id].requests[event.client_order_id] = Request(event.order_id, None, body)


def _drop_replace(order: Order, client_order_id: str) -> None:
    order.pending_replaces = tuple(
        each for each in order.pending_replaces if each.client_order_id != client_order_id
    )
    if order.unknown_ids:
        _known(order, client_order_id)


def _replaced(state: OmsState, event: OrderReplaced) -> None:
    order = state.orders[event.order_id]
    _drop_replace(order, event.client_order_id)
    if order.unknown_ids:
        _seen(order)
    order.order_qty = event.order_qty
    order.limit_price = event.limit_price
    if order.working is _HELD:  # The core's own answer.
        order.trigger_price = event.trigger_price
        body = (event.order_id, event.order_qty, event.limit_price, event.trigger_price)
        requests = state.accounts[order.account_id].requests
        requests[event.client_order_id] = Request(event.order_id, None, body)
        note_request(order, event.client_order_id)
        index_order(state, order)
        return
    if not order.is_overtaken(event.client_order_id, event.ts_event):
        order.client_order_id = event.client_order_id
        order.ts_terms = event.ts_event
    if order.is_managed:
        order.leg_qty = event.leg_qty
    _settle_total(state, order)
    _keep_rest(state, order)


def _keep_rest(state: OmsState, order: Order) -> None:
    """A part that filled while its replace was unanswered: the rest is with the core again."""
    is_used_up = order.is_managed and order.leg_cum >= order.leg_qty and not order.pending_replaces
    if is_used_up and order.working is not _DONE and order.leaves_qty:
        order.working = _HELD
        index_order(state, order)


def _settle_total(state: OmsState, order: Order) -> None:
    """After another total: done when all of it is filled, at work again when not."""
    if order.cum_qty + order.prevented_qty >= order.order_qty:
        if order.working is not _DONE:
            _finish(state, order, _FILLED)
    elif order.done_reason is _FILLED:  # Filled while a larger total was on its way: it works again.
        order.working = _WORKING
        order.done_reason = None
        state.accounts[order.account_id].open_orders[order.order_id] = None


def _restated(state: OmsState, event: OrderRestated) -> None:
    order = state.orders[event.order_id]
    is_by_core = order.is_managed and not event.leg_qty and event.order_qty != order.order_qty
    order.order_qty = event.order_qty
    order.limit_price = event.limit_price
    if order.working is _HELD:
        return
    if not is_by_core:  # What the core takes off an order tells nothing of what is at the venue.
        order.venue_hold = None
        _seen(order)
        if order.working is _SENT:
            order.working = _WORKING
    if event.leg_qty:
        order.leg_qty = event.leg_qty
    _settle_total(state, order)
    _keep_rest(state, order)


def _suspended(state: OmsState, event: OrderSuspended) -> None:
    order = state.orders[event.order_id]
    order.venue_hold = event.exec_type
    _seen(order)
    if order.working is _SENT:
        order.working = _WORKING


def _cancel_rejected(state: OmsState, event: CancelRejected) -> None:
    order = state.orders[event.order_id]
    if event.was_replace:
        _drop_replace(order, event.client_order_id)
        _keep_rest(state, order)
    else:  # So are those before it, of which nothing was known.
        order.pending_cancel_id = ""
        others = {order.client_order_id, *(each.client_order_id for each in order.pending_replaces)}
        order.unknown_ids = tuple(each for each in order.unknown_ids if each in others)


def _unknown(state: OmsState, event: OrderUnknown) -> None:
    order = state.orders[event.order_id]
    order.unknown_ids = (*order.unknown_ids, event.client_order_id)


def _account_opened(state: OmsState, event: AccountOpened) -> None:
    state.accounts[event.account.account_id] = AccountOrders(event.account, {}, {}, {})


def _entitlement_set(state: OmsState, event: EntitlementSet) -> None:
    kept = state.accounts[event.account_id]
    kept.account = kept.account.with_entitlement(event.trader_id, event.entitled)


HANDLERS: dict[type, Callable[[OmsState, Any], object]] = {
    OrderApproved: enter,
    OrderRefused: _refused,
    ReplaceRefused: _replace_refused,
    OrderAcknowledged: _acknowledged,
    OrderRejected: _rejected,
    OrderCanceled: _canceled,
    OrderExpired: _expired,
    OrderNotReceived: _not_received,
    OrderFilled: _filled,
    FillBusted: _busted,
    ReportParked: _parked,
    ParkedReportTaken: _taken,
    OrderPendingCancel: _pending_cancel,
    OrderPendingReplace: _pending_replace,
    OrderReplaced: _replaced,
    OrderRestated: _restated,
    OrderSuspended: _suspended,
    CancelRejected: _cancel_rejected,
    OrderUnknown: _unknown,
    AccountOpened: _account_opened,
    EntitlementSet: _entitlement_set,
    **HELD_HANDLERS,
    OrdersRetired: evolve_retired,
    OrdersRecalled: evolve_recalled,
}
"""Events order management cares about; every other event leaves it as it is."""
