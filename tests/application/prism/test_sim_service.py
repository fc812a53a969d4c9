"""What others ask of a running market, over its socket: everything agrees with the market itself."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.application.prism.watched import BTC, ETH, Still, Watched
from tests.application.runner.fakes import FakeChildren
from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.adapters.embedded.sim_link import SimConnection, serve_sim
from trade2026.application.prism.scorecards import Scorecards
from trade2026.application.prism.showing import LEVELS, TAPE
from trade2026.application.prism.sim_service import SimService
from trade2026.matching.words import PlaceOrder
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.ports.asking import KeyReused, UnknownId
from trade2026.ports.runner_link import JobState
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import MILLISECOND_NS


class Floor(Watched):
    """A live market whose socket is open; `notes` are lines of its log."""

    def __init__(self, folder: Path) -> None:
        super().__init__(is_live=True)
        assert self.prism is not None
        self.notes: list[str] = []
        self.path = str(folder / "sim.sock")
        cards = Scorecards(DiskStorage(folder / "prism"), FakeChildren(), Still())
        self.service = SimService(self.prism, self.observer, cards, "r1", self.notes.append)
        self.client = SimConnection(self.path, first_pause_ns=MILLISECOND_NS)

    def buys(self, owner: str, lots: int) -> None:
        """Somebody who is none of the market's own takes."""
        for asset in ("BTC", "USDT"):
            self.market.exchange.clearing.deposit(owner, asset, 10**17)
        order = PlaceOrder(
            self.market.next_order_id(), owner, Side.BUY, OrderType.MARKET, TimeInForce.IOC, lots
        )
        self.market.submit(owner, 0, order)
        self.market.flush()


def served(seconds: float) -> Callable[[Callable[[Floor], Awaitable[None]]], Callable[[Path], None]]:
    """A test on a market that has run for a while."""

    def around(test: Callable[[Floor], Awaitable[None]]) -> Callable[[Path], None]:
        async def whole(tmp_path: Path) -> None:
            floor = Floor(tmp_path)
            floor.pass_s(seconds)
            server = await serve_sim(floor.path, floor.service)
            await floor.client.start()
            assert await floor.client.wait_connected(5 * SECOND)
            try:
                await asyncio.wait_for(test(floor), 60)
            finally:
                await floor.client.aclose()
                await server.aclose()

        def run(tmp_path: Path) -> None:
            asyncio.run(whole(tmp_path))

        run.__name__ = test.__name__
        return run

    return around


@served(30.5)
async def test_the_whole_market(floor: Floor) -> None:
    floor.buys("ann", 700)
    found = await floor.client.status()
    assert (found.run, found.seed, found.speed, found.agents) == ("r1", 3, 1.0, 40)
    assert (found.started, found.now) == (START, floor.market.now_ns)
    assert found.customers == ("ann",)
    assert [book.instrument_id for book in found.books] == [BTC, ETH]
    for number, book in enumerate(found.books):
        quote, tick = floor.market.quote(number), book.tick_size
        assert (book.bid, book.ask) == (quote.bid * tick, quote.ask * tick)
        assert book.price == (floor.market.exchange.books[number].last_price or 0) * tick
        assert book.trades == len(floor.recorder.trades(number))
        lots = Decimal(int(floor.recorder.trades(number)[:, 2].sum()))
        assert book.volume == pytest.approx(float(lots * book.lot_size / 10**9))
        assert book.phase == "CONTINUOUS"
    assert found.trades == sum(book.trades for book in found.books)
    assert found.orders > found.cancels > 0


@served(40)
async def test_a_book_is_told_once_and_whole(floor: Floor) -> None:
    first = await floor.client.live(BTC, 0)
    assert len(first.columns) == 40
    assert [column.at for column in first.columns] == sorted(column.at for column in first.columns)
    assert len(first.tape) == min(TAPE, len(floor.recorder.trades(0)))
    assert len(first.bids) == min(LEVELS, len(floor.market.exchange.books[0].levels(Side.BUY, LEVELS)))
    for side, levels in ((Side.BUY, first.bids), (Side.SELL, first.asks)):
        listing = TWO_BOOKS.books[0].listing
        known = floor.market.exchange.books[0].levels(side, LEVELS)
        assert list(levels) == [
            (level.price * listing.tick_size, level.shown_qty * listing.lot_size, level.orders)
            for level in known
        ]
    assert (await floor.client.live(BTC, first.cursor)).tape == ()
    trades, columns, cursor = list(first.tape), list(first.columns), first.cursor
    for _ in range(20):
        floor.pass_s(0.37)
        more = await floor.client.live(BTC, cursor)
        assert more.cursor >= cursor
        cursor = more.cursor
        trades, columns = [*more.tape, *trades], [*columns, *more.columns]
    assert [trade.trade_id for trade in trades] == sorted((t.trade_id for t in trades), reverse=True)
    assert len({trade.trade_id for trade in trades}) == len(trades)
    ids = [trade.trade_id for trade in trades]
    assert ids == list(range(ids[0], ids[-1] - 1, -1))  # None is missing.
    assert [column.at for column in columns] == [START + n * SECOND for n in range(1, 48)]
    fresh = await floor.client.live(BTC, 2**60)  # A cursor of another run.
    assert len(fresh.columns) == 47


@served(60)
async def test_traders_of_a_book_and_of_all(floor: Floor) -> None:
    floor.buys("ann", 700)
    both = {book: {row.name: row for row in (await floor.client.agents(book)).rows} for book in (BTC, ETH)}
    for row in (await floor.client.agents("")).rows:
        parts = [both[book][row.name] for book in (BTC, ETH)]
        assert row.inventory is None
        assert row.pnl == sum(part.pnl for part in parts) == row.inventory_value + row.cash_change
        assert row.orders == sum(part.orders for part in parts)
        assert row.volume == pytest.approx(sum(part.volume for part in parts))
        known = sum(
            order.owner == row.name for book in floor.market.exchange.books for order in book.orders.values()
        )
        assert row.open_orders == known
    ann = both[BTC]["ann"]
    assert (ann.kind, ann.inventory, ann.orders) == ("customer", 700 * 10**4, 1)
    assert ann.cash_change < 0  # The deposit is no gain.
    assert ann.volume == pytest.approx(-ann.cash_change / 1e9 / 1.0002)
    kinds = {row.kind for row in both[BTC].values()}
    assert kinds == {"noise", "informed", "maker", "momentum", "customer"}
    total = sum(row.pnl for row in both[ETH].values())
    assert total <= 0  # What everybody made is what they paid in fees.


@served(20)
async def test_figures_are_taken_once_a_second(floor: Floor) -> None:
    first = await floor.client.gauges(ETH)
    assert first.window_s == 300
    assert len(first.gauges) == 12
    floor.pass_s(0.9)
    assert await floor.client.gauges(ETH) == first
    floor.pass_s(0.2)
    assert (await floor.client.gauges(ETH)).now == floor.market.now_ns


@served(5)
async def test_a_scenario_comes_about_and_is_noted(floor: Floor) -> None:
    kinds = await floor.client.kinds()
    assert len(kinds) == 6
    for key in ("k", "k"):
        await floor.client.inject("fat_finger", {"clips": 50}, trader_id="ann", reason="look", key=key)
    with pytest.raises(KeyReused):
        await floor.client.inject("fat_finger", {"clips": 51}, trader_id="ann", reason="look", key="k")
    (note,) = floor.notes
    assert note.startswith("ann has brought about fat_finger on BTCUSDT.PRISM: sells 50 usual")
    assert note.endswith("(look)")
    floor.pass_s(1)
    found = await floor.client.status()
    assert len(found.injected) == 1
    (row,) = (row for row in (await floor.client.agents("")).rows if row.kind == "scenario")
    assert row.orders == 1


@served(1)
async def test_what_there_is_not(floor: Floor) -> None:
    for ask in (floor.client.live("DOGE", 0), floor.client.gauges("DOGE"), floor.client.agents("DOGE")):
        with pytest.raises(UnknownId, match=r"instrument_id must be one of BTCUSDT\.PRISM"):
            await ask
    with pytest.raises(UnknownId, match="no scorecard"):
        await floor.client.scorecard()
    with pytest.raises(InputError, match="seeds must be"):
        await floor.client.start_scorecard(0, 1.0, "ann")
    assert (await floor.client.start_scorecard(1, 1.0, "ann")).state is JobState.RUNNING
    assert (await floor.client.cancel_scorecard()).job_id == (await floor.client.scorecard_job()).job_id


@served(1)
async def test_a_market_that_is_away_is_said_to_be(floor: Floor) -> None:
    lonely = SimConnection(floor.path + ".none")
    with pytest.raises(OperatingError, match="the simulated market is away") as caught:
        await lonely.status()
    assert caught.value.retryable


@served(1)
async def test_many_look_at_once(floor: Floor) -> None:
    books = itertools.cycle((BTC, ETH))
    answers = await asyncio.gather(*(floor.client.live(next(books), 0) for _ in range(50)))
    assert {answer.instrument_id for answer in answers} == {BTC, ETH}
