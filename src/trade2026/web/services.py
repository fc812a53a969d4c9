"""What the web process is made of, as narrow Protocols that `bootstrap` fills and tests fake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.websockets import WebSocket

from trade2026.application.services import Strategies
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import CoreClient
from trade2026.ports.runner_link import RunnerClient

Accounts = frozenset[str] | None
"""Accounts a query may show; None for all."""


class Principal(Protocol):
    """Who asks, as proven by a token; times in UTC nanoseconds of the real clock."""

    @property
    def name(self) -> str:
        """Name of the user; also the trader_id of what they send."""
        ...

    @property
    def role(self) -> str:
        """One of `roles.ROLES`."""
        ...

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts they may see and trade; "*" for all."""
        ...

    @property
    def auth_time(self) -> int:
        """When they last gave their password."""
        ...

    @property
    def expires_at(self) -> int:
        """When the token ends."""
        ...


class User(Protocol):
    """A user as kept."""

    @property
    def name(self) -> str:
        """Unique."""
        ...

    @property
    def role(self) -> str:
        """One of `roles.ROLES`."""
        ...

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts they may see and trade; "*" for all."""
        ...

    @property
    def disabled(self) -> bool:
        """Whether they may not log in."""
        ...


class Session(Protocol):
    """What a login gives."""

    @property
    def access_token(self) -> str:
        """For requests; short-lived."""
        ...

    @property
    def refresh_token(self) -> str:
        """For the next access token; used once."""
        ...

    @property
    def user(self) -> User:
        """Whose it is."""
        ...


class Page(Protocol):
    """Part of a list."""

    @property
    def items(self) -> Sequence[Any]:
        """Views: msgspec structs whose JSON is that of the API."""
        ...

    @property
    def next_cursor(self) -> str | None:
        """Where the next part begins; None at the end."""
        ...


class Hub(Protocol):
    """The live socket."""

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one connection until it ends."""
        ...

    @property
    def connections(self) -> int:
        """Open connections."""
        ...


class Supervisor(Protocol):
    """Asks the supervisor how the processes are."""

    async def services(self) -> Sequence[dict[str, Any]]:
        """A row for each role: role, state, pid, started, restarts, text. OperatingError when away."""
        ...


class Pages(Protocol):
    """The descriptions of pages."""

    def __call__(self) -> tuple[bytes, str]:
        """JSON of all pages as `{"pages": [...], "etag": ...}`, and its ETag without quotes."""
        ...


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What an operator may set.

    Attributes
    ----------
    allowed_origins : tuple of str
        Other sites whose pages may write with a cookie, as "https://desk.example".
    root_path : str
        Where a proxy serves us, without a slash at the end; "" for the root.
    secure_cookies : bool
        Whether cookies are sent over encrypted lines only; also so where the request came over one.
    body_bytes_max : int
        Largest body of a request.
    body_seconds : float
        Longest time a body may take to arrive.
    core_seconds : float
        Longest wait for the core's answer; after it the outcome is unknown.
    reads_per_s, reads_burst, logins_per_s, logins_burst, orders_per_s, orders_burst : float
        Limits for each user (for each address before login); a rate of 0 is no limit.
    login_age_seconds, cool_down_seconds : int
        Of governance `solo`: how old a login may be to resume trading, and how long after a halt.
    """

    allowed_origins: tuple[str, ...] = ()
    root_path: str = ""
    secure_cookies: bool = False
    body_bytes_max: int = 1 << 20
    body_seconds: float = 10.0
    core_seconds: float = 10.0
    reads_per_s: float = 50.0
    reads_burst: float = 200.0
    logins_per_s: float = 5.0
    logins_burst: float = 10.0
    orders_per_s: float = 0.0
    orders_burst: float = 0.0
    login_age_seconds: int = 300
    cool_down_seconds: int = 30


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything the web process reaches; made once, in `bootstrap`.

    Attributes
    ----------
    identity, read_models, market
        See `application.identity` and `application.read_models`.
    core : CoreClient
        The line to the trading core.
    runner : RunnerClient
        The line to strategies and jobs.
    clock : Clock
        The real clock: tokens, limits of rate, cool-downs.
    make_id : callable
        A new identifier that no other process makes, within `primitives.identifiers`.
    version : str
        Of the code that runs.
    ui_folder : str
        The built page; may be absent.
    pages : Pages or None
        Descriptions of pages; None for none.
    supervisor : Supervisor or None
        None where there is none.
    pid, started_ns : int
        Of this process; UTC nanoseconds of the real clock.
    """

    identity: Any
    read_models: Any
    market: Any
    core: CoreClient
    runner: RunnerClient
    hub: Hub
    clock: Clock
    make_id: Callable[[], str]
    strategies: Strategies
    version: str
    ui_folder: str
    pages: Pages | None = None
    supervisor: Supervisor | None = None
    pid: int = 0
    started_ns: int = 0
    settings: WebSettings = field(default_factory=WebSettings)
