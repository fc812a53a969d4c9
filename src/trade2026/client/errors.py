"""Every way a request can fail, by what one can do about it."""

from decimal import Decimal
from typing import Final

import msgspec

from trade2026.client.problem import Failure, FieldProblem, Problem
from trade2026.primitives import errors
from trade2026.primitives.errors import InputError, OperatingError, Trade2026Error

__all__ = [
    "Conflict",
    "DeskUnreachable",
    "Failure",
    "FieldProblem",
    "LoginNeeded",
    "NotAllowed",
    "OrderRefused",
    "OutcomeUnknown",
    "Problem",
    "ProblemError",
    "RequestInvalid",
    "RowsLost",
    "Unavailable",
    "make_problem_error",
    "read_problem",
]


class ProblemError(Trade2026Error):
    """The desk said no, and why.

    Parameters
    ----------
    problem : Problem
        The whole document.
    retry_after_s : float or None
        When to ask again, in seconds, where the desk said so.
    """

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        text = problem.detail or problem.title
        if problem.remedy:
            text = f"{text}; {problem.remedy}"
        super().__init__(text)
        self.problem = problem
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.problem.status

    @property
    def slug(self) -> str:
        """What kind of problem, such as "order-refused"."""
        return self.problem.slug

    @property
    def request_id(self) -> str:
        """Finds the request in the desk's logs."""
        return self.problem.request_id

    @property
    def errors(self) -> tuple[FieldProblem, ...]:
        """Every field that cannot be used."""
        return self.problem.errors

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every check of risk that said no."""
        return self.problem.failures

    @property
    def largest_qty(self) -> Decimal | None:
        """The largest quantity that would have passed risk."""
        return self.problem.largest_qty


class RequestInvalid(ProblemError, InputError):
    """Something in the request cannot be used, or what it names does not exist; repeating it is useless."""


class OrderRefused(ProblemError):
    """Risk refused the order, order management denied it, or its key was used for another."""


class LoginNeeded(ProblemError):
    """Name or password is wrong, or the login has ended."""


class NotAllowed(ProblemError):
    """The role is too low, or the login too old for this; `problem.value` names the role needed."""


class Conflict(ProblemError):
    """Not in the state it is in: an order that is done, a cool-down that is not over."""


class Unavailable(ProblemError, OperatingError):
    """A part of the desk is away, or there were too many requests; nothing was done, asking later helps."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(problem, retry_after_s)
        self.retryable = True
        self.retry_after_ns = None if retry_after_s is None else int(retry_after_s * 1e9)


class DeskUnreachable(OperatingError):
    """Nobody answers at the address; nothing was done."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)


class OutcomeUnknown(errors.OutcomeUnknown):
    """A request was sent, and no answer came in the time there was: it is done or it is not.

    Parameters
    ----------
    key : str
        Ask again with `key=` this, and what was done is told, not done twice; "" for a request that has
        none: look at what the desk shows.
    """

    def __init__(self, message: str, key: str, problem: Problem | None = None) -> None:
        super().__init__(message, retryable=True)
        self.key = key
        self.problem = problem


class RowsLost(OperatingError):
    """Rows of a lossless topic are no longer kept: read the list anew, and go on from its `as_of_seq` + 1."""

    def __init__(self, topic: str, message: str) -> None:
        super().__init__(message)
        self.topic = topic


_ORDER_SLUGS: Final = ("order-refused", "order-denied", "idempotency-conflict", "command-denied")
_DECODER: Final = msgspec.json.Decoder(Problem)


def read_problem(status: int, body: bytes, path: str, request_id: str) -> Problem:
    """The document of an answer; one of our own where something else than the desk answered."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem(
            type="about:blank",
            title=f"HTTP status {status}",
            status=status,
            detail=f"the answer to {path} has status {status} and is none of the desk's",
            instance=path,
            request_id=request_id,
        )


def make_problem_error(problem: Problem, retry_after_s: float | None) -> ProblemError:
    """The error a problem document is."""
    status = problem.status
    if problem.slug in _ORDER_SLUGS:
        return OrderRefused(problem, retry_after_s)
    kind: type[ProblemError] = RequestInvalid
    if status == 401:
        kind = LoginNeeded
    elif status == 403:
        kind = NotAllowed
    elif status == 409:
        kind = Conflict
    elif status == 429 or status >= 500:
        kind = Unavailable
    return kind(problem, retry_after_s)
