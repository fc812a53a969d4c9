"""Random commands for a book, its phases and bands among them."""

import random

from tests.matching.test_book_properties import draw
from trade2026.matching.book import OrderBook
from trade2026.matching.words import BookCommand, Phase, SetBands, SetPhase, Uncross


def draw_with_phases(chance: random.Random, book: OrderBook, number: int) -> BookCommand:
    """As `draw`; now and then an auction, a halt or other bands, and never too long without trading."""
    kind = chance.random()
    if kind < 0.02:
        return SetPhase(chance.choice(list(Phase)))
    if kind < 0.025:
        return Uncross()
    if kind < 0.04:
        return _bands(chance)
    if book.phase is not Phase.CONTINUOUS and kind < 0.12:
        return SetPhase(Phase.CONTINUOUS)
    return draw(chance, book, number)


def _bands(chance: random.Random) -> SetBands:
    bounds: list[int | None] = []
    for widest in (8, 5):
        low = chance.choice((None, 100 - chance.randint(0, widest)))
        high = chance.choice((None, 100 + chance.randint(0, widest)))
        bounds += [low, high]
    return SetBands(*bounds)
