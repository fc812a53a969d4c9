"""Processes that a process of the desk starts for one piece of work, and what such a process does first."""

import os
import sys
import threading
from collections.abc import Callable
from typing import Final

from trade2026.adapters.embedded.background import Background, Usage
from trade2026.adapters.embedded.children import ProcessChildren
from trade2026.application.runner.keeper import CORE_AWAY
from trade2026.application.runner.reports import Report, encode_report
from trade2026.bootstrap.config import HOME_VARIABLE
from trade2026.bootstrap.readiness import VARIABLE

_STDIN: Final = 0
_THREADS: Final = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS",
)  # fmt: skip
"""How many threads numeric libraries may take: one, as there may be a process for every core already."""

_URGENT: Final = ("core", "web")
"""The roles that orders pass through: while these are busy, what is in the background waits."""


def make_children(home: str) -> ProcessChildren:
    """Starts "trade2026 run ROLE ID" for the desk at this home."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environment[HOME_VARIABLE] = home
    environment |= dict.fromkeys(_THREADS, "1")
    usage = Usage(_URGENT) if sys.platform == "linux" else None
    background = Background(usage, os.cpu_count() or 1)
    return ProcessChildren((sys.executable, "-m", "trade2026.bootstrap.main", "run"), environment, background)


class Reporter:
    """Takes standard output for reports to whoever started this process, sends other output elsewhere, and
    ends with it.

    Whoever starts the process by hand, with a terminal as its input, is not taken for a process of the desk.

    Parameters
    ----------
    hear : callable
        Told each line that comes on standard input, without its end, in a thread of its own.
    """

    def __init__(self, hear: Callable[[str], None] = lambda _: None) -> None:
        self._hear = hear
        self._descriptor = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        if not os.isatty(_STDIN):
            threading.Thread(target=self._end_with_parent, daemon=True).start()

    def __call__(self, said: Report) -> None:
        """Report."""
        data = encode_report(said)
        while data:
            data = data[os.write(self._descriptor, data) :]

    def give_back(self) -> None:
        """Let standard output be what it was, for a program that takes this one's place."""
        os.dup2(self._descriptor, sys.stdout.fileno())

    def _end_with_parent(self) -> None:
        """Standard input has an end when the process that started this one is gone."""
        with open(_STDIN, "rb", closefd=False) as lines:
            for line in lines:
                self._hear(line.decode().rstrip("\n"))
        os._exit(CORE_AWAY)
