"""Keeps the trading core's list of who may trade an account equal to what the users' roles and accounts say.

The users are the truth; the core refuses whoever it was not told of. Strategies and the desk itself are
entitled by other means and left alone.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from trade2026.application.identity.roles import ALL_ACCOUNTS, Role
from trade2026.ports.core_link import DESK_TRADER, SetEntitlementIntent


class TradingUser(Protocol):
    """What is read of a user."""

    @property
    def name(self) -> str:
        """Also the trader_id of what they send."""
        ...

    @property
    def role(self) -> Role:
        """A trader, or more, may send orders."""
        ...

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts they may trade; "*" for all."""
        ...

    @property
    def disabled(self) -> bool:
        """Whether they may do nothing."""
        ...


def missing_entitlements(
    users: Iterable[TradingUser],
    entitled: Mapping[str, tuple[str, ...]],
    removed: Collection[str],
) -> tuple[SetEntitlementIntent, ...]:
    """What has to be told to the core.

    Parameters
    ----------
    users : iterable of TradingUser
        All of them.
    entitled : mapping
        Who may trade each account now, as the core has it. Strategies are among them, and are left alone.
    removed : collection of str
        Names of users that are no more.

    Returns
    -------
    tuple of SetEntitlementIntent
        In order of account and name; empty when nothing is to be changed.
    """
    listed = list(users)
    intents: list[SetEntitlementIntent] = []
    for account_id in sorted(entitled):
        present = entitled[account_id]
        wanted = dict.fromkeys(removed, False)
        wanted.update((user.name, _may_trade(user, account_id)) for user in listed)
        intents += [
            SetEntitlementIntent(account_id, name, wanted[name])
            for name in sorted(wanted)
            if name != DESK_TRADER and wanted[name] != (name in present)
        ]
    return tuple(intents)


def _may_trade(user: TradingUser, account_id: str) -> bool:
    if user.disabled or not user.role.includes(Role.TRADER):
        return False
    return ALL_ACCOUNTS in user.accounts or account_id in user.accounts
