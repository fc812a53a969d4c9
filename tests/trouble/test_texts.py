"""Texts of callers: files beside the page, other sites' requests, scripts in names, lines in logs."""

import json
import re
import secrets
from urllib.parse import quote

import httpx
import pytest

from tests.desk_process import RealDesk
from tests.trouble.conftest import ORDER, PASSWORD, Furnished
from tests.trouble.wire import Wire, exchange, head

pytestmark = pytest.mark.process

OUTSIDE = (
    "/../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/assets/../../app.py", "/assets/..%2f..%2fapp.py", "/assets/%252e%252e/app.py", "//etc/passwd",
    "/.%00./app.py", "/index.html%00.js", "/..\\..\\app.py", "/..%5c..%5capp.py", "/%c0%ae%c0%ae/app.py",
    "/assets/./../../services.py", "/~root/.bashrc", "/.git/config", "/proc/self/environ", "/assets/",
    "/file:///etc/passwd", "/%2fetc%2fpasswd", "/...//...//etc/passwd", "/desk/state/users.json",
    "/assets/%2e%2e/%2e%2e/openapi.py", "/ui/../../roles.py",
)  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_files_beside_the_page_are_not_there(desk: RealDesk, path: str) -> None:
    for accept in ("*/*", "text/html"):
        found = exchange(desk, head(desk, "GET", path, f"Accept: {accept}"))
        assert found is not None
        assert found.status in (400, 404) or b"<!doctype html>" in found.body[:200].lower(), found
        for secret in (b"root:", b"import ", b"[core]", b"TRADE2026_HOME", b'"users"'):
            assert secret not in found.body, path


def test_writes_with_a_cookie_come_from_our_own_page(furnished: Furnished) -> None:
    desk = furnished.desk
    cookie = f"Cookie: trade2026_session={furnished.token('tina')}"
    body = json.dumps({**ORDER, "client_order_id": f"cross-{secrets.token_hex(4)}"}).encode()
    lines = (cookie, f"Content-Length: {len(body)}", "Content-Type: application/json")
    own = f"http://127.0.0.1:{desk.port}"
    for origin in (
        "https://evil.example", "null", f"{own}.evil.example", f"https://127.0.0.1:{desk.port}", f"{own}/",
        "http://127.0.0.1", f"http://evil.example@127.0.0.1:{desk.port}", f"{own}, https://evil.example", "",
    ):  # fmt: skip
        given = (*lines, f"Origin: {origin}") if origin else lines
        for path in ("/api/v1/orders", "/api/v1/orders/cancel-all", "/api/v1/halt", "/api/v1/auth/logout"):
            found = exchange(desk, head(desk, "POST", path, *given) + body)
            assert found is not None
            assert (found.status, found.slug) == (403, "origin-refused"), (origin, path)
            assert "access-control-allow-origin" not in found.headers
    found = exchange(desk, head(desk, "POST", "/api/v1/orders", *lines, f"Origin: {own}") + body)
    assert found is not None
    assert found.status == 201, found


def test_other_sites_may_not_log_a_visitor_in_or_listen(furnished: Furnished) -> None:
    desk = furnished.desk
    body = json.dumps({"name": "vera", "password": PASSWORD}).encode()
    lines = (f"Content-Length: {len(body)}", "Content-Type: application/json", "Origin: https://evil.example")
    found = exchange(desk, head(desk, "POST", "/api/v1/auth/login", *lines) + body)
    assert found is not None
    assert found.status == 403
    upgrade = (
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Origin: https://evil.example",
        f"Cookie: trade2026_session={furnished.token('tina')}",
    )  # fmt: skip
    with Wire(desk, timeout=8) as wire:
        wire.send(head(desk, "GET", "/ws/v1", *upgrade))
        answer = wire.answer()
        assert answer is not None
        said = answer.body
        if answer.status == 101:
            while b"4403" not in wire.read and wire.more():
                pass
            said = wire.read
        assert answer.status == 403 or b"4403" in said or (4403).to_bytes(2, "big") in said
        assert b"hello" not in said


SCRIPTS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "'-alert(1)-'",
    "{{7*7}}${7*7}<%= 7*7 %>", "</script><svg/onload=alert(1)>", "\u202egnp.exe", "&lt;b&gt;",
)  # fmt: skip


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_stay_texts_in_json(furnished: Furnished, text: str) -> None:
    """As an id they are refused, as a reason kept; either way the answer is JSON that no browser runs."""
    with furnished.client("tina") as tina:
        answers = [
            tina.post("/api/v1/orders", json={**ORDER, "client_order_id": text}),
            tina.get(f"/api/v1/instruments/{text}"),
            tina.get("/api/v1/orders", params={"account_id": text}),
            tina.get("/api/v1/events", params={"text": text}),
            tina.post("/api/v1/halt", json={"scope": "STRATEGY", "target": "nobody-1", "reason": text}),
            furnished.admin.get("/api/v1/trading-state"),
            httpx.get(f"{furnished.desk.url}/{text}"),
        ]
    assert [each.status_code for each in answers[:1]] == [422]
    assert answers[4].status_code == 202
    assert text in [each["text"] for each in answers[5].json()["items"]]
    for each in answers:
        assert each.headers["content-type"].startswith(("application/json", "application/problem+json"))
        assert each.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in each.headers["content-security-policy"]
        assert "unsafe-eval'" not in each.headers["content-security-policy"].replace("wasm-unsafe-eval'", "")


def test_the_plain_form_shows_texts_as_texts(furnished: Furnished) -> None:
    text = '"><script>alert(1)</script>'
    found = httpx.post(
        f"{furnished.desk.url}/ops/halt", headers={"Origin": furnished.desk.url},
        data={"name": text, "password": text, "reason": text, "target": text, "scope": text}, timeout=30,
    )  # fmt: skip
    assert found.status_code in (401, 422, 429)
    assert "<script" not in found.text


def test_no_line_of_a_log_is_written_by_a_caller(furnished: Furnished) -> None:
    """Each line of the log begins with a time of ours; nothing secret stands in it."""
    mark = secrets.token_hex(8)
    forged = f"2026-01-01T00:00:00.000Z INFO trade2026.web admin logged in {mark}"
    with furnished.client("tina") as tina:
        for text in (f"\n{forged}", f"\r{forged}", f"\x1b[2J{forged}", f"\u2028{forged}", f"\x85{forged}"):
            tina.get(f"/api/v1/instruments/{quote(text)}")
            tina.post("/api/v1/halt", json={"scope": "STRATEGY", "target": "nobody-2", "reason": text})
            tina.post("/api/v1/auth/login", json={"name": text, "password": f"secret-{mark}"})
            tina.post(
                "/api/v1/strategy-runs",
                json={"strategy": "momentum", "account_id": "PAPER", "parameters": {text: 1}},
            )
    exchange(furnished.desk, f"GET /{mark}\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    for path in (furnished.desk.home / "desk" / "log").glob("*.log"):
        data = path.read_bytes()
        assert f"secret-{mark}".encode() not in data, path
        assert furnished.token("tina").encode() not in data, path
        assert b"\x1b" not in data, path
        assert b"Traceback" not in data, path
        for line in data.decode().split("\n"):
            assert not line.startswith(forged[:40]), path
            assert not line or re.match(r"\d{4}-\d\d-\d\dT", line), (path, line)
