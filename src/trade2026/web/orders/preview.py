"""What an order would cost and how it would be answered, without sending it."""

from trade2026.model.enums import Side, TriggerSource
from trade2026.model.events import (
    Event,
    OrderApproved,
    OrderDenied,
    OrderHeld,
    OrderRefused,
    OrderReleased,
    OrderRepeated,
)
from trade2026.ports.core_link import PreviewIntent, SubmitIntent
from trade2026.primitives.fixed_point import format_raw
from trade2026.risk.state import Exposure
from trade2026.risk.values import buy_reserve, value_up
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised
from trade2026.web.orders.answers import PreviewAnswer, event_of, failures_of, problem_of
from trade2026.web.orders.asking import ask


async def preview(context: WebContext, intent: SubmitIntent) -> PreviewAnswer:
    """Ask the core how it would decide, and add what the read models know of value and fees."""
    answer = await ask(context, PreviewIntent(intent))
    event = event_of(answer.decisions[0])
    exposure = _exposure(context, intent)
    approved = event.order if type(event) is OrderHeld else event
    reference = approved.reference_price if type(approved) is OrderApproved else _last_price(exposure)
    price = intent.limit_price
    if price is None:
        price = event.trigger_price if type(event) is OrderHeld else reference
        price = reference if price is None else price
    notional = fees = None
    if price is not None and exposure is not None:
        worth = abs(price) * intent.order_qty
        value = value_up(worth, exposure.instrument.multiplier)
        notional = format_raw(value)
        if exposure.limits is not None:
            fees = format_raw(buy_reserve(exposure, worth, intent.order_qty, 1) - value)
    verdict, text = _verdict(event)
    held = False
    if type(event) is OrderHeld:
        held = not any(type(each) is OrderReleased for each in answer.decisions[0].events)
        text = _held_text(event, held)
    refused = event if type(event) is OrderRefused else None
    return PreviewAnswer(
        verdict == "APPROVED", verdict, () if refused is None else failures_of(refused),
        None if refused is None else format_raw(refused.largest_qty), notional,
        None if reference is None else format_raw(reference), fees, text, held,
    )  # fmt: skip


def _verdict(event: Event) -> tuple[str, str]:
    if type(event) is OrderApproved or type(event) is OrderHeld:
        return "APPROVED", "the order would be sent"
    if type(event) is OrderRepeated:
        return "APPROVED", f"the same request made order {event.order_id} already"
    problem = problem_of(event)
    assert problem is not None, f"no answer to a submit: {type(event).__name__}"
    if problem.slug == "not-found":  # As a submit would be answered, so that nothing foreign is confirmed.
        raise ProblemRaised("not-found", problem.detail, errors=problem.errors)
    return "DENIED" if type(event) is OrderDenied else "REFUSED", problem.detail


_SOURCES = {
    TriggerSource.LAST: "the last price",
    TriggerSource.MID: "the middle of the quote",
    TriggerSource.OPPOSITE_QUOTE: "the opposite quote",
}


def _held_text(event: OrderHeld, held: bool) -> str:
    """What the core would do with an order that the venue does not do by itself."""
    order = event.order
    if not held:
        return "the core would send the order part by part"
    if order.instructions is not None and order.instructions.parent_client_order_id:
        return "the core would hold the order until fills of its parent arm it"
    if event.trigger_price is None or order.instructions is None:
        return "the core would hold the order and send it when its turn comes"
    where = "at or above" if order.side is Side.BUY else "at or below"
    return (
        f"the core would hold the order until {_SOURCES[order.instructions.trigger_source]} is {where} "
        f"{format_raw(event.trigger_price)}; the venue would not know of it before"
    )


def _exposure(context: WebContext, intent: SubmitIntent) -> Exposure | None:
    """The account in the instrument, as the replica of the core knows it; None for unknown ones."""
    risk = context.services.read_models.core.engines.risk
    account = risk.accounts.get(intent.account_id)
    found: Exposure | None = None if account is None else account.exposures.get(intent.instrument_id)
    if found is None and intent.instrument_id in risk.instruments:
        return Exposure(risk.instruments[intent.instrument_id])
    return found


def _last_price(exposure: Exposure | None) -> int | None:
    return None if exposure is None or exposure.price == 0 else exposure.price
