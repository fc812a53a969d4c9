"""Outcomes that are not known, and the proof that something never arrived; nothing here is a guess."""

from trade2026.model.commands import MarkUnknown, ResolveNotReceived
from trade2026.model.enums import ExecType
from trade2026.model.events import CancelRejected, Event, InvalidTransition, OrderNotReceived, OrderUnknown
from trade2026.oms.contingency import after_end, after_replace
from trade2026.oms.state import OmsState, Order, Working


def decide_unknown(state: OmsState, command: MarkUnknown) -> tuple[Event, ...]:
    """Mark a request that the venue has not answered; nothing where it has, or where it was marked before."""
    order = _order_of(state, command)
    if order is None or command.client_order_id in order.unknown_ids:
        return ()
    if not is_unanswered(order, command.client_order_id):
        return ()
    return (OrderUnknown(order.order_id, command.now, command.client_order_id, command.text),)


def decide_not_received(state: OmsState, command: ResolveNotReceived) -> tuple[Event, ...]:
    """Take the proof that a request never arrived: an order ends, a change of one is refused.

    A proof against what the venue has said contradicts itself, and is journaled as such.
    """
    name = command.client_order_id
    order = _order_of(state, command)
    if order is None or not is_unanswered(order, name):
        text = f"{name!r} waits for no answer; that it was never received cannot be: {command.evidence}"
        return (InvalidTransition(command.account_id, name, ExecType.REJECTED, command.now, text),)
    if name == order.pending_cancel_id or any(
        each.client_order_id == name for each in order.pending_replaces
    ):
        was_replace = name != order.pending_cancel_id
        text = f"never received: {command.evidence}"
        refused = CancelRejected(order.order_id, command.now, name, was_replace, text)
        if not was_replace:
            return (refused,)
        return (refused, *after_replace(order, refused, order.cum_qty, command.now))
    event = OrderNotReceived(order.order_id, command.now, name, command.evidence)
    return (event, *after_end(state, order, order.cum_qty, command.now))


def _order_of(state: OmsState, command: MarkUnknown | ResolveNotReceived) -> Order | None:
    account = state.accounts.get(command.account_id)
    request = None if account is None else account.requests.get(command.client_order_id)
    return None if request is None else state.orders.get(request.order_id)


def is_unanswered(order: Order, client_order_id: str) -> bool:
    """Whether the venue owes an answer to this request: the order itself, its cancel or a replace."""
    return client_order_id in unanswered(order)


def is_outstanding(order: Order) -> bool:
    """Whether the venue may still fill it, or owes an answer about it."""
    if order.pending_cancel_id or order.pending_replaces:
        return True
    return order.working in (Working.SENT, Working.WORKING)


def unanswered(order: Order) -> list[str]:
    """Client order ids of the requests of an order that no report has answered."""
    names = [order.client_order_id] if order.working is Working.SENT else []
    names += [each.client_order_id for each in order.pending_replaces]
    return [*names, order.pending_cancel_id] if order.pending_cancel_id else names
