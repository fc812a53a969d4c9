"""The socket for orders: batches of requests in, one ask of the core for each, results out as they come.

A client may have several batches under way. How many, and with how many requests, is bounded: beyond that
nothing more is read from it until an answer has left, so that neither a fast client nor one that does not
take its answers costs memory. A message that cannot be used is answered by a problem and harms no other.
"""

import asyncio
import logging
from collections import deque
from functools import partial
from typing import Any, Final

from starlette.websockets import WebSocket

from trade2026.ports.core_link import Decision
from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.time import SECOND_NS, format_ns
from trade2026.web.access import charge
from trade2026.web.context import WebContext
from trade2026.web.errors import ProblemRaised, to_problem
from trade2026.web.live import messages
from trade2026.web.live.door import Door
from trade2026.web.live.guest import Guest, Payload
from trade2026.web.live.limits import DoorLimits, TokenBucket
from trade2026.web.live.messages import Authenticate, CloseCode, Ping
from trade2026.web.live.transport import NO_PONG
from trade2026.web.orders.asking import ask
from trade2026.web.orders.batches import Judged
from trade2026.web.orders.frames import BINARY, TEXT, Batch, Codec, FromClient, Refusal, Results
from trade2026.web.roles import TRADER, RoleTable, check_role

PATH: Final = "/ws/v1/orders"
LOG: Final = logging.getLogger("trade2026.web.orders")


class OrderSocketLimits(DoorLimits, frozen=True, kw_only=True):
    """Bounds of the socket for orders.

    Attributes
    ----------
    batches, requests : int
        Under way of one connection: beyond either nothing more is read from it.
    """

    batches: int = 64
    requests: int = 4_096
    connections_total: int = 200
    connections_per_user: int = 10
    connections_unknown: int = 50


class OrderGuest(Guest):
    """One client, with what of its is under way: from when it is read until its answer was taken."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.batches = 0
        self.requests = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self._answers: deque[tuple[Payload, int]] = deque()
        self._leaving = 0
        self._freed = asyncio.Event()

    def begin(self, requests: int) -> None:
        """A batch is under way."""
        self.batches += 1
        self.requests += requests

    def answer(self, payload: Payload, requests: int) -> None:
        """Queue the answer to a batch of so many requests."""
        self._answers.append((payload, requests))
        self._wake.set()

    async def until(self, batches: int, requests: int) -> None:
        """Wait until no more than so many are under way."""
        while self.batches > batches or self.requests > requests:
            self._freed.clear()
            await self._freed.wait()

    def _next(self) -> Payload | None:
        if self._leaving:  # The one before was taken.
            self.batches -= 1
            self.requests -= self._leaving
            self._leaving = 0
            self._freed.set()
        if self._control:
            return self._control.popleft()
        if not self._answers:
            return None
        payload, self._leaving = self._answers.popleft()
        return payload


class OrderSocket(Door[OrderGuest]):
    """The WebSocket endpoint for orders; declares itself in the table of roles."""

    def __init__(
        self, context: WebContext, table: RoleTable, limits: OrderSocketLimits | None = None
    ) -> None:
        services = context.services
        self._limits = limits or OrderSocketLimits()
        super().__init__(
            "orders", authenticator=services.identity, clock=services.clock,
            journal_seq=lambda: services.read_models.seq,
            allowed_origins=services.settings.allowed_origins, bounds=self._limits,
        )  # fmt: skip
        self._context = context
        self._declared = table.declare_socket(PATH, TRADER, "orders")

    # ------------------------------------------------------------------------------------ of the door

    def _receive_guest(self, connection_id: str, websocket: WebSocket) -> OrderGuest:
        return OrderGuest(connection_id, websocket, self._clock, self._sent, self._limits.control_messages)

    def _check_may_enter(self, principal: Any) -> None:
        check_role(str(principal.role), self._declared.role)

    def _greet(self, guest: OrderGuest) -> None:
        now = self._clock.now_ns()
        guest.say(messages.hello(guest.id, format_ns(now), self._limits.beat_ns // SECOND_NS))

    async def _finish(self, guest: OrderGuest) -> None:
        """Let what is under way be answered: at once for who is gone, within a moment for who is to go."""
        if not guest.ending.done():
            if guest.tasks:  # Its answers go nowhere, but it counts as there until the core has given them.
                await asyncio.wait(guest.tasks)
            return
        if guest.ending.result().code == CloseCode.SLOW_CONSUMER:
            return
        try:
            async with asyncio.timeout(self._limits.close_ns / SECOND_NS):
                await guest.until(0, 0)
        except TimeoutError:
            pass  # Its outcome is unknown to the client, who may ask again under the same names.

    # --------------------------------------------------------------------------------------- reading

    async def _read(self, guest: OrderGuest) -> None:
        limits = self._limits
        patience = _Patience(limits, self._clock.monotonic_ns())
        while not guest.ending.done():
            await guest.until(limits.batches - 1, limits.requests - 1)
            message = await guest.websocket.receive()
            if message["type"] == "websocket.disconnect":
                guest.was_cut = message.get("reason") == NO_PONG
                return
            text = message.get("text")
            codec = BINARY if text is None else TEXT
            data: str | bytes = message["bytes"] if text is None else text
            try:
                self._hear(guest, codec.decode(data), codec, patience)
            except ProblemRaised as error:
                self._refuse(guest, codec, error, codec.batch_id(data))
                if error.slug != "too-many-requests" and not patience.forgives(self._clock.monotonic_ns()):
                    guest.end(CloseCode.BAD_MESSAGE, f"too many messages were refused, the last: {error}")

    def _hear(self, guest: OrderGuest, said: FromClient, codec: Codec, patience: "_Patience") -> None:
        if not isinstance(said, Batch) and not patience.hears(self._clock.monotonic_ns()):
            raise ProblemRaised(
                "too-many-requests",
                f"more than {self._limits.messages_per_s} messages a second; this one was not acted on",
                remedy="send fewer",
            )
        if isinstance(said, Authenticate):
            self._log_in(guest, said.token)
        elif guest.principal is None:
            raise ProblemRaised(
                "not-logged-in",
                "the client has not said who it is",
                remedy='send {"op":"auth","token":...} first',
            )
        elif isinstance(said, Ping):
            self._say(guest, messages.pong(said.t))
        else:
            self._begin(guest, said, codec)

    def _begin(self, guest: OrderGuest, batch: Batch, codec: Codec) -> None:
        """Ask the core, without waiting; ProblemRaised where nothing was sent."""
        principal: Any = guest.principal
        if not self._authenticator.is_valid(principal, self._clock.now_ns()):
            guest.end(CloseCode.NOT_AUTHENTICATED, "the session has ended; log in again")
            return
        count = len(batch.requests)
        charge(self._context, self._declared, principal, count)
        judged = Judged(batch, principal)
        guest.begin(count)
        # Tasks begin in the order they are made in, and each has asked before it first waits.
        task = asyncio.get_running_loop().create_task(
            self._answer(guest, batch.id, judged, codec), name=f"orders-batch-{guest.id}"
        )
        guest.tasks.add(task)
        task.add_done_callback(partial(self._answered, guest))

    # ------------------------------------------------------------------------------------- answering

    async def _answer(self, guest: OrderGuest, batch_id: int, judged: Judged, codec: Codec) -> None:
        context, clock = self._context, self._clock
        started, request_id = clock.monotonic_ns(), context.next_request_id()
        decisions: tuple[Decision, ...] = ()
        message: Results | Refusal
        status = 200
        try:
            if judged.intents:
                decisions = (await ask(context, *judged.intents)).decisions
            results = judged.results(decisions, PATH, request_id, context.metrics)
            message = Results(batch_id, context.acknowledged_seq, results)
        except Trade2026Error as error:
            problem = to_problem(error)
            status = problem.kind.status
            message = _refusal(problem, request_id, batch_id)
            LOG.warning("batch %s of %s: %s", request_id, guest.id, problem.slug)
        guest.answer(codec.encode(message), judged.count)
        context.metrics.observe("WS", PATH, status, (clock.monotonic_ns() - started) / SECOND_NS)

    def _answered(self, guest: OrderGuest, task: "asyncio.Task[None]") -> None:
        guest.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            LOG.error("a batch of %s ended by a fault of ours", guest.id, exc_info=error)
            guest.end(CloseCode.FAULT, "a fault of ours; ask again under the same client order ids")

    def _refuse(self, guest: OrderGuest, codec: Codec, problem: ProblemRaised, batch_id: int | None) -> None:
        context = self._context
        self._say(guest, codec.encode(_refusal(problem, context.next_request_id(), batch_id)))
        context.metrics.observe("WS", PATH, problem.kind.status, 0.0)

    def _say(self, guest: OrderGuest, message: Payload) -> None:
        if not guest.say(message):
            guest.end(CloseCode.SLOW_CONSUMER, "slow consumer: answers are not taken; reconnect")


class _Patience:
    """How many messages that are no batch, and how many that cannot be used, are borne with."""

    def __init__(self, limits: OrderSocketLimits, now_ns: int) -> None:
        self._heard = TokenBucket(limits.message_burst, SECOND_NS // limits.messages_per_s, now_ns)
        self._faults = TokenBucket(limits.faults, limits.fault_span_ns // limits.faults, now_ns)

    def hears(self, now_ns: int) -> bool:
        """Whether another message is acted on."""
        return self._heard.take(now_ns)

    def forgives(self, now_ns: int) -> bool:
        """Whether a message that could not be used leaves the connection open."""
        return self._faults.take(now_ns)


def _refusal(problem: ProblemRaised, request_id: str, batch_id: int | None) -> Refusal:
    wait = problem.headers.get("Retry-After")
    return Refusal(problem.document(PATH, request_id), batch_id, None if wait is None else int(wait))
