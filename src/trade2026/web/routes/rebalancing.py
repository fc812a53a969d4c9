"""Rebalancing proposals: made from weights at live quotes, looked at, confirmed once, withdrawn."""

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Query, Response
from pydantic import Field

from trade2026.application.rebalancing.plan import Others, Wishes
from trade2026.application.rebalancing.proposal import NotConfirmable, Proposal
from trade2026.application.rebalancing.views import ProposalView, proposal_view
from trade2026.application.rebalancing.weights import WEIGHTS_MAX, parse_weights, weights_of_result
from trade2026.model.enums import OrderType, TimeInForce
from trade2026.ports.runner_link import JobState
from trade2026.primitives.errors import OperatingError, StoreUnavailable
from trade2026.primitives.fixed_point import MONEY_MAX, parse_raw
from trade2026.web.access import may_see, visible
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Caller, Here, This, WebContext
from trade2026.web.errors import ProblemRaised, invalid, try_again_after
from trade2026.web.orders.asking import check_connected
from trade2026.web.orders.requests import check_prefix, unknown_account
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.jobs import job_of
from trade2026.web.routes.queries import Empty, Id, Loose, Name, NoQuery, Strict

ROUTES: Final = Routes("portfolio")
_PATH: Final = "/portfolio/rebalancing"
_LIST_MAX: Final = 1_000
_OFFSET_MAX: Final = 1_000

Decimal = Annotated[str, Field(max_length=64, examples=["100000"])]


class Rebalance(Strict):
    """What is wanted: weights by name or of a job, in which account, and how orders are made.

    Attributes
    ----------
    weights : dict or None
        Shares of the capital by instrument, decimals as strings; either these or `job_id`.
    job_id : str or None
        An analysis whose result has weights.
    capital : str or None
        What the weights are shares of; without it all that is not in positions that are kept.
    others : str
        What becomes of positions that are not named: KEEP or CLOSE.
    offset_bps : int
        How far a limit goes through the touch; below zero it waits.
    min_trade : str
        Orders worth less are left out.
    """

    account_id: Id
    weights: Annotated[dict[Id, Decimal], Field(min_length=1, max_length=WEIGHTS_MAX)] | None = None
    job_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    capital: Decimal | None = None
    others: Literal["KEEP", "CLOSE"] = "KEEP"
    order_type: Literal["LIMIT", "MARKET"] = "LIMIT"
    time_in_force: Literal["DAY", "GTC", "IOC"] = "DAY"
    offset_bps: int = Field(10, ge=-_OFFSET_MAX, le=_OFFSET_MAX)
    min_trade: Decimal = "0"


class ProposalQuery(Loose):
    """Whose proposals."""

    account_id: Id | None = None
    limit: int = Field(20, ge=1, le=_LIST_MAX)


class ProposalList(msgspec.Struct, frozen=True):
    """Proposals, newest first; `problems` names kept ones that cannot be read."""

    items: tuple[ProposalView, ...]
    problems: tuple[str, ...]


class Confirmed(msgspec.Struct, frozen=True):
    """A proposal that was confirmed; `repeated` says that it had been before, and nothing was sent twice."""

    proposal: ProposalView
    repeated: bool


@ROUTES.add(
    "POST",
    _PATH,
    TRADER,
    Said("The proposal; nothing was sent.", ProposalView, examples.PROPOSAL, 201),
    problems=("not-found", "conflict", "core-away", "unavailable"),
    body_example={"account_id": "main", "weights": {"AAPL.XNAS": "0.25"}, "capital": "40000"},
)
async def propose_rebalancing(here: Here, caller: Caller, body: Rebalance, _: NoQuery) -> Response:
    """Propose the orders that lead to weights, at live quotes and net of open orders.

    Nothing is sent. The proposal may be confirmed for 60 s, while no mid moves by more than 25 bps. Each
    order has its expected cost and what risk would say of it behind those before it.
    """
    if not may_see(caller, body.account_id):
        raise unknown_account(body.account_id)
    await here.catch_up()
    if body.account_id not in here.services.read_models.core.engines.ledger.accounts:
        raise unknown_account(body.account_id)
    wishes = await _wishes(here, body)
    check_connected(here)
    rebalancing = here.services.rebalancing
    proposal = await rebalancing.propose(body.account_id, wishes, caller.name, body.job_id or "")
    return _reply(here, proposal, 201)


async def _wishes(here: WebContext, body: Rebalance) -> Wishes:
    if (body.weights is None) == (body.job_id is None):
        raise invalid(
            "weights", "give weights or job_id, and one of them alone", remedy="leave the other out"
        )
    if body.weights is not None:
        weights = parse_weights(body.weights)
    else:
        assert body.job_id is not None, "one of both"
        job = await job_of(here, body.job_id)
        if job.state is not JobState.DONE:
            raise ProblemRaised(
                "conflict", f"job {body.job_id} is {job.state}", remedy="wait until it is DONE"
            )
        weights = weights_of_result(body.job_id, await here.services.runner.job_result(body.job_id))
    capital = None if body.capital is None else parse_raw(body.capital, "capital", maximum=MONEY_MAX)
    return Wishes(
        weights=weights, capital=capital, others=Others(body.others), order_type=OrderType(body.order_type),
        time_in_force=TimeInForce(body.time_in_force), offset_bps=body.offset_bps,
        min_trade=parse_raw(body.min_trade, "min_trade", maximum=MONEY_MAX),
    )  # fmt: skip


@ROUTES.add(
    "GET",
    _PATH,
    VIEWER,
    Said("Proposals, newest first.", ProposalList, {"items": [examples.PROPOSAL], "problems": []}),
    problems=("unavailable",),
)
async def list_rebalancing(here: Here, caller: Caller, query: Annotated[ProposalQuery, Query()]) -> Response:
    """List the newest proposals, with what became of their orders."""
    await here.catch_up()
    rebalancing = here.services.rebalancing
    found = await rebalancing.proposals(visible(caller))
    if query.account_id is not None:
        found = [each for each in found if each.account_id == query.account_id]
    views = tuple(proposal_view(each, rebalancing) for each in found[: query.limit])
    return reply(ProposalList(views, tuple(rebalancing.problems)))


@ROUTES.add(
    "GET",
    f"{_PATH}/{{proposal_id}}",
    VIEWER,
    Said("The proposal as it is now.", ProposalView, examples.PROPOSAL),
    problems=("not-found", "unavailable"),
)
async def get_rebalancing(here: Here, caller: Caller, proposal_id: Name, _: NoQuery) -> Response:
    """Get one proposal: how long it may be confirmed, where it is, and what became of its orders."""
    await here.catch_up()
    return _reply(here, await here.services.rebalancing.proposal(proposal_id, visible(caller)))


@ROUTES.add(
    "POST",
    f"{_PATH}/{{proposal_id}}/confirm",
    TRADER,
    Said("Its orders are on their way.", Confirmed, {"proposal": examples.PROPOSAL, "repeated": False}),
    limit="orders",
    takes_key=True,
    problems=("not-found", "conflict", "core-away", "outcome-unknown", "idempotency-conflict", "unavailable"),
    body_example={},
)
async def confirm_rebalancing(
    here: Here, this: This, caller: Caller, proposal_id: Name, _: NoQuery, body: Empty | None = None
) -> Response:
    """Confirm a proposal: send its orders, each once, however often this is asked.

    In a CASH account sells go first, and buys as their cash comes in. Asked again after an answer that was
    lost it completes what was begun. An Idempotency-Key that has confirmed another proposal is refused.
    """
    given = this.idempotency_key
    key = "" if given is None else check_prefix(given, here.services.make_id)
    await here.catch_up()
    check_connected(here)
    rebalancing = here.services.rebalancing
    try:
        found, repeated = await rebalancing.confirm(proposal_id, visible(caller), caller.name, key)
    except NotConfirmable as error:
        raise _conflict(error) from None
    except StoreUnavailable:
        raise
    except OperatingError as error:
        raise ProblemRaised(
            "outcome-unknown", f"not all orders are known to be sent: {error}",
            remedy="confirm it again: nothing is sent twice", headers=try_again_after(None),
        ) from None  # fmt: skip
    finally:
        here.acknowledge(rebalancing.sender.seq)
    return reply(Confirmed(proposal_view(found, rebalancing), repeated))


@ROUTES.add(
    "DELETE",
    f"{_PATH}/{{proposal_id}}",
    TRADER,
    Said("It is withdrawn.", ProposalView, {**examples.PROPOSAL, "state": "WITHDRAWN"}),
    problems=("not-found", "conflict", "unavailable"),
)
async def withdraw_rebalancing(here: Here, caller: Caller, proposal_id: Name, _: NoQuery) -> Response:
    """Withdraw a proposal; of one that is on its way, what is not sent yet is not sent any more."""
    await here.catch_up()
    try:
        found = await here.services.rebalancing.withdraw(proposal_id, visible(caller), caller.name)
    except NotConfirmable as error:
        raise _conflict(error) from None
    return _reply(here, found)


def _conflict(error: NotConfirmable) -> ProblemRaised:
    return ProblemRaised("conflict", str(error), remedy="propose anew, at the quotes of now")


def _reply(here: WebContext, proposal: Proposal, status: int = 200) -> Response:
    view: Any = proposal_view(proposal, here.services.rebalancing)
    return reply(view, status)
