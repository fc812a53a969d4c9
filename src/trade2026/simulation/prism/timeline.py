"""Whatever Python does in a simulated market takes its turn with the compiled traders, by its time."""

import heapq
from collections.abc import Callable, Sequence
from typing import Any

from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.market import PrismMarket

Action = Callable[[int], int | None]
"""Called with its time; the time at which it is to be called again, or None."""

_CALL = -1


class Timeline:
    """A market together with actions that are due at times, and commands that are under way to it.

    Of what is due at once the compiled traders come first, then what was entered first.
    """

    def __init__(self, market: PrismMarket) -> None:
        self.market = market
        self._due: list[tuple[int, int, int, Any]] = []
        self._entered = 0

    def call_at(self, time_ns: int, action: Action) -> None:
        """Have an action called then; InputError for a time that is over."""
        if time_ns < self.market.now_ns:
            raise InputError(f"time_ns must not be before {self.market.now_ns}, was {time_ns}")
        self._enter(time_ns, action)

    def send(self, arrival_ns: int, book: int, columns: Sequence[int]) -> None:
        """Have a command, by its columns, arrive at a book then."""
        self._entered += 1
        heapq.heappush(self._due, (arrival_ns, self._entered, book, columns))

    def run_until(self, time_ns: int) -> None:
        """Let everything happen that is due up to then."""
        due, market = self._due, self.market
        pop, bring, step_to = heapq.heappop, market.bring, market.step_to
        while due and due[0][0] <= time_ns:
            at_ns, _, book, what = pop(due)
            if book != _CALL:
                bring(at_ns, book, what)
                continue
            step_to(at_ns)
            again = what(at_ns)
            if again is not None:
                self._enter(max(again, at_ns + 1), what)
        market.run_until(time_ns)

    def _enter(self, at_ns: int, what: Action) -> None:
        self._entered += 1  # Of what is due at once, what was entered first comes first.
        heapq.heappush(self._due, (at_ns, self._entered, _CALL, what))
