"""What is asked of the core about a venue that is reached over a line; part of `core_link.Intent`."""

import msgspec


class ReconcileIntent(msgspec.Struct, frozen=True, array_like=True, tag=15):
    """Ask for our books and a venue's to be compared now; answered at once, without events."""

    venue: str
    trader_id: str
    text: str


class AcceptDifferenceIntent(msgspec.Struct, frozen=True, array_like=True, tag=16):
    """Take the venue's word for a difference of its last reconciliation, which stands and waits for a person.

    `kind` and `name` as in `Difference`; `text` says why. An ORDER only where the venue
    knows of none: others are settled there.
    """

    venue: str
    account_id: str
    kind: str
    name: str
    trader_id: str
    text: str
