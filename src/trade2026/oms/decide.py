"""Order management's answers to requests: pure, first no wins, nothing changes here."""

from typing import Final

from trade2026.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from trade2026.model.enums import OrderType
from trade2026.model.events import (
    OrderDenied,
    OrderPendingCancel,
    OrderRefused,
    OrderRepeated,
    ReplaceRefused,
)
from trade2026.model.events.order import DenialReason
from trade2026.oms.state import OmsState, Order, Request, Working
from trade2026.primitives.fixed_point import INT64_MAX

CLIENT_ORDER_ID_LENGTH_MAX: Final = 64

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
    if not 0 < len(client_order_id) <= CLIENT_ORDER_ID_LENGTH_MAX:
        return _deny(command, DenialReason.MALFORMED, "client_order_id must have 1 to 64 characters")
    problem = _malformed(command.order_type, command.order_qty, command.limit_price)
    return None if problem is None else _deny(command, DenialReason.MALFORMED, problem)


def _malformed(order_type: OrderType, order_qty: int, limit_price: int | None) -> str | None:
    """What is wrong with the terms by themselves; whether they suit instrument and limits is for risk."""
    if not 0 < order_qty <= INT64_MAX:
        return f"order_qty must be positive and fit int64, was {order_qty}; to end an order cancel it"
    if limit_price is None:
        if order_type is not OrderType.MARKET:
            return f"limit_price must be given for {order_type}, was missing"
    elif order_type is OrderType.MARKET:
        return f"limit_price must not be given for MARKET, was {limit_price}; send LIMIT"
    elif not -INT64_MAX <= limit_price <= INT64_MAX:
        return f"limit_price must fit int64, was {limit_price}"
    return None


def _repeat_submit(command: SubmitOrder, request: Request) -> Answer:
    body = (
        command.instrument_id, command.strategy_id, command.side, command.order_type, command.time_in_force,
        command.order_qty, command.limit_price,
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


def decide_cancel(state: OmsState, command: CancelOrder) -> OrderPendingCancel | Answer:
    """Whether the cancel may be sent. A cancel is never refused by risk, nor by a halt."""
    found = _find(state, command)
    if isinstance(found, OrderDenied | OrderRepeated | ReplaceRefused | OrderRefused):
        return found
    if found.working is Working.DONE:
        return _deny(command, DenialReason.ORDER_DONE, _done_text(found), found.order_id)
    if found.pending_cancel_id:
        text = f"cancel {found.pending_cancel_id!r} of the order is not answered yet"
        return _deny(command, DenialReason.REQUEST_PENDING, text, found.order_id)
    return OrderPendingCancel(
        found.order_id, command.now, command.account_id, command.client_order_id, found.client_order_id,
        found.instrument_id,
    )  # fmt: skip


def decide_replace(state: OmsState, command: ReplaceOrder) -> Order | Answer:
    """The order when its replacement may go on to risk, else why not."""
    found = _find(state, command)
    if isinstance(found, OrderDenied | OrderRepeated | ReplaceRefused | OrderRefused):
        return found
    if found.working is Working.DONE:
        return _deny(command, DenialReason.ORDER_DONE, _done_text(found), found.order_id)
    if found.pending_cancel_id or found.pending_replace_id:
        pending = found.pending_cancel_id or found.pending_replace_id
        text = f"request {pending!r} on the order is not answered yet; wait for it"
        return _deny(command, DenialReason.REQUEST_PENDING, text, found.order_id)
    problem = _malformed(found.order_type, command.order_qty, command.limit_price)
    if problem is not None:
        return _deny(command, DenialReason.MALFORMED, problem, found.order_id)
    if command.order_qty == found.order_qty and command.limit_price == found.limit_price:
        text = "order_qty and limit_price are what the order has already"
        return _deny(command, DenialReason.NOTHING_TO_CHANGE, text, found.order_id)
    return found


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
    if not 0 < len(command.client_order_id) <= CLIENT_ORDER_ID_LENGTH_MAX:
        return _deny(command, DenialReason.MALFORMED, "client_order_id must have 1 to 64 characters")
    order = state.orders.get(command.order_id)
    if (
        order is None or order.account_id != command.account_id
    ):  # A foreign order is not even confirmed to exist.
        text = f"order_id {command.order_id} is not an order of account {command.account_id!r}"
        return _deny(command, DenialReason.UNKNOWN_ORDER, text, command.order_id)
    return order


def _repeat_change(command: CancelOrder | ReplaceOrder, request: Request) -> Answer:
    body = (
        (command.order_id, command.order_qty, command.limit_price)
        if isinstance(command, ReplaceOrder)
        else (command.order_id, None, None)
    )
    if request.change != body:
        text = f"client_order_id {command.client_order_id!r} was used for another request; choose a new one"
        return _deny(command, DenialReason.DUPLICATE_CLIENT_ORDER_ID, text, command.order_id)
    if request.refusal is not None:
        return request.refusal
    return OrderRepeated(command.now, command.account_id, command.client_order_id, request.order_id)


def _done_text(order: Order) -> str:
    return f"order {order.order_id} is {order.done_reason}; there is nothing left to change"
