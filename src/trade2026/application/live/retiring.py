"""Takes closed orders out of the core's memory when there are many, and keeps the index of them on disk."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Final, Protocol

from trade2026.model.commands import RetireOrders
from trade2026.model.events import Event, OrdersRetired
from trade2026.oms.retire import may_retire
from trade2026.oms.state import OmsState
from trade2026.ports.retired import RetiredIndex
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import OperatingError
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalState

BATCH: Final = 50
"""Orders that one command takes out: less than a millisecond, which is what another command waits at most."""
AT_ONCE_MAX: Final = 32
"""Batches that are handed in together when orders close faster than they go."""
PAUSE_S: Final = 0.02
"""What others have between two of them, in the core and in the processes that follow it: with two thousand
orders a second, ten thousand leave in some five seconds. In one go they held everybody up for a second."""
_LOOKS: Final = 2_000
"""Orders that are looked at in one go: a quarter of a millisecond."""
_COMMIT_ENTRIES: Final = 1_000
"""Entries that wait before they are committed together: each commit syncs several times."""


class Posts(Protocol):
    """The sequencer, as far as it is needed here."""

    def post(self, command: RetireOrders) -> Awaitable[tuple[Event, ...]]:
        """Hand a command in; its events, once they are durable."""
        ...


class Retiring:
    """Lets the oldest half of what is closed go whenever there is more than `most` of it.

    What goes is named in commands, so that the journal says it; what may not go the core leaves out. Refused
    orders count as closed ones.

    Parameters
    ----------
    now : callable
        Trading time, UTC nanoseconds.
    most : int
        Closed orders that stay in memory, at least 2.
    note : callable
        Told, in a sentence, when the index cannot be written.
    """

    def __init__(
        self,
        core: Core,
        journal: Journal,
        storage: Storage,
        sequencer: Posts,
        index: RetiredIndex,
        *,
        now: Callable[[], int],
        most: int,
        note: Callable[[str], None],
    ) -> None:
        self._core, self._journal, self._storage = core, journal, storage
        self._sequencer, self._index = sequencer, index
        self._now = now
        self._most = most
        self._note = note
        self._is_failing = False

    async def run(self, pause: Callable[[], Awaitable[None]]) -> None:
        """Look again after each `pause`, a fraction of a second; for a task of its own."""
        while self._journal.state is JournalState.OPEN:
            await pause()
            if closed(self._core.engines.oms) > self._most or self._index.waiting:
                await self.retire()

    async def retire(self) -> int:
        """Take out the oldest half of what is closed, if it is too much; how much went, refusals included."""
        try:
            await self._commit()
            return await self._retire() if closed(self._core.engines.oms) > self._most else 0
        except OperatingError as error:  # The next look tries again.
            if not self._is_failing:
                self._note(f"closed orders stay in memory for now: {error}")
            self._is_failing = True
            return 0

    async def _retire(self) -> int:
        """Batch by batch, more at a time the further behind; what went before is committed meanwhile."""
        gone = 0
        commands = self._commands()
        while batch := list(islice(commands, self._at_once())):
            answers = [self._sequencer.post(command) for command in batch if command is not None]
            decided, _ = await asyncio.gather(asyncio.gather(*answers), self._commit(_COMMIT_ENTRIES))
            for (event,) in decided:
                assert isinstance(event, OrdersRetired), event
                gone += len(event.order_ids) + len(event.refused)
            await asyncio.sleep(PAUSE_S)
        await self._commit()
        self._is_failing = False
        return gone

    def _at_once(self) -> int:
        """Under a load that closes orders faster than one batch after another takes them out, several."""
        behind = closed(self._core.engines.oms) - self._most
        return min(1 + max(behind, 0) * 64 // self._most, AT_ONCE_MAX)

    def _commands(self) -> Iterator[RetireOrders | None]:
        """The oldest half, in batches; orders by their numbers, which are their ages. None: a rest is due."""
        oms = self._core.engines.oms
        refused = [
            (account_id, name)
            for account_id, account in oms.accounts.items()
            for name in islice(account.refused, (len(account.refused) + 1) // 2)
        ]
        left = (closed(oms) + 1) // 2 - len(refused)
        batch: list[int] = []
        for looks, order_id in enumerate(list(oms.orders), 1):
            if left <= 0:
                break
            if looks % _LOOKS == 0:
                yield None
            order = oms.orders.get(order_id)  # It may have gone meanwhile, with its family.
            if order is None or not may_retire(order):
                continue
            batch.append(order_id)
            left -= 1
            if len(batch) == BATCH:
                yield RetireOrders(self._now(), tuple(batch), ())
                batch = []
        for start in range(0, max(len(refused), 1), BATCH):
            some = tuple(refused[start : start + BATCH])
            if batch or some:
                yield RetireOrders(self._now(), tuple(batch), some)
            batch = []

    async def _commit(self, entries: int = 1) -> None:
        """Make so many entries or more durable, as far as the journal is, in the storage's second thread."""
        if self._index.waiting >= entries:
            durable_seq = self._journal.durable_seq
            await self._storage.in_background(lambda: self._index.commit(durable_seq), aside=True)


def closed(oms: OmsState) -> int:
    """Closed orders and refusals in memory; counts accounts, not orders."""
    accounts = oms.accounts.values()
    return (
        len(oms.orders)
        - sum(len(account.open_orders) for account in accounts)
        + sum(len(account.refused) for account in accounts)
    )
