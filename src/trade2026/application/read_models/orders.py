"""Orders as they are shown, refused and denied ones among them, and the lists of them."""

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec

from trade2026.application.read_models.closed_orders import (
    ClosedOrder,
    OrderEntry,
    Refusal,
    decode_closed,
    encode_closed,
    refusal_view,
)
from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.order_filter import OrderFilter, OrderScope, is_chosen, seq_of
from trade2026.application.read_models.order_rows import OrderRow, order_view
from trade2026.application.read_models.order_terms import NO_TERMS, Terms
from trade2026.application.read_models.paging import Page, check_limit, decode_cursor, encode_cursor, pick
from trade2026.application.read_models.tiers import Tiered
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import (
    OrderView,
)
from trade2026.model.commands import SubmitOrder
from trade2026.model.events import (
    CancelRejected,
    FillBusted,
    OrderAcknowledged,
    OrderAdopted,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderNotReceived,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderRejected,
    OrderReleased,
    OrderReplaced,
    OrderRestated,
    OrdersRecalled,
    OrdersRetired,
    OrderSuspended,
    OrderUnknown,
    TriggerMoved,
)
from trade2026.oms.retire import recalled, request_ids
from trade2026.oms.state import OmsState, Order, Working
from trade2026.ports.history import History, HistoryKey, HistoryKind

KIND: Final = "o"
EXTERNAL: Final = "EXTERNAL"
"""The strategy of orders that the venue has and nobody here sent."""
DENIED_MAX: Final = 10_000
"""Denied requests that stay in memory at least, twice as many at most; older ones go to the history."""
_FOREVER: Final = 2**63 - 1


class Orders:
    """One row for each order and each refused or denied request, in the order they came."""

    def __init__(
        self,
        oms: OmsState,
        topics: Topics,
        wall: WallClock,
        history: History,
        denied_max: int = DENIED_MAX,
    ) -> None:
        self._oms = oms
        self._topics = topics
        self._wall = wall
        self._history = history
        self._denied_max = denied_max
        self._list: Tiered[OrderEntry | Refusal] = Tiered(HistoryKind.ORDERS, history)
        self._entries: dict[int, OrderEntry] = {}  # By order id, as long as the order is in memory.
        self._refusals: dict[int, Refusal] = {}  # In memory, by frame.
        self._refused: dict[tuple[str, str], int] = {}  # Their frames by account and client order id.
        self._denied: deque[int] = deque()

    def handlers(self) -> Handlers:
        """What is done about each event."""
        said: Handlers = dict.fromkeys(
            (OrderRejected, CancelRejected, OrderReleased, OrderRestated, OrderSuspended), self._on_words
        )
        plain: Handlers = dict.fromkeys(
            (OrderAcknowledged, OrderPendingCancel, OrderPendingReplace), self._on_change
        )
        ended: Handlers = dict.fromkeys((OrderCanceled, OrderExpired), self._on_ended)
        return {
            OrderApproved: self._on_approved,
            OrderHeld: self._on_held,
            OrderAdopted: self._on_adopted,
            OrderReplaced: self._on_replaced,
            TriggerMoved: self._on_trigger_moved,
            OrderArmed: self._on_armed,
            OrderUnknown: self._on_unknown,
            OrderNotReceived: self._on_not_received,
            FillBusted: self._on_busted,
            OrderRefused: self._on_refused,
            OrderDenied: self._on_denied,
            OrderFilled: self._on_filled,
            **said,
            **plain,
            **ended,
        }

    # ------------------------------------------------------------------------------------ what happens

    def _on_approved(self, moment: Moment, event: OrderApproved) -> None:
        instructions = event.instructions
        terms = None if instructions is None else Terms(instructions, instructions.trigger_price)
        self._begin(moment, event, event.strategy_id, terms)

    def _on_held(self, moment: Moment, event: OrderHeld) -> None:
        order = event.order
        terms = Terms(order.instructions, event.trigger_price, event.armed_qty)
        self._begin(moment, order, order.strategy_id, terms)

    def _on_adopted(self, moment: Moment, event: OrderAdopted) -> None:
        self._begin(moment, event, EXTERNAL, None)

    def _begin(
        self, moment: Moment, event: OrderApproved | OrderAdopted, strategy_id: str, terms: Terms | None
    ) -> None:
        seq, order_id = moment.seq, event.order_id
        entry = self._entries[order_id] = OrderEntry(order_id, seq, seq, moment.now, terms=terms)
        key = HistoryKey(seq, order_id, event.account_id, event.instrument_id, strategy_id)
        self._list.add(key, entry)
        self._tell(moment, entry)

    def _on_refused(self, moment: Moment, event: OrderRefused) -> None:
        seq = self._refused.get((event.account_id, event.client_order_id))
        if seq is not None and type(self._refusals[seq].event) is OrderRefused:
            return  # The first answer again, to the same request.
        asked = moment.command if type(moment.command) is SubmitOrder else None
        self._refuse(moment, Refusal(asked, event, moment.now), event.instrument_id, event.strategy_id)

    def _on_denied(self, moment: Moment, event: OrderDenied) -> None:
        command = moment.command
        if type(command) is SubmitOrder:
            refusal = Refusal(command, event, moment.now)
            self._refuse(moment, refusal, command.instrument_id, command.strategy_id)

    def _refuse(self, moment: Moment, refusal: Refusal, instrument_id: str, strategy_id: str) -> None:
        event, seq = refusal.event, moment.seq
        self._keep_refusal(seq, refusal, instrument_id, strategy_id)
        if type(event) is OrderDenied:  # The core keeps none; refused ones leave with those it retires.
            self._denied.append(seq)
        if len(self._denied) >= 2 * self._denied_max:
            self._let_go([self._denied.popleft() for _ in range(self._denied_max)])
        make = partial(refusal_view, seq, refusal, self._wall)
        self._topics.append(Topic.ORDERS, TopicRow(seq, event.account_id, make))

    def _keep_refusal(self, seq: int, refusal: Refusal, instrument_id: str, strategy_id: str) -> None:
        event = refusal.event
        self._list.add(HistoryKey(seq, 0, event.account_id, instrument_id, strategy_id), refusal)
        self._refusals[seq] = refusal
        name = event.account_id, event.client_order_id
        first = self._refused.get(name)
        if first is None or type(self._refusals[first].event) is OrderDenied:
            self._refused[name] = seq

    def _on_change(self, moment: Moment, event: Any) -> None:
        entry = self._entries[event.order_id]
        entry.changed, entry.updated = moment.seq, moment.now
        if entry.is_doubted and not self._oms.orders[event.order_id].unknown_ids:
            entry.is_doubted, entry.text = False, ""
        self._tell(moment, entry)

    def _on_words(self, moment: Moment, event: Any) -> None:
        self._say(moment, event, event.text)

    def _say(self, moment: Moment, event: Any, text: str) -> None:
        entry = self._entries[event.order_id]
        entry.is_doubted, entry.text = False, text
        self._on_change(moment, event)

    def _on_unknown(self, moment: Moment, event: OrderUnknown) -> None:
        self._say(moment, event, event.text)
        self._entries[event.order_id].is_doubted = True

    def _on_not_received(self, moment: Moment, event: OrderNotReceived) -> None:
        self._say(moment, event, event.evidence)

    def _on_ended(self, moment: Moment, event: OrderCanceled | OrderExpired) -> None:
        if event.prevented_qty:
            self._set_terms(event.order_id, prevented_qty=event.prevented_qty)
        self._on_words(moment, event)

    def _on_replaced(self, moment: Moment, event: OrderReplaced) -> None:
        if event.trigger_price is not None:
            self._set_terms(event.order_id, trigger_price=event.trigger_price)
        self._on_change(moment, event)

    def _on_trigger_moved(self, moment: Moment, event: TriggerMoved) -> None:
        self._set_terms(event.order_id, trigger_price=event.trigger_price)
        self._on_change(moment, event)

    def _on_armed(self, moment: Moment, event: OrderArmed) -> None:
        self._set_terms(event.order_id, armed_qty=event.armed_qty)
        self._on_change(moment, event)

    def _set_terms(self, order_id: int, **changes: int) -> None:
        entry = self._entries[order_id]
        entry.terms = msgspec.structs.replace(entry.terms or NO_TERMS, **changes)

    def _on_busted(self, moment: Moment, event: FillBusted) -> None:
        self._entries[event.order_id].worth -= event.last_px * event.last_qty
        self._on_change(moment, event)

    def _on_filled(self, moment: Moment, event: OrderFilled) -> None:
        self._entries[event.order_id].worth += event.last_px * event.last_qty
        self._on_change(moment, event)

    def _tell(self, moment: Moment, entry: OrderEntry) -> None:
        """Keep the order as it is now for those who are told, or will ask what they missed."""
        seq, topics = moment.seq, self._topics
        order: Order = self._oms.orders[entry.order_id].__copy__()  # type: ignore[attr-defined]  # Of every struct.
        topics.touch(Topic.ACCOUNTS, order.account_id, seq)
        told = OrderRow(
            seq, order.account_id, order, entry.created, moment.now, entry.worth, entry.text, entry.terms,
            self._wall,
        )  # fmt: skip
        topics.append(Topic.ORDERS, told)

    # --------------------------------------------------------------------------------- leaving memory

    def retire(self, event: OrdersRetired) -> None:
        """Move what the core lets go of into the history; to be called before the core has let go of it."""
        kept: list[tuple[int, bytes]] = []
        names: list[tuple[str, str, int]] = []
        for order_id in event.order_ids:
            entry, order = self._entries.pop(order_id), self._oms.orders[order_id]
            kept.append((entry.created, encode_closed(ClosedOrder.of(entry, order))))
            names += [(order.account_id, name, entry.created) for name in request_ids(order)]
        self._history.put_names(names)
        self._list.keep(kept)
        self._let_go([self._refused[name] for name in event.refused if name in self._refused])

    def _let_go(self, seqs: list[int]) -> None:
        """Move refusals into the history."""
        names: list[tuple[str, str, int]] = []
        kept: list[tuple[int, bytes]] = []
        for seq in seqs:
            refusal = self._refusals.pop(seq)
            name = refusal.event.account_id, refusal.event.client_order_id
            if self._refused.get(name) == seq:
                del self._refused[name]
                if type(refusal.event) is OrderRefused or not self._seq_of(*name):
                    names.append((*name, seq))
            kept.append((seq, encode_closed(refusal)))
        self._history.put_names(names)
        self._list.keep(kept)

    def recall(self, event: OrdersRecalled) -> None:
        """Take back from the history what the core has taken back into memory."""
        orders, refused = recalled(event)
        for account_id, name in refused:
            seq = self._history.find_name(account_id, name)
            found = decode_closed(self._history.bodies(HistoryKind.ORDERS, (seq,))[seq])
            assert type(found) is Refusal
            assert type(found.event) is OrderRefused
            self._keep_refusal(seq, found, found.event.instrument_id, found.event.strategy_id)
        for order in orders:
            key = self._history.find_order(order.order_id)
            assert key is not None, f"order {order.order_id} left memory and is in no history"
            closed = decode_closed(self._list.bodies([key])[key.seq])
            assert type(closed) is ClosedOrder
            entry = self._entries[order.order_id] = closed.entry(key.seq)
            self._list.add(key, entry)

    # ------------------------------------------------------------------------------------ what is shown

    def _views(self, keys: list[HistoryKey]) -> tuple[OrderView, ...]:
        bodies = self._list.bodies(keys)
        return tuple(self._view(key, bodies) for key in keys)

    def _view(self, key: HistoryKey, bodies: dict[int, bytes]) -> OrderView:
        entry = self._list.rows.get(key.seq)
        if type(entry) is OrderEntry:
            return order_view(
                self._oms.orders[entry.order_id], entry.changed, entry.created, entry.updated, entry.worth,
                entry.text, entry.terms, self._wall,
            )  # fmt: skip
        found = entry if type(entry) is Refusal else decode_closed(bodies[key.seq])
        if type(found) is ClosedOrder:
            return order_view(
                found.order, found.changed, key.seq, found.updated, found.worth(), found.text, found.terms,
                self._wall,
            )  # fmt: skip
        assert type(found) is Refusal
        return refusal_view(key.seq, found, self._wall)

    # ---------------------------------------------------------------------------------------- questions

    def order(self, order_id: int, accounts: frozenset[str] | None) -> OrderView | None:
        """The order; None where there is none, or none that may be seen."""
        key = self.key_of(order_id)
        if key is None or (accounts is not None and key.account_id not in accounts):
            return None
        return self._views([key])[0]

    def key_of(self, order_id: int) -> HistoryKey | None:
        """Where an order stands, and whose it is; None where there is none."""
        entry = self._entries.get(order_id)
        if entry is not None:
            return self._list.key(entry.created)
        return self._history.find_order(order_id) if 0 < order_id < self._oms.next_order_id else None

    def by_client_id(self, account_id: str, client_order_id: str) -> OrderView | None:
        """What a client order id led to; the id of a cancel or a replace names the order it was about."""
        seq = self._seq_of(account_id, client_order_id)
        return None if seq == 0 else self._views([HistoryKey(seq, 0, account_id, "", "")])[0]

    def _seq_of(self, account_id: str, client_order_id: str) -> int:
        """The frame of the row that a client order id led to; 0 for none. What was denied has led nowhere."""
        account = self._oms.accounts.get(account_id)
        request = None if account is None else account.requests.get(client_order_id)
        if request is not None and request.order_id:
            return self._entries[request.order_id].created
        seq = self._refused.get((account_id, client_order_id), 0)
        if seq and type(self._refusals[seq].event) is OrderRefused:
            return seq
        return self._history.find_name(account_id, client_order_id) or seq

    def named(self, account_id: str, client_order_id: str) -> int:
        """The id of the order that a client order id is of; 0 for none."""
        seq = self._seq_of(account_id, client_order_id)
        if seq == 0:
            return 0
        entry = self._list.rows.get(seq)
        if entry is not None:
            return entry.order_id if type(entry) is OrderEntry else 0
        found = decode_closed(self._list.bodies([HistoryKey(seq, 0, account_id, "", "")])[seq])
        return found.order.order_id if type(found) is ClosedOrder else 0

    def page(self, chosen: OrderFilter, limit: int, cursor: str | None, seq: int) -> Page[OrderView]:
        """Orders, the newest first."""
        check_limit(limit)
        position = decode_cursor(KIND, cursor)
        below = _FOREVER if position is None else min(position, _FOREVER)
        seen = chosen.seen()
        if chosen.scope is OrderScope.OPEN:
            keys = self._open_keys(below, seen)
        else:
            keys = self._list.newest(below, seen, chosen.instrument_id or "", chosen.strategy_id or "")
        picked = pick(keys, lambda key: self._matches(key, chosen, seen), limit, place=seq_of)
        following = None if picked.below is None else encode_cursor(KIND, picked.below)
        return Page(self._views(picked.rows), following, seq)

    def _open_keys(self, below: int, accounts: frozenset[str] | None) -> Iterator[HistoryKey]:
        found = self._oms.accounts
        names = found if accounts is None else [name for name in accounts if name in found]
        seqs = [self._entries[order_id].created for name in names for order_id in found[name].open_orders]
        return map(self._list.key, sorted((seq for seq in seqs if seq < below), reverse=True))

    def _matches(self, key: HistoryKey, chosen: OrderFilter, accounts: frozenset[str] | None) -> bool:
        if not is_chosen(key, chosen, accounts):
            return False
        entry = self._list.rows.get(key.seq)
        is_live = type(entry) is OrderEntry
        is_done = not is_live or self._oms.orders[key.order_id].working is Working.DONE
        return chosen.scope is OrderScope.ALL or is_done is (chosen.scope is OrderScope.DONE)
