"""The decisions of one ask, gathered from the sequencer and from whoever else answers."""

import asyncio
from typing import Final, Protocol

from trade2026.model.events import Event
from trade2026.ports.core_link import Answered, Decision, Intent
from trade2026.primitives.errors import Trade2026Error
from trade2026.trading.sender import Sender

_NO_DECISIONS: Final = Decision(())


class Poster(Protocol):
    """What an ask is made to: the desk."""

    @property
    def durable_seq(self) -> int:
        """Number of the last durable frame."""
        ...

    def post(self, intent: Intent, sender: Sender) -> "asyncio.Future[tuple[Event, ...]] | Decision | None":
        """Post the command of an intent, whose sender is told; else what to wait for, or the answer."""
        ...


class Gathering:
    """Collects the decisions of one ask, whichever order they come in."""

    __slots__ = ("_answered", "_decisions", "_desk", "_left")

    def __init__(self, desk: Poster, intents: tuple[Intent, ...], answered: Answered) -> None:
        self._desk = desk
        self._answered = answered
        self._decisions: list[Decision] = [_NO_DECISIONS] * len(intents)
        self._left = len(intents) + 1
        for index, intent in enumerate(intents):
            place = _Place(self, index)
            posted = desk.post(intent, place)
            if isinstance(posted, Decision):
                self.put(index, posted)
            elif posted is not None:
                posted.add_done_callback(place.take)
        self.put(None, _NO_DECISIONS)

    def put(self, index: int | None, decision: Decision) -> None:
        """One decision more; the last of them is followed by the answer."""
        if index is not None:
            self._decisions[index] = decision
        self._left -= 1
        if self._left == 0:
            self._answered(self._desk.durable_seq, tuple(self._decisions))


class _Place:
    """Waits for one decision of an ask; told by the sequencer, without a future and a turn for each."""

    __slots__ = ("_gathering", "_index")

    def __init__(self, gathering: Gathering, index: int) -> None:
        self._gathering = gathering
        self._index = index

    def done(self) -> bool:
        """It is told once."""
        return False

    def set_result(self, result: tuple[Event, ...]) -> None:
        """What was decided."""
        self._gathering.put(self._index, Decision(result))

    def set_exception(self, exception: Trade2026Error) -> None:
        """Why nothing was."""
        self._gathering.put(self._index, failed(exception))

    def take(self, answer: "asyncio.Future[tuple[Event, ...]]") -> None:
        """The same from a future."""
        error = answer.exception()
        if error is None:
            self.set_result(answer.result())
        else:
            assert isinstance(error, Trade2026Error), error
            self.set_exception(error)


def failed(error: Trade2026Error) -> Decision:
    """What an error of the desk is as a decision."""
    return Decision((), str(error), bool(getattr(error, "retryable", False)))
