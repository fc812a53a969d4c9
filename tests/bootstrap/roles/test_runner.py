"""The runner with real processes: a strategy on a real core, its death, its halt, and a backtest as a job."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

import trade2026
from trade2026.adapters.embedded.background import Background
from trade2026.adapters.embedded.children import ProcessChildren
from trade2026.adapters.embedded.core_link import CoreConnection
from trade2026.adapters.embedded.runner_link import RunnerConnection, serve
from trade2026.application.runner.service import JOURNAL, Runner
from trade2026.bootstrap.config import HOME_VARIABLE, load_config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.wiring import make_services
from trade2026.model.events import OrderFilled, RunStopped
from trade2026.ports.asking import UnknownId
from trade2026.ports.core_link import FeedAction, Hello
from trade2026.ports.runner_link import (
    AnalysisJob,
    BacktestJob,
    JobState,
    JobStatus,
    RunState,
    StrategyStatus,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import frames

pytestmark = [pytest.mark.process, pytest.mark.slow]

SOURCE = str(Path(trade2026.__file__).parents[1])
ROLE = (sys.executable, "-m", "trade2026.bootstrap.main", "run")
DESK = """{"replay": {"start": "2015-01-02", "speed": 500, "is_paused": true}}"""
STRATEGY = '''
"""A strategy of a user."""

import msgspec
from trade2026.model.enums import Side
from trade2026.ports.strategy import Strategy


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many bars it looks at before it loops or raises."""

    raise_after: int = 0
    loop_after: int = 0


class Mine(Strategy):
    """Buys a share of the first instrument at each of its bars."""

    parameters_type = Parameters
    bars = 0

    def on_start(self, context):
        print("hello from", context.now)
        context.log(f"history {len(context.history(list(context.instruments)[0], 5))}")

    def on_bar(self, context, bar):
        if bar.instrument_id != list(context.instruments)[0]:
            return
        self.bars += 1
        if self.bars == self.parameters.raise_after:
            raise ValueError("by design")
        if self.bars == self.parameters.loop_after:
            while True:
                pass
        context.submit_order(bar.instrument_id, Side.BUY, 1_000_000_000)
'''


class Desk:
    """A core process, and a runner in the test's own loop."""

    def __init__(
        self, home: Path, environment: dict[str, str], core: CoreConnection, client: RunnerConnection
    ) -> None:
        self.home, self.environment, self.core, self.client = home, environment, core, client

    async def start_core(self) -> None:
        self.process = await asyncio.create_subprocess_exec(*ROLE, "core", env=self.environment)
        assert await self.core.wait_connected(60 * SECOND_NS)

    async def until(self, run_id: str, *states: RunState) -> StrategyStatus:
        status: StrategyStatus = await until(lambda: self._run(run_id, states))
        return status

    async def _run(self, run_id: str, states: tuple[RunState, ...]) -> StrategyStatus | None:
        runs = {run.run_id: run for run in await self.client.strategy_status()}
        return runs[run_id] if run_id in runs and runs[run_id].state in states else None

    def events(self) -> list[Any]:
        storage = make_services(load_config({HOME_VARIABLE: str(self.home)})).open_storage(
            f"{self.home}/{JOURNAL}"
        )
        try:
            return [
                event for frame in frames(storage) for event in decode_record(frame.payload, frame.seq)[1]
            ]
        finally:
            storage.close()

    def fills(self) -> int:
        return sum(isinstance(event, OrderFilled) for event in self.events())


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` gives once it gives something; fails after half a minute."""
    async with asyncio.timeout(30):
        while not (found := await look()):
            await asyncio.sleep(0.02)
        return found


@asynccontextmanager
async def desk(home: Path) -> AsyncIterator[Desk]:
    places = Places(str(home))
    places.make()
    (home / "desk" / "config.json").write_text(DESK)
    (home / "strategies").mkdir()
    (home / "strategies" / "mine.py").write_text(STRATEGY)
    environment = {**os.environ, HOME_VARIABLE: str(home), "PYTHONPATH": SOURCE}
    core = CoreConnection(places.socket("core"), Hello("test", market_data=False, follow=False))
    await core.start()
    services = make_services(load_config(environment))
    runner = Runner(services, core, ProcessChildren(ROLE, environment, Background(None, 2)), cores=2)
    server = await serve(places.socket("runner"), runner)
    following = asyncio.create_task(runner.run())
    client = RunnerConnection(places.socket("runner"))
    rig = Desk(home, environment, core, client)
    await rig.start_core()
    await client.start()
    assert await client.wait_connected(10 * SECOND_NS)
    try:
        yield rig
    finally:
        following.cancel()
        await client.aclose()
        await server.aclose()
        await runner.aclose()
        await core.aclose()
        rig.process.terminate()
        await rig.process.wait()


def test_a_strategy_outlives_its_death_and_the_core_s_and_is_stopped(tmp_path: Path) -> None:
    async def test() -> None:
        async with desk(tmp_path) as rig:
            started = await rig.client.start_strategy("mine.py", "{}", "PAPER", "alice")
            assert started.run_id == "mine-1"
            # Answered only when the runner has read the journal that far: no wait here.
            assert [run.run_id for run in await rig.client.strategy_status()] == ["mine-1"]
            await rig.until("mine-1", RunState.RUNNING)
            await until(lambda: stepped_to_fills(rig, 1))
            pid = (await children_of(os.getpid(), "mine-1"))[0]
            os.kill(pid, signal.SIGKILL)
            await rig.until("mine-1", RunState.RESTARTING)
            await rig.until("mine-1", RunState.RUNNING)
            wanted = rig.fills() + 2
            await until(lambda: stepped_to_fills(rig, wanted))
            rig.process.kill()
            await rig.process.wait()
            assert "lost" in (await rig.until("mine-1", RunState.RESTARTING)).error
            await rig.start_core()
            await rig.until("mine-1", RunState.RUNNING)
            wanted = rig.fills() + 2
            await until(lambda: stepped_to_fills(rig, wanted))
            await rig.client.stop_strategy("mine-1", "bob", "enough")
            stopped = await rig.until("mine-1", RunState.STOPPED)
            assert stopped.restarts == 1
            texts = [line.text for line in await rig.client.strategy_log("mine-1")]
            assert len([text for text in texts if text.startswith("hello from 14")]) == 3
            assert len([text for text in texts if text.startswith("history ")]) == 3
            (stop,) = [event for event in rig.events() if isinstance(event, RunStopped)]
            assert stop.input_sha256 == stopped.input_sha256 != ""

    asyncio.run(test())


async def stepped_to_fills(rig: Desk, least: int) -> bool:
    """Do a step of the feed; whether there are as many fills."""
    await rig.core.control_feed(FeedAction.STEP)
    return rig.fills() >= least


async def children_of(pid: int, word: str) -> list[int]:
    """Processes this one has started whose command line has the word."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parent = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
                words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if parent == pid and word.encode() in words:
                found.append(int(name))
    return found


def test_one_that_raises_fails_and_one_that_loops_is_put_down(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("trade2026.application.runner.keeper.GRACE_S", 0.2)

    async def test() -> None:
        async with desk(tmp_path) as rig:
            raising = await rig.client.start_strategy("mine.py", '{"raise_after": 2}', "PAPER", "alice")
            looping = await rig.client.start_strategy("mine.py", '{"loop_after": 1}', "PAPER", "alice")
            wrong = await rig.client.start_strategy("mine.py", '{"nonsense": 1}', "PAPER", "alice")
            assert "'nonsense' is unknown" in (await rig.until(wrong.run_id, RunState.FAILED)).error
            await rig.until(raising.run_id, RunState.RUNNING)
            await rig.until(looping.run_id, RunState.RUNNING)
            for _ in range(2):
                await rig.core.control_feed(FeedAction.STEP)
            failed = await rig.until(raising.run_id, RunState.FAILED)
            assert "ValueError: by design" in failed.error
            await rig.client.stop_strategy(looping.run_id, "bob", "it loops")
            await rig.until(looping.run_id, RunState.STOPPED)
            assert await children_of(os.getpid(), looping.run_id) == []

    asyncio.run(test())


def test_a_backtest_runs_as_a_job_and_one_is_canceled(tmp_path: Path) -> None:
    async def test() -> None:
        async with desk(tmp_path) as rig:
            told: list[Any] = []
            listening = asyncio.create_task(listen(rig.client, told))
            with pytest.raises(InputError, match="strategy must be one of momentum"):
                await rig.client.submit(BacktestJob(strategy="nothing"), "alice")
            with pytest.raises(UnknownId):
                await rig.client.job("backtest-7")
            request = BacktestJob(
                strategy="momentum", parameters='{"top": 3}', start="2014-01-01", end="2015-12-31"
            )
            job = await rig.client.submit(request, "alice")
            bad = await rig.client.submit(BacktestJob(strategy="momentum", start="yesterday"), "alice")
            long = await rig.client.submit(BacktestJob(strategy="momentum"), "alice")
            done = await until(lambda: ended(rig, job))
            assert (done.state, done.error, done.progress) == (JobState.DONE, "", 1.0)
            document = msgspec.json.decode(await rig.client.job_result(job.job_id))
            assert document["counts"]["fills"] == len(document["fills"]) > 10
            assert document["provenance"]["data"] == "sp500"
            assert len(document["equity"]) == len(document["drawdown"]) > 400
            failed = await until(lambda: ended(rig, bad))
            assert failed.state is JobState.FAILED
            assert "yesterday" in failed.error
            await until(lambda: is_running(rig, long))
            began = asyncio.get_running_loop().time()
            await rig.client.cancel(long.job_id)
            assert (await until(lambda: ended(rig, long))).state is JobState.CANCELED
            assert asyncio.get_running_loop().time() - began < 2.0
            assert {JobState.QUEUED, JobState.RUNNING, JobState.DONE} <= {each.state for each in told}
            listening.cancel()

    asyncio.run(test())


def test_an_analysis_runs_as_a_job(tmp_path: Path) -> None:
    async def test() -> None:
        async with desk(tmp_path) as rig:
            request = AnalysisJob(analysis="portfolio/assets", request='{"start": "2015-01-01"}')
            job = await rig.client.submit(request, "alice")
            bad = await rig.client.submit(
                AnalysisJob(analysis="portfolio/assets", request='{"assets": ["NONE.XNYS"]}'), "alice"
            )
            done = await until(lambda: ended(rig, job))
            assert (done.state, done.error, done.kind) == (JobState.DONE, "", "analysis")
            document = msgspec.json.decode(await rig.client.job_result(job.job_id))
            assert len(document["data"]["assets"]) == 20
            assert document["provenance"]["request"]["start"] == "2015-01-01"
            failed = await until(lambda: ended(rig, bad))
            assert failed.state is JobState.FAILED
            assert "'NONE.XNYS'" in failed.error
            (worker,) = await children_of(os.getpid(), "worker")
            waited = await rig.client.submit(request, "alice", wait_ns=60 * SECOND_NS)
            assert waited.state is JobState.DONE
            assert await rig.client.job_result(waited.job_id) == await rig.client.job_result(job.job_id)
            table = await rig.client.job_table(job.job_id, "/data/assets")
            assert pl.read_parquet(io.BytesIO(table))["asset"].n_unique() == 20
            assert await children_of(os.getpid(), "worker") == [worker]
            os.kill(worker, signal.SIGKILL)
            again = await rig.client.submit(request, "alice", wait_ns=60 * SECOND_NS)
            assert again.state is JobState.DONE

    asyncio.run(test())


async def listen(client: RunnerConnection, told: list[Any]) -> None:
    async for status in client.told():
        told.append(status)  # noqa: PERF401 - it is looked at while it grows


async def ended(rig: Desk, job: JobStatus) -> JobStatus | None:
    found = await rig.client.job(job.job_id)
    return found if found.finished_ns else None


async def is_running(rig: Desk, job: JobStatus) -> bool:
    return (await rig.client.job(job.job_id)).progress > 0.0
