"""One venue as the router sees it: sends while it can be trusted, and finds out what is true when it cannot.

Between router and line stands this session. It is closed until the venue's books and ours are squared, and it
closes again as soon as that is in doubt: new orders and replaces end with a report that says that they were
never sent, cancels go out, queries go on. A request without an answer is of unknown outcome; it is neither
sent again nor called rejected, the venue is asked.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from trade2026.model.commands import Command, RecordReconciliation, SetVenueSession
from trade2026.model.enums import Environment, VenueSessionState
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.ports.clock import Clock
from trade2026.ports.venue import LiveVenue, ReportSink
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.core import Core
from trade2026.trading.sequencer import RETRY_S, Spawn
from trade2026.trading.venues.acceptance import accept, find
from trade2026.trading.venues.budget import RateBudget
from trade2026.trading.venues.gate import Gate
from trade2026.trading.venues.outbox import Order
from trade2026.trading.venues.queries import Queries
from trade2026.trading.venues.requests import Requests, initial_requests
from trade2026.trading.venues.sane import GARBAGE
from trade2026.trading.venues.settling import Outcome, Settler
from trade2026.trading.venues.skew import Skew
from trade2026.trading.venues.words import DEFAULT_CONFIG, Draw, SessionConfig, Writer

_DOWN: Final = VenueSessionState.DOWN
_RECONCILING: Final = VenueSessionState.RECONCILING
_READY: Final = VenueSessionState.READY
_PAUSED: Final = VenueSessionState.PAUSED
_TICK_S: Final = 0.2
_AGAIN_S: Final = 0.5
"""Before the books are compared again because there was trouble while they were."""


def always(order: Order) -> str:
    """Nothing more keeps an order from being sent."""
    return ""


class VenueSession:
    """`ports.venue.Venue` over a `LiveVenue`; make it in the running loop, once the journal is recovered.

    Parameters
    ----------
    writer : Writer
        Over `core`.
    accounts : tuple of str
        Accounts that are held at this venue, and at no other.
    trades : callable
        Whether an instrument is one that this desk trades here.
    now : callable
        Trading time, for commands.
    random : Draw
        For the pauses between attempts to connect.
    note : callable
        Told, in a sentence, what a person should know and the journal has no word for.
    may_send : callable
        Asked when a new order or a replace leaves, beside what halts say: "" or why it may not.
    """

    def __init__(
        self,
        venue: LiveVenue,
        core: Core,
        writer: Writer,
        clock: Clock,
        spawn: Spawn,
        random: Draw,
        *,
        accounts: tuple[str, ...],
        trades: Callable[[str], bool],
        now: Callable[[], int],
        note: Callable[[str], None],
        may_send: Callable[[Order], str] = always,
        config: SessionConfig = DEFAULT_CONFIG,
    ) -> None:
        self._venue, self._core, self._writer, self._clock = venue, core, writer, clock
        self._spawn, self._random, self._accounts = spawn, random, accounts
        self._now, self._note, self._config = now, note, config
        terms, oms = venue.terms, core.engines.oms
        budget = RateBudget(terms)
        requests = Requests(oms, terms, initial_requests(oms, trades), clock.monotonic_ns())
        self._queries = Queries(
            venue, clock, budget, timeout_ns=config.answer_timeout_ns,
            orders_wait=lambda: self._gate.orders_wait, quarantine=self._quarantine,
        )  # fmt: skip
        self._skew = Skew(self._queries, clock, terms.max_clock_skew_ns)
        self._settler = Settler(
            core, self._queries, requests, terms, clock, accounts=accounts, trades=trades,
            post=writer.post, now=now, drain=self._drain, passes_max=config.passes_max,
            first_since_ns=config.first_since_ns,
        )  # fmt: skip
        self._gate = Gate(
            venue, core, clock, requests, budget, config.outbox, accounts=accounts, now=now,
            may_send=may_send, touch=self._settler.touch, tell=self._tell, note=note,
            clock_refusal=self._skew.refusal,
        )  # fmt: skip
        self._journaled: tuple[VenueSessionState, str] | None = None
        self._is_closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self.last: Outcome | None = None

    # ------------------------------------------------------------------------------ towards the router

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        return self._venue.name

    @property
    def environment(self) -> Environment:
        """What a fill here means."""
        return self._venue.environment

    @property
    def state(self) -> VenueSessionState:
        """How far the venue is trusted, at once: the journal follows."""
        return self._gate.state

    @property
    def text(self) -> str:
        """Why it is in that state."""
        return self._gate.text

    @property
    def quarantined(self) -> tuple[str, ...]:
        """The last messages of the venue that could not be used, and why."""
        return tuple(self._gate.quarantined)

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go; the stream itself begins with `start`."""
        self._gate.connect(sink)

    def submit(self, order: OrderApproved) -> None:
        """Send a new order, or end it with a report that it was not sent."""
        self._gate.put_order(order)

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms, or answer that it was not asked."""
        self._gate.put_order(request)

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel; while there is no line it waits for one."""
        self._gate.put_cancel(request)

    def reconcile_now(self, text: str) -> None:
        """Square the books anew; `text` says who wants it and why."""
        self._gate.doubt(text)

    def acceptance(self, account_id: str, kind: str, name: str, trader_id: str, text: str) -> Command:
        """The command that takes the venue's word for a difference of the last reconciliation.

        Raises
        ------
        InputError
            No such difference waits, or nothing of ours can settle it.
        """
        differences = () if self.last is None else self.last.differences
        found = find(differences, account_id, kind, name)
        return accept(self._core.engines, found, self._now(), self._clock.now_ns(), trader_id, text)

    # ------------------------------------------------------------------------------------ its life

    async def start(self) -> None:
        """Journal that the venue is not to be trusted yet, then connect in tasks of its own."""
        await self._enter(_DOWN, "starting")
        self._tasks = [
            self._spawn(self._run(), f"venue {self.name}"),
            self._spawn(self._watch(), f"watch of {self.name}"),
        ]
        if self._venue.terms.dead_man_ns:
            self._tasks.append(self._spawn(self._renew(), f"dead-man switch of {self.name}"))
        for task in self._tasks:
            task.add_done_callback(self._ended)

    async def close(self) -> None:
        """A planned stop: disarm the dead-man switch, close the line; what is open at the venue stays."""
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        was_connected = not self._gate.is_lost
        self._stop("stopped")
        if was_connected and self._venue.terms.dead_man_ns:
            await self._arm(0)
        await self._close_line()
        self._tell(SetVenueSession(self._now(), self.name, _DOWN, "stopped"))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Without its tasks nothing would be noticed any more: a session that has lost one sends nothing."""
        if self._is_closing or task.cancelled():
            return
        self._stop(f"{task.get_name()} ended: {task.exception()!r}")
        self._tell(SetVenueSession(self._now(), self.name, _DOWN, self._gate.text))

    def _stop(self, text: str) -> None:
        self._gate.doubt(text)
        self._gate.stop()
        self._gate.state, self._gate.text = _DOWN, text

    async def _run(self) -> None:
        pause_ns = self._config.retry_min_ns
        while True:
            opened_at = self._clock.monotonic_ns()
            text = await self._open_line()
            if not text:
                text = await self._live()
                if self._clock.monotonic_ns() - opened_at > self._config.retry_max_ns:
                    pause_ns = self._config.retry_min_ns
            self._gate.open_for_cancels(is_open=False)
            await self._enter(_DOWN, text)
            await self._close_line()
            await asyncio.sleep(pause_ns * (0.5 + self._random.random() / 2) / SECOND_NS)
            pause_ns = min(2 * pause_ns, self._config.retry_max_ns)

    async def _open_line(self) -> str:
        """Connect the stream, whose reports are kept back from its first on; why not, or ""."""
        gate = self._gate
        gate.hold()
        gate.take_cause()
        gate.is_lost = False
        gate.heard_at = self._clock.monotonic_ns() + self._config.retry_max_ns  # No silence while it opens.
        try:
            async with asyncio.timeout(self._config.retry_max_ns / SECOND_NS):
                await self._venue.open()
        except TimeoutError:
            gate.is_lost = True
            return "no line: it did not open in time"
        except (OperatingError, *GARBAGE) as error:
            gate.is_lost = True
            return f"no line: {error}"
        gate.heard_at = self._clock.monotonic_ns()
        return ""

    async def _close_line(self) -> None:
        self._gate.is_lost = True
        try:
            async with asyncio.timeout(self._config.answer_timeout_ns / SECOND_NS):
                await self._venue.close()
        except (OperatingError, *GARBAGE) as error:
            self._note(f"{self.name}: the line did not close well: {error}")

    async def _live(self) -> str:
        """From a line that opened to its loss; says why it was lost."""
        gate = self._gate
        await self._enter(_RECONCILING, "connected")
        gate.open_for_cancels(is_open=True)
        if self._venue.terms.dead_man_ns:
            await self._arm(self._venue.terms.dead_man_ns)
        while not gate.is_lost:
            if cause := gate.take_cause():
                await self._enter(_RECONCILING, cause)
            try:
                text = await self._square()
            except OperatingError as error:
                if not self._writer.is_open:
                    raise
                await self._enter(_RECONCILING, f"the books cannot be squared: {error}")
                await self._pause(self._config.check_every_ns)
                continue
            if gate.trouble.is_set():
                await asyncio.sleep(_AGAIN_S)
                continue
            if text:
                await self._enter(_PAUSED, text)
                await self._pause(self._config.paused_retry_ns)
            else:
                await self._enter(_READY, "the books are squared")
                await self._care()
        return gate.take_cause()

    async def _square(self) -> str:
        """Compare the clocks, then the books; why the session has to pause, or ""."""
        refusal = await self._skew.measure()
        if refusal:
            return refusal
        self._settler.venue_offset_ns = self._skew.venue_offset_ns
        self._gate.hold()
        try:
            outcome = await self._settler.reconcile()
        finally:
            if self._writer.is_open:
                self._gate.release()
        is_same = self._gate.state is _PAUSED and outcome == self.last
        self.last = outcome
        if not is_same:
            await self._journal(
                RecordReconciliation(
                    self._now(), self.name, outcome.passes, outcome.is_converged, outcome.orders,
                    outcome.executions, outcome.differences,
                )
            )  # fmt: skip
        return outcome.text

    async def _care(self) -> None:
        """Compare now and then, until there is trouble."""
        clock_at = holdings_at = self._clock.monotonic_ns()
        while True:
            await self._pause(self._config.check_every_ns)
            if self._gate.trouble.is_set():
                return
            now = self._clock.monotonic_ns()
            try:
                text = await self._settler.check(self._config.grace_ns)
                if not text and now - clock_at >= self._config.clock_every_ns:
                    clock_at = now
                    text = await self._skew.measure()
                    self._settler.venue_offset_ns = self._skew.venue_offset_ns
                if not text and now - holdings_at >= self._config.holdings_every_ns:
                    holdings_at = now
                    text = await self._settler.check_holdings()
            except OperatingError as error:
                if not self._writer.is_open:
                    raise
                text = f"the venue cannot be asked: {error}"
            if text:
                self._gate.doubt(text)

    async def _pause(self, wait_ns: int) -> None:
        """Until there is trouble, at most so long."""
        try:
            async with asyncio.timeout(wait_ns / SECOND_NS):
                await self._gate.trouble.wait()
        except TimeoutError:
            return

    async def _watch(self) -> None:
        """What time alone brings: answers that do not come, a stream without a word, a clock that is set."""
        heartbeat_ns, gate = self._venue.terms.heartbeat_ns, self._gate
        while True:
            await asyncio.sleep(_TICK_S)
            gate.mark_overdue(self._config.answer_timeout_ns)
            if gate.is_lost:
                continue
            silence = self._clock.monotonic_ns() - gate.heard_at
            if heartbeat_ns and silence > heartbeat_ns + heartbeat_ns // 2:
                gate.lose(f"the stream has said nothing for {silence / SECOND_NS:.1f} s")
            elif gate.state is _READY and (refusal := self._skew.refusal()):
                gate.doubt(refusal)

    async def _renew(self) -> None:
        """Keep the dead-man switch from canceling what is open, while there is a line and we are alive."""
        timeout_ns = self._venue.terms.dead_man_ns
        while True:
            await asyncio.sleep(timeout_ns / 4 / SECOND_NS)
            if not self._gate.is_lost:
                await self._arm(timeout_ns)

    async def _arm(self, timeout_ns: int) -> None:
        for account_id in self._accounts:
            try:
                await self._queries.renew_dead_man(account_id, timeout_ns)
            except OperatingError as error:
                self._note(f"{self.name}: the dead-man switch of {account_id} was not renewed: {error}")

    # ------------------------------------------------------------------------------------ the journal

    async def _enter(self, state: VenueSessionState, text: str) -> None:
        """Be in a state and journal it; in READY before the journal says so, since nothing is sent sooner."""
        self._gate.state, self._gate.text = state, text
        if self._journaled != (state, text):
            self._journaled = state, text
            await self._journal(SetVenueSession(self._now(), self.name, state, text))

    async def _journal(self, command: Command) -> None:
        while True:
            try:
                await self._writer.post(command)
                return
            except OperatingError as error:
                if not error.retryable:
                    raise
            await asyncio.sleep(RETRY_S)

    def _tell(self, command: Command) -> None:
        if self._writer.is_open:
            self._writer.tell(command)

    def _quarantine(self, text: str) -> None:
        self._gate.quarantine(f"an answer cannot be read: {text}")

    async def _drain(self) -> bool:
        """Journal what the stream said while the books were squared; whether it changed anything."""
        held = self._gate.take_held()
        return await self._settler.feed(held) if held else False
