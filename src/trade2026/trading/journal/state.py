"""Whether a journal takes anything."""

from enum import StrEnum

from trade2026.primitives.errors import StoreUnavailable


class JournalState(StrEnum):
    """FAILED is for ever: what a failed disk kept is known only after a new start has read it."""

    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"


def refusal(folder: str, state: JournalState, cause: Exception | None, durable_seq: int) -> StoreUnavailable:
    """What whoever asks a journal that is not open is told."""
    if state is JournalState.CLOSED:
        return StoreUnavailable(f"journal {folder} is closed; open it again to write")
    return StoreUnavailable(
        f"journal {folder} failed and takes nothing more: {cause} Nothing after frame {durable_seq} is "
        "acknowledged. Check the disk, then start again: what the disk has kept is read and verified."
    )
