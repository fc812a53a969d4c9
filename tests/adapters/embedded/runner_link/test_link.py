"""The line to the runner: answers, errors as they were raised, news, and a runner that goes away."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trade2026.adapters.embedded.asking import AskingServer
from trade2026.adapters.embedded.asking import server as server_module
from trade2026.adapters.embedded.runner_link import RunnerConnection, serve
from trade2026.ports.asking import TooManyJobs, UnknownId
from trade2026.ports.runner_link import (
    AskJobs,
    AskLog,
    AskResult,
    AskStrategies,
    BacktestJob,
    JobState,
    JobStatus,
    LogLine,
    RunnerQuestion,
    RunState,
    StopStrategy,
    StrategyStatus,
    SubmitJob,
    Told,
)
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError, OutcomeUnknown
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

RUN = StrategyStatus(
    run_id="m-1", strategy="m", parameters='{"a":1}', account_id="A", trader_id="alice",
    state=RunState.RUNNING, started_ns=2**62,
)  # fmt: skip
JOB = JobStatus(
    job_id="backtest-1", kind="backtest", state=JobState.QUEUED, owner="alice",
    request=BacktestJob(strategy="m", costs={"fees": "1bps"}), created_ns=5,
)  # fmt: skip


class Service:
    """Answers with what a test gave it, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[RunnerQuestion] = []
        self.error: Exception | None = None
        self.never = False
        self.listeners: list[Callable[[Told], None]] = []

    async def answer(self, question: RunnerQuestion) -> Any:
        self.asked.append(question)
        if self.error is not None:
            raise self.error
        if self.never:
            await asyncio.Event().wait()
        if isinstance(question, AskStrategies):
            return (RUN, RUN)
        if isinstance(question, AskLog):
            return (LogLine(1, -5, "é\n"),)
        if isinstance(question, AskJobs):
            return (JOB,)
        if isinstance(question, AskResult):
            return b"{}" * 500_000
        return RUN if isinstance(question, StopStrategy) else JOB

    def listen(self, listener: Callable[[Told], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


def played(
    tmp_path: Path,
    test: Callable[[Service, RunnerConnection, AskingServer], Coroutine[Any, Any, None]],
    **options: Any,
) -> None:
    async def main() -> None:
        path = str(tmp_path / "r.sock")
        service = Service()
        server = await serve(path, service)
        client = RunnerConnection(path, first_pause_ns=MILLISECOND_NS, **options)
        await client.start()
        assert await client.wait_connected(5 * SECOND_NS)
        try:
            await test(service, client, server)
        finally:
            await client.aclose()
            await server.aclose()

    asyncio.run(main())


def test_questions_and_answers_come_across_whole(tmp_path: Path) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        assert await client.strategy_status() == (RUN, RUN)
        assert await client.strategy_log("m-1", 3, 9) == (LogLine(1, -5, "é\n"),)
        assert await client.jobs() == (JOB,)
        assert len(await client.job_result("backtest-1")) == 1_000_000
        assert await client.stop_strategy("m-1", "bob", "enough") == RUN
        assert await client.submit(JOB.request, "alice") == JOB
        assert service.asked[1] == AskLog("m-1", 3, 9)
        assert service.asked[-2:] == [
            StopStrategy("m-1", "bob", "enough"),
            SubmitJob(JOB.request, "alice"),
        ]

    played(tmp_path, test)


def test_many_questions_at_once_get_their_own_answers(tmp_path: Path) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        answers = await asyncio.gather(*(client.job(f"backtest-{n}") for n in range(300)))
        assert len(answers) == len(service.asked) == 300

    played(tmp_path, test)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (UnknownId("no such run"), UnknownId),
        (InputError("a bad value"), InputError),
        (TooManyJobs("too many", retryable=True, retry_after_ns=7), TooManyJobs),
        (OutcomeUnknown("who knows", retryable=True), OutcomeUnknown),
        (OperatingError("the core is away", retryable=True), OperatingError),
        (IntegrityError("damaged"), OperatingError),
    ],
)
def test_errors_come_across_as_they_were(tmp_path: Path, raised: Exception, kind: type[Exception]) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        service.error = raised
        with pytest.raises(kind) as caught:
            await client.job("backtest-1")
        assert type(caught.value) is kind
        assert str(caught.value) == str(raised)
        for name in ("retryable", "retry_after_ns"):
            assert getattr(caught.value, name, None) == getattr(
                raised, name, getattr(caught.value, name, None)
            )
        service.error = None
        assert await client.job("backtest-1") == JOB

    played(tmp_path, test)


def test_news_reach_everyone_who_listens(tmp_path: Path) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        first, second = client.told(), client.told()
        waiting = [asyncio.ensure_future(anext(each)) for each in (first, second)]
        await client.jobs()
        (listener,) = service.listeners
        listener(RUN)
        assert await asyncio.gather(*waiting) == [RUN, RUN]
        listener(JOB)
        assert await anext(first) == JOB
        await first.aclose()  # type: ignore[attr-defined]
        await second.aclose()  # type: ignore[attr-defined]

    played(tmp_path, test)


def test_a_runner_that_goes_away_is_told_and_found_again(tmp_path: Path) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        service.never = True
        asking = asyncio.ensure_future(client.jobs())
        while not service.asked:
            await asyncio.sleep(0)
        await server.aclose()
        with pytest.raises(OutcomeUnknown, match="was lost"):
            await asking
        while client.is_connected:
            await asyncio.sleep(0)
        with pytest.raises(OperatingError, match="nothing was asked"):
            await client.jobs()
        service.never = False
        again = await serve(str(tmp_path / "r.sock"), service)
        assert await client.wait_connected(5 * SECOND_NS)
        assert await client.jobs() == (JOB,)
        await again.aclose()

    played(tmp_path, test)


def test_no_answer_in_time_is_an_unknown_outcome(tmp_path: Path) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        service.never = True
        with pytest.raises(OutcomeUnknown, match="did not answer in time"):
            await client.jobs()

    played(tmp_path, test, answer_within_ns=20 * MILLISECOND_NS)


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1\r\n\r\n", b"\3\0\0\0abc", b"\xff\xff\xff\xff"])
def test_whoever_sends_junk_is_hung_up_on_alone(tmp_path: Path, junk: bytes) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "r.sock"))
        writer.write(junk)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert await client.jobs() == (JOB,)

    played(tmp_path, test)


def test_a_client_that_does_not_read_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "BUFFER_BYTES", 10_000)

    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        _, writer = await asyncio.open_unix_connection(str(tmp_path / "r.sock"))
        await client.jobs()
        (listener,) = service.listeners
        for count in range(3_000):
            listener(msgspec.structs.replace(RUN, error="x" * 1_000))
            if count % 8 == 0:
                assert await client.jobs() == (JOB,)
        assert len(server._clients) == 1
        writer.close()

    played(tmp_path, test)


def test_only_the_owner_may_use_the_socket(tmp_path: Path) -> None:
    async def test(service: Service, client: RunnerConnection, server: AskingServer) -> None:
        assert (tmp_path / "r.sock").stat().st_mode & 0o777 == 0o600

    played(tmp_path, test)
    assert not (tmp_path / "r.sock").exists()
