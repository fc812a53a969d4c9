"""The standard mix on a desk that is up: 60 % passive, 15 % marketable, 20 % cancels, 5 % replaces."""

import random
from collections import deque
from typing import Any, NamedTuple

from bench.running_desk import ACCOUNTS, RunningDesk


class Resting(NamedTuple):
    """A passive order that may be canceled or replaced."""

    account_id: str
    order_id: int
    price: str


class New(NamedTuple):
    """Terms of an order to be sent."""

    account_id: str
    instrument_id: str
    side: str
    price: str
    is_marketable: bool


class Cancel(NamedTuple):
    """A cancel of a resting order."""

    order: Resting


class Replace(NamedTuple):
    """A replace of a resting order by twice its quantity."""

    order: Resting


class StandardMix:
    """Draws requests; what is canceled and replaced are passive orders of its own.

    Attributes
    ----------
    count : int
        New orders drawn so far.
    kinds : dict
        Requests drawn, by kind.
    refused : list
        The first answers that were a no.
    """

    def __init__(self, desk: RunningDesk) -> None:
        self._chance = random.Random(11)
        self._resting: deque[Resting] = deque()
        quotes = desk.get("/api/v1/quotes")["items"]
        self._last = [(quote["instrument_id"], float(quote["last"])) for quote in quotes]
        self.count = 0
        self.kinds: dict[str, int] = {"passive": 0, "marketable": 0, "cancel": 0, "replace": 0}
        self.refused: list[Any] = []

    def draw(self) -> New | Cancel | Replace:
        """What comes next."""
        draw = self._chance.random()
        if draw < 0.20 and self._resting:
            self.kinds["cancel"] += 1
            return Cancel(self._resting.popleft())
        if draw < 0.25 and self._resting:
            self.kinds["replace"] += 1
            return Replace(self._resting.pop())  # A cancel of it would overtake the replace.
        return self.new(is_marketable=draw < 0.40)

    def new(self, *, is_marketable: bool) -> New:
        """An order 5 % away from the last price, or half a percent through it."""
        self.count += 1
        chance = self._chance.random()
        instrument_id, last = self._last[int(chance * 5)]
        is_buy = chance * 5 % 1 < 0.5
        away = 1.005 if is_marketable else 0.95
        price = f"{last * (away if is_buy else 2 - away):.2f}"
        self.kinds["marketable" if is_marketable else "passive"] += 1
        account_id = ACCOUNTS[self.count % len(ACCOUNTS)]
        return New(account_id, instrument_id, "BUY" if is_buy else "SELL", price, is_marketable)

    def keep(self, new: New, order_id: int) -> None:
        """A passive order was taken."""
        self._resting.append(Resting(new.account_id, order_id, new.price))

    def refuse(self, answer: Any) -> None:
        """A no was answered."""
        if len(self.refused) < 5:
            self.refused.append(answer)
