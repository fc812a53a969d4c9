"""What a run leaves: figures, files in its folder, and the report for a person."""

from dataclasses import dataclass
from typing import Any

from trade2026.application import runs
from trade2026.application.prepare import PreparedRun
from trade2026.application.report import RunReport, render_report
from trade2026.application.result import Statistics, final_equity, plain_statistics, statistics
from trade2026.ports.storage import Storage
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import format_ns
from trade2026.simulation.backtest import BacktestResult, StrategyError


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run.

    Attributes
    ----------
    status : str
        "finished", "stopped" (cut short on request: all is partial), or "strategy error".
    error : str
        What the strategy raised; empty unless it did.
    figures : dict
        What `--json` prints: the same in every run of the same plan.
    folder : str
        The run's folder, absolute.
    traceback_path, report_path : str
        Files written for a person; empty when there is none.
    """

    run_id: str
    status: str
    error: str
    figures: dict[str, Any]
    report: RunReport
    refusals: int
    folder: str
    traceback_path: str
    report_path: str
    strategy_error: StrategyError | None
    log: tuple[tuple[int, str], ...]

    @property
    def run_name(self) -> str:
        """Name of the run's folder, by which the run is found."""
        return self.folder.rpartition("/")[2]

    @property
    def log_path(self) -> str:
        """Where what the strategy said is kept; there only when it said something."""
        return f"{self.folder}/{runs.LOG}"


def write_outcome(
    prepared: PreparedRun, storage: Storage, folder: str, result: BacktestResult, journal_sha256: str
) -> Outcome:
    """Compute the figures, write result, traceback and report, and give them back."""
    durable = prepared.request.durable
    computed = statistics(result, prepared.instruments, prepared.data, prepared.services.calendars)
    figures = _figures(prepared, result, computed, journal_sha256)
    report = _report(prepared, result, computed, figures)
    error = result.strategy_error
    text = "" if error is None else f"{error.callback} at {format_ns(error.ts)}: {error.message}"
    status = "stopped" if result.stopped else "finished" if error is None else "strategy error"
    traceback_path = report_path = ""
    if error is not None:
        storage.replace(runs.TRACEBACK, error.traceback.encode(), durable=durable)
        traceback_path = f"{folder}/{runs.TRACEBACK}"
    if prepared.request.report:
        storage.replace(runs.REPORT, render_report(report).encode(), durable=durable)
        report_path = f"{folder}/{runs.REPORT}"
    if result.log:
        lines = "".join(f"{format_ns(ts)} {line}\n" for ts, line in result.log)
        storage.replace(runs.LOG, lines.encode(), durable=durable)
    finished = runs.ResultFile(
        run_id=prepared.run_id,
        finished_ns=prepared.services.clock.now_ns(),
        status=status,
        error=text,
        figures=figures,
    )
    runs.write_json(storage, runs.RESULT, finished, durable=durable)
    return Outcome(
        run_id=prepared.run_id,
        status=status,
        error=text,
        figures=figures,
        report=report,
        refusals=result.refusals,
        folder=folder,
        traceback_path=traceback_path,
        report_path=report_path,
        strategy_error=error,
        log=result.log,
    )


def _figures(
    prepared: PreparedRun, result: BacktestResult, computed: Statistics, journal_sha256: str
) -> dict[str, Any]:
    """What determines nothing but itself: no time of day, no folder, no name of a machine."""
    return {
        "currency": prepared.plan.currency,
        "data_sha256": prepared.data.sha256,
        "events": result.events,
        "fills": len(result.fills),
        "final_equity": format_raw(final_equity(result)),
        "journal_sha256": journal_sha256,
        "orders": result.orders,
        "refusals": result.refusals,
        "run_id": prepared.run_id,
        "state_sha256": result.core.state_sha256(),
        "statistics": plain_statistics(computed.tear_sheet),
        "stopped": result.stopped,
        "strategy_error": None if result.strategy_error is None else result.strategy_error.message,
    }


def _report(
    prepared: PreparedRun, result: BacktestResult, computed: Statistics, figures: dict[str, Any]
) -> RunReport:
    plan = prepared.plan
    limits = [*prepared.data.limits, *result.notes]
    if result.stopped:
        limits.insert(0, "The run was stopped early: every figure is of a part of the period.")
    if result.strategy_error is not None:
        limits.insert(
            0,
            f"The strategy raised {result.strategy_error.message} in {result.strategy_error.callback} at "
            f"{format_ns(result.strategy_error.ts)} and was stopped there; positions were held to the end.",
        )
    return RunReport(
        kind="backtest",
        strategy=plan.strategy,
        parameters=prepared.parameters,
        data_name=plan.data,
        data_limits=limits,
        currency=plan.currency,
        code_version=plan.code_version,
        hashes=(
            ("Strategy SHA-256", plan.source_sha256),
            ("Data SHA-256", plan.data_sha256),
            ("Journal SHA-256", figures["journal_sha256"]),
            ("State SHA-256", figures["state_sha256"]),
        ),
        facts=(
            ("Run", prepared.run_id),
            *(line for line in prepared.describe() if line[0] not in ("Strategy", "Data", "Seed")),
            ("Market events", f"{result.events:,}"),
            ("Orders", f"{result.orders:,}"),
            ("Orders refused", f"{result.refusals:,}"),
            ("Fills", f"{len(result.fills):,}"),
            ("Seed", str(plan.seed)),
        ),
        curve=computed.curve,
        tear_sheet=computed.tear_sheet,
        costs_note="Commissions only: spread and slippage are in the prices of the fills.",
        round_trips=computed.round_trips,
        fills=computed.fills,
    )
