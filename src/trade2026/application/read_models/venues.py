"""How far each venue is trusted, and how its books last compared with ours."""

from typing import NamedTuple

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.views import format_time, format_ts
from trade2026.model.enums import VenueSessionState
from trade2026.model.events import ReconciliationRecorded, VenueSessionSet


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


class VenueView(msgspec.Struct, frozen=True):
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
    reconciliation: ReconciliationView | None


_Said = tuple[int, VenueSessionSet]
_Compared = tuple[int, ReconciliationRecorded]


class _Row(NamedTuple):
    """The last word of each kind, with the number of its frame."""

    session: _Said | None
    reconciliation: _Compared | None


class Venues:
    """The last word on each venue with a session; the paper venue has none."""

    def __init__(self, wall: WallClock) -> None:
        self._wall = wall
        self._rows: dict[str, _Row] = {}

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {VenueSessionSet: self._on_session, ReconciliationRecorded: self._on_reconciliation}

    def _on_session(self, moment: Moment, event: VenueSessionSet) -> None:
        row = self._rows.get(event.venue, _Row(None, None))
        self._rows[event.venue] = row._replace(session=(moment.seq, event))

    def _on_reconciliation(self, moment: Moment, event: ReconciliationRecorded) -> None:
        row = self._rows.get(event.venue, _Row(None, None))
        self._rows[event.venue] = row._replace(reconciliation=(moment.seq, event))

    def venues(self, accounts: frozenset[str] | None) -> tuple[VenueView, ...]:
        """Venues by name; differences of accounts that the asker may not see are left out."""
        return tuple(self._view(name, row, accounts) for name, row in sorted(self._rows.items()))

    def _view(self, name: str, row: _Row, accounts: frozenset[str] | None) -> VenueView:
        compared = None if row.reconciliation is None else self._compared(*row.reconciliation, accounts)
        if row.session is None:
            return VenueView(0, name, None, "", None, None, compared)
        seq, event = row.session
        return VenueView(
            seq,
            name,
            event.state,
            event.text,
            format_ts(event.now),
            format_time(self._wall.at(seq)),
            compared,
        )

    def _compared(
        self, seq: int, event: ReconciliationRecorded, accounts: frozenset[str] | None
    ) -> ReconciliationView:
        seen = [each for each in event.differences if accounts is None or each.account_id in accounts]
        return ReconciliationView(
            seq, format_ts(event.now), format_time(self._wall.at(seq)), event.passes, event.is_converged,
            event.orders, event.executions, sum(not each.action for each in seen),
            tuple(
                DifferenceView(each.kind, each.account_id, each.name, each.ours, each.venues, each.action)
                for each in seen
            ),
        )  # fmt: skip
