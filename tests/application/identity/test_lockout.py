"""Guessing passwords: how long one waits, who does not wait for it, and that a flood costs little."""

import asyncio
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.application.identity.fakes import ADDRESS, PASSWORD, World
from trade2026.application.identity.gate import WAITING_MAX, HashGate
from trade2026.application.identity.lockout import ADDRESS_FREE, ENTRIES_MAX, PAIR_FREE, LockOut, fold_address
from trade2026.application.identity.roles import Role
from trade2026.primitives.errors import AuthenticationFailed, LockedOut, Trade2026Error
from trade2026.primitives.time import HOUR_NS, MINUTE_NS, SECOND_NS

ELSEWHERE = "198.51.100.1"


@pytest.fixture
def world():
    world = World()
    asyncio.run(world.identity.add_user("ada", Role.TRADER, ("PAPER",), PASSWORD))
    world.hasher.calls = 0
    return world


def attempt(world, name="ada", password="a wrong password", address=ADDRESS):
    """What the attempt led to: True, or the error."""
    try:
        asyncio.run(world.identity.login(name, password, address))
    except Trade2026Error as error:
        return error
    return True


def fail_until_locked(world, name="ada", address=ADDRESS):
    for count in range(1_000):
        error = attempt(world, name, address=address)
        if isinstance(error, LockedOut):
            return count, error
    raise AssertionError("never locked")


def test_a_few_mistakes_are_free_and_then_the_delay_doubles_up_to_a_quarter_of_an_hour(world):
    count, error = fail_until_locked(world)
    assert count == PAIR_FREE
    delays = []
    for _ in range(14):
        delays.append(error.retry_after_ns)
        world.clock.advance(error.retry_after_ns - 1)
        assert isinstance(attempt(world), LockedOut)
        world.clock.advance(1)
        assert isinstance(attempt(world), AuthenticationFailed)
        error = attempt(world)
    assert delays == [min(2**n * SECOND_NS, 15 * MINUTE_NS) for n in range(14)]


def test_a_locked_attempt_is_not_hashed_and_the_right_password_does_not_help(world):
    fail_until_locked(world)
    before = world.hasher.calls
    assert isinstance(attempt(world, password=PASSWORD), LockedOut)
    assert world.hasher.calls == before


def test_names_that_do_not_exist_are_locked_just_so(world):
    count, known = fail_until_locked(world, "ada", ADDRESS)
    other, unknown = fail_until_locked(world, "nobody", ELSEWHERE)
    assert (count, known.retry_after_ns, str(known)) == (other, unknown.retry_after_ns, str(unknown))


def test_the_owner_logs_in_from_another_address(world):
    fail_until_locked(world)
    assert attempt(world, password=PASSWORD, address=ELSEWHERE) is True


def test_a_session_goes_on_while_its_name_is_attacked_from_its_own_address(world):
    session = asyncio.run(world.identity.login("ada", PASSWORD, ADDRESS))
    fail_until_locked(world)
    assert world.identity.authenticate(session.access_token).name == "ada"
    assert asyncio.run(world.identity.refresh(session.refresh_token)).principal.name == "ada"
    asyncio.run(world.identity.change_password(session.principal, PASSWORD, "another long one"))


def test_a_success_forgives(world):
    for _ in range(3):
        for _ in range(PAIR_FREE - 1):
            attempt(world)
        assert attempt(world, password=PASSWORD) is True


def test_a_stolen_session_cannot_guess_the_password_for_ever(world):
    session = asyncio.run(world.identity.login("ada", PASSWORD, ADDRESS))
    errors = []
    for _ in range(PAIR_FREE + 1):
        with pytest.raises(Trade2026Error) as caught:
            asyncio.run(world.identity.change_password(session.principal, "a guess", "another long one"))
        errors.append(type(caught.value))
    assert errors == [AuthenticationFailed] * PAIR_FREE + [LockedOut]


def test_many_names_from_one_address_are_slowed_down_too(world):
    errors = [attempt(world, f"name{n}") for n in range(ADDRESS_FREE + 1)]
    assert [type(error) for error in errors] == [AuthenticationFailed] * ADDRESS_FREE + [LockedOut]


def test_who_logged_in_from_there_before_does_not_wait_for_the_others_at_the_address(world):
    assert attempt(world, password=PASSWORD) is True
    for n in range(ADDRESS_FREE + 1):
        attempt(world, f"name{n}")
    assert isinstance(attempt(world, "name9999"), LockedOut)
    assert attempt(world, password=PASSWORD) is True
    again = world.restarted()  # Known from the sessions on disk.
    for n in range(ADDRESS_FREE + 1):
        attempt(again, f"name{n}")
    assert attempt(again, password=PASSWORD) is True


def test_a_hundred_attempts_at_once_count_as_a_hundred(world):
    async def all_at_once():
        tries = (world.identity.login("ada", f"guess number {n}", ADDRESS) for n in range(100))
        return await asyncio.gather(*tries, return_exceptions=True)

    world.hasher.calls = 0
    errors = asyncio.run(all_at_once())
    assert world.hasher.calls <= PAIR_FREE
    assert all(isinstance(error, (LockedOut, AuthenticationFailed)) for error in errors)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", "testclient", True),
    ],
)
def test_addresses_that_one_attacker_has_are_one(one, other, same):
    assert (fold_address(one) == fold_address(other)) is same


def test_memory_is_bounded_and_the_latest_are_kept():
    lockout = LockOut()
    for n in range(ENTRIES_MAX + 500):
        lockout.begin("x" * 100_000 if n == 0 else f"name{n}", f"address{n}", 0)
        lockout.trust(f"name{n}", f"address{n}")
    assert len(lockout) <= 3 * ENTRIES_MAX


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=60))
def test_the_delay_is_never_longer_than_its_bound_and_time_always_opens_the_door(steps):
    lockout, now = LockOut(), 0
    for who, seconds in steps:
        now += seconds * SECOND_NS
        wait = 0
        try:
            lockout.begin(f"name{who}", ADDRESS, now)
        except LockedOut as error:
            wait = error.retry_after_ns
            lockout.begin(f"name{who}", ADDRESS, now + wait)
        assert 0 <= wait <= 15 * MINUTE_NS
        now += wait
    lockout.begin("name0", ADDRESS, now + HOUR_NS)


# --------------------------------------------------------------------------------------------- gate


def test_one_hash_at_a_time_and_those_who_wait_are_few():
    gate, running, most, go = HashGate(), 0, 0, threading.Event()

    def work():
        nonlocal running, most
        running += 1
        most = max(most, running)
        go.wait(5)
        running -= 1

    async def flood():
        calls = [asyncio.ensure_future(gate.run(work, address=str(n), trusted=False)) for n in range(100)]
        for _ in range(5):
            await asyncio.sleep(0)
        waiting = gate.waiting
        go.set()
        return waiting, await asyncio.gather(*calls, return_exceptions=True)

    waiting, results = asyncio.run(flood())
    assert waiting == WAITING_MAX
    assert most == 1
    assert sum(result is None for result in results) == WAITING_MAX + 1
    assert sum(isinstance(result, LockedOut) for result in results) == 100 - WAITING_MAX - 1
    assert gate.waiting == 0


def test_one_address_has_two_places_and_trusted_ones_go_first():
    gate, order, go = HashGate(), [], threading.Event()

    def work(who):
        go.wait(5)
        order.append(who)

    async def run(who, address, trusted=False):
        await gate.run(lambda: work(who), address=address, trusted=trusted)

    async def scene():
        calls = [asyncio.ensure_future(run(f"m{n}", "mallory")) for n in range(5)]
        calls.append(asyncio.ensure_future(run("bob", "b")))
        calls.append(asyncio.ensure_future(run("ada", "mallory", trusted=True)))
        for _ in range(5):
            await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(scene())
    assert order == ["m0", "ada", "m1", "m2", "bob"]
    assert [isinstance(result, LockedOut) for result in results] == [False] * 3 + [True] * 2 + [False] * 2


def test_who_gives_up_waiting_or_hashing_leaves_no_place_taken():
    gate, go = HashGate(), threading.Event()

    async def scene():
        first = asyncio.ensure_future(gate.run(lambda: go.wait(5), address="a", trusted=False))
        second = asyncio.ensure_future(gate.run(lambda: 2, address="b", trusted=False))
        third = asyncio.ensure_future(gate.run(lambda: 3, address="c", trusted=False))
        for _ in range(3):
            await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        await asyncio.sleep(0)
        assert gate.waiting == 1  # The thread of the first still runs: the third waits.
        assert not third.done()
        go.set()
        assert await third == 3
        return await gate.run(lambda: 4, address="a", trusted=False)

    assert asyncio.run(scene()) == 4


def test_a_hash_that_fails_frees_its_place():
    gate = HashGate()

    def fail():
        raise AuthenticationFailed("x", reason="x")

    async def scene():
        for _ in range(3):
            with pytest.raises(AuthenticationFailed):
                await gate.run(fail, address="a", trusted=False)
        return await gate.run(lambda: 1, address="a", trusted=False)

    assert asyncio.run(scene()) == 1


def test_a_flood_of_bad_log_ins_leaves_the_loop_free_and_the_owner_gets_in(world):
    """10,000 attempts from 500 addresses, none waiting for another: few are hashed, nothing is held up."""
    world.hasher.work = lambda: time.sleep(0.002)

    async def flood():
        gaps, tasks = [], []
        await world.identity.login("ada", PASSWORD, ELSEWHERE)

        async def bad(n):
            with pytest.raises((LockedOut, AuthenticationFailed)):
                await world.identity.login(f"name{n % 7}", "a wrong password", f"10.0.{n % 2}.{n % 250}")

        for start in range(0, 10_000, 20):
            last = time.perf_counter()
            tasks += [asyncio.ensure_future(bad(n)) for n in range(start, start + 20)]
            await asyncio.sleep(0)
            gaps.append(time.perf_counter() - last)
            if start % 2_500 == 0:
                await world.identity.login("ada", PASSWORD, ELSEWHERE)
        await asyncio.gather(*tasks)
        return sorted(gaps)

    gaps = asyncio.run(flood())
    assert gaps[len(gaps) // 2] < 0.02
    assert world.hasher.calls < 5_000
