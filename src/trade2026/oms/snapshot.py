"""The order state as canonical bytes: same state, same bytes, whatever order things were inserted in."""

from typing import Final

import msgspec

from trade2026.model.execution import ExecutionReport
from trade2026.model.limits import Account
from trade2026.oms.index import index_order
from trade2026.oms.state import AccountOrders, Booked, OmsState, Order, Request, is_refused_order

ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
"""Writes whatever is part of the state."""


class _StoredAccount(msgspec.Struct, array_like=True):
    account: Account
    requests: dict[str, Request]
    executions: dict[str, dict[str, Booked]]
    open_orders: list[int]
    parked: dict[str, dict[str, ExecutionReport]]
    lists: dict[str, tuple[int, ...]]
    children: list[tuple[int, tuple[int, ...]]]  # By parent.


class _Stored(msgspec.Struct, array_like=True):
    accounts: dict[str, _StoredAccount]
    orders: list[Order]  # By order id.
    next_order_id: int
    ripe: list[ExecutionReport]
    retirements: int


_DECODER = msgspec.msgpack.Decoder(_Stored)


def encode_state(state: OmsState) -> bytes:
    """MessagePack with sorted keys; what follows from the orders themselves is left out."""
    accounts = {
        account_id: _StoredAccount(
            account.account,
            account.requests,
            account.executions,
            sorted(account.open_orders),
            account.parked,
            account.lists,
            sorted(account.children.items()),
        )
        for account_id, account in state.accounts.items()
    }
    orders = [state.orders[order_id] for order_id in sorted(state.orders)]
    return ENCODER.encode(_Stored(accounts, orders, state.next_order_id, state.ripe, state.retirements))


def decode_state(data: bytes) -> OmsState:
    """Inverse of `encode_state`, and of what a cut writes, whose orders have no order."""
    stored = _DECODER.decode(data)
    accounts = {
        account_id: AccountOrders(
            kept.account,
            kept.requests,
            kept.executions,
            dict.fromkeys(kept.open_orders),
            kept.parked,
            kept.lists,
            dict(kept.children),
            refused={name: None for name, request in kept.requests.items() if is_refused_order(request)},
        )
        for account_id, kept in stored.accounts.items()
    }
    orders = {order.order_id: order for order in sorted(stored.orders, key=_order_id)}
    state = OmsState(accounts, orders, stored.next_order_id, ripe=stored.ripe, retirements=stored.retirements)
    for order in orders.values():
        index_order(state, order)
    return state


def _order_id(order: Order) -> int:
    return order.order_id
