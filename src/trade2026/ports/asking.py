"""A line on which one process asks another: what both sides need to know, whatever is asked.

The questions are the user's: a port that has such a line declares them with their answers, see `runner_link`
and `sim_view`.
"""

from collections.abc import Callable
from typing import Any, Protocol

from trade2026.primitives.errors import InputError, OperatingError


class UnknownId(InputError):
    """There is nothing of this id."""


class KeyReused(InputError):
    """The key that names this request named another one."""


class TooManyJobs(OperatingError):
    """This owner has as many jobs as one may have; some have to end first."""


class AnsweringService(Protocol):
    """What the side that answers calls; all in one event loop."""

    async def answer(self, question: Any) -> Any:
        """Do what is asked; raises a Trade2026Error, which comes across as the nearest of the kinds above,
        InputError, OutcomeUnknown and OperatingError.
        """
        ...

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        """Have whatever is told to everybody told; call what is given back to end that."""
        ...
