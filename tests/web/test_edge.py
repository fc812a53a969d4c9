"""What every request passes: sizes, times, types, limits of rate, headers, and a log without secrets."""

import asyncio
import logging
from typing import Any

import pytest

from tests.web.caller import Caller
from tests.web.conftest import Running
from tests.web.desk import WebDesk
from tests.web.test_orders import ORDERS, order
from trade2026.web.context import WebContext
from trade2026.web.exchange import SECURITY_HEADERS, check_json
from trade2026.web.limits import Buckets
from trade2026.web.orders.handlers import OrderHandlers
from trade2026.web.roles import RoleTable
from trade2026.web.services import WebSettings

SECOND_NS = 10**9
USERS = "/api/v1/users"
LOGIN = "/api/v1/auth/login"


@pytest.fixture(scope="module")
def admin(running: Running) -> Caller:
    caller: Caller = running(running.desk.admin())
    return caller


@pytest.mark.parametrize("path", [ORDERS, USERS, "/api/v1/orders/1/cancel"])
@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1])
def test_a_large_body_is_refused_said_or_unsaid(
    running: Running, admin: Caller, path: str, size: int
) -> None:
    body = b" " * size
    said = running(admin("POST", path, body))
    unsaid = running(admin("POST", path, parts=[body[: 1 << 19], body[1 << 19 :]]))
    wanted = 422 if size <= 1 << 20 else 413
    if path.endswith("/cancel"):  # The order is looked for after the body.
        assert said.status in (wanted, 404)
    else:
        assert said.status == unsaid.status == wanted
    if wanted == 413:
        assert said.slug == unsaid.slug == "body-too-large"
        assert said.headers["connection"] == "close"


def test_strangers_send_less(running: Running) -> None:
    stranger = Caller(running.desk.app)
    assert running(stranger("POST", LOGIN, b" " * 65_537)).status == 413
    assert running(stranger("POST", USERS, b" " * 65_537)).status == 401  # Not even read.


def test_a_length_that_is_none(running: Running, admin: Caller) -> None:
    assert running(admin("POST", ORDERS, b"{}", headers={"Content-Length": "many"})).status == 413
    assert running(admin("POST", ORDERS, b"{}", headers={"Content-Length": "9" * 5000})).status == 413


def test_a_body_that_never_comes_is_not_waited_for(running: Running, tmp_path: Any) -> None:
    async def slow() -> tuple[int, str]:
        desk = await WebDesk().open(tmp_path, settings=WebSettings(body_seconds=0.05))
        caller = await desk.admin()
        reply = await caller("POST", ORDERS, parts=[b"{"] * 1, headers={"content-length": "10"})
        waiting = await caller("POST", USERS, None, headers={"content-length": "5"}, parts=[])
        await desk.close()
        return reply.status, waiting.slug

    # The first part says that it was the last; the second never comes.
    assert running(slow()) == (422, "request-timeout")


@pytest.mark.parametrize(
    "given", ["text/plain", "application/json; charset=latin-1", "multipart/form-data", ""]
)
@pytest.mark.parametrize("path", [ORDERS, USERS])
def test_a_body_of_another_type(running: Running, admin: Caller, path: str, given: str) -> None:
    reply = running(admin("POST", path, {}, headers={"Content-Type": given}))
    assert (reply.status, reply.slug) == (415, "unsupported-media-type")


def test_a_charset_may_be_said(running: Running, admin: Caller) -> None:
    for given in ("application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'):
        assert running(admin("POST", ORDERS, order(), headers={"Content-Type": given})).status == 201


@pytest.mark.parametrize(
    "body", [b"[" * 33 + b"]" * 33, b"{", b"NaN", b'{"a":NaN}', b'"\\ud800"', b"\xff", b"[" * 500_000]
)
def test_what_is_no_json_of_bounded_depth(running: Running, admin: Caller, body: bytes) -> None:
    reply = running(admin("POST", USERS, body))
    assert (reply.status, reply.slug) == (422, "malformed-json")


@pytest.mark.parametrize("number", [b"9" * 5000, b"1e999", b"-1e999", b"1" + b"0" * 400 + b".5"])
@pytest.mark.parametrize("path", [ORDERS, USERS, "/api/v1/backtests", "/api/v1/feed"])
def test_a_number_beyond_all_bounds(running: Running, admin: Caller, path: str, number: bytes) -> None:
    body = b'{"action":"SPEED","speed":' + number + b',"parameters":{"top":' + number + b'},"strategy":"s"}'
    assert running(admin("POST", path, body)).status in (202, 422)


def test_depth_is_counted_outside_strings() -> None:
    check_json(b'{"a":"' + b"[{" * 100 + b'\\"[[' + b'"}')
    check_json(b"[" + b"[]," * 1000 + b"[]]")
    check_json(b"[" * 32 + b"]" * 32)


def test_addresses_and_headers_are_bounded(running: Running, admin: Caller) -> None:
    assert running(admin("GET", f"{ORDERS}?cursor={'x' * 8192}")).status == 414
    assert running(admin("GET", ORDERS, headers={"x-long": "x" * 33_000})).status == 431
    many = {f"x-{number}": "1" for number in range(101)}
    assert running(admin("GET", ORDERS, headers=many)).status == 431


def test_unknown_paths_and_methods(running: Running, admin: Caller) -> None:
    for path in ("/api/v1/nothing", "/api", "/api/v2/orders", "/api/v1/orders/", "/ws/v1", "/ws/v2"):
        assert running(admin("GET", path)).slug == "not-found", path
    wrong = running(admin("PUT", ORDERS, {}))
    assert (wrong.slug, wrong.headers["allow"]) == ("method-not-allowed", "GET, POST")
    assert running(admin("GET", f"{ORDERS}/preview")).status in (405, 422)
    assert running(admin("DELETE", f"{ORDERS}/5/cancel")).headers["allow"] == "POST"
    assert running(admin("OPTIONS", ORDERS)).status == 405


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/health", ORDERS, "/api/v1/nothing", "/ops/halt", "/nothing.js"]
)
def test_every_answer_has_our_headers(running: Running, admin: Caller, path: str) -> None:
    reply = running(admin("GET", path))
    names = [name for name, _ in reply.raw_headers]
    for name, value in SECURITY_HEADERS:
        assert reply.headers[name.decode()] == value.decode()
        assert names.count(name.decode()) == 1
    assert "server" not in names
    assert names.count("x-request-id") == names.count("cache-control") == 1
    if path.startswith("/api"):
        assert reply.headers["cache-control"] == "no-store"


def test_request_ids_are_ours_and_differ(running: Running, admin: Caller) -> None:
    replies = [
        running(admin("GET", "/api/v1/health", headers={"X-Request-Id": "mine\r\nx: y"})) for _ in range(2)
    ]
    ids = [reply.headers["x-request-id"] for reply in replies]
    assert ids[0] != ids[1]
    assert not any("mine" in each for each in ids)


def test_the_log_has_no_secret(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        wrong = {"name": "admin", "password": "canary-password"}
        running(Caller(running.desk.app)("POST", LOGIN, wrong))
        running(Caller(running.desk.app, "canary-token")("GET", f"{ORDERS}?cursor=canary-query"))
        cookies = {"trade2026_session": "canary-cookie"}
        running(Caller(running.desk.app, cookies=cookies)("POST", ORDERS, {"side": "canary-body"}))
    assert '"route":"/api/v1/auth/login"' in caplog.text
    assert "canary" not in caplog.text


def test_secrets_are_not_said_again(running: Running) -> None:
    body = {"name": "admin", "password": ["canary"], "extra": "shown"}
    reply = running(Caller(running.desk.app)("POST", LOGIN, body))
    assert reply.status == 422
    assert b"canary" not in reply.body
    assert b"shown" in reply.body
    reply = running(Caller(running.desk.app)("POST", LOGIN, {"name": "a", "password": "canary" * 500}))
    assert b"canary" not in reply.body


# ---------------------------------------------------------------------------------------- who asks


@pytest.mark.parametrize("token", ["x", "a.b.c", "Bearer", "x" * 5000, "é"])
def test_a_token_that_is_none(running: Running, token: str) -> None:
    reply = running(Caller(running.desk.app)("GET", ORDERS, headers={"Authorization": f"Bearer {token}"}))
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert (
        running(Caller(running.desk.app)("POST", ORDERS, {}, headers={"Authorization": token})).status == 401
    )


def test_a_cookie_writes_from_our_own_page_only(running: Running) -> None:
    async def with_cookie(headers: dict[str, str]) -> tuple[int, int]:
        login = {"name": "admin", "password": running.desk.password}
        reply = await Caller(running.desk.app)("POST", LOGIN, login)
        caller = Caller(running.desk.app, cookies=reply.cookies())
        written = await caller("POST", ORDERS, order(), headers=headers)
        read = await caller("GET", ORDERS, headers=headers)
        return written.status, read.status

    assert running(with_cookie({"Origin": "http://desk.example"})) == (201, 200)
    for origin in ("http://evil.example", "null", "https://desk.example", "http://desk.example.evil"):
        assert running(with_cookie({"Origin": origin})) == (403, 200)
    assert running(with_cookie({})) == (403, 200)


def test_a_login_from_another_site_is_refused(running: Running) -> None:
    login = {"name": "admin", "password": running.desk.password}
    reply = running(Caller(running.desk.app)("POST", LOGIN, login, headers={"Origin": "http://evil.example"}))
    assert reply.slug == "origin-refused"
    assert reply.cookies() == {}


# ------------------------------------------------------------------------------------ limits of rate


def test_reads_and_logins_are_limited(running: Running, tmp_path: Any) -> None:
    async def ask() -> None:
        desk = await WebDesk().open(tmp_path, settings=WebSettings())
        caller = await desk.admin()
        replies = [await caller("GET", "/api/v1/me") for _ in range(201)]
        assert [reply.status for reply in replies] == [200] * 200 + [429]
        assert replies[-1].headers["retry-after"] == "1"
        assert (await caller("POST", ORDERS, order())).status == 201  # Orders are not.
        desk.clock.advance(0.02)
        assert (await caller("GET", "/api/v1/me")).status == 200
        wrong = {"name": "nobody", "password": "x"}
        statuses = [(await Caller(desk.app)("POST", LOGIN, wrong)).status for _ in range(15)]
        assert statuses[-1] == 429
        elsewhere = await Caller(desk.app)("POST", LOGIN, wrong, address="203.0.113.9")
        assert elsewhere.status in (401, 429)
        strangers = [
            (await Caller(desk.app, "no.such.token")("GET", "/api/v1/me")).status for _ in range(250)
        ]
        assert strangers.count(429) > 0
        assert (await caller("GET", "/api/v1/me")).status in (200, 429)
        await desk.close()

    running(ask())


def test_orders_can_be_limited(running: Running, tmp_path: Any) -> None:
    async def ask() -> list[int]:
        desk = await WebDesk().open(tmp_path, settings=WebSettings(orders_per_s=1, orders_burst=2))
        caller = await desk.admin()
        statuses = [(await caller("POST", ORDERS, order())).status for _ in range(3)]
        await desk.close()
        return statuses

    assert running(ask()) == [201, 201, 429]


def test_a_bucket_fills_again_and_forgets_the_oldest() -> None:
    buckets = Buckets(rate=2, burst=3, capacity=2)
    assert [buckets.take("a", 0) for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a", 0) == SECOND_NS // 2 + 1
    assert buckets.take("a", SECOND_NS // 2) == 0
    assert buckets.take("a", SECOND_NS // 2) > 0
    for name in "bcd":
        buckets.take(name, SECOND_NS)
    assert len(buckets) == 2
    assert Buckets(rate=0, burst=0).take("a", 0) == 0


@pytest.mark.parametrize(
    ("method", "path", "name"), [("GET", ORDERS, "orders"), ("POST", f"{ORDERS}/1/cancel", "order")]
)
def test_a_fault_of_ours_says_its_id_and_no_more(
    running: Running, admin: Caller, method: str, path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("canary-detail")

    monkeypatch.setattr(running.desk.models, name, broken)
    with pytest.raises(RuntimeError):
        running(admin(method, path))
    assert admin.last is not None
    assert (admin.last.status, admin.last.slug) == (500, "internal-error")
    assert b"canary" not in admin.last.body


def test_a_fast_route_is_found_by_its_exact_path(running: Running) -> None:
    context: WebContext = running.desk.app.context
    handlers = OrderHandlers(context, RoleTable())
    assert handlers.find("POST", "/api/v1/orders") is not None
    assert handlers.find("GET", "/api/v1/orders") is None
    for path in ("/api/v1/orders/", "/api/v1/orders/1/2/cancel", "/api/v1/orders/cancel", "/api/v1/orders/1"):
        assert handlers.find("POST", path) is None, path


def test_the_live_socket_is_handed_to_the_hub(running: Running) -> None:
    async def connect(path: str) -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": path, "headers": [], "query_string": b""}
        await running.desk.app(scope, receive, send)
        return sent

    assert [each["type"] for each in running(connect("/ws/v1"))] == ["websocket.accept", "websocket.close"]
    assert running(connect("/ws/v9"))[0]["code"] == 4404


def test_lifespan_reaches_the_router(running: Running) -> None:
    async def live() -> list[str]:
        waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent: list[str] = []

        async def receive() -> Any:
            await asyncio.sleep(0)
            return waiting.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await running.desk.app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
        return sent

    assert running(live()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
