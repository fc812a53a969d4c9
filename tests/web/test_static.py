"""The built page: what is cached, compressed, falls back, and stays inside its folder."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.web.caller import Caller, Reply
from tests.web.conftest import Running
from trade2026.web.context import WebContext
from trade2026.web.edge import Edge
from trade2026.web.orders.handlers import OrderHandlers
from trade2026.web.orders.socket import OrderSocket
from trade2026.web.roles import RoleTable
from trade2026.web.static import StaticFiles

HTML = {"Accept": "text/html,*/*"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><html><head><title>t</title></head></html>")
    (dist / "icon.svg").write_text("<svg/>")
    script = dist / "assets" / "index-Dk3j9x2Q.js"
    script.write_text("plain")
    script.with_name(script.name + ".br").write_text("brotli")
    script.with_name(script.name + ".gz").write_text("gzip")
    (tmp_path / "secret.txt").write_text("secret")
    (dist / "link.txt").symlink_to(tmp_path / "secret.txt")
    (dist / ".hidden").write_text("secret")
    return dist


@pytest.fixture
def get(running: Running, folder: Path) -> Any:
    context: WebContext = running.desk.app.context
    files = StaticFiles(context, str(folder), "/desk")
    caller = Caller(
        Edge(
            context,
            RoleTable(),
            OrderHandlers(context, RoleTable()),
            OrderSocket(context, RoleTable()),
            running.desk.app.rest,
            files,
        )
    )

    def ask(path: str, method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply: Reply = running(caller(method, path, headers=named))
        return reply

    return ask


SCRIPT = "/assets/index-Dk3j9x2Q.js"


@pytest.mark.parametrize(
    ("accepted", "body"),
    [("", b"plain"), ("gzip, br", b"brotli"), ("gzip", b"gzip"), ("br;q=0, gzip", b"gzip"), ("*", b"plain")],
)
def test_assets_are_immutable_and_compressed_as_asked(get: Any, accepted: str, body: bytes) -> None:
    reply = get(SCRIPT, Accept_Encoding=accepted)
    assert (reply.status, reply.body) == (200, body)
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["vary"] == "accept-encoding"
    assert reply.headers.get("content-encoding", "") == {b"brotli": "br", b"gzip": "gzip"}.get(body, "")


@pytest.mark.parametrize("path", ["/", "/index.html", "/trade", "/trade/orders/7"])
def test_the_index_serves_every_page_and_is_asked_for_anew(get: Any, path: str) -> None:
    reply = get(path, Accept="text/html")
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-cache"
    assert b'<head><base href="/desk/">' in reply.body
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/trade", "/nothing.js", "/assets/none-12345678.js"])
def test_what_is_no_page_is_not_found(get: Any, path: str) -> None:
    assert get(path, Accept="application/json").status == 404
    assert get("/assets/none-12345678.js", Accept="text/html").status == 404


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/assets/../../secret.txt", "//secret.txt", "/link.txt", "/.hidden", "/assets/.",
     "/..\\secret.txt", "/\0", "/secret.txt\0.js", "/assets"],
)  # fmt: skip
def test_nothing_outside_the_folder_is_served(get: Any, path: str) -> None:
    reply = get(path)
    assert b"secret" not in reply.body or reply.status == 404
    assert reply.status == 404


def test_head_and_conditional_requests(get: Any) -> None:
    whole = get("/icon.svg")
    assert whole.headers["content-type"] == "image/svg+xml"
    head = get("/icon.svg", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "6")
    again = get("/icon.svg", If_None_Match=whole.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert get("/icon.svg", "POST").headers["allow"] == "GET, HEAD"


def test_a_file_that_changes_is_read_anew(get: Any, folder: Path) -> None:
    assert get("/icon.svg").body == b"<svg/>"
    (folder / "icon.svg").write_text("<svg></svg>")
    os.utime(folder / "icon.svg", (1, 1))
    assert get("/icon.svg").body == b"<svg></svg>"


def test_without_a_built_page_there_is_a_small_one(running: Running) -> None:
    reply = running(Caller(running.desk.app)("GET", "/trade", headers=HTML))
    assert reply.status == 200
    for words in (b"make up", b'href="/ops/halt"', b'href="/api/v1/docs"', b"connected"):
        assert words in reply.body
