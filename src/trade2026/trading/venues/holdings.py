"""Cash and positions against what a venue holds: exact, and nobody's but a person's to decide."""

from collections.abc import Callable, Iterable

from trade2026.ledger.state import AccountBook
from trade2026.model.commands.desk import Difference
from trade2026.ports.venue import Holding
from trade2026.primitives.fixed_point import format_raw


def compare_holdings(
    book: AccountBook, holdings: Iterable[Holding], trades: Callable[[str], bool]
) -> tuple[Difference, ...]:
    """Compare cash and positions, exactly; what only one side has counts as nothing on the other.

    A position is compared with what the venue holds of the instrument, or of its commodity (the coin of a
    pair), to which cash in that coin and other pairs of it belong too.
    """
    stated: dict[str, int] = {}
    for holding in holdings:
        stated[holding.commodity] = stated.get(holding.commodity, 0) + holding.amount
    ours: dict[str, int] = {}
    instruments: dict[str, str] = {}  # By commodity: the instrument whose position it is.
    for instrument_id, position in sorted(book.positions.items()):
        if trades(instrument_id):
            name = instrument_id if instrument_id in stated else position.commodity
            ours[name] = ours.get(name, 0) + position.quantity
            instruments.setdefault(name, instrument_id)
    for currency, amount in sorted(book.cash.items()):
        ours[currency] = ours.get(currency, 0) + amount
    found = []
    for name in sorted({*stated, *ours}):
        have, venues = ours.get(name, 0), stated.get(name, 0)
        if have != venues:
            kind = "POSITION" if name in instruments or trades(name) else "BALANCE"
            line = (kind, book.account.account_id, instruments.get(name, name))
            found.append(Difference(*line, format_raw(have), format_raw(venues), ""))
    return tuple(found)
