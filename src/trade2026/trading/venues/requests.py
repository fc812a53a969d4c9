"""What was sent and not answered: since when its outcome is unknown, and when it can take effect no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.oms.state import OmsState
from trade2026.oms.unknown import unanswered
from trade2026.ports.venue import VenueTerms
from trade2026.primitives.time import SECOND_NS

Key = tuple[str, str]
"""Account and client order id of a request."""

_MARGIN_NS: Final = SECOND_NS // 10
_TELL_AGAIN_NS: Final = 5 * SECOND_NS
"""How long after it was told a request that the books do not show as unknown is told again."""


@dataclass(slots=True)
class Sent:
    """A request that left; times are monotonic. `told_at`: when its outcome was called unknown, 0 before."""

    account_id: str
    client_order_id: str
    sent_at: int
    told_at: int = 0


def initial_requests(state: OmsState, trades: Callable[[str], bool]) -> tuple[Key, ...]:
    """Every request of the books that nobody answered, of instruments that are traded at the venue."""
    return tuple(
        (order.account_id, name)
        for _, order in sorted(state.orders.items())
        if trades(order.instrument_id)
        for name in unanswered(order)
    )


class Requests:
    """Requests in the order they left, until a report has answered them.

    Parameters
    ----------
    state : OmsState
        Says what is answered: reports get there by the path of all reports.
    initial : iterable of Key
        What a life before this one left unanswered: sent before `started_at` or never, and never sent again.
    """

    def __init__(self, state: OmsState, terms: VenueTerms, initial: tuple[Key, ...], started_at: int) -> None:
        self._state = state
        self._terms = terms
        self._sent: dict[Key, Sent] = {key: Sent(*key, started_at, started_at) for key in initial}

    def note(self, event: OrderApproved | OrderPendingCancel | OrderPendingReplace, now: int) -> None:
        """This one leaves now."""
        key = event.account_id, event.client_order_id
        self._sent[key] = Sent(*key, now)

    def find(self, account_id: str, client_order_id: str) -> Sent | None:
        """A request that left and may be unanswered; None for one that has not left."""
        return self._sent.get((account_id, client_order_id))

    def overdue(self, now: int, timeout_ns: int) -> Iterator[Sent]:
        """What has to be called unknown now; answered requests are forgotten on the way."""
        for key, sent in list(self._sent.items()):
            if now - sent.sent_at < timeout_ns:
                return  # Those behind it left later.
            if not self.is_unanswered(*key):
                del self._sent[key]
            elif sent.told_at == 0 or (now - sent.told_at >= _TELL_AGAIN_NS and not self._is_marked(*key)):
                yield sent

    def is_unanswered(self, account_id: str, client_order_id: str) -> bool:
        """Whether no report has answered it, as far as the books go."""
        account = self._state.accounts.get(account_id)
        request = None if account is None else account.requests.get(client_order_id)
        if request is None or not request.order_id:
            return False
        return client_order_id in unanswered(self._state.orders[request.order_id])

    @property
    def has_unknown(self) -> bool:
        """Whether a request of unknown outcome may still be unanswered."""
        return any(sent.told_at for sent in self._sent.values())

    def is_unknown(self, order_id: int) -> bool:
        """Whether the outcome of a request of the order is not known."""
        order = self._state.orders[order_id]
        return bool(order.unknown_ids) or any(
            sent is not None and sent.told_at
            for sent in (self._sent.get((order.account_id, name)) for name in unanswered(order))
        )

    def orders_of(self, account_id: str) -> Iterator[int]:
        """Numbers of the account's orders of which a request may be unanswered."""
        requests = self._state.accounts[account_id].requests
        for account, name in self._sent:
            if account == account_id and name in requests:
                yield requests[name].order_id

    def expiry(self, account_id: str, client_order_id: str) -> int | None:
        """From when on it can take no effect; None where that is not known, or where it has not left."""
        sent = self._sent.get((account_id, client_order_id))
        if sent is None or not self._terms.request_window_ns or not self._terms.history_is_complete:
            return None
        return sent.sent_at + self._terms.request_window_ns + self._terms.max_clock_skew_ns + _MARGIN_NS

    def earliest(self) -> int | None:
        """When the oldest unanswered request left; None where there is none."""
        times = [sent.sent_at for key, sent in self._sent.items() if self.is_unanswered(*key)]
        return min(times, default=None)

    def _is_marked(self, account_id: str, client_order_id: str) -> bool:
        order_id = self._state.accounts[account_id].requests[client_order_id].order_id
        return client_order_id in self._state.orders[order_id].unknown_ids
