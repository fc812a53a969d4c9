"""The session: whatever a line does, no order is lost, doubled or invented."""

import asyncio
import random

import pytest

from tests.simulation.simloop import SimClock, SimLoop, run
from tests.trading.venues.edge import READY, Edge, Life, submit
from tests.trading.venues.storms import settle, state_of, storm, trade
from trade2026.model.enums import OrderStatus
from trade2026.oms.status import order_status


def test_connects_and_squares_and_sends() -> None:
    edge = Edge(1)

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        await life.until(READY)
        await life.do(submit("a", life.clock.now_ns()))
        await asyncio.sleep(1)
        assert order_status(life.order("a")) is OrderStatus.NEW
        life.check_books()
        await life.stop()

    run(1, main)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_line_does_nothing_is_lost_or_doubled(seed: int) -> None:
    edge = storm(seed)

    async def main(loop: SimLoop) -> None:
        life = await edge.start(loop)
        for _ in range(6):
            await trade(life, 25)
            await asyncio.sleep(edge.chance.random() * 5)
        await settle(life)
        await life.stop()

    run(seed, main)


@pytest.mark.parametrize("seed", range(20))
def test_a_crash_anywhere_ends_as_if_there_had_been_none(seed: int) -> None:
    """Crashes while trading and while recovering; when it is quiet, starting again changes nothing more."""
    edge = storm(seed)
    crashes = edge.chance.randint(1, 6)

    async def live(loop: SimLoop) -> Life:
        life = await edge.start(loop)
        traded = life.spawn(trade_on(life), "trading")
        await asyncio.sleep(edge.chance.choice((0.001, 0.1, 1.0, 5.0)) * edge.chance.random())
        traded.cancel()
        return life

    for number in range(crashes):
        edge.crash(run(100 * seed + number, live), power=edge.chance.random() < 0.5)
    run(seed, lambda loop: end(edge, loop))
    before = run(seed, lambda loop: end(edge, loop))
    assert run(seed, lambda loop: end(edge, loop)) == before


async def trade_on(life: Life) -> None:
    await life.until(READY)
    await trade(life, 200)


async def end(edge: Edge, loop: SimLoop) -> tuple[bytes, bytes]:
    """A life in which nothing fails and nobody trades."""
    life = await edge.start(loop)
    await settle(life)
    state = state_of(life)
    await life.stop()
    edge.origin_ns += life.clock.monotonic_ns()
    return state


@pytest.mark.parametrize("seed", range(12))
def test_a_recovery_that_is_cut_off_ends_like_one_that_is_not(seed: int) -> None:
    """Orders and books to the bit; only what tells how often they were compared differs."""
    assert recovered(seed, cuts=4) == recovered(seed, cuts=0)


def recovered(seed: int, *, cuts: int) -> tuple[bytes, bytes]:
    """The state after a crash in the middle of trading, and so many more in the middle of recovering."""
    edge = storm(seed)
    chance = random.Random(seed)

    async def traded(loop: SimLoop) -> Life:
        life = await edge.start(loop)
        trading = life.spawn(trade_on(life), "trading")
        await asyncio.sleep(1 + chance.random())
        trading.cancel()
        return life

    async def market_alone(loop: SimLoop) -> None:
        began = SimClock(loop, edge.origin_ns)
        edge.line.attach(loop, began.now_ns)
        while not edge.market.is_idle:
            await asyncio.sleep(1)
        edge.origin_ns += began.monotonic_ns()
        edge.line.detach()

    async def cut(loop: SimLoop) -> Life:
        life = Life(edge, loop)
        opening = life.spawn(life.open(), "opening")
        await asyncio.sleep(chance.choice((0.002, 0.02, 0.2, 2.0)) * chance.random())
        opening.cancel()
        return life

    edge.crash(run(seed, traded), power=False)
    edge.line.heal()
    run(seed, market_alone)
    for number in range(cuts):
        edge.crash(run(100 * seed + number, cut), power=chance.random() < 0.5)
    return run(seed, lambda loop: end(edge, loop))
