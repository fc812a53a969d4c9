"""What trading is allowed where."""

import msgspec

from trade2026.client.values import Timestamp
from trade2026.model.enums import Scope, TradingState


class TradingStateRow(msgspec.Struct, frozen=True, kw_only=True):
    """What trading is allowed in a scope; `since` is trading time, `wall` the real time of the change."""

    seq: int
    scope: Scope
    target: str
    state: TradingState
    since: Timestamp | None
    wall: Timestamp | None
    by: str
    text: str


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One scope and the orders of it that are not over; counts are of orders.

    `venue_word` is CONFIRMED once a halt has left nothing open, OUTSTANDING while it has, None without one.
    """

    scope: Scope
    target: str
    state: TradingState
    since: Timestamp | None
    wall: Timestamp | None
    by: str
    text: str
    open_orders: int
    cancels_pending: int
    unknown: int
    venue_word: str | None


class HaltTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be halted by itself; `title` says more of it, "" for nothing more."""

    scope: Scope
    target: str
    title: str


class TradingStates(msgspec.Struct, frozen=True, kw_only=True):
    """All scopes, GLOBAL first; `halted` says whether everything is; `can_resume_at` ends the cool-down."""

    items: tuple[TradingStateRow, ...]
    halted: bool
    can_resume_at: Timestamp | None
    as_of_seq: int
