"""Serves the built page: hashed assets for ever, compressed where built so, and the index for its own paths.

Where there is no built page a small one says how the desk is, how to build it, and how to halt.
"""

import mimetypes
import re
from email.utils import formatdate
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised
from trade2026.web.exchange import Exchange
from trade2026.web.plain_pages import without_built_page

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*\Z")
_HASHED: Final = re.compile(r"assets/.*[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+\Z")
_CODINGS: Final = ((b"br", ".br"), (b"gzip", ".gz"))
_CACHE_BYTES_MAX: Final = 64 << 20
_FOREVER: Final = b"public, max-age=31536000, immutable"
_NO_CACHE: Final = b"no-cache"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml",
    ".json": "application/json", ".woff2": "font/woff2", ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
}  # fmt: skip


class _File(NamedTuple):
    stamp: tuple[int, int]
    data: bytes


class StaticFiles:
    """Files below one folder, and nothing above or beside it.

    Parameters
    ----------
    folder : str
        The built page; may appear, change or go while we serve.
    root_path : str
        Where a proxy serves us; written into `<base href>`.
    """

    def __init__(self, context: WebContext, folder: str, root_path: str) -> None:
        self._context = context
        self._folder = Path(folder).resolve()
        self._base = escape(f"{root_path}/", quote=True)
        self._cache: dict[str, _File] = {}
        self._cached_bytes = 0

    async def serve(self, exchange: Exchange) -> None:
        """Answer a GET or HEAD outside the API; raises ProblemRaised (404, 405)."""
        exchange.route = "static"
        if exchange.method not in ("GET", "HEAD"):
            raise ProblemRaised("method-not-allowed", "files are only read", headers={"Allow": "GET, HEAD"})
        name = exchange.path.lstrip("/")
        if name and name != "index.html" and await self._send_file(exchange, name):
            return
        wants_page = not name.startswith("assets/") and "text/html" in exchange.header(b"accept")
        if name and not wants_page:
            raise ProblemRaised("not-found", f"there is no file {exchange.path[:200]!r}")
        await self._send_index(exchange)

    async def _send_file(self, exchange: Exchange, name: str) -> bool:
        if not all(_SEGMENT.match(part) for part in name.split("/")):
            return False
        headers = [
            (b"content-type", _type_of(name).encode()),
            (b"cache-control", _FOREVER if _HASHED.match(name) else _NO_CACHE),
            (b"vary", b"accept-encoding"),
        ]
        accepted = exchange.headers.get(b"accept-encoding", b"")
        for coding, suffix in _CODINGS:
            if _accepts(accepted, coding):
                found = self._read(name + suffix)
                if found is not None and self._read(name) is not None:
                    await _send(exchange, found, [*headers, (b"content-encoding", coding)])
                    return True
        found = self._read(name)
        if found is None:
            return False
        await _send(exchange, found, headers)
        return True

    async def _send_index(self, exchange: Exchange) -> None:
        found = self._read("index.html")
        if found is None:
            data = without_built_page(self._context)
            found = _File((0, len(data)), data)
        elif b"<base " not in found.data:
            base = f'<base href="{self._base}">'.encode()
            found = _File(
                found.stamp, re.sub(rb"<head[^>]*>", lambda tag: tag[0] + base, found.data, count=1)
            )
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", _NO_CACHE)]
        await _send(exchange, found, headers)

    def _read(self, name: str) -> _File | None:
        """A file's bytes, from memory while it has not changed; None where there is none."""
        path = self._folder / name
        try:
            state = path.stat()
            stamp = state.st_mtime_ns, state.st_size
            found = self._cache.get(name)
            if found is not None and found.stamp == stamp:
                return found
            if not path.is_file() or not path.resolve().is_relative_to(self._folder):
                return None
            data = path.read_bytes()
        except OSError:
            return None
        if self._cached_bytes + len(data) > _CACHE_BYTES_MAX:
            self._cache.clear()
            self._cached_bytes = 0
        self._cached_bytes += len(data) - (len(found.data) if found and name in self._cache else 0)
        found = self._cache[name] = _File(stamp, data)
        return found


def _type_of(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _accepts(header: bytes, coding: bytes) -> bool:
    for part in header.split(b","):
        name, _, weight = part.strip().partition(b";")
        if name.strip().lower() == coding:
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


async def _send(exchange: Exchange, found: _File, headers: list[tuple[bytes, bytes]]) -> None:
    """Send a file, or that the caller has it."""
    etag = f'"{found.stamp[0]:x}-{len(found.data):x}"'.encode()
    headers = [*headers, (b"etag", etag)]
    if found.stamp[0]:
        modified = formatdate(found.stamp[0] // 10**9, usegmt=True).encode()
        headers.append((b"last-modified", modified))
    known = exchange.headers.get(b"if-none-match", b"")
    if found.stamp[0] and etag in [each.strip().removeprefix(b"W/") for each in known.split(b",")]:
        await exchange.send({"type": "http.response.start", "status": 304, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": b""})
        return
    headers.append((b"content-length", str(len(found.data)).encode()))
    await exchange.send({"type": "http.response.start", "status": 200, "headers": headers})
    body = b"" if exchange.method == "HEAD" else found.data
    await exchange.send({"type": "http.response.body", "body": body})
