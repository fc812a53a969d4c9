"""Whether a request that failed may be sent again, and when: the one place that knows.

What was not done is asked again. What may have been done is asked again only under the same key, or where
it changes nothing; once it may have been done, no later failure can say that it was not.
"""

from typing import Any, Final

from trade2026.client.call import Call
from trade2026.client.errors import (
    DeskUnreachable,
    OutcomeUnknown,
    Problem,
    make_problem_error,
    read_problem,
)
from trade2026.primitives.errors import Trade2026Error

FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 2.0

_NOT_DONE: Final = ("core-away", "journal-full", "too-many-requests")
_UNCERTAIN: Final = (408, 502, 503, 504)


class Answer:
    """An answer that is no success: its problem, and when to ask again."""

    __slots__ = ("problem", "retry_after_s")

    def __init__(self, status: int, body: bytes, path: str, headers: Any) -> None:
        self.problem = read_problem(status, body, path, headers.get("X-Request-Id", ""))
        wait = headers.get("Retry-After", "")
        self.retry_after_s = float(wait) if wait.isascii() and wait.isdigit() else None


class Attempts:
    """The attempts of one request.

    Parameters
    ----------
    patience_s : float
        For how long to go on asking; 0 for once.
    now : float
        Monotonic seconds.
    """

    def __init__(self, call: Call[Any], url: str, patience_s: float, now: float) -> None:
        self._call = call
        self._url = url
        self._deadline = now + patience_s
        self._wait = FIRST_WAIT_S
        self._may_be_done = False

    def refused(self, answer: Answer, now: float) -> float:
        """Seconds until the next attempt after a no; raises the error of the request where there is none."""
        problem = answer.problem
        is_not_done = problem.slug in _NOT_DONE
        is_uncertain = not is_not_done and problem.status in _UNCERTAIN
        changes_nothing = self._call.method == "GET"
        if problem.slug == "outcome-unknown" and not changes_nothing:
            self._may_be_done = True
        if is_not_done or (is_uncertain and self._call.is_repeatable):
            wait = self._next(now, answer.retry_after_s)
            if wait is not None:
                return wait
        if self._may_be_done and (is_not_done or is_uncertain):
            raise self._unknown(problem.detail, problem)
        raise make_problem_error(problem, answer.retry_after_s)

    def unsent(self, reason: str, now: float) -> float:
        """The same where the desk could not be reached, so that nothing was sent."""
        wait = self._next(now, None)
        if wait is not None:
            return wait
        if self._may_be_done:
            raise self._unknown(reason, None)
        raise DeskUnreachable(
            f"the desk at {self._url} cannot be reached: {reason}; check the address, or 'trade2026 status'"
        )

    def lost(self, reason: str, now: float) -> float:
        """The same where the line was lost, or no answer came in time, after the request was sent."""
        if self._call.method != "GET":
            self._may_be_done = True
        if self._call.is_repeatable:
            wait = self._next(now, None)
            if wait is not None:
                return wait
        if self._may_be_done:
            raise self._unknown(reason, None)
        raise DeskUnreachable(f"the desk at {self._url} did not answer: {reason}; try again")

    def _next(self, now: float, asked: float | None) -> float | None:
        """The wait before the next attempt; None when there is no time for one."""
        wait = max(self._wait, asked or 0.0)
        self._wait = min(self._wait * 2, LONGEST_WAIT_S)
        return wait if now + wait <= self._deadline else None

    def _unknown(self, reason: str, problem: Problem | None) -> Trade2026Error:
        key = self._call.key
        again = f"ask again with key={key!r}" if key else "look at what the desk shows before asking again"
        what = f"{self._call.method} {self._call.path.partition('?')[0]}"
        return OutcomeUnknown(f"whether {what} was done is not known: {reason}; {again}", key, problem)
