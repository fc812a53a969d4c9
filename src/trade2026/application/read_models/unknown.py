"""Requests that a venue has not answered: what they could have led to stays reserved until it is known."""

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.topics import Topic, Topics
from trade2026.application.read_models.views import format_time, format_ts
from trade2026.model.enums import Side
from trade2026.model.events import OrderUnknown
from trade2026.oms.state import OmsState, Order
from trade2026.primitives.fixed_point import format_raw
from trade2026.risk.state import RiskState


class UnknownView(msgspec.Struct, frozen=True):
    """A request whose outcome is not known: `request` is ORDER, REPLACE or CANCEL.

    `reserved_qty` may still fill and counts against the limits as long as this stands; `since` is trading
    time, `wall` real time; `text` says what happened to it.
    """

    seq: int
    venue: str
    order_id: int
    account_id: str
    instrument_id: str
    client_order_id: str
    request: str
    side: Side
    reserved_qty: str
    since: str | None
    wall: str | None
    text: str


class UnknownOutcomes:
    """Requests in doubt, the oldest first; what became known is dropped when somebody looks."""

    def __init__(self, oms: OmsState, risk: RiskState, topics: Topics, wall: WallClock) -> None:
        self._oms = oms
        self._risk = risk
        self._topics = topics
        self._wall = wall
        self._said: dict[tuple[int, str], tuple[int, int, str]] = {}

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {OrderUnknown: self._on_unknown}

    def _on_unknown(self, moment: Moment, event: OrderUnknown) -> None:
        key = event.order_id, event.client_order_id
        self._said.pop(key, None)
        self._said[key] = moment.seq, event.now, event.text
        venue = self._venue_of(self._oms.orders[event.order_id])
        self._topics.touch(Topic.VENUES, venue, moment.seq)

    def _venue_of(self, order: Order) -> str:
        instrument = self._risk.instruments.get(order.instrument_id)
        return "" if instrument is None else instrument.venue

    def _open(self) -> list[tuple[Order, str, tuple[int, int, str]]]:
        """What is still in doubt; the rest is forgotten, so that nothing gathers."""
        orders, found = self._oms.orders, []
        for (order_id, name), said in list(self._said.items()):
            order = orders.get(order_id)
            if order is None or name not in order.unknown_ids:
                del self._said[order_id, name]
            else:
                found.append((order, name, said))
        return found

    def rows(self, accounts: frozenset[str] | None) -> tuple[UnknownView, ...]:
        """Every request in doubt of these accounts, the oldest first."""
        return tuple(
            self._view(order, name, said)
            for order, name, said in self._open()
            if accounts is None or order.account_id in accounts
        )

    def _view(self, order: Order, name: str, said: tuple[int, int, str]) -> UnknownView:
        seq, now, text = said
        return UnknownView(
            seq, self._venue_of(order), order.order_id, order.account_id, order.instrument_id, name,
            self._request(order, name), order.side, format_raw(order.leaves_qty), format_ts(now),
            format_time(self._wall.at(seq)), text,
        )  # fmt: skip

    def _request(self, order: Order, name: str) -> str:
        if name == order.pending_cancel_id:
            return "CANCEL"
        is_replace = any(each.client_order_id == name for each in order.pending_replaces)
        return "REPLACE" if is_replace else "ORDER"
