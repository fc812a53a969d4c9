"""Books sum to zero after every event of every test, without being asked.

A pytest plugin. Before any test module is imported it wraps each of the ledger's handlers; after each event
the whole of the books is checked: that they sum to zero per account and commodity, that each position is
the sum of its lots, and that what moved is exactly the entry the event stands for. An imbalance raises where
it happened, and fails the test at its end even when the code under test swallowed the error. Production code
knows nothing of it. Events handled in other processes are out of its reach.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

from trade2026.ledger.evolve import HANDLERS
from trade2026.ledger.postings import LedgerAccount, check_balanced, postings, trial_balance
from trade2026.ledger.state import LedgerState
from trade2026.primitives.errors import UnbalancedEntry
from trade2026.primitives.fixed_point import format_raw

Handler = Callable[[LedgerState, Any], None]


class Watch:
    """What was seen of the books since the current test began."""

    def __init__(self) -> None:
        self.checked = 0
        self.imbalances: list[str] = []

    def wrap(self, handler: Handler) -> Handler:
        """The handler, with the books checked after it."""

        @wraps(handler)
        def checked(state: LedgerState, event: Any) -> None:
            before = trial_balance(state)
            handler(state, event)
            self.checked += 1
            try:
                check_balanced(state)
                check_moved(before, trial_balance(state), event, state)
            except UnbalancedEntry as error:
                self.imbalances.append(f"{error} (after {event})")
                raise

        return checked


def check_moved(
    before: dict[LedgerAccount, int], after: dict[LedgerAccount, int], event: Any, state: LedgerState
) -> None:
    """Raise UnbalancedEntry unless the balances moved by the entry of the event and by nothing else."""
    expected = dict(before)
    for line, amount in postings(event, state.instruments):
        expected[line] = expected.get(line, 0) + amount
    for line in expected | after:
        moved, due = after.get(line, 0), expected.get(line, 0)
        if moved != due:
            raise UnbalancedEntry(f"{line} must be {format_raw(due)}, was {format_raw(moved)}")


WATCH = Watch()
for _event_type, _handler in list(HANDLERS.items()):
    HANDLERS[_event_type] = WATCH.wrap(_handler)


def watched(watch: Watch) -> Iterator[Watch]:
    """The span of one test: begins with nothing seen, ends with a failure if any imbalance was."""
    watch.checked = 0
    watch.imbalances.clear()
    yield watch
    assert not watch.imbalances, "books out of balance:\n" + "\n".join(watch.imbalances)


@pytest.fixture(autouse=True)
def balanced_books() -> Iterator[Watch]:
    """Fail the test whose books did not balance at some event, whatever became of the error."""
    yield from watched(WATCH)
