"""What one order of a list means for the others, and what a managed order sends next; pure.

A fill arms the children of an entry, takes as much off the other order of an OCO pair, and lets the core
send the next part of an order that it sends in parts. All of it follows a fill or an end, in its frame.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import AlarmKind, OrderType, TimeInForce
from trade2026.model.events import (
    AlarmRaised,
    CancelRejected,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderFilled,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderReleased,
    OrderReplaced,
    OrderRestated,
)
from trade2026.model.instructions import SENT_AS, OrderInstructions
from trade2026.oms.parts import is_of_earlier_part
from trade2026.oms.state import AccountOrders, OmsState, Order, Working
from trade2026.oms.terms import STOPS, own_id
from trade2026.primitives.fixed_point import format_raw

Follow = (
    OrderArmed
    | OrderReleased
    | OrderRestated
    | OrderCanceled
    | OrderPendingCancel
    | OrderPendingReplace
    | AlarmRaised
)

_PAIR: Final = 2


def is_in_list(order: Order) -> bool:
    """Whether fills of other orders change this one."""
    return order.instructions is not None and order.instructions.contingency_type is not None


def siblings(state: OmsState, order: Order) -> list[Order]:
    """The other orders of its OCO pair, in memory still."""
    instructions = order.instructions
    if instructions is None or not instructions.list_id:
        return []
    ids = state.accounts[order.account_id].lists.get(instructions.list_id, ())
    return [state.orders[each] for each in ids if each != order.order_id and each in state.orders]


def parent_of(account: AccountOrders, command: SubmitOrder) -> int:
    """The id of the order whose fills arm the one asked for; 0 for none."""
    instructions = command.instructions
    if instructions is None or not instructions.parent_client_order_id:
        return 0
    request = account.requests.get(instructions.parent_client_order_id)
    return 0 if request is None else request.order_id


def unfit_for_list(state: OmsState, account: AccountOrders, command: SubmitOrder) -> str | None:
    """Why the order cannot join the list or follow the parent it names; None when it can."""
    instructions = command.instructions
    if instructions is None or instructions.contingency_type is None:
        return None
    if instructions.parent_client_order_id:
        problem = _unfit_for_parent(state.orders.get(parent_of(account, command)), command)
        if problem is not None:
            return problem
    listed = [state.orders.get(each) for each in account.lists.get(instructions.list_id, ())]
    if len(listed) >= _PAIR:
        return f"list_id {instructions.list_id!r} has two orders already; choose another"
    for other in listed:
        if other is None or other.working is Working.DONE:
            return f"the other order of list {instructions.list_id!r} is done; choose another list_id"
        if other.instrument_id != command.instrument_id or other.parent_id != parent_of(account, command):
            return f"orders of list {instructions.list_id!r} must share instrument and parent"
        if other.order_qty != command.order_qty:
            return f"orders of list {instructions.list_id!r} must have one order_qty"
    return None


def _unfit_for_parent(parent: Order | None, command: SubmitOrder) -> str | None:
    instructions = command.instructions
    assert instructions is not None
    if parent is None:
        name = instructions.parent_client_order_id
        return f"parent_client_order_id {name!r} names no order of the account; send the entry first"
    if parent.working is Working.DONE and not parent.cum_qty:
        return f"the entry {parent.order_id} is {parent.done_reason} without a fill; there is nothing to exit"
    if parent.parent_id:
        return f"the entry {parent.order_id} is itself a child; a child has no children"
    if parent.instrument_id != command.instrument_id or parent.side is command.side:
        return "an exit must be in the instrument of its entry, on the other side"
    if command.order_qty > parent.order_qty:
        return f"order_qty of an exit must be at most the {format_raw(parent.order_qty)} of its entry"
    return None


# ------------------------------------------------------------------------------------ what is sent next


def release(
    order: Order, order_qty: int, now: int, text: str, *, price: int = 0, price_ts: int = 0
) -> OrderReleased:
    """The next part of a managed order as it goes to the venue; `price` met its trigger, 0 for none.

    The first part goes under the order's own client id, later ones under ids of the core. A stop whose
    trigger was met goes as MARKET or LIMIT; its GTD end is the core's, so the venue is told GTC.
    """
    leg_id = order.client_order_id if order.legs == 0 else own_id(order.order_id, order.legs)
    leg = leg_of(
        order,
        leg_id,
        order_qty,
        now,
        is_triggered=price > 0 or order.legs > 0,
        reference=(price or order.limit_price or 0, price_ts or now),
    )
    return OrderReleased(order.order_id, now, leg, price, price_ts, text)


def leg_of(
    order: Order, leg_id: str, order_qty: int, now: int, *, is_triggered: bool, reference: tuple[int, int]
) -> OrderApproved:
    """A part of a managed order in the terms that its venue understands."""
    time_in_force = TimeInForce.GTC if order.time_in_force is TimeInForce.GTD else order.time_in_force
    order_type = SENT_AS.get(order.order_type, order.order_type) if is_triggered else order.order_type
    return OrderApproved(
        order.order_id, now, order.account_id, leg_id, order.trader_id, order.strategy_id,
        order.instrument_id, order.side, order_type, time_in_force, order_qty, order.limit_price,
        *reference, 0, order.session_open, order.session_close, _leg_instructions(order, order_type),
    )  # fmt: skip


def _leg_instructions(order: Order, order_type: OrderType) -> OrderInstructions | None:
    """What of the instructions is left for the venue: post-only, and a stop that is its own to trigger."""
    asked = order.instructions
    if asked is None:
        return None
    if order_type in STOPS:
        return msgspec.structs.replace(asked, display_qty=0, expire_time=0)
    return OrderInstructions(post_only=True) if asked.post_only else None


def part_of(order: Order, sendable: int) -> int:
    """How much of what may be sent goes out at a time."""
    shown = 0 if order.instructions is None else order.instructions.display_qty
    return min(shown, sendable) if shown else sendable


def _next_part(order: Order, fill: OrderFilled) -> Iterator[Follow]:
    """After a fill of a managed order: the rest, where what is at the venue is used up.

    Not while the venue may still take a larger quantity for the part that has filled: both would be out.
    """
    is_used_up = order.leg_cum + fill.last_qty >= order.leg_qty
    if is_used_up and fill.leaves_qty and not order.pending_replaces:
        yield from _go_on(order, fill.cum_qty, _allowed(order, order.order_qty), fill.ts_event)


def after_replace(
    order: Order, answer: OrderReplaced | CancelRejected, cum_qty: int, now: int
) -> Iterator[Follow]:
    """After the last answer to a replace of a managed order whose part has filled meanwhile: the rest."""
    if not order.is_managed or order.working is Working.DONE or len(order.pending_replaces) != 1:
        return
    leg_qty, total = order.leg_qty, order.order_qty
    if isinstance(answer, OrderReplaced):
        leg_qty, total = answer.leg_qty, answer.order_qty
    if order.leg_cum >= leg_qty and total > cum_qty:
        yield from _go_on(order, cum_qty, _allowed(order, total), now)


def after_restate(order: Order, event: OrderRestated) -> Iterator[Follow]:
    """After the venue changed the part that it has: as much more or less may be sent, and perhaps the rest.

    What it took off, to keep the order from trading with another of ours, is not sent again.
    """
    allowed = _allowed(order, event.order_qty)
    change = event.order_qty - order.order_qty
    if order.parent_id and change:
        armed = max(order.armed_qty + change, 0)
        allowed = min(armed, event.order_qty)
        yield OrderArmed(order.order_id, event.ts_event, armed)
    is_used_up = order.leg_cum >= event.leg_qty and not order.pending_replaces
    if is_used_up and order.working is not Working.DONE and event.order_qty > order.cum_qty:
        yield from _go_on(order, order.cum_qty, allowed, event.ts_event)


def _allowed(order: Order, total: int) -> int:
    """How much may be filled of it in all, with such a total."""
    return min(order.armed_qty, total) if order.parent_id else total


def _go_on(order: Order, cum_qty: int, allowed: int, now: int) -> Iterator[Follow]:
    if order.pending_cancel_id:
        yield OrderCanceled(order.order_id, now, "the rest was held by the core")
        return
    if allowed > cum_qty:
        quantity = part_of(order, allowed - cum_qty)
        yield release(order, quantity, now, "the part before it has filled")


# ------------------------------------------------------------------------------------ after a fill


def after_fill(state: OmsState, fill: OrderFilled, added: int) -> Iterator[Follow]:
    """What else happens in the frame of a fill that is not evolved yet.

    `added`: what it fills more than an execution that it corrects; the other order of a pair gave way to
    that one already.
    """
    order = state.orders[fill.order_id]
    pair = siblings(state, order)
    is_earlier = is_of_earlier_part(state.accounts[order.account_id], order, fill.part_id)
    if not is_earlier:  # The total moves with a fill of an earlier part.
        yield from _too_much(state, order, pair, fill)
    if order.is_managed and order.working is not Working.DONE and not is_earlier:
        yield from _next_part(order, fill)
    for child_id in state.accounts[order.account_id].children.get(order.order_id, ()):
        child = state.orders.get(child_id)
        if child is not None and child.working is not Working.DONE:
            yield from _arm(state, child, fill.cum_qty, fill.ts_event)
    for other in pair:
        if other.working is not Working.DONE and added > 0:
            yield from _reduce(other, added, fill.ts_event)


def _too_much(state: OmsState, order: Order, pair: list[Order], fill: OrderFilled) -> Iterator[AlarmRaised]:
    """Both orders of a pair filled more than one of them should, or the order more than its total."""
    kind, filled = AlarmKind.DOUBLE_FILL, fill.cum_qty + sum(other.cum_qty for other in pair)
    allowed = order.pair_qty
    if order.parent_id and order.parent_id in state.orders:
        allowed = min(allowed or order.order_qty, state.orders[order.parent_id].cum_qty)
    if not pair or filled <= allowed:
        kind, filled = AlarmKind.OVERFILL, fill.cum_qty
        allowed = max(order.order_qty, *(each.order_qty for each in order.pending_replaces), 0)
    if filled > allowed and not (order.is_managed and kind is AlarmKind.OVERFILL and order.pending_replaces):
        text = f"order {order.order_id} has {format_raw(filled)} filled of {format_raw(allowed)}"
        yield AlarmRaised(fill.ts_event, kind, order.account_id, order.order_id, text)


def _arm(state: OmsState, child: Order, parent_cum: int, now: int) -> Iterator[Follow]:
    """Let as much of a child be sent as its parent has filled and its sibling has not."""
    taken = sum(other.cum_qty for other in siblings(state, child))
    armed = min(max(parent_cum - taken, 0), child.order_qty)
    if armed <= child.armed_qty:
        return
    yield OrderArmed(child.order_id, now, armed)
    if child.trigger_price is not None:
        return
    allowed = armed - child.cum_qty  # Nothing, where both orders of a pair have filled too much.
    if child.working is Working.HELD:
        if allowed > 0:
            text = "its entry has filled as much"
            yield release(child, part_of(child, allowed), now, text)
    elif not child.pending_cancel_id and not (child.instructions and child.instructions.display_qty):
        total = min(_leg_total(child) + armed - child.armed_qty, child.leg_cum + allowed)
        if total > _leg_total(child):
            yield _change(child, total, now)


def _leg_total(order: Order) -> int:
    """The quantity that the venue has, or is to have, of the part that is there."""
    if order.pending_replaces:
        return order.pending_replaces[-1].order_qty
    return order.leg_qty if order.is_managed else order.order_qty


def _change(order: Order, total: int, now: int) -> OrderPendingReplace:
    """Ask the venue for another quantity under an id of the core."""
    name = own_id(order.order_id, order.legs)
    return OrderPendingReplace(
        order.order_id, now, order.account_id, name, order.client_order_id, order.instrument_id, total,
        order.limit_price, order.limit_price or 0, 0,
    )  # fmt: skip


def _reduce(other: Order, filled: int, now: int) -> Iterator[Follow]:
    """Take what one of a pair has filled off the other."""
    text = "the other order of its list has filled as much"
    if other.working is Working.HELD:
        total = max(other.order_qty - filled, other.cum_qty)
        if total == other.cum_qty:
            yield OrderCanceled(other.order_id, now, text)
            return
        if other.parent_id:
            yield OrderArmed(other.order_id, now, max(other.armed_qty - filled, 0))
        yield OrderRestated(other.order_id, now, total, other.limit_price, text)
        return
    if other.pending_cancel_id:
        return
    left = _leg_total(other) - filled
    used = other.leg_cum if other.is_managed else other.cum_qty
    if left <= used:
        yield cancel_by_core(other, now)
    else:
        if other.parent_id:
            yield OrderArmed(other.order_id, now, max(other.armed_qty - filled, 0))
        yield _change(other, left, now)


def cancel_by_core(order: Order, now: int) -> OrderPendingCancel:
    """Ask the venue for the end of an order under an id of the core."""
    name = own_id(order.order_id, order.legs)
    return OrderPendingCancel(
        order.order_id, now, order.account_id, name, order.client_order_id, order.instrument_id
    )


def after_end(state: OmsState, order: Order, cum_qty: int, now: int) -> Iterator[Follow]:
    """What the end of an entry means for its exits: without a fill they end too."""
    for child_id in state.accounts[order.account_id].children.get(order.order_id, ()):
        child = state.orders.get(child_id)
        if child is None or child.working is Working.DONE:
            continue
        total = max(child.armed_qty, child.cum_qty)
        is_held = child.working is Working.HELD
        if is_held and total == child.cum_qty:
            why = (
                "its entry ended, and nothing is left to exit"
                if cum_qty
                else "its entry ended without a fill"
            )
            yield OrderCanceled(child.order_id, now, why)
        elif total < child.order_qty:
            text = "its entry ended with as much filled"
            yield OrderRestated(child.order_id, now, total, child.limit_price, text)
