"""What outlives the desk in a simulation, and the promises it is held to at every start.

The world is the disk, the market, the clients, and a notebook that nobody can crash: every frame ever
appended, every answer a client ever got, and the hash of the state at some frames. After each start the
notebook is compared with what the disk has kept.
"""

import asyncio
import hashlib
import random
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from tests.simulation.damage import check_damage
from tests.simulation.faults import FaultyVenue
from tests.simulation.order_workload import OrderWorkload
from tests.simulation.plan import Fault, Plan
from tests.simulation.simdisk import SimDisk
from tests.simulation.simindex import IndexMedium, SimRetiredIndex
from tests.simulation.simstorage import SimStorage
from tests.simulation.simvenue import Request, SimVenue, nothing
from tests.simulation.workload import SIM_GOODS, Goods, Workload
from trade2026.ledger.postings import check_balanced
from trade2026.model.enums import Scope, TradingState
from trade2026.model.events import (
    OrderApproved,
    OrderPendingCancel,
    OrderPendingReplace,
    OrdersRecalled,
    OrdersRetired,
    TradingStateSet,
)
from trade2026.oms.retire import request_key
from trade2026.primitives.errors import StoreUnavailable
from trade2026.trading import replay
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Frame, Journal, SnapshotStore, frames, verify
from trade2026.trading.journal.archiver import archivable, archive_segment
from trade2026.trading.replay import replay as replay_frames  # Not through its module: a mutant may be there.

KEY = b"key of the simulation"
ORIGIN_NS = 1_700_000_000_000_000_000
_STATES = tuple(state.encode() for state in TradingState)


def unpacked(archive: bytes) -> bytes:
    """What an archive's compressed blocks hold: an order may leave when its segment is archived already."""
    found, rest = b"", archive[8:]
    while rest:
        block = zlib.decompressobj()
        try:
            found += block.decompress(rest)
        except zlib.error:  # The index, behind the last block.
            break
        rest = block.unused_data
    return found


class World:
    """One seed's disk, market, clients and notebook."""

    market: Any
    """What is true at the venue: a `SimVenue`, or what stands for one."""
    venue: FaultyVenue

    def __init__(self, seed: int, plan: Plan, goods: Goods = SIM_GOODS) -> None:
        self.seed, self.plan, self.chance, self.goods = seed, plan, plan.chance, goods
        self.disk = SimDisk(plan.chance.getrandbits(64), latency_s=plan.latency_s)
        self.make_market()
        self.workload = self.make_workload()
        self.forgetting = random.Random(seed + 7_000_003)  # Chances of its own.
        self.medium = IndexMedium()
        self.index = SimRetiredIndex(self.medium)
        self.index_fails = self.forgetting.random() < 0.5
        self.now_ns = ORIGIN_NS
        self.appended: list[bytes] = []
        self.seqs: dict[bytes, int] = {}
        self.acked: Counter[bytes] = Counter()
        self.hashes: dict[int, str] = {}
        self.states: dict[tuple[Scope, str], TradingState] = {}  # As the frames appended last set them.
        self.strategies: dict[int, str] = {}
        self.is_set_up = False
        self.trouble: list[Exception] = []
        self.counts: Counter[str] = Counter()
        self.trace = hashlib.sha256()
        # What the present life says to a request that leaves.
        self.on_wire: Callable[[Request], None] = nothing

    def make_market(self) -> None:
        """The market, and the line to it."""
        plan = self.plan
        routed = {name: self.goods.instruments[name] for name in self.goods.routed}
        terms = None if plan.edge is None else plan.edge.terms
        self.market = SimVenue(plan.chance, plan.habits, routed, terms=terms)
        self.venue = FaultyVenue(
            self.market, plan.chance, plan.line, self.market.timeline, self._inspect,
            self.market.cancel_everything,
        )  # fmt: skip

    def make_workload(self) -> Workload:
        """What clients ask for."""
        kind = Workload if self.plan.edge is None else OrderWorkload
        return kind(self.chance, self.goods)

    # The notebook.

    def note(self, *what: object) -> None:
        """Add to the trace: two runs of a seed must note the same."""
        self.trace.update(repr(what).encode())

    def note_appended(self, payload: bytes, seq: int) -> None:
        """The desk appended a frame; nothing is promised of it yet."""
        assert seq == len(self.appended) + 1, f"frame {seq} was appended after {len(self.appended)}"
        self.appended.append(payload)
        self.seqs[payload] = seq
        self._note_states(payload)

    def _note_states(self, payload: bytes) -> None:
        if any(word in payload for word in _STATES):
            for event in decode_record(payload, 0)[1]:
                if type(event) is TradingStateSet:
                    self.states[event.scope, event.target] = event.state

    def note_acked(self, payload: bytes) -> None:
        """A client was answered: from now on the frame must never be missing."""
        assert payload in self.seqs, "a client was answered with what was never appended"
        self.acked[payload] += 1

    def _inspect(self, request: Request) -> None:
        """At the moment the market receives something, it must be on the disk's platter already."""
        encoded = msgspec.msgpack.encode(request)
        kept = sorted(self.disk.durable_names.items())
        on_disk = any(encoded in inode.durable for name, inode in kept if name.startswith("segment-")) or any(
            encoded in unpacked(bytes(inode.durable)) for name, inode in kept if name.startswith("archive-")
        )
        assert on_disk, f"the venue received what is not durable: {request}"
        if not isinstance(request, OrderPendingCancel):
            self._check_halts(request)
        self.on_wire(request)
        self.note("received", request.account_id, request.client_order_id)

    def _check_halts(self, request: OrderApproved | OrderPendingReplace) -> None:
        """No halt that the journal has may be followed by an order, whenever that was approved."""
        if type(request) is OrderApproved:
            self.strategies[request.order_id] = request.strategy_id
        venue = request.instrument_id.rpartition(".")[2]
        for target in (
            (Scope.GLOBAL, ""), (Scope.VENUE, venue), (Scope.ACCOUNT, request.account_id),
            (Scope.INSTRUMENT, request.instrument_id),
            (Scope.STRATEGY, self.strategies.get(request.order_id, "")),
        ):  # fmt: skip
            halted = self.states.get(target) is TradingState.HALTED
            assert not halted, f"an order left while {target} was halted: {request}"
        self.counts["orders that left past the halts"] += bool(self.states)

    def note_trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The loop's exception handler: what a callback raised fails the seed."""
        error = context.get("exception")
        self.trouble.append(error if isinstance(error, Exception) else AssertionError(context["message"]))

    def check_trouble(self) -> None:
        """Raise the first of what callbacks raised."""
        if self.trouble:
            raise self.trouble[0]

    # The start.

    def start(self) -> tuple[SimStorage, Journal, Core]:
        """Mount the disk, open the journal, recover the core, check every promise; power may fail in it."""
        if self.plan.has(Fault.DAMAGE):
            self.counts[Fault.DAMAGE] += check_damage(
                self.disk, self.plan.config, KEY, self.chance, self.acked
            )
        if self.plan.has(Fault.POWER_LOSS_AT_OPERATION) and self.chance.random() < 0.3:
            self.disk.operations_left = self.chance.randint(1, 60)
        while True:
            storage = SimStorage(self.disk, "desk")
            losses = self.disk.power_losses
            try:
                report = verify(storage, KEY)
                assert report.would_open or not storage.names("segment-"), report.findings
                journal = Journal.open(storage, self.plan.config, KEY)
                kept = list(frames(storage))
                self._reopen_index()
                core = replay.recover(journal, storage, SnapshotStore(storage), self.index).core
            except StoreUnavailable:
                assert self.disk.power_losses > losses, "only the power may stop a start"
                self.counts["power loss during recovery"] += 1
                continue
            self.disk.operations_left = None
            self._check(kept, core)
            return storage, journal, core

    def _reopen_index(self) -> None:
        """What a start finds of the index: as committed, or less, or more than the journal has kept."""
        kinds = ("lost", "behind", "ahead", "") if self.index_fails else ("",)
        kind, batches = self.forgetting.choice(kinds), self.medium.batches
        had = len(batches) + self.index.waiting
        if kind == "lost":
            batches.clear()
        elif kind == "behind":
            del batches[self.forgetting.randrange(len(batches) + 1) :]
        elif kind == "ahead":
            self.index.spill()
        if kind and had:
            self.counts[f"index {kind}"] += 1
        self.index = SimRetiredIndex(self.medium)

    def _check_index(self, core: Core, payloads: list[bytes]) -> None:
        """Every order that ever was is in memory or in the index, and the index has no other journal's."""
        oms = core.engines.oms
        assert self.index.cursor.batches == oms.retirements, "the index is not as far as the journal"
        for seq, payload in enumerate(payloads, start=1):
            for event in decode_record(payload, seq)[1]:
                if type(event) is OrderApproved:
                    known = event.client_order_id in oms.accounts[event.account_id].requests
                    key = request_key(event.account_id, event.client_order_id)
                    assert known or self.index.find(key), f"order {event.order_id} is forgotten"

    def whole_core(self) -> Core:
        """What all that was appended comes to, with nothing gone from memory: for whoever looks orders up."""
        core = Core()
        for seq, payload in enumerate(self.appended, start=1):
            for event in decode_record(payload, seq)[1]:
                if not isinstance(event, OrdersRetired | OrdersRecalled):
                    core.evolve(event)
        return core

    def _check(self, kept: list[Frame], core: Core) -> None:
        """Acknowledged is there; what is there was appended; every way to the state gives the same one."""
        payloads = [frame.payload for frame in kept]
        assert payloads == self.appended[: len(payloads)], "the journal holds what the desk did not append"
        missing = self.acked - Counter(payloads)
        assert not missing, (
            f"{missing.total()} acknowledged commands are lost: {decode_record(min(missing), 0)[0]}"
        )
        state = self._check_states(kept)
        assert core.state_sha256() == state, "snapshot and tail give another state than the whole journal"
        check_unique_ids(payloads)
        self._check_index(core, payloads)
        self.counts["frames lost before an answer"] += len(self.appended) - len(payloads)
        del self.appended[len(payloads) :]
        self.seqs = {payload: seq for seq, payload in enumerate(self.appended, start=1)}
        self.states.clear()
        for payload in self.appended:
            self._note_states(payload)
        self.hashes = {seq: state for seq, state in self.hashes.items() if seq <= len(payloads)}
        self.counts["starts checked"] += 1
        self.note("start", len(payloads), state)

    def _check_states(self, kept: list[Frame]) -> str:
        """Decide every command again; compare with the live core's hashes on the way; balance the books."""
        core, done = Core(), 0
        for seq in [*sorted(seq for seq in self.hashes if seq <= len(kept)), len(kept)]:
            replay_frames(kept[done:seq], core, decide_again=True)
            done = seq
            check_balanced(core.engines.ledger)
            state = core.state_sha256()
            assert self.hashes.setdefault(seq, state) == state, (
                f"state at frame {seq} is not what it was live"
            )
        return core.state_sha256()


def check_unique_ids(payloads: list[bytes]) -> None:
    """Exactly one order per account and client order id."""
    found: Counter[tuple[str, str]] = Counter()
    for seq, payload in enumerate(payloads, start=1):
        for event in decode_record(payload, seq)[1]:
            if type(event) is OrderApproved:
                found[event.account_id, event.client_order_id] += 1
    repeated = [name for name, count in found.items() if count > 1]
    assert not repeated, f"two orders have one client order id: {repeated[0]}"


def save_quietly(store: SnapshotStore, snapshot: object) -> bool:
    """A snapshot that finds no room, or no power, is only one less."""
    with suppress(StoreUnavailable):
        store.save(snapshot)  # type: ignore[arg-type]
        return True
    return False


async def archive_quietly(storage: SimStorage, store: SnapshotStore, signed_seq: int) -> int:
    """Archive what no start needs, a step at a time; how many segments went."""
    done = 0
    with suppress(StoreUnavailable):
        upto = min([signed_seq, *store.seqs()[:1]])
        for first in archivable(storage, upto_seq=upto, keep_segments=1):
            for _ in archive_segment(storage, first):
                await asyncio.sleep(0)
            done += 1
    return done
