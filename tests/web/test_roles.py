"""Who may do what: every route of the table with every role, and no route beside the table."""

import re

import pytest
from fastapi import FastAPI

from tests.web.caller import Caller, log_in
from tests.web.conftest import Running
from tests.web.desk import PASSWORD
from trade2026.web.roles import NOBODY, ROLES, VIEWER, Declared, RoleTable, check_declared

RANKS = {role: rank for rank, role in enumerate((NOBODY, *ROLES))}
CHANGES_SESSIONS = ("/api/v1/auth/logout", "/api/v1/auth/login", "/api/v1/auth/refresh")


def test_every_route_with_every_role(running: Running) -> None:
    desk = running.desk

    async def walk() -> list[str]:
        callers = {NOBODY: Caller(desk.app)}
        for role in ROLES:
            callers[role] = await desk.user(f"one-{role}", role)
        wrong = []
        for declared in desk.app.table:
            path = re.sub(r"\{[^}]*\}", "7", declared.path)
            for role, caller in callers.items():
                if declared.path in CHANGES_SESSIONS and role != NOBODY:
                    caller = await log_in(desk.app, f"one-{role}", PASSWORD)
                has_body = declared.method != "GET" and path != "/ops/halt"
                reply = await caller(declared.method, path, {} if has_body else None)
                wanted = "allowed"
                if RANKS[role] < RANKS[declared.role]:
                    wanted = "401" if role == NOBODY else "403"
                found = str(reply.status) if reply.status in (401, 403) else "allowed"
                if declared.path == "/api/v1/auth/refresh":  # Has no token to refresh with.
                    found, wanted = reply.slug, "not-logged-in"
                elif declared.path == "/ops/halt" and declared.method == "POST":  # Has no Origin.
                    found, wanted = reply.slug, "origin-refused"
                if found != wanted:
                    wrong.append(f"{declared.method} {path} as {role}: {reply.status}, not {wanted}")
                if found == "403" and declared.path != "/ops/halt":
                    assert reply.json["field"] == "role"
                    assert reply.json["value"] == declared.role
                assert reply.status < 500, f"{declared.method} {path} as {role}: {reply.body!r}"
        return wrong

    assert running(walk()) == []


def test_the_table_is_the_contract(running: Running) -> None:
    found = {(each.method, each.path.removeprefix("/api/v1")): each.role for each in running.desk.app.table}
    for line in CONTRACT.strip().splitlines():
        role, method, *paths = line.split()
        for path in paths:
            assert found.pop((method, path)) == role, path
    assert found == {}


def test_every_socket_is_in_the_table_with_its_role(running: Running) -> None:
    """How each refuses whoever has less is in the tests of the sockets themselves."""
    found = {each.path: (each.role, each.limit) for each in running.desk.app.table.sockets.values()}
    assert found == {"/ws/v1": ("viewer", "reads"), "/ws/v1/orders": ("trader", "orders")}
    with pytest.raises(AssertionError, match="declared twice"):
        running.desk.app.table.declare_socket("/ws/v1", VIEWER)
    with pytest.raises(AssertionError, match="needs a role"):
        RoleTable().declare_socket("/ws/v2", "everyone")


CONTRACT = """
none GET /health /auth/jwks /.well-known/jwks.json /openapi.json /docs /ops/halt
none POST /auth/login /auth/refresh /ops/halt
viewer POST /auth/logout /auth/password
viewer GET /metrics /me /instruments /instruments/{instrument_id} /quotes /bars /feed /orders
viewer GET /orders/{order_id}/events
viewer GET /orders/{order_id} /fills /positions /lots /accounts /accounts/{account_id} /ledger /equity
viewer GET /strategies /strategy-runs /strategy-runs/{run_id} /strategy-runs/{run_id}/log /backtests
viewer GET /analyses /data /jobs /jobs/{job_id} /jobs/{job_id}/result /jobs/{job_id}/table
viewer GET /backtests/{job_id} /backtests/{job_id}/result /trading-state /events /services /ui/pages
viewer GET /venues /reconciliations /reconciliations/differences /unknown-outcomes
viewer GET /trading-state/ladder /trading-state/targets /alerts
viewer GET /sim /sim/books/{instrument_id}/live /sim/books/{instrument_id}/gauges /sim/agents
viewer GET /sim/scenarios /sim/scorecard /sim/scorecard/job
trader POST /feed /orders /orders/batch /orders/bracket /orders/preview /orders/{order_id}/cancel
trader POST /orders/{order_id}/replace /orders/cancel-all /strategy-runs /strategy-runs/{run_id}/stop
trader POST /portfolio/black-litterman /portfolio/minimum-cvar /portfolio/risk
trader POST /portfolio/assets /portfolio/covariance /portfolio/efficient-frontier
trader POST /portfolio/covariance-over-time /portfolio/covariance-recovery /portfolio/entropy-pooling
trader POST /portfolio/out-of-sample /portfolio/tail-risk /portfolio/weight-stability
trader POST /portfolio/measure /portfolio/tracking /portfolio/trade-plan /portfolio/whole-lots
trader POST /factors/attribution /factors/barra /factors/betas /factors/brinson /factors/fama-macbeth
trader POST /factors/mimicking /factors/returns-attribution /factors/risk /factors/risk-budget
trader POST /factors/statistical /factors/stress
trader POST /portfolio/hierarchical /portfolio/mean-variance /portfolio/risk-based /backtests /halt
viewer GET /portfolio/rebalancing /portfolio/rebalancing/{proposal_id}
trader POST /portfolio/rebalancing /portfolio/rebalancing/{proposal_id}/confirm
trader DELETE /portfolio/rebalancing/{proposal_id}
trader DELETE /backtests/{job_id} /jobs/{job_id}
operator POST /resume /venues/{venue}/reconcile /venues/{venue}/accept
operator POST /sim/scenarios /sim/restart /sim/scorecard
operator DELETE /sim/scorecard/job
admin POST /auth/keys/rotate /users
admin GET /users
admin PATCH /users/{name}
admin DELETE /users/{name}
"""


def test_a_route_that_declares_no_role_fails_the_application() -> None:
    app, table = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), RoleTable()

    async def endpoint() -> None:
        return None

    app.add_api_route("/known", endpoint)
    table.declare(Declared("GET", "/known", NOBODY))
    check_declared(app.routes, table)
    app.add_api_route("/forgotten", endpoint)
    with pytest.raises(AssertionError, match="GET /forgotten declares no role"):
        check_declared(app.routes, table)


def test_a_mounted_application_is_refused() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.mount("/sub", FastAPI())
    with pytest.raises(AssertionError, match="mounted past"):
        check_declared(app.routes, RoleTable())


def test_a_role_must_be_one_of_ours() -> None:
    with pytest.raises(AssertionError, match="needs a role"):
        RoleTable().declare(Declared("GET", "/x", "everyone"))
    table = RoleTable()
    table.declare(Declared("GET", "/x", NOBODY))
    with pytest.raises(AssertionError, match="declared twice"):
        table.declare(Declared("GET", "/x", NOBODY))
