"""Orders and fills as they are, and canceling many at once."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Query, Response

from trade2026.application.read_models.order_filter import OrderFilter, OrderScope
from trade2026.application.read_models.order_words import OrderEventView
from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.views import FillView, OrderView
from trade2026.model.events import Event, OrderCanceled, OrderDenied, OrderPendingCancel
from trade2026.ports.core_link import CancelAllIntent, Decision
from trade2026.web.access import may_see, visible
from trade2026.web.api import Routes, Said, reply, reply_as_of
from trade2026.web.context import Caller, Here, This, WebContext
from trade2026.web.errors import not_found
from trade2026.web.orders.answers import event_of
from trade2026.web.orders.asking import ask
from trade2026.web.orders.requests import check_prefix
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, NoQuery, OrderId, Paged, Strict

ROUTES: Final = Routes("orders")


class OrderQuery(Paged):
    """Which orders."""

    account_id: Id | None = None
    status: Literal["open", "done", "all"] = "all"
    instrument_id: Id | None = None
    strategy_id: Id | None = None


class FillQuery(Paged):
    """Which fills."""

    account_id: Id | None = None
    order_id: int | None = None
    instrument_id: Id | None = None
    strategy_id: Id | None = None


class CancelAll(Strict):
    """Which orders; what is left out, or empty, is any."""

    account_id: Id | Literal[""] = ""
    instrument_id: Id | Literal[""] = ""
    strategy_id: Id | Literal[""] = ""


class Canceled(msgspec.Struct, frozen=True):
    """Orders whose cancel is on its way, or was done at once where the core held them.

    `denied` are those that could not be, in words: others' orders, mostly.
    """

    canceled: tuple[int, ...]
    denied: tuple[str, ...]
    seq: int


@ROUTES.add(
    "GET",
    "/orders",
    VIEWER,
    Said("Orders, newest first.", Page[OrderView], examples.listing(examples.HELD_ORDER)),
)
async def list_orders(here: Here, caller: Caller, query: Annotated[OrderQuery, Query()]) -> Response:
    """List orders, newest first, with requests that were refused or denied."""
    chosen = OrderFilter(
        visible(caller), query.account_id, query.instrument_id, query.strategy_id, OrderScope(query.status)
    )
    await here.catch_up()
    page = here.services.read_models.orders(chosen, query.limit, query.cursor)
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/orders/{order_id}",
    VIEWER,
    Said("The order.", OrderView, examples.WORKING_ORDER),
    problems=("not-found",),
)
async def get_order(here: Here, caller: Caller, order_id: OrderId, _: NoQuery) -> Response:
    """Get one order."""
    seq = await here.catch_up()
    found = here.services.read_models.order(order_id, visible(caller))
    if found is None:
        raise not_found(f"there is no order {order_id}", field="order_id", value=str(order_id))
    return reply_as_of(seq, found)


@ROUTES.add(
    "GET",
    "/orders/{order_id}/events",
    VIEWER,
    Said(
        "What happened to the order, the oldest first.",
        Page[OrderEventView],
        {"items": examples.ORDER_LIFE, "next_cursor": None, "as_of_seq": 160},
    ),
    problems=("not-found",),
)
async def list_order_events(
    here: Here, caller: Caller, order_id: OrderId, query: Annotated[Paged, Query()]
) -> Response:
    """List what happened to one order, from decision to settlement.

    Each step has its number in the journal, words, and the evidence it rests on; an execution has the
    ledger's entry. It is read from the journal itself, the oldest first.
    """
    await here.catch_up()
    page = await here.services.read_models.order_life(order_id, visible(caller), query.limit, query.cursor)
    if page is None:
        raise not_found(f"there is no order {order_id}", field="order_id", value=str(order_id))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET", "/fills", VIEWER, Said("Fills, newest first.", Page[FillView], examples.listing(examples.FILL))
)
async def list_fills(here: Here, caller: Caller, query: Annotated[FillQuery, Query()]) -> Response:
    """List executions, newest first."""
    chosen = OrderFilter(visible(caller), query.account_id, query.instrument_id, query.strategy_id)
    await here.catch_up()
    page = here.services.read_models.fills(chosen, query.order_id, query.limit, query.cursor)
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "POST",
    "/orders/cancel-all",
    TRADER,
    Said("The cancels are on their way.", Canceled, {"canceled": [7, 9], "denied": [], "seq": 170}, 202),
    limit="orders",
    takes_key=True,
    problems=("not-found", "core-away", "outcome-unknown"),
    body_example={"account_id": "main"},
)
async def cancel_all(here: Here, this: This, caller: Caller, body: CancelAll, _: NoQuery) -> Response:
    """Cancel every open order that matches, among the accounts one may trade."""
    if body.account_id and not may_see(caller, body.account_id):
        raise not_found(f"there is no account {body.account_id!r}", field="account_id", value=body.account_id)
    prefix = check_prefix(this.idempotency_key, here.services.make_id)
    accounts = visible(caller)
    names = [body.account_id] if body.account_id or accounts is None else sorted(accounts)
    intents = [
        CancelAllIntent(prefix, caller.name, name, body.instrument_id, body.strategy_id) for name in names
    ]
    if not intents:
        return reply(Canceled((), (), here.acknowledged_seq), 202)
    answer = await ask(here, *intents)
    return reply(canceled(here, answer.decisions, answer.seq, accounts), 202)


def canceled(
    context: WebContext, decisions: Iterable[Decision], seq: int, accounts: frozenset[str] | None
) -> Canceled:
    """What the core says to `CancelAllIntent`s, of the accounts one may see; ProblemRaised for an error."""
    events: list[Event] = []
    for decision in decisions:
        if decision.error:
            event_of(decision)
        events += decision.events
    return Canceled(
        tuple(
            each.order_id
            for each in events
            if (type(each) is OrderPendingCancel and _is_in(each, accounts))
            or (type(each) is OrderCanceled and _is_asked(context, each, accounts))
        ),
        tuple(each.text for each in events if type(each) is OrderDenied and _is_in(each, accounts)),
        seq,
    )


def _is_asked(context: WebContext, event: OrderCanceled, accounts: frozenset[str] | None) -> bool:
    """Whether it answers a cancel of an order that the core held, and one may see that."""
    if not event.client_order_id:
        return False
    return context.services.read_models.order(event.order_id, accounts) is not None


def _is_in(event: OrderPendingCancel | OrderDenied, accounts: frozenset[str] | None) -> bool:
    return accounts is None or event.account_id in accounts
