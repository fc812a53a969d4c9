"""The clock of this machine."""

import time


class SystemClock:
    """`ports.clock.Clock`: the time of day, and a monotonic count for durations."""

    def now_ns(self) -> int:
        """UTC nanoseconds."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back."""
        return time.monotonic_ns()


def pause(span_ns: int) -> None:
    """Block the thread for so many nanoseconds."""
    time.sleep(span_ns / 1e9)
