"""`trade2026 feed` and `strategy`: the running desk, steered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from trade2026.cli import options
from trade2026.cli.output import examples, labeled, note, say, table
from trade2026.cli.requests import pairs, whole
from trade2026.cli.session import Sessions, Url, only_account, say_plain
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.client.results.market import Feed
    from trade2026.client.results.strategies import StrategyRun
    from trade2026.client.rows import Rows

_REASON = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is journaled.")]
_SPEED = Annotated[
    str, typer.Argument(metavar="STEPS", help="Steps a second, a day each with daily bars; 0 is no limit.")
]
_STRATEGY = Annotated[str, typer.Argument(metavar="NAME", help="As 'trade2026 strategies' lists them.")]
_RUN = Annotated[str, typer.Argument(metavar="RUN", help="As 'trade2026 strategy list' shows it.")]
_ACCOUNT = Annotated[str, typer.Option("--account", metavar="ID", help="The account it trades on.")]
_PARAM = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="A parameter; repeat.")
]
_LINES = Annotated[str, typer.Option("--lines", "-n", metavar="COUNT", help="The last so many lines.")]


def add_control(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    """Add the commands to the application."""
    _add_feed(app, sessions)
    _add_strategy(app, sessions)


def _add_feed(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    feed_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 feed pause"))
    app.add_typer(feed_app, name="feed")

    @feed_app.callback()
    def feed() -> None:
        """Look at the replay of market data, and steer it."""

    @feed_app.command(epilog=examples("trade2026 feed show"))
    def show(url: Url = "", json: options.Json = False) -> None:
        """Say what it is doing."""
        with sessions().client(url) as client:
            _say_feed(client.feed(), json)

    @feed_app.command(epilog=examples("trade2026 feed play"))
    def play(url: Url = "", json: options.Json = False) -> None:
        """Let it go on."""
        with sessions().client(url) as client:
            _say_feed(client.play(), json)

    @feed_app.command(epilog=examples("trade2026 feed pause"))
    def pause(url: Url = "", json: options.Json = False) -> None:
        """Stop it where it is."""
        with sessions().client(url) as client:
            _say_feed(client.pause(), json)

    @feed_app.command(epilog=examples("trade2026 feed step"))
    def step(url: Url = "", json: options.Json = False) -> None:
        """Let it take one step while it is paused."""
        with sessions().client(url) as client:
            _say_feed(client.step(), json)

    @feed_app.command(epilog=examples("trade2026 feed speed 5"))
    def speed(steps: _SPEED, url: Url = "", json: options.Json = False) -> None:
        """Set how many steps it takes a second."""
        try:
            number = float(steps)
        except ValueError:
            raise InputError(f"STEPS must be a number, was {steps!r}") from None
        with sessions().client(url) as client:
            _say_feed(client.set_speed(number), json)


def _say_feed(found: "Feed", as_json: bool) -> None:
    if as_json:
        say_plain(found)
        return
    rows = [
        ("Feed", f"{found.kind or '-'} of {found.data or '-'}, {found.state or 'unknown'}"),
        ("Now", "-" if found.now is None else found.now.text),
        ("Speed", "-" if found.speed is None else f"{found.speed:g} steps a second"),
    ]
    for line in labeled(rows):
        say(line)
    if not found.connected:
        note("the trading core does not answer; this is as last heard")
    if found.error:
        note(found.error)


def _add_strategy(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    strategy_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 strategy list"))
    app.add_typer(strategy_app, name="strategy")

    @strategy_app.callback()
    def strategy() -> None:
        """Start strategies on the running desk, look at them, stop them."""

    @strategy_app.command(epilog=examples("trade2026 strategy start momentum --account PAPER --param top=3"))
    def start(
        name: _STRATEGY, account: _ACCOUNT = "", param: _PARAM = None, url: Url = "",
        json: options.Json = False,
    ) -> None:  # fmt: skip
        """Start a strategy; prints the name of the run."""
        with sessions().client(url) as client:
            chosen = account or only_account(client)
            run = client.start_strategy(name, chosen, dict(pairs("--param", param)))
        if json:
            say_plain(run)
        else:
            say(run.run_id)
            note(f"{run.state} on {run.account_id}; 'trade2026 strategy log {run.run_id}' shows what it says")

    @strategy_app.command(epilog=examples("trade2026 strategy stop momentum-1"))
    def stop(run: _RUN, reason: _REASON = "", url: Url = "", json: options.Json = False) -> None:
        """Stop a run: it may trade no more, its orders are canceled, its process ends."""
        with sessions().client(url) as client:
            found = client.stop_strategy(run, reason)
        if json:
            say_plain(found)
        else:
            say(f"{found.run_id} is {found.state}.")

    _add_looks(strategy_app, sessions)


def _add_looks(strategy_app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    @strategy_app.command(name="list", epilog=examples("trade2026 strategy list --json"))
    def list_runs(url: Url = "", json: options.Json = False) -> None:
        """List the runs, the one started last first."""
        with sessions().client(url) as client:
            found = client.strategy_runs()
        _say_runs(found, json)

    @strategy_app.command(epilog=examples("trade2026 strategy log momentum-1 -n 20"))
    def log(run: _RUN, lines: _LINES = "100", url: Url = "", json: options.Json = False) -> None:
        """Show what a run said."""
        with sessions().client(url) as client:
            found = client.strategy_log(run, after=-1, limit=whole("--lines", lines))
        if not found and not json:
            note("none")
        for each in found:
            if json:
                say_plain(each)
            else:
                say(f"{each.ts.text} {each.text}")


def _say_runs(found: "Rows[StrategyRun]", as_json: bool) -> None:
    if as_json:
        for each in found:
            say_plain(each)
        return
    if not found:
        note("none")
        return
    head = ("run", "state", "account", "started", "orders", "fills", "realized")
    rows = [
        (
            each.run_id, each.state, each.account_id, each.started.text, str(each.orders),
            str(each.fills),
            " ".join(f"{value} {name}" for name, value in each.realized.items()) or "0",
        )
        for each in found
    ]  # fmt: skip
    for line in table(head, rows, right=("orders", "fills", "realized")):
        say(line)
    for each in found:
        if each.error:
            note(f"{each.run_id}: {each.error}")
