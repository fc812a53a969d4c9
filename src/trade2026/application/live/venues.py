"""What an operator asks about venues that are reached over a line."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from trade2026.model.commands import Command
from trade2026.model.events import Event
from trade2026.ports.core_link import Decision
from trade2026.ports.venue_intents import AcceptDifferenceIntent, ReconcileIntent
from trade2026.primitives.errors import InputError

Asked = ReconcileIntent | AcceptDifferenceIntent
Posted = asyncio.Future[tuple[Event, ...]]


class Reconcilable(Protocol):
    """A session with a venue whose books can be compared with ours."""

    def reconcile_now(self, text: str) -> None:
        """Compare the books anew; `text` says who wants it and why."""
        ...

    def acceptance(self, account_id: str, kind: str, name: str, trader_id: str, text: str) -> Command:
        """The command that takes the venue's word; InputError where no such difference waits."""
        ...


class VenueDesk:
    """Answers intents about the sessions there are; on paper there are none.

    Parameters
    ----------
    post : callable
        Journals a command.
    """

    def __init__(self, post: Callable[[Command], Posted]) -> None:
        self._post = post
        self.sessions: Mapping[str, Reconcilable] = {}

    def ask(self, intent: Asked) -> Decision | Posted:
        """Begin what was asked; raises InputError for a venue without a session."""
        session = self.sessions.get(intent.venue)
        if session is None:
            known = ", ".join(sorted(self.sessions)) or "none"
            raise InputError(f"venue {intent.venue!r} has no session to compare; those that have: {known}")
        if isinstance(intent, ReconcileIntent):
            session.reconcile_now(f"asked by {intent.trader_id}: {intent.text}")
            return Decision(())
        answer = self._post(
            session.acceptance(intent.account_id, intent.kind, intent.name, intent.trader_id, intent.text)
        )
        text = f"{intent.trader_id} accepted {intent.kind} {intent.name}"
        answer.add_done_callback(lambda done: session.reconcile_now(text))
        return answer
