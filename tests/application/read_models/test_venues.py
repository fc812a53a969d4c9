"""The last word on each venue, and who sees which of its differences."""

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Moment
from trade2026.application.read_models.venues import Venues
from trade2026.model.commands.desk import Difference
from trade2026.model.enums import VenueSessionState
from trade2026.model.events import ReconciliationRecorded, VenueSessionSet
from trade2026.primitives.time import SECOND_NS

NOW = 1_700_000_000 * SECOND_NS
BOOKED = Difference("EXECUTION", "a", "E1", "", "1 at 2", "booked as the venue states it")
WAITS = Difference("POSITION", "b", "KO.XSIM", "10", "9", "")


def told(*events: VenueSessionSet | ReconciliationRecorded) -> Venues:
    venues, moment = Venues(WallClock()), Moment()
    for seq, event in enumerate(events, start=1):
        moment.seq, moment.now = seq, event.now
        venues.handlers()[type(event)](moment, event)
    return venues


def session(state: VenueSessionState, venue: str = "XSIM", text: str = "") -> VenueSessionSet:
    return VenueSessionSet(NOW, venue, state, text)


def test_the_last_word_of_each_kind_stands() -> None:
    compared = ReconciliationRecorded(NOW, "XSIM", 2, False, 3, 4, (BOOKED, WAITS))
    venues = told(
        session(VenueSessionState.RECONCILING), compared, session(VenueSessionState.DOWN, "AAA", "no line"),
        session(VenueSessionState.PAUSED, text="1 differences"),
    )  # fmt: skip
    first, second = venues.venues(None)
    assert (first.venue, first.state, first.text) == ("AAA", VenueSessionState.DOWN, "no line")
    assert first.reconciliation is None
    assert (second.venue, second.state, second.seq) == ("XSIM", VenueSessionState.PAUSED, 4)
    found = second.reconciliation
    assert found is not None
    assert (found.seq, found.passes, found.converged, found.orders, found.executions) == (2, 2, False, 3, 4)
    assert found.open == 1
    assert [each.name for each in found.differences] == ["E1", "KO.XSIM"]


def test_differences_of_others_are_not_shown() -> None:
    venues = told(ReconciliationRecorded(NOW, "XSIM", 1, False, 3, 4, (BOOKED, WAITS)))
    (row,) = venues.venues(frozenset({"a"}))
    assert row.state is None
    assert row.reconciliation is not None
    assert [each.account_id for each in row.reconciliation.differences] == ["a"]
    assert row.reconciliation.open == 0
