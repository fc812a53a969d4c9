"""Who hears of everything that happens at an exchange, in the order in which they came."""

from collections.abc import Callable

from trade2026.simulation.exchange.reports import Hearer, Report


class Hearers:
    """They may come and go, also while they are told."""

    def __init__(self) -> None:
        self._hearers: dict[int, Hearer] = {}
        self._next = 0

    def add(self, hearer: Hearer) -> Callable[[], None]:
        """Tell it every report from now on; call the result to end it."""
        key = self._next
        self._next += 1
        self._hearers[key] = hearer

        def end() -> None:
            self._hearers.pop(key, None)

        return end

    def tell(self, report: Report) -> None:
        """Tell all of them."""
        for hearer in tuple(self._hearers.values()):
            hearer(report)
