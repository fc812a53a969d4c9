"""A trading core with a paper venue that is stepped by hand, behind the line that a strategy's process has.

The engines, the journal and the venue are the real ones; what is made up is that they sit in the test's own
process, and that the feed moves when the test says so.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from trade2026.application.strategy_runs import end_intents, start_intents
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
from trade2026.model.enums import Environment
from trade2026.model.events import Event, OrderFilled
from trade2026.model.execution import ExecutionReport
from trade2026.model.market_data import Bar, MarketEvent, Quote, Trade
from trade2026.ports.calendar import CalendarProvider
from trade2026.ports.core_link import (
    DESK_TRADER,
    Advanced,
    Answer,
    CancelAllIntent,
    CancelIntent,
    Decision,
    FeedState,
    FeedStatus,
    Intent,
    Market,
    ReplaceIntent,
    SetEntitlementIntent,
    SetTradingStateIntent,
    StartRunIntent,
    StopRunIntent,
    SubmitIntent,
)
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.storage import Storage
from trade2026.simulation.backtest import BacktestConfig
from trade2026.simulation.backtest.market import Sessions
from trade2026.simulation.backtest.setup import set_up
from trade2026.simulation.paper import PaperConfig, PaperVenue
from trade2026.trading.core import Core
from trade2026.trading.emulator import Emulator
from trade2026.trading.journal import Journal, JournalConfig
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer

ACCOUNT = "A"


class SteppedCore:
    """`ports.core_link.BlockingCoreClient` with the core behind it in the same process.

    `fills` are the executions so far; `lost` makes the line fail from now on.
    """

    def __init__(
        self,
        storage: Storage,
        source: MarketDataSource,
        calendars: CalendarProvider,
        config: BacktestConfig,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        paper: PaperConfig | None = None,
        random: Any = None,
    ) -> None:
        self.journal = Journal.open(storage, JournalConfig(preallocate=False, reserve_bytes=0), b"k" * 32)
        self.venue = PaperVenue(
            "PAPER", Environment.BACKTEST, source.instruments(), paper or PaperConfig(),
            data=source.describe(), random=random,
        )  # fmt: skip
        self._reports: list[ExecutionReport] = []
        self.venue.connect(self._reports.append)
        instruments = {i.instrument_id: i for i in source.instruments()}
        router = Router(Environment.BACKTEST)
        router.connect(tuple(instruments), self.venue)
        self.sequencer = Sequencer(Core(), self.journal, router)
        self._emulator = Emulator(self.sequencer.core.engines.oms)
        self._sessions = Sessions(instruments, calendars, source.describe().bar_interval_ns)
        self._latest: dict[str, tuple[int, int]] = {}
        self._told: deque[Market | Advanced | FeedStatus] = deque()
        events = (event for batch in source.batches(start_ns, end_ns) for event in batch)
        self._steps: Iterator[tuple[int, list[MarketEvent]]] = (
            (ts, list(group)) for ts, group in groupby(events, key=lambda event: event.ts_event)
        )
        self.now = config.start_ns or 0
        self.fills: list[OrderFilled] = []
        self.lost: Exception | None = None
        self._asked = 0
        set_up(self.execute, config, DESK_TRADER, source, self.now)
        self.sequencer.flush()
        self.connect()

    def start(self, run_id: str, strategy: str = "test") -> None:
        """As a start from the page does it."""
        self.ask(*start_intents(run_id, strategy, "{}", ACCOUNT, "alice"))

    def connect(self) -> None:
        """What a client is told first."""
        self._told.clear()
        self._told.append(FeedStatus(0, "REPLAY", "x", FeedState.PAUSED, self.now, 0, 0, 1.0, ""))
        self._told.append(Advanced(self.journal.durable_seq))

    # The line.

    def ask(self, *intents: Intent) -> Answer:
        """Decide, sync, send."""
        if self.lost is not None:
            raise self.lost
        self._asked += 1
        decisions = tuple(Decision(self._intend(intent)) for intent in intents)
        self._flush()
        return Answer(self._asked, self.journal.durable_seq, decisions)

    def next_told(self, timeout_ns: int) -> Market | Advanced | FeedStatus | None:
        """What waits; silence is over at once."""
        if self.lost is not None:
            raise self.lost
        return self._told.popleft() if self._told else None

    @property
    def has_told(self) -> bool:
        """Whether something waits to be taken."""
        return bool(self._told)

    def forget_told(self) -> None:
        """Lose what waits."""
        self._told.clear()

    def tell(self, message: Market) -> None:
        """Tell something out of turn."""
        self._told.append(message)

    def open_orders(self) -> int:
        """Orders of the account that are not done."""
        return len(self.sequencer.core.engines.oms.accounts[ACCOUNT].open_orders)

    def close(self) -> None:
        """Nothing to hang up."""

    # The feed.

    def step(self) -> bool:
        """Play all events of the next time; False at the end."""
        following = next(self._steps, None)
        if following is None:
            return False
        self.now, events = following
        self.venue.advance(self.now - 1)
        self._take_reports()
        self._watch(self._emulator.on_time(self.now))
        for event in events:
            if type(event) is Bar:
                self.venue.on_bar(event)
                price = event.close
            elif type(event) is Quote:
                self.venue.on_quote(event)
                price = (event.bid_price + event.ask_price) // 2
            else:
                assert type(event) is Trade
                self.venue.on_trade(event)
                price = event.price
            self._latest[event.instrument_id] = (price, self.now)
            self._take_reports()
            self._watch(self._emulator.on_event(event, self.now))
        touched = sorted(event.instrument_id for event in events)
        self.execute(
            RecordMarks(self.now, "feed", tuple(Mark(name, *self._latest[name]) for name in touched))
        )
        self.execute(RecordClock(self.now, self.now))
        self._flush()
        self._told.append(Market(self.journal.durable_seq, self.now, tuple(events)))
        return True

    # The core.

    def execute(self, command: Command) -> tuple[Event, ...]:
        """Decide and journal one command."""
        return self.sequencer.execute(command)

    def stop_run(self, run_id: str) -> None:
        """As the runner ends a run."""
        self.ask(*end_intents(run_id, ACCOUNT, "", "test"))

    def _flush(self) -> None:
        self.sequencer.flush()
        self._told.append(Advanced(self.journal.durable_seq))

    def _watch(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self.execute(command)
            self.sequencer.flush()

    def _take_reports(self) -> None:
        for report in self._reports:
            event = self.execute(ReportExecution(self.now, report))[0]
            if type(event) is OrderFilled:
                self.fills.append(event)
        self._reports.clear()

    def _intend(self, intent: Intent) -> tuple[Event, ...]:
        now = self.now
        if isinstance(intent, SubmitIntent):
            price, price_ts = self._latest.get(intent.instrument_id, (None, 0))
            return self.execute(
                SubmitOrder(
                    now, intent.account_id, intent.client_order_id, intent.trader_id, intent.strategy_id,
                    Environment.BACKTEST, intent.instrument_id, intent.side, intent.order_type,
                    intent.time_in_force, intent.order_qty, intent.limit_price, price, price_ts,
                    *self._sessions.bounds(intent.instrument_id, now), intent.instructions,
                )
            )  # fmt: skip
        if isinstance(intent, CancelIntent):
            return self.execute(
                CancelOrder(now, intent.account_id, intent.client_order_id, intent.trader_id, intent.order_id)
            )
        if isinstance(intent, ReplaceIntent):
            instrument_id = self.sequencer.core.engines.oms.orders[intent.order_id].instrument_id
            price, price_ts = self._latest.get(instrument_id, (None, 0))
            return self.execute(
                ReplaceOrder(
                    now, intent.account_id, intent.client_order_id, intent.trader_id, intent.order_id,
                    intent.order_qty, intent.limit_price, price, price_ts,
                    *self._sessions.bounds(instrument_id, now), intent.trigger_price,
                )
            )  # fmt: skip
        return self._steer(intent)

    def _steer(self, intent: Intent) -> tuple[Event, ...]:
        now = self.now
        if isinstance(intent, SetTradingStateIntent):
            return self.execute(
                SetTradingState(now, intent.scope, intent.target, intent.state, intent.trader_id, intent.text)
            )
        if isinstance(intent, SetEntitlementIntent):
            return self.execute(SetEntitlement(now, intent.account_id, intent.trader_id, intent.entitled))
        if isinstance(intent, StartRunIntent):
            return self.execute(StartRun(now, intent.run_id, Environment.BACKTEST, "test", intent.details))
        if isinstance(intent, StopRunIntent):
            return self.execute(StopRun(now, intent.run_id, intent.input_sha256, intent.text))
        assert isinstance(intent, CancelAllIntent), intent
        oms = self.sequencer.core.engines.oms
        canceled: list[Event] = []
        for account_id, account in sorted(oms.accounts.items()):
            for order_id in sorted(account.open_orders):
                order = oms.orders[order_id]
                if order.strategy_id == intent.strategy_id and not order.pending_cancel_id:
                    name = f"{intent.client_order_id}-{order_id}"
                    canceled += self.execute(CancelOrder(now, account_id, name, intent.trader_id, order_id))
        return tuple(canceled)
