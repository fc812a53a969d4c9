"""A slice of the door's fuzz, and doors with a fault, which it finds."""

from typing import Any

import pytest

from tests.fuzz import door
from tests.fuzz.door import ENTRANCES, fuzz, run_batch
from tests.fuzz.door_oracle import judge_message, judge_rest
from tests.fuzz.door_orders import Kind
from trade2026.matching.words import PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.simulation.exchange.reports import Report
from trade2026.web.binance import rest

MESSAGES = 8_000


def test_nothing_is_found() -> None:
    result = fuzz(MESSAGES, seed=2026)
    assert result["failures"] == []
    assert result["messages"] == MESSAGES
    assert all(result["entrances"][name] for name in ENTRANCES)
    for verdict in (
        "refuse",
        "read",
        "place",
        "cancel",
        "cancel all",
        "replace",
        "list",
        "end list",
        "taken",
    ):
        assert result["verdicts"].get(verdict), f"nothing was {verdict}: the requests reach too little"
    for refusal in (
        "rest -1000", "rest -1013", "rest -1021", "rest -1022", "rest -1100", "rest -1102", "rest -1104",
        "rest -1121", "rest -2010", "rest -2011", "rest -2014", "rest -2015", "ws_api -1020", "ws_api -1100",
        "ws_api -1135", "ws_api -2010", "streams 0", "streams 1", "streams 2", "streams 3",
        "connections 1008",
    ):  # fmt: skip
        assert result["refusals"].get(refusal), f"nothing was refused with {refusal}"


def test_a_batch_is_the_same_each_time() -> None:
    one, two = (run_batch(5, 3, 600)[0] for _ in range(2))
    assert one.counts == two.counts
    assert one.refusals == two.refusals
    assert run_batch(5, 4, 600)[0].refusals != one.refusals


class _Meddling(InstantExchange):
    """Places an order that nobody asked for."""

    async def request(self, owner: str, number: int, command: Any) -> Report:
        if isinstance(command, PlaceOrder) and command.order_id == 30:
            self.market.handle(
                0, PlaceOrder(10**6, "mia", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 100, 4_000_000)
            )
        return await super().request(owner, number, command)


def test_canary_an_order_that_nobody_asked_for_is_found() -> None:
    _, found = run_batch(1, 0, 2_000, _Meddling)
    assert "the market is not the twin's" in found


def test_canary_a_door_that_believes_every_signature_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "check_signature", lambda key, params, payload: params.text("signature"))
    found = fuzz(20_000, seed=1)["failures"]
    assert any("must be refused, was answered" in each for each in found)


def test_canary_a_door_that_takes_no_order_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "check_time", lambda params, now_ns: None)  # Then the time counts as unread.
    assert "the twin takes it, the door refused" in run_batch(1, 0, 2_000)[1]


def test_canary_a_code_that_nobody_knows_and_a_line_in_the_log_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "CODES", door.CODES - {-1121})
    assert "no documented code" in run_batch(1, 0, 2_000)[1]
    monkeypatch.undo()

    class Loud(InstantExchange):
        async def request(self, owner: str, number: int, command: Any) -> Report:
            rest.LOG.warning("something is wrong")
            return await super().request(owner, number, command)

    assert "logged: something is wrong" in run_batch(1, 0, 2_000, Loud)[1]


NOW_NS = 1_750_000_000 * 10**9
SIGNED = (
    b"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=49000.00&timestamp=1750000000000"
    b"&signature=9f0fbc2e7ba0a2e4c7ff80b0c4b9d3d5b0d3a5f5c2a2ab5eb2e1e9b2c3b0f9aa"
)


def test_the_oracle_knows_what_it_is_for() -> None:
    assert judge_rest("GET", "/api/v3/order", b"", b"", b"", NOW_NS).kind is Kind.READ
    assert judge_rest("POST", "/api/v3/order", b"", SIGNED, b"annkey", NOW_NS).kind is Kind.REFUSE
    assert judge_message('{"method": "depth"}', NOW_NS).kind is Kind.READ
    assert judge_message('{"method": "order.place", "params": {}}', NOW_NS).kind is Kind.REFUSE
    assert judge_message("{", NOW_NS).kind is Kind.REFUSE
