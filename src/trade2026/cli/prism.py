"""`trade2026 prism`: run the simulated market, write it down; the others are in `prism_...`."""

import os
from typing import Annotated, Final

import typer

from trade2026.application.desk import Desk
from trade2026.application.period import parse_instant
from trade2026.cli import options
from trade2026.cli.interrupt import INTERRUPTED, stop_on_interrupt
from trade2026.cli.output import examples, say, say_json
from trade2026.cli.prism_calibrate import add_calibrate
from trade2026.cli.prism_impact import add_impact
from trade2026.cli.prism_options import Config, Hours, number, read_config, tell_stopping
from trade2026.cli.prism_scorecard import add_scorecard
from trade2026.cli.progress import progress
from trade2026.cli.requests import whole
from trade2026.primitives.time import SECOND_NS

_START: Final = "2023-11-14T22:13:00+00:00"


def add_prism(app: typer.Typer, desk: Desk) -> None:
    """Add the commands to the application."""
    prism = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 prism scorecard --seeds 3"))
    app.add_typer(prism, name="prism")

    @prism.callback()
    def root() -> None:
        """The simulated market: write a run down, score it, fit it to a tape, measure impact."""

    _add_record(prism)
    add_scorecard(prism, desk)
    add_impact(prism)
    add_calibrate(prism, desk)


def _add_record(prism: typer.Typer) -> None:
    @prism.command(epilog=examples("trade2026 prism record --out run --hours 2"))
    def record(
        out: Annotated[str, typer.Option("--out", metavar="FOLDER", help="A new or empty folder.")],
        hours: Hours = "1", seed: options.Seed = "1", config: Config = "",
        kinds: Annotated[
            str, typer.Option("--kinds", metavar="KIND,...", help="Of trades, quotes, orders and events.")
        ] = "trades,quotes,orders,events",
        quote_every: Annotated[
            str,
            typer.Option(
                "--quote-every", metavar="SECONDS", help="Only the last quote of each so many; 0 for all."
            ),
        ] = "0",
        start: Annotated[str, typer.Option("--start", metavar="TIME", help="When it begins.")] = _START,
        json: options.Json = False, quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        """Run the market and write trades, quotes, orders and events as Parquet, an hour a part."""
        from trade2026.application.prism.writing import RecordRequest, record_market

        request = RecordRequest(
            folder=out, config=read_config(config), seed=whole("--seed", seed),
            hours=number("--hours", hours),
            start_ns=parse_instant(start, "--start"), kinds=tuple(kinds.split(",")),
            quote_every_ns=int(number("--quote-every", quote_every) * SECOND_NS),
        )  # fmt: skip
        with (
            stop_on_interrupt(tell_stopping) as should_stop,
            progress("seconds", round(number("--hours", hours) * 3600), quiet=quiet) as tell,
        ):
            found = record_market(
                request, progress=lambda done, of: tell(done // SECOND_NS), should_stop=should_stop
            )
        if json:
            say_json({"folder": found.folder, "parts": found.parts, "rows": found.rows,
                      "state_sha256": found.state_sha256})  # fmt: skip
        else:
            for kind, rows in found.rows.items():
                say(f"{kind:<8}{rows:>14,} rows  {os.path.join(out, kind)}-*.parquet")
            say(f"state   {found.state_sha256}")
        return INTERRUPTED if should_stop() else 0
