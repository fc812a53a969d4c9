"""What the web process is made of, filled by `bootstrap`: use cases, and ports that tests fake."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from starlette.websockets import WebSocket

from trade2026.application.identity.identity import Identity
from trade2026.application.identity.roles import Principal
from trade2026.application.monitor.status import MonitorStatus
from trade2026.application.named_data import NamedData
from trade2026.application.read_models import MarketView, ReadModels
from trade2026.application.rebalancing.service import Rebalancing
from trade2026.application.services import Strategies
from trade2026.ports.clock import Clock
from trade2026.ports.quick_core import QuickCoreClient
from trade2026.ports.runner_link import RunnerClient
from trade2026.ports.sim_view import SimClient

__all__ = ["Hub", "Principal", "ServiceRow", "Supervisor", "WebServices", "WebSettings"]


class Hub(Protocol):
    """The live socket."""

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one connection until it ends."""
        ...

    @property
    def connections(self) -> int:
        """Open connections."""
        ...


class ServiceRow(NamedTuple):
    """A process of the desk; `pid` and `started_ns` (real clock) are None where they are not known."""

    role: str
    state: str
    pid: int | None
    started_ns: int | None
    restarts: int
    text: str


class Supervisor(Protocol):
    """Asks the supervisor how the processes are, and to start one again."""

    async def services(self) -> Sequence[ServiceRow]:
        """A row for each role. OperatingError when it is away."""
        ...

    async def restart(self, role: str) -> None:
        """Have one process ended and started again. InputError for a role that is none."""
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
    head_seconds, body_seconds : float
        Longest time that headers and a body may take to arrive.
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
    head_seconds: float = 10.0
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
    identity : Identity
        Started; its `watch` runs elsewhere.
    read_models : ReadModels
        Started, or about to be.
    market : MarketView
        Fed by whoever listens to the core.
    core : QuickCoreClient
        The line to the trading core.
    runner : RunnerClient
        The line to strategies and jobs.
    sim : SimClient
        The line to the simulated market.
    rebalancing : Rebalancing
        Holds proposals, and sends the orders of confirmed ones.
    save_market_seed : callable
        Writes down which seed the simulated market is made from at its next start.
    clock : Clock
        The real clock: tokens, limits of rate, cool-downs.
    make_id : callable
        A new identifier that no other process makes, within `primitives.identifiers`.
    list_data : callable
        All data that has a name; reads the disk elsewhere. OperatingError where that fails.
    version : str
        Of the code that runs.
    ui_folder : str
        The built page; may be absent.
    supervisor : Supervisor or None
        None where there is none.
    monitor : callable
        What the independent monitor wrote last; None where it never ran.
    pid, started_ns : int
        Of this process; UTC nanoseconds of the real clock.
    """

    identity: Identity
    read_models: ReadModels
    market: MarketView
    core: QuickCoreClient
    runner: RunnerClient
    sim: SimClient
    rebalancing: Rebalancing
    save_market_seed: Callable[[int], None]
    hub: Hub
    clock: Clock
    make_id: Callable[[], str]
    strategies: Strategies
    list_data: Callable[[], Awaitable[tuple[NamedData, ...]]]
    version: str
    ui_folder: str
    supervisor: Supervisor | None = None
    monitor: Callable[[], MonitorStatus | None] = lambda: None
    pid: int = 0
    started_ns: int = 0
    settings: WebSettings = field(default_factory=WebSettings)
