"""What positions and cash must be, from the fills and the transfers: dictionaries and nothing else.

Shares no code with order management, risk or ledger, and knows neither lots nor profit.
"""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from tests.simulation.exchange import Fill, MarketOrder
from trade2026.model.enums import Side
from trade2026.model.events import CashTransferred, Event, OrderFilled
from trade2026.model.instrument import Instrument
from trade2026.trading.core import Core

BILLION = 10**9
Amounts = Counter[tuple[str, str]]
"""Raw amount by account and by instrument or currency."""


def expected(
    fills: Iterable[Fill | OrderFilled], events: Iterable[Event], instruments: dict[str, Instrument]
) -> tuple[Amounts, Amounts]:
    """Positions and cash."""
    positions: Amounts = Counter()
    cash: Amounts = Counter()
    for event in events:
        if type(event) is CashTransferred:
            cash[event.account_id, event.currency] += int.from_bytes(event.amount, "big", signed=True)
    for fill in fills:
        instrument = instruments[fill.instrument_id]
        sign = 1 if fill.side is Side.BUY else -1
        worth = round(Fraction(fill.last_px * fill.last_qty, BILLION))  # Ties to even.
        positions[fill.account_id, fill.instrument_id] += sign * fill.last_qty
        cash[fill.account_id, instrument.quote_currency] -= sign * worth
        if fill.commission and fill.commission_currency == instrument.base_currency:
            positions[fill.account_id, fill.instrument_id] -= fill.commission
        else:
            cash[fill.account_id, fill.commission_currency] -= fill.commission
    return positions, cash


def check_books(core: Core, positions: Amounts, cash: Amounts) -> None:
    """The books, and risk's view of them, hold exactly this."""
    booked: Amounts = Counter()
    held: Amounts = Counter()
    seen: Amounts = Counter()
    for account_id, book in core.engines.ledger.accounts.items():
        for instrument_id, position in book.positions.items():
            booked[account_id, instrument_id] += position.quantity
        for currency, amount in book.cash.items():
            held[account_id, currency] += amount
    for account_id, account in core.engines.risk.accounts.items():
        for instrument_id, exposure in account.exposures.items():
            seen[account_id, instrument_id] += exposure.quantity
    _same("positions", booked, positions)
    _same("risk's positions", seen, positions)
    _same("cash", held, cash)


def check_quantities(core: Core, orders: Iterable[MarketOrder]) -> None:
    """Each order of ours is filled as much as at the market, where it may be there in parts."""
    filled: Counter[int] = Counter()
    for own in orders:
        request = core.engines.oms.accounts[own.account_id].requests.get(own.ids[0])
        if request is not None:  # What was refused to somebody who has no account here is no order of ours.
            filled[request.order_id] += own.cum_qty
    for order_id, cum_qty in sorted(filled.items()):
        booked = core.engines.oms.orders[order_id].cum_qty
        assert booked == cum_qty, f"order {order_id} has {cum_qty} filled at the venue, and {booked} here"


def check_quiet(core: Core) -> None:
    """With no order open, risk holds nothing back."""
    for account in core.engines.risk.accounts.values():
        for instrument_id, exposure in account.exposures.items():
            assert exposure.open_orders == 0, (
                f"risk holds {exposure.open_orders} orders of {instrument_id} open"
            )
        assert not any(account.reserved.values()), f"risk reserves {account.reserved} with no order open"


def _same(what: str, found: Amounts, due: Amounts) -> None:
    for key in sorted(found | due):
        assert found[key] == due[key], f"{what} of {key} must be {due[key]}, was {found[key]}"
