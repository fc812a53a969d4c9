"""The running desk: orders meet the next step, nothing escapes a halt, and a restart finds it as it was."""

import asyncio
import random

import msgspec
import pytest

from tests.application.live.sim_desk import KO, PAUSED, SimDesk, submit
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from trade2026.application.live.config import AccountConfig, DeskConfig, ReplayConfig
from trade2026.model.enums import OrderStatus, Scope, Side, TimeInForce, TradingState
from trade2026.model.events import (
    CommandDenied,
    OrderApproved,
    OrderPendingCancel,
    OrderRefused,
    OrderRepeated,
    TradingStateSet,
)
from trade2026.model.events.risk import RiskCheck
from trade2026.oms.status import order_status
from trade2026.ports.core_link import (
    DESK_TRADER,
    Advanced,
    CancelAllIntent,
    CancelIntent,
    FeedAction,
    FeedState,
    Market,
    PreviewIntent,
    ReplaceIntent,
    SetEntitlementIntent,
    SetTradingStateIntent,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.journal import frames
from trade2026.trading.replay import replay

HALT = SetTradingStateIntent(Scope.GLOBAL, "", TradingState.HALTED, "boss", "a test")
CANCEL_ALL = CancelAllIntent("halt-1", DESK_TRADER, "", "", "")


def book(desk: SimDesk):
    return desk.desk.core.engines.ledger.accounts["PAPER"]


def orders(desk: SimDesk):
    return desk.desk.core.engines.oms.orders


def statuses(desk: SimDesk) -> list[OrderStatus]:
    return [order_status(order) for _, order in sorted(orders(desk).items())]


def test_a_new_desk_has_an_account_with_cash_and_prices_before_anybody_plays():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(1)).open()
        assert book(desk).cash == {"USD": 1_000_000 * UNIT}
        assert desk.desk.core.engines.ledger.marks[KO][0] == 2_235_000_000
        assert desk.desk.feed.status().state is FeedState.PAUSED

    run(1, main)


def test_an_order_meets_the_next_step_and_everybody_is_told_what_is_durable():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(2)).open()
        await desk.entitle()
        approved = await desk.one(submit("one"))
        assert isinstance(approved, OrderApproved)
        assert statuses(desk) == [OrderStatus.PENDING_NEW]
        await desk.step()
        assert statuses(desk) == [OrderStatus.FILLED]
        assert book(desk).positions[KO].quantity == 100 * UNIT
        market = [each for each in desk.told if type(each) is Market][-1]
        assert len(market.events) == 20
        assert market.seq == desk.desk.journal.durable_seq
        assert any(type(each) is Advanced for each in desk.told)

    run(2, main)


def test_a_limit_order_is_acknowledged_at_once_and_replaced_and_canceled():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(3)).open()
        await desk.entitle()
        order = await desk.one(submit("one", price=2_100_000_000))
        await desk.until(lambda: statuses(desk) == [OrderStatus.NEW])
        await desk.one(ReplaceIntent("PAPER", "two", "me", order.order_id, 50 * UNIT, 2_110_000_000))
        await desk.until(lambda: statuses(desk) == [OrderStatus.NEW])
        assert orders(desk)[order.order_id].order_qty == 50 * UNIT
        await desk.one(CancelIntent("PAPER", "three", "me", order.order_id))
        await desk.until(lambda: statuses(desk) == [OrderStatus.CANCELED])

    run(3, main)


def test_an_order_of_a_stranger_and_one_of_an_unknown_instrument_are_refused():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(4)).open()
        stranger = await desk.one(submit("one"))
        assert isinstance(stranger, OrderRefused)
        assert stranger.failures[0].check is RiskCheck.ENTITLEMENT
        await desk.entitle()
        unknown = await desk.one(submit("two", instrument_id="NONE.XNYS"))
        assert isinstance(unknown, OrderRefused)
        assert unknown.failures[0].check is RiskCheck.INSTRUMENT
        assert isinstance(await desk.one(SetEntitlementIntent("OTHER", "me", True)), CommandDenied)

    run(4, main)


def test_a_preview_answers_as_the_order_would_and_leaves_nothing():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(5)).open()
        await desk.entitle()
        await desk.step()
        before = desk.desk.journal.last_seq, desk.desk.core.state_sha256()
        assert isinstance(await desk.one(PreviewIntent(submit("p"))), OrderApproved)
        too_much = await desk.one(PreviewIntent(submit("p", quantity=10**7)))
        assert isinstance(too_much, OrderRefused)
        assert too_much.largest_qty > 0
        after = desk.desk.journal.last_seq, desk.desk.core.state_sha256()
        assert after[1] == before[1]
        assert after[0] - before[0] <= 1, "the real clock at the most"

    run(5, main)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_that_was_asked_before_a_halt_escapes_its_cancel(seed):
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(seed)).open()
        await desk.entitle()
        asked = [
            asyncio.ensure_future(desk.ask(submit(f"before-{number}", price=2_000_000_000)))
            for number in range(30)
        ]
        await asyncio.sleep(0)
        halting = asyncio.ensure_future(desk.ask(HALT, CANCEL_ALL))
        late = [
            asyncio.ensure_future(desk.ask(submit(f"late-{number}", price=2_000_000_000)))
            for number in range(30)
        ]
        await asyncio.gather(*asked, halting, *late)
        assert isinstance(halting.result()[0].events[0], TradingStateSet)
        await desk.until(lambda: not desk.desk.core.engines.oms.accounts["PAPER"].open_orders)
        refused = await desk.one(submit("after", price=2_000_000_000))
        assert isinstance(refused, OrderRefused)
        assert refused.failures[0].check is RiskCheck.TRADING_STATE

    run(seed, main)


def test_cancel_all_takes_only_what_matches_and_leaves_what_is_on_its_way():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(6)).open()
        await desk.entitle()
        first = await desk.one(submit("one", price=2_000_000_000))
        await desk.one(submit("two", price=3_000_000_000, instrument_id="PG.XNYS"))
        (decision,) = await desk.ask(CancelAllIntent("c", "me", "PAPER", KO, ""))
        (event,) = decision.events
        assert isinstance(event, OrderPendingCancel)
        assert event.order_id == first.order_id
        await desk.until(lambda: statuses(desk) == [OrderStatus.CANCELED, OrderStatus.NEW])
        assert (await desk.ask(CancelAllIntent("c", "me", "PAPER", KO, "")))[0].events == ()

    run(6, main)


def test_the_replay_plays_pauses_and_changes_its_speed():
    async def main(loop: SimLoop) -> None:
        config = DeskConfig(replay=ReplayConfig(speed=10.0, start="2000-01-03"))
        desk = await SimDesk(loop, SimDisk(7), config).open()
        start = loop.time()
        await desk.until(lambda: sum(type(each) is Market for each in desk.told) >= 21)
        assert loop.time() - start == pytest.approx(2.0, abs=0.2), "ten days a second"
        control = desk.desk.service.control_feed
        assert control(FeedAction.PAUSE, 0.0).state is FeedState.PAUSED
        now = desk.desk.feed.now
        await asyncio.sleep(5)
        assert desk.desk.feed.now <= now + 4 * 86_400 * UNIT, "at most the step that was under way"
        assert "speed must be" in control(FeedAction.SPEED, -1.0).error
        assert "speed must be" in control(FeedAction.SPEED, float("nan")).error
        assert control(FeedAction.SPEED, 100.0).speed == 100.0
        assert control(FeedAction.PLAY, 0.0).state is FeedState.PLAYING
        await desk.until(lambda: sum(type(each) is Market for each in desk.told) >= 100)

    run(7, main)


def test_the_end_of_the_data_is_said_and_nothing_can_be_played_behind_it():
    async def main(loop: SimLoop) -> None:
        config = DeskConfig(replay=ReplayConfig(speed=0.0, start="2022-12-20"))
        desk = await SimDesk(loop, SimDisk(8), config).open()
        await desk.until(lambda: desk.desk.feed.status().state is FeedState.ENDED)
        assert desk.desk.feed.now == desk.desk.feed.status().last_ns
        assert "the data ended" in desk.desk.service.control_feed(FeedAction.STEP, 0.0).error

    run(8, main)


def test_a_restart_finds_orders_positions_halts_and_the_day():
    disk = SimDisk(9)

    async def before(loop: SimLoop):
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        await desk.one(submit("filled"))
        await desk.step()
        await desk.one(submit("waits", price=1_000_000, side=Side.BUY))
        await desk.one(submit("sell", price=2_300_000_000, side=Side.SELL))
        await desk.one(SetTradingStateIntent(Scope.INSTRUMENT, "PG.XNYS", TradingState.HALTED, "me", "why"))
        await desk.until(lambda: statuses(desk)[1:] == [OrderStatus.NEW, OrderStatus.NEW])
        state = desk.desk.core.state_sha256(), desk.desk.feed.now
        await desk.close()
        return state

    async def after(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        assert desk.desk.core.state_sha256() == state[0]
        assert desk.desk.feed.now == state[1]
        assert desk.notes[-1] == "restored 2 open orders at the paper venue"
        repeated = await desk.one(submit("waits", price=1_000_000))
        assert isinstance(repeated, OrderRepeated)
        await desk.until(lambda: True)
        for _ in range(200):
            if statuses(desk)[2] is OrderStatus.FILLED:
                break
            await desk.step()
        assert statuses(desk) == [OrderStatus.FILLED, OrderStatus.NEW, OrderStatus.FILLED]
        assert book(desk).positions[KO].quantity == 0

    state = run(9, before)
    run(10, after)


@pytest.mark.parametrize("seed", range(15))
def test_a_power_loss_loses_nothing_that_was_answered(seed):
    """Whatever was answered before the power went is there afterwards, and the journal decides as it did."""
    disk = SimDisk(seed)
    chance = random.Random(seed)
    answered: dict[str, int] = {}

    async def before(loop: SimLoop) -> None:
        config = DeskConfig(replay=ReplayConfig(speed=20.0))
        desk = await SimDesk(loop, disk, config).open()
        await desk.entitle()
        sending = loop.create_task(send(desk))
        await asyncio.sleep(chance.uniform(0.05, 2.0))
        disk.power_loss()
        sending.cancel()

    async def send(desk: SimDesk) -> None:
        number = 0
        while True:
            number += 1
            price = None if number % 3 else 2_000_000_000
            event = await desk.one(submit(f"o{number}", price=price, time_in_force=TimeInForce.DAY))
            if isinstance(event, OrderApproved):
                answered[event.client_order_id] = event.order_id

    async def after(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        kept = {order.client_order_id: order.order_id for order in orders(desk).values()}
        assert answered.items() <= kept.items()
        await desk.step(3)
        assert not desk.desk.core.engines.oms.accounts["PAPER"].open_orders, "day orders are over"
        await desk.close()
        replayed = replay(frames(desk.storage), decide_again=True)
        assert replayed.core.state_sha256() == desk.desk.core.state_sha256()

    run(seed, before)
    run(seed + 100, after)
    assert answered


def test_a_configuration_that_cannot_be_used_says_why():
    with pytest.raises(InputError, match="account_id must be given once"):
        DeskConfig(accounts=(AccountConfig(), AccountConfig()))
    with pytest.raises(InputError, match="cash must be above zero"):
        DeskConfig(accounts=(AccountConfig(cash="0"),))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"unknown": 1}', type=DeskConfig)

    async def main(loop: SimLoop) -> None:
        euro = DeskConfig(accounts=(AccountConfig(currency="EUR"),), replay=PAUSED.replay)
        with pytest.raises(InputError, match="priced in USD"):
            await SimDesk(loop, SimDisk(1), euro).open()

    run(1, main)
