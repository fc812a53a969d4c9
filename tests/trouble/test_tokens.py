"""Forged and expired tokens through the real door, HTTP and live socket: none is let in.

The rows are those of `tests.application.identity.test_token_attacks` that need no hand inside the server; the
forger holds the desk's own signing key, read from its folder, so that each row fails for its own change.
"""

import asyncio
import base64
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.application.identity.test_token_attacks import ATTACKS, Forge
from tests.desk_process import RealDesk
from tests.trouble.conftest import Furnished
from tests.trouble.wire import Wire, head

pytestmark = pytest.mark.process


class RealForge(Forge):
    """Writes tokens for a running desk."""

    def __init__(self, furnished: Furnished) -> None:
        self.session: Any = SimpleNamespace(**furnished.tokens["tina"])
        keys = json.loads((furnished.desk.home / "desk" / "state" / "token-keys.json").read_text())["keys"]
        self.key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(keys[-1]["private"]))
        self.header, self.claims = self.parts(self.session.access_token)
        self.signature = self.session.access_token.split(".")[2]
        others = self.parts(furnished.tokens["vera"]["access_token"])[1]
        self.other: Any = SimpleNamespace(principal=SimpleNamespace(session_id=others["sid"]))

    @property
    def now(self) -> int:
        return int(time.time())


def forged(forge: RealForge) -> dict[str, str]:
    """Name to token, of every row that can be written here."""
    found = {}
    for name, _, attack in ATTACKS:
        try:
            found[name] = attack(forge)
        except AttributeError:  # The row reaches into the server's own world.
            continue
    return found


def test_no_forged_token_is_let_in(furnished: Furnished) -> None:
    forge = RealForge(furnished)
    tokens = forged(forge)
    assert len(tokens) >= 90
    path = "/api/v1/accounts/PAPER"
    with Wire(furnished.desk) as wire:
        wire.send(head(furnished.desk, "GET", path, token=forge.token()))
        good = wire.answer()
        assert good is not None
        assert good.status == 200, "the forger's plain token is good; else no row says anything"
        sent = 0
        for name, token in tokens.items():
            if not token.isascii() or "\n" in token or len(token) > 20_000:
                continue  # No header can carry it; the live socket is sent it below.
            for line in (f"Authorization: Bearer {token}", f"Cookie: trade2026_session={token}"):
                if "Bearer  " in line or ("Cookie" in line and (";" in token or token[:1] in (" ", ""))):
                    continue
                wire.send(head(furnished.desk, "GET", path, line))
                found = wire.answer()
                assert found is not None, name
                assert (found.status, found.slug) == (401, "not-logged-in"), (name, found)
                assert token[:40] not in found.body.decode() or len(token) < 5, name
                sent += 1
    assert sent > 150


def test_no_forged_token_opens_the_live_socket(furnished: Furnished) -> None:
    tokens = list(forged(RealForge(furnished)).items())

    async def opened(desk: RealDesk, token: str) -> tuple[int, str]:
        """Close code, and what was said before it."""
        said = ""
        async with websockets.connect(f"ws://127.0.0.1:{desk.port}/ws/v1", open_timeout=10) as line:
            try:
                await line.send(json.dumps({"op": "auth", "token": token}))
                await line.send(json.dumps({"op": "sub", "id": 1, "topic": "accounts"}))
                while True:
                    said += str(await asyncio.wait_for(line.recv(), 10))
            except websockets.ConnectionClosed as error:
                return (error.rcvd.code if error.rcvd else 0), said

    async def all_of_them() -> list[Any]:
        found = []
        for first in range(0, len(tokens), 20):
            some = tokens[first : first + 20]
            found += await asyncio.gather(*(opened(furnished.desk, token) for _, token in some))
        return found

    for (name, token), (code, said) in zip(tokens, asyncio.run(all_of_them()), strict=True):
        allowed = (0, 1009) if len(token) > 65_536 else (4401, 4400)  # Hung up on before it is read.
        assert code in allowed, (name, code, said)
        assert '"hello"' not in said, name
        assert "PAPER" not in said, name


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic YWRtaW46YWRtaW4=", "Authorization: Bearer", "Authorization: {token}",
        "Authorization: Token {token}", "X-Authorization: Bearer {token}", "Cookie: session={token}",
        "Cookie: x=trade2026_session={token}", "X-Forwarded-User: admin", "X-Remote-User: admin",
    ],
)  # fmt: skip
def test_tokens_count_only_where_they_belong(furnished: Furnished, line: str) -> None:
    with Wire(furnished.desk) as wire:
        wire.send(head(furnished.desk, "GET", "/api/v1/me", line.format(token=furnished.token())))
        found = wire.answer()
    assert found is not None
    assert found.status == 401


def test_a_token_in_the_address_is_none(furnished: Furnished) -> None:
    with Wire(furnished.desk) as wire:
        for name in ("token", "access_token", "trade2026_session"):
            wire.send(head(furnished.desk, "GET", f"/api/v1/me?{name}={furnished.token()}"))
            found = wire.answer()
            assert found is not None
            assert found.status == 401


async def until_closed(line: websockets.ClientConnection) -> None:
    try:
        while True:
            await asyncio.wait_for(line.recv(), 10)
    except websockets.ConnectionClosed:
        return


def test_logged_out_is_out_everywhere_at_once(furnished: Furnished) -> None:
    """An open live socket is closed within five seconds too."""
    from tests.trouble.conftest import PASSWORD, log_in

    tokens = log_in(furnished.desk, "vera", PASSWORD)
    token = tokens["access_token"]

    async def run() -> float:
        url = f"ws://127.0.0.1:{furnished.desk.port}/ws/v1"
        async with websockets.connect(url, open_timeout=10) as line:
            await line.send(json.dumps({"op": "auth", "token": token}))
            assert "hello" in str(await asyncio.wait_for(line.recv(), 10))
            with Wire(furnished.desk) as wire:
                lines = ("Content-Length: 0",)
                wire.send(head(furnished.desk, "POST", "/api/v1/auth/logout", *lines, token=token))
                found = wire.answer()
                assert found is not None
                assert found.status == 204
                wire.send(head(furnished.desk, "GET", "/api/v1/me", token=token))
                found = wire.answer()
                assert found is not None
                assert found.status == 401
            started = time.monotonic()
            await until_closed(line)
            assert line.close_code == 4401
            return time.monotonic() - started

    assert asyncio.run(run()) < 5
