"""The venue: sends what it is given, once, and tells what became of it. `ports.venue.LiveVenue`."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import msgspec

from trade2026.adapters.venues.prism import outgoing
from trade2026.adapters.venues.prism.reading import Reading
from trade2026.model.enums import Environment, ExecType
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.ports.clock import Clock
from trade2026.ports.prism import VENUE
from trade2026.ports.prism_trading import (
    AccountReport,
    AskHoldings,
    AskTime,
    Beat,
    Done,
    Holdings,
    News,
    PrismTradingLine,
    Question,
    Refused,
    RenewDeadMan,
    Reply,
    TimeIs,
)
from trade2026.ports.venue import (
    Holding,
    IdRule,
    Page,
    ReportSink,
    RequestFailed,
    StreamSink,
    StreamState,
    VenueOrder,
    VenueTerms,
)
from trade2026.primitives.errors import InputError, OperatingError, VenueUnreachable
from trade2026.primitives.time import SECOND_NS

Request = OrderApproved | OrderPendingCancel | OrderPendingReplace
ReplyT = TypeVar("ReplyT", bound=msgspec.Struct)

TERMS: Final = VenueTerms(
    request_window_ns=2 * SECOND_NS, id_rule=IdRule.FOREVER, dead_man_ns=30 * SECOND_NS,
    heartbeat_ns=2 * SECOND_NS,
)  # fmt: skip
"""The line beats four times a second; a market that does something else for a moment is not lost for that."""

_OPEN_WITHIN_NS: Final = 2 * SECOND_NS
_NOT_SENT: Final = "not sent: "
_GOING_S: Final = 1.0


class _Stream:
    """One account's line as it was heard: `number` of its last report, -1 before the first beat."""

    def __init__(self, line: PrismTradingLine) -> None:
        self.line = line
        self.number = -1


class PrismVenue:
    """The accounts that a desk has at the simulated market, each over a line of its own.

    The market answers every request, so that an outcome is unknown only where a line broke after sending.

    Parameters
    ----------
    lines : sequence of PrismTradingLine
        One for each account, not started.
    terms : VenueTerms
        What is asked of the market: a window for requests, and a dead-man switch where it is above 0.
    """

    def __init__(self, lines: Sequence[PrismTradingLine], clock: Clock, terms: VenueTerms = TERMS) -> None:
        if not lines:
            raise InputError("lines must have one for an account at least, was empty")
        self._clock, self._terms = clock, terms
        self._streams = {line.account_id: _Stream(line) for line in lines}
        self._sink: ReportSink | None = None
        self._watcher: StreamSink | None = None
        self._failed: RequestFailed | None = None
        self._going: set[asyncio.Task[None]] = set()
        self._reading = Reading(self._ask)
        self._beaten: set[str] = set()
        self._connected: set[str] = set()
        for line in lines:
            line.watch(partial(self._hear, line.account_id), partial(self._on_line, line.account_id))

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        return VENUE

    @property
    def environment(self) -> Environment:
        """Nobody's money: paper."""
        return Environment.PAPER

    @property
    def terms(self) -> VenueTerms:
        """What may be relied on."""
        return self._terms

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go."""
        self._sink = sink

    def watch(self, stream: StreamSink, failed: RequestFailed) -> None:
        """Say who is told of the stream and of failed requests."""
        self._watcher, self._failed = stream, failed

    # ----------------------------------------------------------------------------------------- the line

    async def open(self) -> None:
        """Connect every account's line; VenueUnreachable where one does not connect in time."""
        for account_id, stream in self._streams.items():
            await stream.line.start()
            if not await stream.line.wait_connected(_OPEN_WITHIN_NS):
                text = f"the simulated market does not take account {account_id!r}: {stream.line.why}"
                raise VenueUnreachable(text, retryable=True)

    async def close(self) -> None:
        """Hang up; a request whose answer does not come at once is told as failed."""
        if self._going:
            await asyncio.wait(set(self._going), timeout=_GOING_S)
        self._connected.clear()  # What is closed on purpose is not told as lost.
        for stream in self._streams.values():
            await stream.line.aclose()
        if self._going:  # What was under way has ended with the lines.
            await asyncio.wait(set(self._going))

    # ----------------------------------------------------------------------------------------- requests

    def submit(self, order: OrderApproved) -> None:
        """Send a new order."""
        self._send(order, lambda: outgoing.place(order, self._clock.now_ns(), self._terms.request_window_ns))

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel what is left of an order."""
        self._send(
            request, lambda: outgoing.cancel(request, self._clock.now_ns(), self._terms.request_window_ns)
        )

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms."""
        self._send(
            request, lambda: outgoing.replace(request, self._clock.now_ns(), self._terms.request_window_ns)
        )

    def _send(self, request: Request, make: Callable[[], Question]) -> None:
        """Hand a request over: it is on the line, or refused, before anything else is sent."""
        loop = asyncio.get_running_loop()
        try:
            answer = asyncio.ensure_future(self._line(request.account_id).ask(make()))
        except (InputError, OperatingError) as error:  # Nothing left: a definite no, but not from in here.
            loop.call_soon(self._no, request, f"{_NOT_SENT}{error}")
            return
        task = loop.create_task(self._settle(request, answer))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _settle(self, request: Request, answer: "asyncio.Future[Reply]") -> None:
        try:
            reply = await answer
        except OperatingError as error:
            if self._failed is not None:
                self._failed(request.account_id, request.client_order_id, str(error))
            return
        if isinstance(reply, Refused):
            self._no(request, reply.text)
        else:
            assert isinstance(reply, Done), "a request is done or refused"

    def _no(self, request: Request, text: str) -> None:
        kind = ExecType.REJECTED if type(request) is OrderApproved else ExecType.CANCEL_REJECTED
        self._tell(
            ExecutionReport(
                request.account_id, request.client_order_id, kind, self._clock.now_ns(), text=text
            )
        )

    # --------------------------------------------------------------------------------------- the stream

    def _hear(self, account_id: str, news: News) -> None:
        stream = self._streams[account_id]
        if isinstance(news, AccountReport):
            expected, stream.number = stream.number + 1, news.number
            if expected != news.number:
                self._say(StreamState.GAP, f"report {expected} of {account_id} is missing")
            self._tell(news.report)
            return
        assert isinstance(news, Beat), "there is no other news"
        if stream.number < 0:
            stream.number = news.number
        elif stream.number != news.number:
            text = f"reports {stream.number + 1} to {news.number} of {account_id} are missing"
            stream.number = news.number
            self._say(StreamState.GAP, text)
        self._beaten.add(account_id)
        if len(self._beaten) == len(self._streams):
            self._beaten.clear()
            self._say(StreamState.HEARTBEAT, "")

    def _on_line(self, account_id: str, is_connected: bool, why: str) -> None:  # As called.
        self._streams[account_id].number = -1
        self._reading.forget(account_id)
        if is_connected:
            self._connected.add(account_id)
            if len(self._connected) == len(self._streams):
                self._say(StreamState.CONNECTED, "")
        else:
            was_whole = len(self._connected) == len(self._streams)
            self._connected.discard(account_id)
            if was_whole:
                self._say(StreamState.DISCONNECTED, f"account {account_id}: {why}")

    def _tell(self, report: ExecutionReport) -> None:
        assert self._sink is not None, "connect comes before anything is sent"
        self._sink(report)

    def _say(self, state: StreamState, text: str) -> None:
        if self._watcher is not None:
            self._watcher(state, text)

    # ---------------------------------------------------------------------------------------- questions

    async def server_time_ns(self) -> int:
        """The clock that requests are held against."""
        first = next(iter(self._streams))
        return (await self._ask(first, AskTime(), TimeIs)).now

    async def open_orders(self, account_id: str) -> Page[VenueOrder]:
        """Every order that may still fill, external ones too."""
        return Page(await self._reading.open_orders(account_id), is_complete=True)

    async def order_history(self, account_id: str, since_ns: int) -> Page[VenueOrder]:
        """Every order with an event since then, open or not, as far back as the market keeps them."""
        return Page(await self._reading.orders(account_id, since_ns), is_complete=True)

    async def executions(self, account_id: str, since_ns: int) -> Page[ExecutionReport]:
        """Every execution since then, of the orders that the market keeps."""
        return Page(await self._reading.executions(account_id, since_ns), is_complete=True)

    async def holdings(self, account_id: str) -> Page[Holding]:
        """What the account has; negative where it has sold short."""
        return Page((await self._ask(account_id, AskHoldings(), Holdings)).items, is_complete=True)

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        """Arm or renew the dead-man switch; 0 disarms it."""
        if not self._terms.dead_man_ns:
            raise InputError(f"venue {self.name!r} has no dead-man switch; do not arm one")
        await self._ask(account_id, RenewDeadMan(timeout_ns), Done)

    async def _ask(self, account_id: str, question: Question, kind: type[ReplyT]) -> ReplyT:
        try:
            reply = await self._line(account_id).ask(question)
        except OperatingError as error:
            raise VenueUnreachable(str(error), retryable=True) from error
        if isinstance(reply, Refused):
            raise VenueUnreachable(f"the simulated market does not answer {account_id!r}: {reply.text}")
        assert isinstance(reply, kind), f"{type(question).__name__} is answered by {kind.__name__}"
        return reply

    def _line(self, account_id: str) -> PrismTradingLine:
        stream = self._streams.get(account_id)
        if stream is None:
            raise InputError(f"account {account_id!r} has no line to the simulated market")
        return stream.line
