"""Ctrl-C as a request: the first asks a run to stop in good order, the second does not ask."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130
"""Exit code of a command that was stopped by Ctrl-C."""


@contextmanager
def stop_on_interrupt(tell: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """While inside, SIGINT and SIGTERM make the yielded function true; a second one raises KeyboardInterrupt.

    `tell` is called at the first. Outside the main thread nothing is caught, and the function stays false.
    """
    asked = [False]

    def hear(number: int, frame: FrameType | None) -> None:
        if asked[0]:
            raise KeyboardInterrupt
        asked[0] = True
        tell()

    previous: dict[signal.Signals, object] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            previous[number] = signal.signal(number, hear)
    except ValueError:  # Only the main thread may.
        previous.clear()
    try:
        yield lambda: asked[0]
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # What it gave is what it takes.
