"""The simulated market over HTTP: what is shown, to whom, and what an operator may do."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import WebDesk
from tests.web.fakes import FakeSupervisor
from trade2026.ports.asking import KeyReused, TooManyJobs, UnknownId
from trade2026.primitives.errors import OperatingError

SIM = "/api/v1/sim"


@pytest.fixture(scope="module")
def admin(running: Running) -> Caller:
    found: Caller = running(running.desk.admin())
    return found


@pytest.fixture(autouse=True)
def fresh(running: Running) -> None:
    running.desk.sim.asked.clear()
    running.desk.sim.error = None


def get(running: Running, caller: Caller, path: str) -> Any:
    reply = running(caller("GET", SIM + path))
    assert reply.status == 200, reply.body
    return reply.json


def test_the_market_in_texts(running: Running, admin: Caller) -> None:
    found = get(running, admin, "")
    assert found["speed"] is None
    assert found["behind_s"] == 0
    assert found["customers"] == ["guest", "PAPER"]
    (book,) = found["books"]
    assert book["price"] == "60014"
    assert book["ask"] is None
    assert book["spread_bps"] is None
    assert book["change_bps"] == 2.3333
    assert book["volume"] == "89.13296"
    assert found["injected"][0]["kind"] == "halt"


def test_a_book_since_a_cursor(running: Running, admin: Caller) -> None:
    found = get(running, admin, "/books/BTCUSDT.PRISM/live?after=9")
    assert running.desk.sim.asked == [("live", "BTCUSDT.PRISM", 9)]
    assert found["cursor"] == 12
    assert found["quote"] == {
        "bid": "60012", "ask": None, "bid_size": "0.01", "ask_size": None, "price": "60012",
    }  # fmt: skip
    assert found["bids"] == [["60012", "0.01", 2]]
    assert found["tape"][0]["side"] == "SELL"
    assert found["columns"][0]["sizes"] == [3, 0, 4]
    assert running(admin("GET", f"{SIM}/books/B/live?after=-1")).status == 422


def test_figures_and_traders(running: Running, admin: Caller) -> None:
    gauges = get(running, admin, "/books/BTCUSDT.PRISM/gauges")["gauges"]
    assert [each["value"] for each in gauges] == [60_001.5, None]
    assert gauges[0]["id"] == "vwap"
    whole = get(running, admin, "/agents")
    assert whole["instrument_id"] is None
    assert whole["rows"][0]["inventory"] is None
    one = get(running, admin, "/agents?instrument_id=BTCUSDT.PRISM")["rows"][0]
    assert one["inventory"] == "-1"
    assert one["volume"] == "3333333333.333333"


def test_others_accounts_are_shown_to_nobody(running: Running) -> None:
    vera: Caller = running(running.desk.user("vera", "viewer"))
    assert get(running, vera, "")["customers"] == ["PAPER"]
    names = [each["name"] for each in get(running, vera, "/agents")["rows"]]
    assert names == ["maker-1", "PAPER"]


def test_a_scenario_has_a_name_a_reason_and_a_key(running: Running, admin: Caller) -> None:
    body = {"kind": "halt", "fields": {"for_s": 5}, "reason": "to see the auction"}
    reply = running(admin("POST", f"{SIM}/scenarios", body, headers={"Idempotency-Key": "k-1"}))
    assert reply.status == 202, reply.body
    assert reply.json["text"] == "halted"
    assert running.desk.sim.asked == [("inject", "halt", {"for_s": 5}, "admin", "to see the auction", "k-1")]
    refused = running(admin("POST", f"{SIM}/scenarios", {"kind": "halt", "fields": {}, "reason": ""}))
    assert refused.status == 422
    assert refused.json["field"] == "reason"
    running.desk.sim.error = KeyReused("the key named another scenario")
    assert running(admin("POST", f"{SIM}/scenarios", body)).slug == "idempotency-conflict"


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (OperatingError("the simulated market is away", retryable=True), 503, "unavailable"),
        (UnknownId("no scorecard was made yet"), 404, "not-found"),
    ],
)
def test_a_market_that_is_away_is_a_problem_with_a_remedy(
    running: Running, admin: Caller, error: Exception, status: int, slug: str
) -> None:
    running.desk.sim.error = error
    for path in ("", "/books/X/live", "/books/X/gauges", "/agents", "/scenarios", "/scorecard"):
        reply = running(admin("GET", SIM + path))
        assert (reply.status, reply.slug) == (status, slug), path
        assert ("retry-after" in reply.headers) == (status == 503)


def test_a_scorecard_is_begun_followed_and_canceled(running: Running, admin: Caller) -> None:
    body = {"seeds": 2, "hours": 1.5}
    started = running(admin("POST", f"{SIM}/scorecard", body, headers={"Idempotency-Key": "k-2"}))
    assert started.status == 202
    assert started.json["state"] == "RUNNING"
    assert started.json["finished"] is None
    assert get(running, admin, "/scorecard/job")["job_id"] == "scorecard-1"
    assert running(admin("DELETE", f"{SIM}/scorecard/job", {})).status == 202
    assert running.desk.sim.asked == [("start", 2, 1.5, "admin", "k-2"), ("job",), ("cancel",)]
    assert running(admin("POST", f"{SIM}/scorecard", {"seeds": 0, "hours": 1})).status == 422
    assert get(running, admin, "/scorecard")["facts"][0]["at_least"] == 2.0
    running.desk.sim.error = TooManyJobs("a scorecard is being made", retryable=True)
    assert running(admin("POST", f"{SIM}/scorecard", {"seeds": 2, "hours": 1})).slug == "conflict"
    running.desk.sim.error = KeyReused("the key named another request")
    reused = running(admin("POST", f"{SIM}/scorecard", body))
    assert (reused.status, reused.slug) == (422, "idempotency-conflict")


def test_a_market_that_nobody_supervises_cannot_be_made_anew(running: Running, admin: Caller) -> None:
    reply = running(admin("POST", f"{SIM}/restart", {"seed": 8, "reason": "another day"}))
    assert (reply.status, reply.slug) == (409, "conflict")
    assert "--seed 8" in reply.json["remedy"]
    assert running.desk.seeds == []


@pytest.mark.parametrize(("roles", "status"), [(("core", "prism"), 202), (("core",), 409)])
def test_made_anew_by_the_supervisor(
    running: Running, tmp_path: Path, roles: tuple[str, ...], status: int
) -> None:
    supervisor = FakeSupervisor(roles)

    async def ask() -> Any:
        desk = await WebDesk().open(tmp_path, supervisor=supervisor)
        admin = await desk.admin()
        reply = await admin("POST", f"{SIM}/restart", {"seed": 8, "reason": "another day"})
        await desk.close()
        return reply, desk.seeds

    reply, seeds = running(ask())
    assert reply.status == status, reply.body
    is_done = status == 202
    assert supervisor.restarted == (["prism"] if is_done else [])
    assert seeds == ([8] if is_done else [])


def test_a_key_makes_the_market_anew_once(running: Running, tmp_path: Path) -> None:
    supervisor = FakeSupervisor(("core", "prism"))

    async def ask() -> Any:
        desk = await WebDesk().open(tmp_path, supervisor=supervisor)
        ann, bob = [await desk.user(name, "operator") for name in ("ann", "bob")]

        def restart(caller: Caller, seed: int, key: str | None) -> Any:
            headers = {} if key is None else {"Idempotency-Key": key}
            return caller("POST", f"{SIM}/restart", {"seed": seed, "reason": "a day"}, headers=headers)

        # Two at once, as of a line that was lost and a client that asks again.
        first = await asyncio.gather(restart(ann, 8, "k"), restart(ann, 8, "k"))
        done = len(supervisor.restarted)
        other = await restart(ann, 9, "k")
        theirs = await restart(bob, 9, "k")
        unnamed = [await restart(ann, 8, None) for _ in range(2)]
        long = await restart(ann, 8, "k" * 45)
        await desk.close()
        return first, done, other, theirs, unnamed, long, desk.seeds

    first, done, other, theirs, unnamed, long, seeds = running(ask())
    assert [reply.status for reply in first] == [202, 202]
    assert first[0].json == first[1].json == {"seed": 8, "text": "made anew from seed 8: a day"}
    assert done == 1
    assert (other.status, other.slug) == (422, "idempotency-conflict")
    assert theirs.status == 202
    assert [reply.status for reply in unnamed] == [202, 202]
    assert (long.status, long.json["field"]) == (422, "Idempotency-Key")
    assert seeds == [8, 9, 8, 8]
    assert len(supervisor.restarted) == 4


def test_a_restart_that_failed_is_done_when_it_is_asked_again(running: Running, tmp_path: Path) -> None:
    supervisor = FakeSupervisor(("core", "prism"))

    async def ask() -> Any:
        desk = await WebDesk().open(tmp_path, supervisor=supervisor)
        admin = await desk.admin()
        away = OperatingError("the supervisor is away", retryable=True)
        body, replies = {"seed": 8, "reason": "a day"}, []
        for error in (away, None):
            supervisor.error = error
            replies.append(await admin("POST", f"{SIM}/restart", body, headers={"Idempotency-Key": "k"}))
        await desk.close()
        return [reply.status for reply in replies]

    assert running(ask()) == [503, 202]
    assert supervisor.restarted == ["prism"]
