"""Venues that are reached over a line, joined to a running desk: who trades what, and a session for each."""

from collections.abc import Callable, Sequence

from trade2026.application.live.config import AccountConfig
from trade2026.application.services import Services
from trade2026.model.instrument import Instrument
from trade2026.ports.venue import LiveVenue, ReportSink
from trade2026.primitives.errors import InputError
from trade2026.trading.core import Core
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Spawn
from trade2026.trading.venues.session import VenueSession


class Lines:
    """The venues there are, and what each of them trades; everything else is traded on paper.

    Raises
    ------
    InputError
        An account is said to be held at a venue that there is not.
    """

    def __init__(
        self,
        venues: Sequence[LiveVenue],
        instruments: Sequence[Instrument],
        accounts: Sequence[AccountConfig],
    ) -> None:
        self._venues = {venue.name: venue for venue in venues}
        self._accounts = accounts
        self._traded = {
            name: tuple(each.instrument_id for each in instruments if each.venue == name)
            for name in self._venues
        }
        for account in accounts:
            if account.venue and account.venue not in self._venues:
                known = ", ".join(sorted(self._venues)) or "none"
                raise InputError(
                    f"account {account.account_id} is to be held at venue {account.venue!r}, which there is "
                    f"not; venues behind a line: {known}"
                )
        self.on_paper = tuple(each.instrument_id for each in instruments if each.venue not in self._venues)
        self.instruments = frozenset(name for names in self._traded.values() for name in names)

    def open(
        self,
        core: Core,
        sequencer: BatchingSequencer,
        router: Router,
        services: Services,
        spawn: Spawn,
        seed: int,
        *,
        now: Callable[[], int],
        report: ReportSink,
        note: Callable[[str], None],
    ) -> dict[str, VenueSession]:
        """A session for each venue, connected to the router; none has a line before `start`."""
        sessions = {}
        for name, venue in sorted(self._venues.items()):
            held = tuple(each.account_id for each in self._accounts if each.venue == name)
            traded = frozenset(self._traded[name])
            session = VenueSession(
                venue, core, sequencer, services.clock, spawn, services.make_random(seed), accounts=held,
                trades=traded.__contains__, now=now, note=note,
            )  # fmt: skip
            router.connect(self._traded[name], session)
            session.connect(report)
            sessions[name] = session
        return sessions
