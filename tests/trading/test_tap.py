"""What passes to a venue and back is noted, in its order, before anybody else hears of it."""

from typing import Any

from tests.trading.desks import NOW, Listener, SmallDesk, cancel, fill, submit
from trade2026.model.commands import ReplaceOrder
from trade2026.model.enums import Environment
from trade2026.model.execution import ExecutionReport
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer
from trade2026.trading.tap import TappedVenue


class Log:
    """Keeps what it is told, with how much the venue had got by then."""

    def __init__(self, venue: Listener) -> None:
        self.venue = venue
        self.noted: list[tuple[int, Any, int]] = []

    def sent(self, seq: int, request: Any) -> None:
        self.noted.append((seq, request, len(self.venue.got)))

    def received(self, report: ExecutionReport) -> None:
        self.noted.append((-1, report, len(self.venue.got)))


def test_everything_is_noted_with_the_number_of_the_journal_before_it_is_sent():
    desk = SmallDesk()
    log = Log(desk.venue)
    tapped = TappedVenue(desk.venue, log, lambda: desk.journal.last_seq)
    assert (tapped.name, tapped.environment) == ("SIM", Environment.SIM)
    router = Router(Environment.SIM)
    router.connect(("AAPL.SIM",), tapped)
    desk.sequencer = Sequencer(desk.core, desk.journal, router)
    before = desk.journal.last_seq
    replaced = ReplaceOrder(NOW, "margin", "r", "desk", 1, 2 * UNIT, 190 * UNIT, 190 * UNIT, NOW, 0, 2**62)
    desk.do(submit("one"), replaced, cancel("k", 1))
    assert [request for _, request, _ in log.noted] == desk.venue.got
    assert [got for _, _, got in log.noted] == [0, 1, 2], "each before the venue had it"
    assert {seq for seq, _, _ in log.noted} == {before + 3}


def test_reports_are_noted_before_they_go_on():
    venue = Listener()
    log = Log(venue)
    sinks: list[Any] = []
    played: Any = venue
    played.connect = sinks.append
    heard: list[tuple[ExecutionReport, int]] = []
    TappedVenue(venue, log, lambda: 0).connect(lambda report: heard.append((report, len(log.noted))))
    report = fill("one", "x1").report
    sinks[0](report)
    assert heard == [(report, 1)]
    assert log.noted[0][1] is report
