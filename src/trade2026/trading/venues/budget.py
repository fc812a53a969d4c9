"""How many requests a venue is asked, so that it never has a reason to shut us out."""

from collections import deque
from enum import StrEnum
from typing import Final

from trade2026.ports.venue import VenueTerms
from trade2026.primitives.time import SECOND_NS

_SHARE_PERCENT: Final = 20
"""Of a window kept for cancels, where the terms keep none, and as much for queries."""
_JITTER_PERCENT: Final = 10
"""A window is counted this much longer than the venue's: requests may arrive closer than they left."""


class Kind(StrEnum):
    """What a request is, by how urgent it is."""

    CANCEL = "CANCEL"
    ORDER = "ORDER"
    QUERY = "QUERY"


class RateBudget:
    """Counts the requests of the last window exactly, so that no window of the venue can hold too many.

    A bucket of tokens that refills would allow twice the limit around a refill; this does not. Cancels may
    use everything; orders leave alone what is kept for cancels and queries; queries leave alone what is
    kept for cancels and, while orders wait, keep to their own share.
    """

    def __init__(self, terms: VenueTerms) -> None:
        limit = terms.requests_per_window
        share = max(1, limit * _SHARE_PERCENT // 100) if limit > 2 else 0
        self._limit = limit
        for_cancels = min(terms.cancel_reserve or share, max(limit - 1, 0))
        for_queries = min(share, max(limit - for_cancels - 1, 0))  # So that one is left for orders.
        self._kept = {Kind.CANCEL: for_cancels, Kind.QUERY: for_queries}
        self._window_ns = terms.window_ns * (100 + _JITTER_PERCENT) // 100
        self._times: dict[Kind, deque[int]] = {kind: deque() for kind in Kind}
        self._blocked_until = 0

    def wait_ns(self, kind: Kind, now: int, *, orders_wait: bool = False) -> int:
        """How long until a request of that kind may go out, 0 for now; `now` on the monotonic clock."""
        if now < self._blocked_until:
            return self._blocked_until - now
        if self._limit == 0 or self._may(kind, now, orders_wait=orders_wait):
            return 0
        return max(self._oldest() + self._window_ns - now, 1)

    def spend(self, kind: Kind, now: int) -> None:
        """One request goes out."""
        if self._limit:
            self._times[kind].append(now)

    def block(self, retry_after_ns: int | None, now: int) -> None:
        """The venue wants nothing for a while; without a word how long, for one window, at least a second."""
        wait = retry_after_ns if retry_after_ns is not None else max(self._window_ns, SECOND_NS)
        self._blocked_until = max(self._blocked_until, now + wait)

    def _may(self, kind: Kind, now: int, *, orders_wait: bool) -> bool:
        used = {each: self._used(each, now) for each in Kind}
        left = self._limit - sum(used.values())
        for_cancels = self._kept[Kind.CANCEL]  # Also when cancels have used it: so venues count.
        for_queries = max(self._kept[Kind.QUERY] - used[Kind.QUERY], 0)
        if kind is Kind.CANCEL:
            return left > 0
        if kind is Kind.ORDER:
            return left > for_cancels + for_queries
        return left > for_cancels and (for_queries > 0 or not orders_wait)

    def _used(self, kind: Kind, now: int) -> int:
        times = self._times[kind]
        while times and times[0] <= now - self._window_ns:
            times.popleft()
        return len(times)

    def _oldest(self) -> int:
        """When the oldest request of the window left: one did, where there is no room."""
        return min(times[0] for times in self._times.values() if times)
