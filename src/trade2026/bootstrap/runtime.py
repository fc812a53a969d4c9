"""How a process of the desk is set: the collector for many small messages, and the signal that halts."""

import ctypes
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from trade2026.primitives.errors import Trade2026Error

HALT_SIGNAL: Final = signal.SIGUSR1
"""Halts all trading: sent to the core, or to the supervisor, which passes it on."""

_THRESHOLDS: Final = (1_000, 3, 250_000)
"""New objects before a look at them; such looks before one at what outlived them; those before one at all."""
_MMAP_THRESHOLD: Final = -3
"""The parameter of glibc's `mallopt`."""
_LARGE_BYTES: Final = 1 << 20
_PARENT_DEATH_SIGNAL: Final = 1
"""PR_SET_PDEATHSIG of Linux's `prctl`."""


def calm_collector() -> None:
    """Let the garbage collector look at new objects seldom and at old ones hardly ever.

    Orders, frames and events are never in cycles, so that reference counts free them; the default
    thresholds cost a tenth of a backtest. What start-up made is not looked at again. Nobody else runs while
    the collector looks: it looks at 4,000 objects at most, a millisecond or two, and at all of them only
    after a billion. Looking more seldom saves nothing, because each object that stays is looked at as often:
    with 20,000 at once orders waited 7 ms in the core and 30 ms in the process of the page every few seconds,
    and with a million a tenth of a second every quarter of a minute.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def return_large_buffers() -> bool:
    """Have every buffer of a mebibyte or more go back to the system when it is let go of; whether that works.

    By itself glibc maps large buffers only at first: once one was freed, as large ones come from the heap of
    whichever thread asks, and stay there. A snapshot of some MiB, made in one thread and written in another,
    so left its size in each. Other C libraries have no such habit and no `mallopt`.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_MMAP_THRESHOLD, _LARGE_BYTES) == 1


def go_on_without_parent() -> None:
    """Have a process that was stopped go on when the one that started it ends, which may have been killed.

    Only then does it see that its input has ended, and ends too. Linux alone stops processes of the desk.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, int(signal.SIGCONT))


@contextmanager
def one_failure() -> Iterator[None]:
    """What tasks of a group ended by is raised as one error: a bug before a failure of the world.

    Who starts a process tells the world from a bug by the error, and a group is neither.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        leaves = list(_leaves(group))
        bugs = (each for each in leaves if not isinstance(each, Trade2026Error))
        raise next(bugs, leaves[0]) from group


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
