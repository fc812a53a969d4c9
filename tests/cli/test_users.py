"""`trade2026 user`: what it prints, what it refuses, and that the password is asked for and never shown."""

import io
import json
from typing import Any, cast

import pytest
import typer
from typer.testing import CliRunner

from tests.application.identity.fakes import (
    PASSWORD,
    Draws,
    FakeClock,
    FastHasher,
    MemoryFolder,
    MemoryStorage,
    World,
)
from trade2026.application.identity.administration import UserAdministration
from trade2026.cli.users import add_users
from trade2026.primitives.errors import InputError


class Users:
    """The commands over a folder in memory."""

    def __init__(self) -> None:
        self.folder = MemoryFolder()
        self.world = World(self.folder)
        self.app = typer.Typer()
        add_users(self.app, self.open)

    def open(self) -> UserAdministration:
        return UserAdministration(
            cast(Any, MemoryStorage(self.folder)), FakeClock(), Draws("cli"), FastHasher()
        )

    def __call__(self, *arguments: str, given: str = "") -> Any:
        result = CliRunner().invoke(self.app, ["user", *arguments], input=given, prog_name="trade2026")
        assert PASSWORD not in result.output
        return result

    def error(self, *arguments: str, given: str = "") -> str:
        error = self(*arguments, given=given).exception
        assert isinstance(error, InputError)
        return str(error)


@pytest.fixture
def users():
    return Users()


def can_log_in(users: Users, name: str, password: str) -> bool:
    import asyncio

    from trade2026.primitives.errors import AuthenticationFailed

    try:
        asyncio.run(users.world.restarted().identity.login(name, password, "198.51.100.9"))
    except AuthenticationFailed:
        return False
    return True


def test_a_user_is_added_with_a_password_from_standard_input(users):
    result = users(
        "add", "ada", "--role", "trader", "--account", "PAPER", "--account", "B", given=PASSWORD + "\n"
    )
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "ada is added as trader" in result.stderr
    assert can_log_in(users, "ada", PASSWORD)
    (ada,) = [user for user in users.open().users() if user.name == "ada"]
    assert (ada.accounts, ada.must_change_password) == (("B", "PAPER"), False)


def test_a_password_made_up_is_the_whole_output(users):
    result = users("add", "ada", "--generate")
    made = result.stdout.removesuffix("\n")
    assert len(made) == 23
    assert can_log_in(users, "ada", made)
    (ada,) = [user for user in users.open().users() if user.name == "ada"]
    assert (ada.role.value, ada.accounts, ada.must_change_password) == ("viewer", ("*",), True)


def test_a_lost_admin_password_is_set_anew_and_the_first_file_goes(users):
    assert "first-login.txt" in users.folder.files
    result = users("password", "admin", given=PASSWORD + "\n")
    assert result.exit_code == 0
    assert "every session of theirs has ended" in result.stderr
    assert can_log_in(users, "admin", PASSWORD)
    assert "first-login.txt" not in users.folder.files


def test_a_disabled_user_is_enabled_by_a_new_password(users):
    import asyncio

    users("add", "ada", given=PASSWORD + "\n")
    asyncio.run(users.world.identity.look())
    asyncio.run(users.world.identity.change_user("ada", disabled=True))
    made = users("password", "ada", "--generate").stdout.strip()
    assert can_log_in(users, "ada", made)


def test_users_are_listed_in_words_and_as_json(users):
    users("add", "ada", "--account", "PAPER", given=PASSWORD + "\n")
    lines = users("list").stdout.splitlines()
    assert lines[0].split() == ["name", "role", "accounts", "state", "created"]
    assert lines[1].split()[:4] == ["ada", "viewer", "PAPER", "enabled"]
    assert "must change password" in lines[2]
    rows = [json.loads(line) for line in users("list", "--json").stdout.splitlines()]
    assert [row["name"] for row in rows] == ["ada", "admin"]
    assert "fast$" not in users("list", "--json").stdout
    assert "first-login.txt" in users("list").stderr


def test_a_user_is_removed_after_a_question(users):
    users("add", "ada", given=PASSWORD + "\n")
    assert users("remove", "ada", given="n\n").exit_code != 0
    assert len(users.open().users()) == 2
    assert users("remove", "ada", given="y\n").exit_code == 0
    assert len(users.open().users()) == 1
    users("add", "ada", given=PASSWORD + "\n")
    assert users("remove", "ada", "--yes").exit_code == 0
    assert len(users.open().users()) == 1


@pytest.mark.parametrize(
    ("arguments", "given", "text"),
    [
        (("add", "Ada"), "", "user name must"),
        (("add", "admin"), "", "there already"),
        (("add", "ada", "--role", "root"), "", "--role must be one of viewer, trader, operator, admin"),
        (("add", "ada", "--account", "a b"), "", "account must"),
        (("add", "ada"), "", "no password"),
        (("add", "ada"), "short\n", "12 to 128"),
        (("password", "bob"), "", "no user 'bob'"),
        (("password", "admin"), "password1234\n", "commonest"),
        (("remove", "bob", "--yes"), "", "no user 'bob'"),
        (("remove", "admin", "--yes"), "", "must keep the role admin"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(users, arguments, given, text):
    before = users.folder.files["users.json"]
    assert text in users.error(*arguments, given=given)
    assert users.folder.files["users.json"] == before


def test_a_password_is_typed_twice_without_an_echo_at_a_terminal(users, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[dict[str, Any]] = []

    def prompt(text: str, **how: Any) -> str:
        asked.append(how)
        return PASSWORD

    monkeypatch.setattr("trade2026.cli.users.typer.prompt", prompt)
    monkeypatch.setattr("trade2026.cli.users.sys", type("System", (), {"stdin": Terminal()}))
    assert users("password", "admin").exit_code == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": True, "err": True}]
    assert can_log_in(users, "admin", PASSWORD)


@pytest.mark.parametrize("command", [(), ("add",), ("list",), ("password",), ("remove",)])
def test_every_command_has_help_with_an_example(users, command):
    result = users(*command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
