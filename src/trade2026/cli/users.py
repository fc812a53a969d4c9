"""`trade2026 user add|list|password|remove`: who may log in to the desk, whether it is up or down."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from trade2026.application.identity.administration import DEFAULT_ACCOUNTS, UserAdministration
from trade2026.application.identity.roles import Role
from trade2026.application.identity.users import User
from trade2026.cli import options
from trade2026.cli.output import examples, note, say, say_json, table
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

_NAME = Annotated[str, typer.Argument(metavar="NAME", help="The user's name, as given at the log-in.")]
_ROLE = Annotated[
    str, typer.Option("--role", metavar="ROLE", help=f"One of {', '.join(role.value for role in Role)}.")
]
_ACCOUNTS = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="ID", help="An account they may see and trade; repeat; * is all."),
]
_GENERATE = Annotated[bool, typer.Option("--generate", help="Make a password up and print it.")]
_YES = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def add_users(app: typer.Typer, administration: Callable[[], UserAdministration]) -> None:
    """Add the commands to the application; `administration` opens the desk's list when one runs."""
    user_app = typer.Typer(no_args_is_help=True, epilog=examples("trade2026 user list"))
    app.add_typer(user_app, name="user")

    @user_app.callback()
    def user() -> None:
        """Add, list and remove users, and set passwords; a running desk hears of it at once."""

    @user_app.command(
        epilog=examples(
            "trade2026 user add ada --role trader --account PAPER", "trade2026 user add bob --generate"
        )
    )
    def add(
        name: _NAME, role: _ROLE = Role.VIEWER.value, account: _ACCOUNTS = None, generate: _GENERATE = False
    ) -> None:
        """Add a user. The password is asked for, or read from standard input where that is no terminal."""
        _add(administration(), name, _role(role), tuple(account or DEFAULT_ACCOUNTS), generate=generate)

    @user_app.command(name="list", epilog=examples("trade2026 user list", "trade2026 user list --json"))
    def list_users(json: options.Json = False) -> None:
        """List users with their roles and accounts."""
        _list(administration(), as_json=json)

    @user_app.command(
        epilog=examples("trade2026 user password ada", "trade2026 user password admin --generate")
    )
    def password(name: _NAME, generate: _GENERATE = False) -> None:
        """Set a user's password, also a lost one. Enables the user, and ends every session of theirs."""
        users = administration()
        found = users.require(name)
        chosen = users.make_password() if generate else _ask_password()
        users.set_password(found.name, chosen, must_change=generate)
        _tell(
            f"password of {found.name} is set; every session of theirs has ended",
            chosen if generate else None,
        )

    @user_app.command(epilog=examples("trade2026 user remove ada"))
    def remove(name: _NAME, yes: _YES = False) -> None:
        """Remove a user and end their sessions. What they did stays in the journal."""
        users = administration()
        found = users.require(name)
        if not yes and not typer.confirm(f"Remove {found.name} ({found.role.value})?", err=True):
            raise typer.Abort
        users.remove(found.name)
        note(f"{found.name} is removed")


def _add(
    users: UserAdministration, name: str, role: Role, accounts: tuple[str, ...], *, generate: bool
) -> None:
    users.check_new(name, accounts)
    chosen = users.make_password() if generate else _ask_password()
    added = users.add(name, role, accounts, chosen, must_change=generate)
    _tell(f"{added.name} is added as {added.role.value}", chosen if generate else None)


def _list(users: UserAdministration, *, as_json: bool) -> None:
    found = users.users()
    if as_json:
        for each in found:
            say_json(_as_json(each))
        return
    if not found:
        note("no users yet: the first start of the desk makes one")
        return
    rows = [
        (each.name, each.role.value, " ".join(each.accounts), _state(each), format_ns(each.created)[:10])
        for each in found
    ]
    for line in table(("name", "role", "accounts", "state", "created"), rows):
        say(line)
    if users.first_login_file is not None:
        note(f"the first password is in {users.first_login_file}")


def _as_json(user: User) -> dict[str, Any]:
    return {
        "name": user.name, "role": user.role.value, "accounts": list(user.accounts),
        "disabled": user.disabled, "must_change_password": user.must_change_password,
        "created": format_ns(user.created), "password_changed": format_ns(user.password_changed),
    }  # fmt: skip


def _state(user: User) -> str:
    if user.disabled:
        return "disabled"
    return "must change password" if user.must_change_password else "enabled"


def _tell(text: str, generated: str | None) -> None:
    """What was done goes beside the result; the result is the password that was made up, if one was."""
    note(text)
    if generated is not None:
        say(generated)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InputError(
            f"--role must be one of {', '.join(role.value for role in Role)}, was {text!r}"
        ) from None


def _ask_password() -> str:
    """Typed twice without an echo; or the first line of standard input, for scripts."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            raise InputError("no password: give it as one line of standard input, or use --generate")
        return line.removesuffix("\n")
    text: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return text
