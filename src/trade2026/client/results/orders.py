"""Orders, fills, and the answers to requests about them."""

from decimal import Decimal

import msgspec

from trade2026.client.problem import Failure, Problem
from trade2026.client.results.portfolio import Posting
from trade2026.client.values import Timestamp
from trade2026.model.enums import (
    ContingencyType,
    LiquiditySide,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)

__all__ = [
    "BatchAnswer",
    "BatchResult",
    "Canceled",
    "ChangeAnswer",
    "Evidence",
    "Failure",
    "Fill",
    "Order",
    "OrderAnswer",
    "OrderEvent",
    "OrderResult",
    "OrderResults",
    "Preview",
    "Resumed",
]


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order, or a request for one that was refused by risk or denied by order management.

    Attributes
    ----------
    order_id : int or None
        The platform's; None where it never became an order (REFUSED, DENIED).
    seq, created_seq : int
        The journal's number of its last change, and of the frame that made it.
    average_price : Decimal or None
        Of its executions; None before the first.
    pending_order_qty, pending_limit_price : Decimal or None
        Terms of a replace that is not answered.
    text : str
        Why it was refused, denied, rejected, canceled or expired, why it is UNKNOWN, the proof that it was
        NOT_RECEIVED, why it was released; "" otherwise.
    failures, largest_qty
        Of a refused one: every failed check, and the quantity that would have passed.
    created, updated : Timestamp
        Trading time; `created_wall` and `updated_wall` are the real clock's.
    trigger_price : Decimal or None
        Where the trigger is now: that of a trailing stop moves.
    armed_qty : Decimal or None
        How much of an order that the core holds may be sent: for an exit what its parent has filled.
    prevented_qty : Decimal or None
        What self-trade prevention took off.
    unknown_requests : tuple of str
        Client order ids of requests that were sent and whose outcome is not known.
    """

    order_id: int | None
    seq: int
    created_seq: int
    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: Decimal
    limit_price: Decimal | None
    status: OrderStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    average_price: Decimal | None
    venue_order_id: str
    pending_order_qty: Decimal | None
    pending_limit_price: Decimal | None
    text: str
    failures: tuple[Failure, ...]
    largest_qty: Decimal | None
    created: Timestamp
    created_wall: Timestamp | None
    updated: Timestamp
    updated_wall: Timestamp | None
    trigger_price: Decimal | None = None
    trigger_source: TriggerSource | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_type: TrailingOffsetType | None = None
    display_qty: Decimal | None = None
    expire_time: Timestamp | None = None
    post_only: bool = False
    reduce_only: bool = False
    contingency_type: ContingencyType | None = None
    list_id: str = ""
    parent_client_order_id: str = ""
    armed_qty: Decimal | None = None
    prevented_qty: Decimal | None = None
    unknown_requests: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a step of an order's life rests on: what it is, and how it was."""

    name: str
    value: str


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an order's life: words, evidence, and for an execution the ledger's entry.

    `seq` is the journal's number, `n` counts the events of that frame from 0.
    """

    seq: int
    n: int
    ts: Timestamp
    wall: Timestamp | None
    type: str
    title: str
    text: str
    evidence: tuple[Evidence, ...]
    postings: tuple[Posting, ...]


class Fill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One execution; `commission` is positive when paid, `realized` the profit of what it closed before
    commissions, in `currency`; `cum_qty` is the order's after it. With `ref_execution_id` it takes that
    execution back.
    """

    seq: int
    ts: Timestamp
    wall: Timestamp | None
    execution_id: str
    order_id: int
    client_order_id: str
    account_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    last_qty: Decimal
    last_px: Decimal
    cum_qty: Decimal
    currency: str
    commission: Decimal
    commission_currency: str
    liquidity_side: LiquiditySide | None
    realized: Decimal
    ref_execution_id: str = ""


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An order after a submit: on disk at `seq`; `repeated` where the same request had been made before."""

    order: Order
    seq: int
    repeated: bool


class ChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An order whose cancel or replace is on its way, or was done at once where the core holds it."""

    order: Order
    seq: int


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """One of a batch: the order, or the problem."""

    order: Order | None = None
    repeated: bool = False
    problem: Problem | None = None


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Results in the order of the requests."""

    results: tuple[BatchResult, ...]
    seq: int


class OrderResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one request of a batch on the order line.

    `result` is "approved", "repeated" (the same request had been made before), "refused" by risk, "denied" by
    order management or "error"; the last three have their `problem`.
    """

    result: str
    order_id: int | None = None
    problem: Problem | None = None


class OrderResults(msgspec.Struct, frozen=True, kw_only=True):
    """Results in the order of the requests; all of it is on disk, and number `seq` covers it."""

    id: int
    seq: int
    results: tuple[OrderResult, ...]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """How an order would be answered now; nothing was sent.

    `verdict` is APPROVED, REFUSED or DENIED. `notional` is in the instrument's quote currency,
    `fee_estimate` what is reserved for fees; both are None where no price is known. `held`: the core would
    keep it, and the venue not know of it until the core sends it.
    """

    accepted: bool
    verdict: str
    failures: tuple[Failure, ...]
    largest_qty: Decimal | None
    notional: Decimal | None
    reference_price: Decimal | None
    fee_estimate: Decimal | None
    text: str
    held: bool = False


class Canceled(msgspec.Struct, frozen=True, kw_only=True):
    """Orders whose cancel is on its way; `denied` says in words which could not be."""

    canceled: tuple[int, ...]
    denied: tuple[str, ...]
    seq: int


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """Trading is allowed again from `seq` on."""

    seq: int
