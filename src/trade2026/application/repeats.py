"""Requests that were named by a key: what was asked under it, and what was answered.

For what is not in the journal, whose core does this for orders.
"""

from collections import OrderedDict
from typing import Final, Generic, TypeVar

from trade2026.ports.asking import KeyReused
from trade2026.primitives.errors import InputError

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")

KEPT: Final = 1_000


class Repeats(Generic[RequestT, AnswerT]):
    """The last requests that were done; in memory, so that a new process knows none.

    A key belongs to who gave it: two owners may choose the same one.

    Parameters
    ----------
    kept : int
        How many at most, one at least; the oldest are forgotten first.
    """

    def __init__(self, kept: int = KEPT) -> None:
        if kept < 1:
            raise InputError(f"kept must be at least 1, was {kept}")
        self._kept = kept
        self._done: OrderedDict[tuple[str, str], tuple[RequestT, AnswerT]] = OrderedDict()

    def answer(self, owner: str, key: str, request: RequestT) -> AnswerT | None:
        """What was answered when this was asked under this key; None where nothing was, or for a key of "".

        Raises
        ------
        KeyReused
            The key named another request of this owner.
        """
        found = self._done.get((owner, key))
        if found is None:
            return None
        asked, answer = found
        if asked != request:
            raise KeyReused(f"the key {key!r} named another request; choose a new one")
        return answer

    def keep(self, owner: str, key: str, request: RequestT, answer: AnswerT) -> None:
        """Remember what was done; a key of "" names nothing."""
        if not key:
            return
        self._done[owner, key] = (request, answer)
        while len(self._done) > self._kept:
            self._done.popitem(last=False)
