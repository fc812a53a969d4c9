"""The simulated market: what it does, its books, its traders, and what befalls it."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Response
from pydantic import Field

from trade2026.web.access import visible
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Caller, Here, This
from trade2026.web.orders.requests import check_prefix
from trade2026.web.roles import OPERATOR, VIEWER
from trade2026.web.routes import sim_examples as shown
from trade2026.web.routes import sim_scorecard_views as cards
from trade2026.web.routes import sim_views as views
from trade2026.web.routes.queries import Empty, Id, Loose, NoQuery, Strict

ROUTES: Final = Routes("simulated market")
_AWAY: Final = ("unavailable",)
_UNKNOWN: Final = ("not-found", "unavailable")

InstrumentId = Annotated[str, Path(min_length=1, max_length=64)]
Reason = Annotated[str, Field(min_length=1, max_length=400)]


class LiveQuery(Loose):
    """The `cursor` of the last answer; 0 for all that is kept."""

    after: int = Field(0, ge=0, le=2**63 - 1)


class AgentsQuery(Loose):
    """Of which book; left out, of all together."""

    instrument_id: Id | None = None


class SimScenarioRequest(Strict):
    """What is to befall the market, and why; what `fields` leaves out has its default."""

    kind: Id
    fields: dict[str, Any] = Field(default_factory=dict)
    reason: Reason


class SimRestartRequest(Strict):
    """From which seed, and why."""

    seed: int = Field(ge=0, le=2**63 - 1)
    reason: Reason


class SimScorecardRequest(Strict):
    """How many runs, of seeds 1 and on, and how many hours of simulated time each."""

    seeds: int = Field(5, ge=1, le=50)
    hours: float = Field(24.0, ge=0.5, le=48.0, allow_inf_nan=False)


@ROUTES.add("GET", "/sim", VIEWER, Said("The market.", views.SimView, shown.SIM), problems=_AWAY)
async def get_sim(here: Here, caller: Caller, _: NoQuery) -> Response:
    """Say how the simulated market is: its time, its books, who trades there."""
    return reply(views.sim_view(await here.services.sim.status(), visible(caller)))


@ROUTES.add(
    "GET",
    "/sim/books/{instrument_id}/live",
    VIEWER,
    Said("The book, and what is new.", views.SimLiveView, shown.LIVE),
    problems=_UNKNOWN,
)
async def get_sim_book(
    here: Here, instrument_id: InstrumentId, query: Annotated[LiveQuery, Query()]
) -> Response:
    """Get a book with its levels, and trades and columns of the heat map since a cursor.

    A column is a second of the market; the last 600 are kept. Ask again with the cursor of the answer, or
    follow the topics sim/book, sim/tape and sim/heat of the live feed.
    """
    return reply(views.live_view(await here.services.sim.live(instrument_id, query.after)))


@ROUTES.add(
    "GET",
    "/sim/books/{instrument_id}/gauges",
    VIEWER,
    Said("Figures with their conventions.", views.SimGaugesView, shown.GAUGES),
    problems=_UNKNOWN,
)
async def get_sim_gauges(here: Here, instrument_id: InstrumentId, _: NoQuery) -> Response:
    """Measure the last minutes of a book: spreads, depth, toxicity, impact, volatility."""
    return reply(views.gauges_view(await here.services.sim.gauges(instrument_id)))


@ROUTES.add(
    "GET",
    "/sim/agents",
    VIEWER,
    Said("Everybody who trades there.", views.SimAgentsView, shown.AGENTS),
    problems=_UNKNOWN,
)
async def list_sim_agents(here: Here, caller: Caller, query: Annotated[AgentsQuery, Query()]) -> Response:
    """List the traders of the simulated market with what they have made since it began."""
    found = await here.services.sim.agents(query.instrument_id or "")
    return reply(views.agents_view(found, visible(caller)))


@ROUTES.add(
    "GET",
    "/sim/scenarios",
    VIEWER,
    Said("Kinds with their forms.", views.SimKindsView, shown.KINDS),
    problems=_AWAY,
)
async def list_sim_scenarios(here: Here, _: NoQuery) -> Response:
    """List what may befall the simulated market, with fields, bounds and defaults."""
    return reply(views.kinds_view(await here.services.sim.kinds()))


@ROUTES.add(
    "POST",
    "/sim/scenarios",
    OPERATOR,
    Said("It is brought about.", views.SimInjectedView, shown.INJECTED, 202),
    takes_key=True,
    problems=("unavailable", "idempotency-conflict"),
    body_example=shown.SCENARIO,
)
async def inject_sim_scenario(
    here: Here, this: This, caller: Caller, body: SimScenarioRequest, _: NoQuery
) -> Response:
    """Have something befall the simulated market, which is told who did it and why."""
    key = check_prefix(this.idempotency_key, here.services.make_id)
    injected = await here.services.sim.inject(
        body.kind, body.fields, trader_id=caller.name, reason=body.reason, key=key
    )
    return reply(views.injected_view(injected), 202)


@ROUTES.add(
    "POST",
    "/sim/restart",
    OPERATOR,
    Said("It is being made anew.", views.SimRestarting, shown.RESTARTING, 202),
    takes_key=True,
    problems=("conflict", "unavailable", "idempotency-conflict"),
    body_example={"seed": 8, "reason": "another day"},
)
async def restart_sim(
    here: Here, this: This, caller: Caller, body: SimRestartRequest, _: NoQuery
) -> Response:
    """Make the simulated market anew from a seed: its open orders end, holdings of accounts stay."""
    key = check_prefix(this.idempotency_key, here.services.make_id)
    await here.market_restarts.restart(body.seed, body.reason, caller.name, key)
    return reply(views.SimRestarting(body.seed, f"made anew from seed {body.seed}: {body.reason}"), 202)


@ROUTES.add(
    "GET",
    "/sim/scorecard",
    VIEWER,
    Said("The last one.", cards.SimScorecardView, shown.SCORECARD),
    problems=_UNKNOWN,
)
async def get_sim_scorecard(here: Here, _: NoQuery) -> Response:
    """Get the last scorecard: which facts of real markets the simulated one shows."""
    return reply(cards.scorecard_view(await here.services.sim.scorecard()))


@ROUTES.add(
    "POST",
    "/sim/scorecard",
    OPERATOR,
    Said("It is being made.", cards.SimScorecardJobView, shown.JOB, 202),
    takes_key=True,
    problems=("conflict", "unavailable", "idempotency-conflict"),
    body_example={"seeds": 5, "hours": 24},
)
async def make_sim_scorecard(
    here: Here, this: This, caller: Caller, body: SimScorecardRequest, _: NoQuery
) -> Response:
    """Have a scorecard made, by runs that are independent of the market that is live; one at a time."""
    key = check_prefix(this.idempotency_key, here.services.make_id)
    job = await here.services.sim.start_scorecard(body.seeds, body.hours, caller.name, key=key)
    return reply(cards.job_view(job), 202)


@ROUTES.add(
    "GET",
    "/sim/scorecard/job",
    VIEWER,
    Said("The last job.", cards.SimScorecardJobView, shown.JOB),
    problems=_UNKNOWN,
)
async def get_sim_scorecard_job(here: Here, _: NoQuery) -> Response:
    """Say how far the making of a scorecard is."""
    return reply(cards.job_view(await here.services.sim.scorecard_job()))


@ROUTES.add(
    "DELETE",
    "/sim/scorecard/job",
    OPERATOR,
    Said("It is canceled, unless it had ended.", cards.SimScorecardJobView, shown.JOB, 202),
    problems=_UNKNOWN,
    body_example={},
)
async def cancel_sim_scorecard(here: Here, _: NoQuery, body: Empty | None = None) -> Response:
    """Cancel the making of a scorecard."""
    return reply(cards.job_view(await here.services.sim.cancel_scorecard()), 202)
