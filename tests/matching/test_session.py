"""The timetable of a book: which phase when, what ends a halt, and where the bounds are."""

import pytest

from trade2026.matching.book import OrderBook
from trade2026.matching.session import BookSession, SessionRules
from trade2026.matching.words import (
    BookEvent,
    Ended,
    Phase,
    PhaseSet,
    PlaceOrder,
    Refused,
    SetBands,
    SetPhase,
    Traded,
)
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.primitives.errors import InputError

RULES = SessionRules(100, 50, 30, limit_band_ppm=100_000, trade_band_ppm=50_000, reference_every_ns=200)
OPEN, CLOSE = 1_000, 2_000


class Floor:
    """A book that keeps its timetable."""

    def __init__(self, session: BookSession) -> None:
        self.book, self.session = OrderBook(), session
        self.number = 0

    def at(self, now: int) -> list[BookEvent]:
        """Do what is due until `now`, each thing at its time."""
        told: list[BookEvent] = []
        while (due := self.session.due()) is not None and due <= now:
            moment = due or now
            assert self.session.is_due(moment)
            assert due == 0 or not self.session.is_due(due - 1)
            while (command := self.session.command(moment)) is not None:
                told += self._do(self.book.handle(command), moment)
        assert not self.session.is_due(now)
        return told

    def order(
        self, now: int, side: Side, quantity: int, price: int, **terms: object
    ) -> tuple[BookEvent, ...]:
        self.at(now)
        self.number += 1
        tif = terms.pop("tif", TimeInForce.GTC)
        order = PlaceOrder(self.number, "", side, OrderType.LIMIT, tif, quantity, price, **terms)  # type: ignore[arg-type]
        return tuple(self._do(self.book.handle(order), now))

    def _do(self, events: tuple[BookEvent, ...], now: int) -> tuple[BookEvent, ...]:
        self.session.hear(events, now)
        return events


def a_floor(rules: SessionRules = RULES, close: int = CLOSE, reference: int | None = 1_000) -> Floor:
    return Floor(BookSession(rules, OPEN, close, reference))


def phases(events: list[BookEvent]) -> list[Phase]:
    return [event.phase for event in events if isinstance(event, PhaseSet)]


def test_a_day_from_halt_to_halt():
    floor = a_floor()
    assert phases(floor.at(0)) == [Phase.HALTED]
    assert floor.session.due() == OPEN
    assert isinstance(floor.order(10, Side.BUY, 1, 1_000)[0], Refused)
    assert phases(floor.at(OPEN)) == [Phase.AUCTION]
    floor.order(OPEN + 1, Side.BUY, 5, 1_010)
    floor.order(OPEN + 2, Side.SELL, 3, 990)
    told = floor.at(OPEN + 100)
    assert [event.price for event in told if isinstance(event, Traded)] == [1_010]
    assert phases(told) == [Phase.CONTINUOUS]
    assert floor.book.bands == SetBands(909, 1_111, 960, 1_060)
    floor.order(OPEN + 150, Side.SELL, 1, 1_050, tif=TimeInForce.DAY)
    assert phases(floor.at(CLOSE - 50)) == [Phase.AUCTION]
    floor.order(CLOSE - 1, Side.SELL, 2, 1_000)
    told = floor.at(CLOSE)
    assert [event.quantity for event in told if isinstance(event, Traded)] == [2]
    assert phases(told) == [Phase.HALTED]
    assert isinstance(told[-1], Ended), "the order of the day ends with it"
    assert floor.session.due() is None


def test_a_price_that_runs_away_halts_and_trades_again_around_the_auction_s_price():
    floor = a_floor(SessionRules(volatility_auction_ns=30, trade_band_ppm=50_000), close=0)
    floor.at(OPEN)
    floor.order(OPEN, Side.SELL, 5, 1_100)
    events = floor.order(OPEN + 10, Side.BUY, 2, 1_200)
    assert events[-1] == PhaseSet(Phase.AUCTION, 1_100)
    assert floor.session.phase is Phase.AUCTION
    assert floor.session.due() == OPEN + 40
    assert floor.at(OPEN + 39) == []
    told = floor.at(OPEN + 40)
    assert [event.price for event in told if isinstance(event, Traded)] == [1_100]
    assert phases(told) == [Phase.CONTINUOUS]
    assert floor.book.bands == SetBands(None, None, 1_045, 1_155)
    assert floor.session.due() is None


def test_bounds_follow_the_last_price_every_so_often():
    floor = a_floor(SessionRules(trade_band_ppm=100_000, reference_every_ns=200), close=0)
    floor.at(OPEN)
    floor.order(OPEN + 1, Side.SELL, 1, 1_050)
    floor.order(OPEN + 2, Side.BUY, 1, 1_050)
    assert floor.book.bands == SetBands(None, None, 900, 1_100)
    floor.at(OPEN + 200)
    assert floor.book.bands == SetBands(None, None, 945, 1_155)
    assert floor.session.due() == OPEN + 400


def test_a_halt_that_reaches_the_closing_auction_goes_over_into_it():
    floor = a_floor(reference=1_000)
    floor.at(OPEN + 100)
    floor.order(CLOSE - 60, Side.SELL, 5, 1_100)
    floor.order(CLOSE - 55, Side.BUY, 2, 1_100)
    assert floor.session.phase is Phase.AUCTION
    assert phases(floor.at(CLOSE - 1)) == []
    told = floor.at(CLOSE)
    assert [event.price for event in told if isinstance(event, Traded)] == [1_100]
    assert phases(told) == [Phase.HALTED]


def test_somebody_s_halt_outlasts_the_end_of_an_auction():
    floor = a_floor(SessionRules(volatility_auction_ns=30, trade_band_ppm=50_000), close=0)
    floor.order(OPEN, Side.SELL, 5, 1_100)
    floor.order(OPEN + 10, Side.BUY, 2, 1_200)
    assert floor.session.phase is Phase.AUCTION
    floor._do(floor.book.handle(SetPhase(Phase.HALTED)), OPEN + 20)
    assert floor.session.due() is None
    assert floor.at(OPEN + 10_000) == []
    assert floor.book.phase is Phase.HALTED


def test_a_second_day_opens_a_book_that_was_closed():
    floor = a_floor(SessionRules(), close=CLOSE)
    floor.at(CLOSE)
    floor.session = BookSession(SessionRules(), 3_000, 4_000, phase=floor.book.phase)
    assert phases(floor.at(3_000)) == [Phase.CONTINUOUS]
    assert phases(floor.at(4_000)) == [Phase.HALTED]


def test_who_comes_late_does_what_is_due_once():
    rules = SessionRules(trade_band_ppm=100_000, reference_every_ns=1_000)
    floor, late = a_floor(rules, close=0), 10**12
    given = []
    while (command := floor.session.command(late)) is not None:
        given.append(type(command))
        floor._do(floor.book.handle(command), late)
    assert given == [SetPhase, SetBands, SetPhase]
    assert floor.session.due() == late + 1_000
    assert BookSession(SessionRules(reference_every_ns=1), OPEN).command(late) is not None


def test_without_auctions_and_bounds_it_opens_and_stays_open():
    floor = a_floor(SessionRules(), close=0, reference=None)
    assert phases(floor.at(OPEN)) == [Phase.HALTED, Phase.CONTINUOUS]
    assert floor.book.bands == SetBands()
    assert floor.session.due() is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opening_auction_ns": -1}, "opening_auction_ns"),
        ({"volatility_auction_ns": 0}, "volatility_auction_ns"),
        ({"trade_band_ppm": 1_000_000}, "trade_band_ppm"),
    ],
)
def test_rules_that_cannot_be_name_the_field(changes, field):
    with pytest.raises(InputError, match=field):
        SessionRules(**changes)


def test_a_session_must_have_room_for_its_auctions():
    with pytest.raises(InputError, match="close_ns"):
        BookSession(RULES, OPEN, OPEN + 150)
