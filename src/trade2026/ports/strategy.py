"""What a trading strategy is, and what it may ask for: the same object in backtest, paper and live."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol

import msgspec

from trade2026.model.enums import OrderStatus, OrderType, Side, TimeInForce, TrailingOffsetType
from trade2026.model.events import Event, OrderFilled
from trade2026.model.instructions import OrderInstructions
from trade2026.model.instrument import Instrument
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.primitives.time import UnixNanos


class PositionView(NamedTuple):
    """Net holding of one instrument: raw signed quantity, and raw signed cost of its open lots."""

    quantity: int
    cost: int


class OrderView(NamedTuple):
    """An order as its owner sees it; raw integers.

    `trigger_price` is where the trigger of a held order is now, None once it was met; `armed_qty` how much
    of an order that the core sends itself may be sent: of an exit what its entry has filled.
    """

    order_id: int
    client_order_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    cum_qty: int
    leaves_qty: int
    status: OrderStatus
    instructions: OrderInstructions | None = None
    trigger_price: int | None = None
    armed_qty: int = 0


class SubmitResult(msgspec.Struct, frozen=True, gc=False):
    """The core's answer to a request: the order's id, or 0 and the event that says why not."""

    order_id: int
    event: Event

    @property
    def accepted(self) -> bool:
        """Whether the request was journaled for sending."""
        return self.order_id != 0


class Leg(msgspec.Struct, frozen=True, gc=False):
    """One order of a list: its terms but for instrument, side and quantity; raw integers.

    Exits last until canceled unless asked otherwise: protection that ends with the session protects nothing
    after it.
    """

    order_type: OrderType
    limit_price: int | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    instructions: OrderInstructions | None = None

    @classmethod
    def market(cls) -> "Leg":
        """At once, at the market, within the session."""
        return cls(OrderType.MARKET, None, TimeInForce.DAY)

    @classmethod
    def limit(cls, limit_price: int) -> "Leg":
        """At this price or better."""
        return cls(OrderType.LIMIT, limit_price)

    @classmethod
    def stop(cls, trigger_price: int, limit_price: int | None = None) -> "Leg":
        """A market order, or with `limit_price` a limit order, once the trigger price is met."""
        order_type = OrderType.STOP if limit_price is None else OrderType.STOP_LIMIT
        return cls(order_type, limit_price, instructions=OrderInstructions(trigger_price=trigger_price))

    @classmethod
    def trail(cls, offset: int, offset_type: TrailingOffsetType = TrailingOffsetType.PRICE) -> "Leg":
        """A market order once the price comes back by `offset` from the best since."""
        instructions = OrderInstructions(trailing_offset=offset, trailing_offset_type=offset_type)
        return cls(OrderType.TRAILING_STOP, instructions=instructions)


class StrategyContext(Protocol):
    """The strategy's only window on the world; everything it reads is known at `now`."""

    @property
    def now(self) -> UnixNanos:
        """Trading time, on the feed's clock."""
        ...

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Instruments of the run, by id, in order of id."""
        ...

    def history(self, instrument_id: str, count: int) -> Sequence[Bar]:
        """The last `count` bars up to now, oldest first; fewer when there are not that many."""
        ...

    def position(self, instrument_id: str) -> PositionView:
        """The account's position; zero when there is none."""
        ...

    def open_orders(self, instrument_id: str | None = None) -> Sequence[OrderView]:
        """Orders of this strategy that may still fill, oldest first."""
        ...

    def equity(self) -> int:
        """Raw money in the account's base currency: cash and positions at their latest prices."""
        ...

    def cash(self, currency: str) -> int:
        """Raw money of one currency held by the account."""
        ...

    def latest_price(self, instrument_id: str) -> int | None:
        """Raw last known price; None before the first."""
        ...

    def submit_order(
        self,
        instrument_id: str,
        side: Side,
        order_qty: int,
        *,
        order_type: OrderType = OrderType.MARKET,
        limit_price: int | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        client_order_id: str | None = None,
        instructions: OrderInstructions | None = None,
    ) -> SubmitResult:
        """Send an order; quantities and prices raw. A no is an answer, never an exception.

        `instructions` has trigger, trailing offset, display quantity, end, post-only and reduce-only.
        """
        ...

    def submit_bracket(
        self, instrument_id: str, side: Side, order_qty: int, entry: Leg, take_profit: Leg, stop_loss: Leg
    ) -> tuple[SubmitResult, SubmitResult, SubmitResult]:
        """Send an entry with two exits on the other side, which its fills arm and which cancel one another.

        The answers are in the order of the arguments; an entry that is not accepted leaves no exits.
        """
        ...

    def submit_oco(
        self, instrument_id: str, side: Side, order_qty: int, first: Leg, second: Leg
    ) -> tuple[SubmitResult, SubmitResult]:
        """Send two orders of which a fill of one reduces the other by as much."""
        ...

    def cancel_order(self, order_id: int) -> SubmitResult:
        """Ask to cancel what is left of an order."""
        ...

    def replace_order(
        self,
        order_id: int,
        order_qty: int,
        limit_price: int | None = None,
        *,
        trigger_price: int | None = None,
    ) -> SubmitResult:
        """Ask for other terms; `order_qty` is the new total, `trigger_price` None leaves the trigger."""
        ...

    def set_timer(self, name: str, at: UnixNanos) -> None:
        """Call `on_timer` once when time reaches `at`, after all market events of that time."""
        ...

    def log(self, text: str) -> None:
        """Say something that is kept with the run."""
        ...


class Strategy(Protocol):
    """A strategy: subclass it, set `parameters_type`, override what you need.

    Callbacks run to completion one at a time. Market data arrives in order of time; what a callback
    submits fills no earlier than the next event of that instrument. A strategy that raises is
    stopped and its orders are canceled.
    """

    parameters_type: ClassVar[type[msgspec.Struct]]
    """Frozen msgspec struct with defaults and constraints; unknown names are refused."""

    history_length: ClassVar[int] = 1_000
    """Bars of each instrument that `StrategyContext.history` can look back on."""

    parameters: Any

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters

    def on_start(self, context: StrategyContext) -> None:
        """Once, before the first market event."""
        return

    def on_bar(self, context: StrategyContext, bar: Bar) -> None:
        """Each bar, at its close."""
        return

    def on_quote(self, context: StrategyContext, quote: Quote) -> None:
        """Each change of the best bid or ask."""
        return

    def on_trade(self, context: StrategyContext, trade: Trade) -> None:
        """Each public print."""
        return

    def on_fill(self, context: StrategyContext, fill: OrderFilled) -> None:
        """Each execution of one of its orders, after the position has moved."""
        return

    def on_order_event(self, context: StrategyContext, event: Event) -> None:
        """Each other event of one of its orders."""
        return

    def on_timer(self, context: StrategyContext, name: str) -> None:
        """A timer it set."""
        return

    def on_stop(self, context: StrategyContext) -> None:
        """Once, after the last market event; orders sent here are refused.

        The venue then cancels what is open, of which `on_order_event` still tells.
        """
        return
