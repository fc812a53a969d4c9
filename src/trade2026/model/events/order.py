"""Events of an order's life. Tags are part of the journal's format: never renumber one."""

from enum import StrEnum

import msgspec

from trade2026.model.enums import AlarmKind, ExecType, LiquiditySide, OrderType, Side, TimeInForce
from trade2026.model.instructions import OrderInstructions


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
    instructions: OrderInstructions | None = None


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
    overfill shows as `cum_qty` above the order's quantity. `part_id`: of an order that the core sends itself
    the id under which the venue had the part that filled, "" for others.
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
    part_id: str = ""


class OrderCanceled(msgspec.Struct, frozen=True, array_like=True, tag=107, gc=False):
    """What was left is canceled: by the venue, asked or unasked, or by the core where it held the rest.

    `client_order_id` is the request of a cancel that the core answered itself, "" otherwise;
    `prevented_qty` what self-trade prevention took off.
    """

    order_id: int
    ts_event: int
    text: str
    client_order_id: str = ""
    prevented_qty: int = 0


class OrderExpired(msgspec.Struct, frozen=True, array_like=True, tag=108, gc=False):
    """What was left ended by its time in force, or by self-trade prevention (`prevented_qty`)."""

    order_id: int
    ts_event: int
    text: str
    prevented_qty: int = 0


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
    trigger_price: int | None = None


class OrderReplaced(msgspec.Struct, frozen=True, array_like=True, tag=111, gc=False):
    """The terms changed as asked; `order_qty` is the total, never below what was filled.

    Said by the venue, or by the core of an order that it holds: then `trigger_price` is the new trigger and
    `reserve_price` what risk assumes a fill to cost from now on. `leg_qty` is what works at the venue of an
    order that the core sends in parts, 0 for others.
    """

    order_id: int
    ts_event: int
    client_order_id: str
    order_qty: int
    limit_price: int | None
    trigger_price: int | None = None
    reserve_price: int = 0
    leg_qty: int = 0


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


class OrderHeld(msgspec.Struct, frozen=True, array_like=True, tag=115):
    """The order passed every check, and the core keeps it until a trigger, a parent's fill or its turn.

    Nothing is sent: if the core is down nothing happens to it, and nothing protects what it should have
    protected (see the guide to order types).

    Attributes
    ----------
    order : OrderApproved
        Its terms as asked.
    trigger_price : int or None
        Raw; None where no price triggers it.
    armed_qty : int
        How much of it may be sent: all, or for a child what its parent has filled.
    """

    order: OrderApproved
    trigger_price: int | None
    armed_qty: int

    @property
    def order_id(self) -> int:
        """The platform's id of the order."""
        return self.order.order_id


class OrderReleased(msgspec.Struct, frozen=True, array_like=True, tag=116):
    """An order that the core held, or its next part, may be sent once this event is durable.

    Attributes
    ----------
    order : OrderApproved
        Exactly what goes to the venue: under a client id of its own, MARKET or LIMIT.
    price, ts_event : int
        The price that met the trigger, raw, and when it was made; 0 where none did.
    text : str
        Why now.
    """

    order_id: int
    now: int
    order: OrderApproved
    price: int
    ts_event: int
    text: str


class TriggerMoved(msgspec.Struct, frozen=True, array_like=True, tag=117, gc=False):
    """A trailing stop's trigger followed the price; it only ever moves towards it."""

    order_id: int
    now: int
    trigger_price: int
    price: int


class OrderArmed(msgspec.Struct, frozen=True, array_like=True, tag=118, gc=False):
    """The parent's fills allow `armed_qty` of this child in all; the rest of it waits on."""

    order_id: int
    now: int
    armed_qty: int


class OrderRestated(msgspec.Struct, frozen=True, array_like=True, tag=119, gc=False):
    """The terms changed unasked: by the venue (FIX ExecType D), or because an order of the same list filled.

    An order that was suspended, stopped or done for the day works again. `leg_qty`: of an order sent in parts
    what the venue says that the part which it has is now; 0 where it says nothing.
    """

    order_id: int
    ts_event: int
    order_qty: int
    limit_price: int | None
    text: str
    leg_qty: int = 0


class OrderUnknown(msgspec.Struct, frozen=True, array_like=True, tag=122, gc=False):
    """What became of a request is not known; what it could have led to stays reserved."""

    order_id: int
    now: int
    client_order_id: str
    text: str


class OrderNotReceived(msgspec.Struct, frozen=True, array_like=True, tag=123, gc=False):
    """It is proved that the venue never received the order."""

    order_id: int
    now: int
    client_order_id: str
    evidence: str


class OrderSuspended(msgspec.Struct, frozen=True, array_like=True, tag=124, gc=False):
    """The venue keeps the order and does not match it: SUSPENDED, STOPPED or DONE_FOR_DAY."""

    order_id: int
    ts_event: int
    exec_type: ExecType
    text: str


class OrderAdopted(msgspec.Struct, frozen=True, array_like=True, tag=128, gc=False):
    """The venue has an order that is not ours: from now on it counts in risk and in the books.

    Its strategy is `EXTERNAL`. It is never canceled but by a halt of everything, or by hand.
    """

    order_id: int
    ts_event: int
    account_id: str
    client_order_id: str
    venue_order_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    reserve_price: int


class AlarmRaised(msgspec.Struct, frozen=True, array_like=True, tag=129, gc=False):
    """Something that a person has to look at; it changes nothing by itself."""

    now: int
    kind: AlarmKind
    account_id: str
    order_id: int
    text: str


class OrdersRetired(msgspec.Struct, frozen=True, array_like=True, tag=160):
    """These orders, with their requests and executions, and these refused requests have left memory.

    Nothing about them is forgotten: what is asked about one later brings it back first (`OrdersRecalled`).
    """

    now: int
    order_ids: tuple[int, ...]
    refused: tuple[tuple[str, str], ...]


class OrdersRecalled(msgspec.Struct, frozen=True, array_like=True, tag=161):
    """What had left memory is back, exactly as it had left; `facts` as in `RecallOrders`."""

    now: int
    facts: bytes
