"""Child processes: each does one piece of work whose code is a user's, and tells about it line by line."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol


class Child(Protocol):
    """One process; it ends by itself when the process that started it is gone."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    def lines(self) -> AsyncIterator[bytes]:
        """Lines it reports, without their ends; ends when it closes its end, or with the process."""
        ...

    async def wait(self) -> int:
        """Its exit code once it has ended; negative for a signal."""
        ...

    def write(self, line: bytes) -> None:
        """Write a line to its standard input; nothing when it has ended."""
        ...

    def interrupt(self) -> None:
        """Ask it to end in good order (SIGINT); nothing when it has ended."""
        ...

    def terminate(self) -> None:
        """End it (SIGTERM); nothing when it has ended."""
        ...

    def kill(self) -> None:
        """End it, whatever it does (SIGKILL); nothing when it has ended."""
        ...

    def last_words(self) -> str:
        """The end of what it wrote to its standard error; at most a few kilobytes."""
        ...


class Children(Protocol):
    """Starts children."""

    async def start(self, *arguments: str, background: bool = False) -> Child:
        """Start "ROLE ID" as a process of its own; in the background it gets only time that nobody else
        wants. Raises OperatingError.
        """
        ...


class HeldChildren(Children, Protocol):
    """Those in the background stand still while the desk is busy."""

    def watch(self, told: Callable[[bool], None]) -> None:
        """Have it told when they begin to stand still (True), and when they go on (False)."""
        ...
