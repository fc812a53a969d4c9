"""What runs inside the process of a job: its progress is told and its result written."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from trade2026.application.analyses.registry import find_analysis
from trade2026.application.analyses.run import decode_request, encode_document, run_analysis
from trade2026.application.desk import Desk
from trade2026.application.period import parse_period
from trade2026.application.requests import BacktestRequest, CostRequest, DataRequest
from trade2026.application.runner.definitions import FOLDER, check_request, strategy_id
from trade2026.application.runner.reports import Finished, Progress, Report
from trade2026.application.runner.tables import parquet_of
from trade2026.application.services import Services
from trade2026.application.strategy_runs import parameter_pairs
from trade2026.model.enums import AccountType
from trade2026.ports.clock import Clock
from trade2026.ports.runner_link import AnalysisJob, BacktestJob, JobRequest
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MILLISECOND_NS, format_ns

JOBS: Final = "desk/jobs"
REQUEST: Final = "request.json"
RESULT: Final = "result.json"
REFUSED: Final = "the request cannot be run"
_TELL_EVERY_NS: Final = 200 * MILLISECOND_NS
_STEP: Final = 0.01
"""Of the way; smaller ones are not all told."""


def job_folder(services: Services, job_id: str) -> str:
    """Where a job keeps its files."""
    return f"{services.home}/{JOBS}/{job_id}"


def check_job(services: Services, request: JobRequest) -> None:
    """Raise InputError for what is wrong with a request by its own words."""
    if isinstance(request, AnalysisJob):
        asked = decode_request(find_analysis(request.analysis), request.request)
        parse_period(asked.start, asked.end)
        return
    check_request(services, request.strategy, request.parameters)
    backtest_request(services, request)


def backtest_request(services: Services, job: BacktestJob) -> BacktestRequest:
    """The request as the desk takes it.

    Raises
    ------
    InputError
        The strategy is unknown, or a word is no choice; what the data decides is found out by preparing.
    """
    strategy_id(services, job.strategy)
    if job.data not in services.data.names():
        raise InputError(f"data must be one of {', '.join(services.data.names())}, was {job.data!r}")
    is_shipped = job.strategy in services.strategies.names()
    optional: dict[str, Any] = {
        "cash": job.cash,
        "max_leverage": job.max_leverage,
        "account_type": _account_type(job.account_type) if job.account_type else "",
    }
    return BacktestRequest(
        strategy=job.strategy if is_shipped else f"{services.home}/{FOLDER}/{job.strategy}",
        data=DataRequest(names=(job.data,)),
        parameters=parameter_pairs(job.parameters),
        start=job.start,
        end=job.end,
        costs=_costs(job.costs),
        seed=job.seed,
        **{name: value for name, value in optional.items() if value},
    )


def _account_type(text: str) -> AccountType:
    try:
        return AccountType(text.upper())
    except ValueError:
        choices = ", ".join(AccountType)
        raise InputError(f"account_type must be one of {choices}, was {text!r}") from None


def _costs(costs: Mapping[str, str]) -> CostRequest:
    known = CostRequest.__struct_fields__
    for name in costs:
        if name not in known:
            raise InputError(f"costs must have only {', '.join(known)}, had {name!r}")
    return CostRequest(**costs)


def table_file(path: str) -> str:
    """The file in the folder of a job that has a table of its result."""
    return f"table{path.replace('/', '.')}.parquet"


def run_job(services: Services, name: str, tell: Callable[[Report], None]) -> None:
    """Run a job to its end; every error of the request is told, not raised.

    Parameters
    ----------
    name : str
        The job's id; with a path behind it, "analysis-1/data/weights", that table of its result is written as
        Parquet.
    """
    job_id, _, table = name.partition("/")
    storage = services.open_storage(job_folder(services, job_id))
    try:
        if table:
            _write_table(storage, f"/{table}", tell)
            return
        job = msgspec.json.decode(storage.read(REQUEST), type=JobRequest)
        if isinstance(job, AnalysisJob):
            _analyze(services, job, storage, tell)
        else:
            _backtest(services, job, storage, tell)
    except InputError as error:
        tell(Finished(REFUSED, str(error)))
    finally:
        storage.close()


def sparing(clock: Clock, tell: Callable[[Report], None]) -> Callable[[float, str], None]:
    """Tells how far a job is; of small steps five a second at most.

    The runner, the web process and every page that is open hear each: thousands of fits would take their
    time. Another word at the same share is no step, and is told.
    """
    told_ns, told = 0, -1.0

    def progress(share: float, text: str) -> None:
        nonlocal told_ns, told
        now = clock.monotonic_ns()
        if 0.0 < share - told < _STEP and now - told_ns < _TELL_EVERY_NS:
            return
        told_ns, told = now, share
        tell(Progress(share, text))

    return progress


def _analyze(services: Services, job: AnalysisJob, storage: Storage, tell: Callable[[Report], None]) -> None:
    request = decode_request(find_analysis(job.analysis), job.request)
    document = run_analysis(services, job.analysis, request, sparing(services.clock, tell))
    storage.replace(RESULT, encode_document(document), durable=True)
    tell(Finished(f"done: {len(document.provenance.assets)} assets, {document.provenance.periods} periods"))


def _write_table(storage: Storage, path: str, tell: Callable[[Report], None]) -> None:
    document = msgspec.json.decode(storage.read(RESULT))
    storage.replace(table_file(path), parquet_of(document, path), durable=False)
    tell(Finished("written"))


def _backtest(services: Services, job: BacktestJob, storage: Storage, tell: Callable[[Report], None]) -> None:
    from trade2026.application.report.formatting import money  # Needs numpy, which no strategy does.
    from trade2026.application.runner.result import result_document

    desk, far = Desk(lambda: services), sparing(services.clock, tell)
    far(0.0, "preparing")
    prepared = desk.prepare_backtest(backtest_request(services, job))
    total = prepared.event_count
    if total is None:
        batches = prepared.source.batches(prepared.plan.start_ns, prepared.plan.end_ns)
        total = sum(len(batch) for batch in batches)

    def progress(done: int, ts: int) -> None:
        far(min(done / max(total, 1), 1.0), f"at {format_ns(ts)[:10]}")

    outcome = desk.run_backtest(prepared, progress=progress)
    document = msgspec.json.encode(result_document(prepared, outcome), order="deterministic")
    storage.replace(RESULT, document, durable=True)
    equity = money(float(outcome.figures["final_equity"]), prepared.plan.currency)
    tell(Finished(f"{outcome.status}, equity {equity}"))
