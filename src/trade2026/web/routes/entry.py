"""Coming in and going out: login, refresh, logout, passwords, keys, and who one is."""

from typing import Annotated, Final

import msgspec
from fastapi import Response
from pydantic import Field

from trade2026.application.identity.roles import Principal
from trade2026.application.identity.sessions import Session
from trade2026.primitives.errors import AuthenticationFailed
from trade2026.primitives.time import SECOND_NS, format_ns
from trade2026.web.access import (
    REFRESH_COOKIE,
    REFRESH_PATH,
    SESSION_COOKIE,
    check_origin,
    cookie,
    is_secure,
    session_token,
)
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Caller, Here, This, WebContext
from trade2026.web.entitlement import sync_entitlements
from trade2026.web.errors import ProblemRaised, invalid
from trade2026.web.exchange import Exchange
from trade2026.web.roles import ADMIN, NOBODY, VIEWER, permissions_of
from trade2026.web.routes import examples
from trade2026.web.routes.queries import Empty, NewPassword, NoQuery, Strict

ROUTES: Final = Routes("login")
WELL_KNOWN: Final = Routes("login", prefix="")

Password = Annotated[str, Field(min_length=1, max_length=1024)]


class UserShort(msgspec.Struct, frozen=True):
    """Who logged in."""

    name: str
    role: str
    accounts: tuple[str, ...]


class Tokens(msgspec.Struct, frozen=True):
    """Tokens of a session; `expires_in` is in seconds. Cookies of the same are set for the page."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    user: UserShort
    must_change_password: bool


class Me(msgspec.Struct, frozen=True):
    """Who one is, and what one may do."""

    name: str
    role: str
    accounts: tuple[str, ...]
    auth_time: str
    expires_at: str
    permissions: list[str]


class Keys(msgspec.Struct, frozen=True):
    """Public keys that verify tokens (RFC 7517)."""

    keys: list[dict[str, str]]


class Rotated(msgspec.Struct, frozen=True):
    """The key that signs from now on."""

    kid: str


class Login(Strict):
    """Name and password."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    password: Password


class Refresh(Strict):
    """The refresh token; left out where the cookie has it."""

    refresh_token: Annotated[str, Field(max_length=4096)] | None = None


class PasswordChange(Strict):
    """One's own change of password."""

    current_password: Password
    new_password: NewPassword


@ROUTES.add(
    "POST",
    "/auth/login",
    NOBODY,
    Said("Tokens, also as cookies.", Tokens, examples.TOKENS),
    limit="login",
    problems=("login-failed", "origin-refused"),
    body_example={"name": "admin", "password": "a few words to keep"},
)
async def log_in(here: Here, this: This, body: Login, _: NoQuery) -> Response:
    """Log in with name and password."""
    check_origin(this, required=False)
    session = await here.services.identity.login(body.name, body.password, this.address)
    await sync_entitlements(here)
    return _hand_out(here, this, session)


@ROUTES.add(
    "POST",
    "/auth/refresh",
    NOBODY,
    Said("The next tokens, also as cookies.", Tokens, examples.TOKENS),
    limit="login",
    problems=("login-failed", "origin-refused"),
    body_example={},
)
async def refresh_session(here: Here, this: This, _: NoQuery, body: Refresh | None = None) -> Response:
    """Exchange a refresh token, which is used up by it, for the next tokens."""
    token = body.refresh_token if body is not None else None
    check_origin(this, required=token is None and bool(cookie(this, REFRESH_COOKIE)))
    token = token or cookie(this, REFRESH_COOKIE)
    if not token:
        raise ProblemRaised(
            "not-logged-in", "there is no refresh token in the body nor in a cookie", remedy="log in",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    return _hand_out(here, this, await here.services.identity.refresh(token))


@ROUTES.add("POST", "/auth/logout", VIEWER, Said("Logged out.", status=204), body_example={})
async def log_out(here: Here, this: This, _: NoQuery, body: Empty | None = None) -> Response:
    """End the session; all its tokens end with it."""
    await here.services.identity.logout(session_token(this))
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")
    response.delete_cookie(REFRESH_COOKIE, path=_refresh_path(here), httponly=True, samesite="strict")
    return response


@ROUTES.add(
    "POST",
    "/auth/password",
    VIEWER,
    Said("Changed; other sessions have ended.", status=204),
    limit="login",
    body_example={"current_password": "as it was", "new_password": "a few words to keep"},
)
async def change_password(here: Here, caller: Caller, body: PasswordChange, _: NoQuery) -> Response:
    """Change one's own password; one's other sessions end."""
    assert isinstance(caller, Principal), "identity made it"
    try:
        await here.services.identity.change_password(caller, body.current_password, body.new_password)
    except AuthenticationFailed as error:
        raise invalid("current_password", str(error)) from None
    return Response(status_code=204)


@ROUTES.add(
    "POST", "/auth/keys/rotate", ADMIN, Said("The new key.", Rotated, {"kid": "k-2"}), body_example={}
)
async def rotate_keys(here: Here, _: NoQuery, body: Empty | None = None) -> Response:
    """Sign with a new key; tokens of the old one stay good until they expire."""
    return reply(Rotated(await here.services.identity.rotate_keys()))


@WELL_KNOWN.add(
    "GET",
    "/.well-known/jwks.json",
    NOBODY,
    Said("Public keys.", Keys, {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k-1", "x": "..."}]}),
)
async def well_known_jwks(here: Here, _: NoQuery) -> Response:
    """List the public keys that verify tokens."""
    return reply(here.services.identity.jwks(), headers={"Cache-Control": "public, max-age=60"})


@ROUTES.add(
    "GET",
    "/auth/jwks",
    NOBODY,
    Said("Public keys.", Keys, {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k-1", "x": "..."}]}),
)
async def auth_jwks(here: Here, _: NoQuery) -> Response:
    """List the public keys that verify tokens."""
    return reply(here.services.identity.jwks(), headers={"Cache-Control": "public, max-age=60"})


@ROUTES.add(
    "GET",
    "/me",
    VIEWER,
    Said(
        "Who one is.",
        Me,
        {
            "name": "admin",
            "role": "admin",
            "accounts": ["*"],
            "auth_time": examples.WALL,
            "expires_at": examples.WALL,
            "permissions": permissions_of(ADMIN),
        },
    ),
)
async def get_me(caller: Caller, _: NoQuery) -> Response:
    """Say who one is and what one may do."""
    role = str(caller.role)
    return reply(
        Me(
            caller.name, role, caller.accounts, format_ns(caller.auth_time), format_ns(caller.expires_at),
            permissions_of(role),
        )
    )  # fmt: skip


def _refresh_path(context: WebContext) -> str:
    return context.services.settings.root_path + REFRESH_PATH


def _hand_out(context: WebContext, exchange: Exchange, session: Session) -> Response:
    """Tokens as body and as cookies that scripts cannot read."""
    now = context.services.clock.now_ns()
    principal = session.principal
    lifetime = max(0, session.access_expires - now) // SECOND_NS
    response = reply(
        Tokens(
            session.access_token, "Bearer", lifetime, session.refresh_token,
            UserShort(principal.name, str(principal.role), principal.accounts), session.must_change_password,
        )
    )  # fmt: skip
    secure = context.services.settings.secure_cookies or is_secure(exchange)
    for name, value, path, ends in (
        (SESSION_COOKIE, session.access_token, "/", session.access_expires),
        (REFRESH_COOKIE, session.refresh_token, _refresh_path(context), session.refresh_expires),
    ):
        age = max(0, ends - now) // SECOND_NS
        response.set_cookie(
            name, value, max_age=age, path=path, secure=secure, httponly=True, samesite="strict"
        )
    return response
