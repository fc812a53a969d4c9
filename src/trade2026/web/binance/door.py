"""What every handler needs: the exchange and its records, who may come in, and the counters."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from trade2026.ports.clock import Clock
from trade2026.primitives.time import MILLISECOND_NS
from trade2026.simulation.exchange.kept import Kept, Unkept
from trade2026.simulation.exchange.order_records import Change, ListRecord
from trade2026.simulation.exchange.reports import Exchange, Report
from trade2026.simulation.exchange.waiting import WaitingRoom
from trade2026.web.binance import refusals
from trade2026.web.binance.counting import Counters, Limits
from trade2026.web.binance.keys import ApiKeys
from trade2026.web.binance.symbols import Symbol

LOG: Final = logging.getLogger("trade2026.web.binance")


class BinanceDoor:
    """The state behind all handlers.

    Parameters
    ----------
    kept : Kept or None
        Who keeps what the exchange's customers are told, and hears it before the door does; None for nobody.

    Attributes
    ----------
    hearers : list of callables
        Told every report once the records have it.
    watchers : list of callables
        Told every change of an order that the records follow.
    list_watchers : list of callables
        Told every list of orders that began or is over.
    """

    def __init__(
        self, exchange: Exchange, keys: ApiKeys, clock: Clock, limits: Limits, kept: Kept | None = None
    ) -> None:
        self.exchange = exchange
        self.keys = keys
        self.clock = clock
        self.limits = limits
        self.counters = Counters(limits)
        self.symbols = {
            listing.symbol: Symbol(number, listing, limits)
            for number, listing in enumerate(exchange.listings)
        }
        self.by_number = tuple(self.symbols.values())
        self.assets = sorted({
            asset for each in exchange.listings for asset in (each.base, each.quote)
        })  # fmt: skip
        self._ends: list[Callable[[], None]] = []
        if kept is None:
            kept = unkept = Unkept(exchange, keys.is_owner)
            self._ends.append(unkept.end)
        self.kept: Kept = kept
        self.records = kept.records
        self.records.watchers.append(self._changed)
        self.waiting = WaitingRoom(exchange, self.records, self.spawn, self._listed)
        self.names_taken: set[tuple[str, int, str]] = set()
        """Client order ids of orders that are on their way."""
        self.hearers: list[Callable[[Report], None]] = [self.waiting.heard]
        self.watchers: list[Callable[[Change], None]] = []
        self.list_watchers: list[Callable[[ListRecord], None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ends.append(exchange.subscribe(self._heard))

    def close(self) -> None:
        """Hear no more."""
        if self._changed in self.records.watchers:
            self.records.watchers.remove(self._changed)
        for end in self._ends:
            end()

    def now_ms(self) -> int:
        """The time of day, as requests are held against it."""
        return self.clock.now_ns() // MILLISECOND_NS

    def exchange_ms(self) -> int:
        """The exchange's time."""
        return self.exchange.now_ns() // MILLISECOND_NS

    def symbol(self, name: str) -> Symbol:
        """A symbol by its name; Refusal where there is none."""
        found = self.symbols.get(name)
        if found is None:
            raise refusals.invalid_symbol()
        return found

    def spawn(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Begin what nobody waits for; what goes wrong there is a fault of ours, for the log."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            LOG.error("what was begun at the door and nobody waits for failed", exc_info=error)

    def _heard(self, report: Report) -> None:
        for hearer in self.hearers:
            hearer(report)

    def _changed(self, change: Change) -> None:
        for watcher in self.watchers:
            watcher(change)
        self.waiting.changed(change)

    def _listed(self, record: ListRecord) -> None:
        self.kept.keep_list(record)
        for watcher in self.list_watchers:
            watcher(record)
