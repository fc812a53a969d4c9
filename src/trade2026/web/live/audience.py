"""Who sees which rows: a client's accounts, and the one account it asked for."""

from typing import NamedTuple


class Audience(NamedTuple):
    """What a subscription may see; equal audiences share encoded frames.

    Attributes
    ----------
    accounts : frozenset of str or None
        Accounts the user sees; None for all.
    account_id : str or None
        The one the subscription asked for; None for all the user sees.
    """

    accounts: frozenset[str] | None
    account_id: str | None

    def sees(self, account: str | None) -> bool:
        """Whether a row of this account (None: of no account) is shown."""
        if account is None:
            return True
        if self.accounts is not None and account not in self.accounts:
            return False
        return self.account_id is None or account == self.account_id
