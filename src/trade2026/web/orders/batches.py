"""A batch of the socket: from requests to intents, and from what the core decided to results."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

from trade2026.ports.core_link import CancelIntent, Decision, ReplaceIntent, SubmitIntent
from trade2026.web.access import visible
from trade2026.web.errors import ProblemRaised
from trade2026.web.metrics import Metrics
from trade2026.web.orders.answers import event_of, outcome, problem_of
from trade2026.web.orders.frames import Batch, Cancel, Replace, Request, Result, Submit, Word
from trade2026.web.orders.requests import (
    cancel_intent,
    field_errors,
    replace_intent,
    submit_intent,
    unknown_account,
)
from trade2026.web.services import Principal

BatchIntent = SubmitIntent | CancelIntent | ReplaceIntent

_NAMES: Final = {Submit: "submit", Cancel: "cancel", Replace: "replace"}
_word: Final = attrgetter("result")
_WORDS: Final = {word.value: word for word in Word}


def batch_intents(batch: Batch, trader_id: str) -> list[BatchIntent]:
    """The intents of all requests; ProblemRaised, so that nothing is sent, where one cannot be used."""
    intents: list[BatchIntent] = []
    problems: list[ProblemRaised] = []
    for index, request in enumerate(batch.requests):
        try:
            intents.append(_intent(request, trader_id, f"requests[{index}]."))
        except ProblemRaised as error:
            problems.append(error)
    if problems:
        raise field_errors(problems)
    return intents


def _intent(request: Request, trader_id: str, at: str) -> BatchIntent:
    name = request.client_order_id
    if isinstance(request, Submit):
        return submit_intent(request, name, trader_id, at)
    if isinstance(request, Cancel):
        return cancel_intent(request.account_id, name, trader_id, request.order_id)
    return replace_intent(request, request.account_id, name, trader_id, request.order_id, at)


class Judged:
    """A batch whose requests are known to be usable, until its results are known.

    Attributes
    ----------
    intents : list
        Those about accounts the user may trade; the core never hears of the others.
    count : int
        Requests of the batch.
    """

    def __init__(self, batch: Batch, principal: Principal) -> None:
        every = batch_intents(batch, principal.name)
        accounts = visible(principal)
        self.count = len(every)
        self._kinds = [_NAMES[type(request)] for request in batch.requests]
        self._foreign: dict[int, str] = {}
        if accounts is not None:
            self._foreign = {
                index: intent.account_id
                for index, intent in enumerate(every)
                if intent.account_id not in accounts
            }
        self.intents = [intent for index, intent in enumerate(every) if index not in self._foreign]

    def results(
        self, decisions: Sequence[Decision], instance: str, request_id: str, metrics: Metrics
    ) -> list[Result]:
        """What became of each request; `instance` and `request_id` are for problem documents."""
        foreign = self._foreign
        following = iter(decisions)
        found: list[Result] = []
        for index in range(self.count):
            if index in foreign:
                problem = unknown_account(foreign[index]).document(instance, request_id)
                found.append(Result(Word.DENIED, problem=problem))
            else:
                found.append(_result(next(following), instance, request_id))
        for (kind, result), count in Counter(zip(self._kinds, map(_word, found), strict=True)).items():
            metrics.count_order(kind, result, count)
        return found


def _result(decision: Decision, instance: str, request_id: str) -> Result:
    try:
        event: Any = event_of(decision)
    except ProblemRaised as error:
        return Result(Word.ERROR, problem=error.document(instance, request_id))
    word = _WORDS[outcome(event)]
    if word is Word.APPROVED or word is Word.REPEATED:
        return Result(word, event.order_id)
    problem = problem_of(event)
    assert problem is not None, f"no answer to a request: {type(event).__name__}"
    return Result(word, getattr(event, "order_id", 0) or None, problem.document(instance, request_id))
