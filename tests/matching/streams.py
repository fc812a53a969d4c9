"""Random commands for a book, its phases and bands among them."""

import random
from collections.abc import Callable

from tests.matching.test_book_properties import draw
from trade2026.matching.book import OrderBook
from trade2026.matching.words import BookCommand, Phase, SetBands, SetPhase, Uncross

Draw = Callable[[random.Random, OrderBook, int], BookCommand]


def with_phases(draw: Draw, middle: int, widest: int) -> Draw:
    """As `draw`; now and then an auction, a halt or bands around `middle`, never long without trading."""

    def drawn(chance: random.Random, book: OrderBook, number: int) -> BookCommand:
        kind = chance.random()
        if kind < 0.02:
            return SetPhase(chance.choice(list(Phase)))
        if kind < 0.025:
            return Uncross()
        if kind < 0.04:
            return _bands(chance, middle, widest)
        if book.phase is not Phase.CONTINUOUS and kind < 0.12:
            return SetPhase(Phase.CONTINUOUS)
        return draw(chance, book, number)

    return drawn


def _bands(chance: random.Random, middle: int, widest: int) -> SetBands:
    bounds: list[int | None] = []
    for away in (widest, max(widest // 2, 1)):
        low = chance.choice((None, middle - chance.randint(0, away)))
        high = chance.choice((None, middle + chance.randint(0, away)))
        bounds += [low, high]
    if chance.random() < 0.02:
        bounds[chance.randrange(4)] = chance.choice((0, -3, 2**63, 2**63 - 1))
    return SetBands(*bounds)


draw_with_phases = with_phases(draw, 100, 8)
