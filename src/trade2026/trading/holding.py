"""Which orders the core keeps and sends itself, because their venue cannot do what they ask for."""

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import ExecutionInstruction, TimeInForce
from trade2026.model.events import Event, OrderApproved, OrderHeld
from trade2026.model.instrument import Instrument
from trade2026.oms.contingency import part_of, release
from trade2026.oms.held import trailing_trigger
from trade2026.oms.state import OmsState, Order, Working
from trade2026.oms.terms import STOPS
from trade2026.risk.state import OrderContext


def context_of(oms: OmsState, command: SubmitOrder) -> OrderContext | None:
    """What risk has to know of the list the order joins; None for an order on its own."""
    instructions = command.instructions
    if instructions is None or instructions.contingency_type is None:
        return None
    account = oms.accounts[command.account_id]
    shared = 0
    for order_id in account.lists.get(instructions.list_id, ()):
        other = oms.orders.get(order_id)
        if other is not None and other.side is command.side:
            shared += other.leaves_qty
    return OrderContext(is_exit=bool(instructions.parent_client_order_id), shared_qty=shared)


def hold_or_send(oms: OmsState, instrument: Instrument, approved: OrderApproved) -> tuple[Event, ...]:
    """Send what the venue can do; hold the rest, and send its first part where nothing keeps it waiting."""
    instructions = approved.instructions
    assert instructions is not None
    waits = approved.order_type in STOPS and approved.order_type not in instrument.order_types
    native = instrument.execution_instructions
    in_parts = instructions.display_qty > 0 and ExecutionInstruction.DISPLAY_QTY not in native
    ends_by_core = (
        approved.time_in_force is TimeInForce.GTD and TimeInForce.GTD not in instrument.times_in_force
    )
    account = oms.accounts[approved.account_id]
    parent_id = 0
    if instructions.parent_client_order_id:
        parent_id = account.requests[instructions.parent_client_order_id].order_id
    if not (waits or in_parts or ends_by_core or parent_id):
        return (approved,)
    trigger_price = instructions.trigger_price
    if waits and instructions.trailing_offset and trigger_price is None:
        trigger_price = trailing_trigger(
            instructions, approved.side, approved.reference_price, instrument.tick_size
        )
    armed_qty = approved.order_qty
    if parent_id:
        armed_qty = min(oms.orders[parent_id].cum_qty, approved.order_qty)
    held = OrderHeld(approved, trigger_price if waits else None, armed_qty)
    if waits or armed_qty == 0:
        return (held,)
    order = _as_held(approved, armed_qty, parent_id)
    quantity = part_of(order, armed_qty)
    text = "it waits for nothing"
    return (held, release(order, quantity, approved.now, text))


def _as_held(approved: OrderApproved, armed_qty: int, parent_id: int) -> Order:
    """The order as it will be once `OrderHeld` is applied."""
    return Order(
        approved.order_id, approved.account_id, approved.client_order_id, approved.trader_id,
        approved.strategy_id, approved.instrument_id, approved.side, approved.order_type,
        approved.time_in_force, approved.order_qty, approved.limit_price, approved.now,
        approved.session_open, approved.session_close, approved.instructions,
        working=Working.HELD, is_managed=True, armed_qty=armed_qty, parent_id=parent_id,
    )  # fmt: skip
