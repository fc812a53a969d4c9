"""What is kept of a market is what happened, whoever counts; and watching changes nothing."""

import numpy as np
import pytest

from tests.application.prism.watched import Watched
from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS
from trade2026.application.prism import observing
from trade2026.application.prism.observing import CELLS, COLUMNS_KEPT, SPAN_BPS, Observer, cells_around
from trade2026.application.prism.windows import ROWS_MAX, Window
from trade2026.matching.compiled import layout as book_at
from trade2026.model.enums import Side
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.recording import Recorder
from trade2026.simulation.prism.timeline import Timeline


@pytest.fixture(scope="module")
def watched() -> Watched:
    found = Watched()
    found.pass_s(400)
    return found


def test_watching_changes_nothing(watched: Watched) -> None:
    alone = PrismMarket(TWO_BOOKS, 3, START)
    alone.run_until(START + 400 * SECOND)
    assert watched.market.state_sha256() == alone.state_sha256()


def test_trades_and_quotes_are_those_of_the_market(watched: Watched) -> None:
    since = watched.market.now_ns - observing.WINDOW_NS
    for number, book in enumerate(watched.observer.books):
        trades = watched.recorder.trades(number)
        assert book.trade_count == len(trades) > 500
        assert book.lots == trades[:, 2].sum()
        recent = trades[trades[:, 0] >= since]
        assert np.array_equal(book.trades.joined(watched.market.now_ns), recent[:, :4])
        quotes = watched.recorder.quotes(number)
        assert np.array_equal(book.quotes.joined(watched.market.now_ns), quotes[quotes[:, 0] >= since])
        last = book.tape[-1]
        assert (last.at, last.price, last.lots, 1 if last.is_buy else -1) == tuple(trades[-1, :4])


def test_inventory_and_cash_are_what_the_accounts_say(watched: Watched) -> None:
    clearing, flows = watched.market.exchange.clearing, watched.observer.flows
    for trader in watched.market.traders:
        owner = clearing.owners.number(trader.name)
        for number, book in enumerate(TWO_BOOKS.books):
            held = clearing.holdings[trader.name, book.listing.base].total
            change = held - watched.begun[trader.name, book.listing.base]
            assert flows.base[owner, number] * book.listing.lot_size == change
        cash = clearing.holdings[trader.name, "USDT"].total - watched.begun[trader.name, "USDT"]
        assert flows.cash[owner].sum() == cash
    assert flows.base.sum() == 0


def test_orders_and_cancels_are_counted_by_owner(watched: Watched) -> None:
    commands = watched.recorder.commands()
    ops = commands[:, at.LOG_COMMAND + book_at.OP]
    for number, book in enumerate(watched.observer.books):
        mine = commands[:, at.LOG_BOOK] == number
        assert book.orders == (mine & (ops == book_at.PLACE_ORDER)).sum()
        assert book.cancels == (mine & (ops == book_at.CANCEL_OPEN)).sum()
        assert watched.observer.flows.orders[:, number].sum() == book.orders


def test_a_column_a_second_shows_what_rests(watched: Watched) -> None:
    for number, book in enumerate(watched.observer.books):
        times = [column.at for column in book.columns]
        assert times == [START + n * SECOND for n in range(1, 401)]
        column = book.columns[-1]  # Of the moment at which time stands still now.
        engine = watched.market.exchange.books[number]
        cells = [0] * CELLS
        for side in Side:
            for level in engine.levels(side, 10_000):
                cell = (level.price - column.low_tick) // column.step_ticks
                if 0 <= cell < CELLS:
                    cells[cell] += level.shown_qty
        assert column.sizes == cells
        assert sum(cells) > 0
        quote = watched.market.quote(number)
        assert (column.bid, column.ask) == (quote.bid, quote.ask)
        near = book.depth.joined(watched.market.now_ns)[-1]
        assert 0 < near[1] <= sum(level.shown_qty for level in engine.levels(Side.BUY, 10_000))


def test_marks_only_grow_and_go_on_growing_over_a_restart(watched: Watched) -> None:
    marks = [column.mark for book in watched.observer.books for column in book.columns]
    marks += [trade.mark for book in watched.observer.books for trade in book.tape]
    assert len(set(marks)) == len(marks)
    assert max(marks) <= watched.observer.mark
    assert watched.observer.mark < watched.market.now_ns // 1_000_000  # Where the next one would begin.


def test_what_is_kept_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "_TOGETHER", 10)
    watched = Watched()
    watched.pass_s(COLUMNS_KEPT + 60)
    for book in watched.observer.books:
        assert len(book.columns) == COLUMNS_KEPT
        assert len(book.tape) == observing.TAPE_KEPT
        assert book.trade_count > observing.TAPE_KEPT
    assert len(watched.observer._commands) < 10


def test_heard_by_command_or_in_chunks_is_the_same() -> None:
    found = []
    for is_stepwise in (False, True):
        watched = Watched(5)
        watched.market.hear_every_step(is_wanted=is_stepwise)
        watched.pass_s(30.5)
        book = watched.observer.books[1]
        kept = (list(book.columns), [each[1:] for each in book.tape], book.orders, book.cancels)
        found.append((kept, watched.observer.flows.cash.tobytes()))
    assert found[0] == found[1]


def test_somebody_new_has_room(watched: Watched) -> None:
    late = PrismMarket(TWO_BOOKS, 3, START)
    observer = Observer(Timeline(late))
    for number in range(200):
        late.exchange.clearing.number(f"guest-{number}")
    late.run_until(START + 20 * SECOND)
    observer.count()
    assert len(observer.flows.base) >= 200
    assert observer.flows.orders.sum() == sum(book.orders for book in observer.books)


@pytest.mark.parametrize(
    ("mid", "low", "step"), [(6_000_000.5, 5_993_600, 200), (15_000.0, 14_968, 1), (300_000.0, 299_680, 10)]
)
def test_cells_are_round_and_hold_the_span(mid: float, low: int, step: int) -> None:
    assert cells_around(mid) == (low, step)
    assert step * CELLS >= mid * SPAN_BPS * 1e-4
    assert low % step == 0


def test_a_window_forgets_what_is_too_old_and_too_much() -> None:
    window = Window(2, 100)
    assert window.joined(0).shape == (0, 2)
    for time in range(0, 300, 10):
        window.add(np.array([[time, time], [time + 5, 0]], np.int64))
    assert window.joined(300)[:, 0].tolist() == list(range(200, 300, 5))
    assert window.joined(1_000).shape == (0, 2)
    rows = np.zeros((ROWS_MAX // 2, 2), np.int64)
    for _ in range(5):
        window.add(rows)
    assert len(window.joined(0)) <= ROWS_MAX


def test_a_recorder_of_a_part_agrees() -> None:
    """An observer that comes later counts from then on."""
    market = PrismMarket(TWO_BOOKS, 4, START)
    market.run_until(START + 60 * SECOND)
    recorder = Recorder(market)
    observer = Observer(Timeline(market))
    market.run_until(START + 90 * SECOND)
    observer.count()
    assert observer.books[0].trade_count == len(recorder.trades(0))
