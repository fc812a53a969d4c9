"""How far venues are trusted, and how their books compared with ours."""

import msgspec

from trade2026.client.values import Timestamp
from trade2026.model.enums import VenueSessionState


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A line that differed: kind is ORDER, EXECUTION, POSITION or BALANCE; action "" waits for a person."""

    kind: str
    account_id: str
    name: str
    ours: str
    venues: str
    action: str


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """How a venue's books compared with ours; `open` counts the differences that a person must decide."""

    seq: int
    ts: Timestamp
    wall: Timestamp | None
    passes: int
    converged: bool
    orders: int
    executions: int
    open: int
    differences: tuple[Difference, ...]


class VenueRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far a venue is trusted: new orders go out in READY alone, cancels always; `text` says why."""

    seq: int
    venue: str
    state: VenueSessionState | None
    text: str
    since: Timestamp | None
    wall: Timestamp | None
    reconciliation: Reconciliation | None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """It was taken; reads of this server show at least journal number `seq`."""

    seq: int
