"""Runs one strategy over recorded data through the real trading core, one market event at a time.

At each event, in this order: time moves and with it whatever the venue and the timers have due before
it; the venue fills by the event; the strategy hears of its fills; then it sees the event and decides;
what it asked is made durable and sent. An order decided on an event therefore meets the next one at the
earliest. At the end of each session marks are journaled and equity is struck from them.
"""

import hashlib
from collections.abc import Callable, Sequence
from heapq import heappop
from typing import Any

from trade2026.model.commands import (
    CancelOrder,
    Command,
    ReportExecution,
    SetTradingState,
    StopRun,
    SubmitOrder,
)
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import (
    Event,
    OrderApproved,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderRefused,
    TradeBooked,
)
from trade2026.model.execution import ExecutionReport
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.strategy import Strategy
from trade2026.primitives.errors import InputError
from trade2026.simulation.backtest import guard
from trade2026.simulation.backtest.accounting import Accounting
from trade2026.simulation.backtest.config import BacktestConfig
from trade2026.simulation.backtest.context import RunContext
from trade2026.simulation.backtest.market import History, Sessions
from trade2026.simulation.backtest.result import BacktestResult, StrategyError
from trade2026.simulation.backtest.setup import set_up
from trade2026.simulation.paper import PaperVenue
from trade2026.trading.core import Core
from trade2026.trading.emulator import Emulator, Watched
from trade2026.trading.journal import Journal
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer

_PROGRESS_EVERY = 2_000


class Backtest:
    """One run; `run` once.

    Parameters
    ----------
    strategy_id : str
        Names the strategy in every order, and is the trader entitled to the account.
    venue : PaperVenue
        Made for the environment BACKTEST and all instruments of the source.
    journal : Journal
        Of a fresh folder; the caller closes it.
    progress : callable or None
        Told (events done, trading time) now and then.
    should_stop : callable or None
        Asked now and then; once true the run ends early, in good order.
    """

    def __init__(
        self,
        strategy: Strategy,
        strategy_id: str,
        source: MarketDataSource,
        calendars: CalendarProvider,
        venue: PaperVenue,
        journal: Journal,
        config: BacktestConfig,
        *,
        progress: Callable[[int, int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:
        self._strategy = strategy
        self._strategy_id = strategy_id
        self._source = source
        self._config = config
        self._progress = progress
        self._should_stop = should_stop
        self._venue = venue
        self._reports: list[ExecutionReport] = []
        venue.connect(self._reports.append)
        instruments = {i.instrument_id: i for i in source.instruments()}
        router = Router(venue.environment)
        router.connect(tuple(instruments), venue)
        self._sequencer = Sequencer(Core(), journal, router)
        core = self._sequencer.core
        self._emulator = Emulator(core.engines.oms)
        sessions = Sessions(instruments, calendars, source.describe().bar_interval_ns)
        self._sessions = sessions
        self._history = History(tuple(instruments), strategy.history_length)
        self._context = RunContext(
            core, config.account_id, strategy_id, instruments, sessions, self._history, self._execute,
            config.requests_at_once_max,
        )  # fmt: skip
        self._accounting = Accounting(core, config, self._execute, source.describe().bar_interval_ns)
        self._callbacks = overridden(strategy)
        self._is_dirty = False
        self._session_end = 0
        self._counts = [0, 0, 0, 0]  # Market events; orders approved, refused or denied, expired.
        self._error: StrategyError | None = None

    def run(self) -> BacktestResult:
        """Play the whole period.

        Raises
        ------
        InputError
            There is no market event in the period, or the data has a value that cannot be used.
        StoreUnavailable
            The journal cannot be written.
        """
        stopped = False
        for batch in self._source.batches(self._config.start_ns, self._config.end_ns):
            if not batch:
                continue
            if self._counts[0] == 0:
                self._begin(batch[0])
            for start in range(0, len(batch), _PROGRESS_EVERY):
                self._play(batch[start : start + _PROGRESS_EVERY])
                if self._progress is not None:
                    self._progress(self._counts[0], self._context.now)
                if self._should_stop is not None and self._should_stop():
                    stopped = True
                    break
            if stopped:
                break
        if self._counts[0] == 0:
            raise InputError("the data has no market event in the period; widen --from and --to")
        self._end(stopped)
        return self._result(stopped)

    # The life of a run.

    def _begin(self, first: MarketEvent) -> None:
        now = first.ts_event
        self._context.now = now
        set_up(self._execute, self._config, self._strategy_id, self._source, now)
        self._accounting.open(now - max(self._source.describe().bar_interval_ns, 1))
        self._session_end = self._sessions.end_of_period(now)
        self._call("on_start")
        self._settle()

    def _play(self, events: Sequence[MarketEvent]) -> None:
        """The hot loop: everything that happens at each market event."""
        context, venue, latest = self._context, self._venue, self._context.latest
        history, reports, callbacks = self._history, self._reports, self._callbacks
        on_bar, on_quote, on_trade = (callbacks.get(name) for name in ("on_bar", "on_quote", "on_trade"))
        triggers = self._emulator.triggers
        for event in events:
            ts = event.ts_event
            if ts != context.now:
                self._move_to(ts)
            if type(event) is Quote:
                venue.on_quote(event)
                latest[event.instrument_id] = ((event.bid_price + event.ask_price) // 2, ts)
                callback = on_quote
            elif type(event) is Bar:
                venue.on_bar(event)
                latest[event.instrument_id] = (event.close, ts)
                history.append(event)
                callback = on_bar
            else:
                assert type(event) is Trade, f"not a market event: {type(event)}"
                venue.on_trade(event)
                latest[event.instrument_id] = (event.price, ts)
                callback = on_trade
            if reports:
                self._take_reports()
            if triggers:
                self._watch(self._emulator.on_event(event, ts))
            if callback is not None and self._error is None:  # It may have failed in any callback.
                error = guard.call(context, callback, event)
                if error is not None:
                    self._stop_strategy(error)
            if self._is_dirty:
                self._settle()
        self._counts[0] += len(events)

    def _end(self, stopped: bool) -> None:
        self._fire_timers_at(self._context.now)
        now = self._context.now
        text = "stopped early" if stopped else "end of data"
        self._execute(
            SetTradingState(
                now, Scope.STRATEGY, self._strategy_id, TradingState.HALTED, self._strategy_id, text
            )
        )
        self._call("on_stop")
        self._settle()
        self._venue.stop()
        self._take_reports()
        self._settle()
        self._accounting.strike(now, self._context.latest)
        self._execute(StopRun(now, self._config.run_id, self._input_sha256(), text))
        self._settle()

    # Time.

    def _move_to(self, ts: int) -> None:
        """Let everything happen that is due before `ts`: session ends, arrivals at the venue, timers."""
        context = self._context
        while True:
            due = self._venue.next_event_time()
            timers = context.timers
            if timers and timers[0][0] < ts and (due is None or timers[0][0] < due):
                self._strike_between(timers[0][0])
                context.now = max(context.now, timers[0][0])
                self._fire_timers_at(timers[0][0])
            elif due is not None and due < ts:
                self._strike_between(due)
                context.now = max(context.now, due)
                self._venue.advance(due)
                self._take_reports()
                if self._is_dirty:
                    self._settle()
            else:
                break
        self._strike_before(ts)
        context.now = ts
        if self._emulator.timed:
            self._watch(self._emulator.on_time(ts))

    def _strike_before(self, ts: int) -> None:
        if ts > self._session_end:
            self._accounting.strike(self._context.now, self._context.latest)
            self._settle()
            self._session_end = self._sessions.end_of_period(ts)

    def _strike_between(self, ts: int) -> None:
        """As `_strike_before` for something that is no market event: it ends no period that is a bar."""
        if not self._sessions.bars_are_periods:
            self._strike_before(ts)

    def _fire_timers_at(self, at: int) -> None:
        timers = self._context.timers
        while timers and timers[0][0] <= at:
            name = heappop(timers)[2]
            self._call("on_timer", name)
            if self._is_dirty:
                self._settle()

    # Commands and reports.

    def _execute(self, command: Command) -> tuple[Event, ...]:
        self._is_dirty = True
        events = self._sequencer.execute(command)
        if not events:
            return events
        kind = type(events[0])
        if kind is OrderApproved or kind is OrderHeld:
            self._counts[1] += 1
        elif (kind is OrderRefused or kind is OrderDenied) and type(command) is SubmitOrder:
            self._counts[2] += 1
        return events

    def _settle(self) -> None:
        """Make what was decided durable (as far as the journal is), and send it."""
        self._is_dirty = False
        self._sequencer.flush()

    def _take_reports(self) -> None:
        """Put the venue's reports to the core, and tell the strategy what became of its orders."""
        reports = self._reports
        on_fill, on_order_event = self._callbacks.get("on_fill"), self._callbacks.get("on_order_event")
        while reports:
            batch = reports[:]
            reports.clear()
            for report in batch:
                events = self._execute(ReportExecution(self._context.now, report))
                event = events[0]
                if type(event) is OrderFilled:
                    booked = events[1]
                    assert type(booked) is TradeBooked
                    self._accounting.book(event, booked)
                    self._tell(on_fill, event)
                    rest = events[2:]
                else:
                    self._counts[3] += type(event) is OrderExpired
                    self._tell(on_order_event, event)
                    rest = events[1:]
                for further in rest:  # What the report means for other orders of a list.
                    self._tell(on_order_event, further)

    def _tell(self, callback: Callable[..., None] | None, event: Event) -> None:
        if callback is not None and self._error is None:
            error = guard.call(self._context, callback, event)
            if error is not None:
                self._stop_strategy(error)

    def _watch(self, commands: Sequence[Watched]) -> None:
        """Release, move and end what the core holds, and send what that releases."""
        on_order_event = self._callbacks.get("on_order_event")
        for command in commands:
            for event in self._execute(command):
                self._counts[3] += type(event) is OrderExpired
                self._tell(on_order_event, event)
        if self._is_dirty:
            self._settle()

    # The strategy.

    def _call(self, name: str, *arguments: Any) -> None:
        callback = self._callbacks.get(name)
        if callback is None or self._error is not None:
            return
        error = guard.call(self._context, callback, *arguments)
        if error is not None:
            self._stop_strategy(error)

    def _stop_strategy(self, error: StrategyError) -> None:
        """Halt it, cancel its orders, and go on without it."""
        self._error = error
        self._callbacks.clear()
        self._context.timers.clear()
        now = self._context.now
        self._execute(
            SetTradingState(
                now, Scope.STRATEGY, self._strategy_id, TradingState.HALTED, self._strategy_id,
                f"{error.callback} raised {error.message}"[:500],
            )
        )  # fmt: skip
        for order in self._context.open_orders():
            client_order_id = f"{self._strategy_id}-stop-{order.order_id}"
            self._execute(
                CancelOrder(now, self._config.account_id, client_order_id, self._strategy_id, order.order_id)
            )

    # The result.

    def _input_sha256(self) -> str:
        data = self._source.describe().sha256
        start, end = self._config.start_ns, self._config.end_ns
        return hashlib.sha256(f"{data}|{start}|{end}|{self._counts[0]}".encode()).hexdigest()

    def _result(self, stopped: bool) -> BacktestResult:
        events, orders, refusals, expired = self._counts
        text = f"{expired} of {orders} orders expired at their session's close before they were filled."
        return BacktestResult(
            core=self._sequencer.core,
            account_id=self._config.account_id,
            events=events,
            orders=orders,
            refusals=refusals,
            samples=tuple(self._accounting.samples),
            fills=tuple(self._accounting.fills),
            notes=(*self._venue.notes(), *self._accounting.notes(), *((text,) if expired else ())),
            log=tuple(self._context.messages),
            strategy_error=self._error,
            stopped=stopped,
        )


_CALLBACKS = (
    "on_start", "on_bar", "on_quote", "on_trade", "on_fill", "on_order_event", "on_timer", "on_stop",
)  # fmt: skip


def overridden(strategy: Strategy) -> dict[str, Callable[..., None]]:
    """The callbacks the strategy has of its own; the others cost nothing."""
    return {
        name: getattr(strategy, name)
        for name in _CALLBACKS
        if getattr(type(strategy), name) is not getattr(Strategy, name)
    }
