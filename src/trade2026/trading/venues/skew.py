"""How far our time of day is from the venue's: beyond a limit nothing that carries a stamp is sent."""

from typing import Final

from trade2026.ports.clock import Clock
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.venues.queries import Queries

_TRIES: Final = 3


class Skew:
    """Measured against the venue, then held against our own monotonic clock, which nobody can set."""

    def __init__(self, queries: Queries, clock: Clock, limit_ns: int) -> None:
        self._queries = queries
        self._clock = clock
        self._limit_ns = limit_ns
        self.venue_offset_ns = 0  # The venue's clock less our monotonic one.
        self._is_measured = False

    async def measure(self) -> str:
        """Ask the venue for its time; why its clock and ours do not go together, or "".

        The answer's way takes time too: the shortest of a few is believed, and half of it allowed for.
        """
        best: int | None = None
        for _ in range(_TRIES):
            began = self._clock.monotonic_ns()
            server = await self._queries.server_time_ns()
            took = self._clock.monotonic_ns() - began
            if best is None or took < best:
                best = took
                self.venue_offset_ns = server - (began + took // 2)
            if took <= self._limit_ns // 2:
                break
        self._is_measured = True
        assert best is not None, "at least one answer came"
        if best > 2 * self._limit_ns:
            return f"the venue's clock cannot be read: its answers take {best / SECOND_NS:.1f} s"
        return self.refusal()

    def refusal(self) -> str:
        """Why nothing may be sent by our clock as it is now, or ""."""
        if not self._is_measured:
            return "the venue's clock was not read yet"
        skew = self._clock.now_ns() - self._clock.monotonic_ns() - self.venue_offset_ns
        if abs(skew) <= self._limit_ns:
            return ""
        return (
            f"our clock is {skew / SECOND_NS:+.3f} s off the venue's, "
            f"more than {self._limit_ns / SECOND_NS:g} s; "
            f"set the machine's clock"
        )
