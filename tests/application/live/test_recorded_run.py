"""A desk whose data is a recorded run: the feed plays what the market said, and orders fill at its quotes."""

import asyncio
from itertools import groupby
from pathlib import Path

import msgspec
import pytest

from tests.application.live.sim_desk import _SERVICES, SMALL, SimDesk, submit
from tests.application.prism.runs import BEGIN, IDS, record, said_by_market
from tests.application.read_models.journaled import spawn
from tests.application.read_models.test_market import in_thread
from tests.simulation.prism.helpers import SECOND
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.application.live.config import AccountConfig, DeskConfig, ReplayConfig
from trade2026.application.read_models import MarketView
from trade2026.application.requests import DataRequest
from trade2026.model.enums import OrderStatus
from trade2026.model.events import OrderApproved
from trade2026.model.market_data import MarketEvent, Quote, Trade
from trade2026.oms.status import order_status
from trade2026.ports.core_link import FeedAction, FeedState, FeedStatus, Market
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, format_raw

ETHER = IDS[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("runs") / "run"
    record(found)
    return found


def config(folder: Path) -> DeskConfig:
    """As `desk/config.json` would say it."""
    text = msgspec.json.encode({
        "data": {"names": [str(folder)]}, "accounts": [{"account_id": "PAPER", "currency": "USDT"}],
        "replay": {"is_paused": True},
    })  # fmt: skip
    found = msgspec.json.decode(text, type=DeskConfig)
    assert found.replay == ReplayConfig(is_paused=True)
    assert found.accounts == (AccountConfig(currency="USDT"),)
    assert found.data == DataRequest(names=(str(folder),))
    return found


def played(desk: SimDesk) -> list[MarketEvent]:
    return [event for each in desk.told if type(each) is Market for event in each.events]


def said() -> list[MarketEvent]:
    """What the market said, trades numbered as they come."""
    events, count = [], 0
    for event in said_by_market():
        if isinstance(event, Trade):
            count += 1
            event = msgspec.structs.replace(event, trade_id=str(count))
        events.append(event)
    return events


def test_the_feed_plays_all_of_it_a_time_at_a_step(folder: Path) -> None:
    events = said()
    times = [time for time, _ in groupby(events, key=lambda event: event.ts_event)]

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(1), config(folder), SMALL).open()
        feed = desk.desk.feed
        status = feed.status()
        assert (status.first_ns, status.last_ns, status.data) == (times[0], times[-1], str(folder))
        await desk.step(2)
        assert feed.now == times[2]
        desk.desk.service.control_feed(FeedAction.SPEED, 0.0)
        desk.desk.service.control_feed(FeedAction.PLAY, 0.0)
        await desk.until(lambda: feed.status().state is FeedState.ENDED)
        await desk.until(lambda: len(played(desk)) == len(events))
        assert played(desk) == events
        await desk.close()

    run(1, main)


def test_an_order_fills_at_the_quote_that_follows(folder: Path) -> None:
    quotes = [each for each in said() if isinstance(each, Quote) and each.instrument_id == ETHER]

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(2), config(folder), SMALL).open()
        await desk.entitle()
        while desk.desk.feed.now < quotes[3].ts_event:
            await desk.step()
        approved = await desk.one(submit("one", quantity=1, instrument_id=ETHER))
        assert isinstance(approved, OrderApproved)
        while desk.desk.feed.now < quotes[4].ts_event:
            await desk.step()
        engines = desk.desk.core.engines
        await desk.until(lambda: engines.ledger.accounts["PAPER"].positions)
        (order,) = engines.oms.orders.values()
        quantity = min(UNIT, quotes[4].ask_size)
        assert engines.ledger.accounts["PAPER"].positions[ETHER].quantity == quantity
        assert order.cum_qty == quantity
        assert (order_status(order) is OrderStatus.FILLED) == (quantity == UNIT)
        cost = UNIT * engines.ledger.accounts["PAPER"].positions[ETHER].cost // quantity
        assert cost == quotes[4].ask_price
        await desk.close()

    run(2, main)


def test_the_page_has_its_history_up_to_trading_time(folder: Path) -> None:
    events = said()
    ended = BEGIN + 45 * SECOND  # A minute of the clock has ended by then.
    now = next(event.ts_event for event in events if event.ts_event >= ended)
    quotes = [each for each in events if isinstance(each, Quote) and each.ts_event <= now]
    last = [quote for quote in quotes if quote.instrument_id == ETHER][-1]

    async def main() -> None:
        models = MarketView(_SERVICES.data, Calendars(), spawn, in_thread)
        models.tell(FeedStatus(0, "REPLAY", str(folder), FeedState.PAUSED, now, 0, 0, 1.0, ""))
        bars = await models.bars(ETHER)
        assert models.problem == ""
        assert len(bars.items) >= 1
        quote = models.quote(ETHER)
        assert quote is not None
        assert (quote.bid, quote.ask) == (format_raw(last.bid_price), format_raw(last.ask_price))

    asyncio.run(main())


def test_a_desk_does_not_open_on_a_damaged_run(folder: Path, tmp_path: Path) -> None:
    async def main(loop: SimLoop) -> None:
        with pytest.raises(InputError, match=r"must have run\.json"):
            await SimDesk(loop, SimDisk(3), config(tmp_path), SMALL).open()

    run(3, main)
