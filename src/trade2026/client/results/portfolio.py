"""What accounts hold and are worth."""

from decimal import Decimal

import msgspec

from trade2026.client.values import Timestamp
from trade2026.model.enums import AccountType, Environment


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A holding; money in `currency`. Without a price `last_price`, `market_value`, `unrealized` are None."""

    seq: int
    account_id: str
    instrument_id: str
    currency: str
    quantity: Decimal
    average_price: Decimal | None
    cost: Decimal
    last_price: Decimal | None
    price_ts: Timestamp | None
    market_value: Decimal | None
    unrealized: Decimal | None
    realized: Decimal
    unit_fees: Decimal
    opened: Timestamp | None
    lots: int


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of one acquisition; `average_price` is its cost a unit."""

    account_id: str
    instrument_id: str
    quantity: Decimal
    cost: Decimal
    average_price: Decimal
    ts: Timestamp
    execution_id: str


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on an account as a whole, in its base currency; `max_leverage` is a ratio."""

    max_gross_exposure: Decimal
    max_net_exposure: Decimal
    max_leverage: Decimal
    max_open_orders: int
    max_open_notional: Decimal


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account at the latest prices; money in the base currency but for `cash`, which is by currency.

    What a price or a rate is missing for is None, and `problem` says which; `stale` is True where one that
    was used is older than it may be.
    """

    seq: int
    ts: Timestamp
    account_id: str
    environment: Environment
    account_type: AccountType
    base_currency: str
    cash: dict[str, Decimal]
    equity: Decimal | None
    realized: Decimal | None
    unrealized: Decimal | None
    fees: Decimal | None
    gross: Decimal | None
    net: Decimal | None
    leverage: Decimal | None
    buying_power: Decimal | None
    open_orders: int
    limits: Limits | None
    stale: bool
    problem: str


class EquityPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The official worth of an account at a set of marks, in its base currency; `drawdown_bps` is above 0."""

    seq: int
    ts: Timestamp
    equity: Decimal | None
    cash: Decimal | None
    gross: Decimal | None
    net: Decimal | None
    drawdown_bps: Decimal | None


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One side of an entry: the ledger account's kind, the commodity, and the amount, a debit positive."""

    account: str
    commodity: str
    amount: Decimal


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A balanced entry: its postings sum to zero in each commodity. `kind` is TRADE or TRANSFER."""

    seq: int
    ts: Timestamp
    wall: Timestamp | None
    account_id: str
    kind: str
    text: str
    postings: tuple[Posting, ...]
