"""How far venues are trusted, and how their books compared with ours."""

from decimal import Decimal

import msgspec

from trade2026.client.values import Timestamp
from trade2026.model.enums import Side, VenueSessionState


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
    unknown: int
    unknown_since: Timestamp | None
    unknown_wall: Timestamp | None


class VenueState(msgspec.Struct, frozen=True, kw_only=True):
    """What the live feed says of a venue: its session without its books."""

    seq: int
    venue: str
    state: VenueSessionState | None
    text: str
    since: Timestamp | None
    wall: Timestamp | None


class DifferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the last comparison: decision is DONE, or ACCEPT or REPAIR where a person has to decide.

    `difference` is the venue's amount less ours, None where they are words.
    """

    seq: int
    venue: str
    ts: Timestamp
    wall: Timestamp | None
    kind: str
    account_id: str
    name: str
    ours: str
    venues: str
    difference: Decimal | None
    action: str
    decision: str


class ReconciliationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of the comparisons: result is AGREED, SETTLED or OPEN; `count` is that of its differences."""

    seq: int
    venue: str
    ts: Timestamp
    wall: Timestamp | None
    result: str
    passes: int
    converged: bool
    orders: int
    executions: int
    count: int
    open: int
    differences: tuple[Difference, ...]


class UnknownOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a venue has not answered: request is ORDER, REPLACE or CANCEL.

    `reserved_qty` may still fill and counts against the limits until the outcome is known.
    """

    seq: int
    venue: str
    order_id: int
    account_id: str
    instrument_id: str
    client_order_id: str
    request: str
    side: Side
    reserved_qty: Decimal
    since: Timestamp | None
    wall: Timestamp | None
    text: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """It was taken; reads of this server show at least journal number `seq`."""

    seq: int
