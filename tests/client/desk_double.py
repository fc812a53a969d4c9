"""A desk that answers what it is told to, and a clock that only pauses move."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from trade2026.client import Client

Reply = httpx.Response | Exception

TOKENS = {
    "access_token": "token-1", "token_type": "Bearer", "expires_in": 900, "refresh_token": "refresh-1",
    "user": {"name": "ann", "role": "trader", "accounts": ["PAPER"]}, "must_change_password": False,
}  # fmt: skip


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def problem(status: int, slug: str, *, retry_after: int | None = None, **more: Any) -> httpx.Response:
    body = {
        "type": f"/problems/{slug}", "title": slug, "status": status, "detail": f"about {slug}",
        "instance": "/x", "request_id": "r-1", **more,
    }  # fmt: skip
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return httpx.Response(status, json=body, headers=headers)


class DeskDouble:
    """Gives the replies in their order, and remembers the requests."""

    def __init__(self, *replies: Reply | Callable[[httpx.Request], Reply]) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.now = 1000.0
        self.pauses: list[float] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self.replies, f"{request.method} {request.url} was not expected"
        reply = self.replies.pop(0)
        if callable(reply) and not isinstance(reply, httpx.Response):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def client(self, **options: Any) -> Client:
        options = {"token": "given"} | options
        if "name" in options:
            options.pop("token")
        client = Client("http://desk", transport=httpx.MockTransport(self.handle), **options)
        client._clock = lambda: self.now
        client._pause = self.pause
        numbers = iter(range(1, 100))
        client._make_key = lambda: f"key-{next(numbers)}"
        return client

    def body(self, place: int) -> Any:
        return json.loads(self.requests[place].content)

    @property
    def keys(self) -> list[str | None]:
        return [each.headers.get("Idempotency-Key") for each in self.requests]

    @property
    def paths(self) -> list[str]:
        return [f"{each.method} {each.url.path}" for each in self.requests]
