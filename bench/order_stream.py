"""A stream of orders for one book, the same for every book that is measured on it.

2,000 resting orders first. Then, by chance: 45 % passive limit orders near the touch, 45 % cancels of an
order that is open, 10 % limit orders that cross the touch by two ticks, whose rest stays. What is open at
each step is known because the stream is played through a book while it is made. Passive orders are of forty
owners, crossing ones of owners who have nothing open, so that self-trade prevention is asked and never
acts: books without it see the same.
"""

import random
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trade2026.matching.compiled import layout as at
from trade2026.matching.compiled.book import CompiledBook
from trade2026.model.enums import Side

RESTING = 2_000
_MAKERS = range(2, 42)  # 0 is nobody, 1 the house.
_TAKERS = range(42, 442)
OWNERS = range(_MAKERS.start, _TAKERS.stop)
_MIDDLE = 10_000


class Stream(NamedTuple):
    """Rows for `CompiledBook.run`: what makes the book, and what is timed."""

    before: npt.NDArray[np.int64]
    timed: npt.NDArray[np.int64]


class _Maker:
    """Plays what it makes, and knows which orders are open."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._book = CompiledBook()
        self._open: list[int] = []
        self._position: dict[int, int] = {}
        self._owner: dict[int, int] = {}
        self._busy: dict[int, int] = {}
        self._next_id = 1

    def cancel(self) -> tuple[int, ...]:
        """Of any order that is open."""
        order_id = self._chance.choice(self._open)
        self._book.cancel(order_id)
        self._forget(order_id)
        return (at.CANCEL_OPEN, order_id, *[0] * (at.COMMAND_WIDTH - 2))

    def passive(self) -> tuple[int, ...]:
        """At the touch or some ticks behind it."""
        side = self._chance.randrange(2)
        bid = self._book.best_price(Side.BUY) or _MIDDLE - 1
        offer = self._book.best_price(Side.SELL) or _MIDDLE + 1
        away = int(self._chance.expovariate(0.2))
        price = max(offer - 1 - away, 1) if side == at.BUY else bid + 1 + away
        return self._place(self._chance.choice(_MAKERS), side, self._chance.randint(1, 100), price)

    def crossing(self) -> tuple[int, ...]:
        """Two ticks through the touch."""
        side = self._chance.randrange(2)
        best = self._book.best_price(Side.SELL if side == at.BUY else Side.BUY) or _MIDDLE
        price = best + 2 if side == at.BUY else max(best - 2, 1)
        owner = next(each for each in _TAKERS if not self._busy.get(each))
        return self._place(owner, side, self._chance.randint(1, 200), price)

    def _place(self, owner: int, side: int, quantity: int, price: int) -> tuple[int, ...]:
        order_id, self._next_id = self._next_id, self._next_id + 1
        terms = (
            order_id, owner, side, at.LIMITED, at.GTC, quantity, price, 0, 0, 0, 0, at.EXPIRE_TAKER,
        )  # fmt: skip
        self._book.place(*terms)
        left = quantity
        for row in self._book.told().tolist():
            if row[0] == at.TRADED:
                left = row[9]
                if row[8] == 0:
                    self._forget(row[5])
            assert row[0] != at.KEPT_APART, "owners were to be chosen so that none meets itself"
        if left:
            self._position[order_id] = len(self._open)
            self._open.append(order_id)
            self._owner[order_id] = owner
            self._busy[owner] = self._busy.get(owner, 0) + 1
        return (at.PLACE_ORDER, *terms)

    def _forget(self, order_id: int) -> None:
        self._busy[self._owner.pop(order_id)] -= 1
        position, last = self._position.pop(order_id), self._open.pop()
        if last != order_id:
            self._open[position], self._position[last] = last, position

    def next(self) -> tuple[int, ...]:
        """The next command of the mix; the book is kept as full as it was."""
        kind = self._chance.random()
        if kind < 0.45 or len(self._open) < RESTING:
            return self.passive()
        return self.cancel() if kind < 0.9 else self.crossing()


def make_stream(count: int, seed: int = 7) -> Stream:
    """So many timed commands."""
    maker = _Maker(seed)
    before = [maker.passive() for _ in range(RESTING)]
    return Stream(_rows(before), _rows(maker.next() for _ in range(count)))


def _rows(commands: Iterable[tuple[int, ...]]) -> npt.NDArray[np.int64]:
    return np.array(list(commands), np.int64)
