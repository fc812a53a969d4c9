"""Who asks: token from header or cookie, role, origin of writes, and how often; the same for all routes."""

from typing import Final
from urllib.parse import urlsplit

from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.time import SECOND_NS
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised, try_again_after
from trade2026.web.exchange import Exchange
from trade2026.web.roles import NOBODY, Declared, check_role
from trade2026.web.services import Principal

SESSION_COOKIE: Final = "trade2026_session"
REFRESH_COOKIE: Final = "trade2026_refresh"
REFRESH_PATH: Final = "/api/v1/auth"
ALL_ACCOUNTS: Final = "*"
_SAFE: Final = frozenset(("GET", "HEAD"))
_TOKEN_LENGTH_MAX: Final = 4096


def admit(exchange: Exchange, declared: Declared) -> Principal | None:
    """Let a request pass to its route, or raise ProblemRaised: rate, login, origin, role, in this order.

    The principal is None only for routes that need no login.
    """
    exchange.route = declared.path
    context = exchange.context
    now = context.services.clock.monotonic_ns()
    if declared.role == NOBODY:
        _charge(context.limits[declared.limit].take(exchange.address, now))
        return None
    try:
        principal = authenticate(exchange)
    except ProblemRaised:
        _charge(context.limits["reads"].take(exchange.address, now))
        raise
    exchange.principal = principal
    _charge(context.limits[declared.limit].take(principal.name, now))
    check_role(str(principal.role), declared.role)
    return principal


def charge(context: WebContext, declared: Declared, principal: Principal, count: int) -> None:
    """Take `count` more requests off what the principal may ask; ProblemRaised says when there is room."""
    if count:
        now = context.services.clock.monotonic_ns()
        _charge(context.limits[declared.limit].take(principal.name, now, count))


def _charge(wait_ns: int) -> None:
    if wait_ns:
        raise ProblemRaised(
            "too-many-requests",
            f"too many requests; wait {wait_ns / 1e9:.3g} s",
            remedy="send fewer, or wait as Retry-After says",
            headers=try_again_after(wait_ns),
        )


def authenticate(exchange: Exchange) -> Principal:
    """Who asks, by the bearer token or else the session cookie; raises ProblemRaised (401, 403)."""
    token = session_token(exchange)
    if exchange.method not in _SAFE and b"authorization" not in exchange.headers and token:
        check_origin(exchange)
    if not token:
        raise _not_logged_in("this needs a login")
    if len(token) > _TOKEN_LENGTH_MAX:
        raise _not_logged_in("the token is none of ours")
    try:
        principal: Principal = exchange.context.services.identity.authenticate(token)
    except Trade2026Error as error:
        raise _not_logged_in(str(error)) from None
    return principal


def session_token(exchange: Exchange) -> str:
    """The access token of a request, "" for none: the bearer token, else the cookie."""
    given = exchange.headers.get(b"authorization")
    if given is None:
        return cookie(exchange, SESSION_COOKIE)
    scheme, _, token = given.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise _not_logged_in("Authorization must be a Bearer token")
    return token.strip()


def _not_logged_in(detail: str) -> ProblemRaised:
    return ProblemRaised(
        "not-logged-in",
        detail,
        remedy="log in at /api/v1/auth/login and send the token as Authorization: Bearer",
        headers={"WWW-Authenticate": "Bearer"},
    )


def cookie(exchange: Exchange, name: str) -> str:
    """The value of a cookie, "" when absent."""
    start = f"{name}="
    for part in exchange.header(b"cookie").split(";"):
        part = part.strip()
        if part.startswith(start):
            return part[len(start) :]
    return ""


def check_origin(exchange: Exchange, *, required: bool = True) -> None:
    """Raise ProblemRaised unless the request comes from our own page, or from an allowed site.

    Parameters
    ----------
    required : bool
        Whether a request that does not say where it comes from is refused; browsers always say so.
    """
    origin = exchange.header(b"origin")
    if not origin and not required:
        return
    own = f"{exchange.scope.get('scheme', 'http')}://{exchange.header(b'host')}"
    if origin == own or origin in exchange.context.services.settings.allowed_origins:
        return
    raise ProblemRaised(
        "origin-refused",
        f"a write with a cookie must come from the desk's own page, Origin was {origin[:200]!r}",
        field="Origin",
        value=origin[:200],
        remedy="send the token as Authorization: Bearer, or have the site allowed in the settings",
    )


def is_secure(exchange: Exchange) -> bool:
    """Whether the caller's line is encrypted, as the request's own origin tells; cookies are then Secure."""
    origin = exchange.header(b"origin")
    return exchange.scope.get("scheme") == "https" or urlsplit(origin).scheme == "https"


def visible(principal: Principal) -> frozenset[str] | None:
    """Accounts the principal may see; None for all."""
    accounts = principal.accounts
    return None if ALL_ACCOUNTS in accounts else frozenset(accounts)


def may_see(principal: Principal, account_id: str) -> bool:
    """Whether the account is one of the principal's."""
    accounts = principal.accounts
    return ALL_ACCOUNTS in accounts or account_id in accounts


def check_fresh(context: WebContext, principal: Principal, what: str) -> None:
    """Raise ProblemRaised unless the login is a few minutes old; `what` begins the sentence that says so."""
    limit = context.services.settings.login_age_seconds
    age = (context.services.clock.now_ns() - principal.auth_time) // SECOND_NS
    if age > limit:
        raise ProblemRaised(
            "fresh-login-needed",
            f"{what} needs a login of the last {limit} s, yours was {age} s ago",
            remedy="log in again, then repeat it",
        )
