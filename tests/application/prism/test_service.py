"""The simulated market behind its line: what it does, refuses and tells, over an exchange that is instant."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.application.prism.service_given import CASH, Given, run
from trade2026.application.prism import trading
from trade2026.application.prism.trading import DEAD_MAN
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.ports.prism_trading import (
    AskExecutions,
    AskHoldings,
    AskOpenOrders,
    AskOrders,
    AskTime,
    Done,
    Refused,
    RenewDeadMan,
    TimeIs,
)
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path / "kept")


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
