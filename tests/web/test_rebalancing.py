"""From weights to orders over HTTP, on a desk that runs: at live quotes, confirmed once, come what may."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.web.caller import Caller, Reply
from tests.web.conftest import Running
from tests.web.desk import KO, WebDesk
from trade2026.application.live.config import AccountConfig
from trade2026.model.enums import AccountType
from trade2026.ports.core_link import Answer, Intent, PreviewIntent
from trade2026.ports.runner_link import AnalysisJob, JobState
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.fixed_point import parse_raw

REBALANCING = "/api/v1/portfolio/rebalancing"
MARGINS = [f"M{number}" for number in range(40)]
CASHES = [f"C{number}" for number in range(6)]
XOM, JPM = "XOM.XNYS", "JPM.XNYS"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One desk with an account for each test: what one confirms moves no other's."""
    accounts = [AccountConfig(account_id=name) for name in MARGINS]
    accounts += [
        AccountConfig(account_id=name, account_type=AccountType.CASH, cash="10000") for name in CASHES
    ]
    with asyncio.Runner() as runner:
        desk = runner.run(WebDesk().open(tmp_path_factory.mktemp("desk"), accounts=tuple(accounts)))
        yield Running(runner, desk)
        runner.run(desk.close())


@pytest.fixture(scope="module")
def trader(running: Running) -> Caller:
    caller: Caller = running(running.desk.user("tina", "trader", ("*",)))
    return caller


@pytest.fixture
def account(fresh: dict[str, list[str]]) -> str:
    return fresh["margin"].pop()


@pytest.fixture
def cash(fresh: dict[str, list[str]]) -> str:
    return fresh["cash"].pop()


@pytest.fixture(scope="module")
def fresh() -> dict[str, list[str]]:
    return {"margin": list(MARGINS), "cash": list(CASHES)}


def wanted(account_id: str, **changes: Any) -> dict[str, Any]:
    body = {"account_id": account_id, "weights": {KO: "0.3", XOM: "0.2"}, "offset_bps": 100}
    return {**body, **changes}


def proposed(running: Running, trader: Caller, body: dict[str, Any]) -> dict[str, Any]:
    reply = running(trader("POST", REBALANCING, body))
    assert reply.status == 201, reply.body
    found: dict[str, Any] = reply.json
    return found


def confirm(running: Running, trader: Caller, proposal_id: str, **headers: str) -> Reply:
    reply: Reply = running(trader("POST", f"{REBALANCING}/{proposal_id}/confirm", {}, headers=headers))
    return reply


def shown(running: Running, trader: Caller, proposal_id: str) -> dict[str, Any]:
    found: dict[str, Any] = running(trader("GET", f"{REBALANCING}/{proposal_id}")).json
    return found


def orders_of(running: Running, account_id: str) -> list[Any]:
    return list(running.desk.desk.core.engines.oms.accounts[account_id].requests)


def fill(running: Running) -> None:
    running(running.desk.step(2))


# ------------------------------------------------------------------------------------------- proposing


def test_a_proposal_sends_nothing_and_is_at_the_paper_venues_touch(
    running: Running, trader: Caller, account: str
) -> None:
    before = running.desk.desk.service.status().seq
    found = proposed(running, trader, wanted(account))
    assert running.desk.desk.service.status().seq <= before + 1  # The real clock, at most.
    assert (found["state"], found["why_not"], found["seconds_left"]) == ("OPEN", "", 60.0)
    assert (found["equity"], found["cash_before"]) == ("1000000", "1000000")
    line = next(each for each in found["lines"] if each["instrument_id"] == KO)
    latest = running.desk.market.latest(KO)
    assert line["source"] == "PAPER"
    assert parse_raw(line["bid"], "bid") < latest.price < parse_raw(line["ask"], "ask")
    assert {each["risk"] for each in found["orders"]} == {"APPROVED"}
    assert all(each["order"] is None for each in found["orders"])
    spent = sum(parse_raw(each["value"], "value") for each in found["orders"])
    assert spent == pytest.approx(500_000 * 10**9, rel=1e-4)


def test_weights_come_from_a_job(running: Running, trader: Caller, account: str) -> None:
    runner = running.desk.runner
    status = running(runner.submit(AnalysisJob(analysis="portfolio/mean-variance"), "tina"))
    body = {"account_id": account, "job_id": status.job_id}
    assert running(trader("POST", REBALANCING, body)).slug == "conflict"  # It is not done.
    runner.queued[0] = msgspec.structs.replace(status, state=JobState.DONE)
    reply = running(trader("POST", REBALANCING, body))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert "has none" in reply.json["detail"]
    rows = [{"asset": KO, "weight": 0.25, "risk_share": 1.0}, {"asset": XOM, "weight": 0.0}]
    runner.result = msgspec.json.encode({"data": {"weights": rows}})
    found = proposed(running, trader, body)
    assert found["job_id"] == status.job_id
    assert [each["instrument_id"] for each in found["orders"]] == [KO]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": {"NOPE.XNYS": "0.5"}}, "NOPE.XNYS is not known here"),
        ({"weights": {KO: "x"}}, "weights.KO.XNYS must be a decimal"),
        ({"weights": {}}, "weights"),
        ({"weights": None}, "give weights or job_id"),
        ({"job_id": "analysis-1"}, "give weights or job_id"),
        ({"capital": "-1"}, "capital must be above zero"),
        ({"offset_bps": 1001}, "offset_bps"),
        ({"weights": {KO: 0.5}}, "weights.KO.XNYS"),
        ({"account_id": "C0", "weights": {KO: "-0.5"}}, "must not be below zero in a CASH account"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_planned_is_named(
    running: Running, trader: Caller, changes: dict[str, Any], words: str, account: str
) -> None:
    reply = running(trader("POST", REBALANCING, {**wanted(account), **changes}))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert words in reply.json["detail"]


def test_a_quote_that_is_stale_is_refused_by_name(running: Running, trader: Caller, account: str) -> None:
    running.desk.market.lost()
    reply = running(trader("POST", REBALANCING, wanted(account)))
    assert (reply.status, reply.slug) == (422, "invalid-input")
    assert "KO.XNYS has a stale quote" in reply.json["detail"]
    assert "XOM.XNYS has a stale quote" in reply.json["detail"]
    running(running.desk.step())


def test_who_may(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    viewer = running(running.desk.user("vera", "viewer", (account,)))
    other = running(running.desk.user("otto", "trader", (CASHES[0],)))
    path = f"{REBALANCING}/{found['proposal_id']}"
    assert running(viewer("GET", path)).status == 200
    assert running(viewer("POST", REBALANCING, wanted(account))).slug == "role-too-low"
    assert running(viewer("POST", f"{path}/confirm", {})).slug == "role-too-low"
    assert running(viewer("DELETE", path)).slug == "role-too-low"
    for method, address in (("GET", path), ("POST", f"{path}/confirm"), ("DELETE", path)):
        assert running(other(method, address, {} if method == "POST" else None)).slug == "not-found"
    assert running(other("POST", REBALANCING, wanted(account))).slug == "not-found"
    assert running(other("GET", REBALANCING)).json["items"] == []
    assert len(running(viewer("GET", f"{REBALANCING}?account_id={account}")).json["items"]) == 1


def test_orders_that_are_too_much_together_are_refused_before_any_leaves(
    running: Running, trader: Caller, account: str
) -> None:
    """Each alone would pass the leverage of two; both do not."""
    found = proposed(running, trader, wanted(account, weights={KO: "1.2", XOM: "1.2"}))
    assert [each["risk"] for each in found["orders"]] == ["APPROVED", "REFUSED"]
    assert found["orders"][1]["failures"][0]["check"] == "LEVERAGE"
    assert "with the orders before it" in found["orders"][1]["risk_text"]
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert orders_of(running, account) == []


# ------------------------------------------------------------------------------------------ confirming


def test_confirming_twice_from_two_tabs_and_under_keys_makes_each_order_once(
    running: Running, trader: Caller, account: str
) -> None:
    found = proposed(running, trader, wanted(account))
    path = f"{REBALANCING}/{found['proposal_id']}/confirm"

    async def at_once() -> list[Reply]:
        return await asyncio.gather(*(trader("POST", path, {}) for _ in range(20)))

    replies = running(at_once())
    assert {reply.status for reply in replies} == {200}
    assert sorted(reply.json["repeated"] for reply in replies) == [False] + [True] * 19
    assert confirm(running, trader, found["proposal_id"], **{"Idempotency-Key": "k-1"}).json["repeated"]
    assert orders_of(running, account) == [each["client_order_id"] for each in found["orders"]]
    fill(running)
    done = shown(running, trader, found["proposal_id"])
    assert done["state"] == "SENT"
    assert [each["order"]["status"] for each in done["orders"]] == ["FILLED", "FILLED"]
    again = proposed(running, trader, wanted(account))
    assert all(parse_raw(each["value"], "it") < 20_000 * 10**9 for each in again["orders"])


def test_a_key_confirms_one_proposal(running: Running, trader: Caller, account: str) -> None:
    first, second = (
        proposed(running, trader, wanted(account, weights={KO: text})) for text in ("0.1", "0.2")
    )
    key = {"Idempotency-Key": "k-2"}
    assert confirm(running, trader, first["proposal_id"], **key).status == 200
    reply = confirm(running, trader, second["proposal_id"], **key)
    assert (reply.status, reply.slug) == (422, "idempotency-conflict")
    assert confirm(running, trader, second["proposal_id"], **{"Idempotency-Key": "no spaces"}).status == 422
    assert shown(running, trader, second["proposal_id"])["state"] == "OPEN"


def test_after_sixty_seconds_it_is_over(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    running.desk.clock.advance(59.9)
    assert shown(running, trader, found["proposal_id"])["why_not"] == ""
    running.desk.clock.advance(0.1)
    expired = shown(running, trader, found["proposal_id"])
    assert (expired["state"], expired["seconds_left"]) == ("EXPIRED", 0.0)
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert "expired 60 s after" in reply.json["detail"]
    assert orders_of(running, account) == []


def test_after_a_move_of_25_bps_it_is_over(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account, weights={KO: "0.3"}))
    latest = running.desk.market.latest(KO)
    was = latest.price
    latest.price = was + was * 24 // 10_000
    assert shown(running, trader, found["proposal_id"])["why_not"] == ""
    latest.price = was + was * 27 // 10_000
    assert "KO.XNYS moved by +2" in shown(running, trader, found["proposal_id"])["why_not"]
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert "more than 25 bps" in reply.json["detail"]
    latest.price = was - was * 27 // 10_000
    assert confirm(running, trader, found["proposal_id"]).status == 409
    latest.price = was
    assert confirm(running, trader, found["proposal_id"]).status == 200


def test_withdrawn_is_not_confirmed(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    path = f"{REBALANCING}/{found['proposal_id']}"
    assert running(trader("DELETE", path)).json["state"] == "WITHDRAWN"
    assert running(trader("DELETE", path)).json["state"] == "WITHDRAWN"
    assert confirm(running, trader, found["proposal_id"]).slug == "conflict"
    sent = proposed(running, trader, wanted(account))
    assert confirm(running, trader, sent["proposal_id"]).status == 200
    assert running(trader("DELETE", f"{REBALANCING}/{sent['proposal_id']}")).slug == "conflict"


def test_an_unknown_proposal(running: Running, trader: Caller) -> None:
    assert running(trader("GET", f"{REBALANCING}/rb-none")).slug == "not-found"
    assert confirm(running, trader, "rb-none").slug == "not-found"


# -------------------------------------------------------------------------------------- what may fail


def test_a_lost_answer_is_said_and_confirming_again_doubles_nothing(
    running: Running, trader: Caller, account: str
) -> None:
    found = proposed(running, trader, wanted(account))
    running.desk.core.loses = 1
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (504, "outcome-unknown")
    again = confirm(running, trader, found["proposal_id"])
    assert (again.status, again.json["repeated"]) == (200, True)
    assert again.json["proposal"]["state"] == "SENT"
    assert orders_of(running, account) == [each["client_order_id"] for each in found["orders"]]


def test_a_core_that_is_away_is_said_before_anything_is_written(
    running: Running, trader: Caller, account: str
) -> None:
    found = proposed(running, trader, wanted(account))
    before = list(running.desk.proposals.writes)
    running.desk.core.is_connected = False
    assert confirm(running, trader, found["proposal_id"]).slug == "core-away"
    assert running(trader("POST", REBALANCING, wanted(account))).slug == "core-away"
    running.desk.core.is_connected = True
    assert running.desk.proposals.writes == before


def test_a_full_disk_sends_nothing(running: Running, trader: Caller, account: str) -> None:
    found = proposed(running, trader, wanted(account))
    running.desk.proposals.is_full = True
    assert confirm(running, trader, found["proposal_id"]).slug == "unavailable"
    assert orders_of(running, account) == []
    running.desk.proposals.is_full = False
    assert confirm(running, trader, found["proposal_id"]).status == 200
    assert len(orders_of(running, account)) == 2


class OneAtATime:
    """A core that dies with the web process after so many orders of a batch."""

    def __init__(self, core: Any, survive: int) -> None:
        self._core, self._left = core, survive
        self.is_connected = True

    async def ask(self, *intents: Intent) -> Answer:
        if all(isinstance(each, PreviewIntent) for each in intents):
            answer: Answer = await self._core.ask(*intents)
            return answer
        kept = intents[: self._left]
        self._left -= len(kept)
        if kept:
            await self._core.ask(*kept)
        raise OperatingError("killed on the way", retryable=True)


@pytest.mark.parametrize("survive", [0, 1, 2])
def test_a_web_process_that_dies_between_orders_is_completed_by_the_next(
    running: Running, trader: Caller, survive: int, account: str
) -> None:
    desk = running.desk
    found = proposed(running, trader, wanted(account))
    desk.rebalancing.sender._core = OneAtATime(desk.core, survive)
    assert confirm(running, trader, found["proposal_id"]).status == 504
    desk.rebalancing.sender._core = desk.core
    running(desk.step(0))
    restarted = desk.make_rebalancing()  # Over the same folder; its memory is gone.
    proposal = running(restarted.proposal(found["proposal_id"], None))
    assert proposal.state == ("SENT" if survive == 2 else "INTERRUPTED")
    done, repeated = running(restarted.confirm(found["proposal_id"], None, "tina"))
    assert (done.state, repeated) == ("SENT", True)
    assert orders_of(running, account) == [each["client_order_id"] for each in found["orders"]]


def test_what_is_not_sent_is_not_completed_once_the_market_has_moved(
    running: Running, trader: Caller, account: str
) -> None:
    desk = running.desk
    found = proposed(running, trader, wanted(account))
    desk.rebalancing.sender._core = OneAtATime(desk.core, 1)
    assert confirm(running, trader, found["proposal_id"]).status == 504
    desk.rebalancing.sender._core = desk.core
    running(desk.step(0))
    unsent = found["orders"][1]["instrument_id"]
    latest = desk.market.latest(unsent)
    latest.price = latest.price * 101 // 100
    reply = confirm(running, trader, found["proposal_id"])
    assert (reply.status, reply.slug) == (409, "conflict")
    assert f"{unsent} moved" in reply.json["detail"]
    stopped = running(trader("DELETE", f"{REBALANCING}/{found['proposal_id']}")).json
    assert stopped["state"] == "STOPPED"
    assert "1 orders were not sent" in stopped["reason"]


def test_a_file_that_cannot_be_read_is_said(running: Running, trader: Caller) -> None:
    running.desk.proposals.files["rb-bad.json"] = b"{"
    restarted = running.desk.make_rebalancing()
    assert running(restarted.proposals(frozenset())) == []
    del running.desk.proposals.files["rb-bad.json"]
    assert "rb-bad.json cannot be read" in restarted.problems[0]
    assert running(trader("GET", REBALANCING)).json["problems"] == []


# ---------------------------------------------------------------------------------------- CASH account


def invested(running: Running, trader: Caller, cash: str) -> None:
    """All of the CASH account in KO."""
    found = proposed(running, trader, wanted(cash, weights={KO: "1"}, order_type="MARKET"))
    assert confirm(running, trader, found["proposal_id"]).status == 200
    fill(running)


def test_buys_follow_once_sells_have_brought_in_the_cash(running: Running, trader: Caller, cash: str) -> None:
    invested(running, trader, cash)
    found = proposed(running, trader, wanted(cash, weights={KO: "0.2", XOM: "0.7"}, offset_bps=800))
    assert [(each["side"], each["risk"]) for each in found["orders"]] == [
        ("SELL", "APPROVED"), ("BUY", "WAITS"),
    ]  # fmt: skip
    answer = confirm(running, trader, found["proposal_id"]).json["proposal"]
    assert (answer["state"], answer["orders"][1]["order"]) == ("WAITING", None)
    assert "wait for cash of the sells" in answer["reason"]
    running(running.desk.step())

    async def until_sent() -> None:
        while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
            await asyncio.sleep(0.001)

    running(until_sent())
    done = shown(running, trader, found["proposal_id"])
    assert done["state"] == "SENT"
    assert done["orders"][0]["order"]["status"] == "FILLED"
    assert done["orders"][1]["order"]["status"] in ("PENDING_NEW", "NEW")
    fill(running)
    book = running.desk.desk.core.engines.ledger.accounts[cash]
    assert book.cash["USD"] >= 0
    assert book.positions[XOM].quantity > 0


def test_buys_that_sells_do_not_pay_for_are_not_sent(running: Running, trader: Caller, cash: str) -> None:
    invested(running, trader, cash)
    found = proposed(running, trader, wanted(cash, weights={KO: "0.2", XOM: "0.7"}, offset_bps=-900))
    assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] == "WAITING"
    sell = shown(running, trader, found["proposal_id"])["orders"][0]["order"]
    assert running(trader("POST", f"/api/v1/orders/{sell['order_id']}/cancel", {})).status == 202
    running(running.desk.step())

    async def until_stopped() -> None:
        while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
            await asyncio.sleep(0.001)

    running(until_stopped())
    stopped = shown(running, trader, found["proposal_id"])
    assert stopped["state"] == "STOPPED"
    assert "did not bring in the cash" in stopped["reason"]
    assert stopped["orders"][1]["order"] is None


def test_what_waits_survives_a_restart_and_can_be_withdrawn(
    running: Running, trader: Caller, cash: str
) -> None:
    invested(running, trader, cash)
    found = proposed(running, trader, wanted(cash, weights={KO: "0.2", XOM: "0.7"}, offset_bps=800))
    assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] == "WAITING"
    restarted = running.desk.make_rebalancing()
    proposal = running(restarted.proposal(found["proposal_id"], None))
    assert (proposal.state, "restarted" in proposal.reason) == ("INTERRUPTED", True)
    again, repeated = running(restarted.confirm(found["proposal_id"], None, "tina"))
    assert (again.state, repeated) == ("WAITING", True)
    withdrawn = running(trader("DELETE", f"{REBALANCING}/{found['proposal_id']}")).json
    assert (withdrawn["state"], withdrawn["reason"]) == (
        "STOPPED",
        "withdrawn by tina; 1 orders were not sent",
    )


def test_a_market_order_that_waited_is_not_sent_into_a_moved_market(
    running: Running, trader: Caller, cash: str
) -> None:
    invested(running, trader, cash)
    body = wanted(cash, weights={KO: "0.2", XOM: "0.7"}, order_type="MARKET")
    found = proposed(running, trader, body)
    assert confirm(running, trader, found["proposal_id"]).json["proposal"]["state"] == "WAITING"
    latest = running.desk.market.latest(XOM)
    price = latest.price * 2

    def move(changed: Any) -> None:
        latest.price = price

    running.desk.market.subscribe(move)
    running(running.desk.step())

    async def until_stopped() -> None:
        while (await running.desk.rebalancing.proposal(found["proposal_id"], None)).state == "WAITING":
            await asyncio.sleep(0.001)

    running(until_stopped())
    stopped = shown(running, trader, found["proposal_id"])
    assert (stopped["state"], stopped["orders"][1]["order"]) == ("STOPPED", None)
    assert "1 order not sent: XOM.XNYS moved by" in stopped["reason"]


def test_names_are_the_proposals(running: Running, trader: Caller, account: str) -> None:
    """Whoever asks for the order again, by whatever way, asks for the same one."""
    found = proposed(running, trader, wanted(account, weights={KO: "0.1"}))
    assert confirm(running, trader, found["proposal_id"]).status == 200
    planned = found["orders"][0]
    body = {name: planned[name] for name in ("client_order_id", "instrument_id", "side", "order_qty")}
    body |= {name: planned[name] for name in ("order_type", "time_in_force", "limit_price")}
    reply = running(trader("POST", "/api/v1/orders", {"account_id": account, **body}))
    assert (reply.status, reply.json["repeated"]) == (200, True)
