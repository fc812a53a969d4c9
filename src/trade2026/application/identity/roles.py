"""Roles, what a principal is, and the questions asked about one."""

from enum import StrEnum
from typing import Final

import msgspec

from trade2026.primitives.errors import AuthenticationFailed, Forbidden
from trade2026.primitives.time import MINUTE_NS, UnixNanos

ALL_ACCOUNTS: Final = "*"


class Role(StrEnum):
    """What a user may do; each role may do what those before it may."""

    VIEWER = "viewer"
    TRADER = "trader"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        return _RANKS[self] >= _RANKS[needed]


_RANKS: Final = {role: rank for rank, role in enumerate(Role)}


class Principal(msgspec.Struct, frozen=True):
    """Who asks, as one verified token says and the list of users confirms.

    Attributes
    ----------
    accounts : tuple of str
        Accounts they may see and trade; "*" is all.
    auth_time, expires_at : int
        When the password was given, and when the token ends; UTC nanoseconds of the real clock.
    session_id : str
        The log-in the token comes from: all its tokens end with it.
    token_id : str
        This token.
    """

    name: str
    role: Role
    accounts: tuple[str, ...]
    auth_time: UnixNanos
    expires_at: UnixNanos
    session_id: str
    token_id: str


def authorize(principal: Principal, role_needed: Role) -> None:
    """Raise Forbidden, with the role needed, unless the principal's role includes it."""
    if not principal.role.includes(role_needed):
        raise Forbidden(
            f"this needs the role {role_needed.value}, {principal.name} has {principal.role.value}; "
            f"an admin can change it",
            role_needed=role_needed.value,
        )


def may_see(principal: Principal, account_id: str) -> bool:
    """Whether the principal may see the account; what they may not see they are told does not exist."""
    return account_id in principal.accounts or ALL_ACCOUNTS in principal.accounts


def visible_accounts(principal: Principal) -> frozenset[str] | None:
    """The accounts to show; None for all, as the read models take it."""
    return None if ALL_ACCOUNTS in principal.accounts else frozenset(principal.accounts)


def require_fresh(principal: Principal, max_age_ns: int, now: UnixNanos) -> None:
    """Raise AuthenticationFailed unless the password was given at most `max_age_ns` ago."""
    age = now - principal.auth_time
    if age > max_age_ns:
        raise AuthenticationFailed(
            f"this needs a log-in of the last {max_age_ns / MINUTE_NS:g} minutes, yours was "
            f"{age // MINUTE_NS} minutes ago; log in again",
            reason="not-fresh",
        )
