"""A seeded market that outlives the desk: slow at times, fills, rejects, and a memory of what it was sent.

What it does for an order is drawn from its seed. It remembers every report it ever made, so that a desk that
was down can be told again, and every fill, which is the truth that books are compared with at the end.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from trade2026.model.enums import Environment, ExecType, LiquiditySide, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument
from trade2026.primitives.fixed_point import UNIT

Request = OrderApproved | OrderPendingCancel | OrderPendingReplace
Key = tuple[str, str]
"""Account and client order id."""


class Fill(NamedTuple):
    """One execution as the market knows it; raw integers."""

    account_id: str
    instrument_id: str
    client_order_id: str
    side: Side
    last_qty: int
    last_px: int
    commission: int
    commission_currency: str


@dataclass(slots=True)
class VenueOrder:
    """An order as the market knows it; `client_order_id` is the last accepted one."""

    sent: OrderApproved
    client_order_id: str
    order_qty: int
    limit_price: int | None
    cum_qty: int = 0
    is_open: bool = True


@dataclass(slots=True)
class Habits:
    """How the market behaves; delays in seconds, the rest are probabilities."""

    delay_s: float = 0.002
    tail: float = 0.05
    duplicates: float = 0.0
    reorder: bool = False
    silent: float = 0.4  # Orders that never fill by themselves.
    rejects: float = 0.05
    unsolicited: float = 0.02


@dataclass(slots=True)
class SimVenue:
    """`ports.venue` on virtual time. `attach` gives it the loop of the desk's present life."""

    chance: random.Random
    habits: Habits
    instruments: dict[str, Instrument]
    inspect: Callable[[Request], None]
    name: str = "SIM"
    environment: Environment = Environment.SIM
    received: dict[Key, Request] = field(default_factory=dict)
    orders: dict[Key, VenueOrder] = field(default_factory=dict)
    reports: list[ExecutionReport] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    due: dict[int, tuple[int, Callable[[], None]]] = field(default_factory=dict)
    _sink: Callable[[ExecutionReport], None] | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _now: Callable[[], int] = lambda: 0
    _number: int = 0
    _last_delivery: int = 0

    # The port.

    def connect(self, sink: Callable[[ExecutionReport], None]) -> None:
        self._sink = sink

    def submit(self, order: OrderApproved) -> None:
        self._receive(order)
        own = VenueOrder(order, order.client_order_id, order.order_qty, order.limit_price)
        self.orders[order.account_id, order.client_order_id] = own
        self._later(self._delay(), lambda: self._accept(own))

    def cancel(self, request: OrderPendingCancel) -> None:
        self._receive(request)
        self._later(self._delay(), lambda: self._cancel(request))

    def replace(self, request: OrderPendingReplace) -> None:
        self._receive(request)
        self._later(self._delay(), lambda: self._replace(request))

    # The desk's lives.

    def attach(self, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
        """Go on in this loop with what was under way in the last one."""
        self._loop, self._now = loop, now
        for number, (when, _) in sorted(self.due.items()):
            self._schedule(number, when)

    def detach(self) -> None:
        """The desk is gone; reports made meanwhile reach nobody."""
        self._loop = self._sink = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self.due

    # The market.

    def _receive(self, request: Request) -> None:
        self.inspect(request)
        key = (request.account_id, request.client_order_id)
        assert key not in self.received, f"the venue received {key} twice"
        self.received[key] = request

    def _accept(self, order: VenueOrder) -> None:
        if not order.is_open:
            return
        if self.chance.random() < self.habits.rejects:
            order.is_open = False
            self._say(order, ExecType.REJECTED, text="not today")
            return
        self._say(order, ExecType.NEW, venue_order_id=f"v{order.sent.order_id}")
        if order.sent.time_in_force is TimeInForce.IOC:
            self._later(self._delay(), lambda: self._trade_at_once(order))
        elif self.chance.random() >= self.habits.silent:
            self._later(self._delay(), lambda: self._trade_on(order))
        if self.chance.random() < self.habits.unsolicited:
            self._later(10 * self._delay(), lambda: self._end(order, ExecType.CANCELED))

    def _trade_at_once(self, order: VenueOrder) -> None:
        if self.chance.random() < 0.7:
            self._fill(order)
        self._end(order, ExecType.EXPIRED)

    def _trade_on(self, order: VenueOrder) -> None:
        self._fill(order)
        if order.is_open:
            self._later(self._delay(), lambda: self._trade_on(order))

    def _fill(self, order: VenueOrder) -> None:
        if not order.is_open:
            return
        sent, instrument = order.sent, self.instruments[order.sent.instrument_id]
        lots = (order.order_qty - order.cum_qty) // instrument.lot_size
        last_qty = (
            lots if self.chance.random() < 0.4 else self.chance.randint(1, lots)
        ) * instrument.lot_size
        last_px = sent.reference_price if order.limit_price is None else order.limit_price
        commission, currency = self._commission(instrument, last_qty, last_px)
        order.cum_qty += last_qty
        order.is_open = order.cum_qty < order.order_qty
        self.fills.append(
            Fill(sent.account_id, sent.instrument_id, sent.client_order_id, sent.side, last_qty, last_px,
                 commission, currency)
        )  # fmt: skip
        self._say(
            order,
            ExecType.TRADE,
            execution_id=f"x{len(self.fills)}",
            last_qty=last_qty,
            last_px=last_px,
            commission=commission,
            commission_currency=currency,
            liquidity_side=LiquiditySide.TAKER,
        )

    def _commission(self, instrument: Instrument, quantity: int, price: int) -> tuple[int, str]:
        """Free, in money, a rebate, or (coins) in the coin traded."""
        kind = self.chance.random()
        if kind < 0.2:
            return 0, ""
        if instrument.base_currency and kind < 0.6:
            return quantity // 1000, instrument.base_currency
        fee = price * quantity // UNIT // 1000 + 1
        return (fee if kind < 0.9 else -fee), instrument.quote_currency

    def _end(self, order: VenueOrder, kind: ExecType) -> None:
        if order.is_open:
            order.is_open = False
            self._say(order, kind, text="the market says so")

    def _cancel(self, request: OrderPendingCancel) -> None:
        order = self.orders.get((request.account_id, request.orig_client_order_id))
        if order is None or not order.is_open:
            self._refuse(request)
            return
        order.is_open = False
        self._say(order, ExecType.CANCELED, client_order_id=request.client_order_id)

    def _replace(self, request: OrderPendingReplace) -> None:
        order = self.orders.get((request.account_id, request.orig_client_order_id))
        if order is None or not order.is_open or request.order_qty <= order.cum_qty:
            self._refuse(request)
            return
        order.client_order_id = request.client_order_id
        self.orders[request.account_id, request.client_order_id] = order
        order.order_qty, order.limit_price = request.order_qty, request.limit_price
        self._say(order, ExecType.REPLACED, order_qty=order.order_qty, limit_price=order.limit_price or 0)

    def _refuse(self, request: OrderPendingCancel | OrderPendingReplace) -> None:
        self._tell(
            ExecutionReport(
                request.account_id,
                request.client_order_id,
                ExecType.CANCEL_REJECTED,
                self._now(),
                text="too late",
            )
        )

    # Reports.

    def _say(self, order: VenueOrder, kind: ExecType, *, client_order_id: str = "", **fields: object) -> None:
        name = client_order_id or order.client_order_id
        self._tell(ExecutionReport(order.sent.account_id, name, kind, self._now(), **fields))  # type: ignore[arg-type]

    def _tell(self, report: ExecutionReport) -> None:
        self.reports.append(report)
        self._deliver_later(report)
        if self.chance.random() < self.habits.duplicates:
            self._deliver_later(self.chance.choice(self.reports))

    def _deliver_later(self, report: ExecutionReport) -> None:
        when = self._now() + self._delay()
        if not self.habits.reorder:  # One session, in order.
            when = max(when, self._last_delivery + 1_000)
            self._last_delivery = when
        self._at(when, lambda: self._deliver(report))

    def _deliver(self, report: ExecutionReport) -> None:
        if self._sink is not None:
            self._sink(report)

    # Time.

    def _delay(self) -> int:
        """Nanoseconds: exponential, now and then fifty times as long."""
        mean = self.habits.delay_s * (50 if self.chance.random() < self.habits.tail else 1)
        return round(self.chance.expovariate(1 / mean) * 1e9)

    def _later(self, delay_ns: int, action: Callable[[], None]) -> None:
        self._at(self._now() + delay_ns, action)

    def _at(self, when: int, action: Callable[[], None]) -> None:
        self._number += 1
        self.due[self._number] = (when, action)
        if self._loop is not None:
            self._schedule(self._number, when)

    def _schedule(self, number: int, when: int) -> None:
        assert self._loop is not None, "attached"
        self._loop.call_later(max(when - self._now(), 0) / 1e9, self._run, number)

    def _run(self, number: int) -> None:
        _, action = self.due.pop(number)
        action()
