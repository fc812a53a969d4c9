"""Strategies that run or ran on the desk, as far as the journal says."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import RunPosition, StrategyRunView, format_time, format_ts
from trade2026.application.strategy_runs import FAILED, RunDetails, read_details
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import (
    OrderApproved,
    OrderFilled,
    OrderHeld,
    RunStarted,
    RunStopped,
    TradeBooked,
    TradingStateSet,
)
from trade2026.oms.state import OmsState
from trade2026.primitives.fixed_point import decode_money, format_raw


class _Run:
    """One run; raw integers. `error` is what it failed with, "" for one that did not."""

    __slots__ = (
        "details", "error", "fills", "is_halted", "orders", "parameters", "positions", "realized", "started",
        "started_seq", "stopped", "stopped_seq",
    )  # fmt: skip

    def __init__(self, details: RunDetails, started: int, seq: int) -> None:
        self.details = details
        self.parameters: dict[str, Any] = msgspec.json.decode(details.parameters, type=dict[str, Any])
        self.started, self.started_seq = started, seq
        self.stopped: int | None = None
        self.stopped_seq = 0
        self.error = ""
        self.is_halted = False
        self.orders = 0
        self.fills = 0
        self.realized: dict[str, int] = {}
        self.positions: dict[str, int] = {}

    @property
    def state(self) -> str:
        """In the words of the view."""
        if self.stopped is not None:
            return "FAILED" if self.error else "STOPPED"
        return "STOPPING" if self.is_halted else "RUNNING"


class StrategyRuns:
    """Runs by id; what they traded is counted by the strategy id of the orders, which is the run's id."""

    def __init__(self, oms: OmsState, topics: Topics, wall: WallClock) -> None:
        self._oms = oms
        self._topics = topics
        self._wall = wall
        self._runs: dict[str, _Run] = {}
        topics.make_rows(Topic.STRATEGY_RUNS, self._row)

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {
            RunStarted: self._on_started,
            RunStopped: self._on_stopped,
            TradingStateSet: self._on_trading_state,
            OrderApproved: self._on_approved,
            OrderHeld: self._on_held,
            OrderFilled: self._on_filled,
            TradeBooked: self._on_booked,
        }

    def _touch(self, run_id: str, moment: Moment) -> None:
        self._topics.touch(Topic.STRATEGY_RUNS, run_id, moment.seq)

    def _on_started(self, moment: Moment, event: RunStarted) -> None:
        details = read_details(event.details)
        if details is not None:
            self._runs[event.run_id] = _Run(details, event.now, moment.seq)
            self._touch(event.run_id, moment)

    def _on_stopped(self, moment: Moment, event: RunStopped) -> None:
        run = self._runs.get(event.run_id)
        if run is not None:
            run.stopped, run.stopped_seq = event.now, moment.seq
            if event.text.startswith(FAILED):
                run.error = event.text.removeprefix(FAILED)
            self._touch(event.run_id, moment)

    def _on_trading_state(self, moment: Moment, event: TradingStateSet) -> None:
        run = self._runs.get(event.target) if event.scope is Scope.STRATEGY else None
        if run is not None:
            run.is_halted = event.state is TradingState.HALTED
            self._touch(event.target, moment)

    def _on_approved(self, moment: Moment, event: OrderApproved) -> None:
        run = self._runs.get(event.strategy_id)
        if run is not None:
            run.orders += 1
            self._touch(event.strategy_id, moment)

    def _on_held(self, moment: Moment, event: OrderHeld) -> None:
        self._on_approved(moment, event.order)

    def _on_filled(self, moment: Moment, event: OrderFilled) -> None:
        run = self._runs.get(event.strategy_id)
        if run is not None:
            run.fills += 1

    def _on_booked(self, moment: Moment, event: TradeBooked) -> None:
        strategy_id = self._oms.orders[event.order_id].strategy_id
        run = self._runs.get(strategy_id)
        if run is not None:
            currency, instrument_id = event.currency, event.instrument_id
            run.realized[currency] = run.realized.get(currency, 0) + decode_money(event.realized)
            run.positions[instrument_id] = run.positions.get(instrument_id, 0) + event.quantity
            self._touch(strategy_id, moment)

    def account_of(self, run_id: str) -> str | None:
        """Whose run it is; None for none of ours."""
        run = self._runs.get(run_id)
        return None if run is None else run.details.account_id

    def _row(self, seq: int, key: Hashable) -> TopicRow:
        assert isinstance(key, str)
        return TopicRow(seq, self.account_of(key), partial(self.run, key))

    def run(self, run_id: str) -> StrategyRunView:
        """The run; it must exist."""
        run, wall = self._runs[run_id], self._wall
        details = run.details
        return StrategyRunView(
            self._topics.seq_of(Topic.STRATEGY_RUNS, run_id), run_id, details.strategy, run.parameters,
            details.account_id, details.trader_id, run.state, format_ts(run.started),
            format_time(wall.at(run.started_seq)), format_time(run.stopped),
            None if run.stopped is None else format_time(wall.at(run.stopped_seq)),
            run.error, run.orders, run.fills,
            {currency: format_raw(amount) for currency, amount in sorted(run.realized.items())},
            tuple(
                RunPosition(name, format_raw(quantity))
                for name, quantity in sorted(run.positions.items())
                if quantity
            ),
        )  # fmt: skip

    def runs(self, accounts: frozenset[str] | None) -> tuple[StrategyRunView, ...]:
        """Runs, the one started last first."""
        chosen = [
            (run.started_seq, run_id)
            for run_id, run in self._runs.items()
            if accounts is None or run.details.account_id in accounts
        ]
        return tuple(self.run(run_id) for _, run_id in sorted(chosen, reverse=True))
