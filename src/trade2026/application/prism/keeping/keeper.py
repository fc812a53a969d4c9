"""Keeps accounts: replays the log at the start, and has every change on the disk before anybody is told."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from trade2026.application.prism.keeping.entries import Amounts, Began, Entry, Opened, Over
from trade2026.application.prism.keeping.log import open_log
from trade2026.application.prism.keeping.shown import Listings
from trade2026.application.prism.keeping.state import KeptState, Saved
from trade2026.model.enums import ExecType
from trade2026.ports.prism_trading import AccountReport
from trade2026.ports.storage import Storage
from trade2026.primitives.errors import IntegrityError, StoreUnavailable
from trade2026.primitives.identifiers import check_identifier
from trade2026.primitives.time import SECOND_NS

ANEW: Final = "the exchange was started anew"
"""What orders are told that were open when a market ended."""

SHORTEN_BYTES: Final = 64 * 1024 * 1024
"""A log that has become so much longer is replaced by what it adds up to, for which all wait a moment.

It is some half a million entries, which a start after a kill has to take in.
"""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Entry | Saved).decode


class Keeper:
    """The accounts of a market, for one run of it.

    After the first failure of the disk nothing is kept and nothing is told any more: what of the log is on it
    only the next start can say.

    Parameters
    ----------
    storage : Storage
        The folder of the log; nobody else writes there.
    now_ns : callable
        The exchange's clock; one that runs back is held still.

    Raises
    ------
    IntegrityError
        The log is damaged.
    StoreUnavailable
        It cannot be read or written.
    """

    def __init__(self, storage: Storage, now_ns: Callable[[], int]) -> None:
        self._clock_ns = now_ns
        self.state = KeptState()
        self.told: Callable[[str, AccountReport], None] = _to_nobody
        """Called with an account and a report of it, once that is on the disk."""
        self._untold: deque[tuple[int, Callable[[], None]]] = deque()
        """What is told once so many entries are on the disk."""
        self._written = self._durable = 0  # Entries of this run.
        self._failure: StoreUnavailable | None = None
        self._changed = asyncio.Event()
        self._syncing: asyncio.Task[None] | None = None
        self._log, frames = open_log(storage)
        for frame in frames:
            self._replay(frame.payload, frame.seq)
        self._short = self._log.size

    @property
    def run(self) -> int:
        """The number of this run."""
        return self.state.run

    def now_ns(self) -> int:
        """The exchange's time, always behind that of the last entry: no two changes are at one time."""
        return max(self._clock_ns(), self.state.now + 1)

    def begin(self, listings: Listings = ()) -> int:
        """A market was made anew: its number. Orders that were open in the one before are over.

        The log is then as short as what it adds up to.

        Parameters
        ----------
        listings : tuple
            Of the market; what is shown of orders in other ones is forgotten.
        """
        for order in list(self.state.open_orders()):
            name = order.venue_order_id
            self.book(Over(self.now_ns(), order.account_id, name, ExecType.CANCELED, "", ANEW, 0))
        now = self.now_ns()
        self.book(Began(now, max(self.state.run + 1, now // SECOND_NS), listings))
        self.shorten()
        return self.state.run

    def open_account(self, account_id: str, cash: Amounts, shortable: Amounts = ()) -> bool:
        """Open an account that is not there; whether it was not. One that is there stays as it is."""
        if account_id in self.state.accounts:
            return False
        check_identifier(account_id, "account_id")
        self.book(Opened(self.now_ns(), account_id, cash, shortable))
        return True

    def book(self, entry: Entry) -> None:
        """Write a change down and take it in; it is told of once it is on the disk.

        Raises
        ------
        StoreUnavailable
            The disk does not take it, or did not take something before: it is not kept.
        """
        self._check()
        try:
            self._log.append(_encode(entry))
        except StoreUnavailable as error:
            self._failure = error
            raise
        self._written += 1
        told = self.state.apply(entry)
        if told is not None:
            self._untold.append((self._written, partial(self._tell, told)))
        self._changed.set()

    def once_kept(self, tell: Callable[[], None]) -> None:
        """Have it called once all that was written so far is on the disk: at once where it is.

        What is told so has the order of the calls, and that of the reports between them.
        """
        if self._untold or self.is_dirty:
            self._untold.append((self._written, tell))
        else:
            tell()

    # --------------------------------------------------------------------------------------- the disk

    @property
    def is_dirty(self) -> bool:
        """Whether something of it would be lost with the power."""
        return self._durable < self._written

    async def changed(self) -> None:
        """Until something of it would be lost with the power."""
        await self._changed.wait()

    async def sync(self) -> None:
        """Have all that was written so far on the disk, and told; who calls meanwhile shares a sync.

        Raises
        ------
        StoreUnavailable
            The disk has failed, now or before: of what is not on it by now nothing is known.
        """
        due = self._written
        self._check()
        while self._durable < due:
            if self._syncing is None:
                self._syncing = asyncio.get_running_loop().create_task(self._sync())
            await asyncio.shield(self._syncing)

    async def _sync(self) -> None:
        try:
            self._check()
            upto = self._written
            await self._log.sync()
            self._are_durable(upto)
            if self._log.size - self._short > SHORTEN_BYTES:
                self.shorten()
        except StoreUnavailable as error:  # A second sync would prove nothing of what this one was for.
            self._failure = self._failure or error
            raise
        finally:
            self._syncing = None

    def _check(self) -> None:
        if self._failure is not None:
            raise StoreUnavailable(str(self._failure)) from self._failure

    def _are_durable(self, upto: int) -> None:
        """So many entries are on the disk: what they say may be told."""
        self._durable = upto
        if upto == self._written:
            self._changed.clear()
        while self._untold and self._untold[0][0] <= upto:
            _, tell = self._untold.popleft()
            tell()

    def _tell(self, report: AccountReport) -> None:
        self.told(report.report.account_id, report)

    def shorten(self) -> None:
        """Put what the log adds up to in its place, durably."""
        self._log.begin_anew([_encode(self.state.saved())])
        self._short = self._log.size
        self._are_durable(self._written)

    def close(self) -> None:
        """Have everything on the disk, and release the file; after a failure of the disk only that."""
        try:
            if self._failure is None:
                self._log.sync_now()
                self._are_durable(self._written)
        finally:
            self._log.close()

    def _replay(self, payload: bytes, seq: int) -> None:
        try:
            entry = _decode(payload)
            if type(entry) is Saved:
                self.state.restore(entry)
            else:
                self.state.apply(entry)
        except (msgspec.MsgspecError, LookupError) as error:
            raise IntegrityError(
                f"entry {seq} of the accounts of the simulated market cannot be taken in: {error!r}. Run the "
                f"code that wrote it, or move the log away, and every account begins anew"
            ) from error


def _to_nobody(_account_id: str, _report: AccountReport) -> None:
    """Nobody is told yet."""
