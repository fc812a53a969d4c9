"""A line to the core for who cannot wait a turn of the event loop for an answer that is there."""

from typing import Protocol

from trade2026.ports.core_link import Answer, CoreClient, Intent
from trade2026.primitives.errors import OperatingError


class Heard(Protocol):
    """Takes the answer to an `ask_then`, or what keeps it from being known; must not raise."""

    def __call__(self, answer: Answer | OperatingError) -> None:
        """Called once, in the event loop of who asked."""
        ...


class QuickCoreClient(CoreClient, Protocol):
    """`CoreClient` that also tells its answers in the turn in which they come."""

    def ask_then(self, intents: tuple[Intent, ...], heard: Heard) -> None:
        """As `ask`; raises what that raises as long as nothing was sent."""
        ...
