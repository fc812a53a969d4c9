"""Whether a journal takes anything."""

from enum import StrEnum


class JournalState(StrEnum):
    """FAILED is for ever: what a failed disk kept is known only after a new start has read it."""

    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"
