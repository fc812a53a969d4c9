"""Where a trader remembers its orders to be, and which sizes are too large to multiply."""

import numpy as np
import pytest

from trade2026.matching.compiled import layout as book_at
from trade2026.matching.compiled.accounts import AMOUNT_MAX, is_unsized
from trade2026.matching.compiled.book import CompiledBook
from trade2026.matching.compiled.layout import INT64_MAX
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.compiled.base import own_row


def test_a_row_that_another_order_has_now_is_not_taken_for_the_own_one() -> None:
    book, words = CompiledBook(), np.zeros(at.SLOT, np.int64)
    words[at.OWN] = 5
    assert own_row(words, at.OWN, book._m) == 0
    book.place_limit(5, 1, book_at.BUY, 10, 100)
    row = own_row(words, at.OWN, book._m)
    assert (book._m[row + book_at.ID], words[at.OWN_ROW]) == (5, row)
    assert own_row(words, at.OWN, book._m) == row
    book.cancel(5)
    assert own_row(words, at.OWN, book._m) == 0
    words[at.OWN_ROW] = row  # As it was before it was looked for in vain.
    for order in range(6, 9):  # The row is one of theirs or of their level's.
        book.place_limit(order, 1, book_at.BUY, 10, 100)
        assert own_row(words, at.OWN, book._m) == 0
        words[at.OWN_ROW] = row


@pytest.mark.parametrize("limit", [1, 2**30 - 1, 2**30, 2**31, AMOUNT_MAX // 2])
@pytest.mark.parametrize("worth", [1, 2**30 - 1, 2**30, 2**31])
def test_an_order_is_too_large_where_its_worth_is_beyond_half_of_what_fits(limit: int, worth: int) -> None:
    memory = np.zeros(book_at.HEADER, np.int64)
    memory[book_at.MIN_LOTS], memory[book_at.MAX_LOTS], memory[book_at.LOT_WORTH] = 1, INT64_MAX, worth
    assert is_unsized(memory, limit, 1, 0) == (limit * worth > AMOUNT_MAX // 2)
