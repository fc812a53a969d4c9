"""Events of an order's life. Tags are part of the journal's format: never renumber one."""

from enum import StrEnum

import msgspec

from trade2026.model.enums import ExecType, LiquiditySide, OrderType, Side, TimeInForce


class DenialReason(StrEnum):
    """Why our order management said no, in order of precedence."""

    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    NOT_ENTITLED = "NOT_ENTITLED"
    DUPLICATE_CLIENT_ORDER_ID = "DUPLICATE_CLIENT_ORDER_ID"
    MALFORMED = "MALFORMED"
    UNKNOWN_INSTRUMENT = "UNKNOWN_INSTRUMENT"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    ORDER_DONE = "ORDER_DONE"
    REQUEST_PENDING = "REQUEST_PENDING"
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE"


class OrderApproved(msgspec.Struct, frozen=True, array_like=True, tag=101, gc=False):
    """The order passed every check and may be sent once this event is durable.

    The only type a venue port accepts for a new order. Fields as in `SubmitOrder`; `order_id` is the
    platform's, a counter; `limits_version` and the reference are what the decision was based on.
    """

    order_id: int
    now: int
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
    reference_price: int
    reference_ts: int
    limits_version: int
    session_open: int
    session_close: int


class OrderDenied(msgspec.Struct, frozen=True, array_like=True, tag=102, gc=False):
    """Our order management said no to a submit, a cancel or a replace; nothing was sent."""

    now: int
    account_id: str
    client_order_id: str
    order_id: int  # 0 for a submit.
    reason: DenialReason
    text: str


class OrderRepeated(msgspec.Struct, frozen=True, array_like=True, tag=103, gc=False):
    """The same request had been made before with the same body: the answer is the first one."""

    now: int
    account_id: str
    client_order_id: str
    order_id: int


class OrderAcknowledged(msgspec.Struct, frozen=True, array_like=True, tag=104, gc=False):
    """The venue took the order."""

    order_id: int
    ts_event: int
    venue_order_id: str


class OrderRejected(msgspec.Struct, frozen=True, array_like=True, tag=105, gc=False):
    """The venue said no."""

    order_id: int
    ts_event: int
    text: str


class OrderFilled(msgspec.Struct, frozen=True, array_like=True, tag=106, gc=False):
    """One execution (FIX ExecType F); raw integers; `commission` positive when paid.

    `cum_qty` and `leaves_qty` are the order's after it; `leaves_qty` never goes below zero, an
    overfill shows as `cum_qty` above the order's quantity.
    """

    order_id: int
    ts_event: int
    account_id: str
    instrument_id: str
    strategy_id: str
    execution_id: str
    side: Side
    last_qty: int
    last_px: int
    cum_qty: int
    leaves_qty: int
    commission: int
    commission_currency: str
    liquidity_side: LiquiditySide | None


class OrderCanceled(msgspec.Struct, frozen=True, array_like=True, tag=107, gc=False):
    """The venue canceled what was left, asked or unasked."""

    order_id: int
    ts_event: int
    text: str


class OrderExpired(msgspec.Struct, frozen=True, array_like=True, tag=108, gc=False):
    """What was left ended by its time in force."""

    order_id: int
    ts_event: int
    text: str


class OrderPendingCancel(msgspec.Struct, frozen=True, array_like=True, tag=109, gc=False):
    """A cancel was asked for and may be sent once durable; a request to cancel is not a cancel."""

    order_id: int
    now: int
    account_id: str
    client_order_id: str
    orig_client_order_id: str
    instrument_id: str


class OrderPendingReplace(msgspec.Struct, frozen=True, array_like=True, tag=110, gc=False):
    """A replace passed every check and may be sent once durable; terms change when the venue says so."""

    order_id: int
    now: int
    account_id: str
    client_order_id: str
    orig_client_order_id: str
    instrument_id: str
    order_qty: int
    limit_price: int | None
    reference_price: int
    limits_version: int


class OrderReplaced(msgspec.Struct, frozen=True, array_like=True, tag=111, gc=False):
    """The venue changed the terms; `order_qty` is the total, never below what was filled."""

    order_id: int
    ts_event: int
    client_order_id: str
    order_qty: int
    limit_price: int | None


class CancelRejected(msgspec.Struct, frozen=True, array_like=True, tag=112, gc=False):
    """The venue refused a cancel or (`was_replace`) a replace; the order is as it was."""

    order_id: int
    ts_event: int
    client_order_id: str
    was_replace: bool
    text: str


class ExecutionRepeated(msgspec.Struct, frozen=True, array_like=True, tag=113, gc=False):
    """A report that had been booked before arrived again; nothing changed."""

    account_id: str
    execution_id: str
    ts_event: int


class InvalidTransition(msgspec.Struct, frozen=True, array_like=True, tag=114, gc=False):
    """A report that makes no sense for the order, or for no order we know; nothing changed, look at it."""

    account_id: str
    client_order_id: str
    exec_type: ExecType
    ts_event: int
    text: str
