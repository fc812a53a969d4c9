"""What risk says to the orders of a plan, one after the other, before any of them is sent.

The core is asked how it would decide each order, as `POST /orders/preview` asks. It answers each as if it
were alone; together they may still be too much. So the orders that it would approve are entered, in the order
in which they are sent, into a copy of what risk knows of the account, and the core's own checks judge each
behind those before it.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from trade2026.application.read_models.views import FailureView, failure_views
from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import AccountType, Side
from trade2026.model.events import Event, OrderApproved, OrderDenied, OrderHeld, OrderRefused, OrderRepeated
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.ports.core_link import CoreClient, Decision, PreviewIntent, SubmitIntent
from trade2026.primitives.errors import OperatingError
from trade2026.risk.check import failures
from trade2026.risk.evolve import HANDLERS
from trade2026.risk.snapshot import decode_state, encode_state
from trade2026.risk.state import RiskState, new_state

_AT_ONCE: Final = 50
"""Previews of one ask: the core decides nothing else meanwhile."""


class Verdict(StrEnum):
    """How risk would answer: yes, no, or not before sells have brought in the cash."""

    APPROVED = "APPROVED"
    WAITS = "WAITS"
    REFUSED = "REFUSED"


class Check(msgspec.Struct, frozen=True):
    """What risk says to one order of a plan, behind those before it."""

    verdict: Verdict
    text: str = ""
    failures: tuple[FailureView, ...] = ()


async def check(core: CoreClient, risk: RiskState, intents: Sequence[SubmitIntent]) -> tuple[Check, ...]:
    """A check for each intent, all of one account. OperatingError where the core is away."""
    if not intents:
        return ()
    events: list[Event] = []
    for first in range(0, len(intents), _AT_ONCE):
        part = intents[first : first + _AT_ONCE]
        answer = await core.ask(*(PreviewIntent(each) for each in part))
        events += map(_event, answer.decisions)
    account_id = intents[0].account_id
    scratch = copy_of_account(risk, account_id)
    is_cash = risk.accounts[account_id].account.account_type is AccountType.CASH
    return tuple(
        _check(scratch, event, intent, number, is_cash)
        for number, (event, intent) in enumerate(zip(events, intents, strict=True), start=1)
    )


def copy_of_account(risk: RiskState, account_id: str) -> RiskState:
    """A copy of risk's state with this account alone, without its open orders but with what they reserve."""
    alone = new_state()
    alone.environment = risk.environment
    alone.instruments, alone.rates = risk.instruments, risk.rates
    alone.trading_states, alone.venue_sessions = risk.trading_states, risk.venue_sessions
    alone.accounts = {account_id: risk.accounts[account_id]}
    return decode_state(encode_state(alone))


def _event(decision: Decision) -> Event:
    if decision.error:
        raise OperatingError(decision.error, retryable=decision.retryable)
    return decision.events[0]


def _check(scratch: RiskState, event: Event, intent: SubmitIntent, number: int, is_cash: bool) -> Check:
    if type(event) is OrderRepeated:  # It was sent, and whoever asks has not heard of it yet.
        return Check(Verdict.APPROVED, f"was sent before, as order {event.order_id}")
    if type(event) is OrderHeld:
        event = event.order
    if type(event) is OrderRefused:
        return _judged(event.failures, intent, is_cash, "")
    if type(event) is OrderDenied:
        return Check(Verdict.REFUSED, event.text)
    assert type(event) is OrderApproved, f"no answer to a new submit: {type(event).__name__}"
    found = failures(scratch, _command(scratch, event))
    if found:
        return _judged(tuple(found), intent, is_cash, "with the orders before it: ")
    HANDLERS[OrderApproved](scratch, msgspec.structs.replace(event, order_id=-number))
    return Check(Verdict.APPROVED, "would be sent")


def _command(scratch: RiskState, event: OrderApproved) -> SubmitOrder:
    environment = scratch.accounts[event.account_id].account.environment
    return SubmitOrder(
        event.now, event.account_id, event.client_order_id, event.trader_id, event.strategy_id, environment,
        event.instrument_id, event.side, event.order_type, event.time_in_force, event.order_qty,
        event.limit_price, event.reference_price, event.reference_ts, event.session_open, event.session_close,
        event.instructions,
    )  # fmt: skip


def _judged(found: Sequence[RiskFailure], intent: SubmitIntent, is_cash: bool, before: str) -> Check:
    views = failure_views(tuple(found))
    only_cash = all(each.check is RiskCheck.BUYING_POWER for each in found)
    if is_cash and only_cash and intent.side is Side.BUY:
        return Check(Verdict.WAITS, "waits for cash of the sells", views)
    return Check(Verdict.REFUSED, before + "; ".join(each.text for each in found), views)
