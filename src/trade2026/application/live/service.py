"""The trading core as a service: intents in, decisions out once they are durable, market data through.

One loop owns everything here. What other processes ask is stamped with trading time, reference price and
session, posted to the sequencer and answered after the sync. A step of the feed first meets the venue, then
its marks are journaled, and when both are durable the others are told.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from trade2026.application.live.feeds import Feed
from trade2026.application.live.gathering import Gathering, failed
from trade2026.application.live.halting import cancel_all, working_orders
from trade2026.application.live.paper import LivePaperVenue
from trade2026.application.live.venues import Reconcilable, VenueDesk
from trade2026.application.local_halt import cancels_of
from trade2026.model.commands import (
    CancelOrder,
    Command,
    RecordClock,
    RecordMarks,
    ReplaceOrder,
    ReportExecution,
    SetEntitlement,
    SetTradingState,
    StartRun,
    StopRun,
    SubmitOrder,
)
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import Environment, Scope, TradingState
from trade2026.model.events import CommandDenied, Event
from trade2026.model.execution import ExecutionReport
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import (
    Answered,
    CancelAllIntent,
    CancelIntent,
    CoreStatus,
    Decision,
    FeedAction,
    FeedStatus,
    Intent,
    Market,
    PreviewIntent,
    ReplaceIntent,
    SetEntitlementIntent,
    SetTradingStateIntent,
    StartRunIntent,
    StopRunIntent,
    SubmitIntent,
)
from trade2026.ports.venue import Venue
from trade2026.ports.venue_intents import AcceptDifferenceIntent, ReconcileIntent
from trade2026.ports.working_orders import WorkingOrders
from trade2026.primitives.errors import InputError, OperatingError, Trade2026Error
from trade2026.primitives.time import MINUTE_NS, SECOND_NS
from trade2026.simulation.backtest.market import Sessions
from trade2026.simulation.paper import PaperVenue
from trade2026.trading.core import Core
from trade2026.trading.emulator import Emulator
from trade2026.trading.journal import Journal
from trade2026.trading.sender import Sender
from trade2026.trading.sequencer import RETRY_S, BatchingSequencer, Spawn

_CLOCK_EVERY_NS: Final = SECOND_NS
"""How far the real clock moves on before it is journaled again, where there is anything to journal."""

_PAPER: Final = Environment.PAPER


class LiveDesk:
    """`ports.core_link.CoreService` over one core; make it inside the running loop, then `open` it.

    Parameters
    ----------
    sequencer : BatchingSequencer
        The only writer, over `core` and `journal`.
    venue, edge : LivePaperVenue, Venue
        The venue, and what stands before it for the router; its reports are taken here.
    tell : callable
        Passes on what everybody is to hear.
    """

    def __init__(
        self,
        core: Core,
        journal: Journal,
        sequencer: BatchingSequencer,
        venue: LivePaperVenue,
        inner: PaperVenue,
        edge: Venue,
        sessions: Sessions,
        clock: Clock,
        code_version: str,
        *,
        pid: int,
        recovered_frames: int,
        spawn: Spawn,
        tell: Callable[[Market | FeedStatus], None],
    ) -> None:
        self._core = core
        self._journal = journal
        self._sequencer = sequencer
        self._venue, self._inner = venue, inner
        self._venues = VenueDesk(sequencer.post)
        self._sessions = sessions
        self._clock = clock
        self._code_version = code_version
        self._pid = pid
        self._recovered_frames = recovered_frames
        self._spawn = spawn
        self._tell = tell
        self._started_ns = clock.now_ns()
        self._wall_ns = 0  # As last journaled.
        self._latest: dict[str, tuple[int, int]] = {}
        self._emulator = Emulator(core.engines.oms)
        self._feed: Feed | None = None
        self._now = 0
        self._marks_due = 0
        self._has_reported = False
        edge.connect(self.report)

    # ------------------------------------------------------------------------------------ opening

    def set_time(self, now: int, latest: Mapping[str, tuple[int, int]]) -> None:
        """Trading time and last prices as of the journal's end."""
        self._now = self._venue.now = now
        self._latest = dict(latest)

    async def open(self, commands: Iterable[Command]) -> None:
        """Journal what the desk begins with; raises InputError with the core's words when one is denied."""
        self._note_clock()
        answers = [self._sequencer.post(command) for command in commands]
        for events in await asyncio.gather(*answers):
            event = events[0]
            if isinstance(event, CommandDenied):
                raise InputError(
                    f"the desk cannot open: {event.text}. What has to be done in a running desk first is "
                    f"done with the configuration of before"
                )

    def attach(self, feed: Feed) -> None:
        """Take the feed that will be run with `step`."""
        self._feed = feed

    def attach_venues(self, sessions: Mapping[str, Reconcilable]) -> None:
        """Take the sessions with venues behind a line, by venue."""
        self._venues.sessions = sessions

    # ------------------------------------------------------------------------------------ the feed

    async def step(self, ts: int, events: tuple[MarketEvent, ...], summed_up: tuple[Bar, ...] = ()) -> None:
        """All market events of one time: venue first, then marks, then everybody else.

        What `summed_up` has is passed on and sets nothing off: it happened before.
        """
        self._note_clock()
        self._has_reported = False
        self._now = self._venue.now = ts
        inner, latest, emulator = self._inner, self._latest, self._emulator
        if emulator.timed:  # They end before what happens now: the venue hears of it first.
            await asyncio.gather(*map(self._sequencer.post, emulator.on_time(ts)))
        touched: dict[str, tuple[int, int]] = {}
        for event in events:
            if type(event) is Bar:
                inner.on_bar(event)
                price = event.close
            elif type(event) is Quote:
                inner.on_quote(event)
                price = (event.bid_price + event.ask_price) // 2
            else:
                assert type(event) is Trade, f"not a market event: {type(event)}"
                inner.on_trade(event)
                price = event.price
            touched[event.instrument_id] = (price, ts)
            if emulator.triggers:
                self._watch(emulator.on_event(event, ts))
        latest.update(touched)
        if ts >= self._marks_due:
            # A minute of trading time at the least: bars of a minute and more are marked one by one.
            self._marks_due = ts + MINUTE_NS
            await self._journal_step(RecordMarks(ts, "feed", self._marks()))
        elif self._has_reported:
            # Answered when the venue's reports before it are durable, which those told rely on.
            await self._journal_step(RecordClock(ts, self._clock.now_ns()))
        self._tell(Market(self._journal.durable_seq, ts, (*events, *summed_up)))

    def _watch(self, commands: Iterable[Command]) -> None:
        """Release, move and end what the core holds."""
        for command in commands:
            self._has_reported = True
            self._sequencer.tell(command)

    async def _journal_step(self, command: Command) -> None:
        """Journal what ends a step; a full disk holds the feed up until it has room, and ends nothing."""
        while True:
            try:
                await self._sequencer.post(command)
                return
            except OperatingError as error:
                if not error.retryable:
                    raise
            await asyncio.sleep(RETRY_S)

    def _marks(self) -> tuple[Mark, ...]:
        """The last price of everything whose price has changed since the last marks."""
        known = self._core.engines.ledger.marks
        return tuple(
            Mark(name, *last) for name, last in sorted(self._latest.items()) if known.get(name) != last
        )

    @property
    def now(self) -> int:
        """Trading time, UTC nanoseconds."""
        return self._now

    def report(self, report: ExecutionReport) -> None:
        """Take a venue's report; for a venue that has to be asked, and for paper."""
        if not self._sequencer.is_open:  # The next start sends again what has no answer in the journal.
            return
        self._has_reported = True
        self._sequencer.tell(ReportExecution(self._now, report))

    def tell_status(self, status: FeedStatus) -> None:
        """Pass a change of the feed on."""
        self._tell(status)

    # ------------------------------------------------------------------------------------ requests

    def ask(self, intents: tuple[Intent, ...], answered: Answered) -> None:
        """Decide and journal; `answered` is called once, when all of it is durable or has failed."""
        self._note_clock()
        if any(type(intent) is CancelAllIntent for intent in intents):
            self._spawn(self._ask_in_order(intents, answered), "ask")
            return
        Gathering(self, intents, answered)

    async def _ask_in_order(self, intents: tuple[Intent, ...], answered: Answered) -> None:
        """Intents of which one looks orders up: each waits until those before it are decided."""
        decisions: list[Decision] = []
        for intent in intents:
            if type(intent) is CancelAllIntent:
                decisions.append(await self._cancel_all(intent))
            else:
                done: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
                Gathering(self, (intent,), partial(_give_one, done))
                decisions.append(await done)
        answered(self._journal.durable_seq, tuple(decisions))

    async def _cancel_all(self, intent: CancelAllIntent) -> Decision:
        try:
            return await cancel_all(self._core, self._sequencer, intent, self._now)
        except Trade2026Error as error:
            return failed(error)

    def halt_everything(self, trader_id: str, text: str, halted: Answered) -> None:
        """Halt all trading and cancel every open order, for whoever has no line; told as `ask` tells."""
        state = SetTradingStateIntent(Scope.GLOBAL, "", TradingState.HALTED, trader_id, text)
        self.ask((state, cancels_of(Scope.GLOBAL, "", f"halt-{self._journal.last_seq}")), halted)

    def post(self, intent: Intent, sender: Sender) -> "asyncio.Future[tuple[Event, ...]] | Decision | None":
        """Post the command of an intent, whose sender is told; else what to wait for, or the answer."""
        try:
            make = self._commands.get(type(intent))
            if make is not None:
                self._sequencer.post_for(make(self, intent), sender)
                return None
            if type(intent) is PreviewIntent:
                return Decision(self._sequencer.preview(self._submit(intent.submit)))
            assert type(intent) is ReconcileIntent or type(intent) is AcceptDifferenceIntent
            return self._venues.ask(intent)
        except Trade2026Error as error:
            return failed(error)

    def _submit(self, intent: SubmitIntent) -> SubmitOrder:
        instrument_id, now = intent.instrument_id, self._now
        price, price_ts = self._latest.get(instrument_id, (None, 0))
        session_open, session_close = self._bounds(instrument_id)
        return SubmitOrder(
            now, intent.account_id, intent.client_order_id, intent.trader_id, intent.strategy_id, _PAPER,
            instrument_id, intent.side, intent.order_type, intent.time_in_force, intent.order_qty,
            intent.limit_price, price, price_ts, session_open, session_close, intent.instructions,
        )  # fmt: skip

    def _bounds(self, instrument_id: str) -> tuple[int, int]:
        """The session; none for an instrument that the data lacks, now or since ever."""
        if not self._sessions.knows(instrument_id):
            return 0, 0
        return self._sessions.bounds(instrument_id, self._now)

    def _cancel(self, intent: CancelIntent) -> CancelOrder:
        return CancelOrder(
            self._now, intent.account_id, intent.client_order_id, intent.trader_id, intent.order_id
        )

    def _replace(self, intent: ReplaceIntent) -> ReplaceOrder:
        order = self._core.engines.oms.orders.get(intent.order_id)
        instrument_id = "" if order is None else order.instrument_id
        price, price_ts = self._latest.get(instrument_id, (None, 0))
        session_open, session_close = self._bounds(instrument_id)
        return ReplaceOrder(
            self._now, intent.account_id, intent.client_order_id, intent.trader_id, intent.order_id,
            intent.order_qty, intent.limit_price, price, price_ts, session_open, session_close,
            intent.trigger_price,
        )  # fmt: skip

    def _set_state(self, intent: SetTradingStateIntent) -> SetTradingState:
        return SetTradingState(
            self._now, intent.scope, intent.target, intent.state, intent.trader_id, intent.text
        )

    def _entitle(self, intent: SetEntitlementIntent) -> SetEntitlement:
        return SetEntitlement(self._now, intent.account_id, intent.trader_id, intent.entitled)

    def _start_run(self, intent: StartRunIntent) -> StartRun:
        return StartRun(self._now, intent.run_id, _PAPER, self._code_version, intent.details)

    def _stop_run(self, intent: StopRunIntent) -> StopRun:
        return StopRun(self._now, intent.run_id, intent.input_sha256, intent.text)

    _commands: Final[dict[type, Callable[..., Command]]] = {
        SubmitIntent: _submit,
        CancelIntent: _cancel,
        ReplaceIntent: _replace,
        SetTradingStateIntent: _set_state,
        SetEntitlementIntent: _entitle,
        StartRunIntent: _start_run,
        StopRunIntent: _stop_run,
    }

    def _note_clock(self) -> None:
        """Journal the real clock ahead of what comes now, unless it was a moment ago."""
        wall = self._clock.now_ns()
        if abs(wall - self._wall_ns) >= _CLOCK_EVERY_NS and self._sequencer.failure is None:
            self._wall_ns = wall
            self._sequencer.tell(RecordClock(self._now, wall))

    # ------------------------------------------------------------------------------------ the rest

    @property
    def durable_seq(self) -> int:
        """Number of the last durable frame."""
        return self._journal.durable_seq

    def working(self, scope: Scope, target: str) -> WorkingOrders:
        """Which orders of a scope are not done."""
        return working_orders(self._core, scope, target, self._journal.last_seq)

    def control_feed(self, action: FeedAction, speed: float) -> FeedStatus:
        """Steer the replay; the answer's `error` says why not."""
        assert self._feed is not None, "attach comes before the line is opened"
        return self._feed.control(action, speed)

    def status(self) -> CoreStatus:
        """How it is."""
        assert self._feed is not None, "attach comes before the line is opened"
        journal = self._journal
        return CoreStatus(
            0, self._pid, self._code_version, _PAPER, self._started_ns, self._clock.now_ns(),
            journal.last_seq, journal.durable_seq, journal.has_room_for_orders, self._recovered_frames,
            self._feed.status(), *journal.room.level(),
        )  # fmt: skip


def _give_one(done: "asyncio.Future[Decision]", seq: int, decisions: tuple[Decision, ...]) -> None:
    done.set_result(decisions[0])
