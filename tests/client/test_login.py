"""Tokens: got when needed, exchanged in time, got anew when they end early, kept or ended at the close."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.client.desk_double import TOKENS, DeskDouble, answer, problem
from tests.client.samples import ORDER
from trade2026.client import AsyncClient, Client, LoginNeeded, OutcomeUnknown
from trade2026.primitives.errors import InputError

ANN = {"name": "ann", "password": "a few words"}
NEXT = {**TOKENS, "access_token": "token-2", "refresh_token": "refresh-2"}
OVER = problem(401, "not-logged-in")
FAILED = problem(401, "login-failed")


def tokens_used(desk: DeskDouble) -> list[str | None]:
    return [each.headers.get("Authorization") for each in desk.requests]


def test_it_logs_in_with_the_first_request_alone() -> None:
    desk = DeskDouble(answer(200, TOKENS), answer(200, ORDER), answer(200, ORDER))
    client = desk.client(**ANN)
    client.order(7)
    client.order(7)
    assert desk.paths == ["POST /api/v1/auth/login", "GET /api/v1/orders/7", "GET /api/v1/orders/7"]
    assert tokens_used(desk) == [None, "Bearer token-1", "Bearer token-1"]


def test_a_token_is_exchanged_a_minute_before_it_ends() -> None:
    desk = DeskDouble(
        answer(200, TOKENS), answer(200, ORDER), answer(200, ORDER), answer(200, NEXT), answer(200, ORDER)
    )
    client = desk.client(**ANN)
    client.order(7)
    desk.now += 900 - 61
    client.order(7)
    desk.now += 2
    client.order(7)
    assert desk.paths[3] == "POST /api/v1/auth/refresh"
    assert desk.body(3) == {"refresh_token": "refresh-1"}
    assert tokens_used(desk)[-1] == "Bearer token-2"


def test_a_session_that_was_ended_is_begun_anew() -> None:
    desk = DeskDouble(answer(200, TOKENS), OVER, FAILED, answer(200, NEXT), answer(200, ORDER))
    assert desk.client(**ANN).order(7).order_id == 7
    assert [each.rpartition("/")[2] for each in desk.paths] == ["login", "7", "refresh", "login", "7"]


def test_a_refresh_without_an_answer_logs_in_anew() -> None:
    desk = DeskDouble(
        answer(200, TOKENS), OVER, httpx.ReadTimeout("lost"), answer(200, NEXT), answer(200, ORDER)
    )
    assert desk.client(**ANN).order(7).order_id == 7
    desk = DeskDouble(OVER, httpx.ReadTimeout("lost"))
    with pytest.raises(OutcomeUnknown):
        desk.client(refresh_token="refresh-1").order(7)


def test_the_second_no_is_final() -> None:
    desk = DeskDouble(answer(200, TOKENS), OVER, answer(200, NEXT), OVER)
    with pytest.raises(LoginNeeded):
        desk.client(**ANN).order(7)
    desk = DeskDouble(FAILED)
    with pytest.raises(LoginNeeded):
        desk.client(**ANN).order(7)
    desk = DeskDouble(OVER)
    with pytest.raises(LoginNeeded):
        desk.client().order(7)


def test_a_submit_keeps_its_key_through_a_new_login() -> None:
    desk = DeskDouble(answer(200, TOKENS), OVER, answer(200, NEXT),
                      answer(201, {"order": ORDER, "seq": 7, "repeated": False}))  # fmt: skip
    desk.client(**ANN).submit("PAPER", "KO.XNYS", "BUY", 1)
    assert desk.keys == [None, "key-1", None, "key-1"]


def test_what_may_be_done_stays_unknown_through_a_new_login() -> None:
    gone = [problem(503, "core-away")] * 50
    desk = DeskDouble(answer(200, TOKENS), httpx.ReadTimeout("lost"), OVER, answer(200, NEXT), *gone)
    with pytest.raises(OutcomeUnknown):
        desk.client(**ANN, patience_s=5).submit("PAPER", "KO.XNYS", "BUY", 1)


def test_closing_ends_what_was_begun_and_nothing_else() -> None:
    desk = DeskDouble(answer(200, TOKENS), answer(200, ORDER), httpx.Response(204))
    with desk.client(**ANN) as client:
        client.order(7)
    assert desk.paths[-1] == "POST /api/v1/auth/logout"
    assert tokens_used(desk)[-1] == "Bearer token-1"
    desk = DeskDouble(answer(200, ORDER))
    with desk.client() as client:
        client.order(7)
    desk = DeskDouble(answer(200, TOKENS))
    with desk.client(**ANN) as client:
        assert client.login().refresh_token == "refresh-1"
        client.keep_session()
    with DeskDouble(answer(200, TOKENS), httpx.ConnectError("gone")).client(**ANN) as client:
        client.login()


def test_secrets_are_in_no_repr() -> None:
    client = DeskDouble(answer(200, TOKENS)).client(**ANN)
    assert "token-1" not in repr(client.login())
    with pytest.raises(InputError, match="together"):
        Client("http://desk", name="ann")


def test_many_at_once_log_in_once() -> None:
    desk = DeskDouble(answer(200, TOKENS), *[answer(200, ORDER)] * 10)

    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return desk.handle(request)

    async def many() -> list[Any]:
        async with AsyncClient(
            "http://desk", transport=httpx.MockTransport(handle), name="ann", password="a few words"
        ) as client:
            client.keep_session()
            return await asyncio.gather(*(client.order(7) for _ in range(10)))

    assert len(asyncio.run(many())) == 10
    assert desk.paths.count("POST /api/v1/auth/login") == 1
