"""The session: whatever a line does, no order is lost, doubled or invented."""

import asyncio

import pytest

from tests.simulation.simloop import SimLoop, run
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
