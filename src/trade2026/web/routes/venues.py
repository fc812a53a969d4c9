"""Venues that are reached over a line: how far each is trusted, and what to do where books differ."""

from typing import Annotated, Final, Literal

import msgspec
from fastapi import Path, Response
from pydantic import Field

from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.unknown import UnknownView
from trade2026.application.read_models.venues import DifferenceRow, ReconciliationRow, VenueView
from trade2026.ports.core_link import Intent
from trade2026.ports.venue_intents import AcceptDifferenceIntent, ReconcileIntent
from trade2026.web.access import check_fresh, may_see, visible
from trade2026.web.api import Routes, Said, reply, reply_as_of
from trade2026.web.context import Caller, Here, WebContext
from trade2026.web.errors import not_found
from trade2026.web.orders.answers import event_of, problem_of
from trade2026.web.orders.asking import ask
from trade2026.web.roles import OPERATOR, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, NoQuery, Strict

ROUTES: Final = Routes("venues")

VenueName = Annotated[str, Path(max_length=64)]


class Taken(msgspec.Struct, frozen=True):
    """It was taken; reads of this server show at least journal number `seq`."""

    seq: int


class Reconcile(Strict):
    """Why the books are to be compared now."""

    reason: Annotated[str, Field(min_length=1, max_length=400)]


class Accept(Strict):
    """Which difference of the last reconciliation, and why the venue's word is taken for it."""

    account_id: Id
    kind: Literal["ORDER", "EXECUTION", "POSITION", "BALANCE"]
    name: Annotated[str, Field(min_length=1, max_length=128)]
    reason: Annotated[str, Field(min_length=10, max_length=400)]


@ROUTES.add(
    "GET",
    "/venues",
    VIEWER,
    Said("Venues with a session, by name.", Page[VenueView], examples.listing(examples.VENUE)),
)
async def list_venues(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List venues: how far each is trusted, why, and how its books last compared with ours."""
    await here.catch_up()
    page = here.services.read_models.venues(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/reconciliations",
    VIEWER,
    Said("Comparisons, newest first.", Page[ReconciliationRow], examples.listing(examples.RECONCILIATION)),
)
async def list_reconciliations(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List the last comparisons of our books with each venue's; older ones are in the events."""
    await here.catch_up()
    page = here.services.read_models.reconciliations(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/reconciliations/differences",
    VIEWER,
    Said("Lines, undecided ones first.", Page[DifferenceRow], examples.listing(examples.DIFFERENCE)),
)
async def list_differences(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List ours against the venue's, line by line, of the last comparison with each venue."""
    await here.catch_up()
    page = here.services.read_models.differences(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/unknown-outcomes",
    VIEWER,
    Said("Requests, oldest first.", Page[UnknownView], examples.listing(examples.UNKNOWN)),
)
async def list_unknown_outcomes(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List requests that a venue has not answered; what they could lead to stays reserved meanwhile."""
    await here.catch_up()
    page = here.services.read_models.unknown_outcomes(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "POST",
    "/venues/{venue}/reconcile",
    OPERATOR,
    Said("The comparison has begun; the list tells how it ended.", Taken, {"seq": 170}, 202),
    problems=("command-denied", "core-away", "outcome-unknown"),
    body_example={"reason": "after maintenance"},
)
async def reconcile_venue(
    here: Here, caller: Caller, venue: VenueName, body: Reconcile, _: NoQuery
) -> Response:
    """Compare our books and the venue's now; nothing new is sent to it until they agree."""
    return await _ask(here, ReconcileIntent(venue, caller.name, body.reason))


@ROUTES.add(
    "POST",
    "/venues/{venue}/accept",
    OPERATOR,
    Said("Booked as the venue states it.", Taken, {"seq": 171}, 202),
    problems=("fresh-login-needed", "not-found", "command-denied", "core-away", "outcome-unknown"),
    body_example={
        "account_id": "main",
        "kind": "POSITION",
        "name": "AAPL.XSIM",
        "reason": "transferred by hand to the other broker",
    },
)
async def accept_difference(
    here: Here, caller: Caller, venue: VenueName, body: Accept, _: NoQuery
) -> Response:
    """Take the venue's word for a difference: booked against a suspense account, or the fill taken back.

    It needs a login of the last minutes, as lifting a halt does: it changes books by a person's word.
    """
    check_fresh(here, caller, "accepting a difference")
    if not may_see(caller, body.account_id):
        raise not_found(f"there is no account {body.account_id!r}", field="account_id", value=body.account_id)
    return await _ask(
        here,
        AcceptDifferenceIntent(venue, body.account_id, body.kind, body.name, caller.name, body.reason),
    )


async def _ask(context: WebContext, intent: Intent) -> Response:
    answer = await ask(context, intent)
    (decision,) = answer.decisions
    if decision.error or decision.events:
        problem = problem_of(event_of(decision))
        if problem is not None:
            raise problem
    return reply(Taken(answer.seq), 202)
