"""What releases, moves or ends an order that the core keeps; pure."""

from trade2026.model.commands import EndHeldOrder, MoveTrigger, TriggerOrder
from trade2026.model.enums import Side, TrailingOffsetType
from trade2026.model.events import Event, OrderCanceled, OrderExpired, TriggerMoved
from trade2026.model.instructions import OrderInstructions
from trade2026.oms.contingency import cancel_by_core, part_of, release
from trade2026.oms.state import OmsState, Order, Working
from trade2026.primitives.fixed_point import UNIT

_FULL_BPS = 10_000 * UNIT


def is_met(order: Order, price: int) -> bool:
    """Whether a price meets the trigger: at or above it for a buy, at or below it for a sell."""
    trigger = order.trigger_price
    if trigger is None:
        return False
    return price >= trigger if order.side is Side.BUY else price <= trigger


def decide_trigger(state: OmsState, command: TriggerOrder, largest: int | None) -> tuple[Event, ...]:
    """Release a held order whose trigger the price meets; nothing where it no longer waits for that.

    `largest` bounds a reduce-only order by what it may still reduce, None for others.
    """
    order = state.orders.get(command.order_id)
    if order is None or order.working is not Working.HELD or not is_met(order, command.price):
        return ()
    sendable = order.sendable_qty
    if order.parent_id and sendable == 0:
        return ()  # Its entry has no fill that it could exit.
    if largest is not None and largest < sendable:
        if largest <= 0:
            return (OrderCanceled(order.order_id, command.now, "reduce-only, and nothing is left to reduce"),)
        sendable = largest
    return (
        release(
            order,
            part_of(order, sendable),
            command.now,
            "its trigger was met",
            price=command.price,
            price_ts=command.ts_event,
        ),
    )


def trailing_trigger(instructions: OrderInstructions, side: Side, price: int, tick_size: int) -> int:
    """Where a trailing stop's trigger belongs with this as the best price, on the tick away from it.

    An offset in basis points is a share of the price, rounded to the side away from it.
    """
    offset = instructions.trailing_offset
    if instructions.trailing_offset_type is TrailingOffsetType.BASIS_POINTS:
        offset = -(-price * offset // _FULL_BPS)
    if side is Side.SELL:
        return (price - offset) // tick_size * tick_size
    return -(-(price + offset) // tick_size) * tick_size


def decide_move(state: OmsState, command: MoveTrigger, tick_size: int) -> tuple[Event, ...]:
    """Move a trailing stop's trigger with the price; it only ratchets, so a worse price moves nothing."""
    order = state.orders.get(command.order_id)
    if order is None or order.working is not Working.HELD or order.trigger_price is None:
        return ()
    instructions = order.instructions
    if instructions is None or instructions.trailing_offset == 0:
        return ()
    trigger = trailing_trigger(instructions, order.side, command.price, tick_size)
    is_better = trigger > order.trigger_price if order.side is Side.SELL else trigger < order.trigger_price
    if not is_better or trigger <= 0:
        return ()
    return (TriggerMoved(order.order_id, command.now, trigger, command.price),)


def decide_end(state: OmsState, command: EndHeldOrder) -> tuple[Event, ...]:
    """End an order whose time is over: at once where the core holds it, else by a cancel at the venue."""
    order = state.orders.get(command.order_id)
    if order is None or order.working is Working.DONE:
        return ()
    ends_at = order.ends_at
    if ends_at == 0 or command.now < ends_at:
        return ()
    if order.working is Working.HELD:
        return (OrderExpired(order.order_id, command.now, "its time ended while the core held it"),)
    return () if order.pending_cancel_id else (cancel_by_core(order, command.now),)
