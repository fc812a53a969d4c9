"""The runner's process, and what runs inside its children: one strategy, or one job."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

import uvloop

from trade2026.adapters.embedded.core_link import BlockingCoreConnection, CoreConnection
from trade2026.adapters.embedded.runner_link import serve
from trade2026.application.live.config import load_desk_config
from trade2026.application.runner.definitions import make_strategy
from trade2026.application.runner.host import StrategyHost
from trade2026.application.runner.job import run_job
from trade2026.application.runner.keeper import CORE_AWAY
from trade2026.application.runner.log import LineWriter, RunLog
from trade2026.application.runner.records import load_runs
from trade2026.application.runner.replica import Replica
from trade2026.application.runner.reports import Ended, Report
from trade2026.application.runner.service import LOGS, Runner
from trade2026.application.services import Services
from trade2026.bootstrap.children import Reporter, make_children
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.runtime import calm_collector, go_on_without_parent
from trade2026.bootstrap.settings import load_job_settings
from trade2026.ports.core_link import Hello
from trade2026.ports.runner_link import StrategyStatus
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.trading.journal import SnapshotStore

_BAD_INPUT: Final = 2
_DISK_FAILED: Final = 3
_CANCEL_AGAIN_S: Final = 0.5


# ---------------------------------------------------------------------------------------- the runner


def main(services: Services, config: Config) -> int:
    """Run until told to stop; 0 then."""
    uvloop.run(_serve(services, Places(config.home)))
    return 0


async def _serve(services: Services, places: Places) -> None:
    places.make()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    core = CoreConnection(places.socket("core"), Hello("runner", market_data=False, follow=False))
    await core.start()
    settings = load_job_settings(services.open_storage(places.desk))
    runner = Runner(services, core, make_children(places.home), os.cpu_count() or 1, settings)
    server = await serve(places.socket("runner"), runner, _note)
    following = loop.create_task(runner.run(), name="runner")
    stopping = loop.create_task(stop.wait(), name="stop")
    calm_collector()
    tell_ready()
    try:
        await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        has_failed = following.done()
        while not following.done():  # A cancellation can be lost to a bell that rings at the same moment.
            following.cancel()
            await asyncio.wait({following}, timeout=_CANCEL_AGAIN_S)
        await server.aclose()
        await runner.aclose()
        await core.aclose()
    if has_failed:
        await following  # Raises what ended it: a damaged journal.


# ---------------------------------------------------------------------------------------- a strategy


def main_strategy(services: Services, config: Config, run_id: str) -> int:
    """Run one strategy until it is halted or raises.

    Exit codes: 0 when it has ended and said so, 2 when it cannot be run at all, 3 when the disk fails, 75
    when the line to the core is lost.
    """
    report = Reporter()
    places = Places(config.home)
    run = _find_run(services, places, run_id)
    if run is None:
        _note(f"there is no run {run_id!r} to be started; 'trade2026 run strategy' is for the runner to call")
        return _BAD_INPUT
    lock = services.open_storage(places.run).lock(f"strategy-{run_id}.lock")  # Never twice at once.
    try:
        _host(services, places, run, report)
    except InputError as error:
        report(Ended(run.seen_ns, run.input_sha256, str(error)))
        return _BAD_INPUT
    except OperatingError as error:
        _note(str(error))
        return CORE_AWAY if error.retryable else _DISK_FAILED
    finally:
        lock.release()
    return 0


def _host(services: Services, places: Places, run: StrategyStatus, report: Callable[[Report], None]) -> None:
    log = RunLog(services.open_storage(f"{places.home}/{LOGS}"), run.run_id)
    line = BlockingCoreConnection(
        places.socket("core"), Hello(f"strategy:{run.run_id}", market_data=True, follow=True)
    )
    hosts: list[StrategyHost] = []

    def say(text: str) -> None:
        log.write(hosts[0].now if hosts else run.seen_ns, text)

    journal = services.open_storage(places.journal)
    try:
        with contextlib.redirect_stdout(LineWriter(say)):
            strategy = make_strategy(services, run.strategy, run.parameters)
            source = services.data.open(load_desk_config(services.open_storage(places.desk)).data)
            host = StrategyHost(
                strategy, run.run_id, run.account_id, line, Replica(journal, SnapshotStore(journal)), source,
                services.calendars, services.clock, input_sha256=run.input_sha256, say=log.write,
                report=report,
            )  # fmt: skip
            hosts.append(host)
            host.run()
    finally:
        line.close()
        log.close()


def _find_run(services: Services, places: Places, run_id: str) -> StrategyStatus | None:
    """What the runner wrote down about the run."""
    _, runs = load_runs(services.open_storage(places.state))
    return next((run for run in runs if run.run_id == run_id), None)


# ---------------------------------------------------------------------------------------- a job


def main_job(services: Services, config: Config, job_id: str) -> int:
    """Run one job to its end; 0 also when it failed, which it has said then."""
    go_on_without_parent()  # Before it reports: from then on it may be stopped.
    run_job(services, job_id, Reporter())
    return 0


def main_worker(services: Services, config: Config, name: str) -> int:
    """Run one analysis after another, as their ids come in; 0 when it has done its share."""
    from trade2026.bootstrap.worker import work

    go_on_without_parent()
    return work(services)


def _note(text: str) -> None:
    """A line of this process's log."""
    print(text, file=sys.stderr, flush=True)
