"""Puts the log of the wire between the desk and every venue, where one is wanted."""

from collections.abc import Callable, Sequence

from trade2026.ports.venue import LiveVenue, Venue
from trade2026.ports.wire_log import WireLog, WireOpened
from trade2026.trading.journal import Journal
from trade2026.trading.tap import TappedLine, TappedVenue

MakeWire = Callable[[WireOpened], WireLog]
"""Begins the log of what leaves for venues and comes from them, for the monitor."""


class Tapping:
    """One log for all venues of a desk.

    Parameters
    ----------
    make_wire : callable or None
        None where nobody watches: venues are as they are then.
    lines : sequence of LiveVenue
        Those that go on while the desk is down.
    """

    def __init__(
        self, make_wire: MakeWire | None, journal: Journal, pid: int, lines: Sequence[LiveVenue]
    ) -> None:
        self._journal = journal
        self._log: WireLog | None = None
        self.lines = list(lines)
        if make_wire is not None:
            self._log = log = make_wire(WireOpened(pid, journal.last_seq, bool(lines)))
            self.lines = [TappedLine(each, log, self._seq) for each in lines]

    def tapped(self, venue: Venue) -> Venue:
        """What the router hands requests to."""
        return venue if self._log is None else TappedVenue(venue, self._log, self._seq)

    def _seq(self) -> int:
        return self._journal.last_seq
