"""The latest rows of a state topic, and frames of what changed since any earlier look, for each audience.

A topic may keep the newest of its rows alone; those that are forgotten are no change, and whoever listens
forgets them by the same count.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from trade2026.primitives.errors import InputError
from trade2026.web.live import frames
from trade2026.web.live.audience import Audience
from trade2026.web.live.conflated import NOTHING_SEEN
from trade2026.web.live.topics import LiveRow, TopicSpec, View, field_of

FRAME_BYTES: Final = 262_144
"""Rows of one frame together; a longer state is sent as several."""


class _Kept(NamedTuple):
    account: str | None
    packed: bytes
    changed_at: int


class StateTopic:
    """One state topic: rows by key, or a list that is replaced as a whole where the topic has no key.

    Attributes
    ----------
    generation : int
        Grows with every publication that changed anything.
    encoded : int
        How often a set of frames was encoded.
    """

    def __init__(self, spec: TopicSpec) -> None:
        self.spec = spec
        self.generation = 0
        self.encoded = 0
        self._rows: dict[tuple[object, ...], _Kept] = {}
        self._replaced_at = 0
        self._cache: dict[tuple[int, int, Audience], tuple[bytes, ...]] = {}
        self._cached_for = 0

    def publish(self, rows: Sequence[LiveRow], *, whole: bool) -> bool:
        """Set rows; `whole` says that there are no others. Whether anything changed.

        Where only the newest are kept, a whole is a beginning: who listens forgets what was before.

        Raises InputError when a row lacks the topic's key.
        """
        whole = whole or not self.spec.key_fields
        before = self._rows
        after: dict[tuple[object, ...], _Kept] = {} if whole else before
        generation = self.generation + 1
        has_changed = False
        for number, row in enumerate(rows):
            view, account = row.view, row.account_id
            key = self._key_of(view) if self.spec.key_fields else (number,)
            kept = before.get(key)
            packed = frames.pack(view)
            if kept is None or kept.packed != packed or kept.account != account:
                kept = _Kept(account, packed, generation)
                has_changed = True
            after[key] = kept
        has_lost = whole and any(key not in after for key in before)
        if self.spec.kept:
            for key in list(islice(after, max(len(after) - self.spec.kept, 0))):
                del after[key]
        self._rows = after
        if has_changed or has_lost:
            self.generation = generation
            if has_lost or not self.spec.key_fields or (whole and self.spec.kept):
                self._replaced_at = generation
        return has_changed or has_lost

    def frames(self, seen: int, target: int, audience: Audience) -> tuple[bytes, ...]:
        """Shared tails of the frames that bring someone who saw generation `seen` up to `target` or later.

        After `NOTHING_SEEN`, or rows that went away, the first frame says `snap`: what it and the frames
        after it hold is all there is. Nothing where this audience sees no change.
        """
        if self._cached_for != target:
            self._cache.clear()
            self._cached_for = target
        cached = self._cache.get((seen, target, audience))
        if cached is None:
            cached = self._cache[seen, target, audience] = self._encode(seen, audience)
            self.encoded += 1
        return cached

    def _encode(self, seen: int, audience: Audience) -> tuple[bytes, ...]:
        is_snapshot = seen == NOTHING_SEEN or self._replaced_at > seen
        chosen = [
            kept.packed
            for kept in self._rows.values()
            if (is_snapshot or kept.changed_at > seen) and audience.sees(kept.account)
        ]
        if not chosen and not is_snapshot:
            return ()
        tails: list[bytes] = []
        part: list[bytes] = []
        size = 0
        for packed in chosen:
            if part and size + len(packed) > FRAME_BYTES:
                tails.append(frames.rows_tail(part, is_snapshot=is_snapshot and not tails))
                part, size = [], 0
            part.append(packed)
            size += len(packed)
        tails.append(frames.rows_tail(part, is_snapshot=is_snapshot and not tails))
        return tuple(tails)

    def _key_of(self, view: View) -> tuple[object, ...]:
        key = tuple(field_of(view, name) for name in self.spec.key_fields)
        if None in key:
            raise InputError(
                f"a row of {self.spec.name} must have {', '.join(self.spec.key_fields)}, was {view!r}"
            )
        return key
