"""Backtests as jobs: start, progress, cancel, result."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response
from pydantic import Field

from trade2026.ports.runner_link import BacktestJob
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Caller, Here
from trade2026.web.roles import TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.jobs import JobList, JobView, canceled, job_of, job_view, jobs_page, result_of
from trade2026.web.routes.queries import Id, Name, NoQuery, Paged, Strict, plain

ROUTES: Final = Routes("backtests")
_KIND: Final = "backtest"

Decimal = Annotated[str, Field(max_length=40)]


class BacktestResult(msgspec.Struct, frozen=True):
    """What a backtest found; made by `application.runner.result`.

    `summary` has figures by name, returns as fractions, None for what is undefined. `equity` and `drawdown`
    are thinned to what can be drawn; `monthly` is rows of year, month, return. Of `round_trips`, `fills` and
    `log` the last ones, `counts` says how many there were. `limits` is what the data and the run cannot show.
    """

    summary: dict[str, Any]
    currency: str
    equity: list[dict[str, Any]]
    drawdown: list[dict[str, Any]]
    monthly: list[tuple[int, int, float]]
    round_trips: list[dict[str, Any]]
    fills: list[dict[str, Any]]
    counts: dict[str, Any]
    limits: list[str]
    warnings: list[str]
    statistics: Any
    parameters: dict[str, Any]
    facts: list[Any]
    log: list[dict[str, Any]]
    provenance: dict[str, Any]


class Costs(Strict):
    """What trading is assumed to cost; texts as on the command line."""

    fees: Decimal | None = None
    fee_minimum: Decimal | None = None
    fee_currency: Decimal | None = None
    spread_bps: Decimal | None = None
    slippage_bps: Decimal | None = None
    participation: Decimal | None = None
    latency_ms: Decimal | None = None


class Backtest(Strict):
    """A backtest to run; what is left out has its default."""

    strategy: Id
    parameters: dict[str, Any] = Field(default_factory=dict)
    data: Id = "sp500"
    start: str = Field("", max_length=40, examples=["1990-01-02"])
    end: str = Field("", max_length=40)
    cash: Decimal = ""
    account_type: Annotated[str, Field(max_length=10)] = ""
    max_leverage: Decimal = ""
    costs: Costs | None = None
    seed: int = Field(0, ge=0, le=2**63 - 1)


@ROUTES.add(
    "POST",
    "/backtests",
    TRADER,
    Said("It is queued.", JobView, examples.JOB, 202),
    problems=("conflict", "unavailable"),
    body_example={
        "strategy": "momentum",
        "parameters": {"top": 5},
        "data": "sp500",
        "start": "1990-01-02",
        "end": "1999-12-31",
        "costs": {"fees": "1bps"},
    },
)
async def start_backtest(here: Here, caller: Caller, body: Backtest, _: NoQuery) -> Response:
    """Queue a backtest; follow it at GET /backtests/{job_id}."""
    costs = {} if body.costs is None else body.costs.model_dump(exclude_none=True)
    request = BacktestJob(
        strategy=body.strategy, parameters=plain(body.parameters), data=body.data, start=body.start,
        end=body.end, cash=body.cash, account_type=body.account_type, max_leverage=body.max_leverage,
        costs=costs, seed=body.seed,
    )  # fmt: skip
    return reply(job_view(await here.services.runner.submit(request, caller.name)), 202)


@ROUTES.add(
    "GET",
    "/backtests",
    VIEWER,
    Said("Jobs, newest first.", JobList, {"items": [examples.JOB], "next_cursor": None}),
    problems=("unavailable",),
)
async def list_backtests(here: Here, query: Annotated[Paged, Query()]) -> Response:
    """List backtests."""
    return reply(await jobs_page(here, query, _KIND))


@ROUTES.add(
    "GET",
    "/backtests/{job_id}",
    VIEWER,
    Said("The job.", JobView, examples.JOB),
    problems=("not-found", "unavailable"),
)
async def get_backtest(here: Here, job_id: Name, _: NoQuery) -> Response:
    """Get one backtest: how far it is."""
    return reply(job_view(await job_of(here, job_id, _KIND)))


@ROUTES.add(
    "DELETE",
    "/backtests/{job_id}",
    TRADER,
    Said("It is canceled, unless it had ended.", JobView, examples.JOB, 202),
    problems=("not-found", "unavailable"),
)
async def cancel_backtest(here: Here, caller: Caller, job_id: Name, _: NoQuery) -> Response:
    """Cancel a backtest; somebody else's needs the role operator."""
    return reply(job_view(await canceled(here, caller, job_id, _KIND)), 202)


@ROUTES.add(
    "GET",
    "/backtests/{job_id}/result",
    VIEWER,
    Said(
        "What it found.",
        BacktestResult,
        {
            "summary": {"total_return": 0.12, "max_drawdown": 0.08},
            "currency": "USD",
            "equity": [{"ts": examples.TS, "equity": 1000000.0}],
            "drawdown": [{"ts": examples.TS, "drawdown": 0.0}],
            "monthly": [[1990, 1, 0.01]],
            "round_trips": [],
            "fills": [],
            "counts": {"orders": 0, "fills": 0, "round_trips": 0},
            "limits": ["The sample holds only companies that are still listed."],
            "warnings": [],
            "statistics": {"total_return": 0.12},
            "parameters": {"top": "5"},
            "facts": [],
            "log": [],
            "provenance": {"code_version": "2026.1", "seed": 0},
        },
    ),
    problems=("not-found", "conflict", "unavailable"),
)
async def get_backtest_result(here: Here, job_id: Name, _: NoQuery) -> Response:
    """Get the result of a backtest that is done."""
    return await result_of(here, job_id, _KIND)
