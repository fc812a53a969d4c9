"""The folders of jobs: what was asked, what became of it, and its result."""

from typing import Final

import msgspec

from trade2026.application.runner.job import JOBS, REQUEST, RESULT, job_folder
from trade2026.application.services import Services
from trade2026.ports.asking import UnknownId
from trade2026.ports.runner_link import JobRequest, JobStatus
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.identifiers import check_identifier

STATE: Final = "state.json"
_ATTEMPTS: Final = 10_000


def make_job(services: Services, kind: str, request: JobRequest) -> str:
    """A new folder with the request in it; the job's id, "KIND-N"."""
    prefix = f"{kind}-"
    names = services.folders.names(f"{services.home}/{JOBS}")
    numbers = [int(tail) for name in names if (tail := name.removeprefix(prefix)).isdecimal()]
    first = max(numbers, default=0) + 1
    for number in range(first, first + _ATTEMPTS):
        job_id = f"{prefix}{number}"
        if services.folders.make(job_folder(services, job_id)):
            _write(services, job_id, REQUEST, request)
            return job_id
    raise OperatingError(
        f"no folder for a job could be made in {services.home}/{JOBS}; look at what is in it"
    )


def save_job(services: Services, status: JobStatus) -> None:
    """Keep what became of a job; durable."""
    _write(services, status.job_id, STATE, status)


def load_job(services: Services, job_id: str) -> JobStatus | None:
    """What was saved of a job; None where there is none, or nothing that can be read."""
    try:
        check_identifier(job_id, "job_id")
    except InputError:
        return None
    folder = job_folder(services, job_id)
    if "/" in job_id or not services.folders.exists(folder):
        return None
    storage = services.open_storage(folder)
    try:
        return _status(storage.read(STATE)) if storage.exists(STATE) else None
    except msgspec.MsgspecError:
        return None
    finally:
        storage.close()


def _status(text: bytes) -> JobStatus:
    """A status as it was saved; requests of earlier versions are those of backtests, and do not say so."""
    saved = msgspec.json.decode(text)
    if isinstance(saved, dict) and isinstance(saved.get("request"), dict):
        saved["request"].setdefault("type", "backtest")
    return msgspec.convert(saved, JobStatus)


def load_jobs(services: Services, most: int) -> list[JobStatus]:
    """The newest jobs, oldest first."""
    names = services.folders.names(f"{services.home}/{JOBS}")
    kinds: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (len(name), name)):
        kinds.setdefault(name.rpartition("-")[0], []).append(name)
    newest = [name for each in kinds.values() for name in each[-most:]]
    jobs = [job for name in newest if (job := load_job(services, name)) is not None]
    jobs.sort(key=lambda job: (job.created_ns, job.job_id))
    return jobs[-most:]


def has_result(services: Services, job_id: str, file: str = RESULT) -> bool:
    """Whether the job has left a result, or another file."""
    storage = services.open_storage(job_folder(services, job_id))
    try:
        return storage.exists(file)
    finally:
        storage.close()


def read_result(services: Services, job_id: str, file: str = RESULT) -> bytes:
    """The result of a job, a JSON document, or another file; raises UnknownId where there is none."""
    if load_job(services, job_id) is None or not has_result(services, job_id, file):
        raise UnknownId(f"job {job_id!r} has no result; its state says why")
    storage = services.open_storage(job_folder(services, job_id))
    try:
        return storage.read(file)
    finally:
        storage.close()


def _write(services: Services, job_id: str, name: str, value: msgspec.Struct) -> None:
    storage = services.open_storage(job_folder(services, job_id))
    try:
        storage.replace(name, msgspec.json.encode(value), durable=True)
    finally:
        storage.close()
