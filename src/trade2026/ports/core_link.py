"""The line to the trading core from other processes: what may be asked of it, and what it tells.

A client states intents; the core stamps them with trading time, reference price and session, decides,
journals, syncs, and answers with the events and the journal number they ended at. Market data and the
durable end of the journal are told to whoever asked for them in its `Hello`. Everything else about the
desk is read from the journal itself.
"""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from trade2026.model.enums import Environment, OrderType, Scope, Side, TimeInForce, TradingState
from trade2026.model.events import Event
from trade2026.model.instructions import OrderInstructions
from trade2026.model.market_data import MarketEvent
from trade2026.ports.storage import DiskLevel
from trade2026.ports.venue_intents import AcceptDifferenceIntent, ReconcileIntent
from trade2026.ports.working_orders import AskWorking, WorkingOrders

DESK_TRADER: Final = "DESK"
"""The trader that may always send for every account: who really asked stands in the request's words."""

# ------------------------------------------------------------------------------------------ intents


class SubmitIntent(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """Ask for a new order; fields as in `SubmitOrder`, without what the core adds."""

    account_id: str
    client_order_id: str
    trader_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    instructions: OrderInstructions | None = None


class CancelIntent(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """Ask to cancel what is left of an order; `client_order_id` names this request."""

    account_id: str
    client_order_id: str
    trader_id: str
    order_id: int


class ReplaceIntent(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """Ask for other terms; `order_qty` is the new total, `trigger_price` None leaves the trigger as it is."""

    account_id: str
    client_order_id: str
    trader_id: str
    order_id: int
    order_qty: int
    limit_price: int | None
    trigger_price: int | None = None


class CancelAllIntent(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """Ask to cancel every open order that matches; "" matches all.

    `client_order_id` begins the id of each request. Orders whose cancel is already on its way are left,
    and what was asked for before is decided before the orders are looked up, unless a halt in force refuses
    it anyway: after a halt nothing escapes, and its cancels wait for nothing.
    """

    client_order_id: str
    trader_id: str
    account_id: str
    instrument_id: str
    strategy_id: str
    venue: str = ""


class SetTradingStateIntent(msgspec.Struct, frozen=True, array_like=True, tag=5, gc=False):
    """Allow, reduce or halt trading in a scope; `target` is "" for GLOBAL."""

    scope: Scope
    target: str
    state: TradingState
    trader_id: str
    text: str


class SetEntitlementIntent(msgspec.Struct, frozen=True, array_like=True, tag=6, gc=False):
    """Let a trader (a person or a strategy) send orders for an account, or no longer."""

    account_id: str
    trader_id: str
    entitled: bool


class StartRunIntent(msgspec.Struct, frozen=True, array_like=True, tag=7, gc=False):
    """Journal that a strategy begins; `details` is a JSON document, see `application.strategy_runs`."""

    run_id: str
    details: str


class StopRunIntent(msgspec.Struct, frozen=True, array_like=True, tag=8, gc=False):
    """Journal that a strategy has ended, with the hash of what it was given."""

    run_id: str
    input_sha256: str
    text: str


class PreviewIntent(msgspec.Struct, frozen=True, array_like=True, tag=9, gc=False):
    """Ask how an order would be answered; nothing is journaled, and the answer's `seq` is the state's."""

    submit: SubmitIntent


Intent = (
    SubmitIntent
    | CancelIntent
    | ReplaceIntent
    | CancelAllIntent
    | SetTradingStateIntent
    | SetEntitlementIntent
    | StartRunIntent
    | StopRunIntent
    | PreviewIntent
    | ReconcileIntent
    | AcceptDifferenceIntent
)

# ------------------------------------------------------------------------------- client to the core


class Hello(msgspec.Struct, frozen=True, array_like=True, tag=20):
    """First message of every client.

    Attributes
    ----------
    client : str
        Who it is, for logs: "web", "strategy:momentum-1".
    market_data : bool
        Whether it wants `Market` messages.
    follow : bool
        Whether it wants `Advanced` messages.
    is_patient : bool
        Whether one `Market` message soon after another may wait some milliseconds: it wakes less often.
    """

    client: str
    market_data: bool
    follow: bool
    is_patient: bool = False


class Ask(msgspec.Struct, frozen=True, array_like=True, tag=21):
    """Intents to be decided in this order, one batch; answered by one `Answer` of the same number."""

    request_id: int
    intents: tuple[Intent, ...]


class FeedAction(StrEnum):
    """What can be done to a replay."""

    PLAY = "PLAY"
    PAUSE = "PAUSE"
    STEP = "STEP"
    SPEED = "SPEED"


class ControlFeed(msgspec.Struct, frozen=True, array_like=True, tag=22):
    """Steer the replay; `speed` (with SPEED) is in steps a second, 0 for as fast as it goes."""

    request_id: int
    action: FeedAction
    speed: float = 1.0


class AskStatus(msgspec.Struct, frozen=True, array_like=True, tag=23):
    """Ask for a `CoreStatus`."""

    request_id: int


ToCore = Hello | Ask | ControlFeed | AskStatus | AskWorking

# ------------------------------------------------------------------------------- the core to a client


class Decision(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one intent.

    Attributes
    ----------
    events : tuple of Event
        What it led to, durable (but for a preview); empty with `error`.
    error : str
        Why it could not be decided: a number that does not fit, a full journal; "" otherwise. A business
        no is an event, never an error.
    retryable : bool
        Whether the same intent may succeed later (a full disk), for `error`.
    """

    events: tuple[Event, ...]
    error: str = ""
    retryable: bool = False


class Answer(msgspec.Struct, frozen=True, array_like=True, tag=30):
    """What the intents of an `Ask` led to; `seq` is the journal's number that covers all of it."""

    request_id: int
    seq: int
    decisions: tuple[Decision, ...]


class Market(msgspec.Struct, frozen=True, array_like=True, tag=31):
    """Market events that happened together, after the venue saw them.

    Attributes
    ----------
    seq : int
        The durable end of the journal when they were told: fills they led to are at or before it.
    now : int
        Trading time.
    """

    seq: int
    now: int
    events: tuple[MarketEvent, ...]


class Advanced(msgspec.Struct, frozen=True, array_like=True, tag=32):
    """The journal is durable up to `seq`."""

    seq: int


class FeedState(StrEnum):
    """What the feed is doing; AWAY is a market that does not answer and is asked again."""

    PLAYING = "PLAYING"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    FAILED = "FAILED"
    AWAY = "AWAY"


class FeedStatus(msgspec.Struct, frozen=True, array_like=True, tag=33):
    """What the feed is doing; told to every client when it changes, and as an answer to `ControlFeed`.

    Attributes
    ----------
    request_id : int
        That of the `ControlFeed` it answers, 0 when told unasked.
    kind : str
        "REPLAY" for recorded data, "SIM" for a simulated market that lives.
    data : str
        Name of the data set.
    now, first_ns, last_ns : int
        Trading time, and the span of the data; UTC nanoseconds.
    speed : float
        Steps a second; a step is all events of one time. 0 is as fast as it goes.
    error : str
        What is wrong, or why the request was refused; "" otherwise.
    """

    request_id: int
    kind: str
    data: str
    state: FeedState
    now: int
    first_ns: int
    last_ns: int
    speed: float
    error: str


class CoreStatus(msgspec.Struct, frozen=True, array_like=True, tag=34):
    """How the core is.

    Attributes
    ----------
    started_ns, wall_ns : int
        UTC nanoseconds of the real clock.
    seq, durable_seq : int
        Last number of the journal, and the last that is synced.
    has_room : bool
        Whether the journal has room for new orders; cancels and halts have a reserve of their own.
    recovered_frames : int
        Frames replayed at the start.
    disk_level : DiskLevel
        How much room the journal's disk has.
    disk_free_bytes : int
        The same in bytes; -1 where the disk did not say.
    """

    request_id: int
    pid: int
    code_version: str
    environment: Environment
    started_ns: int
    wall_ns: int
    seq: int
    durable_seq: int
    has_room: bool
    recovered_frames: int
    feed: FeedStatus
    disk_level: DiskLevel = DiskLevel.GOOD
    disk_free_bytes: int = -1


FromCore = Answer | Market | Advanced | FeedStatus | CoreStatus | WorkingOrders


class CoreClient(Protocol):
    """A line to the core from an asyncio process. A lost line is OperatingError, retryable."""

    @property
    def is_connected(self) -> bool:
        """Whether the core answers; a client reconnects by itself with back-off."""
        ...

    async def ask(self, *intents: Intent) -> Answer:
        """Have intents decided. OperatingError when the core is away or went away: the outcome is then
        unknown, and asking again under the same client order id tells.
        """
        ...

    async def control_feed(self, action: FeedAction, speed: float = 1.0) -> FeedStatus:
        """Steer the replay."""
        ...

    async def status(self) -> CoreStatus:
        """How the core is."""
        ...

    def told(self) -> AsyncIterator[Market | Advanced | FeedStatus]:
        """What the core tells unasked, from now on; ends never, is silent while the core is away."""
        ...


class BlockingCoreClient(Protocol):
    """A line to the core from a process that does one thing at a time: a strategy."""

    def ask(self, *intents: Intent) -> Answer:
        """Have intents decided; what the core tells meanwhile is kept for `next_told`."""
        ...

    def next_told(self, timeout_ns: int) -> Market | Advanced | FeedStatus | None:
        """The next thing told; None after the timeout. OperatingError when the line is lost."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class WatchingCoreClient(BlockingCoreClient, Protocol):
    """A line of whoever watches over the core: it asks how that is too."""

    def status(self) -> CoreStatus:
        """How the core is."""
        ...

    def working(self, scope: Scope, target: str) -> WorkingOrders:
        """Which orders of a scope are not done."""
        ...


Answered = Callable[[int, tuple[Decision, ...]], None]
"""Takes the journal's number that covers an `ask`, and what was decided; called in the core's event loop."""


class CoreService(Protocol):
    """What the core's side of the line calls; all in the core's one event loop."""

    def ask(self, intents: tuple[Intent, ...], answered: Answered) -> None:
        """Decide and journal; `answered` is called once, when all of it is durable or has failed."""
        ...

    def control_feed(self, action: FeedAction, speed: float) -> FeedStatus:
        """Steer the replay; the answer's `error` says why not."""
        ...

    def status(self) -> CoreStatus:
        """How it is, with `request_id` 0."""
        ...

    def working(self, scope: Scope, target: str) -> WorkingOrders:
        """Which orders of a scope are not done, with `request_id` 0."""
        ...
