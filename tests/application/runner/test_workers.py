"""Workers: who does the next analysis, what a lost one costs, and that signals reach nobody else's job."""

import asyncio
from pathlib import Path

import pytest

from tests.application.runner.fakes import FakeChild
from tests.application.runner.test_jobs import JOB, Rig, played
from trade2026.application.runner.reports import Finished, Progress, Taken, Waiting
from trade2026.application.runner.settings import JobSettings, UserLimits
from trade2026.application.runner.workers import KEPT_S
from trade2026.ports.asking import TooManyJobs
from trade2026.ports.runner_link import AnalysisJob, JobState, JobWait
from trade2026.primitives.time import MILLISECOND_NS

ANALYSIS = AnalysisJob(analysis="portfolio/assets")
_STEP_S = 0.01


async def submitted(rig: Rig) -> tuple[str, FakeChild]:
    """A new analysis, and the worker that has it."""
    job_id = rig.jobs.submit(ANALYSIS, "alice").job_id
    await asyncio.sleep(_STEP_S)
    (child,) = [each for each in rig.children.started if job_id in each.written]
    return job_id, child


async def done(rig: Rig, job_id: str, child: FakeChild) -> None:
    """Have the worker find the result of its job."""
    child.say(Taken(job_id))
    child.say(Progress(0.5, "half"))
    rig.write_result(job_id)
    child.say(Finished("found"))
    child.say(Waiting())
    await asyncio.sleep(_STEP_S)


def test_one_process_does_one_analysis_after_another_and_no_backtest(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        first, child = await submitted(rig)
        assert (child.arguments, child.background) == (("worker", "1"), True)
        await done(rig, first, child)
        second, again = await submitted(rig)
        assert again is child
        assert child.written == [first, second] == ["analysis-1", "analysis-2"]
        await done(rig, second, child)
        assert {rig.state(first), rig.state(second)} == {JobState.DONE}
        rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(_STEP_S)
        assert rig.children.started[-1].arguments == ("job", "backtest-1")
        assert child.is_alive

    played(tmp_path, test)


def test_a_worker_without_work_goes_after_a_while_and_with_the_runner(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job, child = await submitted(rig)
        await done(rig, job, child)
        await asyncio.sleep(KEPT_S - 1)
        assert child.is_alive
        await asyncio.sleep(2)
        assert not child.is_alive
        job, other = await submitted(rig)
        await done(rig, job, other)
        assert other is not child
        await rig.jobs.aclose()
        assert rig.children.alive == []

    played(tmp_path, test)


def test_a_cancel_ends_the_process_and_another_one_is_ready_for_the_next(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.children.stubborn = True
        job, child = await submitted(rig)
        child.say(Taken(job))
        child.say(Progress(0.1, "begun"))
        await asyncio.sleep(_STEP_S)
        rig.jobs.cancel(job)
        await asyncio.sleep(1.9)
        assert (rig.state(job), child.signals) == (JobState.CANCELED, ["INT", "KILL"])
        (spare,) = rig.children.alive
        assert spare.written == []
        _, taker = await submitted(rig)
        assert taker is spare

    played(tmp_path, test)


def test_a_cancel_that_comes_too_late_does_not_reach_the_next_job(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job, child = await submitted(rig)
        child.stubborn = True  # It had finished when the signal came.
        child.say(Progress(0.9, "nearly there"))
        await asyncio.sleep(_STEP_S)
        rig.jobs.cancel(job)
        await done(rig, job, child)
        assert (rig.state(job), child.is_alive) == (JobState.DONE, False)
        following, other = await submitted(rig)
        other.say(Taken(following))
        await asyncio.sleep(3)
        assert (rig.state(following), other.signals) == (JobState.RUNNING, [])

    played(tmp_path, test)


def test_one_that_has_said_nothing_yet_is_ended_at_once(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.children.stubborn = True  # As a process is that still loads its program.
        job, child = await submitted(rig)
        rig.jobs.cancel(job)
        await asyncio.sleep(_STEP_S)
        assert (rig.state(job), child.signals) == (JobState.CANCELED, ["KILL"])
        following, other = await submitted(rig)
        await done(rig, following, other)
        assert rig.state(following) is JobState.DONE

    played(tmp_path, test)


def test_a_cancel_while_a_dead_worker_is_replaced_is_kept(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job, child = await submitted(rig)
        await done(rig, job, child)
        starting, started = asyncio.Event(), asyncio.Event()
        start = rig.children.start

        async def slow(*arguments: str, background: bool = False) -> FakeChild:
            starting.set()
            await started.wait()
            return await start(*arguments, background=background)

        rig.children.start = slow  # type: ignore[method-assign]
        child.exit(-9)
        following = rig.jobs.submit(ANALYSIS, "alice").job_id
        await starting.wait()
        rig.jobs.cancel(following)
        started.set()
        await asyncio.sleep(_STEP_S)
        assert rig.state(following) is JobState.CANCELED
        assert rig.children.started[1].signals == ["KILL"]

    played(tmp_path, test)


def test_jobs_say_that_they_wait_for_others_or_for_a_busy_desk(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        running, child = await submitted(rig)
        behind = rig.jobs.submit(ANALYSIS, "bob").job_id

        def waits() -> list[JobWait | None]:
            return [rig.jobs.find(each).waits_for for each in (running, behind)]

        assert waits() == [None, JobWait.JOBS]
        told = len(rig.told)
        rig.children.hold(True)
        assert waits() == [JobWait.DESK, JobWait.DESK]
        assert [each.job_id for each in rig.told[told:]] == [running, behind]
        child.say(Progress(0.5, "half"))  # It had a turn.
        await asyncio.sleep(_STEP_S)
        assert (rig.jobs.find(running).progress, waits()) == (0.5, [JobWait.DESK, JobWait.DESK])
        rig.children.hold(False)
        assert waits() == [None, JobWait.JOBS]
        rig.children.hold(True)
        await done(rig, running, child)
        assert waits() == [None, JobWait.DESK]
        await rig.jobs.aclose()
        rig.again()
        assert (rig.state(behind), waits()) == (JobState.INTERRUPTED, [None, None])

    played(tmp_path, test)


def test_a_crash_is_the_job_s_it_came_with_and_the_next_one_runs(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job, child = await submitted(rig)
        child.say(Taken(job))
        child.words = "Traceback\nMemoryError\n"
        child.exit(-9)
        await asyncio.sleep(_STEP_S)
        failed = rig.jobs.find(job)
        assert (failed.state, failed.error) == (
            JobState.FAILED, "its process ended with code -9: MemoryError",
        )  # fmt: skip
        following, other = await submitted(rig)
        await done(rig, following, other)
        assert rig.state(following) is JobState.DONE

    played(tmp_path, test)


def test_one_that_died_while_it_waited_fails_no_job(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job, child = await submitted(rig)
        await done(rig, job, child)
        child.exit(-9)
        following = rig.jobs.submit(ANALYSIS, "alice").job_id
        await asyncio.sleep(_STEP_S)
        other = rig.children.started[-1]
        assert (other is child, other.written) == (False, [following])
        await done(rig, following, other)
        assert rig.state(following) is JobState.DONE
        other.exit(-9)
        third = rig.jobs.submit(ANALYSIS, "alice").job_id
        await asyncio.sleep(_STEP_S)
        rig.children.started[-1].exit(1)  # A new one that cannot even begin is no accident.
        await asyncio.sleep(_STEP_S)
        assert rig.state(third) is JobState.FAILED

    played(tmp_path, test)


def test_where_none_is_to_wait_each_ends_with_its_job(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.again(JobSettings(warm=False))
        for _ in range(2):
            job, child = await submitted(rig)
            await done(rig, job, child)
            assert (rig.state(job), child.is_alive) == (JobState.DONE, False)
        assert len(rig.children.started) == 2

    played(tmp_path, test)


def test_the_end_is_waited_for_as_long_as_is_said(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        job, child = await submitted(rig)
        waiting = asyncio.ensure_future(rig.jobs.ended(job, 200 * MILLISECOND_NS))
        await asyncio.sleep(0.1)
        await done(rig, job, child)
        assert waiting.done()
        assert (await waiting).state is JobState.DONE
        assert (await rig.jobs.ended(job, 1)).state is JobState.DONE
        slow, _ = await submitted(rig)
        waiting = asyncio.ensure_future(rig.jobs.ended(slow, 200 * MILLISECOND_NS))
        await asyncio.sleep(0.15)
        assert not waiting.done()
        await asyncio.sleep(0.1)
        assert (await waiting).state is JobState.RUNNING
        behind = rig.jobs.submit(ANALYSIS, "bob").job_id  # One runs at a time: this one waits for the other.
        queued = asyncio.ensure_future(rig.jobs.ended(behind, 200 * MILLISECOND_NS))
        await asyncio.sleep(0.001)
        assert (await queued).state is JobState.QUEUED

    played(tmp_path, test)


def test_an_operator_sets_how_many_of_each_kind(tmp_path: Path) -> None:
    settings = JobSettings(
        running=5, running_per_user=3, queued_per_user=4, analysis=UserLimits(running=1, queued=2)
    )

    async def test(rig: Rig) -> None:
        rig.again(settings)
        jobs = [rig.jobs.submit(ANALYSIS, "alice").job_id for _ in range(3)]
        with pytest.raises(TooManyJobs, match=r"alice has 2 jobs of the kind analysis waiting.*jobs\.json"):
            rig.jobs.submit(ANALYSIS, "alice")
        jobs += [rig.jobs.submit(JOB, "alice").job_id for _ in range(4)]
        with pytest.raises(TooManyJobs, match="alice has 4 jobs waiting"):
            rig.jobs.submit(JOB, "alice")
        await asyncio.sleep(_STEP_S)
        running = [each for each in jobs if rig.state(each) is JobState.RUNNING]
        assert running == ["analysis-1", "backtest-1", "backtest-2"]

    played(tmp_path, test)
