"""The asyncio client of the runner's line; it connects again by itself."""

from typing import Any, Final

from trade2026.adapters.embedded.asking import AskingConnection, Line
from trade2026.ports.runner_link import (
    AskJob,
    AskJobs,
    AskLog,
    AskResult,
    AskStrategies,
    AskTable,
    CancelJob,
    JobRequest,
    JobStatus,
    LogLine,
    RunnerQuestion,
    StartStrategy,
    StopStrategy,
    StrategyStatus,
    SubmitJob,
)

LINE: Final = Line("the runner", RunnerQuestion, {"run": StrategyStatus, "job": JobStatus})


class RunnerConnection(AskingConnection):
    """`ports.runner_link.RunnerClient` over a Unix socket; `start` it, and `aclose` it in the end.

    What it is `told` is a `Told` of the port.

    Parameters
    ----------
    terms
        As those of `AskingConnection`.
    """

    def __init__(self, path: str, **terms: Any) -> None:
        super().__init__(path, LINE, **terms)

    async def start_strategy(
        self, strategy: str, parameters: str, account_id: str, trader_id: str
    ) -> StrategyStatus:
        """Start a strategy; `parameters` is a JSON object."""
        return await self.ask(StartStrategy(strategy, parameters, account_id, trader_id), StrategyStatus)

    async def stop_strategy(self, run_id: str, trader_id: str, reason: str) -> StrategyStatus:
        """Halt a run and cancel its orders."""
        return await self.ask(StopStrategy(run_id, trader_id, reason), StrategyStatus)

    async def strategy_status(self) -> tuple[StrategyStatus, ...]:
        """Every run, oldest first."""
        return await self.ask(AskStrategies(), tuple[StrategyStatus, ...])

    async def strategy_log(self, run_id: str, after: int = 0, limit: int = 100) -> tuple[LogLine, ...]:
        """Lines with numbers above `after`, oldest first; with a negative `after` the last `limit`."""
        return await self.ask(AskLog(run_id, after, limit), tuple[LogLine, ...])

    async def submit(self, request: JobRequest, owner: str, *, wait_ns: int = 0) -> JobStatus:
        """Queue a job; where it can be run at once, wait for its end up to `wait_ns`."""
        return await self.ask(SubmitJob(request, owner, wait_ns), JobStatus)

    async def jobs(self) -> tuple[JobStatus, ...]:
        """Jobs that are remembered, newest first."""
        return await self.ask(AskJobs(), tuple[JobStatus, ...])

    async def job(self, job_id: str) -> JobStatus:
        """One job."""
        return await self.ask(AskJob(job_id), JobStatus)

    async def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job."""
        return await self.ask(CancelJob(job_id), JobStatus)

    async def job_result(self, job_id: str) -> bytes:
        """The result of a job that is done, as JSON."""
        return await self.ask(AskResult(job_id), bytes)

    async def job_table(self, job_id: str, path: str) -> bytes:
        """A table of the result of a job that is done, as Parquet."""
        return await self.ask(AskTable(job_id, path), bytes)
