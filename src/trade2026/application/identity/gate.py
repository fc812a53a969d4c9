"""The gate before the hasher: one password at a time, a short queue, and no address may fill it."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from trade2026.primitives.errors import LockedOut
from trade2026.primitives.time import SECOND_NS

ResultT = TypeVar("ResultT")

AT_ONCE: Final = 1
"""A hash takes 64 MiB and every core it gets; two at once would take as long as one after the other."""
WAITING_MAX: Final = 32
WAITING_PER_ADDRESS_MAX: Final = 2
_RETRY_NS: Final = 2 * SECOND_NS


class HashGate:
    """Runs blocking calls in threads, `AT_ONCE` at a time, in one event loop.

    Trusted callers (who logged in from there before, or hold a session) have a queue of their own that goes
    first; of the rest each address may have a few waiting, and all together a few more.
    """

    def __init__(self) -> None:
        """Nothing runs."""
        self._running = 0
        self._trusted: list[tuple[str, asyncio.Future[None]]] = []
        self._others: list[tuple[str, asyncio.Future[None]]] = []

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._trusted) + len(self._others)

    async def run(self, call: Callable[[], ResultT], *, address: str, trusted: bool) -> ResultT:
        """The call's result. Raises LockedOut at once where the queue has no place."""
        if self._running < AT_ONCE:
            self._running += 1
        else:
            await self._queue(address, trusted)
        # The thread cannot be stopped: its place is free when it has ended, not when its caller has given up.
        task = asyncio.get_running_loop().create_task(self._work(call))
        task.add_done_callback(_look)
        return await asyncio.shield(task)

    async def _work(self, call: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.to_thread(call)
        finally:
            self._release()

    async def _queue(self, address: str, trusted: bool) -> None:
        queue = self._trusted if trusted else self._others
        of_address = 0 if trusted else sum(1 for waiting, _ in queue if waiting == address)
        if len(queue) >= WAITING_MAX or of_address >= WAITING_PER_ADDRESS_MAX:
            raise LockedOut(
                "too many are logging in at once; try again in a few seconds", retry_after_ns=_RETRY_NS
            )
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (address, place)
        queue.append(entry)
        try:
            await place
        except asyncio.CancelledError:
            if entry in queue:
                queue.remove(entry)
            elif not place.cancelled():  # It was this one's turn already: the next one's now.
                self._release()
            raise

    def _release(self) -> None:
        """Hand the place to who waits longest, trusted ones first."""
        for queue in (self._trusted, self._others):
            while queue:
                _, place = queue.pop(0)
                if not place.done():
                    place.set_result(None)
                    return
        self._running -= 1


def _look(task: "asyncio.Task[ResultT]") -> None:
    """Take note of how it ended: its caller may have given up."""
    if not task.cancelled():
        task.exception()
