"""The venue: sends what it is given, once, and tells what became of it. `ports.venue.LiveVenue`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from trade2026.adapters.venues.binance.config import BinanceConfig, check_config
from trade2026.adapters.venues.binance.errors import Refused
from trade2026.adapters.venues.binance.incoming import instrument_names
from trade2026.adapters.venues.binance.listening import Listener
from trade2026.adapters.venues.binance.memory import Memory
from trade2026.adapters.venues.binance.names import order_name
from trade2026.adapters.venues.binance.outgoing import Params, cancel_order, new_order, replace_order
from trade2026.adapters.venues.binance.queries import Queries
from trade2026.adapters.venues.binance.replacing import as_sent, changed
from trade2026.adapters.venues.binance.rest import Rest
from trade2026.adapters.venues.binance.signing import Signer
from trade2026.adapters.venues.binance.stream import Draw, UserStream
from trade2026.model.enums import Environment, ExecType
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.ports.clock import Clock
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
from trade2026.primitives.errors import InputError, OperatingError, RateLimited

Request = OrderApproved | OrderPendingCancel | OrderPendingReplace
_ORDER: Final = "/api/v3/order"
_CANCEL_REPLACE: Final = "/api/v3/order/cancelReplace"
_NOT_SENT: Final = "not sent: "
_GOING_S: Final = 1.0


class BinanceVenue:
    """One account at one host.

    Parameters
    ----------
    random : Draw
        For the pauses before the stream begins again.
    """

    def __init__(self, config: BinanceConfig, signer: Signer, clock: Clock, random: Draw) -> None:
        self._config = check_config(config)
        self._clock = clock
        self._memory = Memory()
        instrument_of = instrument_names(config.symbols, config.venue)
        self._rest = Rest(config, signer, clock)
        self._queries = Queries(config, self._rest, clock, self._memory, instrument_of)
        self._listener = Listener(config.account_id, instrument_of, self._memory)
        self._stream = UserStream(config, signer, clock, random, self._hear, self._say_of_stream)
        self._sink: ReportSink | None = None
        self._watcher: StreamSink | None = None
        self._failed: RequestFailed | None = None
        self._going: set[asyncio.Task[None]] = set()
        self._last: dict[int, asyncio.Task[None]] = {}  # By our number of the order: its last request.
        self._terms = config.terms
        prevention = config.self_trade_prevention
        self._always: Params = {"selfTradePreventionMode": prevention} if prevention else {}

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        return self._config.venue

    @property
    def environment(self) -> Environment:
        """What a fill here means."""
        return self._config.environment

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
        """Connect the user stream; it begins again by itself, and tells a gap when it does."""
        await self._stream.open()

    async def close(self) -> None:
        """Disconnect; a request whose answer does not come at once is told as failed."""
        await self._stream.close()
        if self._going:
            _, late = await asyncio.wait(set(self._going), timeout=_GOING_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        await self._rest.close()

    async def catch_up(self) -> None:
        """Return once every answer and all that the stream said before now has been told.

        Raises
        ------
        VenueUnreachable
            The stream does not answer.
        """
        while self._going:
            await asyncio.wait(set(self._going))
        await self._stream.beat()

    # --------------------------------------------------------------------------------------- requests

    def submit(self, order: OrderApproved) -> None:
        """Send a new order."""
        self._memory.sent.put(order.client_order_id, order)
        self._begin(order, self._submit)

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel what is left of an order."""
        self._begin(request, self._cancel)

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms of an order that has no fill yet."""
        self._begin(request, self._replace)

    async def _submit(self, order: OrderApproved, symbol: str, stamp: int) -> None:
        await self._rest.signed("POST", _ORDER, new_order(order, symbol) | self._always, stamp)

    async def _cancel(self, request: OrderPendingCancel, symbol: str, stamp: int) -> None:
        params = cancel_order(request, symbol)
        self._memory.cancels.put(params["newClientOrderId"], request.client_order_id)
        await self._rest.signed("DELETE", _ORDER, params, stamp)

    async def _replace(self, request: OrderPendingReplace, symbol: str, stamp: int) -> None:
        old = self._memory.sent.get(request.orig_client_order_id)
        if old is None:  # Sent by a life before this one, or by somebody else.
            old = await self._as_sent(request, symbol)
        params = replace_order(request, symbol, old) | self._always
        self._memory.replaces.put(request.client_order_id, True)
        self._memory.sent.put(request.client_order_id, changed(old, request))
        try:
            await self._rest.signed("POST", _CANCEL_REPLACE, params, stamp)
        except Refused as refused:
            self._refuse_replace(request, refused)

    async def _as_sent(self, request: OrderPendingReplace, symbol: str) -> OrderApproved:
        try:
            name = order_name(request.orig_client_order_id)
            found = await self._queries.find(symbol, {"origClientOrderId": name})
        except OperatingError as error:
            raise InputError(f"what would be replaced cannot be looked up: {error}") from None
        if found is None:
            raise InputError("the venue has no such order")
        return as_sent(found, request)

    def _refuse_replace(self, request: OrderPendingReplace, refused: Refused) -> None:
        """No to a replace; where only its first half was done, the order is over."""
        halves = refused.data
        cause = halves.cancel_response if halves.cancel_result == "FAILURE" else halves.new_order_response
        text = str(refused) if cause is None else f"{refused}: {cause.msg} ({cause.code})"
        self._no(request, text)
        if halves.cancel_result == "SUCCESS":
            self._tell(ExecutionReport(
                request.account_id, request.orig_client_order_id, ExecType.CANCELED, self._clock.now_ns(),
                text=f"canceled by a replace whose new order was refused: {text}",
            ))  # fmt: skip

    # ------------------------------------------------------------------------------ how they are sent

    def _begin(self, request: Request, send: Callable[..., Awaitable[None]]) -> None:
        """Hand a request over: stamped now, sent in a task, behind what was asked of the same order."""
        stamp = self._clock.now_ns()
        before = self._last.get(request.order_id)
        task = asyncio.get_running_loop().create_task(self._go(request, send, stamp, before))
        self._last[request.order_id] = task
        self._going.add(task)
        task.add_done_callback(lambda done: self._gone(request.order_id, done))

    def _gone(self, order_id: int, task: "asyncio.Task[None]") -> None:
        self._going.discard(task)
        if self._last.get(order_id) is task:
            del self._last[order_id]

    async def _go(
        self, request: Request, send: Callable[..., Awaitable[None]], stamp: int,
        before: "asyncio.Task[None] | None",
    ) -> None:  # fmt: skip
        """Send it; say no where the answer is a definite one, and that it failed where there is none."""
        if before is not None:  # Not for long: its own window runs.
            await asyncio.wait([before], timeout=self._config.recv_window_ms / 4_000)
        symbol = self._config.symbols.get(request.instrument_id)
        try:
            if symbol is None:
                raise InputError(f"instrument {request.instrument_id!r} is not configured at this venue")
            if request.account_id != self._config.account_id:
                raise InputError(f"account {request.account_id!r} is not held with this key")
            await send(request, symbol, stamp)
        except InputError as error:
            self._no(request, f"{_NOT_SENT}{error}")
        except (Refused, RateLimited) as error:
            self._no(request, str(error))
        except (OperatingError, asyncio.CancelledError) as error:
            self._fail(request, str(error) or "cut off")
            if isinstance(error, asyncio.CancelledError):
                raise

    def _no(self, request: Request, text: str) -> None:
        kind = ExecType.REJECTED if type(request) is OrderApproved else ExecType.CANCEL_REJECTED
        self._tell(
            ExecutionReport(
                request.account_id, request.client_order_id, kind, self._clock.now_ns(), text=text
            )
        )

    def _fail(self, request: Request, text: str) -> None:
        if self._failed is not None:
            self._failed(request.account_id, request.client_order_id, text)

    # --------------------------------------------------------------------------------------- the stream

    def _hear(self, message: bytes) -> None:
        report = self._listener.read(message)
        if report is not None:
            self._tell(report)

    def _tell(self, report: ExecutionReport) -> None:
        assert self._sink is not None, "connect comes before anything is sent"
        self._sink(report)

    def _say_of_stream(self, state: StreamState, text: str) -> None:
        if self._watcher is not None:
            self._watcher(state, text)

    # --------------------------------------------------------------------------------------- questions

    async def server_time_ns(self) -> int:
        """The venue's clock, to the millisecond."""
        return await self._queries.server_time_ns()

    async def open_orders(self, account_id: str) -> Page[VenueOrder]:
        """Every order that may still fill, external ones too."""
        self._check_account(account_id)
        return Page(await self._queries.open_orders(), is_complete=True)

    async def order_history(self, account_id: str, since_ns: int) -> Page[VenueOrder]:
        """Every order with an event since then, open or not."""
        self._check_account(account_id)
        return Page(await self._queries.order_history(since_ns), is_complete=True)

    async def executions(self, account_id: str, since_ns: int) -> Page[ExecutionReport]:
        """Every execution since then."""
        self._check_account(account_id)
        return Page(await self._queries.executions(since_ns), is_complete=True)

    async def holdings(self, account_id: str) -> Page[Holding]:
        """What the account has of each coin."""
        self._check_account(account_id)
        return Page(await self._queries.holdings(), is_complete=True)

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        """There is none: InputError."""
        raise InputError(f"venue {self.name!r} has no dead-man switch; do not arm one")

    def _check_account(self, account_id: str) -> None:
        if account_id != self._config.account_id:
            raise InputError(f"account {account_id!r} is not held with this key")
