"""Checks of an order's terms against its instrument: what the venue takes, and what the core does instead."""

from typing import Final

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import ExecutionInstruction, Side, TimeInForce
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.model.instructions import SENT_AS
from trade2026.model.instrument import Instrument
from trade2026.primitives.fixed_point import format_raw
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.state import Exposure, OrderContext, RiskState

_BUY: Final = Side.BUY


def _takes(instrument: Instrument, order: SubmitOrder) -> bool:
    """Whether the venue takes what the core would send in place of type and time in force."""
    order_type, time_in_force = order.order_type, order.time_in_force
    types, times = instrument.order_types, instrument.times_in_force
    if order_type not in types and SENT_AS.get(order_type) not in types:
        return False
    return time_in_force in times or (time_in_force is TimeInForce.GTD and TimeInForce.GTC in times)


def check_terms(instrument: Instrument, order: SubmitOrder, found: list[RiskFailure]) -> None:
    """Order type and time in force, tick and lot."""
    if (
        order.order_type not in instrument.order_types or order.time_in_force not in instrument.times_in_force
    ) and not _takes(instrument, order):
        allowed = ", ".join((*instrument.order_types, *instrument.times_in_force))
        used = f"{order.order_type} {order.time_in_force}"
        found.append(
            RiskFailure(RiskCheck.ORDER_TYPE, allowed, used, f"{instrument.venue} does not take {used}")
        )
    limit_price = order.limit_price
    if limit_price is not None and (limit_price <= 0 or limit_price % instrument.tick_size):
        text = "limit_price must be a positive multiple of the tick size; it is never rounded"
        found.append(
            RiskFailure(RiskCheck.TICK_SIZE, format_raw(instrument.tick_size), format_raw(limit_price), text)
        )
    quantity = order.order_qty
    if quantity % instrument.lot_size:
        text = "order_qty must be a multiple of the lot size; it is never rounded"
        found.append(
            RiskFailure(RiskCheck.LOT_SIZE, format_raw(instrument.lot_size), format_raw(quantity), text)
        )
    elif quantity < instrument.min_qty:
        text = f"order_qty is below the smallest that {instrument.venue} takes"
        found.append(
            RiskFailure(RiskCheck.LOT_SIZE, format_raw(instrument.min_qty), format_raw(quantity), text)
        )
    elif instrument.max_qty and quantity > instrument.max_qty:
        text = f"order_qty is above the largest that {instrument.venue} takes"
        found.append(
            RiskFailure(RiskCheck.LOT_SIZE, format_raw(instrument.max_qty), format_raw(quantity), text)
        )


def check_instructions(
    exposure: Exposure,
    order: SubmitOrder,
    replaced: OpenOrder | None,
    context: OrderContext | None,
    found: list[RiskFailure],
) -> None:
    """Triggers, display, end, post-only and reduce-only."""
    instrument, instructions = exposure.instrument, order.instructions
    assert instructions is not None
    if instructions.post_only and ExecutionInstruction.POST_ONLY not in instrument.execution_instructions:
        text = f"{instrument.venue} has no post-only orders, and the core cannot promise it in its place"
        found.append(RiskFailure(RiskCheck.ORDER_TYPE, "", ExecutionInstruction.POST_ONLY, text))
    if instructions.display_qty % instrument.lot_size:
        text = "display_qty must be a multiple of the lot size; it is never rounded"
        used = format_raw(instructions.display_qty)
        found.append(RiskFailure(RiskCheck.LOT_SIZE, format_raw(instrument.lot_size), used, text))
    if order.time_in_force is TimeInForce.GTD and instructions.expire_time <= order.now:
        text = "expire_time is not after now"
        found.append(RiskFailure(RiskCheck.EXPIRE_TIME, str(order.now), str(instructions.expire_time), text))
    _check_trigger(instrument, order, context, found)
    if instructions.reduce_only and (context is None or not context.is_exit):
        shared = 0 if context is None else context.shared_qty
        _check_reduces(exposure, order, replaced, shared, found)


def _check_trigger(
    instrument: Instrument, order: SubmitOrder, context: OrderContext | None, found: list[RiskFailure]
) -> None:
    """On the tick, and on the side of the price where it waits; an exit waits for its entry first."""
    instructions = order.instructions
    trigger = None if instructions is None else instructions.trigger_price
    if trigger is None:
        return
    if trigger % instrument.tick_size:
        text = "trigger_price must be a multiple of the tick size; it is never rounded"
        limit = format_raw(instrument.tick_size)
        found.append(RiskFailure(RiskCheck.TICK_SIZE, limit, format_raw(trigger), text))
    reference = order.reference_price
    if reference is None or (context is not None and context.is_exit):
        return
    is_met = trigger <= reference if order.side is _BUY else trigger >= reference
    if is_met:
        where = "above" if order.side is _BUY else "below"
        text = f"trigger_price of a {order.side} must be {where} the price, else it is met at once"
        found.append(RiskFailure(RiskCheck.TRIGGER_PRICE, format_raw(reference), format_raw(trigger), text))


def reducible(state: RiskState, account_id: str, instrument_id: str, side: Side) -> int:
    """How much an order of this side could still take off the position, 0 for none, raw."""
    exposure = state.accounts[account_id].exposures.get(instrument_id)
    quantity = 0 if exposure is None else exposure.quantity
    return max(-quantity if side is _BUY else quantity, 0)


def _check_reduces(
    exposure: Exposure, order: SubmitOrder, replaced: OpenOrder | None, shared: int, found: list[RiskFailure]
) -> None:
    """Whether the order takes off the position even when all other open orders of its side fill too.

    The other order of its pair is left out: at most one of both is meant to fill.
    """
    held = shared if replaced is None else replaced.leaves
    cum_qty = 0 if replaced is None else replaced.cum_qty
    if order.side is _BUY:
        free = -exposure.quantity - (exposure.open_buy - held)
    else:
        free = exposure.quantity - (exposure.open_sell - held)
    leaves = order.order_qty - cum_qty
    if leaves > max(free, 0):
        text = "a reduce-only order must be at most the position less what is being closed already"
        limit = format_raw(max(free, 0))
        found.append(RiskFailure(RiskCheck.REDUCE_ONLY, limit, format_raw(leaves), text))
