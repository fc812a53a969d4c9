"""The kinds of trouble: bad input, the world failing, broken integrity, no right; and (asserts) our bugs."""


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


class RateLimited(OperatingError):
    """A venue takes no more requests for now; `retry_after_ns` says for how long."""


class OutcomeUnknown(OperatingError):
    """Something was asked, and the line was lost before an answer: it is done or it is not. Ask again under
    the same id; what was done then is told, not done twice.
    """


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


class AuthenticationFailed(Trade2026Error):
    """Who asks is not known: a wrong password, or a token that proves nothing or nothing any more.

    Parameters
    ----------
    message : str
        What to tell them; never whether a name exists.
    reason : str
        One word for logs and metrics, such as "expired"; not for the one who asks.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Forbidden(Trade2026Error):
    """Who asks is known and may not.

    Parameters
    ----------
    message : str
        What was asked, and the remedy.
    role_needed : str
        The least role that may; "" where no role would do.
    """

    def __init__(self, message: str, *, role_needed: str) -> None:
        super().__init__(message)
        self.role_needed = role_needed


class LockedOut(Trade2026Error):
    """Too many attempts to log in from there; this one was not looked at.

    Parameters
    ----------
    message : str
        What to tell them.
    retry_after_ns : int
        When an attempt will be looked at again, as a duration in nanoseconds; positive.
    """

    def __init__(self, message: str, *, retry_after_ns: int) -> None:
        super().__init__(message)
        self.retry_after_ns = retry_after_ns
