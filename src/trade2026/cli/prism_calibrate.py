"""`trade2026 prism calibrate`: parameters of the simulated market under which it shows a tape's moments."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.interrupt import INTERRUPTED, stop_on_interrupt
from trade2026.cli.output import examples, note, say, say_json, table
from trade2026.cli.prism_options import (
    Against,
    Config,
    Detail,
    Hours,
    Html,
    Session,
    Symbol,
    book_of,
    check_out,
    number,
    read_config,
    tape_request,
    tell_stopping,
    write_file,
)
from trade2026.cli.progress import progress
from trade2026.cli.requests import whole
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.microstructure.tape import Tape
    from trade2026.simulation.prism.calibration import Calibration, CalibrationPlan, Match, Parameter
    from trade2026.simulation.prism.config import PrismConfig

_FIT = "Fit"
Fit = Annotated[
    str,
    typer.Option(
        "--fit", metavar="GROUP|PATH,...", rich_help_panel=_FIT,
        help="returns, flow, all, or some of their parameters such as book.volatility.",
    ),
]  # fmt: skip
Moments = Annotated[
    str,
    typer.Option(
        "--moments", metavar="NAME,...", rich_help_panel=_FIT, help="Only these moments; all by default."
    ),
]
Split = Annotated[
    str,
    typer.Option(
        "--split", metavar="SHARE", rich_help_panel=_FIT,
        help="Part of the tape's time that is fitted; the rest is scored. 1 fits all of it.",
    ),
]  # fmt: skip
Evaluations = Annotated[
    str,
    typer.Option("--evaluations", metavar="COUNT", rich_help_panel=_FIT, help="Candidates, at most."),
]
FitSeeds = Annotated[
    str,
    typer.Option("--seeds", metavar="COUNT", rich_help_panel=_FIT, help="Runs of each candidate."),
]
Out = Annotated[
    str, typer.Option("--out", metavar="FILE.json", help="Where the fitted market goes, for --config.")
]


def add_calibrate(prism: typer.Typer, desk: Desk) -> None:
    """Add the command to the group."""

    @prism.command(
        epilog=examples(
            "trade2026 prism calibrate --against btc-1m.csv --out mine.json",
            "trade2026 prism calibrate --against trades.parquet --against quotes.parquet \\\n"
            "      --fit flow --hours 1 --split 1",
        )
    )
    def calibrate(
        against: Against = None, out: Out = "", fit: Fit = "returns", moments: Moments = "",
        split: Split = "0.5", evaluations: Evaluations = "90", seeds: FitSeeds = "2", hours: Hours = "24",
        detail_hours: Detail = "1", symbol: Symbol = "BTCUSDT", config: Config = "", seed: options.Seed = "1",
        session: Session = "regular", start: options.Start = "", end: options.End = "",
        column: options.Columns = None, timestamp_marks: options.Marks = "open",
        timestamp_unit: options.TimestampUnit = "", html: Html = "", json: options.Json = False,
        quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        """Fit parameters to a part of a tape, and say what of the rest is matched and what is not."""
        from trade2026.application.prism.tapes import read_tape, split_tape
        from trade2026.simulation.prism import calibration as fitting
        from trade2026.simulation.prism.scoring import RunPlan

        market = read_config(config)
        book = book_of(market, symbol)
        check_out("--out", out)
        check_out("--html", html)
        request = tape_request(
            against or [], session, start, end, column, timestamp_marks, timestamp_unit
        )  # fmt: skip
        tape = read_tape(request, desk.services)
        fitted, rest = split_tape(tape, number("--split", split))
        count = whole("--seeds", seeds)
        chosen = _parameters(fit)
        plan = fitting.CalibrationPlan(
            run=RunPlan(
                hours=number("--hours", hours), detail_hours=number("--detail-hours", detail_hours), book=book
            ),
            seeds=tuple(range(101, 101 + count)), evaluations=whole("--evaluations", evaluations),
            seed=whole("--seed", seed), moments=tuple(moments.split(",")) if moments else (),
        )  # fmt: skip
        return _fit(market, (fitted, rest), chosen, plan, (out, html), as_json=json, quiet=quiet)


def _fit(
    market: "PrismConfig", tapes: "tuple[Tape, Tape | None]", chosen: "tuple[Parameter, ...]",
    plan: "CalibrationPlan", files: tuple[str, str], *, as_json: bool, quiet: bool,
) -> int:  # fmt: skip
    """Fit to the first tape, check on the second where there is one, and print both."""
    from trade2026.application.prism.page import calibration_page
    from trade2026.simulation.prism import calibration as fitting

    with (
        stop_on_interrupt(tell_stopping) as should_stop,
        progress("candidates", plan.evaluations, quiet=quiet) as tell,
    ):
        tell(0)
        found = fitting.calibrate(
            market, tapes[0], chosen, plan, progress=lambda done, least: tell(done), should_stop=should_stop
        )
    held = None
    if tapes[1] is not None:
        # Seeds that no candidate has seen.
        held = fitting.check_on(tapes[1], found.config, plan, [seed + 100 for seed in plan.seeds])
    out, html = files
    if out:
        _write_config(out, found)
    if html:
        write_file(html, calibration_page(found, held, _lead(found, tapes[0])))
    _show(found, held, out, as_json=as_json)
    if html and not as_json:
        say(f"page          {os.path.abspath(html)}")
    return INTERRUPTED if should_stop() else 0


def _parameters(text: str) -> "tuple[Parameter, ...]":
    """The group, or the parameters named."""
    from trade2026.simulation.prism.calibration import GROUPS

    if text in GROUPS:
        return GROUPS[text]
    known = {each.path: each for each in GROUPS["all"]}
    unknown = [path for path in text.split(",") if path not in known]
    if unknown:
        raise InputError(f"--fit must be {', '.join(GROUPS)} or of {', '.join(known)}, was {text!r}")
    return tuple(known[path] for path in text.split(","))


def _write_config(path: str, found: "Calibration") -> None:
    import msgspec

    write_file(path, msgspec.json.format(msgspec.json.encode(found.config)).decode() + "\n")


def _show(found: "Calibration", held: "tuple[Match, ...] | None", out: str, *, as_json: bool) -> None:
    if as_json:
        say_json({
            "parameters": {p.path: {"before": p.before, "value": p.value, "is_at_bound": p.is_at_bound}
                           for p in found.parameters},
            "moments": {m.name: _match_json(m) for m in found.matches},
            "held_out": None if held is None else {m.name: _match_json(m) for m in held},
            "unmatched": list(found.unmatched), "distance_before": found.distance_before,
            "distance": found.distance, "evaluations": found.evaluations,
        })  # fmt: skip
        return
    note(_distances(found))
    rows = [
        (p.path, f"{p.before:.4g}", f"{p.value:.4g}", "at its bound" if p.is_at_bound else "")
        for p in found.parameters
    ]
    for line in table(("parameter", "before", "fitted", ""), rows, right=("before", "fitted")):
        say(line)
    say()
    _say_matches("moment", found.matches)
    if held is not None:
        say()
        _say_matches("held-out moment", held)
    say()
    say("cannot match: " + (", ".join(found.unmatched) or "nothing: every |z| is at most 2"))
    if out:
        say(f"market        {os.path.abspath(out)}; use it with --config")


def _distances(found: "Calibration") -> str:
    what = f"distance {found.distance_before:.1f} before, {found.distance:.1f} now"
    return f"{found.evaluations} candidates: {what}"


def _lead(found: "Calibration", tape: "Tape") -> str:
    unmatched = ", ".join(found.unmatched) or "nothing"
    return f"Fitted to {tape.name}; {_distances(found)}. Cannot match: {unmatched}."


def _say_matches(title: str, matches: "tuple[Match, ...]") -> None:
    rows = [(m.name, f"{m.tape:.3g}", _number(m.before), _number(m.fitted), f"{m.z:+.1f}") for m in matches]
    head = (title, "tape", "before", "fitted", "z")
    for line in table(head, rows, right=head[1:]):
        say(line)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _match_json(match: "Match") -> dict[str, Any]:
    return {"tape": match.tape, "before": match.before, "fitted": match.fitted, "z": match.z}
