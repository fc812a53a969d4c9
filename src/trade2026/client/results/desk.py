"""The desk itself: health, processes, events, alerts, users and logins."""

from typing import Any

import msgspec

from trade2026.client.values import Timestamp


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the desk is: `status` is "ok", "degraded" or "down", `core` "connected" or "away"."""

    status: str
    core: str
    feed: str
    journal_seq: int
    version: str
    text: str


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the desk."""

    role: str
    state: str
    pid: int | None
    started: Timestamp | None
    restarts: int
    text: str


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Processes, and the core as it says itself; `core` is empty while it is away.

    `monitor` is what the independent monitor wrote last: counts of orders, and its alarms, the latest first.
    """

    items: tuple[Service, ...]
    core: dict[str, Any]
    monitor: dict[str, Any]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One journaled event; `n` counts the events of a frame from 0."""

    seq: int
    n: int
    ts: Timestamp
    wall: Timestamp | None
    type: str
    data: dict[str, Any]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should know; `severity` is INFO, WARNING or CRITICAL.

    `link` is the address of the page that shows more, below where the desk is; "" for none.
    """

    seq: int
    ts: Timestamp
    wall: Timestamp | None
    severity: str
    title: str
    text: str
    account_id: str | None
    link: str


class UserShort(msgspec.Struct, frozen=True, kw_only=True):
    """Who logged in."""

    name: str
    role: str
    accounts: tuple[str, ...]


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of a session; `expires_in` is in seconds."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    user: UserShort
    must_change_password: bool

    def __repr__(self) -> str:
        return f"Tokens(user={self.user.name!r}, expires_in={self.expires_in})"  # No secrets in logs.


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is, and what one may do."""

    name: str
    role: str
    accounts: tuple[str, ...]
    auth_time: Timestamp
    expires_at: Timestamp
    permissions: tuple[str, ...]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A user; times are of the real clock; accounts of ("*",) are all."""

    name: str
    role: str
    accounts: tuple[str, ...]
    disabled: bool
    must_change_password: bool
    created: Timestamp
    password_changed: Timestamp


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """A new user; `password` is the one that was made up, told this once, None where one was given."""

    user: User
    password: str | None

    def __repr__(self) -> str:
        return f"NewUser({self.user.name!r})"
