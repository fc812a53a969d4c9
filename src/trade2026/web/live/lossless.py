"""The newest rows of a lossless topic, in order of the journal, held once for all clients.

No client has a queue of its own: it has a position in the topic's one bounded queue. Whoever falls off its
end has exceeded what is kept; whoever is not blocked is then sent what it missed from the read models, by
number.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from trade2026.primitives.errors import InputError
from trade2026.web.live import frames
from trade2026.web.live.audience import Audience
from trade2026.web.live.topics import LiveRow, TopicSpec

FRAME_ROWS: Final = 1_000
FRAME_BYTES: Final = 262_144


class NumberedRow(LiveRow, Protocol):
    """A row with the journal number it belongs to."""

    @property
    def seq(self) -> int:
        """Number of the journal."""
        ...


class ReplayPage(Protocol):
    """Rows of a topic since a number, in order; a number is never cut in two."""

    @property
    def rows(self) -> Sequence[NumberedRow]:
        """As many as were asked for, or all there are up to the number told last."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether they are no longer kept."""
        ...

    @property
    def next_from_seq(self) -> int | None:
        """Where to go on; None when there is no more so far."""
        ...


class Replay(Protocol):
    """Where rows come from that the hub no longer holds: `replay_topic` of the read models.

    What it gives ends where the rows end that were published so far: it is called, and the answer used,
    within one turn of the event loop.
    """

    def __call__(self, topic: str, from_seq: int, accounts: frozenset[str] | None, limit: int) -> ReplayPage:
        """Rows from a number on, at most about `limit`."""
        ...


class _Entry(NamedTuple):
    seq: int
    rows: tuple[tuple[str | None, bytes], ...]
    size: int


class Batch(NamedTuple):
    """Rows of a topic for one audience: a shared tail (None where it sees none of them), and what is next."""

    tail: bytes | None
    seq: int
    next_position: int


class LosslessTopic:
    """One lossless topic.

    Attributes
    ----------
    first, end : int
        Positions of the oldest entry held and of the next to come; they count entries since the start.
    last_seq : int
        Number of the newest rows, held or not; -1 for none.
    encoded : int
        How often a frame was encoded.
    """

    def __init__(self, spec: TopicSpec, *, queue_rows: int, queue_bytes: int) -> None:
        self.spec = spec
        self.first = 0
        self.end = 0
        self.encoded = 0
        self.last_seq = -1
        self._queue_rows = queue_rows
        self._queue_bytes = queue_bytes
        self._rows = 0
        self._bytes = 0
        self._entries: deque[_Entry] = deque()
        self._cache: dict[tuple[int, Audience], Batch] = {}

    def publish(self, seq: int, rows: Sequence[LiveRow], *, is_wanted: bool) -> None:
        """Append the rows of one journal number; raises InputError unless it is higher than the last.

        Rows that nobody listens to are not even looked at.
        """
        if seq <= self.last_seq:
            raise InputError(
                f"seq of {self.spec.name} must rise, was {seq} after {self.last_seq}; "
                "publish all rows of a number at once"
            )
        self.last_seq = seq
        if not is_wanted:
            self._forget()
            return
        if not rows:
            return
        packed = tuple((row.account_id, frames.pack(row.view)) for row in rows)
        entry = _Entry(seq, packed, sum(len(row) for _, row in packed))
        self._entries.append(entry)
        self._rows += len(rows)
        self._bytes += entry.size
        self.end += 1
        while self._entries and (self._rows > self._queue_rows or self._bytes > self._queue_bytes):
            oldest = self._entries.popleft()
            self._rows -= len(oldest.rows)
            self._bytes -= oldest.size
            self.first += 1
        self._cache.clear()

    def _forget(self) -> None:
        self._entries.clear()
        self._cache.clear()
        self._rows = self._bytes = 0
        self.first = self.end

    def batch(self, position: int, audience: Audience) -> Batch:
        """Rows from a position (held, and before `end`) on, at most a frame full."""
        key = (position, audience)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._encode(position, audience)
            self.encoded += 1
        return found

    def _encode(self, position: int, audience: Audience) -> Batch:
        chosen: list[bytes] = []
        rows = size = 0
        seq = -1
        for number in range(position, self.end):
            entry = self._entries[number - self.first]
            if rows and (rows + len(entry.rows) > FRAME_ROWS or size + entry.size > FRAME_BYTES):
                break
            rows += len(entry.rows)
            size += entry.size
            seq = entry.seq
            position = number + 1
            chosen.extend(packed for account, packed in entry.rows if audience.sees(account))
        tail = frames.rows_tail(chosen, is_snapshot=False) if chosen else None
        return Batch(tail, seq, position)


def replayed_tails(page: ReplayPage, audience: Audience) -> list[tuple[int, bytes]]:
    """Numbers and shared tails of the frames of replayed rows, without those foreign to the audience."""
    tails: list[tuple[int, bytes]] = []
    part: list[bytes] = []
    size = 0
    last = -1
    for row in page.rows:
        if not audience.sees(row.account_id):
            continue
        if part and row.seq != last and (len(part) >= FRAME_ROWS or size >= FRAME_BYTES):
            tails.append((last, frames.rows_tail(part, is_snapshot=False)))
            part, size = [], 0
        packed = frames.pack(row.view)
        part.append(packed)
        size += len(packed)
        last = row.seq
    if part:
        tails.append((last, frames.rows_tail(part, is_snapshot=False)))
    return tails
