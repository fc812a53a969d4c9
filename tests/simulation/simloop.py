"""An asyncio event loop on virtual time: one seed, one interleaving, and hours in milliseconds.

Ready callbacks run in an order drawn from the seed, which shows interleavings that a first-in, first-out loop
never has; when nothing is ready, time jumps to the next timer. Nothing real can enter: the selector knows no
descriptor's state and threads are refused. A loop with neither a ready callback nor a timer is a deadlock,
and says so.

It leans on private names of CPython's BaseEventLoop, all of them listed in PRIVATE_LOOP and PRIVATE_TIMER;
`test_simloop.py` holds them against every supported version.
"""

import asyncio
import heapq
import random
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

ResultT = TypeVar("ResultT")

SUPPORTED_VERSIONS: Final = ((3, 11), (3, 12), (3, 13))
PRIVATE_LOOP: Final = ("_ready", "_scheduled", "_timer_cancelled_count", "_run_once")
PRIVATE_TIMER: Final = ("_when", "_scheduled", "_cancelled")
START_S: Final = 1_000_000.0  # Monotonic time at the start; not zero, so that a forgotten origin shows.


class SimDeadlock(RuntimeError):
    """Tasks wait, nothing is ready and no timer is set: they would wait for ever."""


class _NoEvents(selectors.BaseSelector):
    """Takes registrations (the loop's own wake-up pipe is one), and never reports an event."""

    def __init__(self) -> None:
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        descriptor = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = selectors.SelectorKey(fileobj, descriptor, events, data)
        self._keys[descriptor] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {key.fileobj: key for key in self._keys.values()}

    def close(self) -> None:
        self._keys.clear()


class SimLoop(asyncio.SelectorEventLoop):
    """The loop. `steps` counts its turns; `shuffle` off keeps the order of a real loop."""

    _ready: deque[Any]
    _scheduled: list[Any]
    _timer_cancelled_count: int

    def __init__(self, seed: int, *, shuffle: bool = True) -> None:
        self.steps = 0
        self._random = random.Random(seed)
        self._shuffle = shuffle
        self._now_s = START_S
        super().__init__(_NoEvents())

    def time(self) -> float:
        """Virtual seconds."""
        return self._now_s

    def run_in_executor(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]
        """Refused: what a thread does has no seed."""
        raise RuntimeError("threads are forbidden in a simulation; inject a fake that awaits virtual time")

    def call_soon_threadsafe(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]
        """Refused for the same reason; nothing here runs in another thread."""
        raise RuntimeError("threads are forbidden in a simulation; use call_soon")

    def _run_once(self) -> None:
        if self._shuffle and len(self._ready) > 1:
            ready = list(self._ready)
            self._random.shuffle(ready)
            self._ready.clear()
            self._ready.extend(ready)
        if not self._ready:
            self._jump()
        self.steps += 1
        super()._run_once()  # type: ignore[misc]

    def _jump(self) -> None:
        """Move the clock to the next timer that still counts."""
        while self._scheduled and self._scheduled[0]._cancelled:
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False
            self._timer_cancelled_count -= 1
        if not self._scheduled:
            raise SimDeadlock("every task waits, nothing is ready and no timer is set")
        self._now_s = max(self._now_s, self._scheduled[0]._when)


class SimClock:
    """`ports.clock` on a loop's virtual time, with a time of day that a test may set wrong."""

    def __init__(self, loop: SimLoop, origin_ns: int = 1_700_000_000_000_000_000) -> None:
        self._loop = loop
        self._origin_ns = origin_ns
        self.step_ns = 0  # Added to the time of day only: a clock that was set.

    def now_ns(self) -> int:
        """Time of day, UTC nanoseconds."""
        return self._origin_ns + self.monotonic_ns() + self.step_ns

    def monotonic_ns(self) -> int:
        """Virtual nanoseconds since the loop was made."""
        return round((self._loop.time() - START_S) * 1e9)


def run(
    seed: int, main: Callable[[SimLoop], Coroutine[Any, Any, ResultT]], *, shuffle: bool = True
) -> ResultT:
    """Run `main(loop)` to its end on a loop of its own, then drop whatever is left as a crash would."""
    loop = SimLoop(seed, shuffle=shuffle)
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main(loop))
    finally:
        abandon(loop)


def abandon(loop: SimLoop) -> None:
    """End a loop where it stands: no task runs on; what waits is closed, and its awaits end for good."""
    for task in sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name()):
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # It is meant to be dropped.
        coroutine = task.get_coro()
        if isinstance(coroutine, Coroutine):
            with suppress(RuntimeError):  # It awaits in a `finally`, which no crash would have run either.
                coroutine.close()
    asyncio.set_event_loop(None)
    loop._ready.clear()
    loop._scheduled.clear()
    loop.close()
