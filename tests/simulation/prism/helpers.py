"""Small markets, and ears that keep what happens."""

import msgspec
import numpy as np

from trade2026.matching.compiled import layout as book_at
from trade2026.simulation.prism.compiled import layout as at
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import Chunk, PrismMarket

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
DEFAULT = PrismConfig()
TWO_BOOKS = msgspec.structs.replace(DEFAULT, books=DEFAULT.books[:2])


def without(config: PrismConfig, *kinds: str) -> PrismConfig:
    """The same with none of these traders: fields of the configuration."""
    none = {kind: msgspec.structs.replace(getattr(config, kind), count=0) for kind in kinds}
    return msgspec.structs.replace(config, **none)


NOBODY = without(TWO_BOOKS, "makers", "noise", "informed", "momentum")


class Ear:
    """All that happened, in arrays."""

    def __init__(self, market: PrismMarket) -> None:
        self._commands: list[np.ndarray] = []
        self._events: list[list[np.ndarray]] = [[] for _ in market.config.books]
        self._quotes: list[np.ndarray] = []
        market.listen(self._hear)

    def _hear(self, chunk: Chunk) -> None:
        self._commands.append(chunk.commands.copy())
        self._quotes.append(chunk.quotes.copy())
        for kept, part in zip(self._events, chunk.events, strict=True):
            kept.append(part.copy())

    @property
    def commands(self) -> np.ndarray:
        return np.concatenate(self._commands) if self._commands else np.empty((0, at.LOG_WIDTH), np.int64)

    @property
    def quotes(self) -> np.ndarray:
        return np.concatenate(self._quotes) if self._quotes else np.empty((0, at.QUOTE_WIDTH), np.int64)

    def events(self, book: int) -> np.ndarray:
        """Fields that an event does not have are 0."""
        if not self._events[book]:
            return np.empty((0, book_at.EVENT_WIDTH), np.int64)
        found = np.concatenate(self._events[book])
        found[found[:, 0] != book_at.TRADED, book_at.MAKER_OWNER_FIELD :] = 0
        return found

    def digest(self) -> tuple[bytes, ...]:
        """Bytes that are equal where all that happened is."""
        books = range(len(self._events))
        return (self.commands.tobytes(), self.quotes.tobytes(), *(self.events(n).tobytes() for n in books))

    def times(self, book: int) -> np.ndarray:
        """When each event of a book happened."""
        commands = self.commands
        times: np.ndarray = commands[np.searchsorted(commands[:, 0], self.events(book)[:, 1]), at.LOG_TIME]
        return times
