"""Events as they are shown, read from the journal itself: nothing of them is kept in memory."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, get_args

import msgspec

from trade2026.application.journals import plain_struct
from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.paging import Page, check_limit, decode_cursor, encode_cursor
from trade2026.application.read_models.tail import Checkpoints
from trade2026.application.read_models.views import EventView, format_time, format_ts
from trade2026.model.commands import Command
from trade2026.model.enums import Scope
from trade2026.model.events import (
    AccountOpened,
    ClockRecorded,
    Event,
    OrdersRecalled,
    OrdersRetired,
    RunStarted,
    RunStopped,
)
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import InputError
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import Frame, JournalReader

KIND: Final = "e"
SCAN_MAX: Final = 50_000
"""Most frames looked at for one page."""
_STEP: Final = 512
EVENTS_MAX: Final = 64
"""More than one frame holds; a position is frame times this, plus the event's place."""

TYPES: Final = frozenset(kind.__name__ for kind in get_args(Event))

AccountOf = Callable[[Scope, str], str | None]


class EventQuery(msgspec.Struct, frozen=True):
    """Which events: frames `first_seq` to `last_seq`, both included, of these types, holding this text.

    `text` is looked for in names and words, whatever their case, not in numbers and times. `oldest_first`
    turns the order of the list round.
    """

    first_seq: int = 1
    last_seq: int | None = None
    types: tuple[str, ...] = ()
    text: str = ""
    oldest_first: bool = False
    accounts: frozenset[str] | None = None


class EventLog:
    """Pages of events; each page does a bounded amount of work and reads off the event loop."""

    def __init__(
        self,
        storage: Storage,
        checkpoints: Checkpoints,
        account_of_order: Callable[[int], str | None],
        wall: WallClock,
        account_of: AccountOf,
        account_of_run: Callable[[str], str | None],
    ) -> None:
        self._storage = storage
        self._checkpoints = checkpoints
        self._account_of_order = account_of_order
        self._wall = wall
        self._account_of = account_of
        self._account_of_run = account_of_run

    async def page(
        self, query: EventQuery, limit: int, cursor: str | None, seq: int, scan_max: int = SCAN_MAX
    ) -> Page[EventView]:
        """Events up to frame `seq`, the newest first unless asked otherwise.

        Raises
        ------
        InputError
            A bound, a type or the cursor cannot be used.
        IntegrityError
            The journal is damaged where it was read.
        """
        check_limit(limit)
        _check(query)
        first, last = query.first_seq, seq if query.last_seq is None else min(query.last_seq, seq)
        above, below = -1, (last + 1) * EVENTS_MAX  # Places the page may take, both excluded.
        position = decode_cursor(KIND, cursor)
        if position is not None and query.oldest_first:
            first, above = max(first, position // EVENTS_MAX), position
        elif position is not None:
            last, below = min(last, position // EVENTS_MAX), position
        found: list[EventView] = []
        place = scanned = 0
        while first <= last:
            start, stop = self._next_span(first, last, query.oldest_first)
            read = partial(read_frames, self._storage, self._checkpoints, start, stop)
            frames = await self._storage.in_background(read, aside=True)
            for candidate, view in self._matching(frames, query):
                if above < candidate < below:
                    if len(found) == limit:
                        return Page(tuple(found), encode_cursor(KIND, place), seq)
                    found.append(view)
                    place = candidate
            scanned += len(frames)
            first, last = (stop + 1, last) if query.oldest_first else (first, start - 1)
            if scanned >= scan_max and first <= last:
                place = first * EVENTS_MAX - 1 if query.oldest_first else start * EVENTS_MAX
                return Page(tuple(found), encode_cursor(KIND, place), seq)
        return Page(tuple(found), None, seq)

    def _next_span(self, first: int, last: int, oldest_first: bool) -> tuple[int, int]:
        """The frames to read next, both included."""
        if oldest_first:
            return first, min(last, first + _STEP - 1)
        place = self._checkpoints.before(max(last - _STEP + 2, 1))
        return max(first, 1 if place is None else place.seq + 1), last

    def _matching(self, frames: list[Frame], query: EventQuery) -> Iterator[tuple[int, EventView]]:
        text = query.text.casefold()
        needle = text.encode() if text.isascii() else b""
        for frame in frames if query.oldest_first else reversed(frames):
            if needle and needle not in frame.payload.lower() and not _names_type(text):
                continue
            command, events = decode_record(frame.payload, frame.seq)
            numbered = list(enumerate(events))
            for n, event in numbered if query.oldest_first else reversed(numbered):
                if self._is_wanted(command, event, query, text):
                    yield frame.seq * EVENTS_MAX + n, self._view(frame.seq, n, command, event)

    def _is_wanted(self, command: Command, event: Event, query: EventQuery, text: str) -> bool:
        if query.types and type(event).__name__ not in query.types:
            return False
        if query.accounts is not None:
            if isinstance(event, OrdersRetired | OrdersRecalled):
                return False  # Of any accounts.
            account_id = self._whose(command, event)
            if account_id is not None and account_id not in query.accounts:
                return False
        return not text or text in type(event).__name__.casefold() or _holds(event, text)

    def _whose(self, command: Command, event: Any) -> str | None:
        """The account an event is about; None for what is everyone's."""
        if isinstance(event, AccountOpened):
            return event.account.account_id
        if isinstance(event, RunStarted | RunStopped):
            return self._account_of_run(event.run_id)
        sources: tuple[Any, ...] = (event, command)
        for source in sources:
            account_id: str | None = getattr(source, "account_id", None)
            if account_id is not None:
                return account_id
            scope = getattr(source, "scope", None)
            if scope is not None:
                return self._account_of(scope, source.target)
        return self._account_of_order(getattr(event, "order_id", 0))

    def _view(self, seq: int, n: int, command: Command, event: Event) -> EventView:
        data = plain_struct(event)
        name = data.pop("type")
        if isinstance(event, OrdersRecalled):
            data["facts"] = f"{len(event.facts)} bytes"
        if isinstance(event, ClockRecorded):
            data["wall_ns"] = format_ts(event.wall_ns)
        return EventView(seq, n, format_ts(command.now), format_time(self._wall.at(seq)), name, data)


def read_frames(storage: Storage, checkpoints: Checkpoints, start: int, stop: int) -> list[Frame]:
    """Frames `start` to `stop`, both included, read from the nearest place before them."""
    reader = JournalReader(storage, cursor=checkpoints.before(start))
    frames: list[Frame] = []
    try:
        while reader.position.seq < stop:
            block = reader.read_available(_STEP)
            if not block:
                break
            frames += [frame for frame in block if start <= frame.seq <= stop]
    finally:
        reader.close()
    return frames


def _check(query: EventQuery) -> None:
    if query.first_seq < 1 or (query.last_seq is not None and query.last_seq < 1):
        raise InputError(
            f"first and last must be at least 1, were {query.first_seq} and {query.last_seq}; "
            f"frames are numbered from 1"
        )
    for name in query.types:
        if name not in TYPES:
            raise InputError(f"types must be events such as OrderFilled, was {name!r}")


def _names_type(text: str) -> bool:
    return any(text in name.casefold() for name in TYPES)


def _holds(value: Any, text: str) -> bool:
    """Whether a word in the value holds the text."""
    if isinstance(value, str):
        return text in value.casefold()
    if isinstance(value, tuple):
        return any(_holds(each, text) for each in value)
    if isinstance(value, msgspec.Struct):
        return any(_holds(getattr(value, name), text) for name in value.__struct_fields__)
    return False
