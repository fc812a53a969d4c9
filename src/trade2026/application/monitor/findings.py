"""What the monitor may find wrong."""

from enum import StrEnum
from typing import Final, NamedTuple


class Rule(StrEnum):
    """In the order of how bad it is."""

    NOT_APPROVED = "NOT_APPROVED"
    """It left, and the journal does not have it as approved, or it had left before."""
    OTHER_TERMS = "OTHER_TERMS"
    """It left with other terms than were approved."""
    AFTER_HALT = "AFTER_HALT"
    """It left behind the number of a halt of its scope."""
    ABOVE_PARENT = "ABOVE_PARENT"
    """More of an order left than was approved of it."""
    TOO_FAST = "TOO_FAST"
    """More new orders left than were approved, or than any desk should send."""
    OVERFILL = "OVERFILL"
    """By what the venue says more was filled than left; a bust that is on its way looks like it, too."""
    LOST_FILL = "LOST_FILL"
    """The venue told of a fill, and the journal does not get it."""
    NOT_SEEN = "NOT_SEEN"
    """Approved, and neither on the wire nor ended: sending hangs, or the wire log fails."""
    WIRE_GAP = "WIRE_GAP"
    """Part of the wire log is missing: what left in it is not known."""


HALTING: Final = frozenset(
    {Rule.NOT_APPROVED, Rule.OTHER_TERMS, Rule.AFTER_HALT, Rule.ABOVE_PARENT, Rule.TOO_FAST}
)
"""What always halts, where the monitor may halt at all."""


class Finding(NamedTuple):
    """One thing that is wrong, in words fit to be shown."""

    rule: Rule
    text: str
    halts: bool
