"""`trade2026 prism scorecard`: which facts of real markets the simulated one shows, beside a tape's."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trade2026.application.desk import Desk
from trade2026.cli import options
from trade2026.cli.interrupt import INTERRUPTED, stop_on_interrupt
from trade2026.cli.output import examples, say, say_json
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
from trade2026.cli.progress import progress
from trade2026.cli.requests import whole
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS, SECOND_NS

if TYPE_CHECKING:
    from trade2026.analytics.microstructure.sample import Settings
    from trade2026.simulation.prism.config import PrismConfig
    from trade2026.simulation.prism.scoring import RunPlan, Scored

_ORDERS_S = 120.0
"""Over which a metaorder is worked off."""

ImpactSeeds = Annotated[
    str,
    typer.Option(
        "--impact-seeds", metavar="COUNT", rich_help_panel="Market",
        help="Seeds that metaorders of eight sizes are tried in, each with and without; 0 for none.",
    ),
]  # fmt: skip


def add_scorecard(prism: typer.Typer, desk: Desk) -> None:
    """Add the command to the group."""

    @prism.command(
        epilog=examples(
            "trade2026 prism scorecard --seeds 3",
            "trade2026 prism scorecard --against btc-1m.csv --html card.html",
        )
    )
    def scorecard(
        seeds: Seeds = "5", hours: Hours = "24", detail_hours: Detail = "2", symbol: Symbol = "BTCUSDT",
        impact_seeds: ImpactSeeds = "126", config: Config = "",
        against: Against = None, session: Session = "regular", start: options.Start = "",
        end: options.End = "", column: options.Columns = None, timestamp_marks: options.Marks = "open",
        timestamp_unit: options.TimestampUnit = "", html: Html = "", json: options.Json = False,
        quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        """Run seeds and say which facts of real markets they show, beside those of a real tape."""
        from trade2026.analytics.microstructure.tape import return_series
        from trade2026.application.prism.tapes import read_tape
        from trade2026.simulation.prism.scoring import RunPlan, default_settings, score_market, score_tape

        market = read_config(config)
        book, chosen, tried = book_of(market, symbol), seed_list(seeds), _count(impact_seeds)
        check_out("--html", html)
        settings = default_settings(1)
        tape, interval_ns = None, MINUTE_NS
        if against:
            request = tape_request(against, session, start, end, column, timestamp_marks, timestamp_unit)
            read = read_tape(request, desk.services)
            returns, tape = return_series(read), score_tape(read, settings)
            interval_ns = interval_ns if returns is None else returns.interval_ns
        plan = RunPlan(
            hours=number("--hours", hours), detail_hours=number("--detail-hours", detail_hours), book=book,
            other=(book + 1) % len(market.books), interval_ns=interval_ns,
        )  # fmt: skip
        with stop_on_interrupt(tell_stopping) as should_stop:
            with progress("runs", len(chosen), quiet=quiet) as tell:
                tell(0)
                scored = score_market(
                    market, chosen, plan, settings, progress=lambda done, of: tell(done),
                    should_stop=should_stop,
                )  # fmt: skip
            if tried and not should_stop():
                scored = _with_impact(market, book, tried, scored, settings, should_stop, quiet=quiet)
        _show(scored, tape, plan, html, tried, as_json=json)
        return INTERRUPTED if should_stop() else 0


def _count(text: str) -> int:
    count = whole("--impact-seeds", text)
    if not 0 <= count <= 100_000:
        raise InputError(f"--impact-seeds must be 0 to 100000, was {count}; 125 are needed for an exponent")
    return count


def _with_impact(
    market: "PrismConfig", book: int, seeds: int, scored: "Scored", settings: "Settings", should_stop: Any, *,
    quiet: bool,
) -> "Scored":  # fmt: skip
    """The facts of metaorders too, from orders in markets of their own."""
    from trade2026.simulation.prism.counterfactual import ImpactPlan, metaorder_experiment
    from trade2026.simulation.prism.scoring import with_metaorders

    done = 0
    with progress("seeds with metaorders", seeds, quiet=quiet) as tell:

        def told(at: int, of: int) -> None:
            nonlocal done
            done = at
            tell(at)

        orders = metaorder_experiment(
            market, list(range(1, seeds + 1)), ImpactPlan(for_s=_ORDERS_S), book=book, progress=told,
            should_stop=should_stop,
        )  # fmt: skip
    return with_metaorders(scored, orders, done, settings)


def _show(
    scored: "Scored", tape: "Scored | None", plan: "RunPlan", html: str, tried: int, *, as_json: bool
) -> None:
    from trade2026.application.prism.page import scorecard_page
    from trade2026.cli.prism_show import scored_json, scored_lines, support_lines

    last = f"trades and quotes of the last {plan.detail_hours:g} h"
    step = f"returns of {plan.interval_ns // SECOND_NS} s"
    lead = f"{len(scored.seeds)} seeds of {plan.hours:g} h, {step}, {last}"
    if tried:
        lead += f"; metaorders over {_ORDERS_S:g} s in {tried} seeds"
    if html:
        write_file(html, scorecard_page(scored, tape, lead))
    if as_json:
        say_json({"market": scored_json(scored), "tape": None if tape is None else scored_json(tape)})
        return
    say(f"{scored.name}: {lead}")
    if tape is not None:
        say(f"tape: {tape.name}")
    for line in ["", *scored_lines(scored, tape), "", *support_lines(scored, tape)]:
        say(line)
    if html:
        say(f"\nPage  {os.path.abspath(html)}")
