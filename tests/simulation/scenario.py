"""One seed from beginning to end: lives under faults, then peace, then the whole account of it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.simulation import simloop
from tests.simulation.coverage import Coverage
from tests.simulation.edge_life import EdgeLife
from tests.simulation.life import PLENTY, Life, probe
from tests.simulation.plan import Fault, Plan, draw_plan
from tests.simulation.reference import check_books, check_quantities, check_quiet, expected
from tests.simulation.truth import check_truth
from tests.simulation.world import World
from trade2026.primitives.errors import OperatingError, StoreUnavailable, Trade2026Error
from trade2026.trading.codec import decode_record

PEACE_S = 120.0
PlanT = TypeVar("PlanT", bound=Plan)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed came to: a hash of everything that happened, and how often each thing did."""

    trace: str
    counts: Counter[str]


class SimulationFailure(AssertionError):
    """A promise was broken; the message names the seed's faults and what was found."""


def run_seed(seed: int, change: Callable[[Plan], None] | None = None) -> Outcome:
    """Run one seed; raise SimulationFailure where a promise is broken. `change` may alter what it drew."""
    return run_story(seed, draw_plan, _play, change)


def run_story(
    seed: int,
    draw: Callable[[random.Random], PlanT],
    play: Callable[[int, PlanT], World],
    change: Callable[[PlanT], None] | None,
) -> Outcome:
    """Draw what a seed does, play it, and name the seed's faults where a promise is broken."""
    plan = draw(random.Random(seed))
    if change is not None:
        change(plan)
    faults = ", ".join(plan.faults)
    try:
        world = play(seed, plan)
    except (AssertionError, Trade2026Error, simloop.SimDeadlock, LookupError, ValueError, TypeError) as error:
        raise SimulationFailure(f"seed {seed} ({faults}): {type(error).__name__}: {error}") from error
    world.note("venue", [*world.market.fills])
    world.counts += world.venue.counts + world.market.counts
    return Outcome(world.trace.hexdigest(), world.counts)


def _play(seed: int, plan: Plan) -> World:
    world = World(seed, plan)
    for number, end in enumerate(plan.ends):
        _live(world, number, end)
    _final(world)
    return world


def life_of(world: World) -> type[Life]:
    """How the desk of this world lives."""
    return Life if world.plan.edge is None else EdgeLife


def check_leaks() -> None:
    """After a stop nothing is left running but who asks."""
    left = sorted(task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task())
    assert not left, f"still running after the stop: {left}"


def _live(world: World, number: int, end: Fault | None) -> None:
    storage, journal, core = world.start()

    async def main(loop: simloop.SimLoop) -> None:
        loop.set_exception_handler(world.note_trouble)
        life = life_of(world)(loop, world, storage, journal, core)
        await until_the_end(life, end)
        world.note("life", loop.steps, journal.last_hash, life.is_dead)
        world.now_ns += life.clock.monotonic_ns()

    simloop.run(world.seed * 1000 + number, main)
    world.check_trouble()
    world.venue.detach()
    if world.plan.edge is not None:  # Nobody starts it again for a while; the market goes on.
        world.now_ns += world.chance.choice((0, 1, 20)) * 10**9
    if not storage.is_dead:
        world.disk.kill()
    mend(world)


def mend(world: World) -> None:
    """The next life has a disk in good order."""
    disk = world.disk
    disk.capacity, disk.operations_left, disk.latency_s = PLENTY, None, world.plan.latency_s
    disk.faults.sync_errors = disk.faults.write_errors = disk.faults.short_writes = 0


async def until_the_end(life: Life, end: Fault | None) -> None:
    """A life under faults, and how it ends."""
    plan, chance, world = life.plan, life.chance, life.world
    sequencer = life.tasks[0]
    faults = [life._spawn(_faults(life), "faults")]
    if end is Fault.POWER_LOSS_AT_OPERATION:
        world.disk.operations_left = chance.randint(1, 800)
    if await life.prepare():
        faults += life.crowd()
        await asyncio.wait([sequencer], timeout=chance.random() * plan.life_s)
    for task in faults:
        if task.done() and not task.cancelled() and task.exception() is not None:
            raise task.exception()  # type: ignore[misc]
        task.cancel()
    life.check()
    if end is not None:
        life.note_crash()
    failure = life.desk.failure
    if failure is not None and not isinstance(failure, StoreUnavailable):
        raise failure.__cause__ or failure
    if life.is_dead:
        world.counts[Fault.POWER_LOSS_AT_OPERATION] += 1
    elif life.desk.failure is not None:
        world.counts["desk failed by its disk"] += 1
        journal_close(life)
    elif end is Fault.POWER_LOSS:
        world.counts[end] += 1
        world.disk.power_loss()
    elif end is None:
        await close(life)
    else:
        world.counts[Fault.KILL] += 1
        world.disk.kill()


def journal_close(life: Life) -> None:
    """A desk whose disk failed gives the folder up and ends."""
    try:
        life.journal.close()
    except OperatingError:
        life.world.counts["close failed too"] += 1


async def close(life: Life) -> None:
    """A stop as intended: everything posted is answered, the journal signed to its end."""
    try:
        await life.close()
        life.world.counts["clean stop"] += 1
        life.check_unrouted()
    except OperatingError:
        life.world.counts["close failed too"] += 1
    life.check()


async def _faults(life: Life) -> None:
    """Things that happen in the course of a life, each at a random moment of it."""
    plan, chance, disk, counts = life.plan, life.chance, life.world.disk, life.world.counts
    kinds = [
        fault
        for fault in (
            Fault.SYNC_ERROR,
            Fault.WRITE_ERROR,
            Fault.SHORT_WRITE,
            Fault.DISK_FULL,
            Fault.SYNC_STALL,
            Fault.CLOCK_STEP,
        )
        if plan.has(fault)
    ]
    kinds += [fault for fault in kinds if fault is Fault.DISK_FULL]  # Twice as often: it must meet an order.
    while kinds:
        await asyncio.sleep(chance.random() * plan.life_s)
        fault = chance.choice(kinds)
        if fault is Fault.SYNC_STALL:
            disk.latency_s = (0.05, chance.choice((0.3, 5.0)))
            await asyncio.sleep(chance.random() * plan.life_s)
            disk.latency_s = plan.latency_s
        elif fault is Fault.DISK_FULL:
            await _fill_disk(life)
        elif fault is Fault.CLOCK_STEP:
            life.clock.step_ns = chance.choice((-1, 1)) * chance.randint(1, 3600) * 10**9
        elif chance.random() < 0.5:  # The next operation of that kind fails, and the one after it works.
            if fault is Fault.SYNC_ERROR:
                disk.faults.sync_errors = 1
            elif fault is Fault.WRITE_ERROR:
                disk.faults.write_errors = 1
            else:
                disk.faults.short_writes = 1
        else:
            continue
        counts[fault] += 1


async def _fill_disk(life: Life) -> None:
    """Someone else takes all the room for a while, and then gives it back."""
    chance, disk = life.chance, life.world.disk
    disk.capacity = disk.used() + chance.randint(0, 3_000)
    await asyncio.sleep(chance.random() * life.plan.life_s)
    disk.capacity, life.healed_at, life.full_bytes = PLENTY, life.loop.time(), None
    await asyncio.sleep(1e-6)
    await probe(life)


def _final(world: World) -> None:
    """No more faults: everything settles, and then every account of it must agree."""
    world.plan.faults = ()
    world.venue.heal()
    storage, journal, core = world.start()

    async def main(loop: simloop.SimLoop) -> None:
        loop.set_exception_handler(world.note_trouble)
        await peace(life_of(world)(loop, world, storage, journal, core))
        check_leaks()
        world.note("final", loop.steps, journal.last_hash)

    simloop.run(world.seed * 1000 + 999, main)
    world.check_trouble()
    world.venue.detach()
    check_accounts(world)


async def peace(life: Life) -> None:
    """What is open is ended, what is not known is found out, and the desk stops."""
    assert await life.prepare(), life.desk.failure
    watchers = life.watchers()
    deadline = life.loop.time() + PEACE_S
    while not life.is_settled():
        assert life.loop.time() < deadline, f"{life.unsettled()} long after the last fault"
        await life.cancel_all()
        await asyncio.sleep(life.patience_s)
    for task in watchers:
        task.cancel()
    await close(life)


def check_accounts(world: World) -> None:
    """After a last power loss the books are the market's."""
    world.disk.power_loss()
    _, journal, core = world.start()
    assert journal.recovery.torn_bytes == 0, "a clean stop leaves no torn tail"
    events = [
        event for seq, payload in enumerate(world.appended, 1) for event in decode_record(payload, seq)[1]
    ]
    check_books(core, *expected(world.market.fills, events, world.goods.instruments))
    whole = world.whole_core()
    if not world.counts["orders that nothing can prove absent"]:
        check_quiet(core)
    if world.plan.edge is not None:
        check_truth(world.market, whole, events)
        coverage = Coverage()
        coverage.follow(world.appended)
        world.counts += coverage.counts
    check_quantities(whole, world.market.exchange.orders.values())
    world.counts["fills"] += len(world.market.fills)
    world.counts["orders at the venue"] += len(world.market.exchange.orders)
    world.note("state", core.state_sha256())
    journal.close()
