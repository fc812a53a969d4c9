"""When a process that has ended is started again."""

from typing import Final

from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

FIRST_PAUSE_NS: Final = 500 * MILLISECOND_NS
LONGEST_PAUSE_NS: Final = 30 * SECOND_NS
HEALTHY_NS: Final = 60 * SECOND_NS
"""One that ran so long begins anew with the first pause."""

HOPELESS_CODES: Final = frozenset({2, 4})
"""Bad input and broken integrity: starting again changes neither."""

HOPELESS_TIMES: Final = 5
AT_ONCE_NS: Final = 10 * SECOND_NS


class RestartPolicy:
    """Remembers the ends of one process."""

    def __init__(self) -> None:
        self._pause_ns = FIRST_PAUSE_NS
        self._hopeless = 0

    def ended(self, code: int, ran_ns: int) -> int | None:
        """How long to wait before it is started again, in nanoseconds; None for not at all.

        `code` is its exit code, negative for a signal; `ran_ns` how long it ran.
        """
        if ran_ns >= HEALTHY_NS:
            self.forget()
        if code in HOPELESS_CODES and ran_ns < AT_ONCE_NS:
            self._hopeless += 1
        else:
            self._hopeless = 0
        if self._hopeless >= HOPELESS_TIMES:
            return None
        pause_ns = self._pause_ns
        self._pause_ns = min(pause_ns * 2, LONGEST_PAUSE_NS)
        return pause_ns

    def forget(self) -> None:
        """Begin anew: somebody has looked at it."""
        self._pause_ns = FIRST_PAUSE_NS
        self._hopeless = 0
