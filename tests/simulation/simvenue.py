"""A seeded market behind a line, as `ports.venue.LiveVenue`, that outlives the desk.

Inside is the exchange, with the reference order books and a crowd of other traders who are drawn from the
seed; around it a line with latency in virtual time, a private stream, queries, a rate limit and a dead-man
switch. The line itself does not fail: `faults.FaultyVenue` makes it fail. `exchange` is the truth.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tests.simulation.crowd import Crowd
from tests.simulation.exchange import Exchange, Fill, Key, MarketOrder, as_venue_order
from tests.simulation.timeline import Timeline
from trade2026.matching.words import AdvanceTime, SelfTradePrevention
from trade2026.model.enums import Environment, ExecType, Side
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.model.instrument import Instrument
from trade2026.ports.venue import (
    Holding,
    Page,
    ReportSink,
    RequestFailed,
    StreamSink,
    StreamState,
    VenueOrder,
    VenueTerms,
)
from trade2026.primitives.errors import InputError, RateLimited, VenueUnreachable
from trade2026.primitives.fixed_point import UNIT

Request = OrderApproved | OrderPendingCancel | OrderPendingReplace
ItemT = TypeVar("ItemT")


@dataclass(slots=True)
class Habits:
    """How the market behaves; delays in seconds, the rest are probabilities."""

    delay_s: float = 0.002
    tail: float = 0.05  # Share of messages that take up to fifty times as long.
    silent: float = 0.4  # Orders that the crowd leaves alone.
    rejects: float = 0.05
    unsolicited: float = 0.02
    suspensions: float = 0.0
    busts: float = 0.0  # Of executions, each of the two.
    corrections: float = 0.0
    by_hand: float = 0.0  # An order that somebody enters at the market's own screen, for each of ours.
    fees: bool = True
    prevention: SelfTradePrevention = SelfTradePrevention.NONE


def nothing(request: Request) -> None:
    """Nobody looks."""


class SimVenue:
    """The venue. `attach` gives it the loop of the desk's present life, `detach` takes it away."""

    def __init__(
        self,
        chance: random.Random,
        habits: Habits,
        instruments: dict[str, Instrument],
        inspect: Callable[[Request], None] = nothing,
        *,
        terms: VenueTerms | None = None,
        timeline: Timeline | None = None,
        name: str = "SIM",
    ) -> None:
        self.chance, self.habits, self.inspect, self.name = chance, habits, inspect, name
        self.environment = Environment.SIM
        self.terms = terms or VenueTerms()
        self.timeline = timeline or Timeline()
        self.exchange = Exchange(
            instruments,
            self.timeline.now,
            self._tell,
            self._commission,
            self.terms.id_rule,
            habits.prevention,
        )
        self.crowd = Crowd(chance, self.exchange, self.timeline, self._delay)
        self.received: dict[Key, Request] = {}
        self.counts: Counter[str] = Counter()
        self._sink: ReportSink | None = None
        self._stream: StreamSink | None = None
        self._failed: RequestFailed | None = None
        self._is_open = False
        self._connection = 0
        self._last_delivery = self._last_arrival = 0
        self._requests: deque[int] = deque()
        self._dead_man: dict[str, int] = {}

    # --------------------------------------------------------------------------------------------- the port

    def connect(self, sink: ReportSink) -> None:
        self._sink = sink

    def watch(self, stream: StreamSink, failed: RequestFailed) -> None:
        self._stream, self._failed = stream, failed

    async def open(self) -> None:
        await self._line()
        self._connection += 1
        self._is_open = True
        self._say_of_stream(StreamState.CONNECTED, "")
        self._beat(self._connection)

    async def close(self) -> None:
        self.drop_stream()

    def submit(self, order: OrderApproved) -> None:
        self._receive(order, lambda: self._submit(order))

    def cancel(self, request: OrderPendingCancel) -> None:
        self._receive(
            request,
            lambda: self.exchange.cancel(
                request.account_id, request.client_order_id, request.orig_client_order_id
            ),
        )

    def replace(self, request: OrderPendingReplace) -> None:
        self._receive(request, lambda: self._replace(request))

    async def server_time_ns(self) -> int:
        await self._query()
        return self.timeline.now()

    async def open_orders(self, account_id: str) -> Page[VenueOrder]:
        await self._query()
        return whole([as_venue_order(order) for order in self.exchange.open_orders(account_id)])

    async def order_history(self, account_id: str, since_ns: int) -> Page[VenueOrder]:
        await self._query()
        return whole(
            [
                as_venue_order(order)
                for order in self.exchange.orders.values()
                if order.account_id == account_id and order.ts_event >= since_ns
            ]
        )

    async def executions(self, account_id: str, since_ns: int) -> Page[ExecutionReport]:
        await self._query()
        return whole(
            [
                execution.report
                for execution in self.exchange.executions.values()
                if execution.report.account_id == account_id
                and execution.report.ts_event >= since_ns
                and not execution.is_busted
            ]
        )

    async def holdings(self, account_id: str) -> Page[Holding]:
        await self._query()
        held = self.exchange.holdings(account_id)
        return whole([Holding(account_id, name, amount) for name, amount in sorted(held.items()) if amount])

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        if not self.terms.dead_man_ns:
            raise InputError(f"venue {self.name!r} has no dead-man switch; do not arm one")
        await self._query()
        deadline = self.timeline.now() + timeout_ns if timeout_ns else 0
        self._dead_man[account_id] = deadline
        if timeout_ns:
            self.timeline.at(deadline, lambda: self._fire_dead_man(account_id, deadline), is_endless=True)

    # ------------------------------------------------------------------------------------- the desk's lives

    def attach(self, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
        """Go on in this loop with what was under way in the last one."""
        self.timeline.attach(loop, now)

    def detach(self) -> None:
        """The desk is gone; reports made meanwhile reach nobody."""
        self.timeline.detach()
        self._is_open = False
        self._sink = self._stream = self._failed = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way but heartbeats."""
        return self.timeline.is_idle

    # -------------------------------------------------------------------------------------------- the truth

    @property
    def reports(self) -> list[ExecutionReport]:
        """Every report there ever was."""
        return self.exchange.reports

    @property
    def fills(self) -> list[Fill]:
        """Every execution that stands."""
        return self.exchange.fills

    def deposit(self, account_id: str, commodity: str, amount: int) -> None:
        """Give an account a balance or a position, raw, that the desk's books have too."""
        self.exchange.deposits[account_id, commodity] += amount

    def drop_stream(self, text: str = "") -> None:
        """The private stream ends, as after a lost line: the desk is told."""
        if self._is_open:
            self._is_open = False
            self._say_of_stream(StreamState.DISCONNECTED, text)

    def cancel_everything(self, text: str, account_id: str = "") -> None:
        """What a dead-man switch does, or a venue that cancels when a line is lost; "" is all accounts."""
        for order in self.exchange.open_orders(account_id):
            self.exchange.cancel_unasked(order, ExecType.CANCELED, text)

    # ---------------------------------------------------------------------------------------- the way there

    def _receive(self, request: Request, action: Callable[[], None]) -> None:
        """Take a request from the desk; it arrives in its order, or too late for its window."""
        self.inspect(request)
        key = (request.account_id, request.client_order_id)
        assert key not in self.received, f"the venue received {key} twice"
        self.received[key] = request
        sent = self.timeline.now()
        self._last_arrival = max(sent + self._delay(), self._last_arrival + 1)
        self.timeline.at(self._last_arrival, lambda: self._arrive(request, sent, action))

    def _arrive(self, request: Request, sent: int, action: Callable[[], None]) -> None:
        window = self.terms.request_window_ns
        if window and self.timeline.now() - sent > window:
            self.counts["request outside its window"] += 1
            self.refuse(request, "outside of the request window")
        elif not self._has_room(is_cancel=type(request) is OrderPendingCancel):
            self.refuse(request, "too many requests")
        else:
            action()

    def refuse(self, request: Request, text: str) -> None:
        """Say no to a request that was not even looked at."""
        kind = ExecType.REJECTED if type(request) is OrderApproved else ExecType.CANCEL_REJECTED
        self.exchange.say_of_request(request.account_id, request.client_order_id, kind, text)

    def _submit(self, sent: OrderApproved) -> None:
        if self.chance.random() < self.habits.rejects:
            self.exchange.submit(sent, refusal="not today")
            return
        if sent.instructions is not None and sent.instructions.expire_time:
            expire_time, instrument_id = sent.instructions.expire_time, sent.instrument_id
            self.timeline.at(expire_time, lambda: self._advance(instrument_id, expire_time), is_endless=True)
        self.crowd.quote(sent.instrument_id, sent.reference_price)
        order = self.exchange.submit(sent)
        if not order.is_open:
            return
        if self.chance.random() >= self.habits.silent:
            self.crowd.attend(order)
        if self.chance.random() < self.habits.unsolicited:
            self.timeline.later(
                10 * self._delay(),
                lambda: self.exchange.cancel_unasked(order, ExecType.CANCELED, "the market says so"),
            )
        if self.chance.random() < self.habits.suspensions:
            self._suspend_later(order)
        if self.chance.random() < self.habits.by_hand:
            self.timeline.later(5 * self._delay(), lambda: self._enter_by_hand(sent))

    def _replace(self, request: OrderPendingReplace) -> None:
        self.exchange.replace(request)

    def _suspend_later(self, order: MarketOrder) -> None:
        kind = self.chance.choice((ExecType.SUSPENDED, ExecType.STOPPED, ExecType.DONE_FOR_DAY))

        def suspend() -> None:
            self.exchange.suspend(order, kind)
            self.timeline.later(20 * self._delay(), lambda: self.exchange.resume(order))

        self.timeline.later(5 * self._delay(), suspend)

    def _enter_by_hand(self, like: OrderApproved) -> None:
        """Somebody with access to the account trades at the market's own screen."""
        self.counts["order by hand"] += 1
        lot = self.exchange.instruments[like.instrument_id].lot_size
        tick = self.exchange.instruments[like.instrument_id].tick_size
        order = self.exchange.place_by_hand(
            like.account_id, like.instrument_id, self.chance.choice(list(Side)),
            self.chance.randint(1, 5) * lot, like.reference_price // tick * tick,
        )  # fmt: skip
        if self.chance.random() < 0.5:
            self.crowd.attend(order)

    def _change_execution(self, report: ExecutionReport) -> None:
        """The market thinks again about an execution: takes it back, or states it anew, once or twice."""
        name = report.execution_id
        if self.chance.random() < self.habits.busts:
            self.counts["bust"] += 1
            self.timeline.later(10 * self._delay(), lambda: self.exchange.bust(name))
        if self.chance.random() < self.habits.corrections:
            tick = self.exchange.instruments[report.instrument_id].tick_size
            for change in range(1, self.chance.randint(2, 3)):
                self.counts["correction"] += 1
                price = report.last_px + change * tick
                self.timeline.later(10 * self._delay(), partial(self.exchange.correct, name, price))

    def _advance(self, instrument_id: str, now: int) -> None:
        self.exchange.crowd_does(instrument_id, AdvanceTime(now))

    def _fire_dead_man(self, account_id: str, deadline: int) -> None:
        if self._dead_man.get(account_id) == deadline:
            self.counts["dead-man switch fired"] += 1
            self.cancel_everything("dead-man switch", account_id)

    def _has_room(self, *, is_cancel: bool) -> bool:
        """Whether the rate limit has room; orders leave the reserve to cancels."""
        limit = self.terms.requests_per_window
        if not limit:
            return True
        now = self.timeline.now()
        while self._requests and self._requests[0] <= now - self.terms.window_ns:
            self._requests.popleft()
        if len(self._requests) >= limit - (0 if is_cancel else self.terms.cancel_reserve):
            self.counts["rate limit met"] += 1
            return False
        self._requests.append(now)
        return True

    # ----------------------------------------------------------------------------------------- the way back

    def _tell(self, report: ExecutionReport) -> None:
        """Put a report on the stream: one session, in its order; without a session it reaches nobody."""
        changes = self.habits.busts or self.habits.corrections
        if report.exec_type is ExecType.TRADE and changes:
            self._change_execution(report)
        if not self._is_open:
            self.counts["report while no stream was open"] += 1
            return
        connection = self._connection
        self._last_delivery = max(self.timeline.now() + self._delay(), self._last_delivery + 1)
        self.timeline.at(self._last_delivery, lambda: self._deliver(report, connection))

    def _deliver(self, report: ExecutionReport, connection: int) -> None:
        if self._is_open and self._sink is not None and connection == self._connection:
            self._sink(report)

    def _beat(self, connection: int) -> None:
        if self._is_open and connection == self._connection and self.terms.heartbeat_ns:
            self._say_of_stream(StreamState.HEARTBEAT, "")
            self.timeline.later(self.terms.heartbeat_ns, lambda: self._beat(connection), is_endless=True)

    def _say_of_stream(self, state: StreamState, text: str) -> None:
        if self._stream is not None:
            self._stream(state, text)

    async def _query(self) -> None:
        """There and back; refused where the rate limit is met."""
        await self._line()
        if not self._has_room(is_cancel=False):
            raise RateLimited(
                f"venue {self.name!r} takes no more requests for now; wait",
                retryable=True, retry_after_ns=self.terms.window_ns,
            )  # fmt: skip

    async def _line(self) -> None:
        if not self.timeline.is_attached:
            raise VenueUnreachable(f"venue {self.name!r} has no line; attach it first", retryable=True)
        await asyncio.sleep(2 * self._delay() / 1e9)

    def _delay(self) -> int:
        """Nanoseconds: exponential, now and then fifty times as long, at most twenty times the mean."""
        mean = self.habits.delay_s * (50 if self.chance.random() < self.habits.tail else 1)
        return round(min(self.chance.expovariate(1 / mean), 20 * mean) * 1e9)

    def _commission(self, instrument: Instrument, quantity: int, price: int) -> tuple[int, str]:
        """Free, in money, a rebate, or (coins) in the coin traded."""
        kind = self.chance.random()
        if kind < 0.2 or not self.habits.fees:
            return 0, ""
        if instrument.base_currency and kind < 0.6:
            return quantity // 1000, instrument.base_currency
        fee = price * quantity // UNIT // 1000 + 1
        return (fee if kind < 0.9 else -fee), instrument.quote_currency


def whole(items: list[ItemT]) -> Page[ItemT]:
    """All that was asked for."""
    return Page(tuple(items), is_complete=True)
