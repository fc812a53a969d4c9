"""`trade2026 prism`: run the simulated market, write it down, score it beside real tapes, measure impact."""

import os
from typing import Annotated, Any, Final

import typer

from trade2026.application.desk import Desk
from trade2026.application.period import parse_instant
from trade2026.cli import options
from trade2026.cli.interrupt import INTERRUPTED, stop_on_interrupt
from trade2026.cli.output import examples, say, say_json
from trade2026.cli.prism_calibrate import add_calibrate
from trade2026.cli.prism_options import (
    Against,
    Config,
    Detail,
    Hours,
    Html,
    Seeds,
    Session,
    Symbol,
    book_of,
    check_out,
    number,
    read_config,
    seed_list,
    tape_request,
    tell_stopping,
    write_file,
)
from trade2026.cli.prism_show import (
    causal_lines,
    curve_lines,
    impact_json,
    scored_json,
    scored_lines,
    support_lines,
)
from trade2026.cli.progress import progress
from trade2026.cli.requests import whole
from trade2026.primitives.errors import InputError
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
    _add_scorecard(prism, desk)
    _add_impact(prism)
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


def _add_scorecard(prism: typer.Typer, desk: Desk) -> None:
    @prism.command(
        epilog=examples(
            "trade2026 prism scorecard --seeds 3",
            "trade2026 prism scorecard --against btc-1m.csv --html card.html",
        )
    )
    def scorecard(
        seeds: Seeds = "5", hours: Hours = "24", detail_hours: Detail = "2", symbol: Symbol = "BTCUSDT",
        config: Config = "", against: Against = None, session: Session = "regular", start: options.Start = "",
        end: options.End = "", column: options.Columns = None, timestamp_marks: options.Marks = "open",
        timestamp_unit: options.TimestampUnit = "", html: Html = "", json: options.Json = False,
        quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        """Run seeds and say which facts of real markets they show, beside those of a real tape."""
        from trade2026.application.prism.page import scorecard_page
        from trade2026.application.prism.tapes import read_tape
        from trade2026.simulation.prism.scoring import RunPlan, default_settings, score_market, score_tape

        market = read_config(config)
        book = book_of(market, symbol)
        check_out("--html", html)
        settings = default_settings(1)
        plan = RunPlan(
            hours=number("--hours", hours), detail_hours=number("--detail-hours", detail_hours), book=book,
            other=(book + 1) % len(market.books),
        )  # fmt: skip
        tape = None
        if against:
            request = tape_request(against, session, start, end, column, timestamp_marks, timestamp_unit)
            tape = score_tape(read_tape(request, desk.services), settings)
        chosen = seed_list(seeds)
        with (
            stop_on_interrupt(tell_stopping) as should_stop,
            progress("runs", len(chosen), quiet=quiet) as tell,
        ):
            tell(0)
            scored = score_market(
                market, chosen, plan, settings, progress=lambda done, of: tell(done), should_stop=should_stop
            )
        last = f"trades and quotes of the last {plan.detail_hours:g} h"
        lead = f"{len(scored.seeds)} seeds of {plan.hours:g} h, {last}"
        if html:
            write_file(html, scorecard_page(scored, tape, lead))
        if json:
            say_json({"market": scored_json(scored), "tape": None if tape is None else scored_json(tape)})
        else:
            for line in [
                f"{scored.name}: {lead}",
                "",
                *scored_lines(scored, tape),
                "",
                *support_lines(scored, tape),
            ]:
                say(line)
            if html:
                say(f"\nPage  {os.path.abspath(html)}")
        return INTERRUPTED if should_stop() else 0


def _add_impact(prism: typer.Typer) -> None:
    @prism.command(
        epilog=examples(
            "trade2026 prism impact --clips 500 --for 120", "trade2026 prism impact --curve --seeds 130"
        )
    )
    def impact(
        clips: Annotated[
            str, typer.Option("--clips", metavar="SIZE", help="Of the order, in usual sizes of the book.")
        ] = "500",
        for_s: Annotated[
            str, typer.Option("--for", metavar="SECONDS", help="Over which it is worked off.")
        ] = "300",
        side: Annotated[str, typer.Option("--side", metavar="buy|sell", help="Of the order.")] = "buy",
        horizon: Annotated[
            str, typer.Option("--horizon", metavar="SECONDS", help="How long the mid is followed.")
        ] = "900",
        curve: Annotated[
            bool, typer.Option("--curve", help="Orders of many sizes instead: exponent and decay.")
        ] = False,
        seeds: Seeds = "20", symbol: Symbol = "BTCUSDT", config: Config = "", html: Html = "",
        json: options.Json = False, quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        """Measure what an order does to the price: the same seeds with and without it."""
        from trade2026.analytics.microstructure.bootstrap import Resampling
        from trade2026.application.prism.page import impact_page
        from trade2026.model.enums import Side
        from trade2026.simulation.prism import counterfactual as cf
        from trade2026.simulation.prism.scenarios import Metaorder

        market = read_config(config)
        book = book_of(market, symbol)
        check_out("--html", html)
        if side not in ("buy", "sell"):
            raise InputError(f"--side must be buy or sell, was {side!r}")
        chosen, seconds = seed_list(seeds), number("--for", for_s)
        path = found = None
        with (
            stop_on_interrupt(tell_stopping) as should_stop,
            progress("seeds", len(chosen), quiet=quiet) as tell,
        ):
            tell(0)
            words: dict[str, Any] = {"progress": lambda done, of: tell(done), "should_stop": should_stop}
            if curve:
                plan = cf.ImpactPlan(for_s=seconds)
                orders = cf.metaorder_experiment(market, chosen, plan, book=book, **words)
                found = cf.impact_of(orders, Resampling(seed=1))
                lead = (
                    f"{orders.signs.size:,} metaorders over {seconds:g} s, each against the same seed without"
                )
            else:
                order = Metaorder(
                    symbol=symbol, side=Side[side.upper()], clips=number("--clips", clips), for_s=seconds
                )
                path = cf.causal_impact(
                    cf.alone(market, book), chosen, cf.of_scenario(order), **words,
                    horizon_s=number("--horizon", horizon),
                    grid_s=max(number("--horizon", horizon) / 60, 1.0),
                )  # fmt: skip
                lead = f"{side} {clips} clips of {symbol} over {seconds:g} s, {len(path.paths)} seeds"
        if html:
            write_file(html, impact_page(path, found, lead))
        if json:
            say_json(impact_json(path, found))
        else:
            for line in [lead, "", *(causal_lines(path) if path is not None else curve_lines(found))]:
                say(line)
            if html:
                say(f"\nPage  {os.path.abspath(html)}")
        return INTERRUPTED if should_stop() else 0
