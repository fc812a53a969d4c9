"""When subscriptions are told of a change: all of one rate at the same moment, so that they share frames."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Paced(Protocol):
    """A subscription that is sent generations of its topic."""

    target: int


class Pace:
    """Subscriptions of one topic at one rate.

    A change is passed on at once when the last was long enough ago, else when it is: a quiet topic has no
    delay and no timer, a busy one is flushed `hz` times a second.

    Parameters
    ----------
    hz : float
        Flushes a second at most.
    generation : callable
        The topic's generation now.
    """

    def __init__(
        self,
        hz: float,
        generation: Callable[[], int],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.members: dict[Paced, Callable[[], None]] = {}
        self._interval = 1.0 / hz
        self._generation = generation
        self._loop = loop
        self._flushed_at = -self._interval
        self._planned_at = 0.0
        self._timer: asyncio.Handle | None = None

    def changed(self) -> None:
        """The topic has a new generation."""
        if self._timer is not None or not self.members:
            return
        now = self._loop.time()
        self._planned_at = max(now, self._flushed_at + self._interval)
        if self._planned_at > now:
            self._timer = self._loop.call_at(self._planned_at, self._flush)
        else:
            self._timer = self._loop.call_soon(self._flush)  # Behind what else is published in this turn.

    def close(self) -> None:
        """Never flush again."""
        if self._timer is not None:
            self._timer.cancel()

    def _flush(self) -> None:
        self._timer = None
        now = self._loop.time()
        # A timer that fires a little late does not shift the beat; one that fires very late does not rush.
        self._flushed_at = self._planned_at if now - self._planned_at < self._interval / 2 else now
        target = self._generation()
        for member, wake in self.members.items():
            member.target = target
            wake()
