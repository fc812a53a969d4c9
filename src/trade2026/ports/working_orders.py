"""What may still fill, as the core says it to whoever waits for a halt to be confirmed; see `core_link`."""

from typing import Final

import msgspec

from trade2026.model.enums import OrderStatus, Scope, TradingState


class AskWorking(msgspec.Struct, frozen=True, array_like=True, tag=24):
    """Ask for the `WorkingOrders` of a scope; `target` is "" for GLOBAL."""

    request_id: int
    scope: Scope
    target: str


class WorkingOrder(msgspec.Struct, frozen=True, array_like=True):
    """An order that may still fill."""

    order_id: int
    account_id: str
    strategy_id: str
    instrument_id: str
    status: OrderStatus


WORKING_MAX: Final = 100
"""Orders that `WorkingOrders` names."""


class WorkingOrders(msgspec.Struct, frozen=True, array_like=True, tag=35):
    """Orders of a scope that are not done, as decided at journal number `seq`.

    Attributes
    ----------
    state : TradingState
        Of the scope itself; a wider one may be halted all the same.
    count, canceling : int
        How many there are, and how many of them have a cancel that the venue has not answered.
    orders : tuple of WorkingOrder
        The first `WORKING_MAX` of them, by number.
    """

    request_id: int
    seq: int
    state: TradingState
    count: int
    canceling: int
    orders: tuple[WorkingOrder, ...]
