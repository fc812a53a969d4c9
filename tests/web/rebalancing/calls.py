"""What tests of rebalancing ask, and what they look at."""

from typing import Any

from tests.web.caller import Caller, Reply
from tests.web.conftest import Running
from tests.web.desk import KO

REBALANCING = "/api/v1/portfolio/rebalancing"
XOM = "XOM.XNYS"


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


def latest_of(running: Running, instrument_id: str) -> Any:
    """What the web process knows of an instrument; a test may move its price."""
    found = running.desk.market.latest(instrument_id)
    assert found is not None
    return found


def fill(running: Running) -> None:
    running(running.desk.step(2))
