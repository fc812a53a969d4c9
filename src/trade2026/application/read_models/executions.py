"""Fills, and the ledger's entries: the same executions seen from the order and from the books."""

from functools import partial
from itertools import islice
from typing import Final

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.order_filter import OrderFilter, is_chosen, seq_of
from trade2026.application.read_models.paging import Page, check_limit, decode_cursor, encode_cursor, pick
from trade2026.application.read_models.tiers import Tiered
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import FillView, LedgerEntry, PostingView, format_time, format_ts
from trade2026.ledger.postings import postings
from trade2026.ledger.state import LedgerState
from trade2026.model.events import CashTransferred, FillBusted, OrderFilled, PositionAdjusted, TradeBooked
from trade2026.oms.state import OmsState
from trade2026.ports.history import History, HistoryKey, HistoryKind
from trade2026.primitives.fixed_point import decode_money, format_raw

KIND: Final = "f"
ENTRY_KIND: Final = "l"
ROWS_MAX: Final = 10_000
"""Fills, and entries of the ledger, that stay in memory at least."""
STEP: Final = 256
"""How many move into the history at a time: requests wait for as long as that takes."""
_FOREVER: Final = 2**63 - 1


class Fill(msgspec.Struct, array_like=True, gc=False):
    """An execution, or one that is taken back, with its booking; the id the order had at the venue then."""

    event: OrderFilled | FillBusted
    client_order_id: str
    booked: TradeBooked | None = None


Other = CashTransferred | PositionAdjusted

_ENCODER: Final = msgspec.msgpack.Encoder()
_FILL: Final = msgspec.msgpack.Decoder(Fill)
_OTHER: Final = msgspec.msgpack.Decoder(Other)


class Executions:
    """A row for each fill, and one for each entry of the ledger; one of each to a frame at the most.

    An execution that is taken back has a row of its own, with the side turned round.
    """

    def __init__(
        self,
        oms: OmsState,
        ledger: LedgerState,
        topics: Topics,
        wall: WallClock,
        history: History,
        rows_max: int = ROWS_MAX,
    ) -> None:
        self._oms = oms
        self._ledger = ledger
        self._topics = topics
        self._wall = wall
        self._rows_max = rows_max
        self._step = min(STEP, rows_max)
        self._fills: Tiered[Fill] = Tiered(HistoryKind.FILLS, history)
        self._entries: Tiered[Other | None] = Tiered(HistoryKind.ENTRIES, history)  # None: of a fill.
        self._of_order: dict[int, list[int]] = {}  # Frames of fills in memory.

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {
            OrderFilled: self._on_fill,
            FillBusted: self._on_fill,
            TradeBooked: self._on_booked,
            CashTransferred: self._on_other,
            PositionAdjusted: self._on_other,
        }

    def _on_fill(self, moment: Moment, event: OrderFilled | FillBusted) -> None:
        key = HistoryKey(moment.seq, event.order_id, event.account_id, event.instrument_id, event.strategy_id)
        self._fills.add(key, Fill(event, self._oms.orders[event.order_id].client_order_id))
        self._of_order.setdefault(event.order_id, []).append(moment.seq)

    def _on_booked(self, moment: Moment, event: TradeBooked) -> None:
        fill = self._fills.rows[moment.seq]
        fill.booked = event
        self._entries.add(self._fills.key(moment.seq), None)
        make = partial(self._view, moment.seq, fill)
        self._topics.append(Topic.FILLS, TopicRow(moment.seq, event.account_id, make))
        self._let_go()

    def _on_other(self, moment: Moment, event: Other) -> None:
        self._entries.add(HistoryKey(moment.seq, 0, event.account_id, "", ""), event)

    def _let_go(self) -> None:
        """Move the oldest rows into the history, a step at a time."""
        if len(self._entries.rows) >= self._rows_max + self._step:
            rows = self._entries.rows
            seqs = list(islice(rows, self._step))
            self._entries.keep([(seq, _ENCODER.encode(rows[seq])) for seq in seqs])
        if len(self._fills.rows) >= self._rows_max + self._step:
            fills = self._fills.rows
            moved = [(seq, fills[seq]) for seq in islice(fills, self._step)]
            self._fills.keep([(seq, _ENCODER.encode(fill)) for seq, fill in moved])
            for seq, fill in moved:
                seqs = self._of_order[fill.event.order_id]
                seqs.remove(seq)
                if not seqs:
                    del self._of_order[fill.event.order_id]

    # -------------------------------------------------------------------------------------------- fills

    def _view(self, seq: int, fill: Fill) -> FillView:
        event, booked = fill.event, fill.booked
        assert booked is not None, "an execution is booked in its frame"
        liquidity_side, taken_back = None, ""
        if isinstance(event, FillBusted):
            taken_back = event.ref_execution_id
        else:
            liquidity_side = event.liquidity_side
        return FillView(
            seq, format_ts(event.ts_event), format_time(self._wall.at(seq)), event.execution_id,
            event.order_id, fill.client_order_id, event.account_id, event.strategy_id, event.instrument_id,
            event.side, format_raw(event.last_qty), format_raw(event.last_px), format_raw(event.cum_qty),
            self._ledger.instruments[event.instrument_id].quote_currency, format_raw(event.commission),
            event.commission_currency, liquidity_side, format_raw(decode_money(booked.realized)), taken_back,
        )  # fmt: skip

    def fills(
        self, chosen: OrderFilter, order_id: int | None, limit: int, cursor: str | None, seq: int
    ) -> Page[FillView]:
        """Fills, the newest first; `scope` of the filter is not looked at."""
        check_limit(limit)
        position = decode_cursor(KIND, cursor)
        below = _FOREVER if position is None else min(position, _FOREVER)
        seen = chosen.seen()
        if order_id is None:
            keys = self._fills.newest(below, seen, chosen.instrument_id or "", chosen.strategy_id or "")
        else:
            keys = self._fills.of_order(below, order_id, self._of_order.get(order_id, ()))
        picked = pick(keys, lambda key: is_chosen(key, chosen, seen), limit, place=seq_of)
        following = None if picked.below is None else encode_cursor(KIND, picked.below)
        found = self._found(picked.rows)
        return Page(tuple(self._view(key.seq, found[key.seq]) for key in picked.rows), following, seq)

    def _found(self, keys: list[HistoryKey]) -> dict[int, Fill]:
        """The fills of these frames, wherever they are."""
        rows = self._fills.rows
        found = {key.seq: rows[key.seq] for key in keys if key.seq in rows}
        bodies = self._fills.bodies(keys)
        return found | {seq: _FILL.decode(body) for seq, body in bodies.items()}

    # ------------------------------------------------------------------------------------------- ledger

    def entries(self, chosen: OrderFilter, limit: int, cursor: str | None, seq: int) -> Page[LedgerEntry]:
        """Entries of the ledger, the newest first; by account and instrument."""
        check_limit(limit)
        position = decode_cursor(ENTRY_KIND, cursor)
        below = _FOREVER if position is None else min(position, _FOREVER)
        seen = chosen.seen()
        keys = self._entries.newest(below, seen, chosen.instrument_id or "")
        picked = pick(keys, lambda key: is_chosen(key, chosen, seen), limit, place=seq_of)
        following = None if picked.below is None else encode_cursor(ENTRY_KIND, picked.below)
        fills = self._found([key for key in picked.rows if key.order_id])
        bodies = self._entries.bodies(key for key in picked.rows if not key.order_id)
        items = []
        for key in picked.rows:
            if key.order_id:
                items.append(self._trade(key.seq, fills[key.seq]))
            else:
                other = self._entries.rows.get(key.seq)
                items.append(self._other(key.seq, other or _OTHER.decode(bodies[key.seq])))
        return Page(tuple(items), following, seq)

    def _trade(self, seq: int, fill: Fill) -> LedgerEntry:
        event, booked = fill.event, fill.booked
        assert booked is not None, "an execution is booked in its frame"
        text = (
            f"{event.side} {format_raw(event.last_qty)} {event.instrument_id} at "
            f"{format_raw(event.last_px)}, order {event.order_id}, execution {event.execution_id}"
        )
        kind = "BUST" if isinstance(event, FillBusted) else "TRADE"
        return self._entry(seq, booked, kind, booked.ts_event, text)

    def _other(self, seq: int, event: Other) -> LedgerEntry:
        kind = "TRANSFER" if isinstance(event, CashTransferred) else "ADJUSTMENT"
        return self._entry(seq, event, kind, event.now, event.text)

    def _entry(self, seq: int, event: Other | TradeBooked, kind: str, ts: int, text: str) -> LedgerEntry:
        lines = tuple(
            PostingView(line.kind.value, line.commodity, format_raw(amount))
            for line, amount in postings(event, self._ledger.instruments)
        )
        wall = format_time(self._wall.at(seq))
        return LedgerEntry(seq, format_ts(ts), wall, event.account_id, kind, text, lines)
