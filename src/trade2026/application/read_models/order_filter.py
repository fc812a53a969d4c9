"""Which rows of a list are asked for, and may be seen."""

from enum import StrEnum

import msgspec

from trade2026.ports.history import HistoryKey


class OrderScope(StrEnum):
    """Which orders: those that may still fill, the others, or all."""

    OPEN = "open"
    DONE = "done"
    ALL = "all"


class OrderFilter(msgspec.Struct, frozen=True):
    """What orders to list; None for any. `accounts` is what the asker may see, None for all."""

    accounts: frozenset[str] | None = None
    account_id: str | None = None
    instrument_id: str | None = None
    strategy_id: str | None = None
    scope: OrderScope = OrderScope.ALL

    def seen(self) -> frozenset[str] | None:
        """The accounts that are both asked for and visible."""
        if self.account_id is None:
            return self.accounts
        if self.accounts is not None and self.account_id not in self.accounts:
            return frozenset()
        return frozenset((self.account_id,))


def seq_of(key: HistoryKey) -> int:
    """Where a row stands."""
    return key.seq


def is_chosen(key: HistoryKey, chosen: OrderFilter, accounts: frozenset[str] | None) -> bool:
    """Whether a row is of the accounts, instrument and strategy asked for."""
    return (
        (accounts is None or key.account_id in accounts)
        and (not chosen.instrument_id or key.instrument_id == chosen.instrument_id)
        and (not chosen.strategy_id or key.strategy_id == chosen.strategy_id)
    )
