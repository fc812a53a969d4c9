"""What trading is allowed where, since when, by whom and why."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import NamedTuple

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import TradingStateView, format_time, format_ts
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import TradingStateSet


class TradingStateRow(NamedTuple):
    """The last word on one scope; times in UTC nanoseconds, `wall_ns` None without a journaled real time."""

    seq: int
    scope: Scope
    target: str
    state: TradingState
    since_ns: int
    wall_ns: int | None
    by: str
    text: str


class TradingStates:
    """The last word on each scope; where nothing was said trading is ACTIVE."""

    def __init__(self, topics: Topics, wall: WallClock, account_of_run: Callable[[str], str | None]) -> None:
        self._topics = topics
        self._wall = wall
        self._account_of_run = account_of_run
        self._rows: dict[tuple[Scope, str], TradingStateRow] = {}
        topics.make_rows(Topic.TRADING_STATE, self._row)

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {TradingStateSet: self._on_set}

    def _on_set(self, moment: Moment, event: TradingStateSet) -> None:
        key = event.scope, event.target
        self._rows[key] = TradingStateRow(
            moment.seq, event.scope, event.target, event.state, event.now, self._wall.at(moment.seq),
            event.trader_id, event.text,
        )  # fmt: skip
        self._topics.touch(Topic.TRADING_STATE, key, moment.seq)

    def account_of(self, scope: Scope, target: str) -> str | None:
        """Whose business the scope is; None where it is everyone's.

        A strategy that no run tells of is nobody's in particular: only who may see all sees it.
        """
        if scope is Scope.ACCOUNT:
            return target
        return self._account_of_run(target) or "" if scope is Scope.STRATEGY else None

    def _row(self, seq: int, key: Hashable) -> TopicRow:
        assert isinstance(key, tuple)
        return TopicRow(seq, self.account_of(*key), partial(_view, self._rows[key]))

    def row(self, scope: Scope, target: str) -> TradingStateRow | None:
        """The last word on a scope; None where nothing was said."""
        return self._rows.get((scope, target))

    def states(self, accounts: frozenset[str] | None, include_active: bool) -> tuple[TradingStateView, ...]:
        """GLOBAL first, always; then what is not ACTIVE, with `include_active` all that was ever set."""
        top = self._rows.get((Scope.GLOBAL, ""))
        found = [_view(top) if top is not None else _ACTIVE]
        for key in sorted(self._rows):
            row, account_id = self._rows[key], self.account_of(*key)
            is_seen = accounts is None or account_id is None or account_id in accounts
            is_wanted = include_active or row.state is not TradingState.ACTIVE
            if is_seen and is_wanted and row.scope is not Scope.GLOBAL:
                found.append(_view(row))
        return tuple(found)


_ACTIVE = TradingStateView(0, Scope.GLOBAL, "", TradingState.ACTIVE, None, None, "", "")


def _view(row: TradingStateRow) -> TradingStateView:
    return TradingStateView(
        row.seq, row.scope, row.target, row.state, format_ts(row.since_ns), format_time(row.wall_ns), row.by,
        row.text,
    )  # fmt: skip
