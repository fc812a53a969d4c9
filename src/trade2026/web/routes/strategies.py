"""Strategies: the library with its parameters, and the runs on the desk."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.views import RunPosition, StrategyRunView
from trade2026.application.strategy_schema import strategy_schema
from trade2026.ports.runner_link import LogLine, StrategyStatus
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import format_ns
from trade2026.web.access import may_see, visible
from trade2026.web.api import Routes, Said, reply, reply_as_of
from trade2026.web.context import Caller, Here, WebContext
from trade2026.web.errors import not_found
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, Loose, Name, NoQuery, Strict, Text, plain
from trade2026.web.services import Principal

ROUTES: Final = Routes("strategies")


class StrategyView(msgspec.Struct, frozen=True):
    """A strategy that can be started; `schema` is the JSON Schema of its parameters."""

    name: str
    summary: str
    schema: dict[str, Any]


class StrategyList(msgspec.Struct, frozen=True):
    """Strategies in the order to show."""

    items: tuple[StrategyView, ...]


class RunView(msgspec.Struct, frozen=True):
    """A run of a strategy: what the journal says, and what the runner is doing about it.

    `state` is STARTING, RUNNING, RESTARTING, STOPPING, STOPPED or FAILED; `restarts` counts how often its
    process was started again.
    """

    seq: int
    run_id: str
    strategy: str
    parameters: dict[str, Any]
    account_id: str
    trader_id: str
    state: str
    started: str
    started_wall: str | None
    stopped: str | None
    stopped_wall: str | None
    error: str
    orders: int
    fills: int
    realized: dict[str, str]
    positions: tuple[RunPosition, ...]
    restarts: int


class LogLineView(msgspec.Struct, frozen=True):
    """Something a strategy said: its number in the run, trading time, text."""

    n: int
    ts: str
    text: str


class LogList(msgspec.Struct, frozen=True):
    """Lines, oldest first."""

    items: tuple[LogLineView, ...]


class StartRun(Strict):
    """What to start, and on which account; what `parameters` leaves out has its default."""

    strategy: Id
    parameters: dict[str, Any] = Field(default_factory=dict)
    account_id: Id


class StopRun(Strict):
    """Why; may be left out."""

    reason: Text = ""


class LogQuery(Loose):
    """Lines with numbers above `after`; with a negative `after` the last `limit`."""

    after: int = Field(0, ge=-1, le=2**53)
    limit: int = Field(100, ge=1, le=1000)


@ROUTES.add(
    "GET",
    "/strategies",
    VIEWER,
    Said(
        "Strategies in the order to show.",
        StrategyList,
        {
            "items": [
                {
                    "name": "momentum",
                    "summary": "Holds what rose most.",
                    "schema": {"type": "object", "properties": {"top": {"type": "integer"}}},
                }
            ]
        },
    ),
)
async def list_strategies(here: Here, _: NoQuery) -> Response:
    """List the strategies that ship, each with the schema of its parameters."""
    found = here.services.strategies
    definitions = [found.find(name) for name in found.names()]
    return reply(
        StrategyList(
            tuple(StrategyView(each.name, each.summary, strategy_schema(each)) for each in definitions)
        )
    )


@ROUTES.add(
    "GET",
    "/strategy-runs",
    VIEWER,
    Said("Runs, the one started last first.", Page[RunView], examples.listing(examples.RUN)),
)
async def list_strategy_runs(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List the runs of strategies on the desk."""
    await here.catch_up()
    page = here.services.read_models.strategy_runs(visible(caller))
    told = await _statuses(here)
    runs = [merged(run, told.pop(run.run_id, None)) for run in page.items]
    fresh = [from_status(each) for each in told.values() if may_see(caller, each.account_id)]
    items = tuple(fresh[::-1] + runs)
    return reply_as_of(page.as_of_seq, Page(items, None, page.as_of_seq))


@ROUTES.add(
    "GET", "/strategy-runs/{run_id}", VIEWER, Said("The run.", RunView, examples.RUN), problems=("not-found",)
)
async def get_strategy_run(here: Here, caller: Caller, run_id: Name, _: NoQuery) -> Response:
    """Get one run."""
    seq = await here.catch_up()
    return reply_as_of(seq, await find_run(here, caller, run_id))


@ROUTES.add(
    "POST",
    "/strategy-runs",
    TRADER,
    Said("It is starting.", RunView, examples.RUN, 202),
    problems=("not-found", "unavailable"),
    body_example={"strategy": "momentum", "parameters": {"top": 5}, "account_id": "main"},
)
async def start_strategy_run(here: Here, caller: Caller, body: StartRun, _: NoQuery) -> Response:
    """Start a strategy on an account."""
    if not may_see(caller, body.account_id):
        raise not_found(f"there is no account {body.account_id!r}", field="account_id", value=body.account_id)
    status = await here.services.runner.start_strategy(
        body.strategy, plain(body.parameters), body.account_id, caller.name
    )
    return reply(from_status(status), 202)


@ROUTES.add(
    "POST",
    "/strategy-runs/{run_id}/stop",
    TRADER,
    Said("It is stopping.", RunView, examples.RUN, 202),
    problems=("not-found", "unavailable"),
    body_example={"reason": "end of the day"},
)
async def stop_strategy_run(
    here: Here, caller: Caller, run_id: Name, _: NoQuery, body: StopRun | None = None
) -> Response:
    """Stop a run: it may trade no more, its orders are canceled, its process ends."""
    run = await find_run(here, caller, run_id)
    reason = (body.reason if body else "").strip() or f"stopped by {caller.name}"
    status = await here.services.runner.stop_strategy(run_id, caller.name, reason)
    return reply(msgspec.structs.replace(run, state=status.state.value, error=status.error), 202)


@ROUTES.add(
    "GET",
    "/strategy-runs/{run_id}/log",
    VIEWER,
    Said("Lines, oldest first.", LogList, {"items": [{"n": 1, "ts": examples.TS, "text": "bought"}]}),
    problems=("not-found", "unavailable"),
)
async def get_strategy_run_log(
    here: Here, caller: Caller, run_id: Name, query: Annotated[LogQuery, Query()]
) -> Response:
    """Read what a run has said."""
    await find_run(here, caller, run_id)
    lines = await here.services.runner.strategy_log(run_id, query.after, query.limit)
    return reply(LogList(tuple(_line(each) for each in lines)))


async def find_run(context: WebContext, caller: Principal, run_id: str) -> RunView:
    """A run the caller may see; raises ProblemRaised, a 404."""
    found = context.services.read_models.strategy_run(run_id, visible(caller))
    status = (await _statuses(context)).get(run_id)
    if found is not None:
        return merged(found, status)
    if status is None or not may_see(caller, status.account_id):
        raise not_found(f"there is no run {run_id!r}", field="run_id", value=run_id)
    return from_status(status)


async def _statuses(context: WebContext) -> dict[str, StrategyStatus]:
    """What the runner says of its runs; nothing while it is away, the journal then says enough."""
    if not context.services.runner.is_connected:
        return {}
    try:
        return {each.run_id: each for each in await context.services.runner.strategy_status()}
    except OperatingError:
        return {}


def merged(run: StrategyRunView, status: StrategyStatus | None) -> RunView:
    """A run as journaled with what the runner knows better: its state, and its end before it is read here."""
    plain_run = {name: getattr(run, name) for name in StrategyRunView.__struct_fields__}
    if status is not None and run.stopped is None:
        plain_run["state"], plain_run["stopped"] = status.state.value, _stopped(status)
        plain_run["error"] = run.error or status.error
    return RunView(**plain_run, restarts=0 if status is None else status.restarts)


def _stopped(status: StrategyStatus) -> str | None:
    return format_ns(status.stopped_ns) if status.stopped_ns else None


def from_status(status: StrategyStatus) -> RunView:
    """A run the journal has not told of yet."""
    return RunView(
        0, status.run_id, status.strategy, msgspec.json.decode(status.parameters or "{}"),
        status.account_id, status.trader_id, status.state.value, format_ns(status.started_ns), None,
        _stopped(status), None, status.error, 0, 0, {}, (),
        status.restarts,
    )  # fmt: skip


def _line(line: LogLine) -> LogLineView:
    return LogLineView(line.n, format_ns(line.ts), line.text)
