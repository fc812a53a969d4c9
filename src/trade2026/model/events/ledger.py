"""Events that move money or value it. Money is sixteen bytes; tags are part of the journal's format."""

import msgspec

from trade2026.model.commands.desk import Mark


class TradeBooked(msgspec.Struct, frozen=True, array_like=True, tag=130, gc=False):
    """The ledger's record of one fill: what it did to position, cost, cash and profit.

    Signs are the account's: `quantity` and `cash` positive when received. `cash` is the value of the
    trade without commission. `closed_cost` is the cost taken from closed lots and `opened_cost` that
    given to the new lot, both signed as the position is: negative for shorts. `realized` is the profit
    before commissions paid in money. See `ledger.postings` for the balanced entry this stands for.

    Attributes
    ----------
    quantity : int
        Change of the position, raw, net of a commission charged in the base currency.
    closed_qty : int
        Magnitude of the part that closed lots, raw; the rest opens a lot.
    cash, closed_cost, opened_cost, realized, commission : bytes
        Raw money; all in `currency` but `commission`, which is in `commission_currency`.
    """

    account_id: str
    instrument_id: str
    order_id: int
    execution_id: str
    ts_event: int
    currency: str
    quantity: int
    closed_qty: int
    cash: bytes
    closed_cost: bytes
    opened_cost: bytes
    realized: bytes
    commission: bytes
    commission_currency: str


class CashTransferred(msgspec.Struct, frozen=True, array_like=True, tag=131, gc=False):
    """Money came in (positive) or went out; raw money in sixteen bytes."""

    now: int
    account_id: str
    currency: str
    amount: bytes
    text: str


class RateSet(msgspec.Struct, frozen=True, array_like=True, tag=132, gc=False):
    """One unit of `currency` is worth `rate` (raw) of `base_currency` since `ts_event`."""

    now: int
    currency: str
    base_currency: str
    rate: int
    ts_event: int
    source: str


class MarksRecorded(msgspec.Struct, frozen=True, array_like=True, tag=133):
    """The prices that value positions from now on."""

    now: int
    source: str
    marks: tuple[Mark, ...]


class PositionAdjusted(msgspec.Struct, frozen=True, array_like=True, tag=166, gc=False):
    """A difference to the venue's holding was booked against the suspense account RECONCILIATION.

    For a currency `quantity` is 0 and `cash` the difference. For an instrument `quantity` is the change of
    the position, and `closed_qty`, `cash`, the costs and `realized` are those of a trade at `price`, whose
    cash came from the suspense account.
    """

    now: int
    account_id: str
    commodity: str
    currency: str
    quantity: int
    price: int
    closed_qty: int
    cash: bytes
    closed_cost: bytes
    opened_cost: bytes
    realized: bytes
    trader_id: str
    text: str
