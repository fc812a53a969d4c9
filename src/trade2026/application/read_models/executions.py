"""Fills, and the ledger's entries: the same executions seen from the order and from the books."""

from array import array
from bisect import bisect_left
from functools import partial
from typing import Final

from trade2026.application.read_models.columns import IntColumn, WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.orders import OrderFilter
from trade2026.application.read_models.paging import (
    Page,
    RowIndex,
    check_limit,
    decode_cursor,
    encode_cursor,
    pick,
)
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import FillView, LedgerEntry, PostingView, format_time, format_ts
from trade2026.ledger.postings import postings
from trade2026.ledger.state import LedgerState
from trade2026.model.enums import LiquiditySide, Side
from trade2026.model.events import CashTransferred, FillBusted, OrderFilled, PositionAdjusted, TradeBooked
from trade2026.model.lists import opposite
from trade2026.oms.state import OmsState
from trade2026.primitives.fixed_point import decode_money, encode_money, format_raw

KIND: Final = "f"
ENTRY_KIND: Final = "l"


class Executions:
    """A row for each fill, in columns, and one for each entry of the ledger.

    An execution that is taken back has a row of its own, with the side turned round.
    """

    def __init__(self, oms: OmsState, ledger: LedgerState, topics: Topics, wall: WallClock) -> None:
        self._oms = oms
        self._ledger = ledger
        self._topics = topics
        self._wall = wall
        self._index = RowIndex()
        self._seqs = array("Q")
        self._times = IntColumn()
        self._order_ids = array("Q")
        self._last_qty = array("q")
        self._last_px = array("q")
        self._cum_qty = array("q")
        self._commission = array("q")
        self._quantity = array("q")
        self._realized = IntColumn()
        self._opened_cost = IntColumn()
        self._closed_cost = IntColumn()
        self._execution_ids: list[str] = []
        self._liquidity: list[LiquiditySide | None] = []
        self._commission_currencies: list[str] = []
        self._names: dict[str, str] = {}
        self._of_order: dict[int, int | array[int]] = {}
        self._entries = RowIndex()
        self._entry_seqs = array("Q")
        self._entry_rows = array("q")  # A fill's row, or -1 - the place of what is no trade.
        self._others: list[CashTransferred | PositionAdjusted] = []
        self._taken_back: dict[int, str] = {}  # Execution that a row takes back.

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {
            OrderFilled: self._on_filled,
            FillBusted: self._on_busted,
            TradeBooked: self._on_booked,
            CashTransferred: self._on_transferred,
            PositionAdjusted: self._on_adjusted,
        }

    def _on_filled(self, moment: Moment, event: OrderFilled) -> None:
        self._add_fill(moment, event, event.liquidity_side)

    def _on_busted(self, moment: Moment, event: FillBusted) -> None:
        self._taken_back[self._index.count] = event.ref_execution_id
        self._add_fill(moment, event, None)

    def _add_fill(
        self, moment: Moment, event: OrderFilled | FillBusted, liquidity_side: LiquiditySide | None
    ) -> None:
        row = self._index.add(event.account_id, event.instrument_id, event.strategy_id)
        self._seqs.append(moment.seq)
        self._times.append(event.ts_event)
        self._order_ids.append(event.order_id)
        self._last_qty.append(event.last_qty)
        self._last_px.append(event.last_px)
        self._cum_qty.append(event.cum_qty)
        self._commission.append(event.commission)
        self._execution_ids.append(event.execution_id)
        self._liquidity.append(liquidity_side)
        currency = event.commission_currency
        self._commission_currencies.append(self._names.setdefault(currency, currency))
        rows = self._of_order.get(event.order_id)
        if rows is None:
            self._of_order[event.order_id] = row
        elif isinstance(rows, int):
            self._of_order[event.order_id] = array("Q", [rows, row])
        else:
            rows.append(row)

    def _on_booked(self, moment: Moment, event: TradeBooked) -> None:
        row = len(self._quantity)
        self._quantity.append(event.quantity)
        self._realized.append(decode_money(event.realized))
        self._opened_cost.append(decode_money(event.opened_cost))
        self._closed_cost.append(decode_money(event.closed_cost))
        self._add_entry(moment.seq, event.account_id, event.instrument_id, row)
        make = partial(self._view, row)
        self._topics.append(Topic.FILLS, TopicRow(moment.seq, event.account_id, make))

    def _on_transferred(self, moment: Moment, event: CashTransferred) -> None:
        self._add_entry(moment.seq, event.account_id, "", -1 - len(self._others))
        self._others.append(event)

    def _on_adjusted(self, moment: Moment, event: PositionAdjusted) -> None:
        self._add_entry(moment.seq, event.account_id, "", -1 - len(self._others))
        self._others.append(event)

    def _add_entry(self, seq: int, account_id: str, instrument_id: str, row: int) -> None:
        self._entries.add(account_id, instrument_id, "")
        self._entry_seqs.append(seq)
        self._entry_rows.append(row)

    # -------------------------------------------------------------------------------------------- fills

    def _view(self, row: int) -> FillView:
        order = self._oms.orders[self._order_ids[row]]
        seq = self._seqs[row]
        return FillView(
            seq, format_ts(self._times[row]), format_time(self._wall.at(seq)), self._execution_ids[row],
            order.order_id, order.client_order_id, order.account_id, order.strategy_id, order.instrument_id,
            self._side(row), format_raw(self._last_qty[row]), format_raw(self._last_px[row]),
            format_raw(self._cum_qty[row]), self._ledger.instruments[order.instrument_id].quote_currency,
            format_raw(self._commission[row]), self._commission_currencies[row], self._liquidity[row],
            format_raw(self._realized[row]), self._taken_back.get(row, ""),
        )  # fmt: skip

    def _side(self, row: int) -> Side:
        side = self._oms.orders[self._order_ids[row]].side
        return opposite(side) if row in self._taken_back else side

    def fills(
        self, chosen: OrderFilter, order_id: int | None, limit: int, cursor: str | None, seq: int
    ) -> Page[FillView]:
        """Fills, the newest first; `scope` of the filter is not looked at."""
        check_limit(limit)
        position = decode_cursor(KIND, cursor)
        below = self._index.count if position is None else bisect_left(self._seqs, position)
        seen = chosen.seen()
        if order_id is None:
            rows = self._index.newest(below, seen, chosen.instrument_id, chosen.strategy_id)
        else:
            found = self._of_order.get(order_id, ())
            own = [found] if isinstance(found, int) else found
            rows = iter(sorted((row for row in own if row < below), reverse=True))
        picked = pick(rows, lambda row: self._matches(row, chosen, seen), limit)
        following = None if picked.below is None else encode_cursor(KIND, self._seqs[picked.below])
        return Page(tuple(self._view(row) for row in picked.rows), following, seq)

    def _matches(self, row: int, chosen: OrderFilter, accounts: frozenset[str] | None) -> bool:
        order = self._oms.orders[self._order_ids[row]]
        return (
            (accounts is None or order.account_id in accounts)
            and (not chosen.instrument_id or order.instrument_id == chosen.instrument_id)
            and (not chosen.strategy_id or order.strategy_id == chosen.strategy_id)
        )

    # ------------------------------------------------------------------------------------------- ledger

    def entries(self, chosen: OrderFilter, limit: int, cursor: str | None, seq: int) -> Page[LedgerEntry]:
        """Entries of the ledger, the newest first; by account and instrument."""
        check_limit(limit)
        position = decode_cursor(ENTRY_KIND, cursor)
        below = self._entries.count if position is None else bisect_left(self._entry_seqs, position)
        seen = chosen.seen()
        rows = self._entries.newest(below, seen, chosen.instrument_id)
        picked = pick(rows, lambda entry: self._entry_matches(entry, chosen, seen), limit)
        following = None
        if picked.below is not None:
            following = encode_cursor(ENTRY_KIND, self._entry_seqs[picked.below])
        return Page(tuple(self._entry(entry) for entry in picked.rows), following, seq)

    def _entry_matches(self, entry: int, chosen: OrderFilter, accounts: frozenset[str] | None) -> bool:
        row = self._entry_rows[entry]
        if row >= 0:
            return self._matches(row, chosen, accounts)
        account_id = self._others[-1 - row].account_id
        return (accounts is None or account_id in accounts) and not chosen.instrument_id

    def _entry(self, entry: int) -> LedgerEntry:
        row, seq = self._entry_rows[entry], self._entry_seqs[entry]
        event: CashTransferred | PositionAdjusted | TradeBooked
        if row >= 0:
            event = self._booked(row)
            kind, ts, account_id = "TRADE", event.ts_event, event.account_id
            if row in self._taken_back:
                kind = "BUST"
            text = (
                f"{self._side(row)} {format_raw(self._last_qty[row])} {event.instrument_id} at "
                f"{format_raw(self._last_px[row])}, order {event.order_id}, execution {event.execution_id}"
            )
        else:
            event = self._others[-1 - row]
            kind = "TRANSFER" if isinstance(event, CashTransferred) else "ADJUSTMENT"
            ts, account_id, text = event.now, event.account_id, event.text
        lines = tuple(
            PostingView(line.kind.value, line.commodity, format_raw(amount))
            for line, amount in postings(event, self._ledger.instruments)
        )
        return LedgerEntry(seq, format_ts(ts), format_time(self._wall.at(seq)), account_id, kind, text, lines)

    def _booked(self, row: int) -> TradeBooked:
        """The event again, but for `closed_qty`, which no entry needs."""
        order = self._oms.orders[self._order_ids[row]]
        opened, closed, realized = self._opened_cost[row], self._closed_cost[row], self._realized[row]
        return TradeBooked(
            order.account_id, order.instrument_id, order.order_id, self._execution_ids[row],
            self._times[row], self._ledger.instruments[order.instrument_id].quote_currency,
            self._quantity[row], 0, encode_money(realized - opened + closed), encode_money(closed),
            encode_money(opened), encode_money(realized), encode_money(self._commission[row]),
            self._commission_currencies[row],
        )  # fmt: skip
