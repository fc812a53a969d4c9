"""`trade2026 venues`, `reconcile` and `accept`: how far venues are trusted, and where their books differ."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from trade2026.cli import options
from trade2026.cli.output import examples, say, table
from trade2026.cli.session import Sessions, Url, say_plain

if TYPE_CHECKING:
    from trade2026.client.results.venues import VenueRow

_VENUE = Annotated[str, typer.Argument(metavar="VENUE", help="As 'trade2026 venues' lists it.")]
_ACCOUNT = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Whose difference.")]
_KIND = Annotated[str, typer.Argument(metavar="KIND", help="EXECUTION, POSITION, BALANCE or ORDER.")]
_NAME = Annotated[str, typer.Argument(metavar="NAME", help="The difference, as 'trade2026 venues' shows it.")]
_REASON = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is journaled.")]


def add_venues(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    """Add the commands to the application."""

    @app.command(epilog=examples("trade2026 venues"))
    def venues(url: Url = "", json: options.Json = False) -> None:
        """List venues that are reached over a line: their state, why, and every difference of their books."""
        with sessions().client(url) as client:
            rows = client.venues()
        if json:
            for row in rows:
                say_plain(row)
            return
        if not rows:
            say("No venue has a session; the paper venue needs none.")
        for row in rows:
            _say_venue(row)

    @app.command(epilog=examples('trade2026 reconcile XSIM --reason "after maintenance"'))
    def reconcile(venue: _VENUE, reason: _REASON, url: Url = "", json: options.Json = False) -> None:
        """Compare our books and a venue's now; nothing new is sent there until they agree."""
        with sessions().client(url) as client:
            done = client.reconcile(venue, reason)
        if json:
            say_plain(done)
        else:
            say(f"Comparing with {venue}; 'trade2026 venues' says how it ended.")

    @app.command(
        epilog=examples('trade2026 accept XSIM main POSITION AAPL.XSIM --reason "transferred by hand"')
    )
    def accept(
        venue: _VENUE, account: _ACCOUNT, kind: _KIND, name: _NAME, reason: _REASON, url: Url = "",
        json: options.Json = False,
    ) -> None:  # fmt: skip
        """Take a venue's word for a difference that waits for a person, and compare again."""
        with sessions().client(url) as client:
            done = client.accept_difference(venue, account, kind.upper(), name, reason)
        if json:
            say_plain(done)
        else:
            say(f"Booked as {venue} states it: {kind.upper()} {name} of {account}.")


def _say_venue(row: "VenueRow") -> None:
    say(f"{row.venue}: {row.state or 'no session yet'}. {row.text}".rstrip(". ") + ".")
    compared = row.reconciliation
    if compared is None:
        say("  Never compared.")
        return
    word = "agreed" if compared.converged else "did not agree"
    say(
        f"  Compared {compared.wall or compared.ts}: {word} after {compared.passes} passes over "
        f"{compared.orders} orders and {compared.executions} executions."
    )
    rows = [
        (f"  {each.kind}", each.account_id, each.name, each.ours, each.venues, each.action or "DECIDE")
        for each in compared.differences
    ]
    if rows:
        for line in table(("  kind", "account", "name", "ours", "venue's", "done"), rows):
            say(line)
