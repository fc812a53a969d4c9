"""Who the command line is on a running desk: `trade2026 login` and `logout`, and the client the rest use.

Tokens are in `desk/client-token` of the home folder, readable by its owner alone. The refresh token is used
up by every use, so whoever renews holds a lock on the file.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from trade2026.application.desk import Desk
from trade2026.cli.output import examples, note, say, say_json
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.time import SECOND_NS

if TYPE_CHECKING:
    from trade2026.client import Client
    from trade2026.client.results.desk import Tokens

FILE: Final = "desk/client-token"
PORT_VARIABLE: Final = "TRADE2026_PORT"
_DEFAULT_PORT: Final = "8026"
TIMEOUT_S: Final = 15.0
PATIENCE_S: Final = 30.0
"""How long one request may take, and how long it is tried again."""

LOGIN_PATIENCE_S: Final = 5.0
"""The same of a login: a desk that starts a process again is back by then; a wrong address is told soon."""

_EARLY_NS: Final = 60 * SECOND_NS

Url = Annotated[
    str,
    typer.Option(
        "--url", metavar="URL", help="Where the desk is; else where one logged in, else this machine's."
    ),
]
_NAME = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]


class NotLoggedIn(InputError):
    """Nobody is logged in, or the login has ended."""


class Kept(msgspec.Struct, frozen=True):
    """A session as it is kept; `ends` is when the access token does, UTC nanoseconds."""

    url: str
    name: str
    access_token: str
    refresh_token: str
    ends: int

    def __repr__(self) -> str:
        return f"Kept({self.url!r}, {self.name!r})"


class Sessions:
    """The session of a home folder.

    Parameters
    ----------
    desk : Desk
        Tells the folder, the time, and where the desk of this machine is.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def path(self) -> Path:
        """Where tokens are kept."""
        return Path(self._desk.services.home) / FILE

    @property
    def kept_url(self) -> str | None:
        """Where somebody is logged in; None where nobody is."""
        kept = self._read()
        return None if kept is None else kept.url

    def url(self, given: str) -> str:
        """The address asked for: as given, where one logged in, or the desk of this machine."""
        if given:
            return given.rstrip("/")
        kept = self._read()
        return kept.url if kept is not None else self.local_url()

    def local_url(self) -> str:
        """The desk of this home folder where it is up, else the port that the environment names."""
        found = self._desk.supervision.status()
        if found is not None:
            return found.address
        return f"http://127.0.0.1:{os.environ.get(PORT_VARIABLE, '') or _DEFAULT_PORT}"

    def log_in(self, url: str, name: str, password: str) -> "Tokens":
        """Begin a session and keep it; one that was kept before ends."""
        from trade2026.client import Client

        with (
            Client(url, name=name, password=password, patience_s=LOGIN_PATIENCE_S) as client,
            self._locked(),
        ):
            tokens = client.login()
            client.keep_session()
            self._write(url, tokens)
        return tokens

    def log_out(self) -> str | None:
        """End the session that is kept; the name it was of, None where there was none."""
        from trade2026.client import Client
        from trade2026.client.errors import LoginNeeded

        with self._locked():
            kept = self._read()
            if kept is None:
                return None
            try:
                with (
                    suppress(LoginNeeded),  # It had ended already.
                    Client(kept.url, token=kept.access_token, refresh_token=kept.refresh_token) as client,
                ):
                    client.logout()
            finally:
                self.path.unlink(missing_ok=True)
        return kept.name

    @contextmanager
    def client(
        self, given: str, *, timeout_s: float = TIMEOUT_S, patience_s: float = PATIENCE_S
    ) -> "Iterator[Client]":
        """A client that is logged in; raises NotLoggedIn where nobody is."""
        from trade2026.client import Client
        from trade2026.client.errors import LoginNeeded

        url = self.url(given)
        with self._locked():
            kept = self._read()
            if kept is None or kept.url != url:
                raise NotLoggedIn(f"nobody is logged in at {url}; 'trade2026 login NAME' does that")
            if kept.ends - self._desk.services.clock.now_ns() < _EARLY_NS:
                kept = self._renew(kept, timeout_s, patience_s)
        try:
            with Client(url, token=kept.access_token, timeout_s=timeout_s, patience_s=patience_s) as client:
                yield client
        except LoginNeeded:  # Ended from elsewhere: another password, a log-out, new keys.
            raise _ended(kept) from None

    def _renew(self, kept: Kept, timeout_s: float, patience_s: float) -> Kept:
        from trade2026.client import Client
        from trade2026.client.errors import LoginNeeded

        try:
            with Client(
                kept.url, token=kept.access_token, refresh_token=kept.refresh_token, timeout_s=timeout_s,
                patience_s=patience_s,
            ) as client:  # fmt: skip
                client.token(newer_than=kept.access_token)
                tokens = client.tokens
        except LoginNeeded:
            raise _ended(kept) from None
        assert tokens is not None, "renewed"
        return self._write(kept.url, tokens)

    # ---------------------------------------------------------------------------------------- the file

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """While inside, no other command reads or writes the file."""
        path = self.path.with_name(self.path.name + ".lock")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._trouble(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> Kept | None:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._trouble(error) from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{self.path} cannot be used: {error}; remove it and log in") from None

    def _write(self, url: str, tokens: "Tokens") -> Kept:
        ends = self._desk.services.clock.now_ns() + tokens.expires_in * SECOND_NS
        kept = Kept(url, tokens.user.name, tokens.access_token, tokens.refresh_token, ends)
        temporary = self.path.with_name(self.path.name + ".tmp")
        try:
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(kept))
            temporary.replace(self.path)
        except OSError as error:
            raise self._trouble(error) from error
        return kept

    def _trouble(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(f"{self.path} cannot be used: {error.strerror}; check the folder")


def _ended(kept: Kept) -> NotLoggedIn:
    return NotLoggedIn(f"the login has ended; 'trade2026 login {kept.name}' begins another")


def add_session(app: typer.Typer, sessions: Callable[[], Sessions]) -> None:
    """Add the commands to the application."""

    @app.command(epilog=examples("trade2026 login admin", "trade2026 login ann --url https://desk.example"))
    def login(name: _NAME, url: Url = "") -> None:
        """Log in to a running desk; the password is asked for, or read from standard input."""
        found = sessions()
        where = url.rstrip("/") or found.local_url()
        tokens = found.log_in(where, name, _ask_password())
        say(f"Logged in at {where} as {tokens.user.name}, {tokens.user.role}.")
        if tokens.must_change_password:
            note(f"change the password: on the page, or with 'trade2026 user password {name}'")

    @app.command(epilog=examples("trade2026 logout"))
    def logout() -> None:
        """End the session of the command line."""
        name = sessions().log_out()
        say("Nobody was logged in." if name is None else f"{name} is logged out.")


def _ask_password() -> str:
    """Typed without an echo; or the first line of standard input, for scripts."""
    if sys.stdin.isatty():
        text: str = typer.prompt("Password", hide_input=True, err=True)
        return text
    line = sys.stdin.readline().removesuffix("\n")
    if not line:
        raise InputError("no password: give it as one line of standard input")
    return line


def only_account(client: "Client") -> str:
    """The account that is meant where none is named; raises InputError where there is not just one."""
    found = [each.account_id for each in client.accounts()]
    if len(found) != 1:
        raise InputError(f"--account must be given, one of {', '.join(found) or 'none that you may see'}")
    return found[0]


def say_plain(value: Any) -> None:
    """One line of JSON as the desk's interface has it."""
    from trade2026.client.values import to_plain

    say_json(to_plain(value))
