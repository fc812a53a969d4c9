"""Where time comes from."""

from typing import Protocol

from trade2026.primitives.time import UnixNanos


class Clock(Protocol):
    """The only source of time; a simulation's clock moves when its events do."""

    def now_ns(self) -> UnixNanos:
        """Time of day, UTC nanoseconds; may step when the machine's clock is set."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds from an arbitrary origin that never go back: for durations only."""
        ...
