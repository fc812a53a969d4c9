"""The unasked check of the books must bite: on false handlers, and when their error is swallowed."""

import contextlib

import pytest

from tests.conservation import Watch, watched
from tests.ledger.books import book, books, position_of, spoken
from trade2026.ledger.decide import decide_trade
from trade2026.ledger.evolve import HANDLERS, evolve_trade
from trade2026.ledger.state import LedgerState
from trade2026.model.events import TradeBooked
from trade2026.primitives.errors import UnbalancedEntry


def _keeps_a_cent(state: LedgerState, event: TradeBooked) -> None:
    """Unbalanced: a cent of cash comes from nowhere."""
    evolve_trade(state, event)
    state.accounts[event.account_id].cash["USD"] += 10**7


def _forgets(state: LedgerState, event: TradeBooked) -> None:
    """Balanced, but nothing moved."""


def _moves_profit_to_capital(state: LedgerState, event: TradeBooked) -> None:
    """Balanced, but not the entry of the event."""
    evolve_trade(state, event)
    position_of(state).realized -= 1
    book = state.accounts[event.account_id]
    book.capital["USD"] = book.capital.get("USD", 0) + 1


@pytest.mark.parametrize("handler", [_keeps_a_cent, _forgets, _moves_profit_to_capital])
def test_a_false_handler_is_caught_at_the_event(handler) -> None:
    state, watch = books(), Watch()
    event = decide_trade(state, spoken("buy 10 @ 100"))
    with pytest.raises(UnbalancedEntry):
        watch.wrap(handler)(state, event)
    assert len(watch.imbalances) == 1
    assert "execution_id" in watch.imbalances[0]


def test_a_true_handler_passes() -> None:
    state, watch = books(), Watch()
    watch.wrap(evolve_trade)(state, decide_trade(state, spoken("buy 10 @ 100")))
    assert (watch.checked, watch.imbalances) == (1, [])


def test_every_event_of_every_test_is_watched(balanced_books: Watch) -> None:
    state = books()
    opening = balanced_books.checked
    assert opening > 0
    book(state, spoken("buy 10 @ 100"))
    assert balanced_books.checked == opening + 1
    assert all(hasattr(handler, "__wrapped__") for handler in HANDLERS.values())


def test_a_swallowed_imbalance_fails_the_test_at_its_end() -> None:
    state, watch = books(), Watch()
    span = watched(watch)
    next(span)
    with contextlib.suppress(UnbalancedEntry):
        watch.wrap(_keeps_a_cent)(state, decide_trade(state, spoken("buy 10 @ 100")))
    with pytest.raises(
        AssertionError, match=r"(?s)books out of balance:.*books of alpha in USD .* was 0\.01"
    ):
        next(span)
