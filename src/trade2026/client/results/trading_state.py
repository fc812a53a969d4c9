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


class TradingStates(msgspec.Struct, frozen=True, kw_only=True):
    """All scopes, GLOBAL first; `halted` says whether everything is; `can_resume_at` ends the cool-down."""

    items: tuple[TradingStateRow, ...]
    halted: bool
    can_resume_at: Timestamp | None
    as_of_seq: int
