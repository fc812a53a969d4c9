"""What is asked again, under which key, for how long, and what is said when it is given up."""

from typing import Any

import httpx
import pytest

from tests.client.desk_double import DeskDouble, answer, problem
from tests.client.samples import ORDER
from trade2026.client import (
    Client,
    Conflict,
    DeskUnreachable,
    NotAllowed,
    OrderRefused,
    OutcomeUnknown,
    ProblemError,
    RequestInvalid,
    Unavailable,
)
from trade2026.primitives.errors import InputError, OperatingError

SENT = {"order": ORDER, "seq": 7, "repeated": False}
AGAIN = {"order": ORDER, "seq": 7, "repeated": True}
LOST = httpx.ReadTimeout("no answer")
CUT = httpx.RemoteProtocolError("the line was cut")
REFUSED = httpx.ConnectError("connection refused")


def submit(client: Client) -> Any:
    return client.submit("PAPER", "KO.XNYS", "BUY", 100)


@pytest.mark.parametrize(
    "trouble",
    [
        LOST,
        CUT,
        REFUSED,
        problem(503, "core-away"),
        problem(503, "unavailable"),
        problem(504, "outcome-unknown"),
        problem(429, "too-many-requests"),
        problem(503, "journal-full"),
        httpx.Response(502, text="<html>"),
    ],
)
def test_a_submit_is_asked_again_under_the_same_key(trouble: Any) -> None:
    desk = DeskDouble(trouble, trouble, answer(200, AGAIN))
    assert submit(desk.client()).repeated
    assert desk.keys == ["key-1"] * 3
    assert desk.requests[0].content == desk.requests[2].content


def test_two_submits_have_two_keys() -> None:
    desk = DeskDouble(answer(201, SENT), answer(201, SENT))
    client = desk.client()
    submit(client)
    submit(client)
    assert desk.keys == ["key-1", "key-2"]


def test_a_key_that_is_given_is_used() -> None:
    desk = DeskDouble(answer(201, SENT))
    desk.client().submit("PAPER", "KO.XNYS", "BUY", 100, key="mine")
    assert desk.keys == ["mine"]


@pytest.mark.parametrize("trouble", [LOST, CUT, problem(504, "outcome-unknown")])
def test_without_patience_an_unknown_outcome_says_the_key(trouble: Any) -> None:
    desk = DeskDouble(trouble)
    with pytest.raises(OutcomeUnknown, match="key='key-1'") as caught:
        submit(desk.client(patience_s=0))
    assert caught.value.key == "key-1"
    assert isinstance(caught.value, OperatingError)


def test_what_may_be_done_stays_unknown_whatever_follows() -> None:
    for last in (problem(503, "core-away"), REFUSED, problem(429, "too-many-requests")):
        desk = DeskDouble(LOST, *[last] * 50)
        with pytest.raises(OutcomeUnknown):
            submit(desk.client(patience_s=3))


def test_a_no_under_the_same_key_is_an_answer() -> None:
    desk = DeskDouble(LOST, problem(422, "order-refused", largest_qty="5"))
    with pytest.raises(OrderRefused) as caught:
        submit(desk.client())
    assert caught.value.largest_qty == 5


def test_what_was_not_done_is_said_to_be_not_done() -> None:
    desk = DeskDouble(problem(503, "core-away", retry_after=2))
    with pytest.raises(Unavailable) as caught:
        submit(desk.client(patience_s=0))
    assert caught.value.retry_after_s == 2
    assert caught.value.retryable
    with pytest.raises(DeskUnreachable, match="http://desk"):
        submit(DeskDouble(REFUSED).client(patience_s=0))


def test_pauses_grow_obey_the_desk_and_end() -> None:
    desk = DeskDouble(*[problem(503, "core-away")] * 50)
    with pytest.raises(Unavailable):
        submit(desk.client(patience_s=6))
    assert desk.pauses[:5] == [0.1, 0.2, 0.4, 0.8, 1.6]
    assert sum(desk.pauses) <= 6
    desk = DeskDouble(problem(503, "core-away", retry_after=5), answer(201, SENT))
    submit(desk.client(patience_s=6))
    assert desk.pauses == [5]
    desk = DeskDouble(problem(429, "too-many-requests", retry_after=60))
    with pytest.raises(Unavailable):
        submit(desk.client(patience_s=6))
    assert desk.pauses == []


def test_what_has_no_key_is_not_asked_again_once_it_may_be_done() -> None:
    for trouble in (LOST, problem(504, "outcome-unknown")):
        desk = DeskDouble(trouble)
        with pytest.raises(OutcomeUnknown, match="look at what the desk shows") as caught:
            desk.client().start_strategy("momentum", "PAPER")
        assert caught.value.key == ""
        assert len(desk.requests) == 1
    desk = DeskDouble(problem(503, "unavailable"))
    with pytest.raises(Unavailable):
        desk.client().start_strategy("momentum", "PAPER")
    assert len(desk.requests) == 1


def test_a_read_is_asked_again_and_never_unknown() -> None:
    desk = DeskDouble(LOST, problem(503, "unavailable"), answer(200, ORDER))
    assert desk.client().order(7).order_id == 7
    for trouble in (LOST, CUT):
        with pytest.raises(DeskUnreachable):
            DeskDouble(trouble).client(patience_s=0).order(7)
    with pytest.raises(Unavailable):
        DeskDouble(problem(504, "outcome-unknown")).client(patience_s=0).order(7)


@pytest.mark.parametrize(
    ("status", "slug", "kind", "parent"),
    [
        (422, "invalid-input", RequestInvalid, InputError),
        (404, "not-found", RequestInvalid, InputError),
        (422, "order-refused", OrderRefused, ProblemError),
        (422, "idempotency-conflict", OrderRefused, ProblemError),
        (403, "role-too-low", NotAllowed, ProblemError),
        (409, "conflict", Conflict, ProblemError),
        (500, "internal-error", Unavailable, OperatingError),
    ],
)
def test_each_problem_is_its_error(status: int, slug: str, kind: type, parent: type) -> None:
    more: dict[str, Any] = {
        "remedy": "do better",
        "errors": [{"field": "side", "message": "must be BUY or SELL", "value": "HOLD"}],
        "failures": [{"check": "LEVERAGE", "limit": "2", "used": "3", "text": "too much"}],
    }
    desk = DeskDouble(problem(status, slug, **more))
    with pytest.raises(kind, match="do better") as caught:
        submit(desk.client())
    error = caught.value
    assert isinstance(error, ProblemError)
    assert isinstance(error, parent)
    assert (error.status, error.slug, error.request_id) == (status, slug, "r-1")
    assert error.errors[0].field == "side"
    assert error.failures[0].check == "LEVERAGE"
    assert len(desk.requests) == 1


def test_an_answer_of_something_else() -> None:
    desk = DeskDouble(httpx.Response(404, text="<html>nothing here</html>"))
    with pytest.raises(RequestInvalid, match="none of the desk's"):
        desk.client().order(7)
