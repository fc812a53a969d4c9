"""Orders as they are shown, refused and denied ones among them, and the lists of them."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from typing import Any, Final

import msgspec

from trade2026.application.read_models.columns import IntColumn, WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.order_rows import OrderRow, order_view
from trade2026.application.read_models.order_terms import NO_TERMS, Terms, terms_fields
from trade2026.application.read_models.paging import (
    Page,
    RowIndex,
    check_limit,
    decode_cursor,
    encode_cursor,
    pick,
)
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import (
    OrderView,
    failure_views,
    format_optional,
    format_time,
    format_ts,
)
from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import OrderStatus
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
    OrderSuspended,
    OrderUnknown,
    TriggerMoved,
)
from trade2026.oms.state import OmsState, Order, Working
from trade2026.primitives.fixed_point import format_raw

KIND: Final = "o"
EXTERNAL: Final = "EXTERNAL"
"""The strategy of orders that the venue has and nobody here sent."""
REFUSALS_MAX: Final = 100_000
"""Refused and denied requests that are kept; older ones are in the events."""


class OrderScope(StrEnum):
    """Which orders: those that may still fill, the others, or all."""

    OPEN = "open"
    DONE = "done"
    ALL = "all"


class OrderFilter(msgspec.Struct, frozen=True):
    """What orders to list; None for any. `accounts` is what the asker may see, None for all."""

    accounts: frozenset[str] | None = None
    account_id: str | None = None
    instrument_id: str | None = None
    strategy_id: str | None = None
    scope: OrderScope = OrderScope.ALL

    def seen(self) -> frozenset[str] | None:
        """The accounts that are both asked for and visible."""
        if self.account_id is None:
            return self.accounts
        if self.accounts is not None and self.account_id not in self.accounts:
            return frozenset()
        return frozenset((self.account_id,))


class Refusal(msgspec.Struct, gc=False):
    """A request that never became an order: what was asked, where the frame had it, and the answer."""

    command: SubmitOrder | None
    event: OrderRefused | OrderDenied


class Orders:
    """One row for each order and each refused or denied request, in the order they came."""

    def __init__(
        self, oms: OmsState, topics: Topics, wall: WallClock, refusals_max: int = REFUSALS_MAX
    ) -> None:
        self._oms = oms
        self._topics = topics
        self._wall = wall
        self._refusals_max = refusals_max
        self._index = RowIndex()
        self._created = array("Q")
        self._changed = array("Q")
        self._updated = IntColumn()
        self._order_ids = array("Q")  # 0 for what never became one.
        self._worth = IntColumn()  # Sum of price times quantity over the executions.
        self._texts: dict[int, str] = {}
        self._terms: dict[int, Terms] = {}
        self._doubts: set[int] = set()  # Rows whose text says why an outcome is not known.
        self._rows = array("Q", [0])  # Row by order id; there is no order 0.
        self._refusals: dict[int, Refusal] = {}
        self._refused_ids: dict[tuple[str, str], int] = {}

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
        assert len(self._rows) == event.order_id, "order ids count up from 1"
        row = self._add(moment, event.account_id, event.instrument_id, strategy_id, event.order_id)
        self._rows.append(row)
        if terms is not None:
            self._terms[row] = terms
        self._tell(moment, row, event.order_id)

    def _add(
        self, moment: Moment, account_id: str, instrument_id: str, strategy_id: str, order_id: int
    ) -> int:
        self._created.append(moment.seq)
        self._changed.append(moment.seq)
        self._updated.append(moment.now)
        self._order_ids.append(order_id)
        self._worth.append(0)
        return self._index.add(account_id, instrument_id, strategy_id)

    def _on_refused(self, moment: Moment, event: OrderRefused) -> None:
        key = event.account_id, event.client_order_id
        row = self._refused_ids.get(key)
        if row is not None and type(self._refusals[row].event) is OrderRefused:
            return  # The first answer again, to the same request.
        asked = moment.command if type(moment.command) is SubmitOrder else None
        self._refuse(moment, Refusal(asked, event), event.instrument_id, event.strategy_id)

    def _on_denied(self, moment: Moment, event: OrderDenied) -> None:
        command = moment.command
        if type(command) is SubmitOrder:
            self._refuse(moment, Refusal(command, event), command.instrument_id, command.strategy_id)

    def _refuse(self, moment: Moment, refusal: Refusal, instrument_id: str, strategy_id: str) -> None:
        event = refusal.event
        row = self._add(moment, event.account_id, instrument_id, strategy_id, 0)
        self._refusals[row] = refusal
        key = event.account_id, event.client_order_id
        first = self._refused_ids.get(key)
        if first is None or type(self._refusals[first].event) is OrderDenied:
            self._refused_ids[key] = row
        if len(self._refusals) > self._refusals_max:
            self._forget()
        make = partial(self._refusal_view, row, refusal)
        self._topics.append(Topic.ORDERS, TopicRow(moment.seq, event.account_id, make))

    def _forget(self) -> None:
        row = next(iter(self._refusals))
        event = self._refusals.pop(row).event
        key = event.account_id, event.client_order_id
        if self._refused_ids.get(key) == row:
            del self._refused_ids[key]

    def _on_change(self, moment: Moment, event: Any) -> None:
        order_id = event.order_id
        row = self._rows[order_id]
        self._changed[row] = moment.seq
        self._updated[row] = moment.now
        if row in self._doubts and not self._oms.orders[order_id].unknown_ids:
            self._doubts.discard(row)
            self._texts.pop(row, None)
        self._tell(moment, row, order_id)

    def _on_words(self, moment: Moment, event: Any) -> None:
        self._say(moment, event, event.text)

    def _say(self, moment: Moment, event: Any, text: str) -> None:
        row = self._rows[event.order_id]
        self._doubts.discard(row)
        self._texts[row] = text
        self._on_change(moment, event)

    def _on_unknown(self, moment: Moment, event: OrderUnknown) -> None:
        self._say(moment, event, event.text)
        self._doubts.add(self._rows[event.order_id])

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
        row = self._rows[order_id]
        self._terms[row] = msgspec.structs.replace(self._terms.get(row, NO_TERMS), **changes)

    def _on_busted(self, moment: Moment, event: FillBusted) -> None:
        self._worth[self._rows[event.order_id]] -= event.last_px * event.last_qty
        self._on_change(moment, event)

    def _on_filled(self, moment: Moment, event: OrderFilled) -> None:
        row = self._rows[event.order_id]
        self._worth[row] += event.last_px * event.last_qty
        self._on_change(moment, event)

    def _tell(self, moment: Moment, row: int, order_id: int) -> None:
        """Keep the order as it is now for those who are told, or will ask what they missed."""
        seq, topics = moment.seq, self._topics
        order: Order = self._oms.orders[order_id].__copy__()  # type: ignore[attr-defined]  # Of every struct.
        topics.touch(Topic.ACCOUNTS, order.account_id, seq)
        told = OrderRow(
            seq, order.account_id, order, self._created[row], moment.now, self._worth[row],
            self._texts.get(row, ""), self._terms.get(row), self._wall,
        )  # fmt: skip
        topics.append(Topic.ORDERS, told)

    # ------------------------------------------------------------------------------------ what is shown

    def _refusal_view(self, row: int, refusal: Refusal) -> OrderView:
        event, seq = refusal.event, self._created[row]
        ts, wall = format_ts(self._updated[row]), format_time(self._wall.at(seq))
        if isinstance(event, OrderRefused):
            asked: OrderRefused | SubmitOrder = event
            status = OrderStatus.REFUSED
            trader_id = "" if refusal.command is None else refusal.command.trader_id
            text = event.failures[0].text if event.failures else ""
            failures, largest = failure_views(event.failures), format_raw(event.largest_qty)
        else:
            assert refusal.command is not None
            asked, status, trader_id = refusal.command, OrderStatus.DENIED, refusal.command.trader_id
            text, failures, largest = f"{event.reason}: {event.text}", (), None
        view = OrderView(
            None, seq, seq, event.account_id, event.client_order_id, trader_id, asked.strategy_id,
            asked.instrument_id, asked.side, asked.order_type, asked.time_in_force,
            format_raw(asked.order_qty), format_optional(asked.limit_price), status, "0", "0", None, "", None,
            None, text, failures, largest, ts, wall, ts, wall,
        )  # fmt: skip
        instructions = asked.instructions
        return view if instructions is None else msgspec.structs.replace(view, **terms_fields(instructions))

    def _view(self, row: int) -> OrderView:
        order_id = self._order_ids[row]
        if order_id == 0:
            return self._refusal_view(row, self._refusals[row])
        return order_view(
            self._oms.orders[order_id], self._changed[row], self._created[row], self._updated[row],
            self._worth[row], self._texts.get(row, ""), self._terms.get(row), self._wall,
        )  # fmt: skip

    # ---------------------------------------------------------------------------------------- questions

    def order(self, order_id: int, accounts: frozenset[str] | None) -> OrderView | None:
        """The order; None where there is none, or none that may be seen."""
        order = self._oms.orders.get(order_id)
        if order is None or (accounts is not None and order.account_id not in accounts):
            return None
        return self._view(self._rows[order_id])

    def by_client_id(self, account_id: str, client_order_id: str) -> OrderView | None:
        """What a client order id led to; the id of a cancel or a replace names the order it was about."""
        account = self._oms.accounts.get(account_id)
        request = None if account is None else account.requests.get(client_order_id)
        if request is not None and request.order_id:
            return self._view(self._rows[request.order_id])
        row = self._refused_ids.get((account_id, client_order_id))
        return None if row is None else self._view(row)

    def page(self, chosen: OrderFilter, limit: int, cursor: str | None, seq: int) -> Page[OrderView]:
        """Orders, the newest first."""
        check_limit(limit)
        position = decode_cursor(KIND, cursor)
        below = self._index.count if position is None else bisect_left(self._created, position)
        seen = chosen.seen()
        if chosen.scope is OrderScope.OPEN:
            rows = self._open_rows(below, seen)
        else:
            rows = self._index.newest(below, seen, chosen.instrument_id, chosen.strategy_id)
        picked = pick(rows, lambda row: self._matches(row, chosen, seen), limit)
        following = None if picked.below is None else encode_cursor(KIND, self._created[picked.below])
        return Page(tuple(self._view(row) for row in picked.rows), following, seq)

    def _open_rows(self, below: int, accounts: frozenset[str] | None) -> Iterator[int]:
        found = self._oms.accounts
        names = found if accounts is None else [name for name in accounts if name in found]
        rows = [self._rows[order_id] for name in names for order_id in found[name].open_orders]
        return iter(sorted((row for row in rows if row < below), reverse=True))

    def _matches(self, row: int, chosen: OrderFilter, accounts: frozenset[str] | None) -> bool:
        order_id = self._order_ids[row]
        if order_id:
            order = self._oms.orders[order_id]
            terms: Any = order
            account_id, is_done = order.account_id, order.working is Working.DONE
        else:
            refusal = self._refusals.get(row)
            if refusal is None:
                return False
            terms = refusal.command or refusal.event
            account_id, is_done = refusal.event.account_id, True
        return (
            (accounts is None or account_id in accounts)
            and (not chosen.instrument_id or terms.instrument_id == chosen.instrument_id)
            and (not chosen.strategy_id or terms.strategy_id == chosen.strategy_id)
            and (chosen.scope is OrderScope.ALL or is_done is (chosen.scope is OrderScope.DONE))
        )
