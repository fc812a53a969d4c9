"""Who hands a command in and is told what became of it."""

from typing import Protocol

from trade2026.model.events import Event
from trade2026.primitives.errors import Trade2026Error


class Sender(Protocol):
    """Who waits for a command: a future, or what counts the answers of many without a future for each."""

    def done(self) -> bool:
        """Whether it waits no more."""
        ...

    def set_result(self, result: tuple[Event, ...], /) -> None:
        """The command's events, which are durable; must not raise."""
        ...

    def set_exception(self, exception: Trade2026Error, /) -> None:
        """Why there are none; must not raise."""
        ...
