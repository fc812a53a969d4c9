"""The venue against our own door, over real sockets: orders, what others do, and every way a line fails."""

import pytest

from tests.adapters.venues.binance.served import (
    BTC,
    cancel,
    order,
    replace,
    run,
    setting,
)
from trade2026.model.enums import ExecType, LiquiditySide, OrderType, Side, TimeInForce
from trade2026.model.instructions import OrderInstructions
from trade2026.ports.venue import Holding, StreamState
from trade2026.primitives.errors import InputError, VenueUnreachable
from trade2026.primitives.fixed_point import UNIT

NEW, TRADE, CANCELED, EXPIRED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED, ExecType.EXPIRED
REPLACED, REJECTED, CANCEL_REJECTED = ExecType.REPLACED, ExecType.REJECTED, ExecType.CANCEL_REJECTED


@pytest.fixture(scope="module")
def door():
    with setting() as made:
        yield made


@pytest.fixture
def fresh():
    with setting() as made:
        yield made


def test_an_order_rests_and_is_canceled(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("o"))
            assert heard.reports == []
            await heard.answered("o", NEW)
            (page,) = [await heard.venue.open_orders("a")]
            (found,) = page.items
            assert (found.client_order_id, found.order_qty, found.limit_price) == (
                "o",
                UNIT // 100,
                49_000 * UNIT,
            )
            assert found.venue_order_id == heard.reports[0].venue_order_id
            heard.venue.cancel(cancel("c", "o"))
            await heard.answered("c", CANCELED)
            assert (await heard.venue.open_orders("a")).items == ()
            (ended,) = (await heard.venue.order_history("a", 0)).items
            assert (ended.exec_type, ended.is_open, ended.cum_qty) == (CANCELED, False, 0)
            heard.venue.cancel(cancel("d", "o"))
            await heard.answered("d", CANCEL_REJECTED)
            assert heard.failed == []

    run(test)


def test_fills_are_the_same_in_stream_and_history(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("m", quantity="1.5", price=None))
            await heard.answered("m", NEW, TRADE, TRADE)
            first = heard.reports[1]
            assert (first.last_qty, first.last_px) == (UNIT, 50_010 * UNIT)
            assert first.liquidity_side is LiquiditySide.TAKER
            assert (first.commission, first.commission_currency) == (50_010 * UNIT // 5_000, "USDT")
            page = await heard.venue.executions("a", 0)
            assert [told.execution_id for told in page.items] == [
                told.execution_id for told in heard.reports[1:]
            ]
            for stated, told in zip(page.items, heard.reports[1:], strict=True):
                for name in (
                    "last_qty",
                    "last_px",
                    "commission",
                    "client_order_id",
                    "venue_order_id",
                    "side",
                ):
                    assert getattr(stated, name) == getattr(told, name), name
            later = await heard.venue.executions("a", page.items[-1].ts_event + UNIT)
            assert later.items == ()
            held = {each.commodity: each.amount for each in (await heard.venue.holdings("a")).items}
            assert held["BTC"] == 101 * UNIT + UNIT // 2
            paid = sum(each.last_qty * each.last_px // UNIT + each.commission for each in page.items)
            assert held["USDT"] == 10**6 * UNIT - paid

    run(test)


def test_a_replace_keeps_the_order(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("o"))
            heard.venue.replace(replace("r", "o", "0.02", 48_000))
            await heard.answered("r", REPLACED)
            assert heard.kinds("o") == [NEW]
            assert heard.reports[1].order_qty == UNIT // 50
            heard.venue.replace(replace("s", "r", "0.03", 49_995))
            await heard.answered("s", REPLACED)
            stated = sorted((await heard.venue.order_history("a", 0)).items, key=lambda each: each.ts_event)
            assert [(each.client_order_id, each.is_open) for each in stated] == [
                ("o", False),
                ("r", False),
                ("s", True),
            ]
            fresh.served.do(fresh.house.quote, 49_995, 100, Side.SELL, "bob")
            await heard.answered("s", REPLACED, TRADE)
            heard.venue.replace(replace("t", "s", "0.04"))
            await heard.answered("t", CANCEL_REJECTED)
            assert "restrictions" in heard.reports[-1].text
            heard.venue.replace(replace("u", "nothing", "0.04"))
            await heard.answered("u", CANCEL_REJECTED)

    run(test)


def test_a_replace_whose_new_order_is_refused_ends_the_order(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("o"))
            await heard.answered("o", NEW)
            heard.venue.replace(replace("r", "o", "90"))
            await heard.answered("r", CANCEL_REJECTED)
            await heard.answered("o", NEW, CANCELED)
            assert "insufficient balance" in heard.reports[1].text

    run(test)


def test_a_replace_of_an_order_of_a_life_before(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("o"))
            heard.venue.submit(order("p", instructions=OrderInstructions(post_only=True), number=2))
            await heard.answered("o", NEW)
            await heard.answered("p", NEW)
        async with fresh.opened() as heard:
            heard.venue.replace(replace("r", "o", "0.02"))
            await heard.answered("r", REPLACED)
            heard.venue.replace(replace("q", "p", "0.02", number=2))
            await heard.answered("q", CANCEL_REJECTED)
            assert "no plain limit order" in heard.reports[-1].text

    run(test)


def test_what_the_venue_refuses_is_rejected(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("o", quantity="0.00001"))
            await heard.answered("o", REJECTED)
            assert "Filter failure: " in heard.reports[0].text
            heard.venue.submit(order("p", time_in_force=TimeInForce.DAY))
            heard.venue.submit(order("q" * 37))
            heard.venue.submit(order("post", price=50_010, instructions=OrderInstructions(post_only=True)))
            await heard.answered("p", REJECTED)
            await heard.answered("q" * 37, REJECTED)
            await heard.answered("post", REJECTED)
            assert heard.reports[1].text.startswith("not sent: ")
            heard.venue.cancel(cancel("c" * 64, "o"))
            await heard.answered("c" * 64, CANCEL_REJECTED)
            assert heard.failed == []
            assert (await heard.venue.order_history("a", 0)).items == ()

    run(test)


def test_a_cancel_with_a_long_name_answers_under_it(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("o"))
            heard.venue.cancel(cancel("c" * 64, "o"))
            await heard.answered("c" * 64, CANCELED)

    run(test)


def test_ids_that_the_core_makes_lead_back(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            heard.venue.submit(order("T26~1~1"))
            heard.venue.replace(replace("T26~1~2", "T26~1~1", "0.02"))
            await heard.answered("T26~1~2", REPLACED)
        async with fresh.opened() as heard:
            (found,) = (await heard.venue.open_orders("a")).items
            assert found.client_order_id == "T26~1~2"
            heard.venue.cancel(cancel("T26~1~3", "T26~1~2"))
            await heard.answered("T26~1~3", CANCELED)

    run(test)


def test_a_stop_waits_and_an_immediate_order_ends(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            fresh.served.do(fresh.house.quote, 50_010, 10, Side.BUY, "bob")
            stop = OrderInstructions(trigger_price=50_020 * UNIT)
            heard.venue.submit(order("s", price=50_100, instructions=stop, kind=OrderType.STOP_LIMIT))
            await heard.answered("s", NEW)
            heard.venue.submit(order("i", time_in_force=TimeInForce.IOC, number=2))
            await heard.answered("i", NEW, EXPIRED)
            fresh.served.do(fresh.house.quote, 50_020, 110_000, Side.BUY, "bob")
            await heard.answered("s", NEW, TRADE)

    run(test)


def test_somebody_else_orders_in_the_account(fresh):
    async def test() -> None:
        async with fresh.opened() as heard, fresh.opened() as other:
            other.venue.submit(order("theirs"))
            await heard.answered("theirs", NEW)
            await heard.answered("theirs", NEW)
            told = heard.reports[0]
            assert (told.instrument_id, told.side, told.order_type) == (BTC, Side.BUY, OrderType.LIMIT)
            assert (told.order_qty, told.limit_price) == (UNIT // 100, 49_000 * UNIT)
            heard.venue.cancel(cancel("c", f"external:{told.venue_order_id}"))
            await heard.answered("c", CANCELED)
            await other.answered("theirs", NEW, CANCELED)

    run(test)


def test_a_request_outside_its_window_is_rejected(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            fresh.clock.ahead_ns = -10 * UNIT
            heard.venue.submit(order("o"))
            await heard.answered("o", REJECTED)
            assert "recvWindow" in heard.reports[0].text
            assert abs(await heard.venue.server_time_ns() - fresh.clock.now_ns() - 10 * UNIT) < UNIT
            fresh.clock.ahead_ns = 0
            assert (await heard.venue.order_history("a", 0)).items == ()

    run(test)


def test_a_stream_that_is_cut_begins_again_with_a_gap_and_questions_find_what_was_missed(fresh):
    async def test() -> None:
        async with fresh.wired() as wire, fresh.opened(through_wire="stream", heartbeat_ms=50) as heard:
            await heard.until(lambda: StreamState.HEARTBEAT in heard.states())
            heard.venue.submit(order("o"))
            await heard.answered("o", NEW)
            heard.stream.clear()
            await wire.stop()
            await heard.until(lambda: StreamState.DISCONNECTED in heard.states())
            heard.venue.submit(order("missed", price=50_010, number=2))
            while not (found := (await heard.venue.executions("a", 0)).items):
                pass
            assert [(each.client_order_id, each.last_qty) for each in found] == [("missed", UNIT // 100)]
            assert heard.kinds("missed") == []
            await wire.start()
            await heard.until(lambda: StreamState.GAP in heard.states())
            assert [each for each in heard.states() if each is not StreamState.HEARTBEAT] == [
                StreamState.DISCONNECTED,
                StreamState.CONNECTED,
                StreamState.GAP,
            ]
            states = {each.client_order_id: each for each in (await heard.venue.order_history("a", 0)).items}
            assert (states["missed"].exec_type, states["o"].is_open) == (TRADE, True)
            heard.venue.cancel(cancel("c", "o"))
            await heard.answered("c", CANCELED)
            assert heard.failed == []

    run(test)


def test_a_request_whose_answer_is_lost_is_unknown_and_found(fresh):
    async def test() -> None:
        async with fresh.wired() as wire, fresh.opened(through_wire="rest stream") as heard:
            heard.venue.submit(order("first"))
            await heard.answered("first", NEW)
            wire.drops_answers = True
            wire.requests.clear()
            heard.venue.submit(order("o", number=2))
            await heard.until(lambda: bool(heard.failed))
            assert [each[:2] for each in heard.failed] == [("a", "o")]
            assert sum(b"newClientOrderId=o" in each for each in wire.requests) == 1  # Once, never again.
            assert heard.kinds("o") == []
            with pytest.raises(VenueUnreachable):
                await heard.venue.open_orders("a")
            wire.drops_answers = False
            names = {each.client_order_id for each in (await heard.venue.open_orders("a")).items}
            assert names == {"first", "o"}

    run(test)


def test_nobody_there_is_unreachable(door):
    async def test() -> None:
        async with door.wired():
            pass  # A port that nobody listens at any more.
        venue = door.venue(through_wire="rest stream")
        with pytest.raises(VenueUnreachable):
            await venue.open()
        with pytest.raises(VenueUnreachable):
            await venue.server_time_ns()
        await venue.close()

    run(test)


def test_a_wrong_key_opens_nothing(door):
    async def test() -> None:
        venue = door.venue("nobody")
        with pytest.raises(VenueUnreachable, match="Invalid API-key"):
            await venue.open()
        with pytest.raises(VenueUnreachable, match="Invalid API-key"):
            await venue.holdings("a")
        with pytest.raises(InputError, match="not held"):
            await venue.holdings("b")
        with pytest.raises(InputError, match="no dead-man switch"):
            await venue.renew_dead_man("a", 1)
        await venue.close()

    run(test)


def test_a_key_that_is_taken_away_ends_the_stream(fresh):
    async def test() -> None:
        async with fresh.opened() as heard:
            fresh.served.do(fresh.house.keys.remove, "annkey")
            fresh.served.do(fresh.house.quote, 49_999, 100, Side.BUY, "ann")
            await heard.until(lambda: StreamState.DISCONNECTED in heard.states())
            assert "eventStreamTerminated" in heard.stream[-1][1]

    run(test)


def test_holdings_leave_out_what_is_ignored(door):
    async def test() -> None:
        venue = door.venue("bob", ignored_assets=("ETH", "USDT"))
        assert (await venue.holdings("a")).items == (Holding("a", "BTC", 100 * UNIT),)
        await venue.close()

    run(test)
