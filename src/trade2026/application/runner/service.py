"""The runner as others reach it: strategies and jobs behind `ports.runner_link.RunnerService`."""

import asyncio
from collections.abc import Callable

from trade2026.application.runner.jobs import Jobs
from trade2026.application.runner.manager import StrategyRuns
from trade2026.application.runner.settings import JobSettings
from trade2026.application.services import Services
from trade2026.ports.children import HeldChildren
from trade2026.ports.core_link import CoreClient
from trade2026.ports.runner_link import (
    AskJob,
    AskJobs,
    AskLog,
    AskResult,
    AskStrategies,
    AskTable,
    CancelJob,
    RunnerQuestion,
    RunnerReply,
    StartStrategy,
    StopStrategy,
    SubmitJob,
    Told,
)
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError

JOURNAL = "desk/journal"
SNAPSHOTS = "desk/snapshots"
STATE = "desk/state"
LOGS = "desk/log/strategies"
_LINES_MAX = 1_000


class Runner:
    """Everything the runner's process does; `run` until canceled, then `aclose`."""

    def __init__(
        self, services: Services, core: CoreClient, children: HeldChildren, cores: int,
        settings: JobSettings | None = None,
    ) -> None:  # fmt: skip
        self._listeners: dict[int, Callable[[Told], None]] = {}
        self._listened = 0
        self._storages: list[Storage] = []
        self._strategies = StrategyRuns(
            services, core, children, self._open(services, JOURNAL), self._open(services, STATE),
            self._open(services, LOGS), self._tell,
        )  # fmt: skip
        self._jobs = Jobs(services, children, cores, self._tell, settings)

    def _open(self, services: Services, folder: str) -> Storage:
        storage = services.open_storage(f"{services.home}/{folder}")
        self._storages.append(storage)
        return storage

    async def run(self) -> None:
        """Follow the journal; raises IntegrityError where it is damaged."""
        await self._strategies.run()

    async def answer(self, question: RunnerQuestion) -> RunnerReply:
        """Do what is asked."""
        strategies, jobs = self._strategies, self._jobs
        match question:
            case StartStrategy():
                return await strategies.start(
                    question.strategy, question.parameters, question.account_id, question.trader_id
                )
            case StopStrategy():
                return await strategies.stop(question.run_id, question.trader_id, question.reason)
            case AskStrategies():
                return strategies.status()
            case AskLog():
                if not 1 <= question.limit <= _LINES_MAX:
                    raise InputError(f"limit must be from 1 to {_LINES_MAX}, was {question.limit}")
                return await strategies.log(question.run_id, question.after, question.limit)
            case SubmitJob():
                job = jobs.submit(question.request, question.owner)
                return await jobs.ended(job.job_id, question.wait_ns)
            case AskJobs():
                return jobs.all()
            case AskJob():
                return jobs.find(question.job_id)
            case CancelJob():
                return jobs.cancel(question.job_id)
            case AskResult():
                return jobs.result(question.job_id)
            case AskTable():
                return await jobs.table(question.job_id, question.path)

    def listen(self, listener: Callable[[Told], None]) -> Callable[[], None]:
        """Have every change told."""
        self._listened += 1
        number = self._listened
        self._listeners[number] = listener

        def forget() -> None:
            self._listeners.pop(number, None)

        return forget

    def _tell(self, status: Told) -> None:
        for listener in list(self._listeners.values()):
            listener(status)

    async def aclose(self) -> None:
        """End every process; the journal says what is to run again, and jobs are interrupted."""
        await asyncio.gather(self._strategies.aclose(), self._jobs.aclose())
        for storage in self._storages:
            storage.close()
