"""The books as bytes, the same bytes for the same books: for snapshots and for the hash of the state."""

from collections import deque
from typing import Final

import msgspec

from trade2026.ledger.postings import check_balanced
from trade2026.ledger.state import AccountBook, LedgerState, Lot, Position, Rate
from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account
from trade2026.primitives.errors import InputError, IntegrityError
from trade2026.primitives.fixed_point import decode_money, encode_money

VERSION: Final = 2
"""Of what is written."""

_Balances = list[tuple[str, bytes]]


class _LotRecord(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    quantity: bytes
    cost: bytes
    ts_event: int
    execution_id: str


class _PositionRecord(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    instrument_id: str
    currency: str
    commodity: str
    quantity: bytes
    cost: bytes
    realized: bytes
    traded: bytes
    fees: bytes
    lots: list[_LotRecord]


class _BookRecord(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    account: Account
    cash: _Balances
    fees: _Balances
    capital: _Balances
    positions: list[_PositionRecord]
    suspense: _Balances


class _StateRecord(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    version: int
    accounts: list[_BookRecord]
    instruments: list[Instrument]
    rates: list[tuple[str, str, int, int, str]]
    marks: list[tuple[str, int, int]]


_DECODER: Final = msgspec.msgpack.Decoder(_StateRecord)


def encode_state(state: LedgerState) -> bytes:
    """Canonical bytes of the books: every table sorted by its key, money and units in sixteen bytes.

    Raises
    ------
    InputError
        An amount does not fit sixteen bytes.
    """
    return msgspec.msgpack.encode(
        _StateRecord(
            VERSION,
            [_book_record(book) for _, book in sorted(state.accounts.items(), key=by_key)],
            [instrument for _, instrument in sorted(state.instruments.items(), key=by_key)],
            *rest_of(state),
        )
    )


def rest_of(state: LedgerState) -> tuple[list[tuple[str, str, int, int, str]], list[tuple[str, int, int]]]:
    """What the record of the state ends with, by value: rates and marks."""
    return (
        [(*pair, *rate) for pair, rate in sorted(state.rates.items())],
        [(instrument_id, *mark) for instrument_id, mark in sorted(state.marks.items())],
    )


def decode_state(data: bytes) -> LedgerState:
    """The books that `encode_state` wrote.

    Raises
    ------
    IntegrityError
        The bytes are not such books, of another version, or (UnbalancedEntry) do not sum to zero.
    """
    try:
        record = _DECODER.decode(data)
        if record.version != VERSION:
            raise IntegrityError(f"version of the ledger's snapshot must be {VERSION}, was {record.version}")
        state = LedgerState(
            {book.account.account_id: _book(book) for book in record.accounts},
            {instrument.instrument_id: instrument for instrument in record.instruments},
            {(currency, base): Rate(rate, ts, source) for currency, base, rate, ts, source in record.rates},
            {instrument_id: (price, ts) for instrument_id, price, ts in record.marks},
        )
    except (msgspec.MsgspecError, InputError) as error:
        raise IntegrityError(f"snapshot of the ledger cannot be read: {error}; replay the journal") from error
    check_balanced(state)
    return state


def by_key(item: tuple[str, object]) -> str:
    """What a table is sorted by."""
    return item[0]


def balances(amounts: dict[str, int]) -> _Balances:
    """Amounts as they are kept."""
    return [(currency, encode_money(amount)) for currency, amount in sorted(amounts.items())]


def _amounts(balances: _Balances) -> dict[str, int]:
    return {currency: decode_money(amount) for currency, amount in balances}


def _book_record(book: AccountBook) -> _BookRecord:
    return _BookRecord(
        book.account,
        balances(book.cash),
        balances(book.fees),
        balances(book.capital),
        [position_record(name, position) for name, position in sorted(book.positions.items(), key=by_key)],
        balances(book.suspense),
    )


def _book(record: _BookRecord) -> AccountBook:
    positions = {position.instrument_id: _position(position) for position in record.positions}
    return AccountBook(
        record.account,
        _amounts(record.cash),
        _amounts(record.fees),
        _amounts(record.capital),
        positions,
        _amounts(record.suspense),
    )


def position_record(instrument_id: str, position: Position) -> _PositionRecord:
    """A position as it is kept."""
    return _PositionRecord(
        instrument_id,
        position.currency,
        position.commodity,
        encode_money(position.quantity),
        encode_money(position.cost),
        encode_money(position.realized),
        encode_money(position.traded),
        encode_money(position.fees),
        [lot_record(lot) for lot in position.lots],
    )


def lot_record(lot: Lot) -> _LotRecord:
    """A lot as it is kept."""
    return _LotRecord(encode_money(lot.quantity), encode_money(lot.cost), lot.ts_event, lot.execution_id)


def _position(record: _PositionRecord) -> Position:
    return Position(
        record.currency,
        record.commodity,
        decode_money(record.quantity),
        decode_money(record.cost),
        decode_money(record.realized),
        decode_money(record.traded),
        decode_money(record.fees),
        deque(
            Lot(decode_money(lot.quantity), decode_money(lot.cost), lot.ts_event, lot.execution_id)
            for lot in record.lots
        ),
    )
