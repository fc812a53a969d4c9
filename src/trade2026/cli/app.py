"""The `trade2026` command: its parts joined, and every error turned into a line and an exit code."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

import trade2026
from trade2026.application.desk import Desk
from trade2026.cli.analyses import add_analyses
from trade2026.cli.backtest import add_backtest
from trade2026.cli.backups import add_backups
from trade2026.cli.desk import add_desk
from trade2026.cli.interrupt import INTERRUPTED
from trade2026.cli.journal import add_journal
from trade2026.cli.listings import add_listings
from trade2026.cli.output import examples, note, say
from trade2026.cli.prism import add_prism
from trade2026.cli.trading import add_trading
from trade2026.cli.users import add_users
from trade2026.primitives.build import is_compiled
from trade2026.primitives.errors import InputError, IntegrityError, OperatingError, Trade2026Error

NAME: Final = "trade2026"
EXIT_CODES: Final[tuple[tuple[type[Trade2026Error], int], ...]] = (
    (InputError, 2),
    (OperatingError, 3),
    (IntegrityError, 4),
)
"""What a command ends with, by the kind of error; 1 is a result that says no, 130 is Ctrl-C."""

DENIED: Final = 1
"""And for the rest: a login that failed, a role that is too low."""

_VERSION = Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)]


def build_app(desk: Desk) -> typer.Typer:
    """The whole command line over a desk."""
    app = typer.Typer(
        name=NAME,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
        epilog=examples("trade2026 up", "trade2026 backtest momentum --data sp500"),
    )

    @app.callback(invoke_without_command=True)
    def root(version: _VERSION = False) -> None:
        """A trading desk: research, backtest, risk, orders, ledger. Data goes to TRADE2026_HOME."""
        if version:
            build = " (compiled)" if is_compiled() else ""
            say(f"{NAME} {trade2026.__version__}{build}")
            raise typer.Exit

    add_desk(app, desk)
    add_trading(app, desk)
    add_users(app, desk.administration)
    add_backtest(app, desk)
    add_analyses(app, desk)
    add_listings(app, desk)
    add_journal(app, desk)
    add_backups(app, desk)
    add_prism(app, desk)
    return app


def run(desk: Desk, arguments: Sequence[str]) -> int:
    """Run one command line; gives the exit code. Only what nobody foresaw is raised."""
    command = typer.main.get_command(build_app(desk))
    try:
        code = command.main(args=list(arguments), prog_name=NAME, standalone_mode=False)
    except TyperException as error:
        text = error.format_message()
        if text:  # Help for want of arguments has printed itself.
            note(f"error: {text[:1].lower()}{text[1:]}")
            note(f"see '{_path(error)} --help'")
        return error.exit_code
    except SystemExit as error:  # So Typer leaves when stdout is closed, and in no other case.
        raise BrokenPipeError from error
    except typer.Abort:
        return INTERRUPTED
    except Trade2026Error as error:
        note(f"error: {error}")
        return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), DENIED)
    return code if isinstance(code, int) else 0


def _path(error: TyperException) -> str:
    """The command that was misused, as far as it is known."""
    context = getattr(error, "ctx", None)
    return NAME if context is None else str(context.command_path)
