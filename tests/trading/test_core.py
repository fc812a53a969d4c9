"""The core decides without changing anything, and gives the same state wherever it runs."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.workload import Workload, set_up
from tests.trading.desks import NOW, fill, submit
from trade2026.model.commands import Command
from trade2026.model.events import OrderApproved, OrderDenied, OrderRepeated
from trade2026.primitives.errors import InputError
from trade2026.trading.core import Core, restore

ROOT = Path(__file__).parents[2]


def commands(seed: int, count: int, workload: Workload | None = None) -> tuple[list[Command], Core]:
    """A seeded run of commands, fills among them, and the core that took them."""
    core, chance = Core(), random.Random(seed)
    workload = workload or Workload(chance)
    done: list[Command] = []

    def take(command: Command) -> None:
        events = core.decide(command)
        workload.learn(events)
        for event in events:
            core.evolve(event)
        done.append(command)

    for command in set_up(NOW):
        take(command)
    while len(done) < count:
        take(workload.next(NOW + len(done)))
        if workload.approved and chance.random() < 0.5:
            order = chance.choice(workload.approved)
            report = fill(order.client_order_id, f"x{chance.randint(1, 60)}")
            take(type(report)(NOW, type(report.report)(order.account_id, *_rest(report.report))))
    return done, core


def _rest(report):
    return [getattr(report, name) for name in report.__struct_fields__[1:]]


def script() -> None:
    """Print hashes of events and state; run in processes of their own with other hash seeds."""
    for seed in range(3):
        print(commands(seed, 300)[1].state_sha256())


def test_decide_changes_nothing():
    done, _ = commands(4, 400)
    core = Core()
    for command in done:
        before = core.state_bytes()
        events = core.decide(command)
        assert core.decide(command) == events
        assert core.state_bytes() == before
        for event in events:
            core.evolve(event)


def test_state_restores_to_the_same_bytes_and_the_same_decisions():
    core = commands(7, 500)[1]
    again = restore(core.state_bytes())
    assert again.state_bytes() == core.state_bytes()
    probe = Workload(random.Random(3), number=10_000)
    for _ in range(100):
        command = probe.next(NOW + 10_000)
        events = core.decide(command)
        assert again.decide(command) == events
        for event in events:
            core.evolve(event)
            again.evolve(event)
    assert again.state_sha256() == core.state_sha256()


def test_two_orders_of_insertion_give_one_state():
    first, second = Core(), Core()
    commands = set_up(NOW)
    instruments = commands[1:6]
    for core, order in ((first, instruments), (second, instruments[::-1])):
        for command in (commands[0], *order, *commands[6:]):
            for event in core.decide(command):
                core.evolve(event)
    assert first.state_bytes() == second.state_bytes()


@pytest.mark.parametrize("data", [b"", b"\x93\xc4\x00\xc4\x00\xc4\x00", b"garbage"])
def test_what_is_no_state_is_refused(data):
    with pytest.raises(InputError, match="replay the journal from its start"):
        restore(data)


def test_a_repeated_order_is_the_first_one():
    core = Core()
    for command in set_up(NOW):
        for event in core.decide(command):
            core.evolve(event)
    approved = core.decide(submit("c1"))[0]
    core.evolve(approved)
    assert isinstance(approved, OrderApproved)
    repeated = OrderRepeated(NOW + 5, "margin", "c1", approved.order_id)
    assert core.decide(submit("c1", now=NOW + 5)) == (repeated,)
    assert type(core.decide(submit("c1", quantity=2))[0]) is OrderDenied


@pytest.mark.process
def test_the_state_does_not_depend_on_what_strings_hash_to():
    told = {
        subprocess.run(
            [sys.executable, "-c", "from tests.trading.test_core import script; script()"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "7", "99")
    }
    assert len(told) == 1
    assert len(told.pop().split()) == 3
