"""`trade2026 backtest`: run a strategy over recorded data and print what it came to."""

import os
from typing import TYPE_CHECKING

import typer

from trade2026.application import requests
from trade2026.application.desk import Desk
from trade2026.application.requests import BacktestRequest, CostRequest
from trade2026.cli import options
from trade2026.cli.interrupt import INTERRUPTED, stop_on_interrupt
from trade2026.cli.output import examples, labeled, note, prints_beside, say, say_json
from trade2026.cli.progress import progress
from trade2026.cli.requests import account_type, data_request, pairs, whole
from trade2026.primitives.errors import InputError, OperatingError, StoreUnavailable
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.application.outcome import Outcome
    from trade2026.application.prepare import PreparedRun

STRATEGY_RAISED = 1
"""Exit code of a run whose strategy raised: the run completed without it."""

_HELP = """Run a strategy over recorded data, through the same trading core as live trading.

Prints the tear sheet, and leaves a folder with journal and result. The same request gives the same \
result, byte for byte. Ctrl-C stops a run in good order: what was done until then is kept and shown.
"""
_EPILOG = examples(
    "trade2026 backtest momentum --data sp500",
    "trade2026 backtest mine.py --data sp500 --from 2010-01-01 -p top=3 \\\n      --report report.html",
    "trade2026 backtest dual_moving_average --data btc-1m.csv \\\n"
    "      --instrument BTCUSDT.BINANCE --volume-unit base",
)


def add_backtest(app: typer.Typer, desk: Desk) -> None:
    """Add the command to the application."""

    @app.command(help=_HELP, epilog=_EPILOG)
    def backtest(
        strategy: options.StrategyName, data: options.Data, param: options.Parameters = None,
        seed: options.Seed = "0", start: options.Start = "", end: options.End = "",
        cash: options.Cash = requests.CASH, account: options.Account = "margin",
        max_leverage: options.Leverage = "2",
        fees: options.Fees = requests.FEES, fee_minimum: options.FeeMinimum = "0",
        fee_currency: options.FeeCurrency = "quote", spread_bps: options.Spread = requests.SPREAD_BPS,
        slippage_bps: options.Slippage = "0", participation: options.Participation = "10",
        latency_ms: options.Latency = "0", instrument: options.Instruments = None, kind: options.Kind = "",
        volume_unit: options.VolumeUnit = "", currency: options.Currency = "",
        base_currency: options.BaseCurrency = "", tick: options.Tick = "", lot: options.Lot = "",
        multiplier: options.Multiplier = "", calendar: options.Calendar = "", rows: options.Rows = "",
        column: options.Columns = None, header: options.Header = "", on_disorder: options.Disorder = "refuse",
        on_duplicate: options.Duplicate = "refuse", on_gap: options.Gap = "report",
        on_excess_decimals: options.ExcessDecimals = "refuse",
        timestamp_marks: options.Marks = "open", timestamp_unit: options.TimestampUnit = "",
        bar_interval: options.BarInterval = "",
        adjusted: options.Adjusted = False, report: options.Report = "", durable: options.Durable = False,
        json: options.Json = False, quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        request = BacktestRequest(
            strategy=strategy, parameters=pairs("--param", param), start=start, end=end, cash=cash,
            account_type=account_type(account), max_leverage=max_leverage,
            seed=whole("--seed", seed), durable=durable, report=_checked_report(report),
            data=data_request(
                data, instrument, column, header, kind=kind, currency=currency, base_currency=base_currency,
                tick_size=tick, lot_size=lot, multiplier=multiplier, calendar=calendar,
                volume_unit=volume_unit, rows=rows, on_disorder=on_disorder, on_duplicate=on_duplicate,
                on_gap=on_gap, on_excess_decimals=on_excess_decimals,
                timestamp_marks=timestamp_marks, timestamp_unit=timestamp_unit,
                bar_interval=bar_interval, adjusted=adjusted,
            ),
            costs=CostRequest(
                fees=fees, fee_minimum=fee_minimum, fee_currency=fee_currency, spread_bps=spread_bps,
                slippage_bps=slippage_bps, participation=participation, latency_ms=latency_ms,
            ),
        )  # fmt: skip
        try:
            return _run(desk, request, as_json=json, quiet=quiet)
        except KeyboardInterrupt:
            note("interrupted: there is no result; 'trade2026 runs' says what became of the run")
            return INTERRUPTED


def _run(desk: Desk, request: BacktestRequest, *, as_json: bool, quiet: bool) -> int:
    with prints_beside(as_json):
        prepared = desk.prepare_backtest(request)
    if not quiet:
        _announce(prepared, as_json=as_json)
    span = (prepared.plan.start_ns, prepared.plan.end_ns)
    known = None if None in span else (span[0] or 0, span[1] or 0)
    with (
        stop_on_interrupt(lambda: note("stopping; press Ctrl-C again to leave at once")) as should_stop,
        progress("events", prepared.event_count, quiet=quiet, span=known) as tell,
        prints_beside(as_json),
    ):
        outcome = desk.run_backtest(prepared, progress=tell, should_stop=should_stop)
    if request.report:
        _copy_report(outcome, request.report)
    _show(outcome, request, as_json=as_json, quiet=quiet)
    if outcome.status == "stopped":
        return INTERRUPTED
    return STRATEGY_RAISED if outcome.strategy_error is not None else 0


def _announce(prepared: "PreparedRun", *, as_json: bool) -> None:
    """What will be done, and what the data cannot show; beside the result when that is JSON."""
    out = note if as_json else say
    for line in labeled(prepared.describe()):
        out(line)
    if as_json:
        for limit in prepared.data.limits:
            out(f"! {limit}")
    out()


def _show(outcome: "Outcome", request: BacktestRequest, *, as_json: bool, quiet: bool) -> None:
    """The tear sheet or the JSON line; then where everything is."""
    from trade2026.application.report import render_text

    if as_json:
        say_json(outcome.figures)
    else:
        for line in render_text(outcome.report):
            say(line)
    error = outcome.strategy_error
    if outcome.status == "stopped":
        note("stopped early: the result is partial")
    if error is not None:
        note(
            f"error: the strategy raised {error.message} in {error.callback} at {format_ns(error.ts)}; it "
            f"was stopped, its orders were canceled, and the run went on without it"
        )
        note(f"traceback: {outcome.traceback_path}")
    if quiet:
        return
    out = note if as_json else say
    out()
    for line in labeled(_places(outcome, request)):
        out(line)


def _places(outcome: "Outcome", request: BacktestRequest) -> list[tuple[str, str]]:
    places = [("Run folder", outcome.folder)]
    if request.report:
        places.append(("Report", os.path.abspath(request.report)))
    if outcome.log:
        places.append(("Log", f"{outcome.log_path} ({len(outcome.log):,} lines)"))
    if outcome.refusals:
        places.append(
            (
                "Refusals",
                f"{outcome.refusals:,}; trade2026 journal show {outcome.run_name} --type OrderRefused",
            )
        )
    places.append(("Replay", f"trade2026 journal replay {outcome.run_name}"))
    return places


def _checked_report(path: str) -> str:
    """Refuse a report that could not be written before the run, not after it."""
    if not path:
        return ""
    if os.path.isdir(path):
        raise InputError(f"--report must be a file, was the folder {path!r}")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise InputError(f"--report must be in a folder that exists, was {path!r}; make {folder!r} first")
    if not os.access(folder, os.W_OK):
        raise OperatingError(f"--report must be in a folder that can be written, was {path!r}")
    return path


def _copy_report(outcome: "Outcome", path: str) -> None:
    try:
        with open(outcome.report_path, "rb") as source, open(path, "wb") as target:
            target.write(source.read())
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write the report to {path}: {error.strerror}; it is at {outcome.report_path}"
        ) from error
