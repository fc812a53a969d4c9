"""Identifiers stay unique for ever: a desk whose orders leave memory answers as one whose orders never do."""

import inspect
import random
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests.desk_machine import ErringDeskMachine
from tests.engine_harness import Desk, stock_desk
from tests.simulation.simdisk import SimDisk
from tests.simulation.simindex import IndexMedium, SimRetiredIndex
from tests.simulation.simstorage import SimStorage
from tests.trading.desks import KEY, NOW, SmallDesk, cancel, fill, submit
from tests.trading.test_order_types import bracket, stop
from trade2026.model.commands import (
    CancelOrder,
    Command,
    RecallOrders,
    ReportExecution,
    RetireOrders,
    SubmitOrder,
)
from trade2026.model.enums import ContingencyType, Environment, ExecType, Side
from trade2026.model.events import (
    Event,
    ExecutionRepeated,
    InvalidTransition,
    OrderApproved,
    OrderDenied,
    OrderFilled,
    OrderRefused,
    OrderRepeated,
    OrdersRecalled,
    OrdersRetired,
)
from trade2026.model.events.order import DenialReason
from trade2026.model.execution import ExecutionReport
from trade2026.oms.retire import facts_of, join_facts
from trade2026.primitives.errors import InputError, IntegrityError
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore, frames
from trade2026.trading.replay import recover, replay, save_snapshot
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer

WIDE = JournalConfig(segment_bytes=1 << 20, reserve_bytes=1024, head_every_frames=100, durable=False)


class IndexedDesk(SmallDesk):
    """A small desk with an index."""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.medium = IndexMedium()
        self.index = SimRetiredIndex(self.medium)
        self.sequencer = Sequencer(self.core, self.journal, self.router, self.index)

    def retire(self, *order_ids: int, refused: tuple[tuple[str, str], ...] = ()) -> OrdersRetired:
        ((event,),) = self.do(RetireOrders(NOW, order_ids, refused))
        assert isinstance(event, OrdersRetired)
        return event

    def one(self, command: Command) -> Event:
        return self.do(command)[0][0]

    def recalls(self) -> int:
        return sum(
            type(event) is OrdersRecalled
            for frame in frames(self.storage)
            for event in decode_record(frame.payload, frame.seq)[1]
        )

    def restart(self) -> Core:
        """Recover from what the disk and the index's medium have."""
        self.journal.close()
        self.journal = Journal.open(self.storage, self.journal._config, KEY)
        self.index = SimRetiredIndex(self.medium)
        self.core = recover(self.journal, self.storage, SnapshotStore(self.storage), self.index).core
        self.sequencer = Sequencer(self.core, self.journal, self.router, self.index)
        return self.core


@pytest.fixture
def desk():
    """Order 1 is filled and order 2 is canceled; both have left memory, as has a refused request."""
    desk = IndexedDesk()
    desk.do(submit("a"), fill("a", "e1"), submit("b"), cancel("b2", 2))
    desk.do(_canceled("b2"))
    assert type(desk.one(submit("r", quantity=10**6))) is OrderRefused
    assert desk.retire(1, 2, refused=(("margin", "r"),)) == OrdersRetired(NOW, (1, 2), (("margin", "r"),))
    assert not desk.core.engines.oms.orders
    return desk


def _canceled(name: str):
    return ReportExecution(NOW, ExecutionReport("margin", name, ExecType.CANCELED, NOW))


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (submit("a"), OrderRepeated(NOW, "margin", "a", 1)),
        (submit("a", now=NOW + 5), OrderRepeated(NOW + 5, "margin", "a", 1)),
        (cancel("b2", 2), OrderRepeated(NOW, "margin", "b2", 2)),
    ],
)
def test_the_same_request_is_answered_as_before(desk, command, answer):
    assert desk.one(command) == answer
    assert desk.one(command) == answer
    assert desk.recalls() == 1  # Once it is back, it is simply there.


def test_a_refused_request_is_answered_with_its_refusal(desk):
    again = desk.one(submit("r", quantity=10**6))
    assert type(again) is OrderRefused
    assert again.now == NOW
    assert desk.core.engines.oms.accounts["margin"].refused == {"r": None}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (submit("a", quantity=2), DenialReason.DUPLICATE_CLIENT_ORDER_ID),
        (submit("r", quantity=1), DenialReason.DUPLICATE_CLIENT_ORDER_ID),
        (submit("b2"), DenialReason.DUPLICATE_CLIENT_ORDER_ID),
        (cancel("a", 2), DenialReason.DUPLICATE_CLIENT_ORDER_ID),
        (cancel("new", 1), DenialReason.ORDER_DONE),
        (cancel("new", 3), DenialReason.UNKNOWN_ORDER),
        (CancelOrder(NOW, "cash", "new", "desk", 1), DenialReason.UNKNOWN_ORDER),
    ],
)
def test_other_requests_are_denied_as_before(desk, command, reason):
    event = desk.one(command)
    assert type(event) is OrderDenied
    assert event.reason is reason


def test_a_foreign_account_recalls_nothing(desk):
    desk.do(CancelOrder(NOW, "cash", "new", "desk", 1), CancelOrder(NOW, "nobody", "new", "desk", 1))
    assert desk.recalls() == 0


def test_a_late_fill_is_booked_and_a_repeated_one_is_not(desk):
    late = desk.one(fill("b", "e2"))
    assert type(late) is OrderFilled
    assert (late.order_id, late.cum_qty) == (2, UNIT)
    assert type(desk.one(fill("a", "e1"))) is ExecutionRepeated
    desk.retire(1, 2)
    assert type(desk.one(fill("b", "e2"))) is ExecutionRepeated


def test_an_execution_id_of_a_retired_order_is_not_given_to_another(desk):
    desk.do(submit("c"))
    event = desk.one(fill("c", "e1"))
    assert type(event) is InvalidTransition
    assert "other content" in event.text
    assert desk.core.engines.oms.orders[3].cum_qty == 0


def test_a_preview_knows_what_has_left(desk):
    (event,) = desk.sequencer.preview(submit("a", quantity=2))
    assert type(event) is OrderDenied
    (event,) = desk.sequencer.preview(submit("new"))
    assert type(event) is OrderApproved
    assert "new" not in desk.core.engines.oms.accounts["margin"].requests


def test_nothing_is_looked_up_before_anything_has_left():
    desk = IndexedDesk()
    desk.do(submit("a"), fill("a", "e1"), cancel("x", 77))
    assert desk.index.lookups == 0


def test_a_new_order_and_its_fill_ask_once_each(desk):
    before = desk.index.lookups
    desk.do(submit("new"))
    desk.do(fill("new", "e9"))
    assert desk.index.lookups - before == 2
    assert desk.recalls() == 0


def test_without_an_index_nothing_leaves_and_nothing_that_has_left_is_doubled():
    desk = SmallDesk()
    desk.do(submit("a"), fill("a", "e1"))
    last = desk.journal.last_seq
    with pytest.raises(InputError, match="index"):
        desk.sequencer.execute(RetireOrders(NOW, (1,), ()))
    assert desk.journal.last_seq == last
    other = IndexedDesk()
    other.do(submit("a"), fill("a", "e1"))
    other.retire(1)
    with pytest.raises(InputError, match="give their index"):
        Sequencer(other.core, other.journal, other.router)
    with pytest.raises(InputError, match="1 batches"):
        Sequencer(other.core, other.journal, other.router, SimRetiredIndex(IndexMedium()))


def test_an_index_that_lost_an_order_is_emptied_and_rebuilt_by_the_next_start(desk):
    del desk.index._orders[1]
    with pytest.raises(IntegrityError, match="neither in it nor in memory"):
        desk.sequencer.execute(cancel("new", 1))
    assert desk.index.cursor.batches == 0
    desk.restart()
    assert desk.one(submit("a")) == OrderRepeated(NOW, "margin", "a", 1)


# ------------------------------------------------------------------------------------------- recovery


def history(desk: IndexedDesk) -> dict[str, str]:
    """Three rounds of retiring, a commit after the first, a snapshot after each; hashes of the states."""
    states = {}
    for number in range(3):
        names = [f"q{number}-{i}" for i in range(4)]
        first = desk.core.engines.oms.next_order_id
        for name in names:
            desk.do(submit(name), fill(name, f"e-{name}"))
        desk.retire(*range(first, first + 4))
        if number == 0:
            desk.index.commit(desk.journal.durable_seq)
        save_snapshot(desk.core, desk.journal, SnapshotStore(desk.storage))
        states[names[0]] = desk.core.state_sha256()
        desk.do(submit(names[1]))  # Repeated: it comes back.
    return states


@pytest.mark.parametrize(
    "found", ["as left", "complete", "complete, no snapshot", "lost", "behind", "ahead", "foreign"]
)
def test_recovery_brings_the_index_up_to_date_and_believes_none_that_is_not(found):
    desk = IndexedDesk()
    history(desk)
    state = desk.core.state_sha256()
    if found.startswith("complete"):
        desk.index.commit(desk.journal.durable_seq)
        for name in desk.storage.names("snapshot-") if "no snapshot" in found else ():
            desk.storage.remove(name)
    elif found == "lost":
        desk.medium.batches.clear()
    elif found == "behind":
        desk.index.commit(desk.journal.durable_seq)
        del desk.medium.batches[2:]
    elif found == "ahead":  # Of a batch that the journal lost: an order that never was.
        desk.index.spill()
        cursor = desk.index.cursor._replace(seq=desk.journal.last_seq + 1, batches=4)
        desk.index.put(cursor, [(99, (b"rmargin\0never",), b"")])
        desk.index.spill()
    elif found == "foreign":
        desk.index.spill()
        cursor, entries = desk.medium.batches[-1]
        desk.medium.batches[-1] = cursor._replace(digest=b"f" * 32), entries
    core = desk.restart()
    assert core.state_sha256() == state
    assert desk.index.cursor.batches == core.engines.oms.retirements == 3
    for number in range(3):
        for i in range(4):
            name = f"q{number}-{i}"
            assert type(desk.one(submit(name))) is OrderRepeated
            assert type(desk.one(fill(name, f"e-{name}"))) is ExecutionRepeated
    assert type(desk.one(submit("never"))) is OrderApproved


def test_a_snapshot_that_let_go_of_more_than_the_index_has_is_passed_over():
    desk = IndexedDesk()
    history(desk)  # Committed after the first round only: the snapshot of the first is the newest that fits.
    desk.journal.close()
    journal = Journal.open(desk.storage, desk.journal._config, KEY)
    index = SimRetiredIndex(desk.medium)
    recovered = recover(journal, desk.storage, SnapshotStore(desk.storage), index)
    seqs = SnapshotStore(desk.storage).seqs()
    assert len(seqs) == 3
    assert recovered.frames == journal.last_seq - seqs[0]


def test_an_index_that_is_rebuilt_is_committed_on_the_way(monkeypatch):
    desk = IndexedDesk()
    history(desk)
    desk.medium.batches.clear()
    monkeypatch.setattr("trade2026.trading.replay.INDEX_ENTRIES_MAX", 8)
    index = SimRetiredIndex(desk.medium)
    replay(frames(desk.storage), index=index)
    assert (index.waiting, len(desk.medium.batches)) == (4, 2)


# ------------------------------------------------------------------------------------ any history at all


class TwinMachine(ErringDeskMachine):
    """The machine's own desk never retires; a second one does, at random, and must say the same."""

    def __init__(self) -> None:
        super().__init__()
        storage = SimStorage(SimDisk(1), "desk")
        self.storage = storage
        self.journal = Journal.open(storage, WIDE, KEY)
        self.medium = IndexMedium()
        self.index = SimRetiredIndex(self.medium)
        self.core = Core()
        self._wire()
        for command, events in self.desk.history:
            assert self.sequencer.execute(command) == events
        self.desk.do = self.do  # type: ignore[method-assign]

    def _wire(self) -> None:
        self.sequencer = Sequencer(self.core, self.journal, Router(Environment.SIM), self.index)

    def do(self, command: Command) -> tuple[Event, ...]:
        events = self.desk.core.decide(command)
        assert self.sequencer.execute(command) == events, "answered otherwise than if nothing had left memory"
        for event in events:
            self.desk.core.evolve(event)
        self.desk.history.append((command, events))
        return events

    @rule(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.2, 1.0]))
    def retire(self, seed: int, share: float) -> None:
        chance, oms = random.Random(seed), self.desk.oms
        orders = [order_id for order_id in oms.orders if chance.random() < share]
        refused = [
            (account_id, name)
            for account_id, account in oms.accounts.items()
            for name in account.refused
            if chance.random() < share
        ]
        self.sequencer.execute(RetireOrders(self.desk.now, tuple(orders), tuple(refused)))

    @rule(pick=st.integers(0, 10**6))
    def fill_under_a_used_id(self, pick: int) -> None:
        """A venue that gives an execution's id to another one, of the same order or not."""
        trades = [report for report in self.reports if report.execution_id]
        order = self.pick_order(pick, is_open=pick % 3 > 0)
        if trades and order is not None:
            used = trades[pick // 3 % len(trades)]
            self.send(
                msgspec.structs.replace(
                    used, account_id=order.account_id, client_order_id=order.client_order_id
                )
            )

    @rule(kept=st.floats(0, 1), with_snapshot=st.booleans())
    def restart(self, kept: float, with_snapshot: bool) -> None:
        """The index has lost its end; the journal has not."""
        self.journal.sync()
        self.journal.write()
        store = SnapshotStore(self.storage)
        if with_snapshot:
            self.journal.close()
            self.journal = Journal.open(self.storage, WIDE, KEY)
            save_snapshot(self.core, self.journal, store)
        self.journal.close()
        self.index.commit(self.journal.last_seq)
        del self.medium.batches[round(len(self.medium.batches) * kept) :]
        self.journal = Journal.open(self.storage, WIDE, KEY)
        self.index = SimRetiredIndex(self.medium)
        before = self.core.state_bytes()
        self.core = recover(self.journal, self.storage, store, self.index).core
        assert self.core.state_bytes() == before
        self._wire()

    @invariant()
    def memory_and_index_have_everything_once(self) -> None:
        oms, twin = self.core.engines.oms, self.desk.oms
        assert oms.next_order_id == twin.next_order_id
        for account_id, account in twin.accounts.items():
            assert oms.accounts[account_id].open_orders == account.open_orders
        for order_id in twin.orders:
            assert order_id in oms.orders or self.index.get(order_id) is not None

    def teardown(self) -> None:
        """Ask for everything: with all of it back, the states are the same to the byte."""
        if not self.desk.oms.accounts:
            return
        for order_id, order in self.desk.oms.orders.items():
            command = CancelOrder(self.desk.now, order.account_id, "", "t", order_id)
            assert self.sequencer.preview(command) == self.desk.core.decide(command)
        for account_id, account in self.desk.oms.accounts.items():
            for name in account.refused:
                command = CancelOrder(self.desk.now, account_id, name, "t", 0)
                assert self.sequencer.preview(command) == self.desk.core.decide(command)
        self.core.engines.oms.retirements = 0
        assert self.core.state_bytes() == self.desk.core.state_bytes()
        self.journal.close()


def test_any_history_is_answered_as_by_a_twin_that_never_retires():
    run_state_machine_as_test(TwinMachine, settings=settings(max_examples=40, stateful_step_count=20))


def test_the_twins_journal_decides_the_same_again():
    desk = IndexedDesk()
    history(desk)
    again = replay(frames(desk.storage), decide_again=True)
    assert again.core.state_sha256() == desk.core.state_sha256()
    assert {type(command) for command in (submit("x"),)} == {SubmitOrder}


class EagerTwin:
    """Beside a desk of the harness: takes each command too, and lets go of everything it can after it."""

    def __init__(self) -> None:
        self.core = Core()
        storage = SimStorage(SimDisk(1), "twin")
        journal = Journal.open(storage, WIDE, KEY)
        self.index = SimRetiredIndex(IndexMedium())
        self.sequencer = Sequencer(self.core, journal, Router(Environment.SIM), self.index)
        self.retired = 0

    def follow(self, command: Command, events: tuple[Event, ...]) -> None:
        oms = self.core.engines.oms
        assert self.sequencer.execute(command) == events, f"answered otherwise: {command}"
        refused = tuple((name, each) for name, account in oms.accounts.items() for each in account.refused)
        (event,) = self.sequencer.execute(RetireOrders(command.now, tuple(oms.orders), refused))
        assert isinstance(event, OrdersRetired)
        self.retired += len(event.order_ids) + len(event.refused)


def _bracket_then_late_reports() -> None:
    """Everything of a bracket is done; then fills, a bust and new orders name each part of it."""
    desk = stock_desk()
    entry, profit, loss = bracket(desk)
    desk.fill("entry", "e1", 100 * UNIT)
    desk.fill("tp", "e2", 100 * UNIT, 12 * UNIT)
    last = desk.oms.next_order_id
    desk.fill("entry", "e3", 10 * UNIT)
    desk.fill("sl", "e4", 5 * UNIT, 9 * UNIT)
    for name, parent in (("x", "entry"), ("y", "entry"), ("z", "")):
        pair = {"parent_client_order_id": parent, "list_id": "l" if name != "y" else "other"}
        stop(desk, name, Side.SELL, 9, instructions={**pair, "contingency_type": ContingencyType.OCO})
    desk.report("tp", ExecType.TRADE_CANCEL, ref_execution_id="e2", execution_id="b2")
    desk.cancel("c1", loss)
    desk.fill("tp", "e5", 100 * UNIT, 12 * UNIT)
    desk.submit("tp", Side.SELL, 1 * UNIT)
    desk.cancel("c2", entry)
    desk.cancel("c3", profit)
    assert desk.oms.next_order_id >= last


def test_a_family_leaves_whole_or_not_at_all():
    desk = stock_desk()
    entry, profit, loss = bracket(desk)
    desk.fill("entry", "e1", 100 * UNIT)
    assert desk.core.decide(RetireOrders(NOW, (entry,), ()))[0].order_ids == ()  # type: ignore[union-attr]
    desk.fill("tp", "e2", 100 * UNIT, 12 * UNIT)
    before = desk.core.state_bytes()
    (event,) = desk.core.decide(RetireOrders(NOW, (loss,), ()))
    assert isinstance(event, OrdersRetired)
    assert event.order_ids == (entry, profit, loss)
    kept = facts_of(desk.oms, event)
    desk.do(RetireOrders(NOW, (loss,), ()))
    account = desk.oms.accounts["A"]
    assert (account.lists, account.children, desk.oms.orders) == ({}, {}, {})
    desk.do(RecallOrders(NOW, join_facts(each.facts for each in kept)))
    desk.oms.retirements = 0
    assert desk.core.state_bytes() == before


def scenarios() -> list[Any]:
    """Tests of orders that take no arguments: each is a story that has to come out the same."""
    from tests.oms import test_evidence, test_requests, test_transitions
    from tests.trading import test_order_types

    return [
        pytest.param(test, id=f"{module.__name__.rpartition('.')[2]}.{name}")
        for module in (test_evidence, test_requests, test_transitions, test_order_types)
        for name, test in vars(module).items()
        if name.startswith("test_") and not inspect.signature(test).parameters
    ] + [pytest.param(_bracket_then_late_reports, id="bracket, then late reports")]


@pytest.mark.parametrize("scenario", scenarios())
def test_every_story_of_an_order_is_the_same_when_all_leaves_memory_at_once(scenario, monkeypatch):
    whole = Desk.do
    twins: dict[int, tuple[Desk, EagerTwin]] = {}
    busy: list[Desk] = []

    def do(desk: Desk, command: Command) -> tuple[Event, ...]:
        busy.append(desk)
        events = whole(desk, command)
        busy.pop()
        if desk not in busy:  # The sequencer decides by itself what a command leaves ripe.
            twins.setdefault(id(desk), (desk, EagerTwin()))[1].follow(command, events)
        return events

    monkeypatch.setattr(Desk, "do", do)
    scenario()
