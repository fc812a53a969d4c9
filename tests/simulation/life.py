"""One life of the desk in a simulation: from a start to the moment the seed ends it."""

import asyncio
from collections.abc import Coroutine
from contextlib import closing, suppress
from functools import partial
from typing import Any

from tests.simulation.plan import Fault
from tests.simulation.simloop import SimClock, SimLoop
from tests.simulation.simstorage import SimStorage
from tests.simulation.watcher import Watcher
from tests.simulation.workload import set_up
from tests.simulation.world import KEY, World, archive_quietly, save_quietly
from trade2026.ledger.postings import check_balanced
from trade2026.model.commands import (
    CancelOrder,
    Command,
    RecallOrders,
    ReportExecution,
    RetireOrders,
    SubmitOrder,
)
from trade2026.model.enums import ExecType
from trade2026.model.events import Event
from trade2026.model.execution import ExecutionReport
from trade2026.oms.state import Order, Working
from trade2026.ports.storage import DiskFull
from trade2026.ports.venue import Venue
from trade2026.primitives.errors import OperatingError, StoreUnavailable
from trade2026.trading import replay
from trade2026.trading.codec import decode_record, encode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalState, Snapshot, SnapshotStore
from trade2026.trading.journal.frame import overhead
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer
from trade2026.trading.tap import TappedLine

PLENTY = 1 << 40
_AT_ONCE = 40


class Life:
    """Desk, clients and faults on one loop. `patience_s` lies between two attempts to end what is open."""

    patience_s = 0.5
    largest_frame = 2_500  # Of this workload, and some.

    def __init__(
        self, loop: SimLoop, world: World, storage: SimStorage, journal: Journal, core: Core
    ) -> None:
        self.world, self.storage, self.journal, self.core = world, storage, journal, core
        self.chance, self.plan = world.chance, world.plan
        self.loop = loop
        self.clock = SimClock(loop, world.now_ns)
        router = Router(world.goods.environment)
        self.watcher = Watcher(world, self.clock.monotonic_ns)
        self._observe(journal)
        self.tasks: list[asyncio.Task[None]] = []
        sequencer = Sequencer(core, journal, router, world.index)
        self.desk = BatchingSequencer(sequencer, self._spawn, batch_max=self.plan.batch_max)
        self._attach()
        router.connect(world.goods.routed, self._venue())
        self.full_bytes: int | None = None  # Journaled since the first order was refused for lack of room.
        self.healed_at = 0.0
        self.room_when_full = 0
        self.first_order_id = core.engines.oms.next_order_id

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended; what it still does reaches nobody."""
        return self.storage.is_dead

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = self.loop.create_task(coroutine, name=name)
        self.tasks.append(task)
        return task

    def _observe(self, journal: Journal) -> None:
        """Write every frame into the world's notebook, and sometimes the state before it."""
        append, segment_bytes = journal.append, self.plan.config.segment_bytes

        def observed(payload: bytes, *, reserve: bool = False) -> int:
            assert self.largest_frame < segment_bytes
            if len(payload) >= self.largest_frame:
                command = decode_record(payload, 0)[0]
                assert type(command) is RecallOrders, "the workload's frames are small"
                self.largest_frame = len(payload) + 1  # An order with many executions comes back.
            if self.chance.random() < 0.03 and journal.last_seq:
                self.world.hashes[journal.last_seq] = self.core.state_sha256()
            seq = append(payload, reserve=reserve)
            if not reserve and journal._spare is not None and not journal._spare.is_ready:
                kept = journal._hard_limit - journal._offset
                assert kept >= self.plan.config.reserve_bytes, f"an order left {kept} bytes for cancels"
            self.world.note_appended(payload, seq)
            self.watcher.look(journal.durable_seq)
            if self.full_bytes is not None:
                self.full_bytes += overhead(signed=self.plan.config.signed) + len(payload)
            return seq

        journal.append = observed  # type: ignore[method-assign]

    def _attach(self) -> None:
        """The market goes on on this life's loop."""
        world, clock = self.world, self.clock
        world.venue.attach(self.loop, lambda: world.now_ns + clock.monotonic_ns())

    def _venue(self) -> Venue:
        """What the router sends to."""
        line = self._line()
        line.connect(self._report)
        return line

    def _line(self) -> TappedLine:
        """The venue, with the monitor's log before it."""
        return TappedLine(self.world.venue, self.watcher, lambda: self.journal.last_seq)

    # Clients.

    def _report(self, report: ExecutionReport) -> None:
        if not self.is_dead:
            with suppress(StoreUnavailable):  # The desk has closed or failed; it will be told again.
                self.desk.tell(ReportExecution(self.clock.now_ns(), report))

    def post(self, command: Command) -> "asyncio.Future[tuple[Event, ...]] | None":
        """Hand a command in as a client; None when the desk takes nothing any more."""
        try:
            answer = self.desk.post(command)
        except OperatingError:
            return None
        answer.add_done_callback(partial(self._answered, command, self.loop.time()))
        if self.plan.has(Fault.IMPATIENCE) and self.chance.random() < 0.05:
            self.world.counts[Fault.IMPATIENCE] += 1
            self.loop.call_later(self.chance.random() * 0.005, answer.cancel)
        return answer

    def _answered(
        self, command: Command, posted_at: float, answer: "asyncio.Future[tuple[Event, ...]]"
    ) -> None:
        if answer.cancelled() or self.is_dead:
            if not answer.cancelled():
                answer.exception()
            return
        error = answer.exception()
        if error is not None:
            self._refused(command, posted_at, error)
            return
        events = answer.result()
        payload = encode_record(command, events)
        self.world.note_acked(payload)
        if self.journal.state is JournalState.FAILED:
            seq = self.world.seqs[payload]
            assert seq <= self.journal.durable_seq, f"frame {seq} was acknowledged after the sync had failed"
        self.world.workload.learn(events)
        self.world.counts["acknowledged"] += 1

    def _refused(self, command: Command, posted_at: float, error: BaseException) -> None:
        """Room is refused only while there is none, and what ends risk still passes from the reserve."""
        assert isinstance(error, OperatingError), repr(error)
        if not isinstance(error, DiskFull):
            return
        self.world.counts["refused for lack of room"] += 1
        assert self.world.disk.capacity < PLENTY or posted_at <= self.healed_at, "no room on a disk with room"
        if self.full_bytes is None:
            self.full_bytes = 0
            self.room_when_full = self.journal._hard_limit - self.journal._offset
        elif type(command) is CancelOrder:
            used, kept = self.full_bytes, self.room_when_full
            assert used + self.largest_frame > kept, (
                f"a cancel was refused with {used} of {kept} bytes of the reserve used"
            )

    async def client(self) -> None:
        """Ask for ever, sometimes without waiting for the answer."""
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / self.plan.pause_s))
            command = self.world.workload.next(self.clock.now_ns())
            answer = self.post(command)
            if answer is None:
                return
            if self.chance.random() < 0.6:
                await asyncio.wait([answer])

    def crowd(self) -> "list[asyncio.Task[None]]":
        """Everyone who is there beside the desk."""
        clients = [self._spawn(self.client(), f"client {number}") for number in range(self.plan.clients)]
        if self.plan.edge is None:
            clients.append(self._spawn(self.retiring(), "retiring"))
        return [
            *clients, self._spawn(self.snapshots(), "snapshots"), self._spawn(self.intruder(), "intruder"),
        ]  # fmt: skip

    async def intruder(self) -> None:
        """A second desk on the same folder, at some moment: it must be refused."""
        await asyncio.sleep(self.chance.random() * self.plan.life_s)
        if self.is_dead or self.journal.state is not JournalState.OPEN:
            return
        storage = SimStorage(self.world.disk, "intruder")
        try:
            Journal.open(storage, self.plan.config, KEY)
        except OperatingError:
            self.world.counts["second desk refused"] += 1
            return
        raise AssertionError("two desks have one folder")

    def watchers(self) -> "list[asyncio.Task[None]]":
        """Who looks after the desk, in peace too."""
        return []

    async def close(self) -> None:
        """Stop as intended: everything posted is answered, the journal signed to its end."""
        await self.desk.close()
        await self.journal.close_async()

    async def snapshots(self) -> None:
        """Keep the state now and then, as a running desk does."""
        store = SnapshotStore(self.storage)
        early = self.plan.has(Fault.EARLY_SNAPSHOT)
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / self.plan.snapshot_s))
            snapshot = await self._written()
            if early and self.journal.durable_seq < snapshot.seq:
                self.world.counts[Fault.EARLY_SNAPSHOT] += 1
            while not early and self.journal.durable_seq < snapshot.seq:
                await asyncio.sleep(0.001)
            if self.is_dead or self.journal.state is not JournalState.OPEN:
                return
            if save_quietly(store, snapshot):
                self.world.counts["snapshots"] += 1
                archived = await archive_quietly(self.storage, store, self.journal.signed_seq)
                self.world.counts["archived segments"] += archived

    async def _written(self) -> Snapshot:
        """The state of this moment, written while the desk goes on; sometimes at once."""
        was, chance = self.core.state_bytes(), self.world.forgetting
        with closing(replay.Taking(self.core, self.journal)) as taking:
            longest_s = chance.choice((0.0, 0.001))  # At once, its frames may not be durable yet.
            for _ in taking.steps(chance.choice((1, 2, 5))):
                if longest_s:
                    await asyncio.sleep(chance.random() * longest_s)
            written = Snapshot(taking.seq, taking.digest, b"".join(taking.parts()))
        if self.journal.last_seq > written.seq:
            self.world.counts["snapshot with frames while it was written"] += 1
        loaded = replay.load_snapshot(written)
        assert loaded is not None
        assert loaded[0].state_bytes() == was, "a snapshot is of no moment"
        return written

    async def retiring(self) -> None:
        """Let closed orders go now and then, any of them; the index is committed a little later, or not."""
        chance, index, oms = self.world.forgetting, self.world.index, self.core.engines.oms
        while True:
            await asyncio.sleep(chance.expovariate(1 / self.plan.snapshot_s))
            orders = [order_id for order_id in oms.orders if chance.random() < 0.7]
            refused = [(name, each) for name, account in oms.accounts.items() for each in account.refused]
            command = RetireOrders(self.clock.now_ns(), tuple(orders[:_AT_ONCE]), tuple(refused[:_AT_ONCE]))
            answer = self.post(command)
            if answer is None:
                return
            while self.world.index_fails and not answer.done():
                await asyncio.sleep(1e-5)
                index.spill()  # Ahead of the sync: no desk does it, and a start has to see through it.
            await asyncio.wait([answer])
            if chance.random() < 0.7 and not self.is_dead:
                index.commit(self.journal.durable_seq)

    async def prepare(self) -> bool:
        """Reconcile with the market, and set up what is not set up yet; False when the desk failed in it."""
        await self.world.venue.open()
        commands: list[Command] = [*reconciliation(self.world, self.core, self.clock.now_ns())]
        if not self.world.is_set_up:
            commands += set_up(self.clock.now_ns(), self.world.goods)
        for command in commands:
            if not await self._done(command):
                return False
        self.world.is_set_up = True
        return True

    async def _done(self, command: Command) -> bool:
        answer = self.post(command)
        if answer is not None:
            await asyncio.wait([answer])
        return self.desk.failure is None and not self.is_dead

    async def cancel_all(self) -> None:
        """Ask for the end of everything open."""
        for account in self.core.engines.oms.accounts.values():
            for order_id in sorted(account.open_orders):
                order = self.core.engines.oms.orders[order_id]
                await self._done(self.world.workload.cancel(order_id, order.account_id, self.clock.now_ns()))

    def is_settled(self) -> bool:
        """Whether nothing is open any more, and nothing under way."""
        return not self.unsettled()

    def unsettled(self) -> str:
        """What is not settled yet, in words."""
        if self.open_orders():
            return f"orders {self.open_orders()} are still open"
        return "" if self.world.market.is_idle else "something is still on its way to the market or back"

    def open_orders(self) -> list[int]:
        """Numbers of the orders that are not done."""
        accounts = self.core.engines.oms.accounts.values()
        return sorted(order_id for account in accounts for order_id in account.open_orders)

    def note_crash(self) -> None:
        """Count where the end of this life leaves its requests."""
        received, counts = self.world.market.received, self.world.counts
        for order in self.core.engines.oms.orders.values():
            if order.working is Working.SENT:
                is_there = (order.account_id, order.client_order_id) in received
                where = "send and acknowledgement" if is_there else "journal and send"
                counts[f"race 18 crash between {where}"] += 1

    def check_unrouted(self) -> None:
        """An order that no venue trades has ended by the time the desk has stopped."""
        for account in self.core.engines.oms.accounts.values():
            for order_id in sorted(account.open_orders):
                order = self.core.engines.oms.orders[order_id]
                is_ours = order_id >= self.first_order_id  # An older one waits for the next reconciliation.
                is_sent = is_ours and order.working is not Working.HELD
                is_routed = order.instrument_id != self.world.goods.unrouted
                assert not is_sent or is_routed, f"order {order_id} waits for no venue"

    def check(self) -> None:
        """What holds at any moment between two commands."""
        check_balanced(self.core.engines.ledger)
        self.world.hashes[self.journal.last_seq] = self.core.state_sha256()


def reconciliation(world: World, core: Core, now: int) -> list[ReportExecution]:
    """All the market ever said, then a no for everything of ours that it never received.

    Never resends an order: its price is old. Done orders are looked at too: one that was filled may have a
    replace unanswered, for which risk still holds it open.
    """
    found = list(world.market.reports)
    for _, order in sorted(core.engines.oms.orders.items()):
        found += [
            ExecutionReport(order.account_id, name, kind, now, text="never received")
            for name, kind in requests_of(order)
            if (order.account_id, name) not in world.market.received
        ]
    return [ReportExecution(now, report) for report in found]


def requests_of(order: Order) -> list[tuple[str, ExecType]]:
    """Ids of an order's requests that nobody has answered, each with the no to it."""
    requests = [
        (order.pending_cancel_id, ExecType.CANCEL_REJECTED),
        (order.pending_replace_id, ExecType.CANCEL_REJECTED),
    ]
    if order.working is not Working.DONE:
        requests.append((order.client_order_id, ExecType.REJECTED))
    return [(name, kind) for name, kind in requests if name]


async def probe(life: Life) -> None:
    """After a full disk has room again, an order is taken without a restart."""
    command = life.world.workload.next(life.clock.now_ns())
    while type(command) is not SubmitOrder:
        command = life.world.workload.next(life.clock.now_ns())
    answer = life.post(command)
    if answer is not None:
        await asyncio.wait([answer])
        life.world.counts["recovered from a full disk"] += not answer.cancelled() and not answer.exception()
