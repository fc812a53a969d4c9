"""Counting irregularities, with the first few of each kind as examples."""

from collections.abc import Sequence
from typing import Final

from trade2026.adapters.embedded.files.faults import Place
from trade2026.ports.feed import DataFinding
from trade2026.primitives.errors import InputError

_EXAMPLES: Final = 3


class Findings:
    """What the checks of one file have found so far."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def wanted(self, name: str) -> int:
        """How many more examples of a kind are kept."""
        return _EXAMPLES - len(self._examples.get(name, ()))

    def count(self, name: str, count: int) -> None:
        """Add to the count of a kind."""
        if count:
            self._counts[name] = self._counts.get(name, 0) + count

    def example(self, name: str, line: int, told: str) -> None:
        """Keep an example if fewer than three are there."""
        if self.wanted(name) > 0:
            self._examples.setdefault(name, []).append(f"{self._place.unit} {line}: {told}")

    def add_rows(self, name: str, lines: Sequence[int], told: Sequence[str]) -> None:
        """Count rows of a kind; `told` may be shorter than `lines`, the examples come from it."""
        self.count(name, len(lines))
        for line, text in zip(lines, told, strict=False):
            self.example(name, line, text)

    def total(self, name: str) -> int:
        """How many of a kind."""
        return self._counts.get(name, 0)

    def refuse(self, name: str, what: str, remedy: str) -> None:
        """Raise InputError when there are any of a kind: "trades.csv has 2 WHAT (line 3: ...); REMEDY"."""
        if self.total(name):
            told = "; ".join(self._examples.get(name, ()))
            raise InputError(f"{self._place.file} has {self.total(name)} {what} ({told}); {remedy}")

    def as_tuple(self) -> tuple[DataFinding, ...]:
        """The findings by name."""
        return tuple(
            DataFinding(name, self._counts[name], tuple(self._examples.get(name, ())))
            for name in sorted(self._counts)
        )
