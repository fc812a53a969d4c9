"""What the ledger remembers: balances, positions with their lots, exchange rates and marks."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from trade2026.model.instrument import Instrument
from trade2026.model.limits import Account


class Lot(NamedTuple):
    """What is left of one acquisition; another one takes its place when some of it goes.

    Attributes
    ----------
    quantity : int
        Raw, signed: negative where the acquisition was a short sale; never 0.
    cost : int
        Raw money in the instrument's quote currency: what the units cost, negative what a short sale
        brought in (the reverse where the price was negative).
    ts_event : int
        When it was acquired, UTC nanoseconds.
    execution_id : str
        The fill that opened it.
    """

    quantity: int
    cost: int
    ts_event: int
    execution_id: str


@dataclass(slots=True)
class Position:
    """The holding of one instrument by one account; kept when flat, because profit and units traded stay.

    Attributes
    ----------
    currency : str
        Quote currency of the instrument, in which `cost` and `realized` are.
    commodity : str
        What one unit is called in the books (`Instrument.commodity`).
    quantity, cost : int
        Raw sums over `lots`; both exactly 0 when flat.
    realized : int
        Raw profit of everything closed, before commissions paid in money.
    traded : int
        Raw units received from the market less units given to it, before commissions paid in units.
    fees : int
        Raw units paid as commission: always ``quantity == traded - fees``.
    lots : deque of Lot
        Oldest first, all on the same side.
    """

    currency: str
    commodity: str
    quantity: int = 0
    cost: int = 0
    realized: int = 0
    traded: int = 0
    fees: int = 0
    lots: deque[Lot] = field(default_factory=deque)


class Rate(NamedTuple):
    """One unit of a currency is worth `rate` (raw) of a base currency, as of `ts_event`, said by `source`."""

    rate: int
    ts_event: int
    source: str


@dataclass(slots=True)
class AccountBook:
    """The books of one trading account; every amount raw.

    Attributes
    ----------
    cash : dict
        Balance by currency; negative where money is owed.
    fees : dict
        Commissions paid in money, by currency, less rebates. Those paid in units are in the position.
    capital : dict
        Paid in less paid out, by currency.
    positions : dict
        By instrument id, flat ones included.
    suspense : dict
        By currency: what accepted differences to a venue's holdings were booked against, a debit positive.
    """

    account: Account
    cash: dict[str, int] = field(default_factory=dict)
    fees: dict[str, int] = field(default_factory=dict)
    capital: dict[str, int] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    suspense: dict[str, int] = field(default_factory=dict)

    def realized(self) -> dict[str, int]:
        """Profit of closed trades by currency, before commissions paid in money; raw, sorted by currency."""
        total: dict[str, int] = {}
        for position in self.positions.values():
            total[position.currency] = total.get(position.currency, 0) + position.realized
        return dict(sorted(total.items()))


@dataclass(slots=True)
class LedgerState:
    """Everything the ledger knows; changed by `evolve` alone.

    Attributes
    ----------
    accounts : dict
        Books by account id.
    instruments : dict
        By instrument id.
    rates : dict
        Last `Rate` by (currency, base currency).
    marks : dict
        Last (raw price, time of it) by instrument id.
    """

    accounts: dict[str, AccountBook] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    rates: dict[tuple[str, str], Rate] = field(default_factory=dict)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)


def new_state() -> LedgerState:
    """Empty books."""
    return LedgerState()
