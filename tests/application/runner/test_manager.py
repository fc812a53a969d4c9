"""Processes of strategies follow the journal: started, heard, restarted, halted, put down, remembered."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.application.runner.fakes import FakeChildren, LocalCore, services
from tests.application.runner.stepped import ACCOUNT, SteppedCore
from tests.simulation.backtest.desk import START, Table, bars
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimClock, SimLoop, run
from tests.simulation.simstorage import SimStorage
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.application.runner.keeper import CORE_AWAY
from trade2026.application.runner.manager import StrategyRuns, is_about_runs
from trade2026.application.runner.records import KEPT, forget_old
from trade2026.application.runner.reports import Ended, Seen
from trade2026.application.strategy_runs import halt_intents, next_run_id
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import RunStopped
from trade2026.ports.asking import UnknownId
from trade2026.ports.core_link import CancelAllIntent, SetTradingStateIntent, StopRunIntent
from trade2026.ports.runner_link import RunState, StrategyStatus
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.simulation.backtest import BacktestConfig
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import frames

CALENDARS = Calendars()


class Rig:
    """A manager on virtual time; `again` is the runner's next start."""

    def __init__(self, loop: SimLoop, home: Path) -> None:
        self.clock = SimClock(loop)
        self.services = services(home, self.clock)
        self.disks = [SimDisk(seed) for seed in (1, 2, 3)]
        settings = BacktestConfig(
            run_id="setup", code_version="test", details="{}", cash=1_000_000 * UNIT, base_currency="USD",
            account_id=ACCOUNT, start_ns=START,
        )  # fmt: skip
        self.stepped = SteppedCore(
            SimStorage(self.disks[0], "core"), Table(bars(100, 110)), CALENDARS, settings
        )
        self.core = LocalCore(self.stepped)
        self.children = FakeChildren()
        self.told: list[StrategyStatus] = []
        self.again()

    def again(self) -> None:
        journal, state, logs = (SimStorage(disk, "runner") for disk in self.disks)
        self.runs = StrategyRuns(
            self.services, self.core, self.children, journal, state, logs, self.told.append
        )
        self.task = asyncio.get_running_loop().create_task(self.runs.run())

    async def crash(self) -> None:
        """The runner dies with all its children."""
        self.task.cancel()
        for keeper in list(self.runs._keepers.values()):
            keeper._task.cancel()
        for child in self.children.alive:
            child.kill()
        await asyncio.sleep(0.01)

    async def start(self) -> StrategyStatus:
        run = await self.runs.start("momentum", '{"top": 3}', ACCOUNT, "alice")
        await asyncio.sleep(0.01)
        return run

    def state(self, run_id: str = "momentum-1") -> RunState:
        return self.status(run_id).state

    def status(self, run_id: str = "momentum-1") -> StrategyStatus:
        return next(run for run in self.runs.status() if run.run_id == run_id)

    def stops(self) -> list[RunStopped]:
        """Ends of runs in the journal."""
        events = (
            event
            for frame in frames(SimStorage(self.disks[0], "reader"))
            for event in decode_record(frame.payload, frame.seq)[1]
        )
        return [event for event in events if isinstance(event, RunStopped)]


def played(tmp_path: Path, test: Callable[[Rig], Coroutine[Any, Any, None]]) -> None:
    """Run a test on virtual time."""

    async def main(loop: SimLoop) -> None:
        rig = Rig(loop, tmp_path)
        await test(rig)
        await rig.crash()

    run(1, main, shuffle=False)


def test_an_id_is_never_given_twice_though_what_was_saved_is_lost(tmp_path: Path) -> None:
    """A start may be asked for before the journal has shown the runs there were."""

    async def test(rig: Rig) -> None:
        await rig.start()
        await rig.crash()
        rig.disks[1] = SimDisk(9)
        rig.again()
        assert (await rig.start()).run_id == "momentum-2"

    played(tmp_path, test)


def test_an_id_is_never_given_twice_though_its_run_was_forgotten() -> None:
    over = StrategyStatus(
        run_id="", strategy="", parameters="", account_id="", trader_id="", state=RunState.STOPPED,
        started_ns=0,
    )  # fmt: skip
    names = ["momentum-1", "momentum-2", *(f"dual-{number}" for number in range(1, KEPT + 10))]
    runs = {name: msgspec.structs.replace(over, run_id=name) for name in names}
    forget_old(runs)
    assert len(runs) == KEPT
    assert next_run_id("momentum", runs) == "momentum-3"


def test_a_full_disk_ends_no_strategy(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        rig.disks[1].capacity = rig.disks[1].used()
        rig.children.alive[0].say(Seen(5, "ab"))
        await asyncio.sleep(0.01)
        run = await rig.start()
        await rig.runs.stop("momentum-1", "alice", "")
        await asyncio.sleep(0.01)
        assert not rig.task.done()
        assert rig.state() is RunState.STOPPING
        assert rig.status(run.run_id).state is RunState.STARTING

    played(tmp_path, test)


def test_a_start_is_journaled_and_becomes_a_process(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        run = await rig.start()
        assert (run.run_id, run.state, run.account_id) == ("momentum-1", RunState.STARTING, ACCOUNT)
        assert run.parameters == '{"top":3}'
        (child,) = rig.children.started
        assert child.arguments == ("strategy", "momentum-1")
        child.say(Seen(5, "ab"))
        await asyncio.sleep(0.01)
        status = rig.status()
        assert (status.state, status.seen_ns, status.input_sha256) == (RunState.RUNNING, 5, "ab")
        assert rig.told[-1] == status
        second = await rig.start()
        assert second.run_id == "momentum-2"
        account = rig.stepped.sequencer.core.engines.oms.accounts[ACCOUNT]
        assert "momentum-1" in account.account.entitled

    played(tmp_path, test)


@pytest.mark.parametrize(
    ("strategy", "parameters", "account", "words"),
    [
        ("momentun", "{}", ACCOUNT, "strategy must be one of momentum"),
        ("../x.py", "{}", ACCOUNT, "strategy must be one of momentum"),
        ("momentum", '{"top": 0}', ACCOUNT, "'top' must"),
        ("momentum", "[]", ACCOUNT, "parameters must be a JSON object"),
        ("momentum", "{}", "NOWHERE", "NOWHERE"),
    ],
)
def test_what_cannot_run_is_refused_and_leaves_nothing(
    tmp_path: Path, strategy: str, parameters: str, account: str, words: str
) -> None:
    async def test(rig: Rig) -> None:
        with pytest.raises(InputError, match=words):
            await rig.runs.start(strategy, parameters, account, "alice")
        await asyncio.sleep(0.01)
        assert rig.children.started == []
        assert rig.runs.status() == ()

    played(tmp_path, test)


def test_a_stop_halts_cancels_and_is_journaled_with_the_hash(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        (child,) = rig.children.started
        child.say(Seen(5, "ab"))
        await asyncio.sleep(0.01)
        stopping = await rig.runs.stop("momentum-1", "bob", "enough")
        assert stopping.state is RunState.STOPPING
        await asyncio.sleep(0.01)
        assert rig.state() is RunState.STOPPING
        assert child.signals == [], "it has time to see the halt itself"
        child.say(Ended(7, "cd"))
        child.exit(0)
        await asyncio.sleep(0.1)
        status = rig.status()
        assert (status.state, status.input_sha256, status.error) == (RunState.STOPPED, "cd", "")
        (stop,) = rig.stops()
        assert (stop.run_id, stop.input_sha256) == ("momentum-1", "cd")
        account = rig.stepped.sequencer.core.engines.oms.accounts[ACCOUNT]
        assert "momentum-1" not in account.account.entitled
        assert (await rig.runs.stop("momentum-1", "bob", "")).state is RunState.STOPPED

    played(tmp_path, test)


def test_a_process_that_saw_its_halt_before_the_runner_did_is_not_started_again(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        rig.children.started[0].say(Ended(7, "cd"))
        rig.children.started[0].exit(0)
        await asyncio.sleep(1)
        rig.stepped.ask(*halt_intents("momentum-1", "bob", "enough", "x"))
        await asyncio.sleep(1.5)
        assert rig.state() is RunState.STOPPED
        assert len(rig.children.started) == 1

    played(tmp_path, test)


def test_a_process_that_does_not_end_is_ended_and_the_halt_did_not_need_it(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.children.stubborn = True
        await rig.start()
        (child,) = rig.children.started
        child.say(Seen(5, "ab"))
        await rig.runs.stop("momentum-1", "bob", "loops for ever")
        states = rig.stepped.sequencer.core.engines.risk.trading_states
        assert states[(Scope.STRATEGY, "momentum-1")] is TradingState.HALTED
        began = rig.clock.monotonic_ns()
        while rig.state() is not RunState.STOPPED:
            await asyncio.sleep(0.1)
        assert child.signals == ["TERM", "KILL"]
        assert 9.9e9 < rig.clock.monotonic_ns() - began < 10.5e9
        assert rig.stops()[0].input_sha256 == "ab"

    played(tmp_path, test)


def test_one_that_raised_has_failed_with_its_words(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        (child,) = rig.children.started
        rig.stepped.ask(*halt_intents("momentum-1", "momentum-1", "raised", "momentum-1-stop-1"))
        child.say(Ended(7, "cd", "on_bar raised ZeroDivisionError"))
        child.exit(0)
        await asyncio.sleep(0.2)
        status = rig.status()
        assert (status.state, status.error) == (RunState.FAILED, "on_bar raised ZeroDivisionError")
        assert len(rig.children.started) == 1
        assert rig.stops()[0].text == "failed: on_bar raised ZeroDivisionError"

    played(tmp_path, test)


def test_one_that_dies_is_started_again_and_five_deaths_in_a_minute_end_it(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        for count in range(1, 6):
            while not rig.children.alive:
                await asyncio.sleep(0.05)
            (child,) = rig.children.alive
            child.words = "Traceback\nSegmentation fault\n"
            child.exit(-11)
            await asyncio.sleep(0.05)
            if count < 5:
                assert rig.state() is RunState.RESTARTING
                assert rig.status().restarts == count
                assert "code -11: Segmentation fault" in rig.status().error
        await asyncio.sleep(0.1)
        assert rig.state() is RunState.FAILED
        assert "5 times within a minute" in rig.status().error
        kinds = [type(intent) for intent in rig.core.asked]
        assert kinds.count(SetTradingStateIntent) == 2  # Let trade at the start, halted at the end.
        assert kinds.count(CancelAllIntent) == kinds.count(StopRunIntent) == 1

    played(tmp_path, test)


def test_deaths_far_apart_do_not_end_it(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        for _ in range(8):
            while not rig.children.alive:
                await asyncio.sleep(0.05)
            rig.children.alive[0].exit(1)
            await asyncio.sleep(20)
        assert rig.state() is RunState.RESTARTING
        assert len(rig.children.started) == 9

    played(tmp_path, test)


def test_while_the_core_is_away_it_waits_and_that_counts_as_no_death(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        rig.core.is_connected = False
        rig.children.started[0].exit(CORE_AWAY)
        await asyncio.sleep(30)
        assert len(rig.children.started) == 1
        assert (rig.state(), rig.status().restarts) == (RunState.RESTARTING, 0)
        rig.core.is_connected = True
        await asyncio.sleep(1)
        assert len(rig.children.alive) == 1

    played(tmp_path, test)


def test_the_end_is_journaled_when_the_core_is_back(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        await rig.runs.stop("momentum-1", "bob", "")
        rig.core.is_connected = False
        rig.children.started[0].say(Ended(7, "cd"))
        rig.children.started[0].exit(0)
        await asyncio.sleep(20)
        assert rig.stops() == []
        rig.core.is_connected = True
        await asyncio.sleep(10)
        assert [stop.run_id for stop in rig.stops()] == ["momentum-1"]
        assert rig.state() is RunState.STOPPED

    played(tmp_path, test)


def test_after_a_restart_of_the_runner_what_runs_runs_again(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        await rig.start()
        await rig.start()
        await rig.runs.stop("momentum-2", "bob", "")
        await asyncio.sleep(0.01)
        rig.children.started[1].say(Ended(1, "aa"))
        rig.children.started[1].exit(0)
        await asyncio.sleep(0.1)
        await rig.crash()
        rig.stepped.ask(*halt_intents("momentum-3", "bob", "while the runner was away", "x"))
        rig.children.started.clear()
        rig.again()
        await asyncio.sleep(1)
        assert [child.arguments[1] for child in rig.children.started] == ["momentum-1"]
        assert [run.state for run in rig.runs.status()] == [
            RunState.STARTING, RunState.STOPPED, RunState.STOPPED,
        ]  # fmt: skip
        assert {stop.run_id for stop in rig.stops()} == {"momentum-2", "momentum-3"}

    played(tmp_path, test)


def test_without_its_own_file_it_knows_everything_from_the_journal(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        await rig.crash()
        before = rig.runs.status()
        rig.disks[1] = SimDisk(9)
        rig.again()
        await asyncio.sleep(0.1)
        after = rig.runs.status()
        assert [msgspec.structs.replace(run, since_ns=0) for run in after] == [
            msgspec.structs.replace(run, since_ns=0, seen_ns=0, input_sha256="") for run in before
        ]
        assert len(rig.children.alive) == 1

    played(tmp_path, test)


def test_a_clean_end_of_the_runner_ends_children_and_leaves_the_runs(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        rig.task.cancel()
        await rig.runs.aclose()
        assert rig.children.started[0].signals == ["TERM"]
        assert rig.stops() == []
        rig.again()
        await asyncio.sleep(0.1)
        assert len(rig.children.alive) == 1

    played(tmp_path, test)


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        with pytest.raises(UnknownId, match="nothing-1"):
            await rig.runs.stop("nothing-1", "bob", "")
        with pytest.raises(UnknownId, match="nothing-1"):
            await rig.runs.log("nothing-1", 0, 10)

    played(tmp_path, test)


def test_frames_are_told_apart_by_their_tag(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        await rig.start()
        rig.stepped.step()
        for frame in frames(SimStorage(rig.disks[0], "reader")):
            command, _ = decode_record(frame.payload, frame.seq)
            expected = type(command).__name__ in ("StartRun", "StopRun", "SetTradingState")
            assert is_about_runs(frame.payload) is expected, command

    played(tmp_path, test)
