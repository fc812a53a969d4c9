"""What the core's events are over HTTP: orders as they are shown, and every kind of no as a problem."""

from functools import lru_cache
from typing import Final

import msgspec

from trade2026.application.read_models.order_terms import terms_fields
from trade2026.application.read_models.views import OrderView, failure_views, format_optional
from trade2026.model.enums import OrderStatus
from trade2026.model.events import (
    CommandDenied,
    Event,
    OrderApproved,
    OrderCanceled,
    OrderDenied,
    OrderHeld,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderReleased,
    OrderReplaced,
    ReplaceRefused,
)
from trade2026.model.events.order import DenialReason
from trade2026.ports.core_link import Decision, SubmitIntent
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import format_ns
from trade2026.web.errors import Failure, FieldError, Problem, ProblemRaised, try_again_after

time_text = lru_cache(maxsize=64)(format_ns)
"""Trading time stands still between two steps of the feed."""


class OrderAnswer(msgspec.Struct, frozen=True):
    """An order after a submit.

    The order is as the core's answer says: fills may already have followed. `seq` is a number of the journal
    that covers it (as are those of a new order); reads of this server show at least that. `repeated` says
    that the same request had been made before.
    """

    order: OrderView
    seq: int
    repeated: bool


class ChangeAnswer(msgspec.Struct, frozen=True):
    """An order whose cancel or replace is on its way, or was done at once where the core holds it.

    `seq` as in `OrderAnswer`.
    """

    order: OrderView
    seq: int


class BatchResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of a batch: the order, or the problem."""

    order: OrderView | None = None
    repeated: bool = False
    problem: Problem | None = None


class BatchAnswer(msgspec.Struct, frozen=True):
    """Results in the order of the requests."""

    results: tuple[BatchResult, ...]
    seq: int


class PreviewAnswer(msgspec.Struct, frozen=True):
    """How an order would be answered now; nothing was sent.

    `notional` is in the instrument's quote currency at the limit price, or the reference price of a market
    order; `fee_estimate` what is reserved for fees. Both are None where no price is known. `held` says that
    the core would keep the order: the venue would not know of it until the core sends it.
    """

    accepted: bool
    verdict: str
    failures: tuple[Failure, ...]
    largest_qty: str | None
    notional: str | None
    reference_price: str | None
    fee_estimate: str | None
    text: str
    held: bool = False


_BY_REASON: Final[dict[DenialReason, str]] = {
    DenialReason.UNKNOWN_ACCOUNT: "not-found",
    DenialReason.NOT_ENTITLED: "not-found",
    DenialReason.UNKNOWN_ORDER: "not-found",
    DenialReason.DUPLICATE_CLIENT_ORDER_ID: "idempotency-conflict",
    DenialReason.ORDER_DONE: "conflict",
    DenialReason.REQUEST_PENDING: "conflict",
}
_FIELDS: Final[dict[DenialReason, str]] = {
    DenialReason.UNKNOWN_ACCOUNT: "account_id",
    DenialReason.NOT_ENTITLED: "account_id",
    DenialReason.UNKNOWN_ORDER: "order_id",
    DenialReason.DUPLICATE_CLIENT_ORDER_ID: "client_order_id",
    DenialReason.UNKNOWN_INSTRUMENT: "instrument_id",
}


def approved_view(event: OrderApproved, seq: int, status: OrderStatus = OrderStatus.PENDING_NEW) -> OrderView:
    """The order an approval makes, before its venue has answered."""
    quantity = format_raw(event.order_qty)
    now = time_text(event.now)
    price = event.limit_price
    view = OrderView(
        event.order_id, seq, seq, event.account_id, event.client_order_id, event.trader_id, event.strategy_id,
        event.instrument_id, event.side, event.order_type, event.time_in_force, quantity,
        None if price is None else format_raw(price), status, "0", quantity, None, "", None,
        None, "", (), None, now, None, now, None,
    )  # fmt: skip
    if event.instructions is None:
        return view
    return msgspec.structs.replace(view, **terms_fields(event.instructions))


def held_view(events: tuple[Event, ...], event: OrderHeld, seq: int) -> OrderView:
    """The order that the core holds, or of which it has released the first part at once."""
    released = any(type(each) is OrderReleased for each in events)
    view = approved_view(event.order, seq, OrderStatus.PENDING_NEW if released else OrderStatus.HELD)
    return msgspec.structs.replace(
        view, trigger_price=format_optional(event.trigger_price), armed_qty=format_raw(event.armed_qty)
    )


def repeated_view(intent: SubmitIntent, order_id: int, seq: int) -> OrderView:
    """The order of a repeated request while the read models do not show it yet: the same terms."""
    event = OrderApproved(
        order_id, 0, intent.account_id, intent.client_order_id, intent.trader_id, intent.strategy_id,
        intent.instrument_id, intent.side, intent.order_type, intent.time_in_force, intent.order_qty,
        intent.limit_price, 0, 0, 0, 0, 0, intent.instructions,
    )  # fmt: skip
    return approved_view(event, seq)


def changed_view(order: OrderView, event: Event, seq: int) -> OrderView:
    """The order with a request on its way; as it is for an event that changes nothing."""
    if type(event) is OrderPendingCancel:
        return msgspec.structs.replace(
            order, seq=seq, status=OrderStatus.PENDING_CANCEL, updated=time_text(event.now), updated_wall=None
        )
    if type(event) is OrderPendingReplace:
        return msgspec.structs.replace(
            order, seq=seq, status=OrderStatus.PENDING_REPLACE, updated=time_text(event.now),
            updated_wall=None, pending_order_qty=format_raw(event.order_qty),
            pending_limit_price=format_optional(event.limit_price),
        )  # fmt: skip
    if type(event) is OrderCanceled:  # The core held it, so nobody has to be asked.
        return msgspec.structs.replace(
            order, seq=seq, status=OrderStatus.CANCELED, leaves_qty="0", text=event.text,
            updated=time_text(event.ts_event), updated_wall=None,
        )  # fmt: skip
    if type(event) is OrderReplaced:
        trigger = format_optional(event.trigger_price) or order.trigger_price
        return msgspec.structs.replace(
            order, seq=seq, order_qty=format_raw(event.order_qty), trigger_price=trigger,
            limit_price=format_optional(event.limit_price), updated=time_text(event.ts_event),
            updated_wall=None,
        )  # fmt: skip
    return order


def failures_of(event: OrderRefused | ReplaceRefused) -> tuple[Failure, ...]:
    """Every failed check."""
    return tuple(
        Failure(each.check, each.limit, each.used, each.text) for each in failure_views(event.failures)
    )


def problem_of(event: Event) -> ProblemRaised | None:
    """The problem an event stands for; None for a yes."""
    if type(event) is OrderRefused or type(event) is ReplaceRefused:
        largest = format_raw(event.largest_qty)
        text = "; ".join(each.text for each in event.failures[:3])
        return ProblemRaised(
            "order-refused",
            f"{event.failures[0].check}: {text}" if event.failures else "risk refused the order",
            remedy=f"at most {largest} would pass" if event.largest_qty else "change what the checks name",
            failures=failures_of(event),
            largest_qty=largest,
        )
    if type(event) is OrderDenied:
        slug = _BY_REASON.get(event.reason, "order-denied")
        field = _FIELDS.get(event.reason)
        errors = () if field is None else (FieldError(field, event.text),)
        return ProblemRaised(slug, event.text, errors=errors)
    if type(event) is CommandDenied:
        return ProblemRaised("command-denied", event.text)
    return None


def event_of(decision: Decision) -> Event:
    """The first event of a decision; raises ProblemRaised where the core could not decide."""
    if decision.error:
        if decision.retryable:
            raise ProblemRaised("journal-full", decision.error, headers=try_again_after(None))
        raise ProblemRaised("command-denied", decision.error)
    return decision.events[0]


def outcome(event: Event) -> str:
    """One word for figures: "approved", "refused", "denied", "repeated"."""
    return _OUTCOMES.get(type(event).__name__, "other")


_OUTCOMES: Final = {
    "OrderApproved": "approved",
    "OrderHeld": "approved",
    "OrderCanceled": "approved",
    "OrderReplaced": "approved",
    "OrderRepeated": "repeated",
    "OrderRefused": "refused",
    "ReplaceRefused": "refused",
    "OrderDenied": "denied",
    "CommandDenied": "denied",
    "OrderPendingCancel": "approved",
    "OrderPendingReplace": "approved",
}
