"""Order management's answers to requests: pure, first no wins, nothing changes here."""

from typing import Final

from trade2026.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from trade2026.model.enums import OrderType, TimeInForce
from trade2026.model.events import (
    OrderCanceled,
    OrderDenied,
    OrderPendingCancel,
    OrderRefused,
    OrderRepeated,
    ReplaceRefused,
)
from trade2026.model.events.order import DenialReason
from trade2026.oms.contingency import is_in_list, unfit_for_list
from trade2026.oms.state import OmsState, Order, Request, Working
from trade2026.oms.terms import STOPS, malformed, malformed_id, malformed_instructions
from trade2026.primitives.fixed_point import INT64_MAX, format_raw

_GTD: Final = TimeInForce.GTD
_REPLACES_MAX: Final = 8

Answer = OrderDenied | OrderRepeated | OrderRefused | ReplaceRefused


def decide_submit(state: OmsState, command: SubmitOrder) -> Answer | None:
    """None when the order may go on to risk, else why not, or the first answer to a repeated request."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return _deny(
            command, DenialReason.UNKNOWN_ACCOUNT, f"account_id was {command.account_id!r}; open it first"
        )
    client_order_id = command.client_order_id
    request = account.requests.get(client_order_id)
    if request is not None:
        return _repeat_submit(command, request)
    problem = malformed_id(client_order_id)
    if problem is None:
        problem = malformed(command.order_type, command.order_qty, command.limit_price)
    if problem is None and (
        command.instructions is not None or command.order_type in STOPS or command.time_in_force is _GTD
    ):
        problem = malformed_instructions(command) or unfit_for_list(state, account, command)
    return None if problem is None else _deny(command, DenialReason.MALFORMED, problem)


def _repeat_submit(command: SubmitOrder, request: Request) -> Answer:
    body = (
        command.instrument_id, command.strategy_id, command.side, command.order_type, command.time_in_force,
        command.order_qty, command.limit_price, command.instructions,
    )  # fmt: skip
    if request.submit != body:
        return _deny(
            command,
            DenialReason.DUPLICATE_CLIENT_ORDER_ID,
            f"client_order_id {command.client_order_id!r} was used for another request; choose a new one",
        )
    if request.refusal is not None:
        return request.refusal
    return OrderRepeated(command.now, command.account_id, command.client_order_id, request.order_id)


def _deny(
    command: SubmitOrder | CancelOrder | ReplaceOrder, reason: DenialReason, text: str, order_id: int = 0
) -> OrderDenied:
    return OrderDenied(command.now, command.account_id, command.client_order_id, order_id, reason, text)


def decide_cancel(state: OmsState, command: CancelOrder) -> OrderPendingCancel | OrderCanceled | Answer:
    """Whether the cancel may be sent. A cancel is never refused by risk, nor by a halt.

    One whose outcome is not known keeps no other from being sent: two do no more than one. What the core
    holds is canceled at once: there is nobody to ask.
    """
    found = _find(state, command)
    if isinstance(found, OrderDenied | OrderRepeated | ReplaceRefused | OrderRefused):
        return found
    if found.working is Working.DONE:
        return _deny(command, DenialReason.ORDER_DONE, _done_text(found), found.order_id)
    if found.pending_cancel_id and found.pending_cancel_id not in found.unknown_ids:
        text = f"cancel {found.pending_cancel_id!r} of the order is not answered yet"
        return _deny(command, DenialReason.REQUEST_PENDING, text, found.order_id)
    if found.working is Working.HELD:
        text = "canceled while the core held it; nothing of it was at the venue"
        return OrderCanceled(found.order_id, command.now, text, command.client_order_id)
    return OrderPendingCancel(
        found.order_id, command.now, command.account_id, command.client_order_id, found.client_order_id,
        found.instrument_id,
    )  # fmt: skip


def decide_replace(state: OmsState, command: ReplaceOrder) -> Order | Answer:
    """The order when its replacement may go on to risk, else why not.

    A replace may follow one that is not answered yet: each refers to the last accepted terms.
    """
    found = _find(state, command)
    if isinstance(found, OrderDenied | OrderRepeated | ReplaceRefused | OrderRefused):
        return found
    if found.working is Working.DONE:
        return _deny(command, DenialReason.ORDER_DONE, _done_text(found), found.order_id)
    if found.pending_cancel_id:
        text = f"cancel {found.pending_cancel_id!r} of the order is not answered yet; wait for it"
        return _deny(command, DenialReason.REQUEST_PENDING, text, found.order_id)
    if len(found.pending_replaces) >= _REPLACES_MAX:
        text = f"{_REPLACES_MAX} replaces of the order are not answered yet; wait for them"
        return _deny(command, DenialReason.REQUEST_PENDING, text, found.order_id)
    problem = malformed(found.order_type, command.order_qty, command.limit_price) or _unchangeable(
        found, command
    )
    if problem is not None:
        return _deny(command, DenialReason.MALFORMED, problem, found.order_id)
    if is_as_before(found, command):
        text = "order_qty, limit_price and trigger_price are what the order has already"
        return _deny(command, DenialReason.NOTHING_TO_CHANGE, text, found.order_id)
    return found


def is_as_before(order: Order, command: ReplaceOrder) -> bool:
    """Whether the replace asks for what the order is to become anyway."""
    if command.trigger_price not in (None, order.trigger_price):
        return False
    if order.pending_replaces:
        pending = order.pending_replaces[-1]
        return (pending.order_qty, pending.limit_price) == (command.order_qty, command.limit_price)
    return command.order_qty == order.order_qty and command.limit_price == order.limit_price


def _unchangeable(order: Order, command: ReplaceOrder) -> str | None:
    """Why this order cannot have such other terms; None when it can."""
    if command.trigger_price is not None:
        if order.trigger_price is None:
            return "trigger_price must not be given: the order does not wait for a price"
        if not 0 < command.trigger_price <= INT64_MAX:
            return f"trigger_price must be positive and fit int64, was {command.trigger_price}"
        if order.order_type is OrderType.TRAILING_STOP:
            return "trigger_price of a TRAILING_STOP follows the price; cancel it and send another"
    if order.order_qty != command.order_qty and is_in_list(order):
        return "order_qty of an order in a list follows the others; cancel it and send another"
    if order.is_managed and order.working is not Working.HELD and is_sent_in_parts(order):
        return "the order is sent in parts and one is at the venue; cancel it and send another"
    if order.is_managed:  # Of what is at the venue some must be left.
        over = order.cum_qty if order.working is Working.HELD else order.cum_qty - order.leg_cum
        if command.order_qty <= over:
            filled, asked = format_raw(over), format_raw(command.order_qty)
            return f"order_qty must be above the {filled} filled, was {asked}; cancel the rest"
    return None


def is_sent_in_parts(order: Order) -> bool:
    """Whether more of a managed order may follow what is at the venue."""
    instructions = order.instructions
    return order.parent_id != 0 or (instructions is not None and instructions.display_qty > 0)


def _find(state: OmsState, command: CancelOrder | ReplaceOrder) -> Order | Answer:
    account = state.accounts.get(command.account_id)
    if account is None:
        return _deny(
            command, DenialReason.UNKNOWN_ACCOUNT, f"account_id was {command.account_id!r}; open it first"
        )
    if command.trader_id not in account.account.entitled:
        text = f"trader_id {command.trader_id!r} is not entitled to account {command.account_id!r}"
        return _deny(command, DenialReason.NOT_ENTITLED, text, command.order_id)
    request = account.requests.get(command.client_order_id)
    if request is not None:
        return _repeat_change(command, request)
    problem = malformed_id(command.client_order_id)
    if problem is not None:
        return _deny(command, DenialReason.MALFORMED, problem)
    order = state.orders.get(command.order_id)
    if (
        order is None or order.account_id != command.account_id
    ):  # A foreign order is not even confirmed to exist.
        text = f"order_id {command.order_id} is not an order of account {command.account_id!r}"
        return _deny(command, DenialReason.UNKNOWN_ORDER, text, command.order_id)
    return order


def _repeat_change(command: CancelOrder | ReplaceOrder, request: Request) -> Answer:
    body = (
        (command.order_id, command.order_qty, command.limit_price, command.trigger_price)
        if isinstance(command, ReplaceOrder)
        else (command.order_id, None, None, None)
    )
    if request.change != body:
        text = f"client_order_id {command.client_order_id!r} was used for another request; choose a new one"
        return _deny(command, DenialReason.DUPLICATE_CLIENT_ORDER_ID, text, command.order_id)
    if request.refusal is not None:
        return request.refusal
    return OrderRepeated(command.now, command.account_id, command.client_order_id, request.order_id)


def _done_text(order: Order) -> str:
    return f"order {order.order_id} is {order.done_reason}; there is nothing left to change"
