"""How far venues are trusted, and what to do where their books and ours differ."""

from typing import Final

from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.results.venues import DifferenceRow, ReconciliationRow, Taken, UnknownOutcome, VenueRow
from trade2026.client.rows import Rows
from trade2026.client.synchronous.line import Line

_VENUES: Final = rows_decoder(VenueRow)
_DIFFERENCES: Final = rows_decoder(DifferenceRow)
_RECONCILIATIONS: Final = rows_decoder(ReconciliationRow)
_UNKNOWN: Final = rows_decoder(UnknownOutcome)
_TAKEN: Final = decoder(Taken)


class Venues(Line):
    """Requests about venues that are reached over a line."""

    def venues(self) -> Rows[VenueRow]:
        """Venues with a session: their state, why, and how their books last compared with ours."""
        return self._send(get(_VENUES, "/venues"))

    def differences(self) -> Rows[DifferenceRow]:
        """Ours against the venue's, line by line, of the last comparison with each; undecided ones first."""
        return self._send(get(_DIFFERENCES, "/reconciliations/differences"))

    def reconciliations(self) -> Rows[ReconciliationRow]:
        """The last comparisons with every venue, newest first; older ones are in the events."""
        return self._send(get(_RECONCILIATIONS, "/reconciliations"))

    def unknown_outcomes(self) -> Rows[UnknownOutcome]:
        """Requests that a venue has not answered, oldest first; what they could lead to stays reserved."""
        return self._send(get(_UNKNOWN, "/unknown-outcomes"))

    def reconcile(self, venue: str, reason: str) -> Taken:
        """Have the venue's books compared with ours now; nothing new is sent there until they agree."""
        return self._send(post(_TAKEN, f"/venues/{segment(venue)}/reconcile", {"reason": reason}))

    def accept_difference(self, venue: str, account_id: str, kind: str, name: str, reason: str) -> Taken:
        """Take the venue's word for a difference of its last reconciliation; `reason` in ten characters.

        `kind` is EXECUTION, POSITION, BALANCE or ORDER, `name` the difference's.

        Raises
        ------
        NotAllowed
            The login is too old: `login()` first, or the role is too low.
        """
        body = {"account_id": account_id, "kind": kind, "name": name, "reason": reason}
        return self._send(post(_TAKEN, f"/venues/{segment(venue)}/accept", body))
