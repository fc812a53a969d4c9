"""What changed, for those who asked to be told: lossless rows by number, and rows that replace one another.

All of it happens in one thread. Between two turns of the event loop everything up to the applied number has
been told, so a caller that replays a topic and subscribes in the same turn misses nothing and gets nothing
twice.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple, Protocol

import msgspec

from trade2026.primitives.errors import InputError

RING: Final = 20_000
"""Rows of each lossless topic that are kept for those who resume."""


class Topic(StrEnum):
    """What can be subscribed to; the first three are lossless, the others keep one row for each key."""

    ORDERS = "orders"
    FILLS = "fills"
    ALERTS = "alerts"
    POSITIONS = "positions"
    ACCOUNTS = "accounts"
    TRADING_STATE = "trading-state"
    STRATEGY_RUNS = "strategy-runs"
    VENUES = "venues"


LOSSLESS: Final = (Topic.ORDERS, Topic.FILLS, Topic.ALERTS)

MakeView = Callable[[], msgspec.Struct]


class Row(Protocol):
    """One row: the frame that changed it, whose it is, and its view, made when it is first looked at.

    `account_id` is None for what everyone may see. The view of an order is the order as it was in that very
    frame; that of a keyed topic is the row as it is when looked at.
    """

    @property
    def seq(self) -> int:
        """The frame."""
        ...

    @property
    def account_id(self) -> str | None:
        """Whose it is."""
        ...

    @property
    def view(self) -> msgspec.Struct:
        """What is shown."""
        ...


class TopicRow:
    """A row whose view a callable makes."""

    __slots__ = ("_make", "_view", "account_id", "seq")

    def __init__(self, seq: int, account_id: str | None, make: MakeView) -> None:
        self.seq = seq
        self.account_id = account_id
        self._make: MakeView | None = make
        self._view: msgspec.Struct | None = None

    @property
    def view(self) -> msgspec.Struct:
        """What is shown."""
        if self._view is None:
            assert self._make is not None
            self._view = self._make()
            self._make = None
        return self._view


Callback = Callable[[Sequence[Row]], None]
MakeRow = Callable[[int, Hashable], Row]


class TopicReplay(NamedTuple):
    """Rows since a number, in order.

    `is_gone` says that they are no longer kept: take a snapshot. `next_from_seq` is where to go on where the
    limit cut them, None when there is no more up to the applied number.
    """

    rows: tuple[Row, ...]
    is_gone: bool
    next_from_seq: int | None


class _Subscriber(NamedTuple):
    callback: Callback
    accounts: frozenset[str] | None


def visible(rows: Sequence[Row], accounts: frozenset[str] | None) -> Sequence[Row]:
    """The rows that someone who may see these accounts may see."""
    if accounts is None:
        return rows
    return [row for row in rows if row.account_id is None or row.account_id in accounts]


class Topics:
    """Rings of the lossless topics, last changes of the keyed ones, and who is told of both."""

    def __init__(self, ring: int = RING) -> None:
        self._rings: dict[Topic, deque[Row]] = {topic: deque(maxlen=ring) for topic in LOSSLESS}
        self._dropped: dict[Topic, int] = dict.fromkeys(LOSSLESS, 0)
        self._fresh: dict[Topic, list[Row]] = {topic: [] for topic in LOSSLESS}
        keyed = [topic for topic in Topic if topic not in LOSSLESS]
        self._changed: dict[Topic, dict[Hashable, int]] = {topic: {} for topic in keyed}
        self._touched: dict[Topic, dict[Hashable, None]] = {topic: {} for topic in keyed}
        self._makers: dict[Topic, MakeRow] = {}
        self._subscribers: dict[Topic, list[_Subscriber]] = {topic: [] for topic in Topic}

    def make_rows(self, topic: Topic, make: MakeRow) -> None:
        """Say how the row of a key of a keyed topic is made."""
        self._makers[topic] = make

    def append(self, topic: Topic, row: Row) -> None:
        """A new row of a lossless topic."""
        ring = self._rings[topic]
        if len(ring) == ring.maxlen:
            self._dropped[topic] = ring[0].seq
        ring.append(row)
        if self._subscribers[topic]:
            self._fresh[topic].append(row)

    def touch(self, topic: Topic, key: Hashable, seq: int) -> None:
        """The row of a key of a keyed topic has changed."""
        changed = self._changed[topic]
        changed.pop(key, None)
        changed[key] = seq  # Last again: the keys stay in order of their last change.
        if self._subscribers[topic]:
            self._touched[topic][key] = None

    def seq_of(self, topic: Topic, key: Hashable) -> int:
        """The frame that changed the row of a key last; 0 for none."""
        return self._changed[topic].get(key, 0)

    def subscribe(
        self, topic: Topic, callback: Callback, accounts: frozenset[str] | None
    ) -> Callable[[], None]:
        """Have rows told from now on, a batch at a time; the answer ends it."""
        subscriber = _Subscriber(callback, accounts)
        self._subscribers[topic].append(subscriber)

        def unsubscribe() -> None:
            remaining = [each for each in self._subscribers[topic] if each is not subscriber]
            self._subscribers[topic] = remaining

        return unsubscribe

    def publish(self) -> None:
        """Tell everyone what is new; who subscribes meanwhile is told of what comes after."""
        calls: list[tuple[_Subscriber, Sequence[Row]]] = []
        for topic, subscribers in self._subscribers.items():
            taken = self._take(topic)
            if taken:
                calls += [(each, visible(taken, each.accounts)) for each in subscribers]
        for subscriber, rows in calls:
            if rows:
                subscriber.callback(rows)

    def _take(self, topic: Topic) -> list[Row]:
        if topic in self._rings:
            fresh, self._fresh[topic] = self._fresh[topic], []
            return fresh
        keys, self._touched[topic] = self._touched[topic], {}
        changed, make = self._changed[topic], self._makers[topic]
        return [make(changed[key], key) for key in sorted(keys, key=changed.__getitem__)]

    def replay(self, topic: Topic, from_seq: int, accounts: frozenset[str] | None, limit: int) -> TopicReplay:
        """Rows of frames from `from_seq` on; a frame is never cut in two."""
        if from_seq < 0 or limit < 1:
            raise InputError(f"from_seq must be at least 0 and limit at least 1, were {from_seq} and {limit}")
        if topic in self._rings:
            if max(from_seq, 1) <= self._dropped[topic]:
                return TopicReplay((), True, None)
            ring = self._rings[topic]
            count = _newer(ring, from_seq)
            candidates: Sequence[Row] = list(islice(ring, len(ring) - count, None))
        else:
            make = self._makers[topic]
            newest: list[Row] = []
            for key, seq in reversed(self._changed[topic].items()):
                if seq < from_seq:
                    break
                newest.append(make(seq, key))
            candidates = newest[::-1]
        rows = visible(candidates, accounts)
        stop = min(limit, len(rows))
        while 0 < stop < len(rows) and rows[stop].seq == rows[stop - 1].seq:
            stop += 1
        return TopicReplay(tuple(rows[:stop]), False, rows[stop].seq if stop < len(rows) else None)


def _newer(ring: "deque[Row]", from_seq: int) -> int:
    """How many rows at the end of the ring are of frames from `from_seq` on."""
    count = 0
    for row in reversed(ring):
        if row.seq < from_seq:
            break
        count += 1
    return count
