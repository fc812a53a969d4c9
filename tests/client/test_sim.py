"""The simulated market from Python: what is asked, under which keys, and a scorecard from start to result."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.client.desk_double import DeskDouble, answer, problem
from trade2026.client import Conflict, OrderRefused, RequestInvalid, Timestamp, Unavailable, to_json
from trade2026.client.live.frames import Frame, read_rows
from trade2026.client.results import sim
from trade2026.client.results.backtests import JobState
from trade2026.client.results.sim import SimLevel
from trade2026.model.enums import Side
from trade2026.primitives.errors import OperatingError
from trade2026.web.routes import sim_examples as shown

BTC = "BTCUSDT.PRISM"
TOP = ("run", "now", "instrument_id", "quote", "bids", "asks")


def job(number: int, **changes: Any) -> dict[str, Any]:
    return {**shown.JOB, "job_id": f"scorecard-{number}", **changes}


def query(desk: DeskDouble, place: int) -> str:
    return desk.requests[place].url.query.decode()


def test_what_is_looked_at_has_its_types() -> None:
    answers = (shown.SIM, shown.LIVE, shown.GAUGES, shown.AGENTS, shown.AGENTS, shown.KINDS, shown.SCORECARD)
    desk = DeskDouble(*(answer(200, each) for each in answers))
    client = desk.client()
    state = client.sim_state()
    assert (state.run, state.speed, state.started) == (
        "5c969f46", 1.0, Timestamp.parse("2026-11-29T00:27:00.58799788Z"),
    )  # fmt: skip
    assert state.books[0].bid == Decimal("60011.98")
    assert state.injected[0].trader_id == "admin"
    book = client.sim_book(BTC, after=7)
    assert book.bids[0] == SimLevel(Decimal("60011.98"), Decimal("0.00784"), 1)
    assert (book.tape[0].side, book.tape[0].qty) == (Side.BUY, Decimal("0.00775"))
    assert book.columns[0].sizes == (2787, 0, 0, 4587)
    assert [each.value for each in client.sim_gauges(BTC).gauges] == [0.2791, None]
    assert client.sim_agents().rows[0].pnl == Decimal("9.366794")
    assert client.sim_agents(BTC).rows[0].inventory == Decimal("-1.10499")
    (kind,) = client.sim_scenarios()
    assert [each.default for each in kind.fields] == [BTC, 500.0]
    assert client.sim_scorecard().facts[0].verdict == "reproduced"
    assert desk.paths == [
        "GET /api/v1/sim", f"GET /api/v1/sim/books/{BTC}/live", f"GET /api/v1/sim/books/{BTC}/gauges",
        "GET /api/v1/sim/agents", "GET /api/v1/sim/agents", "GET /api/v1/sim/scenarios",
        "GET /api/v1/sim/scorecard",
    ]  # fmt: skip
    assert [query(desk, place) for place in (1, 3, 4)] == ["after=7", "", f"instrument_id={BTC}"]
    # Lossless: what was read is what is written.
    assert json.loads(to_json(book)) == shown.LIVE


def test_a_scenario_and_a_restart_are_asked_under_a_key() -> None:
    desk = DeskDouble(
        answer(202, shown.INJECTED), problem(503, "unavailable", retry_after=1), answer(202, shown.INJECTED),
        answer(202, shown.RESTARTING),
    )  # fmt: skip
    client = desk.client()
    done = client.inject_scenario("metaorder", "show the impact", {"clips": 500.0})
    assert done.text.startswith("buys 500")
    client.inject_scenario("halt", "a drill", key="drill-1")
    assert client.restart_sim(8, "another day").seed == 8
    assert desk.keys == ["key-1", "drill-1", "drill-1", "key-2"]
    assert desk.body(0) == {"kind": "metaorder", "fields": {"clips": 500.0}, "reason": "show the impact"}
    assert desk.body(1) == {"kind": "halt", "fields": {}, "reason": "a drill"}
    assert desk.body(3) == {"seed": 8, "reason": "another day"}


@pytest.mark.parametrize(
    ("status", "slug", "kind"),
    [
        (503, "unavailable", Unavailable),
        (404, "not-found", RequestInvalid),
        (422, "idempotency-conflict", OrderRefused),
        (409, "conflict", Conflict),
    ],
)
def test_a_no_is_the_error_of_its_kind(status: int, slug: str, kind: type[Exception]) -> None:
    client = DeskDouble(problem(status, slug)).client(patience_s=0)
    with pytest.raises(kind):
        client.restart_sim(8, "another day")


def test_a_scorecard_is_begun_waited_for_and_read() -> None:
    desk = DeskDouble(
        answer(202, job(3, progress=0.0)), answer(200, job(3, progress=0.0)),
        answer(200, job(3, progress=0.5)), answer(200, job(3, state="DONE", progress=1.0)),
        answer(200, job(3, state="DONE", progress=1.0)), answer(200, shown.SCORECARD),
    )  # fmt: skip
    made = desk.client().start_scorecard(2, 0.5)
    seen: list[float] = []
    assert made.wait(lambda each: seen.append(each.progress)).state is JobState.DONE
    assert seen == [0.0, 0.5, 1.0]
    assert made.result().name == "PRISM BTCUSDT"
    assert desk.keys[0] == "key-1"
    assert desk.body(0) == {"seeds": 2, "hours": 0.5}
    assert desk.paths[1:] == ["GET /api/v1/sim/scorecard/job"] * 4 + ["GET /api/v1/sim/scorecard"]


def test_a_scorecard_is_canceled_and_has_no_result() -> None:
    desk = DeskDouble(
        answer(200, job(3)), answer(200, job(3)), answer(202, job(3, text="being canceled")),
        answer(200, job(3, state="CANCELED")),
    )  # fmt: skip
    made = desk.client().scorecard_job()
    assert made.cancel().text == "being canceled"
    with pytest.raises(OperatingError, match="scorecard-3 must be DONE to have a result, was CANCELED"):
        made.result()
    assert desk.paths[2] == "DELETE /api/v1/sim/scorecard/job"


def test_a_job_that_another_one_followed_is_not_taken_for_it() -> None:
    desk = DeskDouble(answer(202, job(3)), answer(200, job(4)), answer(200, job(4)))
    made = desk.client().start_scorecard()
    for ask in (made.wait, made.cancel):
        with pytest.raises(OperatingError, match="scorecard-3 was followed by scorecard-4"):
            ask()
    assert made.job_id == "scorecard-3"
    assert all(path.startswith(("GET", "POST")) for path in desk.paths)  # Another's is not canceled.


def test_what_takes_too_long_goes_on() -> None:
    desk = DeskDouble(answer(202, job(3)), *(answer(200, job(3)) for _ in range(3)))
    with pytest.raises(OperatingError, match=r"scorecard scorecard-3 is RUNNING after 0\.3 s; it goes on"):
        desk.client().start_scorecard().wait(timeout_s=0.3)


@pytest.mark.parametrize(
    ("topic", "row", "kind"),
    [
        ("sim/state", {key: each for key, each in shown.SIM.items() if key != "customers"}, sim.SimState),
        ("sim/agents", shown.AGENTS["rows"][0], sim.SimAgent),
        (f"sim/agents/{BTC}", shown.AGENTS["rows"][0], sim.SimAgent),
        (f"sim/gauges/{BTC}", shown.GAUGES, sim.SimGauges),
        ("sim/scorecard-job", shown.JOB, sim.SimScorecardJob),
        ("sim/book/BTC/USDT.PRISM", {key: shown.LIVE[key] for key in TOP}, sim.SimBookTop),
        (f"sim/tape/{BTC}", shown.LIVE["tape"][0], sim.SimTrade),
        (f"sim/heat/{BTC}", shown.LIVE["columns"][0], sim.SimColumn),
        (f"sim/other/{BTC}", {"a": 1}, dict),  # Of a newer desk.
    ],
)
def test_rows_of_the_live_feed_have_their_types(topic: str, row: dict[str, Any], kind: type) -> None:
    frame = Frame(1, 1, True, rows=msgspec.Raw(msgspec.msgpack.encode([row])))
    (found,) = read_rows(topic, frame)
    assert type(found) is kind
