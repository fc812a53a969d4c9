"""Stopping and resuming trading, and what is allowed where.

Halting needs no more than the role trader and never waits; resuming follows governance `solo`: a fresh
login, a typed reason, and a cool-down since the halt. Both are journaled with the name and the reason.
"""

from typing import Annotated, Final, Literal

import msgspec
from fastapi import Response
from pydantic import Field

from trade2026.application.local_halt import cancels_of
from trade2026.application.read_models.halt_ladder import RungView, TargetView
from trade2026.application.read_models.paging import Page
from trade2026.application.read_models.views import TradingStateView
from trade2026.model.enums import Scope, TradingState
from trade2026.ports.core_link import SetTradingStateIntent
from trade2026.primitives.time import SECOND_NS, format_ns
from trade2026.web.access import check_fresh, may_see, visible
from trade2026.web.api import Routes, Said, reply, reply_as_of
from trade2026.web.context import Caller, Here, This, WebContext
from trade2026.web.errors import ProblemRaised, invalid, not_found, try_again_after
from trade2026.web.orders.answers import event_of, problem_of
from trade2026.web.orders.asking import ask
from trade2026.web.orders.requests import check_prefix
from trade2026.web.roles import OPERATOR, TRADER, VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Id, NoQuery, Strict
from trade2026.web.routes.trading import Canceled, canceled
from trade2026.web.services import Principal

ROUTES: Final = Routes("control")
REASON_LENGTH_MIN: Final = 10

ScopeName = Literal["GLOBAL", "VENUE", "ACCOUNT", "STRATEGY", "INSTRUMENT"]


class TradingStates(msgspec.Struct, frozen=True):
    """What trading is allowed in each scope.

    `halted` says whether everything is, by the scope GLOBAL; `can_resume_at` is when the cool-down of the
    latest halt that is in force ends, None where nothing is halted.
    """

    items: tuple[TradingStateView, ...]
    halted: bool
    can_resume_at: str | None
    as_of_seq: int


class Resumed(msgspec.Struct, frozen=True):
    """Trading is allowed again from `seq` on."""

    seq: int


class Halt(Strict):
    """What to halt and why; `target` is an id of the scope, empty for GLOBAL."""

    scope: ScopeName = "GLOBAL"
    target: Id | Literal[""] = ""
    reason: Annotated[str, Field(min_length=1, max_length=400)]


class Resume(Strict):
    """What to resume and why, in ten characters at least."""

    scope: ScopeName = "GLOBAL"
    target: Id | Literal[""] = ""
    reason: Annotated[str, Field(min_length=REASON_LENGTH_MIN, max_length=400)]


@ROUTES.add(
    "GET",
    "/trading-state",
    VIEWER,
    Said(
        "What is allowed where, GLOBAL first.",
        TradingStates,
        {"items": [examples.STATE], "halted": True, "can_resume_at": examples.WALL, "as_of_seq": 160},
    ),
)
async def get_trading_state(here: Here, caller: Caller, _: NoQuery) -> Response:
    """Say where trading is halted or reduced, since when, by whom and why."""
    seq = await here.catch_up()
    models = here.services.read_models
    items = models.trading_states(visible(caller)).items
    halted = [each for each in items if each.state is TradingState.HALTED]
    walls = [
        row.wall_ns
        for each in halted
        if (row := models.trading_state(each.scope, each.target)) is not None and row.wall_ns is not None
    ]
    ends = None
    if walls:
        ends = format_ns(max(walls) + here.services.settings.cool_down_seconds * SECOND_NS)
    is_global = any(each.scope is Scope.GLOBAL for each in halted)
    return reply_as_of(seq, TradingStates(items, is_global, ends, seq))


@ROUTES.add(
    "GET",
    "/trading-state/ladder",
    VIEWER,
    Said("Scopes, the widest first.", Page[RungView], examples.listing(examples.RUNG)),
)
async def get_ladder(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List scopes from everything down to instruments: what is halted, and which orders are still open.

    Everything, every venue and account, strategies that run, and whatever else is not active or has open
    orders. A halt is confirmed by the venue when none of its scope is left.
    """
    await here.catch_up()
    page = here.services.read_models.halt_ladder(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "GET",
    "/trading-state/targets",
    VIEWER,
    Said("Targets by scope.", Page[TargetView], examples.listing(examples.TARGET)),
)
async def list_targets(here: Here, caller: Caller, _: NoQuery) -> Response:
    """List what can be halted by itself: venues, accounts, strategies that run, instruments."""
    await here.catch_up()
    page = here.services.read_models.halt_targets(visible(caller))
    return reply_as_of(page.as_of_seq, page)


@ROUTES.add(
    "POST",
    "/halt",
    TRADER,
    Said("Halted; cancels are on their way.", Canceled, {"canceled": [7], "denied": [], "seq": 170}, 202),
    limit="orders",
    takes_key=True,
    problems=("not-found", "command-denied", "core-away", "outcome-unknown"),
    body_example={"scope": "GLOBAL", "target": "", "reason": "prices look wrong"},
)
async def halt_trading(here: Here, this: This, caller: Caller, body: Halt, _: NoQuery) -> Response:
    """Halt trading in a scope and cancel its open orders; halting twice does no harm."""
    prefix = check_prefix(this.idempotency_key, here.services.make_id)
    return reply(await halt(here, caller, Scope(body.scope), body.target, body.reason, prefix), 202)


async def halt(
    context: WebContext, caller: Principal, scope: Scope, target: str, reason: str, prefix: str
) -> Canceled:
    """Halt and cancel in one batch; raises ProblemRaised. `prefix` begins the ids of the cancels."""
    _check_target(caller, scope, target)
    state = SetTradingStateIntent(scope, target, TradingState.HALTED, caller.name, reason)
    answer = await ask(context, state, cancels_of(scope, target, prefix))
    problem = problem_of(event_of(answer.decisions[0]))
    if problem is not None:
        raise problem
    return canceled(context, answer.decisions[1:], answer.seq, visible(caller))


def _check_target(caller: Principal, scope: Scope, target: str) -> None:
    if (scope is Scope.GLOBAL) != (target == ""):
        raise invalid(
            "target", f"target must be an id for {scope}, was {target!r}; only GLOBAL has none", target
        )
    if scope is Scope.ACCOUNT and not may_see(caller, target):
        raise not_found(f"there is no account {target!r}", field="target", value=target)


@ROUTES.add(
    "POST",
    "/resume",
    OPERATOR,
    Said("Trading is allowed again.", Resumed, {"seq": 190}, 202),
    problems=(
        "fresh-login-needed",
        "conflict",
        "cool-down",
        "command-denied",
        "core-away",
        "outcome-unknown",
    ),
    body_example={"scope": "GLOBAL", "target": "", "reason": "prices checked with the vendor"},
)
async def resume_trading(here: Here, caller: Caller, body: Resume, _: NoQuery) -> Response:
    """Resume trading: a login of the last five minutes, a reason, and thirty seconds since the halt."""
    scope, reason = Scope(body.scope), body.reason.strip()
    if len(reason) < REASON_LENGTH_MIN:
        raise invalid(
            "reason", f"reason must have {REASON_LENGTH_MIN} characters", reason, "say what was done"
        )
    _check_target(caller, scope, body.target)
    check_fresh(here, caller, "resuming")
    await here.catch_up()
    _check_cool_down(here, scope, body.target)
    intent = SetTradingStateIntent(
        scope, body.target, TradingState.ACTIVE, caller.name, f"resumed (solo): {reason}"
    )
    answer = await ask(here, intent)
    problem = problem_of(event_of(answer.decisions[0]))
    if problem is not None:
        raise problem
    return reply(Resumed(answer.seq), 202)


def _check_cool_down(context: WebContext, scope: Scope, target: str) -> None:
    row = context.services.read_models.trading_state(scope, target)
    if row is None or row.state is TradingState.ACTIVE:
        raise ProblemRaised("conflict", f"{scope} {target} is not halted".replace("  ", " "))
    if row.wall_ns is None:
        return
    ends = row.wall_ns + context.services.settings.cool_down_seconds * SECOND_NS
    left = ends - context.services.clock.now_ns()
    if left > 0:
        raise ProblemRaised(
            "cool-down",
            f"trading can be resumed from {format_ns(ends)} on",
            remedy="wait, and look whether what led to the halt is over",
            headers=try_again_after(left),
        )
