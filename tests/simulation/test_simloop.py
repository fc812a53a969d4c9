"""The loop itself: virtual time, seeded order, deadlocks, and the private names it leans on."""

import asyncio
import inspect
import sys
import time
from typing import Any

import pytest

from tests.simulation import simloop
from tests.simulation.simloop import SimClock, SimDeadlock, SimLoop


def run(main, seed=1, **options):
    return simloop.run(seed, main, **options)


def test_hours_take_no_time():
    async def main(loop):
        clock = SimClock(loop)
        before = clock.now_ns()
        await asyncio.sleep(3600 * 24)
        return clock.now_ns() - before, clock.monotonic_ns()

    started = time.monotonic()
    assert run(main) == (86_400_000_000_000, 86_400_000_000_000)
    assert time.monotonic() - started < 2


def test_a_clock_can_be_set_without_moving_durations():
    async def main(loop):
        clock = SimClock(loop, origin_ns=100)
        clock.step_ns = -3_600_000_000_000
        return clock.now_ns(), clock.monotonic_ns()

    assert run(main) == (100 - 3_600_000_000_000, 0)


async def race(loop, workers=8):
    order = []

    async def work(number):
        for _ in range(5):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(number) for number in range(workers)))
    return order


def test_one_seed_is_one_order_and_others_are_others():
    orders = {seed: run(race, seed) for seed in range(20)}
    assert orders == {seed: run(race, seed) for seed in range(20)}
    assert len({tuple(order) for order in orders.values()}) == 20


def test_without_shuffle_the_order_is_that_of_a_real_loop():
    assert run(race, shuffle=False) == asyncio.run(race(None))


def test_timers_fire_by_time_and_canceled_ones_do_not():
    async def main(loop):
        fired: list[float | str] = []
        for delay in (3.0, 1.0, 2.0):
            loop.call_later(delay, fired.append, delay)
        for delay in range(100):
            loop.call_later(0.5 + delay, fired.append, "canceled").cancel()
        await asyncio.sleep(10)
        return fired

    assert run(main) == [1.0, 2.0, 3.0]


def test_timeouts_and_cancellation_work():
    async def main(loop):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        task = asyncio.ensure_future(asyncio.sleep(100))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return round(loop.time() - simloop.START_S, 6)

    assert run(main) == 6.0


def test_a_deadlock_is_told():
    async def main(loop):
        await asyncio.Event().wait()

    with pytest.raises(SimDeadlock):
        run(main)


def test_a_deadlock_behind_canceled_timers_is_told():
    async def main(loop):
        loop.call_later(5, print).cancel()
        await asyncio.Event().wait()

    with pytest.raises(SimDeadlock):
        run(main)


def test_threads_are_refused():
    async def main(loop):
        with pytest.raises(RuntimeError, match="threads"):
            await asyncio.to_thread(time.sleep, 0)
        with pytest.raises(RuntimeError, match="threads"):
            loop.call_soon_threadsafe(print)

    run(main)


def test_what_is_left_is_dropped_and_does_not_run_on():
    seen = []

    async def forever():
        try:
            while True:
                await asyncio.sleep(1)
                seen.append("awake")
        finally:
            seen.append("closed")
            await asyncio.sleep(1)
            seen.append("not reached")

    async def main(loop):
        task = loop.create_task(forever())
        await asyncio.sleep(2.5)
        return task

    assert not run(main).done()
    assert seen == ["awake", "awake", "closed"]


def test_steps_are_counted():
    async def sleep(loop, times):
        for _ in range(times):
            await asyncio.sleep(1)
        return loop.steps

    few, many = run(lambda loop: sleep(loop, 10)), run(lambda loop: sleep(loop, 110))
    assert many - few == 200  # A turn for the timer, and one for the task it wakes.


def test_the_private_names_are_there_in_this_version():
    """A new version of Python is added to SUPPORTED_VERSIONS when this file passes on it."""
    assert sys.version_info[:2] in simloop.SUPPORTED_VERSIONS
    loop: Any = asyncio.new_event_loop()
    try:
        timer: Any = loop.call_later(1, print)
        assert [name for name in simloop.PRIVATE_LOOP if not hasattr(loop, name)] == []
        assert [name for name in simloop.PRIVATE_TIMER if not hasattr(timer, name)] == []
        assert loop._scheduled == [timer]
        assert (timer._scheduled, timer._cancelled) == (True, False)
        timer.cancel()
        assert (timer._cancelled, loop._timer_cancelled_count) == (True, 1)
        assert list(loop._ready) == []
    finally:
        loop.close()


def test_the_loop_uses_no_other_private_name():
    source = inspect.getsource(SimLoop) + inspect.getsource(simloop.abandon)
    base = {
        name for name in dir(asyncio.SelectorEventLoop) + dir(asyncio.TimerHandle) if name.startswith("_")
    }
    instance = {"_ready", "_scheduled", "_timer_cancelled_count"}
    words = set("".join(c if c.isidentifier() or c.isdigit() else " " for c in source).split())
    used = {word for word in words & (base | instance) if not word.startswith("__")}
    assert used <= set(simloop.PRIVATE_LOOP) | set(simloop.PRIVATE_TIMER)
