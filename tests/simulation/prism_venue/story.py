"""One seed with the simulated market as the venue: one loop, on which processes live and die."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.simulation.plan import Fault
from tests.simulation.prism_venue.plan import PrismPlan, draw_prism_plan
from tests.simulation.prism_venue.processes import Process, ProcessLoop
from tests.simulation.prism_venue.world import PrismLife, PrismWorld
from tests.simulation.scenario import Outcome, check_accounts, mend, peace, run_story, until_the_end
from tests.simulation.simloop import abandon
from trade2026.trading.codec import decode_record


def run_prism_seed(seed: int, change: Callable[[PrismPlan], None] | None = None) -> Outcome:
    """Run one seed; raise SimulationFailure where a promise is broken. `change` may alter what it drew."""
    return run_story(seed, draw_prism_plan, play, change)


def play(seed: int, plan: PrismPlan) -> PrismWorld:
    """Tell the story of a seed, and hold it to its promises."""
    loop = ProcessLoop(seed * 1000, random.Random(seed + 19_000_003))
    asyncio.set_event_loop(loop)
    try:
        net, faults = loop.net, plan.prism
        net.latency_s, net.pieces = plan.socket_s, faults.pieces
        net.cut_there, net.cut_back = faults.cut_there, faults.cut_back
        world = PrismWorld(seed, plan, loop)
        with loop.net.in_place(), world.house.in_place():
            loop.run_until_complete(_story(world))
            world.keep_counts()
            world.counts += loop.net.counts
            check_accounts(world)
            world.house.check_kept()
        return world
    finally:
        abandon(loop)


async def _story(world: PrismWorld) -> None:
    loop, plan = world.loop, world.plan
    loop.set_exception_handler(world.note_trouble)
    world.house.start()
    weather = [loop.create_task(each, name="weather") for each in _weather(world)]
    for number, end in enumerate(plan.ends):
        await _live(world, number, end)
    for task in weather:
        task.cancel()
    plan.faults = ()
    plan.prism.heal()
    plan.line.heal()
    loop.net.pieces = loop.net.cut_there = loop.net.cut_back = 0.0
    world.house.mend()
    await _final(world)


async def _live(world: PrismWorld, number: int, end: Fault | None) -> None:
    storage, journal, core = world.start()
    process = Process(world.loop, f"desk {number}")

    async def main() -> None:
        life = PrismLife(world.loop, world, storage, journal, core)
        await until_the_end(life, end)
        world.note("life", world.loop.steps, journal.last_hash, life.is_dead)

    await _in(process, main, world)
    if not storage.is_dead:
        world.disk.kill()
    process.kill()
    if world.chance.random() < world.plan.prism.with_desk:
        world.house.kill()
        world.counts["market killed with the desk"] += 1
    mend(world)
    await asyncio.sleep(world.chance.choice((0, 1, 20)))
    world.house.start()


async def _in(process: Process, main: Callable[[], Awaitable[None]], world: PrismWorld) -> None:
    """Run it in a process to its end."""
    task = process.spawn(main(), "main")  # type: ignore[arg-type]
    await asyncio.wait([task])
    world.check_trouble()
    task.result()


async def _final(world: PrismWorld) -> None:
    """No more faults, and everything settles."""
    world.house.start()
    storage, journal, core = world.start()
    process = Process(world.loop, "the last desk")

    async def main() -> None:
        life = PrismLife(world.loop, world, storage, journal, core)
        await peace(life)
        world.note("final", world.loop.steps, journal.last_hash)

    await _in(process, main, world)
    await asyncio.sleep(1)
    left = sorted(task.get_name() for task in process.tasks())
    assert not left, f"still running after the stop: {left}"
    process.kill()
    world.house.kill()
    world.check_trouble()
    events = [event for seq, each in enumerate(world.appended, 1) for event in decode_record(each, seq)[1]]
    world.market.check_acknowledged(events)
    world.market.check_refused(events)
    world.market.check_days(events)


# ----------------------------------------------------------------------------------------------- weather


def _weather(world: PrismWorld) -> "list[Awaitable[None]]":
    """What befalls the market and the lines to it."""
    faults, house, net = world.plan.prism, world.house, world.loop.net
    chance = random.Random(world.seed + 23_000_003)

    async def kill() -> None:
        if not house.is_up:
            return
        house.kill()
        await asyncio.sleep(chance.random() * faults.away_s)
        house.start()

    async def cut() -> None:
        if pairs := net.open_pairs():
            net.cut(chance.choice(pairs))
            world.counts["line cut"] += 1

    async def stall() -> None:
        if pairs := net.open_pairs():
            length_s = chance.random() * faults.stall_s
            chosen = pairs if chance.random() < 0.5 else [chance.choice(pairs)]
            for pair in chosen:
                ends = chance.choice((pair, pair[:1], pair[1:]))  # Both ways, or one of them.
                net.stall(ends, world.loop.time() + length_s)
            world.counts["line stalled"] += 1

    async def hand() -> None:
        house.enter_by_hand()

    async def spoil() -> None:
        house.spoil(chance)

    def repeated(action: Callable[[], Awaitable[None]], mean_s: float) -> Awaitable[None]:
        return _repeat(action, mean_s, chance)

    return [
        repeated(action, mean_s)
        for action, mean_s in (
            (kill, faults.kill_every), (cut, faults.cut_every), (stall, faults.stall_every),
            (hand, faults.hand_every), (spoil, faults.disk_every),
        )
        if mean_s
    ]  # fmt: skip


async def _repeat(action: Callable[[], Awaitable[None]], mean_s: float, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.expovariate(1 / mean_s))
        await action()
