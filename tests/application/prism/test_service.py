"""The simulated market behind its line: what it does, refuses and tells, over an exchange that is instant."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.web.binance.house import StillClock
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.live.config import AccountConfig, DeskConfig
from trade2026.application.prism import trading
from trade2026.application.prism.customers import Customer, customers_of, guest_of
from trade2026.application.prism.keeping import Keeper
from trade2026.application.prism.run import gone_on
from trade2026.application.prism.service import Made, PrismDesk
from trade2026.application.prism.trading import DEAD_MAN
from trade2026.matching.clearing import Listing
from trade2026.matching.market import Market
from trade2026.matching.words import BookCommand, PlaceOrder
from trade2026.model.enums import AccountType, ExecType, OrderType, Side, TimeInForce
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.ports.prism import Tick
from trade2026.ports.prism_trading import (
    AccountReport,
    AskBars,
    AskExecutions,
    AskHoldings,
    AskOpenOrders,
    AskOrders,
    AskTime,
    Beat,
    Cancel,
    Done,
    Executions,
    Holdings,
    Place,
    Refused,
    RenewDeadMan,
    Replace,
    TimeIs,
)
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.exchange.instant import InstantExchange
from trade2026.simulation.exchange.reports import Report
from trade2026.simulation.prism.config import PrismConfig

LISTING = Listing("BTCUSDT", "BTC", "USDT", 10**7, 10**4, taker_fee_ppm=200)
ID = "BTCUSDT.PRISM"
CASH = 10**6 * UNIT
CUSTOMERS = {
    "a": Customer("a", (("USDT", CASH),), (("BTC", UNIT),)),
    "b": Customer("b", (("USDT", CASH),)),
}


class LateExchange(InstantExchange):
    """Does what it is asked when a test says so; at once while it is not told to wait."""

    waits = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.under_way: list[asyncio.Event] = []

    async def request(self, owner: str, number: int, command: BookCommand) -> Report:
        if self.waits:
            arrives = asyncio.Event()
            self.under_way.append(arrives)
            await arrives.wait()
        return self.do(owner, number, command)


class SlowSync:
    """The disk of a keeper, whose syncs end when a test says so."""

    def __init__(self, keeper: Keeper) -> None:
        self.ends, self.fails, self.syncs = asyncio.Event(), False, 0
        self._sync = keeper._log.sync
        keeper._log.sync = self.sync  # type: ignore[method-assign]

    async def sync(self) -> None:
        self.syncs += 1
        await self.ends.wait()
        if self.fails:
            raise StoreUnavailable("cannot sync. Check the disk.")
        await self._sync()


class Given:
    """A market, its service, and one account that is attended."""

    def __init__(self, folder: Path) -> None:
        self.clock = StillClock()
        self.market = Market([LISTING])
        self.market.clearing.deposit("mia", "USDT", CASH)
        self.market.clearing.deposit("mia", "BTC", 100 * UNIT)
        self.exchange = LateExchange(self.market, self.clock.now_ns)
        self.keeper = Keeper(DiskStorage(folder), self.clock.now_ns)
        self.keeper.begin()
        self.desk = PrismDesk(
            self.exchange, self.market.clearing, self.keeper, self.clock, Made(3, 1.0), CUSTOMERS.get
        )
        self.news: list[Any] = []
        self.desk.attend("a", self.news.append)
        self.names = 0

    def quote(self, price: int, lots: int, side: Side) -> None:
        """Mia's, in whole units of the quote asset."""
        order_id = self.exchange.next_order_id()
        kind, time_in_force = OrderType.LIMIT, TimeInForce.GTC
        self.exchange.do("mia", 0, PlaceOrder(order_id, "mia", side, kind, time_in_force, lots, price * 100))

    def place(self, name: str, side: Side = Side.BUY, price: int | None = 100, **more: Any) -> Place:
        terms: dict[str, Any] = {
            "order_type": OrderType.MARKET if price is None else OrderType.LIMIT,
            "time_in_force": TimeInForce.GTC, "order_qty": UNIT // 100, "instrument_id": ID,
            "stamp": self.clock.now_ns(), "window_ns": SECOND_NS,
        }  # fmt: skip
        limit_price = None if price is None else price * UNIT
        return Place(client_order_id=name, side=side, limit_price=limit_price, **{**terms, **more})

    def cancel(self, name: str, orig: str) -> Cancel:
        return Cancel(self.clock.now_ns(), SECOND_NS, name, orig)

    def replace(self, name: str, orig: str, order_qty: int, price: int | None = None) -> Replace:
        limit_price = None if price is None else price * UNIT
        return Replace(self.clock.now_ns(), SECOND_NS, name, orig, order_qty, limit_price)

    async def ask(self, question: Any, account_id: str = "a") -> Any:
        return await self.desk.answer(account_id, question)

    async def refused(self, question: Any, why: str, account_id: str = "a") -> None:
        told = len(self.news)
        reply = await self.ask(question, account_id)
        assert isinstance(reply, Refused), reply
        assert why in reply.text
        assert len(self.news) == told

    @property
    def reports(self) -> list[Any]:
        return [each.report for each in self.news if isinstance(each, AccountReport)]

    def kinds(self) -> list[tuple[str, ExecType]]:
        return [(each.client_order_id, each.exec_type) for each in self.reports]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path / "kept")


def run(main: Callable[[], Any]) -> None:
    asyncio.run(asyncio.wait_for(main(), 20))


NEW, TRADE, CANCELED, REPLACED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED, ExecType.REPLACED


def test_reports_have_numbers_and_questions_say_what_they_said(given: Given) -> None:
    async def main() -> None:
        given.quote(101, 1_000, Side.SELL)
        assert await given.ask(given.place("o", price=101)) == Done()
        assert await given.ask(given.place("p", price=99)) == Done()
        assert await given.ask(given.replace("q", "p", UNIT // 50)) == Done()
        assert await given.ask(given.cancel("c", "q")) == Done()
        assert given.kinds() == [("o", NEW), ("o", TRADE), ("p", NEW), ("q", REPLACED), ("c", CANCELED)]
        assert [each.number for each in given.news[1:]] == [1, 2, 3, 4, 5]
        (fill,) = (await given.ask(AskExecutions(0))).items
        assert fill == given.reports[1]
        assert (fill.last_px, fill.last_qty, fill.commission_currency) == (101 * UNIT, UNIT // 100, "USDT")
        assert fill.commission == 101 * UNIT // 100 * 200 // 10**6
        orders = (await given.ask(AskOrders(0))).items
        assert [(each.client_order_id, each.exec_type) for each in orders] == [("o", TRADE), ("q", CANCELED)]
        held = {each.commodity: each.amount for each in (await given.ask(AskHoldings())).items}
        assert held == {"BTC": UNIT // 100, "USDT": CASH - 101 * UNIT // 100 - fill.commission}
        assert (await given.ask(AskTime())) == TimeIs(given.clock.now_ns())

    run(main)


def test_nothing_is_told_or_answered_that_a_loss_of_power_would_take_back(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        disk = SlowSync(given.keeper)
        given.quote(101, 1_000, Side.SELL)
        loop = asyncio.get_running_loop()
        asked = [
            loop.create_task(given.ask(given.place("o", price=101))),
            loop.create_task(given.ask(AskExecutions(0))),
            loop.create_task(given.ask(AskHoldings())),
        ]
        late: list[Any] = []
        for _ in range(10):
            await asyncio.sleep(0)
        given.desk.attend("a", late.append)
        assert given.exchange.balances("a")["BTC"].total == UNIT // 100
        assert given.kinds() == []
        assert [each.number for each in late] == [0]
        assert not any(each.done() for each in asked)
        disk.ends.set()
        assert await asked[0] == Done()
        assert given.kinds() == [("o", NEW), ("o", TRADE)]
        assert [each.number for each in late] == [0, 1, 2]
        assert [type(await each) for each in asked[1:]] == [Executions, Holdings]

    run(main)


def test_requests_share_a_sync(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        disk = SlowSync(given.keeper)
        disk.ends.set()
        asked = [given.ask(given.place(f"o{number}", price=90)) for number in range(50)]
        assert await asyncio.gather(*asked) == [Done()] * 50
        assert disk.syncs <= 3
        assert not given.keeper.is_dirty

    run(main)


def test_what_no_disk_takes_is_told_to_nobody(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        disk = SlowSync(given.keeper)
        disk.fails = True
        disk.ends.set()
        with pytest.raises(StoreUnavailable):
            await given.ask(given.place("o", price=90))
        assert given.kinds() == []

    run(main)


def test_questions_since_a_time_leave_out_what_was_before(given: Given) -> None:
    async def main() -> None:
        given.quote(101, 2_000, Side.SELL)
        await given.ask(given.place("o", price=101))
        given.clock.ns += SECOND_NS
        await given.ask(given.place("p", price=101))
        await given.ask(given.place("q", price=90))
        since = given.clock.now_ns()
        assert [each.client_order_id for each in (await given.ask(AskExecutions(since))).items] == ["p"]
        assert {each.client_order_id for each in (await given.ask(AskOrders(since))).items} == {"p", "q"}
        assert len((await given.ask(AskOrders(0))).items) == 3

    run(main)


def test_long_answers_come_in_pages_that_leave_nothing_out(given: Given, monkeypatch: Any) -> None:
    monkeypatch.setattr(trading, "PAGE_MAX", 3)

    async def main() -> None:
        given.quote(101, 7_000, Side.SELL)
        for number in range(7):
            await given.ask(given.place(f"f{number}", price=101))
            await given.ask(given.place(f"o{number}", price=90))
        found: dict[str, ExecType] = {}
        since, is_last = 0, False
        while not is_last:
            page = await given.ask(AskOrders(since))
            assert len(page.items) <= 3
            found |= {each.client_order_id: each.exec_type for each in page.items}
            since, is_last = page.items[-1].ts_event + 1, page.is_last
            if len(found) < 10:  # One that was told of already, or not yet.
                await given.ask(given.cancel(f"c{len(found)}", f"o{len(found) // 2}"))
        assert set(found) == {f"{kind}{number}" for kind in "fo" for number in range(7)}
        there = (await given.ask(AskOpenOrders())).items
        assert len(there) == 3
        assert {name for name, kind in found.items() if kind is CANCELED} == {"o1", "o3", "o4"}
        names, since, is_last = [], 0, False
        while not is_last:
            page = await given.ask(AskExecutions(since))
            names += [each.client_order_id for each in page.items]
            since, is_last = page.items[-1].ts_event + 1, page.is_last
        assert names == [f"f{number}" for number in range(7)]

    run(main)


def test_an_id_is_used_once_for_ever(given: Given, tmp_path: Path) -> None:
    async def main() -> None:
        await given.ask(given.place("o", price=90))
        await given.refused(given.place("o", price=90), "used before")
        await given.ask(given.replace("r", "o", UNIT // 50))
        await given.ask(given.cancel("c", "o"))
        await given.refused(given.place("r", price=90), "used before")
        await given.ask(given.place("x", price=90))
        await given.refused(given.replace("o", "x", UNIT), "used before")
        again = Given(tmp_path / "kept")
        await again.refused(again.place("o", price=90), "used before")
        await again.refused(again.place("r", price=90), "used before")
        assert await again.ask(again.place("o", price=90), "b") == Refused(
            "a client without an account cannot ask Place"
        )
        again.desk.attend("b", lambda _: None)
        assert await again.ask(again.place("o", price=90), "b") == Done()

    run(main)


def test_what_was_refused_has_not_used_its_id(given: Given) -> None:
    async def main() -> None:
        await given.refused(given.place("o", price=100, order_qty=10**4 * UNIT - UNIT // 100), "FUNDS")
        assert await given.ask(given.place("o", price=100)) == Done()

    run(main)


def test_what_comes_too_late_is_refused_and_never_done(given: Given) -> None:
    async def main() -> None:
        late = given.place("o", price=90)
        cancel, replace = given.cancel("c", "o"), given.replace("r", "o", UNIT)
        given.clock.ns += SECOND_NS + 1
        await given.refused(late, "too late")
        assert await given.ask(given.place("o", price=90)) == Done()
        await given.refused(cancel, "too late")
        await given.refused(replace, "too late")

    run(main)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"time_in_force": TimeInForce.DAY}, "time_in_force"),
        ({"order_type": OrderType.TRAILING_STOP}, "order_type"),
        ({"order_qty": UNIT // 100 + 1}, "multiple of lot_size 0.00001"),
        ({"limit_price": 90 * UNIT + 1}, "multiple of tick_size 0.01"),
        ({"instrument_id": "XRPUSDT.PRISM"}, "instrument_id must be one of"),
        ({"expire_time": 5}, "goes with GTD"),
        ({"time_in_force": TimeInForce.GTD, "expire_time": 5}, "expire_time must be in the future"),
        ({"trigger_price": 90 * UNIT}, "trigger_price"),
        ({"order_qty": 0}, "order_qty"),
        ({"client_order_id": ""}, "1 to 128 characters"),
        ({"client_order_id": "x" * 129}, "1 to 128 characters"),
        ({"post_only": True, "limit_price": 102 * UNIT}, "WOULD_TAKE"),
        ({"display_qty": UNIT}, "display_qty"),
    ],
)
def test_what_the_book_does_not_do_is_named(given: Given, changes: dict[str, Any], why: str) -> None:
    async def main() -> None:
        given.quote(101, 1_000, Side.SELL)
        await given.refused(msgspec.structs.replace(given.place("o", price=90), **changes), why)

    run(main)


def test_a_stop_a_limited_display_and_an_end_in_time_are_done(given: Given) -> None:
    async def main() -> None:
        given.quote(100, 5, Side.SELL)
        given.quote(100, 5, Side.BUY)
        stop = given.place(
            "s", price=110, order_type=OrderType.STOP_LIMIT, trigger_price=105 * UNIT, order_qty=UNIT // 10**5
        )
        assert await given.ask(stop) == Done()
        given.quote(105, 1, Side.SELL)
        given.quote(105, 1, Side.BUY)
        given.quote(106, 1, Side.SELL)
        await given.keeper.sync()
        assert given.kinds() == [("s", NEW), ("s", TRADE)]
        soon = given.clock.now_ns() + SECOND_NS
        gtd = given.place(
            "g", price=90, time_in_force=TimeInForce.GTD, expire_time=soon, display_qty=UNIT // 10**4
        )
        assert await given.ask(gtd) == Done()

    run(main)


def test_a_margin_account_sells_short_as_far_as_it_may_and_a_cash_account_not(given: Given) -> None:
    async def main() -> None:
        given.quote(100, 10**6, Side.BUY)
        given.desk.attend("b", lambda _: None)
        assert await given.ask(given.place("s", Side.SELL, order_qty=UNIT)) == Done()
        held = {each.commodity: each.amount for each in (await given.ask(AskHoldings())).items}
        assert held["BTC"] == -UNIT
        await given.refused(given.place("t", Side.SELL), "FUNDS")
        await given.refused(given.place("t", Side.SELL), "FUNDS", "b")

    run(main)


def test_requests_of_one_order_are_done_in_their_order_and_questions_wait_for_them(given: Given) -> None:
    async def main() -> None:
        await given.keeper.sync()
        given.exchange.waits = True
        loop = asyncio.get_running_loop()
        placed = loop.create_task(given.ask(given.place("o", price=90)))
        await asyncio.sleep(0)
        twin = loop.create_task(given.ask(given.place("o", price=90)))
        replaced = loop.create_task(given.ask(given.replace("r", "o", UNIT // 50)))
        canceled = loop.create_task(given.ask(given.cancel("c", "o")))
        listed = loop.create_task(given.ask(AskOpenOrders()))
        for _ in range(3):
            await asyncio.sleep(0)
        assert isinstance(twin.result(), Refused)
        assert len(given.exchange.under_way) == 1
        assert not listed.done()
        for task in (placed, replaced, canceled):
            assert not listed.done()
            given.exchange.under_way.pop().set()
            assert await task == Done()
            for _ in range(3):
                await asyncio.sleep(0)
        assert given.kinds() == [("o", NEW), ("r", REPLACED), ("c", CANCELED)]
        assert (await listed).items == ()

    run(main)


def test_a_cancel_that_comes_after_the_fill_is_too_late(given: Given) -> None:
    async def main() -> None:
        await given.ask(given.place("o", price=100))
        given.exchange.waits = True
        canceled = asyncio.get_running_loop().create_task(given.ask(given.cancel("c", "o")))
        await asyncio.sleep(0)
        given.quote(100, 1_000, Side.SELL)
        given.exchange.under_way.pop().set()
        assert "UNKNOWN_ORDER" in (await canceled).text
        given.exchange.waits = False
        await given.refused(given.cancel("d", "o"), "is over (TRADE)")
        await given.refused(given.cancel("d", "nothing"), "no order of the account")

    run(main)


def test_a_dead_mans_orders_are_canceled_and_nobody_elses(given: Given) -> None:
    async def main() -> None:
        given.desk.attend("b", lambda _: None)
        await given.ask(given.place("o", price=90))
        await given.ask(given.place("o", price=90), "b")
        assert await given.ask(RenewDeadMan(SECOND_NS)) == Done()
        given.clock.ns += SECOND_NS // 2
        assert await given.ask(RenewDeadMan(SECOND_NS)) == Done()
        given.clock.ns += SECOND_NS - 1
        given.desk.turn()
        await asyncio.sleep(0)
        assert given.kinds() == [("o", NEW)]
        given.clock.ns += 1
        given.desk.turn()
        for _ in range(5):
            await asyncio.sleep(0)
        await given.keeper.sync()
        assert given.kinds() == [("o", NEW), ("o", CANCELED)]
        assert given.reports[-1].text == DEAD_MAN
        assert len((await given.ask(AskOpenOrders(), "b")).items) == 1
        await given.ask(given.place("p", price=90))
        await given.ask(RenewDeadMan(SECOND_NS))
        await given.ask(RenewDeadMan(0))
        given.clock.ns += 10 * SECOND_NS
        given.desk.turn()
        await asyncio.sleep(0)
        assert given.kinds()[-1] == ("p", NEW)
        await given.refused(RenewDeadMan(-1), "timeout_ns")

    run(main)


def test_who_listens_hears_every_trade_and_the_newest_quotes(given: Given) -> None:
    ticks: list[Tick] = []
    given.quote(99, 10, Side.BUY)
    given.quote(101, 10, Side.SELL)
    end = given.desk.listen(ticks.append)
    given.desk.turn()
    (first,) = ticks
    (quote,) = first.events
    assert isinstance(quote, Quote)
    assert (quote.bid_price, quote.ask_price, quote.bid_size) == (99 * UNIT, 101 * UNIT, UNIT // 10_000)
    given.quote(101, 4, Side.BUY)
    given.quote(99, 3, Side.SELL)
    given.quote(98, 3, Side.BUY)
    given.desk.turn()
    trades = [each for each in ticks[1].events if isinstance(each, Trade)]
    assert [(each.price, each.quantity, each.aggressor_side) for each in trades] == [
        (101 * UNIT, UNIT // 25_000, Side.BUY), (99 * UNIT, 3 * 10**4, Side.SELL),
    ]  # fmt: skip
    assert [each.trade_id.rpartition("-")[2] for each in trades] == ["1", "2"]
    assert len(ticks[1].events) == 3
    given.desk.turn()
    assert len(ticks) == 2
    given.clock.ns += SECOND_NS // 4
    given.desk.turn()
    assert ticks[2] == Tick(given.clock.now_ns(), ())
    assert isinstance(given.news[-1], Beat)
    end()
    given.quote(101, 1, Side.BUY)
    given.desk.turn()
    assert len(ticks) == 3


def test_who_listens_is_told_every_minute_that_is_over(given: Given) -> None:
    ticks: list[Tick] = []
    given.quote(101, 4, Side.SELL)
    given.desk.listen(ticks.append)
    minute = 60 * SECOND_NS
    begin = given.exchange.now_ns() // minute * minute
    given.quote(101, 2, Side.BUY)
    given.clock.ns += 2 * minute
    given.quote(101, 1, Side.BUY)
    given.desk.turn()
    bars = [each for tick in ticks for each in tick.events if isinstance(each, Bar)]
    assert [(each.ts_event - begin, each.close, each.volume) for each in bars] == [
        (minute, 101 * UNIT, 2 * 10**4), (2 * minute, 101 * UNIT, 0),
    ]  # fmt: skip
    assert [each.ts_event for each in ticks[-1].events] == sorted(each.ts_event for each in ticks[-1].events)
    given.desk.turn()
    assert not any(isinstance(each, Bar) for tick in ticks[1:] for each in tick.events)


def test_bars_are_of_whole_minutes(given: Given) -> None:
    async def main() -> None:
        begin = given.clock.ns - given.clock.ns % (60 * SECOND_NS)
        for minute, price in ((0, 100), (0, 103), (0, 99), (2, 101), (3, 98)):
            given.clock.ns = begin + minute * 60 * SECOND_NS + SECOND_NS
            given.quote(price, 2, Side.SELL)
            given.quote(price, 2, Side.BUY)
        bars = (await given.ask(AskBars(ID, 10), "")).items
        opens = [(each.open, each.high, each.low, each.close, each.volume) for each in bars]
        assert opens == [
            (100 * UNIT, 103 * UNIT, 99 * UNIT, 99 * UNIT, 6 * 10**4),
            (99 * UNIT, 99 * UNIT, 99 * UNIT, 99 * UNIT, 0),
            (101 * UNIT, 101 * UNIT, 101 * UNIT, 101 * UNIT, 2 * 10**4),
        ]
        assert [each.ts_event - begin for each in bars] == [60 * SECOND_NS, 120 * SECOND_NS, 180 * SECOND_NS]
        assert [each.close for each in (await given.ask(AskBars(ID, 1), "")).items] == [101 * UNIT]
        await given.refused(AskBars("XRP.PRISM", 1), "instrument_id")
        await given.refused(AskBars(ID, 0), "limit")

    run(main)


def test_an_account_that_nobody_has_is_refused_and_no_trader_is_a_customer(given: Given) -> None:
    with pytest.raises(InputError, match="account_id must be that of an account"):
        given.desk.attend("nobody", given.news.append)
    for name in ("mia", "HOUSE", "OPERATOR"):
        with pytest.raises(InputError, match="must not be that of a trader"):
            given.desk.open_account(Customer(name, ()))


def test_a_desks_accounts_are_those_that_it_holds_there() -> None:
    market = PrismConfig()
    margin = AccountConfig(account_id="m", venue="PRISM", currency="USDT", cash="12.5")
    cash = AccountConfig(account_id="c", venue="PRISM", currency="USDT", account_type=AccountType.CASH)
    paper = AccountConfig(account_id="p")
    found = customers_of(DeskConfig(accounts=(margin, cash, paper)), market)
    assert [(each.account_id, each.cash) for each in found] == [
        ("m", (("USDT", 12_500_000_000),)), ("c", (("USDT", 10**6 * UNIT),)),
    ]  # fmt: skip
    assert dict(found[0].shortable)["BTC"] == 500 * UNIT
    assert found[1].shortable == ()
    with pytest.raises(InputError, match="currency of account 'd' must be one of USDT"):
        customers_of(DeskConfig(accounts=(AccountConfig(account_id="d", venue="PRISM"),)), market)


def test_a_guest_has_something_of_everything() -> None:
    amounts = dict(guest_of("guest", PrismConfig()).cash)
    assert set(amounts) == {"ADA", "BNB", "BTC", "ETH", "SOL", "USDT"}
    assert amounts["BTC"] == 50 * UNIT


def test_prices_go_on_where_they_were(given: Given) -> None:
    given.quote(120, 2, Side.SELL)
    given.quote(120, 2, Side.BUY)
    given.desk.note_prices()
    assert given.keeper.state.prices == {ID: 120 * UNIT}
    config = gone_on(PrismConfig(), given.keeper.state.prices)
    assert [book.price_ticks for book in config.books][:2] == [12_000, 300_000]
