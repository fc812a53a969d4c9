"""Reads: what was answered is shown, a part at a time, and nothing of others; strategies and jobs."""

from typing import Any

import msgspec
import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import ACCOUNT, KO, WebDesk
from tests.web.test_orders import ORDERS, order
from trade2026.application.read_models.views import StrategyRunView
from trade2026.ports.runner_link import JobState, RunState, StrategyStatus
from trade2026.primitives.errors import OperatingError
from trade2026.web.routes.strategies import merged
from trade2026.web.services import ServiceRow

API = "/api/v1"


@pytest.fixture(scope="module")
def trader(running: Running) -> Caller:
    """Who has asked for orders and seen one: any of these tests may be the first of its process."""

    async def trades() -> Caller:
        caller = await running.desk.user("rita", "trader")
        for _ in range(30):
            made = (await caller("POST", ORDERS, order())).json
            await caller("GET", f"{ORDERS}/{made['order']['order_id']}")
        return caller

    caller: Caller = running(trades())
    return caller


def test_a_read_shows_what_was_answered_before(running: Running, trader: Caller) -> None:
    async def at_once() -> list[bool]:
        shown = []
        for _ in range(30):
            made = (await trader("POST", ORDERS, order())).json
            reply = await trader("GET", f"{ORDERS}/{made['order']['order_id']}")
            shown.append(reply.status == 200 and int(reply.headers["x-as-of-seq"]) >= made["seq"])
        return shown

    assert running(at_once()) == [True] * 30


def test_lists_come_in_parts_without_gap_or_repeat(running: Running, trader: Caller) -> None:
    async def parts(limit: int) -> list[int]:
        found: list[int] = []
        cursor = ""
        while True:
            page = (await trader("GET", f"{ORDERS}?limit={limit}{cursor}")).json
            found += [each["order_id"] for each in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    whole = running(parts(1000))
    assert running(parts(7)) == whole == sorted(whole, reverse=True)
    assert len(whole) >= 30


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "cursor=none", "status=some", "account=PAPER", "account_id=a%20b"],
)
def test_a_query_that_cannot_be_used(running: Running, trader: Caller, query: str) -> None:
    reply = running(trader("GET", f"{ORDERS}?{query}"))
    assert (reply.status, reply.slug) == (422, "invalid-input")


@pytest.mark.parametrize("query", ["start=tomorrow", "start=1990-02-01&end=1990-01-01", "end=9999-99-99"])
@pytest.mark.parametrize("path", [f"equity?account_id={ACCOUNT}", f"bars?instrument_id={KO}"])
def test_a_time_that_is_none(running: Running, trader: Caller, path: str, query: str) -> None:
    reply = running(trader("GET", f"{API}/{path}&{query}"))
    assert reply.status == 422
    assert reply.json["field"] in ("start", "end")


def test_a_day_is_included_to_its_end(running: Running, trader: Caller) -> None:
    day = f"{API}/bars?instrument_id={KO}&start=1990-01-02&end=1990-01-02"
    assert [bar["ts"] for bar in running(trader("GET", day)).json["items"]] == ["1990-01-02T21:00:00Z"]


def test_the_feed_is_steered(running: Running, trader: Caller) -> None:
    feed = f"{API}/feed"
    before = running(trader("GET", feed)).json
    assert before["state"] == "PAUSED"
    assert running(trader("POST", feed, {"action": "SPEED", "speed": 4.0})).json["speed"] == 4.0
    for body in (
        {"action": "SPEED"},
        {"action": "PLAY", "speed": 1},
        {"action": "FLY"},
        {"action": "SPEED", "speed": -1},
    ):
        assert running(trader("POST", feed, body)).status == 422
    running.desk.core.is_connected = False
    try:
        assert running(trader("POST", feed, {"action": "PAUSE"})).slug == "core-away"
        assert running(trader("GET", feed)).json["connected"] is False
    finally:
        running.desk.core.is_connected = True


def test_others_accounts_are_not_there(running: Running, trader: Caller) -> None:
    stranger = running(running.desk.user("slim", "viewer", ("OTHER",)))
    for path in (
        "orders",
        "fills",
        "positions",
        "lots",
        "accounts",
        "ledger",
        f"equity?account_id={ACCOUNT}",
    ):
        assert running(stranger("GET", f"{API}/{path}")).json["items"] == [], path
    assert running(stranger("GET", f"{API}/accounts/{ACCOUNT}")).status == 404
    events = running(stranger("GET", f"{API}/events?limit=1000")).json["items"]
    assert ACCOUNT not in [event["data"].get("account_id") for event in events]
    assert running(trader("GET", f"{API}/accounts")).json["items"][0]["account_id"] == ACCOUNT


def test_events_are_searched(running: Running, trader: Caller) -> None:
    found = running(trader("GET", f"{API}/events?types=OrderApproved&limit=2")).json
    assert [each["type"] for each in found["items"]] == ["OrderApproved"] * 2
    assert found["next_cursor"]
    assert running(trader("GET", f"{API}/events?types=Nothing")).status == 422
    first = running(trader("GET", f"{API}/events?first=1&last=1&oldest_first=true")).json["items"]
    assert first[0]["seq"] == 1


def test_pages_are_asked_for_once(running: Running, trader: Caller) -> None:
    first = running(trader("GET", f"{API}/ui/pages"))
    assert first.json["pages"]
    again = running(trader("GET", f"{API}/ui/pages", headers={"If-None-Match": first.headers["etag"]}))
    assert (again.status, again.body) == (304, b"")
    assert first.headers["cache-control"] == "private, no-cache"


def test_figures_for_prometheus(running: Running, trader: Caller) -> None:
    text = running(trader("GET", f"{API}/metrics")).body.decode()
    assert 'trade2026_orders_total{outcome="approved",request="submit"}' in text
    assert 'route="/api/v1/orders/{order_id}"' in text
    assert "trade2026_core_connected 1.0" in text
    assert "trade2026_read_model_lag 0.0" in text
    assert "trade2026_feed_age_seconds 0.0" in text
    assert "/orders/1" not in text


def test_services_with_and_without_a_supervisor(running: Running, trader: Caller, tmp_path: Any) -> None:
    mine = running(trader("GET", f"{API}/services")).json
    assert [each["role"] for each in mine["items"]] == ["web", "core", "runner"]
    assert mine["core"]["environment"] == "PAPER"

    class Watching:
        is_away = False

        async def services(self) -> list[ServiceRow]:
            if self.is_away:
                raise OperatingError("it is away")
            return [ServiceRow("core", "RUNNING", 7, 10**18, 2, "")]

    async def ask() -> list[Any]:
        supervisor = Watching()
        desk = await WebDesk().open(tmp_path, supervisor=supervisor)
        admin = await desk.admin()
        told = (await admin("GET", f"{API}/services")).json["items"]
        supervisor.is_away = True
        seen = (await admin("GET", f"{API}/services")).json["items"]
        await desk.close()
        return [told, seen]

    told, seen = running(ask())
    assert told[0]["restarts"] == 2
    assert [each["role"] for each in seen] == ["web", "core", "runner", "supervisor"]
    assert seen[-1]["state"] == "AWAY"


# ------------------------------------------------------------------------------ strategies and jobs


def test_a_strategy_is_started_watched_and_stopped(running: Running, trader: Caller) -> None:
    runner = running.desk.runner
    listed = running(trader("GET", f"{API}/strategies")).json["items"]
    assert listed[0]["schema"]["properties"]
    body = {"strategy": "momentum", "parameters": {"top": 3}, "account_id": ACCOUNT}
    started = running(trader("POST", f"{API}/strategy-runs", body))
    assert (started.status, started.json["state"]) == (202, "STARTING")
    assert runner.asked[-1] == ("start", "momentum", '{"top":3}', ACCOUNT, "rita")
    run_id = started.json["run_id"]
    assert running(trader("GET", f"{API}/strategy-runs")).json["items"][0]["run_id"] == run_id
    assert running(trader("GET", f"{API}/strategy-runs/{run_id}")).json["parameters"] == {"top": 3}
    log = running(trader("GET", f"{API}/strategy-runs/{run_id}/log?after=3")).json["items"]
    assert [line["n"] for line in log] == [4, 5]
    stopped = running(trader("POST", f"{API}/strategy-runs/{run_id}/stop"))
    assert (stopped.status, stopped.json["state"]) == (202, "STOPPING")
    assert runner.asked[-1] == ("stop", run_id, "rita", "stopped by rita")
    foreign = {**body, "account_id": "OTHER"}
    assert running(trader("POST", f"{API}/strategy-runs", foreign)).status == 404


def test_a_run_that_the_runner_saw_end_has_ended_at_a_time() -> None:
    """The runner may have read its end before the process of the page has."""
    journaled = StrategyRunView(
        7,
        "s-1",
        "s",
        {},
        ACCOUNT,
        "t",
        "STOPPING",
        "1970-01-01T00:00:01Z",
        None,
        None,
        None,
        "",
        2,
        1,
        {},
        (),
    )
    known = StrategyStatus(
        run_id="s-1", strategy="s", parameters="{}", account_id=ACCOUNT, trader_id="t",
        state=RunState.STOPPED, started_ns=10**9, stopped_ns=3 * 10**9,
    )  # fmt: skip
    shown = merged(journaled, known)
    assert (shown.state, shown.stopped) == ("STOPPED", "1970-01-01T00:00:03Z")
    journaled = msgspec.structs.replace(journaled, state="STOPPED", stopped="1970-01-01T00:00:02Z")
    assert merged(journaled, known).stopped == journaled.stopped


def test_a_foreign_run_is_not_there(running: Running, trader: Caller) -> None:
    runner = running.desk.runner
    runner.runs.append(
        StrategyStatus(
            run_id="secret-1", strategy="s", parameters="{}", account_id="OTHER", trader_id="t",
            state=RunState.RUNNING, started_ns=1,
        )
    )  # fmt: skip
    for method, path in (("GET", ""), ("GET", "/log"), ("POST", "/stop")):
        assert running(trader(method, f"{API}/strategy-runs/secret-1{path}")).status == 404
    listed = running(trader("GET", f"{API}/strategy-runs")).json["items"]
    assert "secret-1" not in [each["run_id"] for each in listed]


def test_data_with_a_name_is_listed_with_what_it_is(running: Running, trader: Caller) -> None:
    sample, funds = running(trader("GET", f"{API}/data")).json["items"]
    assert (sample["name"], sample["kind"], funds["name"]) == ("sp500", "SAMPLE", "factors")
    assert sample["text"] == "ships with the desk, 20 instruments, bars of 1d, 1990-01-02 to 2022-12-28"
    assert (len(sample["instruments"]), sample["rows"]) == (20, ["bars"])
    assert (sample["first"], sample["last"]) == ("1990-01-02T21:00:00Z", "2022-12-28T21:00:00Z")
    assert sample["frequencies"] == ["day", "week", "month"]
    assert sample["limits"]
    assert sample["problem"] == ""


def test_an_analysis_is_a_job(running: Running, trader: Caller) -> None:
    listed = running(trader("GET", f"{API}/analyses")).json["items"]
    (found,) = [each for each in listed if each["analysis_id"] == "portfolio/assets"]
    assert found["path"] == f"{API}/portfolio/assets"
    queued = running(trader("POST", found["path"], {"frequency": "month"}))
    assert (queued.status, queued.json["kind"]) == (202, "analysis")
    job_id = queued.json["job_id"]
    assert queued.json["page"] == f"/portfolio/assets?job={job_id}"
    assert queued.json["request"]["type"] == "analysis"
    assert queued.json["request"]["request"]["frequency"] == "month"
    assert queued.json["request"]["request"]["data"] == "sp500"
    assert queued.headers["location"] == f"{API}/jobs/{job_id}"
    seen = running(trader("GET", f"{API}/jobs/{job_id}")).json
    assert {**seen, "result": None} == queued.json
    assert running(trader("GET", f"{API}/jobs/{job_id}/result")).slug == "conflict"
    assert running(trader("POST", found["path"], b"")).status in (202, 415)
    assert running(trader("GET", f"{API}/jobs?kind=backtest")).json["items"] == []
    assert running(trader("GET", f"{API}/jobs?analysis=portfolio/none")).json["items"] == []
    assert running(trader("GET", f"{API}/jobs?analysis=portfolio/assets")).json["items"]
    assert running(trader("GET", f"{API}/backtests")).json["items"] == []
    for method, rest in (("GET", ""), ("GET", "/result"), ("DELETE", "")):
        assert running(trader(method, f"{API}/backtests/{job_id}{rest}")).slug == "not-found"
    for body, field in (
        ({"frequency": "second"}, "frequency"),
        ({"assets": [1]}, "assets[0]"),
        ({"datum": 1}, "datum"),
        ({"risk_free_rate": 7}, "risk_free_rate"),
    ):
        wrong = running(trader("POST", found["path"], body))
        assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, field)
    assert running(trader("DELETE", f"{API}/jobs/{job_id}")).json["state"] == "CANCELED"


def test_an_analysis_that_is_over_soon_is_answered_with_its_result(running: Running, trader: Caller) -> None:
    runner, path = running.desk.runner, f"{API}/portfolio/assets"
    try:
        runner.ends_with = JobState.DONE
        done = running(trader("POST", path, {}))
        assert (done.status, done.json["state"], done.json["result"]) == (200, "DONE", {"summary": {}})
        assert done.headers["location"] == f"{API}/jobs/{done.json['job_id']}"
        for header in ("respond-async", "return=minimal, Respond-Async; x=1"):
            queued = running(trader("POST", path, {}, headers={"Prefer": header}))
            assert (queued.status, queued.json["state"], queued.json["result"]) == (202, "QUEUED", None)
        runner.ends_with = JobState.FAILED
        failed = running(trader("POST", path, {}))
        assert (failed.status, failed.json["state"], failed.json["result"]) == (200, "FAILED", None)
    finally:
        runner.ends_with = None


def test_a_backtest_is_a_job(running: Running, trader: Caller) -> None:
    runner = running.desk.runner
    body = {"strategy": "momentum", "parameters": {"top": 3}, "costs": {"fees": "2bps"}, "seed": 7}
    queued = running(trader("POST", f"{API}/backtests", body))
    assert (queued.status, queued.json["state"], queued.json["owner"]) == (202, "QUEUED", "rita")
    assert queued.json["request"]["parameters"] == {"top": 3}
    job_id = queued.json["job_id"]
    assert running(trader("GET", f"{API}/backtests/{job_id}/result")).slug == "conflict"
    for _ in range(4):
        running(trader("POST", f"{API}/backtests", body))
    first = running(trader("GET", f"{API}/backtests?limit=3")).json
    rest = running(trader("GET", f"{API}/backtests?limit=3&cursor={first['next_cursor']}")).json
    assert len(first["items"] + rest["items"]) == 5
    assert rest["next_cursor"] is None
    assert running(trader("GET", f"{API}/backtests?cursor=none")).status == 422
    other = running(running.desk.user("rolf", "trader"))
    assert running(other("DELETE", f"{API}/backtests/{job_id}")).json["value"] == "operator"
    assert running(trader("DELETE", f"{API}/backtests/{job_id}")).json["state"] == "CANCELED"
    assert running(trader("GET", f"{API}/backtests/none")).status == 404
    done = runner.queued[0].__class__(
        job_id="done-1", kind="backtest", state=JobState.DONE, owner="rita", request=runner.queued[0].request,
        created_ns=1, started_ns=2, finished_ns=3,
    )  # fmt: skip
    runner.queued.append(done)
    assert running(trader("GET", f"{API}/backtests/done-1/result")).json == {"summary": {}}
    table = running(trader("GET", f"{API}/jobs/done-1/table?path=/fills"))
    assert (table.status, table.body) == (200, b"PAR1")
    assert table.headers["content-type"] == "application/vnd.apache.parquet"
    assert table.headers["content-disposition"] == 'attachment; filename="done-1-fills.parquet"'
    for path in ("/none", "fills", "/../x", ""):
        assert running(trader("GET", f"{API}/jobs/done-1/table?path={path}")).status == 422
    assert running(trader("GET", f"{API}/jobs/{job_id}/table?path=/fills")).slug == "conflict"
    cases: list[dict[str, Any]] = [
        {"seed": -1}, {"costs": {"fee": "1"}}, {"strategy": "../x"}, {"parameters": []}
    ]  # fmt: skip
    for wrong in cases:
        assert running(trader("POST", f"{API}/backtests", {**body, **wrong})).status == 422


def test_health_needs_no_login_and_says_what_is_wrong(running: Running) -> None:
    health = running(Caller(running.desk.app)("GET", f"{API}/health")).json
    assert health["status"] == "ok"
    assert health["feed"] == "PAUSED"
    assert health["journal_seq"] > 0
