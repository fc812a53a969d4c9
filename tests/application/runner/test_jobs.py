"""The queue of jobs: who may have how many, what cancels them, what a restart leaves of them."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.application.runner.fakes import FakeChildren, services
from tests.simulation.simloop import SimClock, SimLoop, run
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.runner.job import RESULT
from trade2026.application.runner.jobs import KEPT, Jobs
from trade2026.application.runner.reports import Finished, Progress
from trade2026.application.runner.settings import JobSettings
from trade2026.ports.asking import TooManyJobs, UnknownId
from trade2026.ports.runner_link import AnalysisJob, BacktestJob, JobRequest, JobState, JobStatus
from trade2026.primitives.errors import InputError, OperatingError

JOB = BacktestJob(strategy="momentum", parameters='{"top": 3}')


class Rig:
    """A queue on virtual time with children that do as told."""

    def __init__(self, loop: SimLoop, home: Path, cores: int) -> None:
        self.home, self.cores = home, cores
        self.services = services(home, SimClock(loop))
        self.children = FakeChildren()
        self.told: list[JobStatus] = []
        self.again()

    def again(self, settings: JobSettings | None = None) -> None:
        self.jobs = Jobs(self.services, self.children, self.cores, self.told.append, settings)

    def state(self, job_id: str) -> JobState:
        return self.jobs.find(job_id).state

    def write_result(self, job_id: str) -> None:
        storage = DiskStorage(str(self.home / "desk" / "jobs" / job_id))
        storage.replace(RESULT, b'{"summary":{}}')
        storage.close()

    async def finish(self, index: int) -> None:
        child = self.children.started[index]
        self.write_result(child.arguments[1])
        child.say(Finished("finished"))
        child.exit(0)
        await asyncio.sleep(0.01)


def played(tmp_path: Path, test: Callable[[Rig], Coroutine[Any, Any, None]], cores: int = 2) -> None:
    async def main(loop: SimLoop) -> None:
        rig = Rig(loop, tmp_path, cores)
        await test(rig)
        await rig.jobs.aclose()
        await asyncio.sleep(1)

    run(1, main, shuffle=False)


def test_a_job_runs_tells_how_far_it_is_and_leaves_its_result(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job = rig.jobs.submit(JOB, "alice")
        assert (job.job_id, job.kind, job.owner, job.request) == ("backtest-1", "backtest", "alice", JOB)
        await asyncio.sleep(0.01)
        (child,) = rig.children.started
        assert (child.arguments, child.background) == (("job", "backtest-1"), True)
        child.say(Progress(0.25, "at 1999-01-01"))
        await asyncio.sleep(0.01)
        assert (rig.told[-1].state, rig.told[-1].progress) == (JobState.RUNNING, 0.25)
        with pytest.raises(UnknownId, match="has no result"):
            rig.jobs.result("backtest-1")
        await rig.finish(0)
        done = rig.jobs.find("backtest-1")
        assert (done.state, done.progress, done.text) == (JobState.DONE, 1.0, "finished")
        assert rig.jobs.result("backtest-1") == b'{"summary":{}}'
        rig.again()
        assert rig.jobs.find("backtest-1") == done

    played(tmp_path, test)


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (BacktestJob(strategy="momentun"), "strategy must be one of"),
        (BacktestJob(strategy="momentum", parameters='{"top": "x"}'), "'top' must"),
        (BacktestJob(strategy="momentum", parameters='{"topp": 1}'), "did you mean 'top'"),
        (BacktestJob(strategy="momentum", data="/etc/passwd"), "data must be one of sp500"),
        (BacktestJob(strategy="momentum", account_type="GIFT"), "account_type must be one of"),
        (BacktestJob(strategy="momentum", costs={"fee": "1"}), "costs must have only fees"),
        (AnalysisJob(analysis="portfolio/asset"), "analysis must be one of portfolio/assets"),
        (AnalysisJob(analysis="portfolio/assets", request='{"datum": "x"}'), "unknown field `datum`"),
    ],
)
def test_a_wrong_request_is_refused_at_once(tmp_path: Path, job: JobRequest, words: str) -> None:
    async def test(rig: Rig) -> None:
        with pytest.raises(InputError, match=words):
            rig.jobs.submit(job, "alice")
        assert rig.jobs.all() == ()

    played(tmp_path, test)


def test_jobs_of_all_kinds_stand_in_one_list_by_time(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        for request in (JOB, AnalysisJob(analysis="portfolio/assets"), JOB):
            rig.jobs.submit(request, "alice")
            await asyncio.sleep(0.01)
        names = ["backtest-2", "analysis-1", "backtest-1"]
        assert [job.job_id for job in rig.jobs.all()] == names
        await rig.jobs.aclose()
        rig.again()
        assert [job.job_id for job in rig.jobs.all()] == names
        assert rig.jobs.find("analysis-1").kind == "analysis"

    played(tmp_path, test)


def test_what_was_saved_before_requests_had_a_type_is_read(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.jobs.submit(JOB, "alice")
        await rig.jobs.aclose()
        path = tmp_path / "desk" / "jobs" / "backtest-1" / "state.json"
        text = path.read_text()
        assert '"type":"backtest",' in text
        path.write_text(text.replace('"type":"backtest",', ""))
        rig.again()
        assert rig.jobs.find("backtest-1").request == JOB

    played(tmp_path, test)


def test_a_request_that_fails_in_its_process_has_the_words(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(0.01)
        rig.children.started[0].say(Finished("the request cannot be run", "--from must be a day"))
        rig.children.started[0].exit(0)
        await asyncio.sleep(0.01)
        job = rig.jobs.find("backtest-1")
        assert (job.state, job.error) == (JobState.FAILED, "--from must be a day")

    played(tmp_path, test)


def test_a_process_that_dies_has_failed_with_its_last_words(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(0.01)
        rig.children.started[0].words = "Traceback\nMemoryError\n"
        rig.children.started[0].exit(-9)
        await asyncio.sleep(0.01)
        job = rig.jobs.find("backtest-1")
        assert job.state is JobState.FAILED
        assert job.error == "its process ended with code -9: MemoryError"

    played(tmp_path, test)


@pytest.mark.parametrize(
    ("refuse", "words"),
    [
        (OperatingError("no memory for a process", retryable=True), "no memory for a process"),
        (TypeError("unexpected argument"), "a defect of the desk, TypeError: unexpected argument"),
    ],
)
def test_one_that_cannot_be_started_has_failed_and_others_run(
    tmp_path: Path, refuse: Exception, words: str
) -> None:
    async def test(rig: Rig) -> None:
        rig.children.refuse = refuse
        rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(0.01)
        job = rig.jobs.find("backtest-1")
        assert (job.state, job.text) == (JobState.FAILED, "it could not be run")
        assert words in job.error
        rig.children.refuse = None
        rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(0.01)
        assert rig.jobs.find("backtest-2").state is JobState.RUNNING

    played(tmp_path, test)


def test_one_core_is_left_to_trading_and_an_owner_has_two_at_most(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        for owner in ("alice", "alice", "alice", "bob"):
            rig.jobs.submit(JOB, owner)
        await asyncio.sleep(0.01)
        assert [child.arguments[1] for child in rig.children.alive] == [
            "backtest-1", "backtest-2", "backtest-4",
        ]  # fmt: skip
        await rig.finish(0)
        assert [child.arguments[1] for child in rig.children.alive] == [
            "backtest-2", "backtest-4", "backtest-3",
        ]  # fmt: skip

    played(tmp_path, test, cores=4)


def test_on_two_cores_one_runs_at_a_time(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.jobs.submit(JOB, "alice")
        rig.jobs.submit(JOB, "bob")
        await asyncio.sleep(0.01)
        assert len(rig.children.alive) == 1
        await rig.finish(0)
        assert [child.arguments[1] for child in rig.children.alive] == ["backtest-2"]

    played(tmp_path, test)


def test_too_many_waiting_are_refused_for_that_owner_alone(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        for _ in range(JobSettings().queued_per_user + 1):
            rig.jobs.submit(JOB, "alice")
        with pytest.raises(TooManyJobs, match="alice has 20 jobs waiting"):
            rig.jobs.submit(JOB, "alice")
        rig.jobs.submit(JOB, "bob")

    played(tmp_path, test)


def test_a_waiting_job_is_canceled_at_once_and_a_stubborn_one_within_two_seconds(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.children.stubborn = True
        rig.jobs.submit(JOB, "alice")
        rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(0.01)
        assert rig.jobs.cancel("backtest-2").state is JobState.CANCELED
        rig.children.started[0].say(Progress(0.1, "preparing"))
        await asyncio.sleep(0.01)
        rig.jobs.cancel("backtest-1")
        await asyncio.sleep(1.9)
        assert rig.state("backtest-1") is JobState.CANCELED
        assert rig.children.started[0].signals == ["INT", "KILL"]
        assert rig.jobs.cancel("backtest-1").state is JobState.CANCELED
        with pytest.raises(UnknownId):
            rig.jobs.cancel("backtest-9")

    played(tmp_path, test)


def test_a_restart_interrupts_what_was_unfinished_and_keeps_the_rest(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        for _ in range(3):
            rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(0.01)
        await rig.finish(0)
        await rig.jobs.aclose()
        await asyncio.sleep(1)
        rig.again()
        assert [job.state for job in rig.jobs.all()] == [
            JobState.INTERRUPTED, JobState.INTERRUPTED, JobState.DONE,
        ]  # fmt: skip
        assert "submit it again" in rig.jobs.find("backtest-2").error
        assert rig.jobs.submit(JOB, "alice").job_id == "backtest-4"

    played(tmp_path, test)


@pytest.mark.parametrize("job_id", ["backtest-9", "../state", "", "a/b", "backtest-1\0"])
def test_an_id_that_is_none_is_unknown(tmp_path: Path, job_id: str) -> None:
    async def test(rig: Rig) -> None:
        with pytest.raises(UnknownId):
            rig.jobs.find(job_id)
        with pytest.raises(UnknownId):
            rig.jobs.result(job_id)

    played(tmp_path, test)


def test_old_jobs_leave_memory_and_are_found_all_the_same(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("trade2026.application.runner.jobs.KEPT", 3)
    assert KEPT > 3

    async def test(rig: Rig) -> None:
        for index in range(5):
            rig.jobs.submit(JOB, "alice")
            await asyncio.sleep(0.01)
            await rig.finish(index)
        assert [job.job_id for job in rig.jobs.all()] == ["backtest-5", "backtest-4", "backtest-3"]
        assert rig.state("backtest-1") is JobState.DONE

    played(tmp_path, test)
