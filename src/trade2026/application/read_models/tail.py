"""Follows the journal from its first frame, and says so when it cannot."""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Callable, Coroutine
from enum import StrEnum
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Final, Protocol

from trade2026.ports.storage import Storage
from trade2026.primitives.errors import IntegrityError, OperatingError, Trade2026Error
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS
from trade2026.trading.journal import Cursor, Frame, JournalReader

BLOCK: Final = 256
"""Frames applied in one turn of the event loop at most, so that other work waits some milliseconds."""
FEW: Final = 8
"""Frames applied in a turn at first, half a millisecond; twice as many in the next while more are there."""
CHECKPOINTS_MAX: Final = 4_096
_BLOCKS_AHEAD: Final = 16
_LISTEN_NS: Final = 250 * MILLISECOND_NS
_GATHER_S: Final = 0.002
"""After a sign of new frames more are waited for, unless somebody waits for these: looks have their price."""
_RETRY_S: Final = 1.0
_WAITING_MAX: Final = 4_096

Block = tuple[list[Frame], Cursor]


class TailState(StrEnum):
    """How far the read models can be relied on."""

    CATCHING_UP = "CATCHING_UP"
    LIVE = "LIVE"
    STALLED = "STALLED"
    """The journal cannot be read now; it is tried again."""
    FAILED = "FAILED"
    """The journal is damaged, or is none of this version: nothing follows any more."""
    CLOSED = "CLOSED"


class Spawn(Protocol):
    """Starts a task and keeps hold of it."""

    def __call__(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """The running task."""
        ...


class Checkpoints:
    """Places in the journal, so that reading may begin near any frame: about every `BLOCK` frames at first.

    No more than `most` of them, at 56 bytes each: when there are, every second is dropped, and from then on
    they are twice as far apart.
    """

    def __init__(self, most: int = CHECKPOINTS_MAX) -> None:
        self._most = most
        self._apart = BLOCK
        self._seqs, self._segments, self._offsets = array("Q"), array("Q"), array("Q")
        self._digests = bytearray()

    def add(self, cursor: Cursor) -> None:
        """Keep a place, unless the last one is near."""
        if self._seqs and cursor.seq - self._seqs[-1] < self._apart:
            return
        if len(self._seqs) == self._most:
            self._thin()
        self._seqs.append(cursor.seq)
        self._segments.append(cursor.segment)
        self._offsets.append(cursor.offset)
        self._digests += cursor.digest

    def _thin(self) -> None:
        size = len(self._digests) // len(self._seqs)
        kept = range(0, len(self._seqs), 2)
        self._digests = bytearray().join(self._digests[at * size : (at + 1) * size] for at in kept)
        self._seqs, self._segments, self._offsets = self._seqs[::2], self._segments[::2], self._offsets[::2]
        self._apart *= 2

    def before(self, seq: int) -> Cursor | None:
        """The last place before frame `seq`; None for the start of the journal."""
        at = bisect_left(self._seqs, seq) - 1
        if at < 0:
            return None
        size = len(self._digests) // len(self._seqs)
        digest = bytes(self._digests[at * size : (at + 1) * size])
        return Cursor(self._seqs[at], digest, self._segments[at], self._offsets[at])


class JournalTail:
    """Reads, hands every frame to `apply`, calls `publish` after each block, and wakes who waits.

    Parameters
    ----------
    apply : callable
        Takes the next frame; what it raises ends the tail as FAILED.
    publish : callable
        Called after a block, in the same turn of the event loop.
    spawn : callable
        Starts the task.
    progress : callable or None
        Told the frames applied while it catches up.
    """

    def __init__(
        self,
        storage: Storage,
        apply: Callable[[Frame], None],
        publish: Callable[[], None],
        spawn: Spawn,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._storage = storage
        self._apply = apply
        self._publish = publish
        self._spawn = spawn
        self._progress = progress
        self._reader = JournalReader(storage, trusts_writer=True)
        self._waiting: list[tuple[int, int, asyncio.Future[bool]]] = []
        self._waiters = 0
        self._gathering: asyncio.Future[None] | None = None
        self._block = FEW
        self._numbers = count()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.checkpoints = Checkpoints()
        self.state = TailState.CATCHING_UP
        self.reason = ""
        self.seq = 0

    async def start(self) -> None:
        """Catch up with the durable end, then go on in a task; raises nothing: see `state`."""
        try:
            while await self._advance(_BLOCKS_AHEAD):
                if self._progress is not None:
                    self._progress(self.seq)
            self.state = TailState.LIVE
        except IntegrityError as error:
            self.fail(str(error))
            return
        except OperatingError as error:
            self._stall(error)
        self._task = self._spawn(self._run(), "read models")
        self._task.add_done_callback(self._ended)

    async def aclose(self) -> None:
        """Stop; a second call does nothing."""
        self._closing = True  # A cancellation that meets a ring at the same moment may be lost.
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await self._storage.in_background(_nothing, aside=True)  # Behind a read that may still go on.
        self._reader.close()
        if self.state is not TailState.FAILED:
            self.state = TailState.CLOSED
        self._wake(everyone=True)

    def fail(self, reason: str) -> None:
        """Follow no further, and say why."""
        self.state, self.reason = TailState.FAILED, reason
        self._wake(everyone=True)

    async def wait_for(self, seq: int, timeout_ns: int) -> bool:
        """Whether frame `seq` is applied within `timeout_ns`; False at once when it never will be."""
        if self.seq >= seq:
            return True
        if self.state in (TailState.FAILED, TailState.CLOSED):
            return False
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (seq, next(self._numbers), future))
        self._waiters += 1
        if self._gathering is not None:
            _settle(self._gathering)
        try:
            return await asyncio.wait_for(future, timeout_ns / SECOND_NS)
        except TimeoutError:
            if len(self._waiting) > _WAITING_MAX:
                self._waiting = [each for each in self._waiting if not each[2].done()]
                heapify(self._waiting)
            return False
        finally:
            self._waiters -= 1

    # ------------------------------------------------------------------------------------------ reading

    async def _run(self) -> None:
        while not self._closing:
            try:
                is_told = await self._reader.wait_async(_LISTEN_NS)
                if is_told:
                    await self._gather()
                    blocks, error = self._read_turn()
                else:  # Perhaps the writer is gone: then reading syncs the file, which may take its time.
                    blocks, error = await self._storage.in_background(lambda: self._read(1), aside=True)
                self._take(blocks)
                if error is not None:
                    raise error
                if self.state is TailState.STALLED:
                    self.state, self.reason = TailState.LIVE, ""
                while blocks and (not is_told or self._reader.has_more()) and not self._closing:
                    await asyncio.sleep(0)
                    blocks, error = self._read_turn()
                    self._take(blocks)
                    if error is not None:
                        raise error
            except OperatingError as error:
                self._stall(error)
                await asyncio.sleep(_RETRY_S)

    async def _gather(self) -> None:
        if self._waiters:
            return
        loop = asyncio.get_running_loop()
        self._gathering = loop.create_future()
        timer = loop.call_later(_GATHER_S, _settle, self._gathering)
        try:
            await self._gathering
        finally:
            timer.cancel()
            self._gathering = None

    async def _advance(self, blocks_max: int) -> bool:
        """Read off the loop, apply on it; False when there was nothing."""
        blocks, error = await self._storage.in_background(lambda: self._read(blocks_max), aside=True)
        for block in blocks:
            self._take([block])
            await asyncio.sleep(0)
        if error is not None:
            raise error
        return bool(blocks)

    def _read_turn(self) -> tuple[list[Block], Trade2026Error | None]:
        """What one turn of the event loop takes: little at first, more as long as it is behind."""
        blocks, error = self._read(1, self._block)
        is_behind = bool(blocks) and len(blocks[0][0]) == self._block
        self._block = min(2 * self._block, BLOCK) if is_behind else FEW
        return blocks, error

    def _read(self, blocks_max: int, frames_max: int = BLOCK) -> tuple[list[Block], Trade2026Error | None]:
        """The next blocks, and what went wrong behind them."""
        blocks: list[Block] = []
        try:
            while len(blocks) < blocks_max:
                frames = self._reader.read_available(frames_max)
                if not frames:
                    break
                blocks.append((frames, self._reader.position))
        except Trade2026Error as error:
            return blocks, error
        return blocks, None

    def _take(self, blocks: list[Block]) -> None:
        for frames, cursor in blocks:
            try:
                for frame in frames:
                    self._apply(frame)
                    self.seq = frame.seq
                self.checkpoints.add(cursor)
            finally:  # What was applied before a frame that cannot be is told all the same.
                self._publish()
                self._wake()

    # -------------------------------------------------------------------------------------- how it goes

    def _stall(self, error: OperatingError) -> None:
        self.state, self.reason = TailState.STALLED, str(error)
        self._reader.close()  # Opens again where it was.

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """However the task ended, nobody waits for ever and nobody takes old rows for new ones."""
        error = None if task.cancelled() else task.exception()
        if error is None:  # It was closed.
            return
        self.fail(str(error) if isinstance(error, Trade2026Error) else f"the read models ended: {error!r}")

    def _wake(self, *, everyone: bool = False) -> None:
        waiting = self._waiting
        while waiting and (everyone or waiting[0][0] <= self.seq):
            seq, _, future = heappop(waiting)
            if not future.done():
                future.set_result(seq <= self.seq)


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def _nothing() -> None:
    """For its turn alone."""
