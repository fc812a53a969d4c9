"""Bodies that no route can use: each is told what is wrong, and none reaches the core."""

import json
import time

import pytest

from tests.desk_process import RealDesk
from tests.trouble.conftest import ORDER, Furnished
from tests.trouble.wire import Wire, head, is_served, memory_kib, post

FAST, SLOW = "/api/v1/orders", "/api/v1/orders/cancel-all"
MIB = 1 << 20
GOOD = json.dumps(ORDER).encode()


def order(**change: object) -> bytes:
    return json.dumps({**ORDER, **change}).encode()


NO_JSON = {
    "nothing but a brace": b"{",
    "cut in the middle": GOOD[:-7],
    "something behind it": GOOD + b"x",
    "two documents": GOOD + GOOD,
    "single quotes": b"{'account_id': 'PAPER'}",
    "a comment": b"{} // nothing",
    "a trailing comma": GOOD[:-1] + b",}",
    "NaN": GOOD[:-1] + b', "x": NaN}',
    "Infinity": GOOD[:-1] + b', "x": -Infinity}',
    "bytes that are no UTF-8": GOOD[:-1] + b', "x": "\xff\xfe"}',
    "an overlong encoding": GOOD[:-1] + b', "x": "\xc0\xaf"}',
    "UTF-16": GOOD.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "a lone surrogate": GOOD[:-1] + b', "x": "\\ud800"}',
    "a zero byte": GOOD[:-1] + b', "x": "\0"}',
    "a number of a hundred thousand digits": b'{"x": ' + b"9" * 100_000 + b"e}",
    "arrays 100,000 deep": b"[" * 100_000,
    "arrays 33 deep, closed": b"[" * 33 + b"]" * 33,
    "objects 10,000 deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "strings that never end": b'{"a": "' + b"\\" * 99_999,
    "a form": b"account_id=PAPER",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
}


@pytest.mark.process
@pytest.mark.parametrize("path", [FAST, SLOW])
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
def test_what_is_no_json_is_told_so(desk: RealDesk, token: str, path: str, body: bytes) -> None:
    found = post(desk, token, path, body)
    assert (found.status, found.slug) in ((422, "malformed-json"), (422, "invalid-input")), found
    assert b"Traceback" not in found.body
    assert len(found.body) < 4_096


UNUSABLE = {
    "an unknown field": (order(extra=1), "extra"),
    "a field of a prototype": (order(__proto__={}), "__proto__"),
    "a number for a decimal": (order(order_qty=10), "order_qty"),
    "a decimal of 65 digits": (order(order_qty="9" * 65), "order_qty"),
    "a decimal beyond 64 bits": (order(order_qty="9" * 30), "order_qty"),
    "an exponent": (order(order_qty="1e999"), "order_qty"),
    "a quantity of nothing": (order(order_qty="0"), "order_qty"),
    "a negative quantity": (order(order_qty="-1"), "order_qty"),
    "ten places": (order(order_qty="0.0000000001"), "order_qty"),
    "Arabic digits": (order(order_qty="\u0661\u0660"), "order_qty"),
    "NaN as text": (order(limit_price="NaN"), "limit_price"),
    "true for text": (order(account_id=True), "account_id"),
    "null for text": (order(account_id=None), "account_id"),
    "a list": (b"[]", "body"),
    "null": (b"null", "body"),
    "a side that is none": (order(side="HOLD"), "side"),
    "a new line in an id": (order(client_order_id="a\nb"), "client_order_id"),
    "a zero in an id": (order(client_order_id="a\0b"), "client_order_id"),
    "an id of 65": (order(client_order_id="a" * 65), "client_order_id"),
    "letters beyond ASCII in an id": (order(client_order_id="ä"), "client_order_id"),
    "SQL": (order(account_id="x' OR '1'='1"), "account_id"),
}


@pytest.mark.process
@pytest.mark.parametrize(("body", "field"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_field_that_cannot_be_used_is_named(desk: RealDesk, token: str, body: bytes, field: str) -> None:
    found = post(desk, token, FAST, body)
    assert (found.status, found.slug) == (422, "invalid-input"), found
    assert json.loads(found.body)["field"] == field


@pytest.mark.process
def test_a_name_given_twice_is_one_request_with_one_meaning(furnished: Furnished) -> None:
    """The last one counts for whoever reads the body, on the fast and on the slow way alike."""
    desk, token = furnished.desk, furnished.token("tina")
    twice = GOOD[:-1] + b', "account_id": "OTHER"}'
    assert post(desk, token, FAST, twice).status == 404
    assert post(desk, token, SLOW, b'{"account_id": "PAPER", "account_id": "OTHER"}').status == 404


@pytest.mark.process
def test_huge_numbers_are_refused_on_the_slow_way_too(desk: RealDesk, token: str) -> None:
    for number in (b"9" * 400, b"1e400", b"-1e999", b"1" * 5_000):
        body = b'{"action": "SPEED", "speed": ' + number + b"}"
        assert post(desk, token, "/api/v1/feed", body).status == 422
        body = b'{"strategy": "momentum", "seed": ' + number + b"}"
        assert post(desk, token, "/api/v1/backtests", body).status == 422


@pytest.mark.process
@pytest.mark.parametrize("path", [FAST, SLOW])
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
)
def test_other_types_of_body_are_refused(desk: RealDesk, token: str, path: str, kind: str) -> None:
    data = head(desk, "POST", path, f"Content-Length: {len(GOOD)}", f"Content-Type: {kind}", token=token)
    with Wire(desk) as wire:
        wire.send(data + GOOD)
        found = wire.answer()
    assert found is not None
    assert (found.status, found.slug) == (415, "unsupported-media-type")


@pytest.mark.process
@pytest.mark.parametrize("path", [FAST, SLOW, "/api/v1/auth/login"])
def test_a_hundred_megabytes_are_refused_unread(desk: RealDesk, token: str, path: str) -> None:
    pid = desk.pid("web")
    assert pid is not None
    is_served(desk)
    before = memory_kib(pid)
    lines = (f"Content-Length: {100 * MIB}", "Content-Type: application/json")
    with Wire(desk) as wire:
        wire.send(head(desk, "POST", path, *lines, token=token))
        found = wire.answer()  # Nothing of the body was sent: it was refused by its length.
        assert found is not None
        assert (found.status, found.slug) == (413, "body-too-large")
        block = b"x" * MIB
        sent = 0
        while sent < 100 and wire.send(block):
            sent += 1
        assert sent < 100, "the desk read all of it"
    assert memory_kib(pid) - before < 50 * 1024
    is_served(desk)


@pytest.mark.process
@pytest.mark.parametrize("path", [FAST, SLOW, "/api/v1/auth/login"])
def test_chunks_without_end_are_refused_at_their_limit(desk: RealDesk, token: str, path: str) -> None:
    pid = desk.pid("web")
    assert pid is not None
    before = memory_kib(pid)
    lines = ("Transfer-Encoding: chunked", "Content-Type: application/json")
    with Wire(desk) as wire:
        wire.send(head(desk, "POST", path, *lines, token=token))
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        sent = 0
        while sent < 1_600 and wire.send(chunk):
            sent += 1
        found = wire.answer()
    assert sent < 1_600, "the desk read all of it"
    assert found is None or (found.status, found.slug) == (413, "body-too-large")
    assert memory_kib(pid) - before < 50 * 1024


@pytest.mark.process
def test_half_a_request_is_not_acted_upon(furnished: Furnished) -> None:
    """The order is whole, the request is not: whoever sent it may have died over it."""
    desk = furnished.desk
    body = order(client_order_id="half-1")
    lines = ("Transfer-Encoding: chunked", "Content-Type: application/json")
    with Wire(desk) as wire:
        wire.send(head(desk, "POST", FAST, *lines, token=furnished.token("tina")))
        wire.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        time.sleep(0.2)
    time.sleep(0.2)
    found = furnished.admin.get("/api/v1/orders?limit=1000").json()["items"]
    assert "half-1" not in [each["client_order_id"] for each in found]
