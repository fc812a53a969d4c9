"""When a change is passed on: at once in the quiet, at a steady beat while much happens."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Paced(Protocol):
    """A subscription that is sent generations of its topic."""

    target: int


class Throttle:
    """Calls something after changes, so many times a second at most.

    A change is passed on at once when the last was long enough ago, else when it is: in the quiet there is no
    delay and no timer.

    Parameters
    ----------
    hz : float
        Calls a second at most.
    act : callable
        What to call.
    """

    def __init__(self, hz: float, act: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        self._interval = 1.0 / hz
        self._act = act
        self._loop = loop
        self._acted_at = -self._interval
        self._planned_at = 0.0
        self._timer: asyncio.Handle | None = None

    def changed(self) -> None:
        """There is something to pass on."""
        if self._timer is not None:
            return
        now = self._loop.time()
        self._planned_at = max(now, self._acted_at + self._interval)
        if self._planned_at > now:
            self._timer = self._loop.call_at(self._planned_at, self._fire)
        else:
            self._timer = self._loop.call_soon(self._fire)  # Behind what else changes in this turn.

    def close(self) -> None:
        """Call nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        now = self._loop.time()
        # A timer that fires a little late does not shift the beat; one that fires very late does not rush.
        self._acted_at = self._planned_at if now - self._planned_at < self._interval / 2 else now
        self._act()


class Pace:
    """Subscriptions of one topic at one rate: all are due at the same moment, so that they share frames.

    Parameters
    ----------
    hz : float
        How often a second they are due at most.
    generation : callable
        The topic's generation now.
    """

    def __init__(self, hz: float, generation: Callable[[], int], loop: asyncio.AbstractEventLoop) -> None:
        self.members: dict[Paced, Callable[[], None]] = {}
        self._generation = generation
        self._throttle = Throttle(hz, self._flush, loop)

    def changed(self) -> None:
        """The topic has a new generation."""
        if self.members:
            self._throttle.changed()

    def close(self) -> None:
        """Never flush again."""
        self._throttle.close()

    def _flush(self) -> None:
        target = self._generation()
        for member, wake in self.members.items():
            member.target = target
            wake()
