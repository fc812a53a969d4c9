"""The four kinds of trouble: bad input, the world failing, broken integrity, and (asserts) our own bugs."""


class Trade2026Error(Exception):
    """Root of every error this package raises on purpose; the message is fit to be shown to a user."""


class InputError(Trade2026Error):
    """What the caller gave cannot be used; trying again with the same input is useless."""


class OperatingError(Trade2026Error):
    """The world outside failed: a disk, a venue, a store.

    Parameters
    ----------
    message : str
        What failed, with the value and the remedy.
    retryable : bool
        Whether the same call may succeed later without anyone changing anything.
    retry_after_ns : int or None
        Earliest useful retry, as a duration in nanoseconds; None when unknown.
    """

    def __init__(self, message: str, *, retryable: bool = False, retry_after_ns: int | None = None) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after_ns = retry_after_ns


class StoreUnavailable(OperatingError):
    """A disk or a store cannot be read or written."""


class VenueUnreachable(OperatingError):
    """A venue did not answer, or cannot be asked."""


class StaleData(OperatingError):
    """Data needed for a decision is older than its limit."""


class IntegrityError(Trade2026Error):
    """Something durable is not what it must be; the run stops and an operator looks."""


class SequenceGap(IntegrityError):
    """A sequence number is missing, repeated or out of order."""


class HashMismatch(IntegrityError):
    """A checksum, a hash chain or a signed head does not match."""


class UnbalancedEntry(IntegrityError):
    """Postings of one entry do not sum to zero in each commodity."""
