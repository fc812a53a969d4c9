"""The line to the simulated market's process, as who trades on it sees it; prices are in `ports.prism`.

A client whose `PrismHello` names an account sends requests and questions, each with a number that its answer
has too, and is told the account's reports. A request says when it was sent and for how long it holds: one
that reaches the market later is refused, so silence proves something in the end. Reports have numbers that go
on for as long as the account lives, also over restarts of the market; a `Beat` says which number was the
last. Prices and quantities are raw integers in units of 1e-9, times UTC nanoseconds.
"""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import msgspec

from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.ports.prism import PrismHello, PrismWelcome, Tick
from trade2026.ports.venue import Holding, VenueOrder

BEAT_NS: Final = 250_000_000
"""How often the market says something, to who trades and to who listens, even when nothing happens."""

CLIENT_ID_MAX: Final = 128
"""Characters of a client order id."""

PAGE_MAX: Final = 5_000
"""Orders or executions in one answer; more are asked for from the last of them on."""


# ------------------------------------------------------------------------------------------- requests


class Place(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """A new order.

    Attributes
    ----------
    stamp : int
        When it was sent, by the sender's clock.
    window_ns : int
        It is refused when it arrives later than this after `stamp`.
    client_order_id : str
        1 to CLIENT_ID_MAX characters that no order or replace of the account was ever called by.
    """

    stamp: int
    window_ns: int
    client_order_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None = None
    trigger_price: int | None = None
    display_qty: int = 0
    expire_time: int = 0
    post_only: bool = False


class Cancel(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """The end of what is left of an order, by any id that it ever had or the market's own.

    `client_order_id` is what its report is called.
    """

    stamp: int
    window_ns: int
    client_order_id: str
    orig_client_order_id: str


class Replace(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """Other terms of an open order, which is called `client_order_id` from then on.

    `order_qty` is the new total, filled part included. A smaller total alone keeps the order's place; a total
    at or below what is filled ends it. Prices that are None stay.
    """

    stamp: int
    window_ns: int
    client_order_id: str
    orig_client_order_id: str
    order_qty: int
    limit_price: int | None = None
    trigger_price: int | None = None


class RenewDeadMan(msgspec.Struct, frozen=True, array_like=True, tag=4, gc=False):
    """Cancel all of the account's orders unless this is said again within so long; 0 disarms.

    It holds for the account, whoever said it and whatever becomes of the line.
    """

    timeout_ns: int


class AskTime(msgspec.Struct, frozen=True, array_like=True, tag=5, gc=False):
    """The clock that stamps are held against."""


class AskOpenOrders(msgspec.Struct, frozen=True, array_like=True, tag=6, gc=False):
    """Every order of the account that may still fill, by its last event."""

    since_ns: int = 0


class AskOrders(msgspec.Struct, frozen=True, array_like=True, tag=7, gc=False):
    """Every order whose last event was then or later, open or not, by that event.

    No two events of an account are at one time: behind a page comes what is since the nanosecond after its
    last item. An order that has an event meanwhile comes again, as it is then; none is left out.
    """

    since_ns: int


class AskExecutions(msgspec.Struct, frozen=True, array_like=True, tag=8, gc=False):
    """Every execution since then, in order of time; pages as of orders."""

    since_ns: int


class AskHoldings(msgspec.Struct, frozen=True, array_like=True, tag=9, gc=False):
    """What the account has; less than nothing where it has sold what it did not have."""


Question = (
    Place
    | Cancel
    | Replace
    | RenewDeadMan
    | AskTime
    | AskOpenOrders
    | AskOrders
    | AskExecutions
    | AskHoldings
)
"""All that may be asked."""


class Asked(msgspec.Struct, frozen=True, array_like=True, tag=41):
    """A question with its number, above 0 and not used before on this line."""

    request_id: int
    what: Question


# -------------------------------------------------------------------------------------------- answers


class Done(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """A request was done; what became of it was told before, as reports."""


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """A definite no: nothing was done, and nothing will be."""

    text: str


class TimeIs(msgspec.Struct, frozen=True, array_like=True, tag=3, gc=False):
    """The clock that stamps are held against."""

    now: int


class Orders(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """Orders; all that were asked for where it is the last page, else the first of them."""

    items: tuple[VenueOrder, ...]
    is_last: bool = True


class Executions(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Executions; all that were asked for where it is the last page, else the first of them."""

    items: tuple[ExecutionReport, ...]
    is_last: bool = True


class Holdings(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """What the account has, without what it has nothing of."""

    items: tuple[Holding, ...]


Reply = Done | Refused | TimeIs | Orders | Executions | Holdings


class Answered(msgspec.Struct, frozen=True, array_like=True, tag=62):
    """The answer to the question of that number; 0 where none was asked, before the market hangs up."""

    request_id: int
    what: Reply


# ----------------------------------------------------------------------------------------- what is told


class AccountReport(msgspec.Struct, frozen=True, array_like=True, tag=63):
    """Something became of an order; `number` is one more than that of the account's report before."""

    number: int
    report: ExecutionReport


class Beat(msgspec.Struct, frozen=True, array_like=True, tag=64, gc=False):
    """The market lives; `number` is that of the account's last report. The first follows the welcome."""

    now: int
    number: int


News = AccountReport | Beat
"""What who trades for an account is told."""

ToPrism = PrismHello | Asked
FromPrism = PrismWelcome | Tick | Answered | AccountReport | Beat

# ----------------------------------------------------------------------------------- the sides of the line


class PrismService(Protocol):
    """The market's side, behind the line."""

    def welcome(self) -> PrismWelcome:
        """What the market is."""
        ...

    def listen(self, told: Callable[[Tick], None]) -> Callable[[], None]:
        """Have prices told from now on; call the result to end it."""
        ...

    def attend(self, account_id: str, told: Callable[[News], None]) -> Callable[[], None]:
        """Have an account's news told from now on, a `Beat` at once; call the result to end it.

        Raises
        ------
        InputError
            There is no such account.
        """
        ...

    async def answer(self, account_id: str, question: Question) -> Reply:
        """Do what is asked for an account ("" for none); `Refused` where that cannot be."""
        ...


class PrismTradingLine(Protocol):
    """A line to the market for one account, made again by itself when it is lost."""

    @property
    def account_id(self) -> str:
        """Whose line it is."""
        ...

    @property
    def is_connected(self) -> bool:
        """Whether the market answers."""
        ...

    @property
    def why(self) -> str:
        """Why there was no line last."""
        ...

    def watch(self, news: Callable[[News], None], changed: Callable[[bool, str], None]) -> None:
        """Say who hears of the account, and whether there is a line and why not; before `start`."""
        ...

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever the line is lost."""
        ...

    async def wait_connected(self, timeout_ns: int) -> bool:
        """Wait until the market answers; False when it does not in time."""
        ...

    async def aclose(self) -> None:
        """Hang up; what was asked and not answered ends as OutcomeUnknown."""
        ...

    def ask(self, question: Question) -> Awaitable[Reply]:
        """Send a question, before this returns and behind all that were sent before.

        Reports that were told before the answer have been heard when it comes.

        Raises
        ------
        OperatingError
            The market is away; nothing was sent.
        OutcomeUnknown
            From the answer: it was sent, and the line was lost before one came.
        InputError
            It cannot be sent.
        """
        ...
