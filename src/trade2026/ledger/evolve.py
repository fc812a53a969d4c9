"""How each event changes the books; amounts are taken from the event, never worked out again.

This is the fast form of `postings`: the same movements, made directly in the slots they end up in.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from trade2026.ledger.state import AccountBook, LedgerState, Lot, Position, Rate
from trade2026.model.events import (
    AccountOpened,
    CashTransferred,
    EntitlementSet,
    InstrumentRegistered,
    MarksRecorded,
    PositionAdjusted,
    RateSet,
    TradeBooked,
)
from trade2026.primitives.fixed_point import decode_money

_NOTHING: Final = bytes(16)


def evolve_trade(state: LedgerState, event: TradeBooked) -> None:
    """Book one fill: cash, position, lots, profit and commission."""
    decode = int.from_bytes
    quantity, closed_qty, currency = event.quantity, event.closed_qty, event.currency
    cash = decode(event.cash, "big", signed=True)
    opened_cost = 0 if event.opened_cost == _NOTHING else decode(event.opened_cost, "big", signed=True)
    closed_cost = 0 if event.closed_cost == _NOTHING else decode(event.closed_cost, "big", signed=True)
    realized = 0 if event.realized == _NOTHING else decode(event.realized, "big", signed=True)
    assert realized == cash + opened_cost - closed_cost, f"profit is not cash plus change of cost: {event}"
    opened_qty = (quantity if quantity > 0 else -quantity) - closed_qty
    assert opened_qty > 0 or (opened_qty == 0 and opened_cost == 0), f"no units for the opened cost: {event}"

    book = state.accounts[event.account_id]
    position = book.positions.get(event.instrument_id)
    if position is None:
        instrument = state.instruments[event.instrument_id]
        assert currency == instrument.quote_currency, f"currency is not {instrument.quote_currency}: {event}"
        position = book.positions[event.instrument_id] = Position(currency, instrument.commodity)

    balances = book.cash
    balances[currency] = balances.get(currency, 0) + cash
    position.traded += quantity
    if event.commission != _NOTHING:
        commission = decode(event.commission, "big", signed=True)
        charged = event.commission_currency
        if state.instruments[event.instrument_id].takes_commission_in_units(charged):
            position.traded += commission  # `quantity` is net of it.
            position.fees += commission
        else:
            balances[charged] = balances.get(charged, 0) - commission
            book.fees[charged] = book.fees.get(charged, 0) + commission
    position.realized += realized
    if closed_qty:
        _close_lots(position.lots, closed_qty, closed_cost)
    if opened_qty:
        position.lots.append(
            Lot(opened_qty if quantity > 0 else -opened_qty, opened_cost, event.ts_event, event.execution_id)
        )
    position.quantity += quantity
    position.cost += opened_cost - closed_cost


def _close_lots(lots: deque[Lot], quantity: int, cost: int) -> None:
    """Take `quantity` (magnitude) and `cost` from the oldest lots; the one cut keeps what is not taken."""
    while quantity:
        lot = lots[0]
        size = lot.quantity if lot.quantity > 0 else -lot.quantity
        if quantity < size:
            left = lot.quantity - (quantity if lot.quantity > 0 else -quantity)
            lots[0] = Lot(left, lot.cost - cost, lot.ts_event, lot.execution_id)
            return
        quantity -= size
        cost -= lot.cost
        lots.popleft()
    assert cost == 0, f"closed lots leave a cost of {cost} raw"


def evolve_transfer(state: LedgerState, event: CashTransferred) -> None:
    """Move money between the owner's capital and cash."""
    amount = int.from_bytes(event.amount, "big", signed=True)
    book = state.accounts[event.account_id]
    book.cash[event.currency] = book.cash.get(event.currency, 0) + amount
    book.capital[event.currency] = book.capital.get(event.currency, 0) + amount


def evolve_adjustment(state: LedgerState, event: PositionAdjusted) -> None:
    """Book an accepted difference: cash, or units at a price, against the suspense account."""
    cash, currency = decode_money(event.cash), event.currency
    book = state.accounts[event.account_id]
    if event.quantity == 0:
        book.cash[currency] = book.cash.get(currency, 0) + cash
        book.suspense[currency] = book.suspense.get(currency, 0) - cash
        return
    execution_id = f"adjusted at {event.now}"
    evolve_trade(
        state,
        TradeBooked(
            event.account_id, event.commodity, 0, execution_id, event.now, currency, event.quantity,
            event.closed_qty, event.cash, event.closed_cost, event.opened_cost, event.realized, _NOTHING, "",
        ),
    )  # fmt: skip
    book.cash[currency] -= cash  # The units came from the suspense account, not for money.
    book.suspense[currency] = book.suspense.get(currency, 0) + cash


def evolve_rate(state: LedgerState, event: RateSet) -> None:
    """Remember the rate."""
    state.rates[event.currency, event.base_currency] = Rate(event.rate, event.ts_event, event.source)


def evolve_marks(state: LedgerState, event: MarksRecorded) -> None:
    """Remember the prices."""
    for mark in event.marks:
        state.marks[mark.instrument_id] = (mark.price, mark.ts_event)


def evolve_account(state: LedgerState, event: AccountOpened) -> None:
    """Open empty books."""
    account = event.account
    assert account.account_id not in state.accounts, f"account {account.account_id!r} is open"
    state.accounts[account.account_id] = AccountBook(account)


def evolve_instrument(state: LedgerState, event: InstrumentRegistered) -> None:
    """Remember the instrument."""
    state.instruments[event.instrument.instrument_id] = event.instrument


def evolve_entitlement(state: LedgerState, event: EntitlementSet) -> None:
    """Remember who may trade the account."""
    book = state.accounts[event.account_id]
    book.account = book.account.with_entitlement(event.trader_id, event.entitled)


HANDLERS: Final[dict[type, Callable[[LedgerState, Any], None]]] = {
    TradeBooked: evolve_trade,
    CashTransferred: evolve_transfer,
    PositionAdjusted: evolve_adjustment,
    RateSet: evolve_rate,
    MarksRecorded: evolve_marks,
    AccountOpened: evolve_account,
    InstrumentRegistered: evolve_instrument,
    EntitlementSet: evolve_entitlement,
}
"""What the ledger does about each event it cares for; the caller passes over the others."""


def evolve(state: LedgerState, event: Any) -> None:
    """Change the books as one event says; KeyError for an event that is not in `HANDLERS`."""
    HANDLERS[type(event)](state, event)
