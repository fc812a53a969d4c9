"""`trade2026 prism impact`: what an order does to the price, by the same seeds with and without it."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trade2026.cli import options
from trade2026.cli.interrupt import INTERRUPTED, stop_on_interrupt
from trade2026.cli.output import examples, say, say_json
from trade2026.cli.prism_options import (
    Config,
    Html,
    Seeds,
    Symbol,
    book_of,
    check_out,
    number,
    read_config,
    seed_list,
    tell_stopping,
    write_file,
)
from trade2026.cli.progress import progress
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.microstructure.estimate import NotTestable
    from trade2026.analytics.microstructure.metaorders import MetaorderImpact
    from trade2026.simulation.prism.config import PrismConfig
    from trade2026.simulation.prism.counterfactual import CausalImpact

_MARKS = 60
"""How often the mid is looked at."""

Clips = Annotated[
    str, typer.Option("--clips", metavar="SIZE", help="Of the order, in usual sizes of the book.")
]
For = Annotated[str, typer.Option("--for", metavar="SECONDS", help="Over which it is worked off.")]
SideName = Annotated[str, typer.Option("--side", metavar="buy|sell", help="Of the order.")]
Horizon = Annotated[str, typer.Option("--horizon", metavar="SECONDS", help="How long the mid is followed.")]
Curve = Annotated[bool, typer.Option("--curve", help="Orders of many sizes instead: exponent and decay.")]


def add_impact(prism: typer.Typer) -> None:
    """Add the command to the group."""

    @prism.command(
        epilog=examples(
            "trade2026 prism impact --clips 500 --for 120", "trade2026 prism impact --curve --seeds 130"
        )
    )
    def impact(
        clips: Clips = "500", for_s: For = "300", side: SideName = "buy", horizon: Horizon = "900",
        curve: Curve = False, seeds: Seeds = "20", symbol: Symbol = "BTCUSDT", config: Config = "",
        html: Html = "", json: options.Json = False, quiet: options.Quiet = False,
    ) -> int:  # fmt: skip
        """Measure what an order does to the price: the same seeds with and without it."""
        market = read_config(config)
        book, chosen = book_of(market, symbol), seed_list(seeds)
        check_out("--html", html)
        if side not in ("buy", "sell"):
            raise InputError(f"--side must be buy or sell, was {side!r}")
        seconds = number("--for", for_s)
        path, found = None, None
        with (
            stop_on_interrupt(tell_stopping) as should_stop,
            progress("seeds", len(chosen), quiet=quiet) as tell,
        ):
            tell(0)
            words: dict[str, Any] = {"progress": lambda done, of: tell(done), "should_stop": should_stop}
            if curve:
                found = _by_size(market, book, chosen, seconds, words)
                lead = f"metaorders of {symbol} over {seconds:g} s, each against the same seed without"
            else:
                size, until = number("--clips", clips), number("--horizon", horizon)
                path = _by_time(market, book, chosen, (side, size, seconds, until), words)
                lead = f"{side} {clips} clips of {symbol} over {seconds:g} s, {len(path.paths)} seeds"
        _show(path, found, lead, html, as_json=json)
        return INTERRUPTED if should_stop() else 0


def _by_size(
    market: "PrismConfig", book: int, seeds: list[int], seconds: float, words: dict[str, Any]
) -> "MetaorderImpact | NotTestable":
    from trade2026.analytics.microstructure.bootstrap import Resampling
    from trade2026.simulation.prism.counterfactual import ImpactPlan, impact_of, metaorder_experiment

    orders = metaorder_experiment(market, seeds, ImpactPlan(for_s=seconds), book=book, **words)
    return impact_of(orders, Resampling(seed=1))


def _by_time(
    market: "PrismConfig", book: int, seeds: list[int], terms: tuple[str, float, float, float],
    words: dict[str, Any],
) -> "CausalImpact":  # fmt: skip
    from trade2026.model.enums import Side
    from trade2026.simulation.prism.counterfactual import alone, causal_impact, of_scenario
    from trade2026.simulation.prism.scenarios import Metaorder

    side, clips, seconds, horizon = terms
    symbol = market.books[book].listing.symbol
    order = Metaorder(symbol=symbol, side=Side[side.upper()], clips=clips, for_s=seconds)
    return causal_impact(
        alone(market, book), seeds, of_scenario(order), horizon_s=horizon, grid_s=max(horizon / _MARKS, 1.0),
        **words,
    )  # fmt: skip


def _show(
    path: "CausalImpact | None", found: "MetaorderImpact | NotTestable | None", lead: str, html: str, *,
    as_json: bool,
) -> None:  # fmt: skip
    from trade2026.application.prism.page import impact_page
    from trade2026.cli.prism_show import causal_lines, curve_lines, impact_json

    if html:
        write_file(html, impact_page(path, found, lead))
    if as_json:
        say_json(impact_json(path, found))
        return
    for line in [lead, "", *(causal_lines(path) if path is not None else curve_lines(found))]:
        say(line)
    if html:
        say(f"\nPage  {os.path.abspath(html)}")
