"""The balanced entries behind the events, the trial balance, and the check that books sum to zero.

Debits are positive, credits negative. Every entry, and so the whole of the books at any time, sums to zero
per account and commodity: a commodity is a currency, or what the units of an instrument are called.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from trade2026.ledger.state import AccountBook, LedgerState, Position
from trade2026.model.events import CashTransferred, Event, PositionAdjusted, TradeBooked
from trade2026.model.instrument import Instrument
from trade2026.primitives.errors import UnbalancedEntry
from trade2026.primitives.fixed_point import decode_money, format_raw


class LedgerAccountKind(StrEnum):
    """What a ledger account counts; in brackets what it is of and the side on which it normally stands."""

    CASH = "CASH"
    """Money held (currency, debit)."""
    COST = "COST"
    """What open lots cost (quote currency, debit; credit for shorts)."""
    FEES = "FEES"
    """Commissions paid in money, less rebates (currency, debit)."""
    REALIZED = "REALIZED"
    """Profit of closed trades (quote currency, credit)."""
    CAPITAL = "CAPITAL"
    """Paid in by the owner, less paid out (currency, credit)."""
    POSITION = "POSITION"
    """Units held (units, debit; credit for shorts)."""
    UNIT_FEES = "UNIT_FEES"
    """Commissions taken from units (units, debit)."""
    MARKET = "MARKET"
    """Units the market gave, less those it got (units, credit)."""
    SUSPENSE = "SUSPENSE"
    """What accepted differences to a venue's holdings came from (currency, either side)."""


class LedgerAccount(NamedTuple):
    """One line of the books: whose, what it counts, and in which commodity."""

    account_id: str
    kind: LedgerAccountKind
    commodity: str


class Posting(NamedTuple):
    """One side of an entry; raw, a debit positive."""

    ledger_account: LedgerAccount
    amount: int


def postings(event: Event, instruments: Mapping[str, Instrument]) -> tuple[Posting, ...]:
    """The balanced entry an event stands for.

    Parameters
    ----------
    event : Event
        A TradeBooked, CashTransferred or PositionAdjusted; any other moves nothing.
    instruments : mapping
        By instrument id; must hold the traded one, which names the commodity of its units.

    Returns
    -------
    tuple of Posting
        Sums to zero per commodity; without postings of zero. Money first, then units.
    """
    if isinstance(event, TradeBooked):
        return _trade_postings(event, instruments[event.instrument_id])
    if isinstance(event, CashTransferred):
        amount = decode_money(event.amount)
        return (
            Posting(LedgerAccount(event.account_id, LedgerAccountKind.CASH, event.currency), amount),
            Posting(LedgerAccount(event.account_id, LedgerAccountKind.CAPITAL, event.currency), -amount),
        )
    if isinstance(event, PositionAdjusted):
        return _adjustment_postings(event, instruments)
    return ()


def _adjustment_postings(
    event: PositionAdjusted, instruments: Mapping[str, Instrument]
) -> tuple[Posting, ...]:
    kind, currency, cash = LedgerAccountKind, event.currency, decode_money(event.cash)
    lines: tuple[tuple[LedgerAccountKind, str, int], ...] = (
        (kind.CASH, currency, cash),
        (kind.SUSPENSE, currency, -cash),
    )
    if event.quantity:
        units = instruments[event.commodity].commodity
        lines = (
            (kind.SUSPENSE, currency, cash),
            (kind.COST, currency, decode_money(event.opened_cost)),
            (kind.COST, currency, -decode_money(event.closed_cost)),
            (kind.REALIZED, currency, -decode_money(event.realized)),
            (kind.POSITION, units, event.quantity),
            (kind.MARKET, units, -event.quantity),
        )
    return tuple(
        Posting(LedgerAccount(event.account_id, line, commodity), amount)
        for line, commodity, amount in lines
        if amount
    )


def _trade_postings(event: TradeBooked, instrument: Instrument) -> tuple[Posting, ...]:
    kind, currency, units = LedgerAccountKind, event.currency, instrument.commodity
    commission, charged = decode_money(event.commission), event.commission_currency
    from_units = commission if commission and instrument.takes_commission_in_units(charged) else 0
    from_cash = commission - from_units
    lines = (
        (kind.CASH, currency, decode_money(event.cash)),
        (kind.COST, currency, decode_money(event.opened_cost)),
        (kind.COST, currency, -decode_money(event.closed_cost)),
        (kind.REALIZED, currency, -decode_money(event.realized)),
        (kind.FEES, charged, from_cash),
        (kind.CASH, charged, -from_cash),
        (kind.POSITION, units, event.quantity),
        (kind.UNIT_FEES, units, from_units),
        (kind.MARKET, units, -event.quantity - from_units),
    )
    return tuple(
        Posting(LedgerAccount(event.account_id, line, commodity), amount)
        for line, commodity, amount in lines
        if amount
    )


def trial_balance(state: LedgerState) -> dict[LedgerAccount, int]:
    """Every balance that is not zero, sorted by account, kind and commodity; raw, debits positive.

    Positions in the same commodity (one coin against two currencies) share a line.
    """
    balances: dict[LedgerAccount, int] = {}
    for account_id, book in state.accounts.items():
        for kind, commodity, amount in _lines(book):
            line = LedgerAccount(account_id, kind, commodity)
            balances[line] = balances.get(line, 0) + amount
    return {line: balances[line] for line in sorted(balances) if balances[line]}


def _lines(book: AccountBook) -> list[tuple[LedgerAccountKind, str, int]]:
    kind = LedgerAccountKind
    lines = [(kind.CASH, currency, amount) for currency, amount in book.cash.items()]
    lines += [(kind.FEES, currency, amount) for currency, amount in book.fees.items()]
    lines += [(kind.CAPITAL, currency, -amount) for currency, amount in book.capital.items()]
    lines += [(kind.SUSPENSE, currency, amount) for currency, amount in book.suspense.items()]
    for position in book.positions.values():
        lines += (
            (kind.COST, position.currency, position.cost),
            (kind.REALIZED, position.currency, -position.realized),
            (kind.POSITION, position.commodity, position.quantity),
            (kind.UNIT_FEES, position.commodity, position.fees),
            (kind.MARKET, position.commodity, -position.traded),
        )
    return lines


def check_balanced(state: LedgerState) -> None:
    """Raise UnbalancedEntry, naming account, commodity and amount, unless all books sum to zero.

    Also unless every position is the sum of its lots, all on its side, and costs nothing when flat.
    """
    sums: dict[tuple[str, str], int] = {}
    for line, amount in trial_balance(state).items():
        key = line.account_id, line.commodity
        sums[key] = sums.get(key, 0) + amount
    for (account_id, commodity), amount in sums.items():
        if amount:
            raise UnbalancedEntry(
                f"books of {account_id} in {commodity} must sum to 0, was {format_raw(amount)}"
            )
    for account_id, book in state.accounts.items():
        for instrument_id, position in book.positions.items():
            _check_lots(f"position of {account_id} in {instrument_id}", position)


def _check_lots(what: str, position: Position) -> None:
    quantity = sum(lot.quantity for lot in position.lots)
    cost = sum(lot.cost for lot in position.lots)
    if quantity != position.quantity or cost != position.cost:
        raise UnbalancedEntry(
            f"{what} must be the sum of its lots, {format_raw(quantity)} units costing {format_raw(cost)}, "
            f"was {format_raw(position.quantity)} costing {format_raw(position.cost)}"
        )
    for lot in position.lots:
        if lot.quantity * quantity <= 0:
            raise UnbalancedEntry(
                f"{what} must have lots on one side, was {format_raw(quantity)} "
                f"with a lot of {format_raw(lot.quantity)}"
            )
