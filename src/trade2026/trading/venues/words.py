"""What a session is set up with and leans on."""

from typing import Final, Protocol

import msgspec

from trade2026.model.commands import Command
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.sequencer import Answer
from trade2026.trading.venues.outbox import OutboxLimits


class SessionConfig(msgspec.Struct, frozen=True):
    """How a session keeps time; durations in nanoseconds.

    Attributes
    ----------
    answer_timeout_ns : int
        A request without an answer for so long is of unknown outcome; a query fails.
    check_every_ns, holdings_every_ns, clock_every_ns : int
        How often open orders and executions, holdings, and the clocks are compared.
    grace_ns : int
        How old what a query tells must be before the stream is said to have left it out.
    retry_min_ns, retry_max_ns : int
        Bounds of the pause before the next attempt to connect, which doubles and is drawn.
    paused_retry_ns : int
        How often a paused session compares again by itself.
    passes_max : int
        Passes that may change something before a reconciliation counts as failed.
    first_since_ns : int
        From when on the first reconciliation of a start asks history, by the venue's clock; 0 for all of it.
    """

    answer_timeout_ns: int = 2 * SECOND_NS
    check_every_ns: int = 2 * SECOND_NS
    holdings_every_ns: int = 30 * SECOND_NS
    clock_every_ns: int = 10 * SECOND_NS
    grace_ns: int = SECOND_NS
    retry_min_ns: int = SECOND_NS // 4
    retry_max_ns: int = 30 * SECOND_NS
    paused_retry_ns: int = 15 * SECOND_NS
    passes_max: int = 5
    first_since_ns: int = 0
    outbox: OutboxLimits = OutboxLimits()


DEFAULT_CONFIG: Final = SessionConfig()


class Writer(Protocol):
    """The one writer of the journal, as `BatchingSequencer` is."""

    @property
    def is_open(self) -> bool:
        """Whether anything can be handed in."""
        ...

    def post(self, command: Command) -> Answer:
        """Hand a command in; the answer is its events, once durable."""
        ...

    def tell(self, command: Command) -> None:
        """Hand a command in without waiting for an answer."""
        ...


class Draw(Protocol):
    """Uniform draws from a seeded generator."""

    def random(self) -> float:
        """The next number on [0, 1)."""
        ...
