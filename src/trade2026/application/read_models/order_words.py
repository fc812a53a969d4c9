"""What happened to an order, said in words, with the evidence that each step of its life rests on."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from trade2026.application.read_models.views import PostingView, format_ts
from trade2026.model.commands import CancelOrder, Command, ReplaceOrder, ReportExecution
from trade2026.model.enums import Side, TrailingOffsetType, TriggerSource
from trade2026.model.events import (
    AlarmRaised,
    CancelRejected,
    Event,
    FillBusted,
    InvalidTransition,
    OrderAcknowledged,
    OrderAdopted,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderNotReceived,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRejected,
    OrderReleased,
    OrderRepeated,
    OrderReplaced,
    OrderRestated,
    OrderSuspended,
    OrderUnknown,
    ReplaceRefused,
    ReportParked,
    TriggerMoved,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import SECOND_NS


class EvidenceView(msgspec.Struct, frozen=True):
    """One thing a step of an order's life rests on: what it is, and how it was."""

    name: str
    value: str


class OrderEventView(msgspec.Struct, frozen=True):
    """One step of an order's life.

    `n` counts the events of frame `seq` from 0; `postings` is the ledger's entry of an execution.
    """

    seq: int
    n: int
    ts: str
    wall: str | None
    type: str
    title: str
    text: str
    evidence: tuple[EvidenceView, ...]
    postings: tuple[PostingView, ...]


Said = tuple[str, str, dict[str, str]]
"""Title, text, and evidence by name; evidence that is "" is left out."""

SOURCES: Final = {
    TriggerSource.LAST: "the last price",
    TriggerSource.MID: "the middle of the quote",
    TriggerSource.OPPOSITE_QUOTE: "the quote it would hit",
}


def say(command: Command, event: Event) -> tuple[str, str, tuple[EvidenceView, ...]]:
    """Title, text and evidence of an event that concerns an order."""
    title, text, evidence = _SAID[type(event)](command, event)
    return title, text, tuple(EvidenceView(name, value) for name, value in evidence.items() if value)


def terms_text(order: OrderApproved | OrderAdopted) -> str:
    """The terms in one line, such as "BUY 100 KO.XNYS at 2.1 LIMIT, GTC"."""
    price = "" if order.limit_price is None else f" at {format_raw(order.limit_price)}"
    quantity = format_raw(order.order_qty)
    return f"{order.side} {quantity} {order.instrument_id}{price} {order.order_type}, {order.time_in_force}"


def trigger_text(instructions: OrderInstructions | None, side: Side, trigger_price: int | None) -> str:
    """What an order that is held waits for."""
    if instructions is not None and instructions.parent_client_order_id:
        return f"waits for fills of {instructions.parent_client_order_id}"
    if trigger_price is None or instructions is None:
        return "waits for its turn"
    where = "at or above" if side is Side.BUY else "at or below"
    return f"waits until {SOURCES[instructions.trigger_source]} is {where} {format_raw(trigger_price)}"


def instructions_text(instructions: OrderInstructions) -> str:
    """What was asked beyond side, price and quantity, in one line."""
    parts: list[str] = []
    if instructions.trigger_price is not None:
        parts.append(f"trigger {format_raw(instructions.trigger_price)} by {instructions.trigger_source}")
    if instructions.trailing_offset:
        is_price = instructions.trailing_offset_type is TrailingOffsetType.PRICE
        unit = "" if is_price else " basis points"
        parts.append(f"trails by {format_raw(instructions.trailing_offset)}{unit}")
    if instructions.display_qty:
        parts.append(f"shows {format_raw(instructions.display_qty)}")
    if instructions.expire_time:
        parts.append(f"until {format_ts(instructions.expire_time)}")
    parts += ["post only"] if instructions.post_only else []
    parts += ["reduce only"] if instructions.reduce_only else []
    if instructions.contingency_type is not None:
        parts.append(f"{instructions.contingency_type} {instructions.list_id}".strip())
    if instructions.parent_client_order_id:
        parts.append(f"child of {instructions.parent_client_order_id}")
    return ", ".join(parts)


def _decision(order: OrderApproved) -> dict[str, str]:
    """What the decision was based on."""
    age = (order.now - order.reference_ts) / SECOND_NS
    session = ""
    if order.session_open or order.session_close:
        session = f"{format_ts(order.session_open)} to {format_ts(order.session_close)}"
    return {
        "client order id": order.client_order_id,
        "limits version": str(order.limits_version),
        "reference price": format_raw(order.reference_price),
        "age of the reference": f"{age:g} s",
        "session": session,
        "instructions": "" if order.instructions is None else instructions_text(order.instructions),
    }


def _approved(_: Command, event: OrderApproved) -> Said:
    return "Approved", f"{terms_text(event)}, asked by {event.trader_id}", _decision(event)


def _held(_: Command, event: OrderHeld) -> Said:
    order = event.order
    waits = trigger_text(order.instructions, order.side, event.trigger_price)
    text = f"{terms_text(order)}, asked by {order.trader_id}; the core {waits}, the venue does not know of it"
    return "Held by the core", text, {**_decision(order), "armed": format_raw(event.armed_qty)}


def _released(_: Command, event: OrderReleased) -> Said:
    evidence = {"client order id": event.order.client_order_id}
    if event.ts_event:
        evidence["price that met the trigger"] = format_raw(event.price)
        evidence["made at"] = format_ts(event.ts_event)
    return "Released", f"{terms_text(event.order)} goes to the venue: {event.text}", evidence


def _trigger_moved(_: Command, event: TriggerMoved) -> Said:
    text = f"to {format_raw(event.trigger_price)}, after a price of {format_raw(event.price)}"
    return "Trigger moved", text, {}


def _armed(_: Command, event: OrderArmed) -> Said:
    return "Armed", f"fills of its parent allow {format_raw(event.armed_qty)}", {}


def _acknowledged(_: Command, event: OrderAcknowledged) -> Said:
    return "Taken by the venue", "", _venue(event, {"venue order id": event.venue_order_id})


def _venue(event: Any, more: dict[str, str] | None = None) -> dict[str, str]:
    """The venue's time, and its words where it has any."""
    return {
        "venue's time": format_ts(event.ts_event), "venue's words": getattr(event, "text", ""),
        **(more or {}),
    }  # fmt: skip


def _rejected(_: Command, event: OrderRejected) -> Said:
    return "Rejected by the venue", event.text, _venue(event)


def _execution(event: OrderFilled | FillBusted) -> dict[str, str]:
    evidence = {"execution id": event.execution_id, "venue's time": format_ts(event.ts_event)}
    if event.commission:
        evidence["commission"] = f"{format_raw(event.commission)} {event.commission_currency}"
    return evidence


def _filled(_: Command, event: OrderFilled) -> Said:
    left = format_raw(event.leaves_qty)
    text = f"{event.side} {format_raw(event.last_qty)} at {format_raw(event.last_px)}"
    text += f", {format_raw(event.cum_qty)} in all, {left} left"
    evidence = {**_execution(event), "liquidity": event.liquidity_side or ""}
    return "Partly filled" if event.leaves_qty else "Filled", text, evidence


def _busted(_: Command, event: FillBusted) -> Said:
    title = "Execution corrected" if event.correction is not None else "Execution taken back"
    text = f"{format_raw(event.last_qty)} at {format_raw(event.last_px)} of {event.ref_execution_id}"
    text += ", and the order works again" if event.is_reopened else ""
    return title, text, {**_execution(event), "taken back": event.ref_execution_id}


def _prevented(event: OrderCanceled | OrderExpired) -> dict[str, str]:
    return {"prevented self-trade": format_raw(event.prevented_qty) if event.prevented_qty else ""}


def _canceled(command: Command, event: OrderCanceled) -> Said:
    if type(command) is ReportExecution:
        return "Canceled", event.text, _venue(event, _prevented(event))
    text = event.text or "the core held it, so that nobody had to be asked"
    return "Canceled", text, {"client order id": event.client_order_id, **_prevented(event)}


def _expired(command: Command, event: OrderExpired) -> Said:
    by_venue = type(command) is ReportExecution
    return "Expired", event.text, _venue(event, _prevented(event)) if by_venue else _prevented(event)


def _pending_cancel(_: Command, event: OrderPendingCancel) -> Said:
    return "Cancel asked for", "the venue decides", {"client order id": event.client_order_id}


def _new_terms(event: Any) -> str:
    parts = [f"quantity {format_raw(event.order_qty)}"]
    parts += [] if event.limit_price is None else [f"limit {format_raw(event.limit_price)}"]
    trigger_price = getattr(event, "trigger_price", None)
    parts += [] if trigger_price is None else [f"trigger {format_raw(trigger_price)}"]
    return ", ".join(parts)


def _pending_replace(_: Command, event: OrderPendingReplace) -> Said:
    evidence = {
        "client order id": event.client_order_id,
        "limits version": str(event.limits_version),
        "reference price": format_raw(event.reference_price),
    }
    return "Replace asked for", f"{_new_terms(event)}; the venue decides", evidence


def _replaced(command: Command, event: OrderReplaced) -> Said:
    name = {"client order id": event.client_order_id}
    return "Replaced", _new_terms(event), _venue(event, name) if type(command) is ReportExecution else name


def _cancel_rejected(_: Command, event: CancelRejected) -> Said:
    title = "Replace rejected by the venue" if event.was_replace else "Cancel rejected by the venue"
    return title, event.text, _venue(event, {"client order id": event.client_order_id})


def _restated(command: Command, event: OrderRestated) -> Said:
    evidence = _venue(event) if type(command) is ReportExecution else {}
    return "Terms changed unasked", f"{_new_terms(event)}: {event.text}".removesuffix(": "), evidence


def _unknown(_: Command, event: OrderUnknown) -> Said:
    text = "what became of the request is not known; what it could have led to stays reserved"
    return "Outcome unknown", text, {"client order id": event.client_order_id, "what happened": event.text}


def _not_received(_: Command, event: OrderNotReceived) -> Said:
    text = "it is proved that the venue never received the order"
    return "Not received", text, {"client order id": event.client_order_id, "proof": event.evidence}


def _suspended(_: Command, event: OrderSuspended) -> Said:
    return (
        "Kept by the venue, not matched",
        f"{event.exec_type}: {event.text}".removesuffix(": "),
        _venue(event),
    )


def _adopted(_: Command, event: OrderAdopted) -> Said:
    evidence = {"client order id": event.client_order_id, "venue order id": event.venue_order_id}
    return "Found at the venue", f"{terms_text(event)}, sent by nobody here", _venue(event, evidence)


def _denied(command: Command, event: OrderDenied) -> Said:
    title = "Cancel denied" if type(command) is CancelOrder else "Request denied"
    title = "Replace denied" if type(command) is ReplaceOrder else title
    return title, f"{event.reason}: {event.text}", {"client order id": event.client_order_id}


def _replace_refused(_: Command, event: ReplaceRefused) -> Said:
    evidence = {"client order id": event.client_order_id, "limits version": str(event.limits_version)}
    for each in event.failures:
        evidence[each.check.value] = f"{each.text} (limit {each.limit}, would be {each.used})"
    return "Replace refused by risk", _new_terms(event), evidence


def _repeated(_: Command, event: OrderRepeated) -> Said:
    text = "the same request came again; nothing was done twice"
    return "Asked again", text, {"client order id": event.client_order_id}


def _alarm(_: Command, event: AlarmRaised) -> Said:
    return "Alarm", f"{event.kind}: {event.text}", {}


def _invalid(_: Command, event: InvalidTransition) -> Said:
    evidence = _venue(event, {"client order id": event.client_order_id})
    evidence.pop("venue's words")
    return "Report makes no sense", f"{event.exec_type}: {event.text}; nothing changed", evidence


def _parked(_: Command, event: ReportParked) -> Said:
    report = event.report
    text = f"{report.exec_type} of {report.ref_execution_id}, which has not arrived; it waits for it"
    return "Report parked", text, _venue(report, {"execution id": report.execution_id})


_SAID: Final[dict[type, Callable[[Command, Any], Said]]] = {
    AlarmRaised: _alarm,
    CancelRejected: _cancel_rejected,
    FillBusted: _busted,
    InvalidTransition: _invalid,
    OrderAcknowledged: _acknowledged,
    OrderAdopted: _adopted,
    OrderApproved: _approved,
    OrderArmed: _armed,
    OrderCanceled: _canceled,
    OrderDenied: _denied,
    OrderExpired: _expired,
    OrderFilled: _filled,
    OrderHeld: _held,
    OrderNotReceived: _not_received,
    OrderPendingCancel: _pending_cancel,
    OrderPendingReplace: _pending_replace,
    OrderRejected: _rejected,
    OrderReleased: _released,
    OrderRepeated: _repeated,
    OrderReplaced: _replaced,
    OrderRestated: _restated,
    OrderSuspended: _suspended,
    OrderUnknown: _unknown,
    ReplaceRefused: _replace_refused,
    ReportParked: _parked,
    TriggerMoved: _trigger_moved,
}
