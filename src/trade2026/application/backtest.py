"""One backtest: play the data through the trading core, and leave everything written down.

A run leaves a folder with its journal, plan and result, and two lines in the trial ledger, also when it
fails.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from trade2026.application import runs
from trade2026.application.costs import fee_reserve
from trade2026.application.outcome import Outcome, write_outcome
from trade2026.application.prepare import PreparedRun
from trade2026.application.trials import TrialLedger
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.fixed_point import MONEY_MAX, parse_raw
from trade2026.simulation.backtest import Backtest, BacktestConfig, BacktestResult
from trade2026.trading.journal import Journal, JournalConfig

ACCOUNT_ID: Final = "BACKTEST"
_FEE_RESERVE_BPS: Final = 50

Progress = Callable[[int, int], None]
"""Told market events done and the trading time reached."""
ShouldStop = Callable[[], bool]


def run_backtest(
    prepared: PreparedRun, *, progress: Progress | None = None, should_stop: ShouldStop | None = None
) -> Outcome:
    """Run it, and write everything down.

    Raises
    ------
    InputError
        The data has a value that cannot be used, or no event in the period.
    StoreUnavailable
        The disk fails or is full; what was written before stays.
    """
    services, plan = prepared.services, prepared.plan
    folder = runs.new_folder(services, plan.strategy_id, prepared.run_id)
    ledger = TrialLedger(services)
    trial = ledger.start(prepared.run_id, folder.rpartition("/")[2], plan.canonical())
    storage = services.open_storage(folder)
    try:
        started = runs.RunFile(
            run_id=prepared.run_id,
            started_ns=services.clock.now_ns(),
            durable=prepared.request.durable,
            trial=trial,
            plan=msgspec.Raw(plan.canonical()),
        )
        runs.write_json(storage, runs.PLAN, started, durable=prepared.request.durable)
        result, journal_sha256 = _play(prepared, storage, progress, should_stop)
        outcome = write_outcome(prepared, storage, folder, result, journal_sha256)
    except (Trade2026Error, KeyboardInterrupt) as error:
        _record_failure(prepared, ledger, storage, trial, str(error) or "interrupted")
        raise
    finally:
        storage.close()
    ledger.finish(trial, outcome.status, outcome.figures, outcome.error)
    return outcome


def _play(
    prepared: PreparedRun, storage: Storage, progress: Progress | None, should_stop: ShouldStop | None
) -> tuple[BacktestResult, str]:
    """The run itself, and the last hash of its journal."""
    services, plan, request = prepared.services, prepared.plan, prepared.request
    reserve = fee_reserve(prepared.paper, _FEE_RESERVE_BPS)
    config = BacktestConfig(
        run_id=prepared.run_id,
        code_version=plan.code_version,
        details=plan.canonical().decode(),
        cash=parse_raw(plan.cash, "--cash", maximum=MONEY_MAX),
        base_currency=plan.currency,
        account_type=request.account_type,
        account_id=ACCOUNT_ID,
        max_leverage=parse_raw(plan.max_leverage, "--max-leverage"),
        fee_bps=reserve.bps,
        fee_per_unit=reserve.per_unit,
        fee_per_order=reserve.per_order,
        start_ns=plan.start_ns,
        end_ns=plan.end_ns,
    )
    journal = Journal.open(storage, JournalConfig.for_run(durable=request.durable), services.head_key())
    try:
        backtest = Backtest(
            prepared.strategy, plan.strategy_id, prepared.source, services.calendars, prepared.venue,
            journal, config, progress=progress, should_stop=should_stop,
        )  # fmt: skip
        result = backtest.run()
    finally:
        journal.close()
    return result, journal.last_hash.hex()


def _record_failure(
    prepared: PreparedRun, ledger: TrialLedger, storage: Storage, trial: int, text: str
) -> None:
    """Write down that the run failed. The disk that failed it may fail this too; the first error counts."""
    try:
        result = runs.ResultFile(
            run_id=prepared.run_id,
            finished_ns=prepared.services.clock.now_ns(),
            status="failed",
            error=text,
            figures={},
        )
        runs.write_json(storage, runs.RESULT, result, durable=prepared.request.durable)
        ledger.finish(trial, "failed", {}, text)
    except Trade2026Error:
        return
