"""What is under way in the world outside the desk: it goes on when the desk dies and starts again."""

import asyncio
from collections.abc import Callable


class Timeline:
    """Actions at moments of the world's own clock, run by the loop of the desk's present life."""

    def __init__(self) -> None:
        self._due: dict[int, tuple[int, Callable[[], object], bool]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._now: Callable[[], int] = lambda: 0
        self._number = 0
        self._busy = 0

    def attach(self, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
        """Go on in this loop with what was under way in the last one."""
        self._loop, self._now = loop, now
        for number, (when, _, _) in sorted(self._due.items()):
            self._schedule(number, when)

    def detach(self) -> None:
        """The loop is gone; what is under way waits for the next one."""
        self._loop = None

    @property
    def is_attached(self) -> bool:
        """Whether a desk is there."""
        return self._loop is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way but what goes on for ever."""
        return self._busy == 0

    def now(self) -> int:
        """The world's clock, UTC nanoseconds; it never goes back and nobody sets it."""
        return self._now()

    def later(self, delay_ns: int, action: Callable[[], object], *, is_endless: bool = False) -> None:
        """Do it after a while; `is_endless` for what repeats itself for ever."""
        self.at(self.now() + delay_ns, action, is_endless=is_endless)

    def at(self, when: int, action: Callable[[], object], *, is_endless: bool = False) -> None:
        """Do it at that moment."""
        self._number += 1
        self._due[self._number] = (when, action, is_endless)
        self._busy += not is_endless
        if self._loop is not None:
            self._schedule(self._number, when)

    def _schedule(self, number: int, when: int) -> None:
        assert self._loop is not None, "attached"
        self._loop.call_later(max(when - self.now(), 0) / 1e9, self._run, number)

    def _run(self, number: int) -> None:
        _, action, is_endless = self._due.pop(number)
        self._busy -= not is_endless
        action()
