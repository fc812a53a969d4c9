"""The one writer of a journal: append, then sync, then acknowledge."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, Self, TypeVar

from trade2026.ports.storage import DiskFull, File, Lock, Storage
from trade2026.primitives.errors import InputError, OperatingError, StoreUnavailable
from trade2026.trading.journal.config import JournalConfig
from trade2026.trading.journal.frame import SIGN_EVERY, encode, encode_signed, fenced, overhead
from trade2026.trading.journal.head import HeadWriter
from trade2026.trading.journal.published import LOCK_NAME, End, EndWriter
from trade2026.trading.journal.recovery import Position, new_header, recover
from trade2026.trading.journal.room import RoomWatch
from trade2026.trading.journal.segment import HEADER_BYTES
from trade2026.trading.journal.spare import Spare, begin_segment, close_after
from trade2026.trading.journal.state import JournalState, refusal

ResultT = TypeVar("ResultT")
Call = Callable[[], None]

_OPEN: Final = JournalState.OPEN
_LAZY_BYTES: Final = 256 * 1024  # Without durability, frames gather in memory up to this.


class Journal:
    """The writer's end of a journal. Not for more than one thread.

    `append` gathers frames in memory, `sync` or `sync_async` makes all of them durable at once; what has not
    been synced must not be acknowledged. A failed write or sync is fatal: the journal is FAILED, every later
    call raises StoreUnavailable, and nothing is tried again.
    """

    def __init__(
        self, storage: Storage, config: JournalConfig, head_key: bytes, lock: Lock, position: Position
    ) -> None:
        """For `open`."""
        self._storage, self._config, self._lock = storage, config, lock
        self._head = HeadWriter(storage, head_key, position.head, durable=(durable := config.durable))
        self.recovery = position.recovery
        self._file, self._header, self._salt = position.file, position.header, position.header.salt
        self._seq, self._digest, self._signed_seq = position.seq, position.digest, position.seq
        self._offset = self._written_offset = position.offset  # Where the next frame goes, and bytes.
        self._gathered: list[bytes] = []
        self._written_seq = self._durable_seq = position.seq
        self._written_digest = self._durable_digest = position.digest
        self._durable_end = End(position.seq, position.header.first_seq, position.offset)
        self._state = _OPEN
        self._cause: Exception | None = None
        self._tasks: dict[asyncio.Task[None], None] = {}  # In the order they began.
        self._syncing: asyncio.Task[None] | None = None
        self._chore: asyncio.Task[None] | None = None
        self._spare = Spare(storage, config.segment_bytes, durable=durable) if config.preallocate else None
        self.room = RoomWatch(storage, config.warn_bytes, config.low_water_bytes, config.high_water_bytes)
        self.watch_room()
        self._end = EndWriter(storage)
        self._end.store(self._durable_end)
        storage.ring()

    @classmethod
    def open(cls, storage: Storage, config: JournalConfig, head_key: bytes) -> Self:
        """Take the folder, verify all of it, cut a torn tail, and be ready to append.

        Raises OperatingError where another process has the folder, IntegrityError (segment, offset, number
        and remedy in the message) where the log is damaged or ends before its signed head, StoreUnavailable
        where the disk fails or is full.
        """
        if not head_key:
            raise InputError("head_key must not be empty: it signs the journal's head")
        lock = storage.lock(LOCK_NAME)
        try:
            journal = cls(storage, config, head_key, lock, recover(storage, config, head_key))
        except BaseException:
            lock.release()
            raise
        try:
            journal.update_head()
        except StoreUnavailable:
            journal.close()
            raise
        return journal

    @property
    def state(self) -> JournalState:
        """Whether it can be appended to."""
        return self._state

    @property
    def last_seq(self) -> int:
        """Number of the last frame appended; 0 before the first."""
        return self._seq

    @property
    def last_hash(self) -> bytes:
        """The chain's hash with the last frame appended; 32 zero bytes before the first."""
        return self._digest

    @property
    def durable_seq(self) -> int:
        """Number of the last frame that a sync has made durable: up to here may be acknowledged."""
        return self._durable_seq

    @property
    def signed_seq(self) -> int:
        """Number of the frame up to which the head on disk is signed."""
        return self._head.seq

    @property
    def has_room_for_orders(self) -> bool:
        """Whether `append` without `reserve` would find room for a frame of 4 KiB, disk permitting."""
        if self._state is not _OPEN or self.room.is_low:
            return False
        if self._spare is None:
            return self._storage.free_bytes() > self._config.reserve_bytes + _LAZY_BYTES
        if self._offset + 4096 <= self._order_limit:
            return True
        return self._storage.free_bytes() >= self._config.segment_bytes

    def watch_room(self) -> None:
        """Look at the disk now, for the water marks; to be called every second or so, also when idle."""
        self.room.look()
        self._set_limits()

    def append(self, payload: bytes, *, reserve: bool = False) -> int:
        """Gather one record and give its sequence number; it is neither written nor durable yet.

        With `reserve` (cancels, halts) it may use the room kept for them. Raises DiskFull, with nothing
        gathered and the journal still good, where there is no room; InputError for a payload no segment can
        hold.
        """
        if self._state is not _OPEN:
            raise self._refusal()
        if self._offset + self._overhead + len(payload) > self._order_limit:
            self._make_room(len(payload), reserve)
        seq = self._seq + 1
        if self._is_signed and (not self._gathered or seq - self._signed_seq >= SIGN_EVERY):
            frame, self._digest = encode_signed(seq, self._digest, payload, self._salt, self._head.key)
            self._signed_seq = seq
        else:
            frame, self._digest = encode(seq, self._digest, payload, self._salt)
        self._gathered.append(frame)
        self._seq, self._offset = seq, self._offset + len(frame)
        return seq

    def write(self) -> None:
        """Hand what was gathered to the system; readers do not see it, and a power loss may take it.

        While an earlier batch is written and not yet durable it does nothing: with one such batch at a time,
        every batch begins with a fence, and damage before the last one is never taken for a torn tail.
        """
        self._check_open()
        if not (gathered := self._gathered):
            return
        if self._config.durable:
            if self._durable_seq != self._written_seq:
                return
            gathered[0] = fenced(gathered[0], self._salt)
        self._or_fail(lambda: self._file.write(self._written_offset, b"".join(gathered)))
        self._gathered = []
        self._written_offset, self._written_seq, self._written_digest = self._offset, self._seq, self._digest

    def sync(self) -> int:
        """Write and make durable all that was appended, blocking; give the number of the last durable frame.

        Without `durable` in the configuration nothing is promised: frames may stay in memory until some have
        gathered, or until `write` or `close`.
        """
        self._check_open()
        if not self._config.durable:
            return self._sync_lazily()
        self._sync_all()
        self._tend()
        return self._durable_seq

    async def sync_async(self) -> int:
        """As `sync`, in the background; frames appended meanwhile wait for the next one.

        Canceling the caller neither stops the sync nor hides its failure.
        """
        self._check_open()
        if not self._config.durable:
            return self._sync_lazily()
        last = self._seq
        while self._durable_seq < last:
            self.write()
            if self._syncing is None or self._syncing.done():
                self._syncing = self._spawn(self._sync_in_background(self._file, self._mark()))
            await asyncio.shield(self._syncing)
        self._tend_async()
        return self._durable_seq

    def update_head(self) -> None:
        """Sign the durable end now, blocking; also when idle. A full disk leaves the old head in place."""
        self._check_open()
        seq, digest = self._durable_seq, self._durable_digest
        if seq != self._head.seq:
            self._or_fail(lambda: self._head.replace(seq, digest))

    async def update_head_async(self) -> None:
        """As `update_head`, in the storage's thread; not now where that is at work beside the log already."""
        self._check_open()
        seq, digest = self._durable_seq, self._durable_digest
        if seq == self._head.seq or not (self._chore is None or self._chore.done()):
            return
        self._chore = self._spawn(self._chore_in_background(lambda: self._head.replace(seq, digest)))
        await asyncio.shield(self._chore)

    def close(self) -> None:
        """Write, sync, sign the end and give the folder up; FAILED, only give it up."""
        if self._state is JournalState.CLOSED:
            return
        try:
            if self._state is _OPEN:
                self._sync_all()
                self.update_head()
        finally:
            if self._state is _OPEN:
                self._state = JournalState.CLOSED
                if self._spare is not None:
                    self._spare.discard()
            self._file.close()
            self._end.close()
            self._lock.release()

    async def close_async(self) -> None:
        """As `close`, after what runs in the background has ended."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
        self.close()

    # Durability.

    def _sync_lazily(self) -> int:
        """Without durability: write when much has gathered, and call everything durable."""
        if self._offset - self._written_offset >= _LAZY_BYTES:
            self._sync_all()
        self._durable_seq, self._durable_digest = self._seq, self._digest
        return self._seq

    def _sync_all(self) -> None:
        """Write all and, if durable, sync it, blocking; publish the end."""
        while self._durable_end.seq < self._seq:
            self.write()
            if self._config.durable:
                self._or_fail(self._file.sync)
            self._advance(self._mark())

    def _mark(self) -> tuple[End, bytes]:
        """What a sync that begins now will make durable."""
        return End(self._written_seq, self._header.first_seq, self._written_offset), self._written_digest

    def _advance(self, mark: tuple[End, bytes]) -> None:
        """A sync succeeded: publish the new end."""
        end, digest = mark
        if end.seq > self._durable_end.seq:
            self._durable_seq, self._durable_digest, self._durable_end = end.seq, digest, end
            self._end.store(end)
            self._storage.ring()

    async def _sync_in_background(self, file: File, mark: tuple[End, bytes]) -> None:
        try:
            await self._storage.sync_in_background(file)
        except OperatingError as error:
            raise self._fail(error) from error
        if self._state is JournalState.FAILED:  # A write failed meanwhile: acknowledge nothing more.
            raise self._refusal()
        self._advance(mark)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)  # dst-ok: close_async awaits it
        self._tasks[task] = None
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, OperatingError):
            raise error  # A bug, for the loop to report; trouble with the disk is in the state.

    # Segments and room.

    def _set_limits(self) -> None:
        """Up to which offset orders, and cancels, go without a look at the disk."""
        self._head.begin(self._header)
        self._is_signed, self._overhead = self._header.signed, overhead(signed=self._header.signed)
        self._hard_limit = self._header.capacity
        is_tight = self._spare is not None and not self._spare.is_ready
        kept = self._config.reserve_bytes if is_tight else 0
        self._order_limit = 0 if self.room.is_low else self._hard_limit - kept

    def _make_room(self, payload_bytes: int, reserve: bool) -> None:
        """Make the next segment ready, and roll to it where need be; only a full disk uses up the reserve."""
        largest = overhead(signed=self._config.signed)
        needed = self._overhead + payload_bytes
        most = self._config.segment_bytes - HEADER_BYTES
        if largest + payload_bytes > most:
            raise InputError(f"payload must be at most {most - largest} bytes, was {payload_bytes}")
        if self.room.is_low:
            if not reserve:
                raise self.room.refusal()
            if self._offset + needed <= self._hard_limit:
                return
        if self._spare is not None:
            try:
                self._or_fail(self._spare.finish, full_is_fatal=False)
            except DiskFull as error:
                if reserve and self._offset + needed <= self._hard_limit:
                    return
                kept = "the reserve for cancels is used up" if reserve else "the rest is kept for cancels"
                raise DiskFull(f"journal is full: {error} Until then {kept}.", retryable=True) from error
        if self._offset + needed > self._hard_limit:
            self._roll()
        else:
            self._set_limits()

    def _roll(self) -> None:
        """Make this segment durable to its end, then begin the next one."""
        self._sync_all()
        header = new_header(self._config, self._seq + 1, self._digest)
        durable, spare, old = self._config.durable, self._spare, self._file
        self._file = self._or_fail(lambda: begin_segment(self._storage, header, spare, durable=durable))
        if self._tasks:  # A sync of the old one may be under way.
            self._spawn(close_after(old, list(self._tasks)))
        else:
            old.close()
        self._header, self._salt = header, header.salt
        self._offset = self._written_offset = HEADER_BYTES
        if spare is not None:
            self._spare = Spare(self._storage, self._config.segment_bytes, durable=durable)
        self._set_limits()

    # Chores beside the log: the next segment and the head.

    def _tend(self) -> None:
        if (chore := self._next_chore()) is not None:
            self._or_fail(chore[0])
            if chore[1] is not None:
                chore[1]()

    def _tend_async(self) -> None:
        if self._chore is not None and not self._chore.done():
            return
        if (chore := self._next_chore()) is not None:
            self._chore = self._spawn(self._chore_in_background(*chore))

    async def _chore_in_background(self, work: Call, done: Call | None = None) -> None:
        try:
            await self._storage.in_background(work, aside=True)
        except OperatingError as error:
            raise self._fail(error) from error
        if self._state is _OPEN and done is not None:
            done()

    def _next_chore(self) -> tuple[Call, Call | None] | None:
        """One step of work for the storage's thread, and what to note when it is done."""
        if self._or_fail(lambda: self.room.look_again(self._written_offset)):
            self._set_limits()
        spare = self._spare
        if spare is not None and not spare.is_ready and spare.is_due(self._written_offset):
            with suppress(DiskFull):  # Told by has_room_for_orders, and tried again after the next sync.
                is_filled = self._or_fail(spare.fill, full_is_fatal=False)
                assert spare.file is not None, "a spare that is being filled has a file"
                return spare.file.sync, lambda: self._note_spare(spare, is_filled)
        if self._seq - self._head.tried_seq < self._config.head_every_frames:
            return None
        seq, digest = self._durable_seq, self._durable_digest
        return lambda: self._head.replace(seq, digest), None

    def _note_spare(self, spare: Spare, is_filled: bool) -> None:
        if spare is self._spare and is_filled and spare.file is not None:
            spare.is_ready = True
            self._set_limits()

    # Failure.

    def _or_fail(self, call: Callable[[], ResultT], *, full_is_fatal: bool = True) -> ResultT:
        """Do it; where the disk fails, the journal has FAILED. A full disk may be spared that."""
        try:
            return call()
        except OperatingError as error:
            if isinstance(error, DiskFull) and not full_is_fatal:
                raise
            raise self._fail(error) from error

    def _fail(self, cause: OperatingError) -> StoreUnavailable:
        """Enter FAILED and give the error to raise; the first cause stays."""
        if self._state is _OPEN:
            self._state = JournalState.FAILED
            self._cause = cause
        return self._refusal()

    def _check_open(self) -> None:
        if self._state is not _OPEN:
            raise self._refusal()

    def _refusal(self) -> StoreUnavailable:
        return refusal(self._storage.folder, self._state, self._cause, self._durable_seq)
