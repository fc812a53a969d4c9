"""Where approved orders go and execution reports come from."""

from collections.abc import Callable
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

import msgspec

from trade2026.model.enums import Environment, ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport

ItemT = TypeVar("ItemT")
ReportSink = Callable[[ExecutionReport], None]


class Venue(Protocol):
    """A market that executes orders; takes approved types only and answers by reports, never by return.

    Calls return at once. A venue must not call the sink from inside `submit`, `cancel` or `replace`.
    """

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        ...

    @property
    def environment(self) -> Environment:
        """What a fill here means; the router refuses orders of another environment."""
        ...

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go; called once before anything is sent."""
        ...

    def submit(self, order: OrderApproved) -> None:
        """Send a new order."""
        ...

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel what is left of an order."""
        ...

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms."""
        ...


# ------------------------------------------------------------------- what a venue with a life of its own adds


class IdRule(StrEnum):
    """How long a venue refuses a client order id that it has seen; see docs/venues.md."""

    OPEN_ORDERS = "OPEN_ORDERS"
    FOREVER = "FOREVER"
    NONE = "NONE"


class VenueTerms(msgspec.Struct, frozen=True):
    """What may be relied on at a venue; durations in nanoseconds, 0 where it has no such thing.

    Attributes
    ----------
    request_window_ns : int
        The venue refuses a request that reaches it later than this after its stamp (recvWindow,
        TransactTime). Without one a request may take effect at any time, and silence proves nothing.
    max_clock_skew_ns : int
        Beyond this difference of clocks nothing that carries a stamp is sent.
    history_is_complete : bool
        Whether a query of history that says it is complete has every order and execution of its span.
    history_lag_ns : int
        How long after an event a query may still miss it.
    id_rule : IdRule
        What its client order ids are unique among.
    dead_man_ns : int
        Time-out of its dead-man switch: it cancels everything when it is not renewed for so long.
    heartbeat_ns : int
        How often its stream says something even when nothing happens.
    requests_per_window, window_ns : int
        Its rate limit; `cancel_reserve` of the requests (a count) are kept for cancels.
    """

    request_window_ns: int = 0
    max_clock_skew_ns: int = 500_000_000
    history_is_complete: bool = True
    history_lag_ns: int = 0
    id_rule: IdRule = IdRule.OPEN_ORDERS
    dead_man_ns: int = 0
    heartbeat_ns: int = 1_000_000_000
    requests_per_window: int = 0
    window_ns: int = 1_000_000_000
    cancel_reserve: int = 0


class VenueOrder(msgspec.Struct, frozen=True):
    """An order as the venue states it; raw integers. `is_open` is False once nothing can fill any more.

    `exec_type` is how it ended (CANCELED, EXPIRED, REJECTED, TRADE for filled), NEW while it is open;
    `client_order_id` "" for an order that was placed without one.
    """

    account_id: str
    client_order_id: str
    venue_order_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    cum_qty: int
    is_open: bool
    exec_type: ExecType
    ts_event: int
    text: str = ""


class Page(msgspec.Struct, Generic[ItemT], frozen=True):
    """Part of an answer, or (`is_complete`) all that was asked for; a part proves no absence."""

    items: tuple[ItemT, ...]
    is_complete: bool


class Holding(msgspec.Struct, frozen=True):
    """What an account holds at the venue: a currency or an instrument, raw signed amount."""

    account_id: str
    commodity: str
    amount: int


class StreamState(StrEnum):
    """What became of a venue's private stream: it began anew, is alive, has a gap, or is gone."""

    CONNECTED = "CONNECTED"
    HEARTBEAT = "HEARTBEAT"
    GAP = "GAP"
    DISCONNECTED = "DISCONNECTED"


StreamSink = Callable[[StreamState, str], None]


class RequestFailed(Protocol):
    """Told of a request (its account and client order id) whose outcome is not known, with the reason."""

    def __call__(self, account_id: str, client_order_id: str, text: str) -> None:
        """Called in the event loop, never from inside `submit`, `cancel` or `replace`."""
        ...


class LiveVenue(Venue, Protocol):
    """A venue that is reached over a line that fails: it can be asked what is true.

    A request that was not answered in time, or whose answer cannot be read, is told to the `RequestFailed`
    sink and may still take effect until `terms.request_window_ns` after its stamp. Queries raise
    VenueUnreachable (retryable) or RateLimited (with `retry_after_ns`), and never return a part as the whole.
    """

    @property
    def terms(self) -> VenueTerms:
        """What may be relied on."""
        ...

    def watch(self, stream: StreamSink, failed: RequestFailed) -> None:
        """Say who is told of the stream and of failed requests; called once before `open`."""
        ...

    async def open(self) -> None:
        """Connect the private stream; reports flow to the sink from then on."""
        ...

    async def close(self) -> None:
        """Disconnect; what is open at the venue stays."""
        ...

    async def server_time_ns(self) -> int:
        """The venue's clock."""
        ...

    async def open_orders(self, account_id: str) -> Page[VenueOrder]:
        """Every order that may still fill, external ones too."""
        ...

    async def order_history(self, account_id: str, since_ns: int) -> Page[VenueOrder]:
        """Every order with an event since then, open or not."""
        ...

    async def executions(self, account_id: str, since_ns: int) -> Page[ExecutionReport]:
        """Every execution since then as TRADE reports, with instrument and side; busted ones are left out."""
        ...

    async def holdings(self, account_id: str) -> Page[Holding]:
        """Balances and positions."""
        ...

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        """Arm or renew the dead-man switch; 0 disarms it. InputError where `terms.dead_man_ns` is 0."""
        ...
