"""Quotes and bars: what was told, joined to history up to trading time and never beyond it."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.application.read_models.journaled import spawn
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.sp500 import Sp500Source
from trade2026.application.named_data import NamedData
from trade2026.application.read_models import MarketView
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.core_link import FeedState, FeedStatus, Market
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, MINUTE_NS, SECOND_NS, date_to_unix_ns, format_ns, parse_date

SOURCE = Sp500Source()
BARS = [bar for batch in SOURCE.batches(None, None) for bar in batch if isinstance(bar, Bar)]
NAME = BARS[0].instrument_id
OWN = [bar for bar in BARS if bar.instrument_id == NAME]


class Data:
    """Finds one source, and counts how often it was opened."""

    def __init__(self, source):
        self.source, self.opened = source, 0

    def shipped(self) -> tuple[str, ...]:
        return ()

    def names(self):
        return ("sp500",)

    def about(self, name: str) -> NamedData:
        raise NotImplementedError(name)  # Nobody asks.

    def live(self, request):
        raise AssertionError("whoever shows a market needs no line to it")

    def open(self, request):
        self.opened += 1
        if request.names != ("sp500",):
            raise InputError("no such data")
        return self.source


async def in_thread(call):
    return await asyncio.to_thread(call)


def view(source=SOURCE, **options):
    return MarketView(Data(source), Calendars(), spawn, in_thread, **options)


def status(now, name="sp500", state=FeedState.PLAYING):
    return FeedStatus(0, "REPLAY", name, state, now, 0, 0, 1.0, "")


def market(now, *events):
    return Market(1, now, events)


def expected(bars):
    return [(format_ns(bar.ts_event), f"{bar.close / UNIT:g}") for bar in bars]


def shown(bars):
    return [(item.ts, f"{float(item.close):g}") for item in bars.items]


def test_history_ends_at_trading_time_and_what_is_told_follows():
    async def main():
        models = view()
        at = OWN[500].ts_event
        models.tell(status(at))
        day = [bar for bar in BARS if bar.ts_event == OWN[501].ts_event]
        models.tell(market(OWN[501].ts_event, *day))  # While the history is read.
        bars = await models.bars(NAME, limit=20_000)
        assert shown(bars) == expected(OWN[:502])
        assert (bars.interval_ns, bars.has_open) == (DAY_NS, False)
        assert shown(await models.bars(NAME, limit=3, end_ns=OWN[400].ts_event)) == expected(OWN[397:400])
        assert shown(await models.bars(NAME, limit=10, start_ns=OWN[500].ts_event)) == expected(OWN[500:502])
        assert shown(await models.bars(NAME, limit=2, end_ns=2**62)) == expected(OWN[500:502])
        assert (await models.bars("NONE.XNAS")).items == ()
        with pytest.raises(InputError, match="limit"):
            await models.bars(NAME, limit=0)
        quote = models.quote(NAME)
        last, previous = OWN[501].close, OWN[500].close
        assert float(quote.last) == last / UNIT
        assert float(quote.previous_close) == previous / UNIT
        assert float(quote.change_bps) == pytest.approx((last / previous - 1) * 1e4, abs=0.006)
        assert not quote.stale
        assert models.prices()[NAME] == (last, OWN[501].ts_event)
        assert models.last_bar(NAME).close == last
        assert len(models.quotes()) == 20
        assert models._data.opened == 1

    asyncio.run(main())


def test_memory_is_bounded_and_older_bars_are_read_again():
    async def main():
        models = view(bars_max=100)
        models.tell(status(OWN[1000].ts_event))
        bars = await models.bars(NAME, limit=50, end_ns=OWN[200].ts_event)
        assert shown(bars) == expected(OWN[150:200])
        assert shown(await models.bars(NAME, limit=900)) == expected(OWN[101:1001])
        assert 100 <= len(models._known.bars[NAME]) < 200
        assert models._data.opened > 1

    asyncio.run(main())


def test_a_quote_is_stale_when_a_newer_one_should_have_come():
    async def main():
        models = view()
        friday = next(bar for bar in OWN if bar.ts_event > date_to_unix_ns(parse_date("1990-02-02", "day")))
        models.tell(status(friday.ts_event))
        await models.bars(NAME)
        for now, stale in ((2 * DAY_NS, False), (3 * DAY_NS, False), (3 * DAY_NS + 1, True)):
            models.tell(status(friday.ts_event + now))
            assert models.quote(NAME).stale is stale
        models = view()
        models.tell(status(friday.ts_event))
        await models.bars(NAME)
        models.lost()
        assert models.quote(NAME).stale
        models.tell(status(friday.ts_event, state=FeedState.FAILED))
        assert models.quote(NAME).stale
        models.tell(status(friday.ts_event))
        assert not models.quote(NAME).stale

    asyncio.run(main())


def test_without_history_what_is_told_is_shown_and_the_trouble_is_named():
    async def main():
        models = view()
        moved: list[Sequence[str]] = []
        unsubscribe = models.subscribe(moved.append)
        models.tell(status(0, "other"))
        bar = Bar("X.SIM", DAY_NS, DAY_NS, None, None, None, 5 * UNIT, None)
        models.tell(market(DAY_NS, bar))
        assert [item.close for item in (await models.bars("X.SIM")).items] == ["5"]
        assert models.problem == "no such data"
        assert models.quote("X.SIM").last == "5"
        assert models.quote("Y.SIM") is None
        assert ("X.SIM",) in moved
        unsubscribe()
        count = len(moved)
        models.tell(market(2 * DAY_NS, bar))
        assert len(moved) == count

    asyncio.run(main())


def test_trades_and_quotes_become_bars_of_a_minute():
    async def main():
        models = view()
        prices = (5, 9, 3, 7, 8)
        times = (1, 20, 40, 59, 61)
        for price, second in zip(prices, times, strict=True):
            ts = second * SECOND_NS
            models.tell(market(ts, Trade("T.SIM", ts, ts, price * UNIT, 2 * UNIT, None, "t")))
            assert models.quote("T.SIM").last == str(price)
        (item,) = (await models.bars("T.SIM")).items
        assert (item.open, item.high, item.low, item.close, item.volume) == ("5", "9", "3", "7", "8")
        assert item.ts == format_ns(MINUTE_NS)
        quote = Quote("T.SIM", 70 * SECOND_NS, 70 * SECOND_NS, 4 * UNIT, 6 * UNIT, UNIT, UNIT)
        models.tell(market(70 * SECOND_NS, quote))
        shown = models.quote("T.SIM")
        assert (shown.bid, shown.ask, shown.last) == ("4", "6", "5")

    asyncio.run(main())


class Living:
    """A market that lives: what it wrote of itself so far, by the end of each minute."""

    def __init__(self):
        self.bars = []

    def describe(self):
        return DataDescription("sp500", "", (), True, 0, True, False, None)

    def instruments(self):
        return ()

    def batches(self, start_ns, end_ns):
        first, last = start_ns or 0, end_ns or 2**63
        yield [bar for bar in self.bars if first <= bar.ts_event < last]


def bar_of(minute, price):
    end = minute * MINUTE_NS
    return Bar("T.PRISM", end, end, price, price, price, price, 2 * UNIT)


def test_a_bar_that_is_told_is_what_counts_where_only_part_of_its_minute_was_heard():
    async def main():
        source = Living()
        source.bars = [bar_of(1, UNIT), bar_of(2, 2 * UNIT)]
        models = view(source)

        def trade(second, price, *bars):
            ts = int(second * SECOND_NS)
            models.tell(market(ts, *bars, Trade("T.PRISM", ts, ts, price * UNIT, UNIT, None, "t")))

        models.tell(status(150 * SECOND_NS))
        await models.bars("T.PRISM")
        trade(155, 30)  # Of the third minute, whose first half was not heard.
        assert models.last_bar("T.PRISM").close == 30 * UNIT, "the minute that goes on"
        trade(181, 4, bar_of(3, 3 * UNIT))
        assert [item.close for item in (await models.bars("T.PRISM")).items] == ["1", "2", "3"]
        trade(241, 5, bar_of(4, 4 * UNIT))
        assert [item.close for item in (await models.bars("T.PRISM")).items] == ["1", "2", "3", "4"]

    asyncio.run(main())


def test_quotes_of_a_market_that_does_not_answer_are_stale():
    async def main():
        source = Living()
        models = view(source)
        ts = SECOND_NS
        models.tell(status(ts))
        models.tell(market(ts, Trade("T.PRISM", ts, ts, UNIT, UNIT, None, "t")))
        assert not models.quote("T.PRISM").stale
        models.tell(status(ts, state=FeedState.AWAY))
        assert models.quote("T.PRISM").stale
        await models.bars("T.PRISM")
        source.bars = [bar_of(1, UNIT)]
        models.tell(status(70 * SECOND_NS))
        assert [item.close for item in (await models.bars("T.PRISM")).items] == ["1"]

    asyncio.run(main())
