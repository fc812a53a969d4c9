"""A thread that does one blocking call after another for an event loop.

What an executor of one thread does, with less between the call and its outcome: no second future with a lock
of its own, no semaphore, no chain of callbacks. Every order waits for a sync that goes this way.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final

_Call = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Worker:
    """Its thread starts at once and ends with `close`."""

    def __init__(self, name: str) -> None:
        self._calls: Final[SimpleQueue[_Call | None]] = SimpleQueue()
        self._thread = threading.Thread(target=_work, args=(self._calls,), name=name, daemon=True)
        self._thread.start()

    def run(self, call: Callable[[], Any]) -> "asyncio.Future[Any]":
        """Its outcome, for the running loop; the call runs to its end even if nobody waits any more."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Any] = loop.create_future()
        self._calls.put((call, outcome, loop))
        return outcome

    def close(self) -> None:
        """Wait for everything asked; a second call does nothing."""
        if self._thread.is_alive():
            self._calls.put(None)
            if threading.current_thread() is not self._thread:  # The last call let go of the storage.
                self._thread.join()


def _work(calls: "SimpleQueue[_Call | None]") -> None:
    while (asked := calls.get()) is not None:
        call, outcome, loop = asked
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  # It is raised where the outcome is awaited.
            _tell(loop, _fail, outcome, error)
        else:
            _tell(loop, _succeed, outcome, result)
        del asked, call, outcome, loop  # Nothing is held on to while it waits.


def _tell(loop: asyncio.AbstractEventLoop, *what: Any) -> None:
    try:
        loop.call_soon_threadsafe(*what)
    except RuntimeError:
        if not loop.is_closed():  # A loop that is gone has nobody who waits.
            raise


def _succeed(outcome: "asyncio.Future[Any]", result: Any) -> None:
    if not outcome.done():
        outcome.set_result(result)


def _fail(outcome: "asyncio.Future[Any]", error: BaseException) -> None:
    if not outcome.done():
        outcome.set_exception(error)
