"""The life of one order, read from the journal: each frame that concerns it, in words and with evidence."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.event_log import EVENTS_MAX, SCAN_MAX, read_frames
from trade2026.application.read_models.order_lives import Named, OrderLives, order_of
from trade2026.application.read_models.order_words import OrderEventView, say
from trade2026.application.read_models.paging import Page, check_limit, decode_cursor, encode_cursor
from trade2026.application.read_models.tail import Checkpoints
from trade2026.application.read_models.views import PostingView, format_time, format_ts
from trade2026.ledger.postings import postings
from trade2026.ledger.state import LedgerState
from trade2026.model.events import Event, TradeBooked
from trade2026.ports.storage import Storage
from trade2026.primitives.fixed_point import format_raw
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import Frame

KIND: Final = "ol"
_SPAN: Final = 512
_NEAR: Final = 64
"""Frames that are read on the way rather than jumped over."""


class OrderLife:
    """Pages of the life of an order; each page does a bounded amount of work and reads off the event loop."""

    def __init__(
        self,
        storage: Storage,
        checkpoints: Checkpoints,
        lives: OrderLives,
        named: Named,
        ledger: LedgerState,
        wall: WallClock,
    ) -> None:
        self._storage = storage
        self._checkpoints = checkpoints
        self._lives = lives
        self._named = named
        self._ledger = ledger
        self._wall = wall

    async def page(
        self, order_id: int, created_seq: int, limit: int, cursor: str | None, seq: int
    ) -> Page[OrderEventView]:
        """What happened to an order up to frame `seq`, the oldest first.

        Raises
        ------
        InputError
            The cursor cannot be used.
        IntegrityError
            The journal is damaged where it was read.
        """
        check_limit(limit)
        position = decode_cursor(KIND, cursor)
        after = -1 if position is None else position
        found: list[OrderEventView] = []
        scanned, place = 0, after
        for start, stop, wanted in self._spans(order_id, created_seq, max(after, 0) // EVENTS_MAX, seq):
            if scanned >= SCAN_MAX:
                return Page(tuple(found), encode_cursor(KIND, start * EVENTS_MAX - 1), seq)
            read = partial(read_frames, self._storage, self._checkpoints, start, stop)
            frames = await self._storage.in_background(read, aside=True)
            scanned += len(frames)
            for frame in frames:
                if wanted is None or frame.seq in wanted:
                    for n, view in self._views(frame, order_id):
                        if frame.seq * EVENTS_MAX + n <= after:
                            continue
                        if len(found) == limit:
                            return Page(tuple(found), encode_cursor(KIND, place), seq)
                        found.append(view)
                        place = frame.seq * EVENTS_MAX + n
        return Page(tuple(found), None, seq)

    def _spans(
        self, order_id: int, created_seq: int, from_seq: int, seq: int
    ) -> Iterator[tuple[int, int, frozenset[int] | None]]:
        """Frames to read, both ends included, and which of them are wanted; None for all of them."""
        known, is_whole = self._lives.frames(order_id)
        if not is_whole:  # The beginning is no longer remembered and has to be looked for.
            end = known[0] - 1 if known else seq
            for start in range(max(created_seq, from_seq), end + 1, _SPAN):
                yield start, min(start + _SPAN - 1, end), None
        span: list[int] = []
        for each in known:
            if each < from_seq or each > seq:
                continue
            if span and (each - span[-1] > _NEAR or each - span[0] >= _SPAN):
                yield span[0], span[-1], frozenset(span)
                span = []
            span.append(each)
        if span:
            yield span[0], span[-1], frozenset(span)

    def _views(self, frame: Frame, order_id: int) -> Iterator[tuple[int, OrderEventView]]:
        """What one frame says of the order; the entry of the ledger stands with what it books."""
        command, events = decode_record(frame.payload, frame.seq)
        ts, wall = format_ts(command.now), format_time(self._wall.at(frame.seq))
        for n, event in enumerate(events):
            if order_of(self._named, event) == order_id:
                title, text, evidence = say(command, event)
                booked = self._booked(events[n + 1 : n + 2], order_id)
                yield (
                    n,
                    OrderEventView(
                        frame.seq, n, ts, wall, type(event).__name__, title, text, evidence, booked
                    ),
                )

    def _booked(self, following: tuple[Event, ...], order_id: int) -> tuple[PostingView, ...]:
        """The entry of an execution: the ledger's event comes right behind it."""
        for event in following:
            if type(event) is TradeBooked and event.order_id == order_id:
                return tuple(
                    PostingView(line.kind.value, line.commodity, format_raw(amount))
                    for line, amount in postings(event, self._ledger.instruments)
                )
        return ()
