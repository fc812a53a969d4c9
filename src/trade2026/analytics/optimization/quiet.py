"""Keeps what HiGHS prints off the standard output.

In integer programs HiGHS 1.x writes some lines by printf whatever its options say: "HighsMipSolverData::
transformNewIntegerFeasibleSolution tmpSolver.run();" each time that a solution which rounding spoiled is
solved again, or "HighsSearch::selectBranchingCandidate Error fracval". They would stand in the middle of a
document that a command prints. There is no option against it, so the descriptor is turned to the standard
error while HiGHS works: nothing that others write meanwhile is lost.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
"""The descriptor is the process's: one at a time turns it."""


@contextmanager
def stray_lines_to_stderr() -> Iterator[None]:
    """Turn descriptor 1 to descriptor 2; where a process has none of them there is nothing to turn."""
    with _LOCK:
        try:
            kept = os.dup(1)
        except OSError:  # No standard output: nothing can be printed on it.
            yield
            return
        try:
            _flush()
            os.dup2(2, 1)
            yield
        finally:
            _flush()
            os.dup2(kept, 1)
            os.close(kept)


def _flush() -> None:
    """Python's buffer and that of C, so that each line goes where it was meant to."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()
    ctypes.CDLL(None).fflush(None)
