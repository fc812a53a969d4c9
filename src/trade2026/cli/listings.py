"""`trade2026 strategies`, `data`, `runs` and `trials`: what there is, and what was done."""

from typing import Annotated, Any

import msgspec
import typer

from trade2026.application.desk import Desk
from trade2026.application.requests import DataRequest
from trade2026.cli import options
from trade2026.cli.data_returns import add_returns
from trade2026.cli.output import examples, labeled, note, prints_beside, say, say_json, table
from trade2026.cli.progress import progress
from trade2026.cli.requests import data_request, whole
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import format_raw
from trade2026.primitives.time import format_ns

_LIMIT = Annotated[str, typer.Option("--last", metavar="COUNT", help="Only the last so many.")]
_KEEP = Annotated[
    str,
    typer.Option("--keep", metavar="NAME", help="Keep a copy by this name, for analyses and backtests."),
]
_NAME = Annotated[str, typer.Argument(metavar="NAME|FILE", help="One strategy; all that ship by default.")]


def add_listings(app: typer.Typer, desk: Desk) -> None:
    """Add the commands to the application."""
    _add_strategies(app, desk)
    _add_data(app, desk)
    _add_runs(app, desk)
    _add_trials(app, desk)


def _add_strategies(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 strategies", "trade2026 strategies mine.py"))
    def strategies(name: _NAME = "", json: options.Json = False) -> None:
        """List strategies with their parameters: types, defaults, bounds."""
        from trade2026.application.parameters import describe_parameters

        with prints_beside(json):
            found = (desk.find_strategy(name),) if name else desk.strategies()
        if json:
            for each in found:
                say_json(_strategy_json(each))
            return
        for index, each in enumerate(found):
            if index:
                say()
            say(each.name)
            if each.summary:
                say(f"  {each.summary}")
            parameters = describe_parameters(each.parameters_type)
            rows = [(f"  {p.name}", p.type, p.default or "(required)", p.bounds, p.text) for p in parameters]
            for line in table(("  parameter", "type", "default", "bounds", "meaning"), rows):
                say(line)


def _strategy_json(each: Any) -> dict[str, Any]:
    from trade2026.application.parameters import describe_parameters

    parameters = [
        {"name": p.name, "type": p.type, "default": p.default, "bounds": p.bounds, "text": p.text}
        for p in describe_parameters(each.parameters_type)
    ]
    return {
        "name": each.name,
        "summary": each.summary,
        "source_sha256": each.source_sha256,
        "parameters": parameters,
    }


def _add_data(app: typer.Typer, desk: Desk) -> None:
    data_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 data describe sp500"))
    app.add_typer(data_app, name="data")

    @data_app.callback()
    def data() -> None:
        """Look at market data before trading on it."""

    @data_app.command(
        epilog=examples(
            "trade2026 data describe sp500",
            "trade2026 data describe btc-1m.csv \\\n      --instrument BTCUSDT.BINANCE --volume-unit base",
            "trade2026 data describe run --keep monday",
        )
    )
    def describe(
        name: Annotated[
            list[str],
            typer.Argument(metavar="NAME|FILE|FOLDER", help="sp500, factors, files, or folders of runs."),
        ],
        instrument: options.Instruments = None, kind: options.Kind = "",
        volume_unit: options.VolumeUnit = "", currency: options.Currency = "",
        base_currency: options.BaseCurrency = "", tick: options.Tick = "", lot: options.Lot = "",
        multiplier: options.Multiplier = "", calendar: options.Calendar = "", rows: options.Rows = "",
        column: options.Columns = None, header: options.Header = "", on_disorder: options.Disorder = "sort",
        on_duplicate: options.Duplicate = "first", on_gap: options.Gap = "report",
        on_excess_decimals: options.ExcessDecimals = "refuse",
        timestamp_marks: options.Marks = "open", timestamp_unit: options.TimestampUnit = "",
        bar_interval: options.BarInterval = "",
        adjusted: options.Adjusted = False, keep: _KEEP = "", json: options.Json = False,
    ) -> None:  # fmt: skip
        """Show instruments, period, limits and irregularities; disorder and duplicates are counted."""
        if keep:  # Before a large file is read for nothing.
            desk.check_data_name(keep)
        for each in [name] if keep else [[one] for one in name]:
            request = data_request(
                each, instrument, column, header, kind=kind, currency=currency, base_currency=base_currency,
                tick_size=tick, lot_size=lot, multiplier=multiplier, calendar=calendar,
                volume_unit=volume_unit, rows=rows, on_disorder=on_disorder, on_duplicate=on_duplicate,
                on_gap=on_gap, on_excess_decimals=on_excess_decimals,
                timestamp_marks=timestamp_marks, timestamp_unit=timestamp_unit,
                bar_interval=bar_interval, adjusted=adjusted,
            )  # fmt: skip
            _describe(desk, request, keep, as_json=json)

    add_returns(data_app, desk)
    _add_kept(data_app, desk)


def _describe(desk: Desk, request: DataRequest, keep: str, *, as_json: bool) -> None:
    """Show a data set, and keep it where it is given a name."""
    with progress("events", None, quiet=as_json) as tell:
        summary = desk.describe_data(request, progress=tell)
    (_data_json if as_json else _data_text)(summary)
    if keep:
        desk.keep_data(keep, request, summary)
        note(f"kept as {keep}: a copy, read as above; `trade2026 data remove {keep}` removes it")


def _add_kept(data_app: typer.Typer, desk: Desk) -> None:
    @data_app.command("list", epilog=examples("trade2026 data list"))
    def list_names(json: options.Json = False) -> None:
        """List the data that has a name: what ships, what was kept, and what the desk has captured."""
        from trade2026.application.named_data import frequencies, say_day, say_rows

        found = desk.named_data()
        if json:
            for each in found:
                plain = msgspec.to_builtins(each)
                say_json({**plain, "frequencies": [*map(str, frequencies(each))]})
            return
        rows = [
            (each.name, each.kind.value.lower(), f"{len(each.instruments):,}", say_rows(each) or "-",
             *("-" if ts is None else say_day(ts) for ts in (each.first_ns, each.last_ns)),
             ", ".join(frequencies(each)) or "-")
            for each in found
        ]  # fmt: skip
        heads = ("name", "data", "instruments", "rows", "first", "last", "frequencies of analyses")
        for line in table(heads, rows, right=("instruments",)):
            say(line)
        for each in found:
            if each.problem:
                note(f"warning: {each.problem}")

    @data_app.command("remove", epilog=examples("trade2026 data remove monday"))
    def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="Of kept data.")]) -> None:
        """Remove kept data, with its copies; files that it was copied from stay."""
        desk.remove_data(name)
        say(f"removed {name}")


def _data_text(summary: Any) -> None:
    about = summary.description
    count = f"{sum(each.events for each in summary.instruments):,}"
    kind = (
        "close-only bars" if not about.has_open else "bars" if about.bar_interval_ns else "trades or quotes"
    )
    for line in labeled((("Data", about.name), ("SHA-256", about.sha256), ("Events", f"{count} {kind}"))):
        say(line)
    say()
    head = (
        "instrument",
        "currency",
        "tick",
        "lot",
        "calendar",
        "volume",
        "events",
        "first",
        "last",
        "missing",
    )
    rows = [
        (
            each.instrument.instrument_id, each.instrument.quote_currency,
            format_raw(each.instrument.tick_size), format_raw(each.instrument.lot_size),
            each.instrument.calendar,
            each.instrument.volume_unit.value.lower() if about.volume_known else "unknown",
            f"{each.events:,}",
            format_ns(each.first_ns) if each.events else "-", format_ns(each.last_ns) if each.events else "-",
            "-" if each.missing_sessions is None else f"{each.missing_sessions:,} days",
        )
        for each in summary.instruments
    ]  # fmt: skip
    for line in table(head, rows, right=("tick", "lot", "events", "missing")):
        say(line)
    say()
    if summary.findings is not None:
        say("Irregularities" if summary.findings else "No irregularities: in order, no duplicates, no gaps.")
        for finding in summary.findings:
            examples = f" ({'; '.join(finding.examples)})" if finding.examples else ""
            say(f"  {finding.name}: {finding.count:,}{examples}")
    say("What this data cannot show")
    for limit in about.limits:
        say(f"  ! {limit}")


def _data_json(summary: Any) -> None:
    about = summary.description
    instruments = [
        {
            "instrument_id": each.instrument.instrument_id, "events": each.events, "first_ns": each.first_ns,
            "last_ns": each.last_ns, "missing_sessions": each.missing_sessions,
        }
        for each in summary.instruments
    ]  # fmt: skip
    findings = [
        {"name": f.name, "count": f.count, "examples": list(f.examples)} for f in summary.findings or ()
    ]
    say_json(
        {
            "name": about.name, "sha256": about.sha256, "limits": list(about.limits),
            "bar_interval_ns": about.bar_interval_ns, "volume_known": about.volume_known,
            "instruments": instruments, "findings": None if summary.findings is None else findings,
        }
    )  # fmt: skip


def _add_runs(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 runs --last 5"))
    def runs(last: _LIMIT = "20", json: options.Json = False) -> None:
        """List the runs whose folders are kept: when, what, on which data, with which result."""
        found, damaged = desk.runs()
        for sentence in damaged:
            note(f"warning: {sentence}")
        rows = []
        for run in found[-_count(last) :]:
            result = run.result
            status = "unfinished" if result is None else result.status
            figures = {} if result is None else result.figures
            if json:
                say_json(
                    {
                        "folder": run.folder, "run_id": run.file.run_id, "started_ns": run.file.started_ns,
                        "status": status, "plan": run.plan_values, "figures": figures,
                        "error": "" if result is None else result.error,
                    }
                )  # fmt: skip
            rows.append((_when(run.file.started_ns), run.name, run.plan.data, status, *_figures(figures)))
        if not json:
            _print_table(("when", "run", "data", "status", *_FIGURES), rows, "run")


def _add_trials(app: typer.Typer, desk: Desk) -> None:
    @app.command(epilog=examples("trade2026 trials", "trade2026 trials --json | jq .status"))
    def trials(last: _LIMIT = "20", json: options.Json = False) -> None:
        """List the trial ledger: every run ever started, also those that failed or whose folder is gone."""
        found = desk.trials()
        rows = []
        for trial in found[-_count(last) :]:
            finished, plan = trial.finished, trial.plan_values
            status = "unfinished" if finished is None else finished.status
            figures = {} if finished is None else finished.figures
            if json:
                say_json(
                    {
                        "trial": trial.number, "ts": trial.started.ts, "run_id": trial.started.run_id,
                        "folder": trial.started.folder, "plan": plan, "status": status, "figures": figures,
                        "error": "" if finished is None else finished.error,
                    }
                )  # fmt: skip
            parameters = " ".join(f"{name}={value}" for name, value in plan["parameters"].items())
            rows.append(
                (str(trial.number), _when(trial.started.ts), plan["strategy"], parameters, plan["data"],
                 status, *_figures(figures))
            )  # fmt: skip
        if not json:
            _print_table(
                ("trial", "when", "strategy", "parameters", "data", "status", *_FIGURES), rows, "trial"
            )
            note(f"{len(found):,} trial{'' if len(found) == 1 else 's'} in all")


_FIGURES = ("return", "Sharpe", "drawdown", "fills")


def _figures(figures: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return, Sharpe ratio, drawdown and fills as shown in lists; "-" where there are none."""
    statistics = figures.get("statistics", {})

    def shown(name: str, pattern: str) -> str:
        value = statistics.get(name)
        return "-" if value is None else pattern.format(value)

    fills = figures.get("fills")
    return (
        shown("total_return", "{:.2%}"),
        shown("sharpe_ratio", "{:.2f}"),
        shown("max_drawdown", "{:.2%}"),
        "-" if fills is None else f"{fills:,}",
    )


def _count(text: str) -> int:
    count = whole("--last", text)
    if count < 1:
        raise InputError(f"--last must be at least 1, was {count}")
    return count


def _when(ts: int) -> str:
    return format_ns(ts)[:19].replace("T", " ")


def _print_table(head: tuple[str, ...], rows: list[Any], what: str) -> None:
    if not rows:
        note(f"there is no {what} yet; start with: trade2026 backtest momentum --data sp500")
        return
    for line in table(head, rows, right=("trial", *_FIGURES)):
        say(line)
