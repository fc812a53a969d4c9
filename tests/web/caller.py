"""Speaks ASGI to an application and keeps what it answers; knows nothing of HTTP libraries."""

import asyncio
from typing import Any

import msgspec


class Reply:
    """An answer: status, headers by lower-case name (all of `set-cookie`), body."""

    def __init__(self, messages: list[Any]) -> None:
        start, *parts = messages
        assert start["type"] == "http.response.start"
        self.status: int = start["status"]
        self.raw_headers: list[tuple[str, str]] = [(k.decode(), v.decode()) for k, v in start["headers"]]
        self.headers = dict(self.raw_headers)
        assert not parts or not parts[-1].get("more_body")
        self.body = b"".join(each.get("body", b"") for each in parts)

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def slug(self) -> str:
        """Of a problem document."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        return str(self.json["type"].removeprefix("/problems/"))

    def cookies(self) -> dict[str, str]:
        found = [value.partition(";")[0] for name, value in self.raw_headers if name == "set-cookie"]
        return dict(each.split("=", 1) for each in found)


class Caller:
    """Calls one application, with a token or with cookies."""

    def __init__(self, app: Any, token: str = "", cookies: dict[str, str] | None = None) -> None:
        self.app = app
        self.token = token
        self.cookies = cookies or {}
        self.last: Reply | None = None

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        parts: list[bytes] | None = None,
        address: str = "127.0.0.1",
    ) -> Reply:
        """Send a request; `body` is JSON unless it is bytes, `parts` arrive one by one without a length."""
        path, _, query = path.partition("?")
        sent = {"host": "desk.example", **({"authorization": f"Bearer {self.token}"} if self.token else {})}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        data = b""
        if body is not None:
            data = body if isinstance(body, bytes) else msgspec.json.encode(body)
            sent["content-type"] = "application/json"
        if parts is not None:
            sent |= {"content-type": "application/json", "transfer-encoding": "chunked"}
        elif data:
            sent["content-length"] = str(len(data))
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "scheme": "http", "client": (address, 5000), "server": ("127.0.0.1", 8026),
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in sent.items()],
        }  # fmt: skip
        waiting = [data] if parts is None else list(parts)
        messages: list[Any] = []

        async def receive() -> Any:
            if not waiting:
                await asyncio.Event().wait()
            part = waiting.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(waiting)}

        async def send(message: Any) -> None:
            messages.append(message)

        try:
            await self.app(scope, receive, send)
        finally:  # What was answered counts also where the application then raised.
            self.last = Reply(messages) if messages else None
        assert self.last is not None, "nothing was answered"
        return self.last


async def log_in(app: Any, name: str, password: str) -> Caller:
    """A caller with a token."""
    reply = await Caller(app)("POST", "/api/v1/auth/login", {"name": name, "password": password})
    assert reply.status == 200, reply.body
    return Caller(app, reply.json["access_token"])
