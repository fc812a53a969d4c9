"""Starting, watching and stopping the desk's processes, as the command line and the web see it."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Protocol

import msgspec

from trade2026.application.prism.settings import PrismChanges


class RoleState(StrEnum):
    """What a process of the desk is doing."""

    WAITING = "WAITING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    RESTARTING = "RESTARTING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    FAILED = "FAILED"


class RoleStatus(msgspec.Struct, frozen=True):
    """One process.

    Attributes
    ----------
    role : str
        "core", "runner", "web".
    pid : int
        Of the process; 0 while there is none.
    started_ns : int
        When it was started, UTC nanoseconds; 0 while there is none.
    restarts : int
        How often it was started again since the desk is up.
    text : str
        Why it is not running; "" otherwise.
    """

    role: str
    state: RoleState
    pid: int
    started_ns: int
    restarts: int
    text: str


class DeskStatus(msgspec.Struct, frozen=True):
    """The desk as its supervisor sees it; `address` is where a browser finds it."""

    pid: int
    started_ns: int
    address: str
    roles: tuple[RoleStatus, ...]


class DeskUp(msgspec.Struct, frozen=True):
    """A desk that answers.

    Attributes
    ----------
    was_up : bool
        Whether it had been started before.
    first_login : str
        What the file with the first login says; "" once the password has been changed.
    first_login_file : str
        Path of that file.
    """

    address: str
    was_up: bool
    first_login: str
    first_login_file: str
    status: DeskStatus


Tell = Callable[[str], None]
"""Takes a sentence about progress."""


class Supervision(Protocol):
    """The processes of the desk on this machine."""

    def up(self, host: str | None, port: int | None, tell: Tell, market: str = "") -> DeskUp:
        """Start the desk in the background and wait until it answers; one that is up is left as it is.

        `market` is what a new desk trades on, one of `application.live.beginning.MARKETS`; "" for the first.

        Raises
        ------
        InputError
            Host or port cannot be used, or the desk is not new and trades on another market.
        OperatingError
            The port is in use, or the desk did not come up; the message has the end of its log.
        """
        ...

    def run_in_foreground(self, host: str | None, port: int | None, tell: Tell, market: str = "") -> int:
        """Be the supervisor until told to stop; the exit code."""
        ...

    def down(self, tell: Tell) -> bool:
        """Stop everything in order and wait for it; False where nothing was up."""
        ...

    def status(self) -> DeskStatus | None:
        """How the processes are; None where the desk is not up."""
        ...

    def restart(self, role: str) -> None:
        """Have one process ended and started again. InputError for a role that is none."""
        ...

    def log(self, role: str, lines: int, follow: bool) -> Iterator[str]:
        """The last lines of a role's log, or of all merged by time for ""; with `follow` what comes then,
        for ever.
        """
        ...

    def run_role(self, role: str, name: str = "") -> int:
        """Be one of the processes, without a supervisor; its exit code."""
        ...

    def run_prism(self, changes: PrismChanges) -> int:
        """Be the simulated market as its folder says but for the changes; its exit code."""
        ...

    def roles(self) -> tuple[str, ...]:
        """Names of the processes."""
        ...
