"""What accounts hold and are worth: positions, lots, accounts, ledger and equity."""

from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response
from pydantic import Field

from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.views import (
    AccountView,
    EquityPoint,
    LedgerEntry,
    LotView,
    PositionView,
)
from trade2026.web.access import visible
from trade2026.web.api import Routes, Said, reply_as_of
from trade2026.web.context import Caller, Here
from trade2026.web.errors import not_found
from trade2026.web.roles import VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, Loose, NoQuery, Paged, Span

ROUTES: Final = Routes("portfolio")


class Equity(msgspec.Struct, frozen=True):
    """Official points in order of time."""

    items: tuple[EquityPoint, ...]
    as_of_seq: int


class PositionQuery(Loose):
    """Whose positions."""

    account_id: Id | None = None
    instrument_id: Id | None = None


class LedgerQuery(Paged):
    """Whose entries."""

    account_id: Id | None = None
    instrument_id: Id | None = None


class EquityQuery(Span):
    """Whose equity, and when: the newest `limit` points."""

    account_id: Id
    limit: int = Field(1000, ge=1, le=10_000)


@ROUTES.add(
    "GET",
    "/positions",
    VIEWER,
    Said("Positions by account and instrument.", Page[PositionView], examples.listing(examples.POSITION)),
)
async def list_positions(here: Here, caller: Caller, query: Annotated[PositionQuery, Query()]) -> Response:
    """List positions at the latest prices."""
    await here.catch_up()
    page = here.services.read_models.positions(visible(caller), query.account_id, query.instrument_id)
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/lots",
    VIEWER,
    Said("Open lots, the oldest of each position first.", Page[LotView], examples.listing(examples.LOT)),
)
async def list_lots(here: Here, caller: Caller, query: Annotated[PositionQuery, Query()]) -> Response:
    """List the open lots that positions consist of."""
    await here.catch_up()
    page = here.services.read_models.lots(visible(caller), query.account_id, query.instrument_id)
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET", "/accounts", VIEWER, Said("Accounts by id.", Page[AccountView], examples.listing(examples.ACCOUNT))
)
async def list_accounts(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List accounts with their worth at the latest prices."""
    await here.catch_up()
    page = here.services.read_models.accounts(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/accounts/{account_id}",
    VIEWER,
    Said("The account.", AccountView, examples.ACCOUNT),
    problems=("not-found",),
)
async def get_account(
    here: Here, caller: Caller, account_id: Annotated[str, Path(max_length=64)], _: NoQuery
) -> Response:
    """Get one account."""
    seq = await here.catch_up()
    found = here.services.read_models.account(account_id, visible(caller))
    if found is None:
        raise not_found(f"there is no account {account_id!r}", field="account_id", value=account_id)
    return reply_as_of(seq, found)


@ROUTES.add(
    "GET",
    "/ledger",
    VIEWER,
    Said("Entries, newest first.", Page[LedgerEntry], examples.listing(examples.LEDGER_ENTRY)),
)
async def list_ledger(here: Here, caller: Caller, query: Annotated[LedgerQuery, Query()]) -> Response:
    """List balanced entries of the ledger, newest first."""
    await here.catch_up()
    page = here.services.read_models.ledger(
        visible(caller), query.account_id, query.instrument_id, query.limit, query.cursor
    )
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/equity",
    VIEWER,
    Said("Points in order of time.", Equity, {"items": [examples.EQUITY_POINT], "as_of_seq": 160}),
)
async def list_equity(here: Here, caller: Caller, query: Annotated[EquityQuery, Query()]) -> Response:
    """List the official worth of an account, struck at each set of marks in the journal."""
    start_ns, end_ns = query.bounds()
    seq = await here.catch_up()
    points = here.services.read_models.equity(
        query.account_id, visible(caller), start_ns=start_ns, end_ns=end_ns, limit=query.limit
    )
    return reply_as_of(seq, Equity(points, seq))
