"""A worker as a process: several analyses, none of them by code that is no longer on disk, and its end."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import msgspec
import pytest

import trade2026
from trade2026.application.analyses.assets import AssetsRequest
from trade2026.application.analyses.run import encode_document, run_analysis
from trade2026.application.runner.job import RESULT, job_folder, run_job
from trade2026.application.runner.job_records import make_job, read_result, save_job
from trade2026.application.runner.keeper import CORE_AWAY
from trade2026.application.runner.reports import Finished, Report, Taken, Waiting, decode_report
from trade2026.application.services import Services
from trade2026.bootstrap.config import HOME_VARIABLE, Config
from trade2026.bootstrap.wiring import make_services
from trade2026.ports.runner_link import AnalysisJob, BacktestJob, JobState, JobStatus

pytestmark = pytest.mark.process

WORK = (sys.executable, "-m", "trade2026.bootstrap.main", "run", "worker", "1")
# As if a file were written while the worker waits.
OUTDATED = """
import itertools
from trade2026.bootstrap import main, worker
numbers = itertools.count()
worker.file_stamps = lambda: {"file": (next(numbers), 0)}
raise SystemExit(main.main(["run", "worker", "1"]))
"""


def asked(services: Services, request: str) -> str:
    job = AnalysisJob(analysis="portfolio/assets", request=request)
    job_id = make_job(services, "analysis", job)
    save_job(
        services,
        JobStatus(
            job_id=job_id, kind="analysis", state=JobState.RUNNING, owner="a", request=job, created_ns=1
        ),
    )
    return job_id


def started(home: Path, command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ, HOME_VARIABLE: str(home), "PYTHONPATH": str(Path(trade2026.__file__).parents[1]),
    }  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def reports(lines: IO[bytes], last: type[Report]) -> list[Report]:
    """What it reports up to one of that kind, or its end."""
    found = []
    for line in lines:
        report = decode_report(line)
        assert report is not None, line
        found.append(report)
        if type(report) is last:
            break
    return found


def write(process: "subprocess.Popen[bytes]", job_id: str) -> None:
    assert process.stdin is not None
    process.stdin.write(job_id.encode() + b"\n")
    process.stdin.flush()


def test_several_analyses_in_one_process_are_what_each_is_alone(tmp_path: Path) -> None:
    services = make_services(Config(str(tmp_path)))
    texts = ['{"start":"2020-01-01"}', '{"start":"2021-01-01","assets":["AAPL.XNAS"]}', '{"assets":["no"]}']
    jobs = [asked(services, text) for text in texts]
    found: list[Report] = []
    with started(tmp_path, WORK) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        for job_id in jobs:
            write(process, job_id)
            found = reports(process.stdout, Waiting)
            assert (found[0], type(found[-1])) == (Taken(job_id), Waiting)
        (refused,) = [each for each in found if isinstance(each, Finished)]
        assert "'no'" in refused.error
        process.stdin.close()
        assert process.wait() == CORE_AWAY
    for job_id, text in zip(jobs[:2], texts, strict=False):
        request = msgspec.json.decode(text, type=AssetsRequest)
        alone = run_analysis(services, "portfolio/assets", request, lambda _, __: None)
        assert read_result(services, job_id) == encode_document(alone)


def test_a_backtest_tells_its_equity_as_money(tmp_path: Path) -> None:
    services = make_services(Config(str(tmp_path)))
    job_id = make_job(services, "backtest", BacktestJob(strategy="momentum", start="2022-01-03"))
    told: list[Report] = []
    run_job(services, job_id, told.append)
    ended = told[-1]
    assert isinstance(ended, Finished)
    assert not ended.error
    storage = services.open_storage(job_folder(services, job_id))
    final = msgspec.json.decode(storage.read(RESULT))["summary"]["final_equity"]
    assert ended.text == f"finished, equity {float(final):,.2f} USD"


def test_code_that_is_no_longer_on_disk_does_no_job(tmp_path: Path) -> None:
    services = make_services(Config(str(tmp_path)))
    job_id = asked(services, '{"start":"2021-01-01"}')
    with started(tmp_path, (sys.executable, "-c", OUTDATED)) as process:
        assert process.stdout is not None
        pid = process.pid
        write(process, job_id)
        found = reports(process.stdout, Waiting)
        assert found[0] == Taken(job_id)
        assert isinstance(found[-1], Finished)
        assert not found[-1].error
        assert (process.wait(), process.pid) == (0, pid)
    assert msgspec.json.decode(read_result(services, job_id))["data"]["summary"]["assets"] == 20
