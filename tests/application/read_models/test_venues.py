"""The last word on each venue, how its books compared, what is in doubt, and who sees which of it."""

import pytest

from trade2026.adapters.embedded.history import SqliteHistory
from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Moment
from trade2026.application.read_models.topics import Topic, Topics
from trade2026.application.read_models.unknown import UnknownView
from trade2026.application.read_models.venues import HISTORY_MAX, Venues, VenueStateView
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import Side, VenueSessionState
from trade2026.model.events import ReconciliationRecorded, VenueSessionSet
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.venues.truth import OPEN

NOW = 1_700_000_000 * SECOND_NS
BOOKED = Difference("EXECUTION", "a", "E1", "", "1 at 2", "booked as the venue states it")
WAITS = Difference("POSITION", "b", "KO.XSIM", "10", "9", "")
OTHER = Difference("EXECUTION", "a", "E2", "", "2 at 3", "")
GONE = Difference("ORDER", "a", "c-3", OPEN, "", "")
ENDS = Difference("ORDER", "a", "c-1", "CANCELED", "NEW", "")
DOUBT = UnknownView(7, "XSIM", 3, "b", "KO.XSIM", "c-2", "ORDER", Side.BUY, "10", "t", None, "no answer")


class Told:
    """Venues that were told of events, each in a frame of its own."""

    def __init__(
        self, *events: VenueSessionSet | ReconciliationRecorded, unknown: tuple[UnknownView, ...] = ()
    ) -> None:
        self.topics = Topics()

        def in_doubt(accounts: frozenset[str] | None) -> tuple[UnknownView, ...]:
            return tuple(each for each in unknown if accounts is None or each.account_id in accounts)

        self.venues = Venues(self.topics, WallClock(SqliteHistory(":memory:")), in_doubt)
        moment = Moment()
        for seq, event in enumerate(events, start=1):
            moment.seq, moment.now = seq, event.now
            self.venues.handlers()[type(event)](moment, event)


def session(state: VenueSessionState, venue: str = "XSIM", text: str = "") -> VenueSessionSet:
    return VenueSessionSet(NOW, venue, state, text)


def compared(*differences: Difference, is_converged: bool = False, passes: int = 2) -> ReconciliationRecorded:
    return ReconciliationRecorded(NOW, "XSIM", passes, is_converged, 3, 4, differences)


def test_the_last_word_of_each_kind_stands() -> None:
    told = Told(
        session(VenueSessionState.RECONCILING), compared(BOOKED, WAITS),
        session(VenueSessionState.DOWN, "AAA", "no line"),
        session(VenueSessionState.PAUSED, text="1 differences"),
    )  # fmt: skip
    first, second = told.venues.venues(None)
    assert (first.venue, first.state, first.text) == ("AAA", VenueSessionState.DOWN, "no line")
    assert first.reconciliation is None
    assert (second.venue, second.state, second.seq) == ("XSIM", VenueSessionState.PAUSED, 4)
    found = second.reconciliation
    assert found is not None
    assert (found.seq, found.passes, found.converged, found.orders, found.executions) == (2, 2, False, 3, 4)
    assert found.open == 1
    assert [each.name for each in found.differences] == ["E1", "KO.XSIM"]


def test_differences_of_others_are_not_shown() -> None:
    told, own = Told(compared(BOOKED, WAITS)), frozenset({"a"})
    (row,) = told.venues.venues(own)
    assert row.state is None
    assert row.reconciliation is not None
    assert [each.account_id for each in row.reconciliation.differences] == ["a"]
    assert row.reconciliation.open == 0
    assert [each.account_id for each in told.venues.differences(own)] == ["a"]
    (past,) = told.venues.reconciliations(own)
    assert (past.count, past.open, past.converged) == (1, 0, False)


def test_lines_say_by_how_much_and_who_decides() -> None:
    told = Told(compared(WAITS, passes=1), compared(BOOKED, WAITS, ENDS, GONE, OTHER))
    lines = told.venues.differences(None)
    assert [(each.kind, each.decision, each.difference) for each in lines] == [
        ("POSITION", "ACCEPT", "-1"), ("ORDER", "REPAIR", None), ("ORDER", "ACCEPT", None),
        ("EXECUTION", "REPAIR", None), ("EXECUTION", "DONE", None),
    ]  # fmt: skip
    assert {each.seq for each in lines} == {2}, "only the last comparison has lines to decide"


@pytest.mark.parametrize(
    ("event", "result"),
    [
        (compared(is_converged=True), "AGREED"),
        (compared(BOOKED, is_converged=True), "SETTLED"),
        (compared(WAITS), "OPEN"),
        (compared(BOOKED), "OPEN"),  # Nothing to decide, and yet it did not end.
    ],
)
def test_a_comparison_has_one_word(event: ReconciliationRecorded, result: str) -> None:
    (row,) = Told(event).venues.reconciliations(None)
    assert row.result == result


def test_the_history_is_newest_first_and_bounded() -> None:
    told = Told(*(compared(passes=each) for each in range(HISTORY_MAX + 3)))
    rows = told.venues.reconciliations(None)
    assert [each.passes for each in rows] == list(range(HISTORY_MAX + 2, 2, -1))


def test_doubt_is_counted_also_at_a_venue_without_a_word() -> None:
    told = Told(session(VenueSessionState.READY, "AAA"), unknown=(DOUBT, DOUBT))
    first, second = told.venues.venues(None)
    assert (first.unknown, first.unknown_since) == (0, None)
    assert (second.venue, second.state, second.unknown, second.unknown_since) == ("XSIM", None, 2, "t")
    assert [each.venue for each in told.venues.venues(frozenset({"a"}))] == ["AAA"]


def test_everyone_is_told_of_the_session_and_nobody_of_the_books() -> None:
    told = Told(compared(WAITS), session(VenueSessionState.PAUSED))
    (row,) = told.topics.replay(Topic.VENUES, 0, frozenset(), 10).rows
    assert type(row.view) is VenueStateView
    assert (row.seq, row.view.state) == (2, VenueSessionState.PAUSED)
