"""Runs one strategy live: the market and the journal in, callbacks in a backtest's order, requests out.

For each step of the feed: what was decided and what is due before it, in order of time; then its events one
by one, each after the fills it led to; then the timers of its time. A request is answered before the next
line of the strategy runs, and what the strategy sees then holds all that was decided up to the answer.
"""

import hashlib
from collections.abc import Callable
from heapq import heappop
from typing import Any, Final

import msgspec

from trade2026.application.runner.context import LiveContext, Requests
from trade2026.application.runner.follower import Follower
from trade2026.application.runner.replica import Replica
from trade2026.application.runner.reports import Ended, Report, Seen
from trade2026.application.strategy_runs import halt_intents
from trade2026.model.events import OrderFilled
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import Advanced, BlockingCoreClient, FeedStatus, Market
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.strategy import Strategy
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import SECOND_NS, format_ns
from trade2026.simulation.backtest import StrategyError, guard
from trade2026.simulation.backtest.driver import overridden
from trade2026.simulation.backtest.market import History, Sessions

_PATIENCE_NS: Final = 10 * SECOND_NS
_REPORT_EVERY_NS: Final = SECOND_NS


class StrategyHost:
    """One strategy on one line; `run` once.

    Parameters
    ----------
    run_id, account_id : str
        The run, by whose name it trades, and the account it trades for.
    line : BlockingCoreClient
        Made with market data and follow.
    source : MarketDataSource
        What the desk replays: history is read from it.
    input_sha256 : str
        Hash at which an earlier process of the run ended; "" for the first.
    say : callable
        Keeps (trading time, text).
    report : callable
        Tells the runner.
    """

    def __init__(
        self,
        strategy: Strategy,
        run_id: str,
        account_id: str,
        line: BlockingCoreClient,
        replica: Replica,
        source: MarketDataSource,
        calendars: CalendarProvider,
        clock: Clock,
        *,
        input_sha256: str = "",
        say: Callable[[int, str], None],
        report: Callable[[Report], None],
    ) -> None:
        replica.catch_up()
        ledger = replica.core.engines.ledger
        if account_id not in ledger.accounts:
            raise InputError(f"account_id must be an open account, was {account_id!r}")
        self._run_id = run_id
        self._line = line
        self._source = source
        self._clock = clock
        self._say = say
        self._report_to = report
        self._follower = Follower(replica, run_id)
        instruments = {i.instrument_id: ledger.instruments[i.instrument_id] for i in source.instruments()}
        self._history = History(tuple(instruments), strategy.history_length)
        self._context = LiveContext(
            replica.core, account_id, run_id, instruments,
            Sessions(instruments, calendars, source.describe().bar_interval_ns), self._history,
            Requests(line, self._follower.see), say, replica.seq,
        )  # fmt: skip
        self._callbacks = overridden(strategy)
        self._error: StrategyError | None = None
        self._started_ns = 0  # Trading time at the start: data up to then is history.
        self._is_live = False
        self._hash = hashlib.sha256(input_sha256.encode())
        self._encode = msgspec.msgpack.Encoder().encode
        self._reported_ns = 0

    @property
    def now(self) -> int:
        """Trading time as the strategy knows it."""
        return self._context.now

    @property
    def is_ending(self) -> bool:
        """Whether the run is over, on request or by a fault."""
        return self._error is not None or self._follower.is_halted

    # ------------------------------------------------------------------------------------ its life

    def run(self) -> StrategyError | None:
        """Until the run is halted or the strategy raises; what it raised.

        Raises
        ------
        OperatingError
            The line to the core is lost; start again when the core is back.
        """
        self.begin()
        while not self.is_ending:
            self.hear(_REPORT_EVERY_NS)
        return self.end()

    def begin(self) -> None:
        """Give it its history and call `on_start`."""
        self._started_ns = self._first_status().now
        self._load(None, self._started_ns + 1)
        self._context.now = self._started_ns
        self._follower.begin()
        if not self.is_ending:
            self._call("on_start")
            self._deliver()
        self._report(is_due=True)

    def hear(self, timeout_ns: int) -> bool:
        """Take the next thing the core tells; False when there was nothing for so long."""
        told = self._line.next_told(timeout_ns)
        if isinstance(told, Market):
            self._step(told)
        elif isinstance(told, Advanced):
            self._follower.pull(told.seq)
            while self._follower.apply_decided(self._context.now + 1, told.seq):
                self._deliver()
        elif told is None:
            self._settle_silence()
        self._report(is_due=False)
        return told is not None

    def end(self) -> StrategyError | None:
        """Call `on_stop`, or halt what raised, and say so."""
        if self._error is None:
            self._call("on_stop")
        error, text = self._error, ""
        if error is not None:
            text = f"{error.callback} at {format_ns(error.ts)} raised {error.message}"
            for line in (text, *error.traceback.splitlines()):
                self._say(error.ts, line)
            request_id = f"{self._run_id}-stop-{self._clock.now_ns()}"
            self._line.ask(*halt_intents(self._run_id, self._run_id, text, request_id))
        self._report_to(Ended(self.now, self._hash.hexdigest(), text))
        return error

    def _first_status(self) -> FeedStatus:
        """What the core tells every client first: among it the trading time."""
        deadline = self._clock.monotonic_ns() + _PATIENCE_NS
        while self._clock.monotonic_ns() < deadline:
            told = self._line.next_told(SECOND_NS)
            if isinstance(told, FeedStatus):
                return told
        raise OperatingError("the core did not say what its feed is doing; restart the desk", retryable=True)

    def _load(self, start: int | None, end: int) -> None:
        """Take market data from `start` up to, not including, `end` into what is known, untold."""
        for batch in self._source.batches(start, end):
            for event in batch:
                self._learn(event)

    # ------------------------------------------------------------------------------------ one step

    def _step(self, market: Market) -> None:
        """Everything that happens at one time, as a backtest has it."""
        follower, callbacks = self._follower, self._callbacks
        follower.pull(market.seq)
        if market.now <= self._started_ns:
            return  # The history had it before it was told.
        if not self._is_live:
            self._is_live = True
            self._load(self._started_ns + 1, market.now)
        self._hash.update(self._encode((market.now, market.events)))
        self._move_to(market.now, market.seq)
        while follower.apply_ended(market.seq):
            self._deliver()
        on = {
            Bar: callbacks.get("on_bar"),
            Quote: callbacks.get("on_quote"),
            Trade: callbacks.get("on_trade"),
        }
        for event in follower.one_by_one(market.events):
            if self.is_ending:
                break
            self._learn(event)
            while follower.apply_caused(market.seq):
                self._deliver()
            callback = on[type(event)]
            if callback is not None and not self.is_ending:
                self._guarded(callback, event)
                self._deliver()
        while follower.apply_decided(market.now + 1, market.seq):
            self._deliver()
        self._fire_timers_at(market.now)

    def _learn(self, event: MarketEvent) -> None:
        """Keep its price, and a bar in the history."""
        if type(event) is Bar:
            price = event.close
            self._history.append(event)
        elif type(event) is Quote:
            price = (event.bid_price + event.ask_price) // 2
        else:
            assert type(event) is Trade, f"not a market event: {type(event)}"
            price = event.price
        self._context.latest[event.instrument_id] = (price, event.ts_event)

    def _move_to(self, ts: int, seq: int) -> None:
        """What was decided, and the timers that are due, before `ts`, in order of time; then it is `ts`."""
        context, follower = self._context, self._follower
        while not self.is_ending:
            due = follower.next_time(seq)
            timers = context.timers
            if timers and timers[0][0] < ts and (due is None or timers[0][0] < due):
                context.now = max(context.now, timers[0][0])
                self._fire_timers_at(timers[0][0])
            elif due is not None and due < ts:
                context.now = max(context.now, due)
                follower.apply()
                self._deliver()
            else:
                break
        context.now = max(context.now, ts)

    def _fire_timers_at(self, at: int) -> None:
        timers = self._context.timers
        while timers and timers[0][0] <= at and not self.is_ending:
            self._call("on_timer", heappop(timers)[2])
            self._deliver()

    def _settle_silence(self) -> None:
        """Nothing was told for a while: what was decided meanwhile is no part of a step."""
        follower = self._follower
        follower.read()
        while (due := follower.next_time(None)) is not None and not self.is_ending:
            self._context.now = max(self._context.now, due)
            follower.apply()
            self._deliver()

    # ------------------------------------------------------------------------------------ the strategy

    def _deliver(self) -> None:
        """Tell it what became of its orders, as far as its turn has come."""
        while not self.is_ending and (event := self._follower.next_notice()) is not None:
            self._call("on_fill" if type(event) is OrderFilled else "on_order_event", event)

    def _call(self, name: str, *arguments: Any) -> None:
        callback = self._callbacks.get(name)
        if callback is not None:
            self._guarded(callback, *arguments)

    def _guarded(self, callback: Callable[..., None], *arguments: Any) -> None:
        self._error = guard.call(self._context, callback, *arguments) or self._error

    def _report(self, *, is_due: bool) -> None:
        """Tell the runner how far it is, at most once a second unless it `is_due`."""
        now = self._clock.monotonic_ns()
        if is_due or now - self._reported_ns >= _REPORT_EVERY_NS:
            self._reported_ns = now
            self._report_to(Seen(self.now, self._hash.hexdigest()))
