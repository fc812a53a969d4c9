"""Times at which an open loop sends: each is given when it has come, and waiting for it costs nothing.

uvloop's timers have steps of a millisecond: whoever waits for a part of one is late by another part, or
spins. At 1,000 requests a second that was 0.3 ms of every latency and an eighth of a processor, on a machine
that the server shares. Linux has a timer that a loop can watch like a socket (`timerfd_create(2)`); elsewhere
the loop's own timers are used. Whoever sends stands for another machine, and so waits for a processor of this
one as shortly as it can.
"""

import asyncio
import ctypes
import math
import os
import struct
import sys
import time
from collections.abc import AsyncIterator
from typing import Final

from trade2026.bootstrap.scheduling import come_first

_HEAD_START_S: Final = 0.05
_NONBLOCK_CLOEXEC: Final = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_CLOCK_MONOTONIC: Final = 1
"""The clock of `time.perf_counter` on Linux."""
_ABSOLUTE: Final = 1
_TIMES: Final = struct.Struct("@qqqq")
"""`struct itimerspec`: seconds and nanoseconds of the interval, 0 for once, then of the time."""


async def times(count: int, interval_s: float) -> AsyncIterator[float]:
    """So many times of `time.perf_counter`, so far apart; one that has passed meanwhile comes at once."""
    come_first()
    begin = time.perf_counter() + _HEAD_START_S
    timer = _KernelTimer() if sys.platform == "linux" else None
    try:
        for number in range(count):
            due = begin + number * interval_s
            while (wait := due - time.perf_counter()) > 0:
                await (asyncio.sleep(wait) if timer is None else timer.until(due))
            yield due
    finally:
        if timer is not None:
            timer.close()


class _KernelTimer:
    """Goes off at one time after another; each is set by itself, so that none drifts from what is due."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._waiting: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._descriptor, self._went_off)

    async def until(self, due: float) -> None:
        """Wait until a time of `time.perf_counter`."""
        self._waiting = self._loop.create_future()
        spec = _TIMES.pack(0, 0, *divmod(math.ceil(due * 1e9), 10**9))
        if self._libc.timerfd_settime(self._descriptor, _ABSOLUTE, spec, None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        await self._waiting

    def _went_off(self) -> None:
        os.read(self._descriptor, 8)
        if not self._waiting.done():
            self._waiting.set_result(None)

    def close(self) -> None:
        """Stop it."""
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
