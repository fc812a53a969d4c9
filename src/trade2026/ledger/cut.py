"""The books as of one moment, written down piece by piece while bookings go on.

Balances and positions are copied at once; lots are never changed in place, so that references keep them.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

import msgspec

from trade2026.ledger.snapshot import VERSION, balances, by_key, lot_record, position_record, rest_of
from trade2026.ledger.state import AccountBook, LedgerState, Position
from trade2026.primitives.packing import array_head, without_head

_AT_ONCE: Final = 200
"""Lots or instruments that are written in one step: less than a millisecond."""

_encode = msgspec.msgpack.encode


class LedgerCut:
    """Of one state; not for two threads."""

    def __init__(self, state: LedgerState) -> None:
        """Costs two microseconds a position, and ten nanoseconds a lot; nothing is written yet."""
        self._accounts = sorted(((name, _copied(book)) for name, book in state.accounts.items()), key=by_key)
        self._instruments = dict(state.instruments)
        self._rest = rest_of(state)
        self._parts: list[bytes] = []

    def steps(self) -> Iterator[None]:
        """Write all of it, some at a time; once, and at any time."""
        parts = self._parts
        parts += [array_head(5), _encode(VERSION), array_head(len(self._accounts))]
        for _, book in self._accounts:
            parts += [array_head(6), *(_encode(each) for each in (book.account, balances(book.cash)))]
            parts += [_encode(balances(amounts)) for amounts in (book.fees, book.capital)]
            parts.append(array_head(len(book.positions)))
            for instrument_id, position in sorted(book.positions.items(), key=by_key):
                yield from _write_position(parts, instrument_id, position)
            parts.append(_encode(balances(book.suspense)))
        parts.append(array_head(len(self._instruments)))
        instruments = (instrument for _, instrument in sorted(self._instruments.items(), key=by_key))
        while some := list(islice(instruments, _AT_ONCE)):
            parts.append(without_head(_encode(some), len(some)))
            yield
        parts += [_encode(each) for each in self._rest]

    def parts(self) -> list[bytes]:
        """Once all is written: what `snapshot.encode_state` gave at that moment, when it is joined."""
        return self._parts


def _copied(book: AccountBook) -> AccountBook:
    positions = {
        name: replace(position, lots=position.lots.copy()) for name, position in book.positions.items()
    }
    return AccountBook(
        book.account, dict(book.cash), dict(book.fees), dict(book.capital), positions, dict(book.suspense)
    )


def _write_position(parts: list[bytes], instrument_id: str, position: Position) -> Iterator[None]:
    """Its lots are the last field of its record, and may be many."""
    without = _encode(position_record(instrument_id, replace(position, lots=type(position.lots)())))
    parts += [without[: -len(array_head(0))], array_head(len(position.lots))]
    lots = iter(position.lots)
    while some := [lot_record(lot) for lot in islice(lots, _AT_ONCE)]:
        parts.append(without_head(_encode(some), len(some)))
        yield
