"""What the journal means for one run: frames change its state, events of its orders are told."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final

from trade2026.application.runner.replica import Entry, Replica
from trade2026.model.commands import (
    CancelOrder,
    EndHeldOrder,
    MarkUnknown,
    MoveTrigger,
    RecordClock,
    RecordMarks,
    ReplaceOrder,
    ReportExecution,
    ResolveNotReceived,
    RetireOrders,
    SubmitOrder,
    TriggerOrder,
)
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import (
    Event,
    OrderCanceled,
    OrderReplaced,
    RunStopped,
    TradeBooked,
    TradingStateSet,
)
from trade2026.model.market_data import MarketEvent
from trade2026.oms.state import Order

_CAUSED: Final = frozenset({ReportExecution, TriggerOrder, MoveTrigger})
"""What a market event leads to: it waits until that event has been gone through."""

_TOLD: Final = frozenset(
    {ReportExecution, TriggerOrder, MoveTrigger, EndHeldOrder, MarkUnknown, ResolveNotReceived}
)
"""Commands of nobody: whose orders they concern is told of all that they led to."""


class Follower:
    """Applies journaled frames when their turn in a step has come.

    The core plays a whole step before it tells of it, a backtest goes event by event. So while a step's
    events are gone through (`one_by_one`), a report about an instrument whose event comes later is kept
    back: it changes no state yet, and nothing is told of it.
    """

    def __init__(self, replica: Replica, run_id: str) -> None:
        self._replica = replica
        self._run_id = run_id
        self._notices: deque[tuple[str, Event]] = deque()
        self._later: dict[str, int] = {}  # Instruments of the step, with the events they have left.
        self.is_halted = False

    def begin(self) -> None:
        """Bring the state up to now; nothing of the past is told."""
        self._replica.catch_up()
        states = self._replica.core.engines.risk.trading_states
        self.is_halted = states.get((Scope.STRATEGY, self._run_id)) is TradingState.HALTED

    # ------------------------------------------------------------------------------------ frames

    def read(self) -> None:
        """Read what is durable now, without applying it."""
        self._replica.read()

    def pull(self, seq: int) -> None:
        """Read up to frame `seq`, without applying it; raises OperatingError when it does not come."""
        self._replica.pull(seq)

    def see(self, seq: int) -> None:
        """Apply everything up to an answer, but for reports of the step whose turn has not come.

        What is decided about one instrument commutes with reports about others and with marks at the price
        it was decided at, so that the state comes to the same. What leaves memory may do so later, but not
        before a report that closed it. Anything else is applied in its order, and what was kept back with it.
        """
        self._replica.pull(seq)
        pending = self._replica.pending
        kept: list[Entry] = []
        touched: set[str] = set()
        while self._has(seq):
            entry = pending[0]
            kind, instrument_id = type(entry.command), self._instrument_of(entry)
            if kind in _CAUSED and self._is_later(instrument_id):
                kept.append(pending.popleft())
                touched.add(instrument_id)
                continue
            if (kind is RetireOrders and kept) or (kind is RecordMarks and self._later):
                kept.append(pending.popleft())
                continue
            if kept and kind is not RecordClock and (not instrument_id or instrument_id in touched):
                pending.extendleft(reversed(kept))
                while pending[0] is not entry:
                    self.apply()
                kept, touched = [], set()
            self.apply()
        pending.extendleft(reversed(kept))

    def next_time(self, seq: int | None) -> int | None:
        """Trading time of the next frame, up to `seq`, that waits to be applied; None without one."""
        pending = self._replica.pending
        if not pending or (seq is not None and pending[0].seq > seq):
            return None
        return pending[0].time

    def apply_decided(self, before: int, seq: int) -> bool:
        """Apply the next frame up to `seq` if its time is below `before`; whether there was one."""
        due = self.next_time(seq)
        if due is None or due >= before:
            return False
        self.apply()
        return True

    def apply_caused(self, seq: int) -> bool:
        """Apply the next frame up to `seq` if the events gone through led to it; whether there was one."""
        if not self._has(seq):
            return False
        entry = self._replica.pending[0]
        if type(entry.command) in _CAUSED and self._is_later(self._instrument_of(entry)):
            return False
        self.apply()
        return True

    def apply_ended(self, seq: int) -> bool:
        """Apply the next frame up to `seq` if it ends an order whose time is over; whether there was one."""
        if not self._has(seq) or type(self._replica.pending[0].command) is not EndHeldOrder:
            return False
        self.apply()
        return True

    def apply(self) -> None:
        """Apply the next frame, and keep what is to be told of it."""
        entry = self._replica.apply()
        if type(entry.command) in _TOLD:
            self._note(entry)
            return
        if type(entry.command) is CancelOrder or type(entry.command) is ReplaceOrder:
            self._note_others(entry)
        for event in entry.events:
            if type(event) is TradingStateSet:
                if event.scope is Scope.STRATEGY and event.target == self._run_id:
                    self.is_halted = event.state is TradingState.HALTED or self.is_halted
            elif type(event) is RunStopped and event.run_id == self._run_id:
                self.is_halted = True

    def _note(self, entry: Entry) -> None:
        """Keep what became of the run's orders; a booking is told with its fill."""
        for place, event in enumerate(entry.events):
            if type(event) is TradeBooked:
                continue
            order = self._concerned(event)
            if order is None and place == 0 and type(entry.command) is ReportExecution:
                order = self._order_of(entry)
            if order is not None and order.strategy_id == self._run_id:
                self._notices.append((order.instrument_id, event))

    def _note_others(self, entry: Entry) -> None:
        """What somebody else did, at once, to an order of the run that the core holds."""
        command: Any = entry.command
        if command.trader_id == self._run_id:
            return
        for event in entry.events:
            if type(event) is OrderCanceled or type(event) is OrderReplaced:
                order = self._concerned(event)
                if order is not None and order.strategy_id == self._run_id:
                    self._notices.append((order.instrument_id, event))

    def _concerned(self, event: Event) -> Order | None:
        """The order an event says it is of."""
        return self._replica.core.engines.oms.orders.get(getattr(event, "order_id", 0))

    def _has(self, seq: int) -> bool:
        pending = self._replica.pending
        return bool(pending) and pending[0].seq <= seq

    def _order_of(self, entry: Entry) -> Order | None:
        """The order a report is about."""
        assert type(entry.command) is ReportExecution
        report, oms = entry.command.report, self._replica.core.engines.oms
        account = oms.accounts.get(report.account_id)
        request = None if account is None else account.requests.get(report.client_order_id)
        return None if request is None else oms.orders.get(request.order_id)

    def _instrument_of(self, entry: Entry) -> str:
        """The one instrument that a report or a request is about; "" where that cannot be told."""
        command = entry.command
        if type(command) is SubmitOrder:
            return command.instrument_id
        order: Order | None = None
        if type(command) is ReportExecution:
            order = self._order_of(entry)
        elif isinstance(command, CancelOrder | ReplaceOrder | TriggerOrder | MoveTrigger | EndHeldOrder):
            order = self._replica.core.engines.oms.orders.get(command.order_id)
        return "" if order is None else order.instrument_id

    # ------------------------------------------------------------------------------------ turns

    def one_by_one(self, events: Sequence[MarketEvent]) -> Iterator[MarketEvent]:
        """The events of a step; what comes after the one given waits."""
        later: dict[str, int] = {}
        for event in events:
            later[event.instrument_id] = later.get(event.instrument_id, 0) + 1
        for event in events:
            left = later.pop(event.instrument_id) - 1
            self._later = later
            yield event
            if left:
                later[event.instrument_id] = left
        self._later = {}

    def next_notice(self) -> Event | None:
        """The next event of an order of the run to be told; None when there is none whose turn has come."""
        if not self._notices or self._is_later(self._notices[0][0]):
            return None
        return self._notices.popleft()[1]

    def _is_later(self, instrument_id: str) -> bool:
        return instrument_id in self._later
