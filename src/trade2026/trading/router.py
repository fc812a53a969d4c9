"""The one place from which anything reaches a venue: approved types only, and only once they are durable."""

from typing import Final

from trade2026.model.commands import ReportExecution
from trade2026.model.enums import Environment
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace, OrderReleased
from trade2026.ports.venue import Venue
from trade2026.primitives.errors import InputError
from trade2026.trading.halts import Outgoing, not_sent, request_of

OUTGOING: Final = frozenset({OrderApproved, OrderPendingCancel, OrderPendingReplace, OrderReleased})
"""Types of events that a venue has to hear of."""


class Router:
    """Knows which venue trades what; refuses a venue of another environment when it is connected."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._venues: dict[str, Venue] = {}

    def connect(self, instrument_ids: tuple[str, ...], venue: Venue) -> None:
        """Send orders of these instruments to the venue.

        Raises
        ------
        InputError
            The venue's fills mean something else than this desk's (check 39), or an instrument has a venue.
        """
        if venue.environment is not self._environment:
            raise InputError(
                f"venue {venue.name!r} is {venue.environment} and this desk {self._environment}; "
                f"connect one of the desk's environment"
            )
        for instrument_id in instrument_ids:
            if instrument_id in self._venues:
                raise InputError(f"instrument {instrument_id!r} has a venue already: {venue.name!r}")
            self._venues[instrument_id] = venue

    def send(self, event: Outgoing) -> ReportExecution | None:
        """Hand one durable event to its venue, and give None.

        Where no venue trades the instrument nothing is sent, and the answer is the report that says so: the
        caller executes it, so that the order ends instead of waiting for ever.
        """
        request = request_of(event)
        venue = self._venues.get(request.instrument_id)
        if venue is None:
            return not_sent(request, f"no venue is connected for {request.instrument_id}")
        if type(request) is OrderApproved:
            venue.submit(request)
        elif type(request) is OrderPendingCancel:
            venue.cancel(request)
        else:
            assert type(request) is OrderPendingReplace
            venue.replace(request)
        return None
