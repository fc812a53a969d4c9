"""What order management remembers: orders as orthogonal facts, and every request id ever used."""

from enum import StrEnum

import msgspec

from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.events import OrderRefused, ReplaceRefused
from trade2026.model.limits import Account


class Working(StrEnum):
    """Where the order is, as far as evidence goes."""

    SENT = "SENT"
    WORKING = "WORKING"
    DONE = "DONE"


class DoneReason(StrEnum):
    """Why an order is done; refused and denied ones never became orders."""

    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


class Order(msgspec.Struct, array_like=True, eq=False, gc=False):
    """One order that risk approved; raw integers.

    One status is not stored (see `status`): `working`, `done_reason` and the two pending requests are
    facts of their own. `client_order_id` is the last accepted one, `pending_cancel_id` and
    `pending_replace_id` name requests the venue has not answered ("" for none). `request_ids` has every
    client id that was used for the order, the first being that of the order itself; None while that is the
    only one, which is `client_order_id` then. `execution_ids` has what was booked; None for nothing.
    """

    order_id: int
    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    ts_approved: int
    session_open: int
    session_close: int
    cum_qty: int = 0
    working: Working = Working.SENT
    done_reason: DoneReason | None = None
    venue_order_id: str = ""
    pending_cancel_id: str = ""
    pending_replace_id: str = ""
    pending_order_qty: int = 0
    pending_limit_price: int | None = None
    request_ids: list[str] | None = None
    execution_ids: list[str] | None = None

    @property
    def leaves_qty(self) -> int:
        """What may still fill: 0 once done."""
        if self.working is Working.DONE:
            return 0
        return max(self.order_qty - self.cum_qty, 0)


SubmitBody = tuple[str, str, Side, OrderType, TimeInForce, int, int | None]
ChangeBody = tuple[int, int | None, int | None]
"""Order id, new total quantity (None for a cancel), new limit price."""


class Request(msgspec.Struct, array_like=True, eq=False, gc=False):
    """A used client id: what was asked under it and how it was answered.

    `order_id` is 0 when risk refused; `refusal` then keeps the answer, to be given again.
    """

    order_id: int
    submit: SubmitBody | None
    change: ChangeBody | None
    refusal: OrderRefused | ReplaceRefused | None = None


def is_refused_order(request: Request) -> bool:
    """Whether risk refused an order under this id: no order has it, and it leaves memory on its own."""
    return request.order_id == 0 and request.submit is not None


class Booked(msgspec.Struct, array_like=True, gc=False):
    """What was booked under an execution id, so that the same id with other content is noticed."""

    order_id: int
    last_qty: int
    last_px: int
    commission: int
    commission_currency: str


class AccountOrders(msgspec.Struct, array_like=True, eq=False):
    """An account's ids and the orders that are not done.

    `requests` by client id; `executions` by instrument and execution id, because venues number their
    trades per symbol. Iterate `open_orders` sorted: its order is not part of the state. `refused` are the
    client ids of orders that risk refused; its order is not part of the state either.
    """

    account: Account
    requests: dict[str, Request]
    executions: dict[str, dict[str, Booked]]
    open_orders: dict[int, None]
    refused: dict[str, None] = {}


class OmsState(msgspec.Struct, eq=False):
    """Everything order management has in memory; owned by `evolve`, read by `decide`.

    `retirements` counts the times that closed orders have left memory; `oms.retire` says what that means.
    """

    accounts: dict[str, AccountOrders]
    orders: dict[int, Order]
    next_order_id: int
    retirements: int = 0


def new_state() -> OmsState:
    """Before the first event."""
    return OmsState(accounts={}, orders={}, next_order_id=1)
