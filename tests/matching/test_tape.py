"""An hour of CME E-mini S&P records, market by order, through both books (see `tape`).

What the tape allows to check is counted, and so is what it does not: hidden parts of icebergs are seen only
when they trade. Of the trades one in a hundred fills the same orders in another turn; nothing on the tape
says why.
"""

import itertools

from tests.matching.tape import TapePlayer, messages, records
from trade2026.matching.book import OrderBook
from trade2026.matching.compiled.book import CompiledBook

_OPENING = (4_800_250_000_000, 44)
_COMPARED = 9_700
"""Messages that the reference plays, too: the snapshot of 8,725 orders, the opening, and what follows."""


def test_what_traded_there_trades_here():
    player = TapePlayer(CompiledBook(capacity=16_384))
    for message in messages(records()):
        player.play(message)
    counts = player.counts
    assert player.opening == _OPENING, "the opening auction's price and volume"
    assert counts["openings"] == 1, "and who traded in it"
    trades = counts["trades"] + counts["other turn"] + counts["hidden"] + counts["different"]
    assert counts["trades"] > 0.97 * trades
    assert counts["other turn"] < 0.015 * trades
    assert counts["hidden"] < 0.02 * trades
    assert player.differences == []
    assert counts["fills"] > 5_000
    assert counts["sizes"] > 15_000


def test_both_books_make_the_same_of_it():
    slow, fast = TapePlayer(OrderBook()), TapePlayer(CompiledBook())
    for message in itertools.islice(messages(records()), _COMPARED):
        slow.play(message)
        fast.play(message)
    assert slow.counts == fast.counts
    assert slow.differences == fast.differences
    assert slow.book.state_sha256() == fast.book.state_sha256()
    assert slow.counts["openings"] == 1
