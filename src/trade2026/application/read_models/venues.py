"""How far each venue is trusted, how its books compare with ours, and how they compared before."""

from collections import deque
from collections.abc import Callable, Hashable
from functools import partial
from typing import Final, NamedTuple

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.unknown import UnknownView
from trade2026.application.read_models.views import format_time, format_ts
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import VenueSessionState
from trade2026.model.events import ReconciliationRecorded, VenueSessionSet
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import MONEY_MAX, format_raw, parse_raw
from trade2026.trading.venues.acceptance import is_acceptable

HISTORY_MAX: Final = 50
"""Reconciliations of each venue that are kept; older ones are in the events."""


class DifferenceView(msgspec.Struct, frozen=True):
    """A line in which our books and a venue's differed: `kind` is ORDER, EXECUTION, POSITION or BALANCE.

    `action` says what was done about it; "" where a person has to decide.
    """

    kind: str
    account_id: str
    name: str
    ours: str
    venues: str
    action: str


class DifferenceRow(msgspec.Struct, frozen=True):
    """A line of the last comparison with a venue, of frame `seq`.

    `difference` is the venue's less ours where both are amounts, None where they are words. `decision` is
    DONE where it was settled, ACCEPT where a person may take the venue's word for it, REPAIR where it has to
    be settled at the venue first; both wait for a person.
    """

    seq: int
    venue: str
    ts: str
    wall: str | None
    kind: str
    account_id: str
    name: str
    ours: str
    venues: str
    difference: str | None
    action: str
    decision: str


class ReconciliationView(msgspec.Struct, frozen=True):
    """How a venue's books compared with ours; `open` counts the differences that a person must decide."""

    seq: int
    ts: str
    wall: str | None
    passes: int
    converged: bool
    orders: int
    executions: int
    open: int
    differences: tuple[DifferenceView, ...]


class ReconciliationRow(msgspec.Struct, frozen=True):
    """One of the comparisons with a venue; `count` is that of its differences, `result` in one word.

    `result` is AGREED where nothing differed, SETTLED where all was settled, OPEN where a person must decide.
    """

    seq: int
    venue: str
    ts: str
    wall: str | None
    result: str
    passes: int
    converged: bool
    orders: int
    executions: int
    count: int
    open: int
    differences: tuple[DifferenceView, ...]


class VenueStateView(msgspec.Struct, frozen=True):
    """How far a venue is trusted: new orders go out in READY alone, cancels always.

    `state` is DOWN, RECONCILING, READY or PAUSED, None before the first word; `text` says why; `since` is
    trading time, `wall` the real time of the change.
    """

    seq: int
    venue: str
    state: VenueSessionState | None
    text: str
    since: str | None
    wall: str | None


class VenueView(VenueStateView, frozen=True):
    """A venue with its books; `unknown` counts requests whose outcome is not known.

    `unknown_since` is the trading time of the oldest of them, `unknown_wall` its real time.
    """

    reconciliation: ReconciliationView | None
    unknown: int
    unknown_since: str | None
    unknown_wall: str | None


_Said = tuple[int, VenueSessionSet]
_Compared = tuple[int, ReconciliationRecorded]


class _Row(NamedTuple):
    """The last word on the session, with the number of its frame, and the last comparisons, newest last."""

    session: _Said | None
    compared: "deque[_Compared]"


class Venues:
    """The last word on each venue with a session; the paper venue has none."""

    def __init__(
        self,
        topics: Topics,
        wall: WallClock,
        unknown: Callable[[frozenset[str] | None], tuple[UnknownView, ...]],
    ) -> None:
        self._topics = topics
        self._wall = wall
        self._unknown = unknown
        self._rows: dict[str, _Row] = {}
        topics.make_rows(Topic.VENUES, self._topic_row)

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {VenueSessionSet: self._on_session, ReconciliationRecorded: self._on_reconciliation}

    def _row(self, venue: str) -> _Row:
        return self._rows.get(venue) or _Row(None, deque(maxlen=HISTORY_MAX))

    def _on_session(self, moment: Moment, event: VenueSessionSet) -> None:
        self._rows[event.venue] = self._row(event.venue)._replace(session=(moment.seq, event))
        self._topics.touch(Topic.VENUES, event.venue, moment.seq)

    def _on_reconciliation(self, moment: Moment, event: ReconciliationRecorded) -> None:
        row = self._rows[event.venue] = self._row(event.venue)
        row.compared.append((moment.seq, event))
        self._topics.touch(Topic.VENUES, event.venue, moment.seq)

    # ---------------------------------------------------------------------------------------- questions

    def venues(self, accounts: frozenset[str] | None) -> tuple[VenueView, ...]:
        """Venues by name; differences of accounts that the asker may not see are left out."""
        unknown: dict[str, list[UnknownView]] = {}
        for each in self._unknown(accounts):
            unknown.setdefault(each.venue, []).append(each)
        names = sorted({*self._rows, *unknown})
        return tuple(self._view(name, unknown.get(name, []), accounts) for name in names)

    def differences(self, accounts: frozenset[str] | None) -> tuple[DifferenceRow, ...]:
        """Lines of the last comparison of each venue: what a person must decide comes first."""
        found = [
            self._line(venue, row.compared[-1][0], row.compared[-1][1].now, each)
            for venue, row in sorted(self._rows.items())
            if row.compared
            for each in row.compared[-1][1].differences
            if accounts is None or each.account_id in accounts
        ]
        return tuple(sorted(found, key=lambda each: each.decision == _DONE))

    def reconciliations(self, accounts: frozenset[str] | None) -> tuple[ReconciliationRow, ...]:
        """Comparisons with all venues, the newest first."""
        found = [
            self._past(venue, seq, event, accounts)
            for venue, row in self._rows.items()
            for seq, event in row.compared
        ]
        return tuple(sorted(found, key=lambda each: -each.seq))

    def _topic_row(self, seq: int, key: Hashable) -> TopicRow:
        assert isinstance(key, str)
        return TopicRow(seq, None, partial(self._state, key))

    def _state(self, name: str) -> VenueStateView:
        row = self._row(name)
        if row.session is None:
            return VenueStateView(0, name, None, "", None, None)
        seq, event = row.session
        return VenueStateView(
            seq, name, event.state, event.text, format_ts(event.now), format_time(self._wall.at(seq))
        )

    def _view(self, name: str, unknown: list[UnknownView], accounts: frozenset[str] | None) -> VenueView:
        state, row = self._state(name), self._row(name)
        compared = None if not row.compared else self._compared(*row.compared[-1], accounts)
        oldest = unknown[0] if unknown else None
        return VenueView(
            state.seq, state.venue, state.state, state.text, state.since, state.wall, compared,
            len(unknown), None if oldest is None else oldest.since, None if oldest is None else oldest.wall,
        )  # fmt: skip

    def _compared(
        self, seq: int, event: ReconciliationRecorded, accounts: frozenset[str] | None
    ) -> ReconciliationView:
        seen = _seen(event, accounts)
        return ReconciliationView(
            seq, format_ts(event.now), format_time(self._wall.at(seq)), event.passes, event.is_converged,
            event.orders, event.executions, sum(not each.action for each in seen), seen,
        )  # fmt: skip

    def _past(
        self, venue: str, seq: int, event: ReconciliationRecorded, accounts: frozenset[str] | None
    ) -> ReconciliationRow:
        seen = _seen(event, accounts)
        open_count = sum(not each.action for each in seen)
        result = "OPEN" if open_count or not event.is_converged else "SETTLED" if seen else "AGREED"
        return ReconciliationRow(
            seq, venue, format_ts(event.now), format_time(self._wall.at(seq)), result, event.passes,
            event.is_converged, event.orders, event.executions, len(seen), open_count, seen,
        )  # fmt: skip

    def _line(self, venue: str, seq: int, now: int, each: Difference) -> DifferenceRow:
        waits = "ACCEPT" if is_acceptable(each) else "REPAIR"
        return DifferenceRow(
            seq, venue, format_ts(now), format_time(self._wall.at(seq)), each.kind, each.account_id,
            each.name, each.ours, each.venues, _less(each.venues, each.ours), each.action,
            _DONE if each.action else waits,
        )  # fmt: skip


_DONE: Final = "DONE"


def _seen(event: ReconciliationRecorded, accounts: frozenset[str] | None) -> tuple[DifferenceView, ...]:
    return tuple(
        DifferenceView(each.kind, each.account_id, each.name, each.ours, each.venues, each.action)
        for each in event.differences
        if accounts is None or each.account_id in accounts
    )


def _less(venues: str, ours: str) -> str | None:
    """The venue's amount less ours; None where either is words, such as "10 at 101.2"."""
    try:
        amounts = [parse_raw(each, "amount", maximum=MONEY_MAX) for each in (venues, ours)]
    except InputError:
        return None
    return format_raw(amounts[0] - amounts[1])
