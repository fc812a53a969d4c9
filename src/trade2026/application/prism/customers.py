"""Accounts of a simulated market's customers: what they begin with, and how a market gets them.

Light: what only has to know who the customers are need not load a market.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from trade2026.application.live.config import AccountConfig, DeskConfig
from trade2026.application.prism.keeping.entries import Amounts
from trade2026.application.prism.keeping.state import KeptAccount
from trade2026.matching.clearing import AMOUNT_MAX, Holding
from trade2026.model.enums import AccountType
from trade2026.ports.prism import VENUE
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import MONEY_MAX, UNIT, format_raw, parse_raw
from trade2026.simulation.prism.config import PrismConfig

_SHORT_CLIPS: Final = 10_000
"""A margin account may sell so many usual orders of every book that it does not have."""
_FUNDS_CLIPS: Final = 1_000
"""What a guest has: so many times the usual size of every book's asset, and the cash for as much."""


CREDIT_MAX: Final = AMOUNT_MAX // 16
"""The most that one account may owe, raw: all that there is of an asset has to be an amount."""


class Customer:
    """An account as it is to be opened; `shortable` is what it may owe of each asset, its cash included."""

    def __init__(self, account_id: str, cash: Amounts, shortable: Amounts = ()) -> None:
        self.account_id, self.cash, self.shortable = account_id, cash, shortable


class Clearing(Protocol):
    """What a market has of its owners, as `matching.clearing` and its compiled twin have it."""

    @property
    def holdings(self) -> Mapping[tuple[str, str], Holding]: ...  # noqa: D102

    def deposit(self, owner: str, asset: str, amount: int) -> None: ...  # noqa: D102

    def permit_short(self, owner: str, asset: str, amount: int) -> None: ...  # noqa: D102

    def overdraw(self, owner: str, asset: str, amount: int) -> None: ...  # noqa: D102


def held_there(config: AccountConfig) -> bool:
    """Whether a desk's account is held at the simulated market."""
    return config.venue == VENUE


def customers_of(desk: DeskConfig, market: PrismConfig) -> list[Customer]:
    """The accounts that a desk has there, with their cash; those of margin may sell short and owe cash.

    Raises
    ------
    InputError
        An account's currency is not one that the market trades against, or it may owe more than there can be.
    """
    quotes = sorted({book.listing.quote for book in market.books})
    found = []
    for config in filter(held_there, desk.accounts):
        if config.currency not in quotes:
            raise InputError(
                f"currency of account {config.account_id!r} must be one of {', '.join(quotes)} at {VENUE}, "
                f"was {config.currency!r}; change it in the desk's configuration"
            )
        cash = parse_raw(config.cash, "cash", maximum=MONEY_MAX)
        is_margin = config.account_type is AccountType.MARGIN
        owed = ((config.currency, credit_of(config, cash)),) if is_margin else ()
        shortable = _by_asset((*shortable_of(market), *owed)) if is_margin else ()
        found.append(Customer(config.account_id, ((config.currency, cash),), shortable))
    return found


def shortable_of(market: PrismConfig) -> Amounts:
    """What a margin account may sell beyond what it has."""
    return _by_asset(
        (book.listing.base, _SHORT_CLIPS * book.clip_lots * book.listing.lot_size) for book in market.books
    )


def credit_of(config: AccountConfig, cash: int) -> int:
    """What a margin account may owe of its currency, raw: what `max_leverage` adds to its first cash.

    Raises
    ------
    InputError
        It is more than `CREDIT_MAX`.
    """
    leverage = parse_raw(config.max_leverage, "max_leverage")
    credit = max(cash * (leverage - UNIT) // UNIT, 0)
    if credit > CREDIT_MAX:
        raise InputError(
            f"max_leverage of account {config.account_id!r} must lend it at most {format_raw(CREDIT_MAX)} "
            f"{config.currency} at {VENUE}, was {config.max_leverage} of {config.cash}; lower one of them"
        )
    return credit


def guest_of(owner: str, market: PrismConfig) -> Customer:
    """Somebody who has something of everything, and a key for the door."""
    amounts = []
    for book in market.books:
        lots, listing = _FUNDS_CLIPS * book.clip_lots, book.listing
        amounts.append((listing.base, lots * listing.lot_size))
        amounts.append((listing.quote, lots * book.price_ticks * listing.unit))
    return Customer(owner, _by_asset(amounts))


def bring_in(account: KeptAccount, clearing: Clearing, assets: Iterable[str]) -> None:
    """Give an account in a market that was just made what it had; an asset that is not traded any more
    stays with what is kept.
    """
    for asset in assets:
        total = account.holdings.get(asset, 0)
        shortable = max(account.shortable.get(asset, 0), -total)
        if shortable:
            clearing.permit_short(account.account_id, asset, shortable)
        if total > 0:
            clearing.deposit(account.account_id, asset, total)
        elif total < 0:
            clearing.overdraw(account.account_id, asset, -total)


def _by_asset(amounts: Iterable[tuple[str, int]]) -> Amounts:
    found: dict[str, int] = {}
    for asset, amount in amounts:
        found[asset] = found.get(asset, 0) + amount
    return tuple(sorted(found.items()))
