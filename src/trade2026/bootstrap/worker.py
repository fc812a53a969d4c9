"""What a worker does: analyses, one after another, each as if in a new process but sooner.

While nothing is asked of it, it imports and reads what analyses need. When the code on disk is no longer the
one that it runs, a new program takes its place for the job.
"""

import dataclasses
import gc
import importlib
import os
import pkgutil
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import trade2026
from trade2026.application.analyses.kept import KeptData
from trade2026.application.runner.job import run_job
from trade2026.application.runner.reports import Taken, Waiting
from trade2026.application.services import Services
from trade2026.bootstrap.children import Reporter

JOBS_MAX: Final = 100
RESIDENT_MAX: Final = 600 << 20
"""Bytes; a worker that has held more ends with its job, and a new one is small again."""

_NUMERICS: Final = ("trade2026.analytics", "trade2026.application.analyses")

Stamps = dict[str, tuple[int, int]]
"""When each file of the package was written, and how large it is."""


def work(services: Services) -> int:
    """Do jobs whose ids come on standard input until it has done its share; 0 then."""
    stamps = file_stamps()
    asked: SimpleQueue[str] = SimpleQueue()
    report = Reporter(asked.put)
    data = KeptData(services.data)
    services = dataclasses.replace(services, data=data)
    preparations = _preparations(services, data)
    for number in range(1, JOBS_MAX + 1):
        while asked.empty() and (prepare := next(preparations, None)) is not None:
            prepare()
        job_id = asked.get()
        report(Taken(job_id))
        if file_stamps() != stamps:
            _renew(job_id, report)
        run_job(services, job_id, report)
        gc.collect()
        if number < JOBS_MAX and resident_peak() <= RESIDENT_MAX:
            report(Waiting())
        else:
            break
    return 0


def file_stamps() -> Stamps:
    """Of every file of the package that is read at run time, but the page's."""
    found: Stamps = {}
    for folder, folders, names in os.walk(Path(trade2026.__file__).parent):
        folders[:] = [each for each in folders if each not in ("__pycache__", "dist")]
        for name in names:
            path = os.path.join(folder, name)
            state = os.stat(path)
            found[path] = state.st_mtime_ns, state.st_size
    return found


def resident_peak() -> int:
    """The most memory in bytes that this process has held.

    Linux carries `ru_maxrss` over from the program that started this one; `VmHWM` is of this one alone.
    """
    if sys.platform == "linux":
        (line,) = [each for each in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in each]
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _preparations(services: Services, data: KeptData) -> Iterator[Callable[[], object]]:
    """What takes time once for each process, in small steps."""
    for name in _NUMERICS:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield partial(importlib.import_module, module.name)
    yield services.code_version
    for name in data.shipped():
        yield data.kept(name).describe
        yield partial(data.kept(name).tapes, (), None, None)


def _renew(job_id: str, report: Reporter) -> None:
    """Have the job done by the code on disk; it ends with the job, as every process of one job does."""
    report.give_back()
    os.execv(sys.executable, (sys.executable, "-m", "trade2026.bootstrap.main", "run", "job", job_id))
