"""What is halted in each scope, and what of it the venue has not confirmed yet."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from trade2026.application.read_models.strategy_runs import StrategyRuns
from trade2026.application.read_models.trading_states import TradingStates
from trade2026.application.read_models.views import format_time, format_ts
from trade2026.model.enums import Scope, TradingState
from trade2026.trading.core import Core

_LADDER: Final = (Scope.GLOBAL, Scope.VENUE, Scope.ACCOUNT, Scope.STRATEGY, Scope.INSTRUMENT)
_Key = tuple[Scope, str]


class RungView(msgspec.Struct, frozen=True):
    """One scope: what is allowed in it, and which orders of it are not over.

    `open_orders` are those that may still fill, `cancels_pending` those of them whose cancel the venue has
    not answered, `unknown` those with a request of unknown outcome. `venue_word` is CONFIRMED once a halt has
    left nothing open, OUTSTANDING while it has, None where nothing is halted. `since` is trading time, `wall`
    real time; both None and `by` and `text` empty where nothing was ever said.
    """

    scope: Scope
    target: str
    state: TradingState
    since: str | None
    wall: str | None
    by: str
    text: str
    open_orders: int
    cancels_pending: int
    unknown: int
    venue_word: str | None


class TargetView(msgspec.Struct, frozen=True):
    """Something that can be halted by itself; `title` says more of it, "" for nothing more."""

    scope: Scope
    target: str
    title: str


class _Counts(NamedTuple):
    """Open orders by scope, those with a cancel under way, and those in doubt."""

    open: Counter[_Key]
    canceling: Counter[_Key]
    unknown: Counter[_Key]


class HaltLadder:
    """Scopes from the widest to the narrowest; work grows with the orders that are open."""

    def __init__(self, core: Core, states: TradingStates, runs: StrategyRuns) -> None:
        self._core = core
        self._states = states
        self._runs = runs

    def rungs(self, accounts: frozenset[str] | None) -> tuple[RungView, ...]:
        """Everything, each venue, account and strategy that runs, and what is not ACTIVE or has open orders.

        Only orders of these accounts are counted, and strategies of others are left out.
        """
        counts = self._counts(accounts)
        keys = dict.fromkeys(self._keys(accounts, counts))
        ordered = sorted(keys, key=lambda key: (_LADDER.index(key[0]), key[1]))
        return tuple(self._rung(key, counts) for key in ordered)

    def targets(self, accounts: frozenset[str] | None) -> tuple[TargetView, ...]:
        """Every venue, account and instrument, and strategies that run; by scope and name."""
        engines = self._core.engines
        found = [TargetView(Scope.VENUE, each, "") for each in sorted(self._venues())]
        found += [
            TargetView(Scope.ACCOUNT, each, "")
            for each in sorted(engines.oms.accounts)
            if accounts is None or each in accounts
        ]
        found += [
            TargetView(Scope.STRATEGY, run.run_id, run.strategy)
            for run in self._runs.runs(accounts)
            if run.state == "RUNNING"
        ]
        return (
            *found,
            *(TargetView(Scope.INSTRUMENT, each, "") for each in sorted(engines.risk.instruments)),
        )

    def _venues(self) -> frozenset[str]:
        return frozenset(each.venue for each in self._core.engines.risk.instruments.values())

    def _counts(self, accounts: frozenset[str] | None) -> _Counts:
        counts, engines = _Counts(Counter(), Counter(), Counter()), self._core.engines
        for account_id, book in engines.oms.accounts.items():
            if accounts is not None and account_id not in accounts:
                continue
            for order_id in book.open_orders:
                order = engines.oms.orders[order_id]
                instrument = engines.risk.instruments.get(order.instrument_id)
                keys = (
                    (Scope.GLOBAL, ""),
                    (Scope.VENUE, "" if instrument is None else instrument.venue),
                    (Scope.ACCOUNT, account_id),
                    (Scope.STRATEGY, order.strategy_id),
                    (Scope.INSTRUMENT, order.instrument_id),
                )
                counts.open.update(keys)
                if order.pending_cancel_id:
                    counts.canceling.update(keys)
                if order.unknown_ids:
                    counts.unknown.update(keys)
        return counts

    def _keys(self, accounts: frozenset[str] | None, counts: _Counts) -> Iterator[_Key]:
        engines = self._core.engines
        yield Scope.GLOBAL, ""
        yield from ((Scope.VENUE, each) for each in self._venues())
        for account_id in engines.oms.accounts:
            if accounts is None or account_id in accounts:
                yield Scope.ACCOUNT, account_id
        for run in self._runs.runs(accounts):
            if run.state == "RUNNING":
                yield Scope.STRATEGY, run.run_id
        for state in self._states.states(accounts, include_active=False):
            # A strategy that was stopped stays halted for ever; it is over and no rung to step on.
            key = state.scope, state.target
            if state.scope is not Scope.STRATEGY or counts.open[key] or not self._is_over(state.target):
                yield key
        for scope, target in counts.open:
            is_a_run = scope is Scope.STRATEGY and self._runs.account_of(target) is not None
            if scope is Scope.INSTRUMENT or is_a_run:
                yield scope, target

    def _is_over(self, run_id: str) -> bool:
        is_known = self._runs.account_of(run_id) is not None
        return is_known and self._runs.run(run_id).state == "STOPPED"

    def _rung(self, key: _Key, counts: _Counts) -> RungView:
        scope, target = key
        row, left = self._states.row(scope, target), counts.open[key]
        state = TradingState.ACTIVE if row is None else row.state
        word = None if state is not TradingState.HALTED else "OUTSTANDING" if left else "CONFIRMED"
        return RungView(
            scope, target, state, None if row is None else format_ts(row.since_ns),
            None if row is None else format_time(row.wall_ns), "" if row is None else row.by,
            "" if row is None else row.text, left, counts.canceling[key], counts.unknown[key], word,
        )  # fmt: skip
