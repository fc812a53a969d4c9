"""The sequencer of a running desk: batches, answers, refusals, failures, on virtual time."""

import asyncio

import pytest

from tests.simulation import simloop
from tests.simulation.simstorage import SimStorage
from tests.trading.desks import KEY, SMALL, SmallDesk, cancel, fill, submit
from trade2026.model.commands import RecordMarks
from trade2026.model.commands.desk import Mark
from trade2026.model.enums import Environment
from trade2026.model.events import Event, OrderApproved, OrderPendingCancel
from trade2026.ports.storage import DiskFull
from trade2026.primitives.errors import InputError, OperatingError, StoreUnavailable
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.journal import Journal, JournalState, frames
from trade2026.trading.router import Router

PLENTY = 1 << 40


def on_virtual_time(test, seed: int = 1):
    """Run `test(loop)` on a loop of its own."""
    simloop.run(seed, test)


def name_of(answer: asyncio.Future[tuple[Event, ...]]) -> str:
    """The client order id that an answer is about."""
    event = answer.result()[0]
    assert isinstance(event, OrderApproved)
    return event.client_order_id


def fill_up(desk: SmallDesk) -> int:
    """Take the disk's room, and order until there is none; the number of orders taken."""
    desk.disk.capacity = desk.disk.used()
    if desk.journal._spare is not None:  # What the disk has promised already is given up.
        desk.journal._spare.discard()
        desk.journal._set_limits()
    desk.disk.capacity = desk.disk.used()
    for number in range(1000):
        try:
            desk.do(submit(f"filler{number}"))
        except DiskFull:
            return number
    raise AssertionError("the journal never filled up")


def test_a_batch_grows_while_a_sync_runs_and_one_sync_covers_it():
    desk = SmallDesk()
    synced: list[int] = []
    sync_async = desk.journal.sync_async

    async def counted():
        before = desk.journal.durable_seq
        after = await sync_async()
        synced.append(after - before)
        return after

    desk.journal.sync_async = counted  # type: ignore[method-assign]

    async def test(loop):
        batching = desk.start()
        first = batching.post(submit("first"))
        await asyncio.sleep(0.005)  # Half of the sync.
        rest = [batching.post(submit(f"c{number}")) for number in range(30)]
        await asyncio.gather(first, *rest)
        await batching.close()

    on_virtual_time(test)
    assert synced == [1, 30]


def test_whoever_sends_answers_on_is_called_after_each_batch_that_has_some():
    desk = SmallDesk()
    calls: list[list[bool]] = []

    async def test(loop):
        batching = desk.start()
        answers = [batching.post(submit(f"c{number}")) for number in range(3)]
        batching.after_answers = lambda: calls.append([each.done() for each in answers])
        await asyncio.gather(*answers)
        batching.tell(RecordMarks(2, "feed", ()))
        await batching.close()
        assert desk.journal.durable_seq == desk.journal.last_seq

    on_virtual_time(test)
    assert calls == [[True, True, True]]


@pytest.mark.parametrize("batch_max", [1, 4, 512])
def test_no_batch_is_larger_than_asked(batch_max):
    desk = SmallDesk()
    seen: list[int] = []
    flush_async = desk.sequencer.flush_async

    async def counted(*arguments):
        seen.append(desk.journal.last_seq - desk.journal.durable_seq)
        await flush_async(*arguments)

    desk.sequencer.flush_async = counted  # type: ignore[method-assign]

    async def test(loop):
        batching = desk.start(batch_max=batch_max)
        await asyncio.gather(*(batching.post(submit(f"c{number}")) for number in range(20)))

    on_virtual_time(test)
    assert sum(seen) == 20
    assert max(seen) == min(batch_max, 20)


def test_an_empty_batch_is_refused():
    with pytest.raises(InputError, match="batch_max must be at least 1, was 0"):
        SmallDesk().start(batch_max=0)


def test_answers_and_orders_wait_for_the_sync_and_keep_their_order():
    desk = SmallDesk()
    answered: list[str] = []

    async def test(loop):
        batching = desk.start()
        for number in range(20):
            answer = batching.post(submit(f"c{number}"))
            answer.add_done_callback(lambda done: answered.append(name_of(done)))
        await asyncio.sleep(0.0099)
        assert answered == []
        assert desk.venue.got == []
        assert desk.journal.last_seq > desk.journal.durable_seq
        await batching.close()
        await asyncio.sleep(0)
        assert desk.journal.durable_seq == desk.journal.last_seq

    simloop.run(1, test, shuffle=False)
    names = [f"c{number}" for number in range(20)]
    assert answered == names
    assert [order.client_order_id for order in desk.venue.got] == names


def test_a_canceled_answer_takes_nothing_back_and_disturbs_nobody():
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start()
        gone, kept = batching.post(submit("gone")), batching.post(submit("kept"))
        gone.cancel()
        assert type((await kept)[0]) is OrderApproved
        repeated = await batching.post(submit("gone"))
        assert type(repeated[0]).__name__ == "OrderRepeated"
        await batching.close()

    on_virtual_time(test)


def test_close_answers_all_that_was_posted_and_then_takes_nothing():
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start(batch_max=2)
        answers = [batching.post(submit(f"c{number}")) for number in range(7)]
        await batching.close()
        assert all(answer.done() and not answer.exception() for answer in answers)
        with pytest.raises(StoreUnavailable, match="closed; start the desk again"):
            batching.post(submit("late"))
        with pytest.raises(StoreUnavailable, match="closed; start the desk again"):
            batching.tell(fill("c1", "x1"))
        await batching.close()

    on_virtual_time(test)
    assert desk.journal.state is JournalState.OPEN


@pytest.mark.parametrize("fault", ["sync_errors", "write_errors", "short_writes"])
def test_a_failed_disk_fails_everyone_who_waits_and_everyone_after(fault):
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start(batch_max=3)
        await batching.post(submit("before"))
        setattr(desk.disk.faults, fault, 1)
        answers = [batching.post(submit(f"c{number}")) for number in range(8)]
        done, _ = await asyncio.wait(answers)
        assert len(done) == 8
        for answer in answers:
            assert isinstance(answer.exception(), StoreUnavailable)
        assert batching.failure is answers[0].exception()
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=r"Input/output error|short write"):
                batching.post(submit("after"))
        with pytest.raises(StoreUnavailable, match="takes nothing more"):
            await batching.close()

    on_virtual_time(test)
    assert [order.client_order_id for order in desk.venue.got] == ["before"]
    assert desk.journal.state is JournalState.FAILED


def test_a_full_disk_refuses_orders_and_takes_cancels_and_recovers_by_itself():
    desk = SmallDesk()
    taken = fill_up(desk)
    assert taken > 3

    async def test(loop):
        batching = desk.start()
        with pytest.raises(DiskFull, match="the rest is kept for cancels"):
            await batching.post(submit("refused"))
        for order_id in range(1, 4):
            assert type((await batching.post(cancel(f"k{order_id}", order_id)))[0]) is OrderPendingCancel
        with pytest.raises(DiskFull):
            await batching.post(submit("refused again"))
        assert batching.failure is None
        desk.disk.capacity = PLENTY
        assert type((await batching.post(submit("refused")))[0]) is OrderApproved
        await batching.close()

    on_virtual_time(test)


def test_reports_that_find_no_room_wait_in_their_order_and_are_tried_again():
    """A fill that a venue has made is never dropped, least of all silently."""
    desk = SmallDesk()
    fill_up(desk)
    approved = len(desk.core.engines.oms.orders)

    async def test(loop):
        batching = desk.start()
        for number in range(60):  # More than the reserve holds.
            batching.tell(fill(f"filler{number % approved}", f"x{number}"))
        await asyncio.sleep(1)
        booked = desk.core.engines.ledger.accounts["margin"].positions["AAPL.SIM"].traded // UNIT
        assert 0 < booked < 60
        desk.disk.capacity = PLENTY
        await asyncio.sleep(1)  # Nobody posts: the waiting reports alone wake it.
        await batching.close()

    on_virtual_time(test)
    position = desk.core.engines.ledger.accounts["margin"].positions["AAPL.SIM"]
    assert position.traded == 60 * UNIT
    assert [lot.execution_id for lot in position.lots] == [f"x{number}" for number in range(60)]


def test_closing_with_reports_that_found_no_room_is_a_failure_that_says_so():
    desk = SmallDesk()
    fill_up(desk)
    approved = len(desk.core.engines.oms.orders)

    async def test(loop):
        batching = desk.start()
        for number in range(60):
            batching.tell(fill(f"filler{number % approved}", f"x{number}"))
        with pytest.raises(StoreUnavailable, match=r"reports of venues found no room.*repeat"):
            await batching.close()

    on_virtual_time(test)


def test_a_told_command_that_no_journal_holds_is_dropped_and_said():
    desk = SmallDesk()
    dropped = []

    async def test(loop):
        batching = desk.start(on_dropped=lambda command, error: dropped.append((command, str(error))))
        bad = RecordMarks(2**70, "tests", (Mark("AAPL.SIM", 1, 1),))
        batching.tell(bad)
        with pytest.raises(InputError, match="sixty-four bits"):
            await batching.post(bad)
        assert type((await batching.post(submit("good")))[0]) is OrderApproved
        await batching.close()
        assert dropped == [(bad, dropped[0][1])]

    on_virtual_time(test)


def test_an_order_that_no_venue_trades_ends_instead_of_waiting():
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start()
        approved = (await batching.post(submit("dark", instrument_id="DARK.SIM")))[0]
        assert type(approved) is OrderApproved
        assert type((await batching.post(submit("lit")))[0]) is OrderApproved
        await batching.close()

    on_virtual_time(test)
    order = desk.core.engines.oms.orders[1]
    assert order.done_reason == "REJECTED"
    assert not desk.core.engines.oms.accounts["margin"].open_orders.get(1)
    assert [order.client_order_id for order in desk.venue.got] == ["lit"]
    assert desk.journal.durable_seq == desk.journal.last_seq


def test_the_step_by_step_form_ends_such_an_order_too():
    desk = SmallDesk()
    desk.do(submit("dark", instrument_id="DARK.SIM"))
    assert desk.sequencer.is_idle
    assert desk.core.engines.oms.orders[1].done_reason == "REJECTED"
    assert desk.journal.durable_seq == desk.journal.last_seq
    records = [frame.payload for frame in frames(desk.storage)]
    assert b"no venue is connected for DARK.SIM" in records[-1]


class _Broken(Exception):
    """A bug of a venue adapter."""


def test_a_venue_that_breaks_leaves_nobody_waiting():
    desk = SmallDesk()

    def broken(order):
        raise _Broken("out of order")

    desk.venue.submit = broken  # type: ignore[method-assign]

    async def test(loop):
        batching = desk.start()
        answers = [batching.post(submit(f"c{number}")) for number in range(3)]
        await asyncio.wait(answers)
        for answer in answers:
            with pytest.raises(OperatingError, match="the sequencer ended: _Broken"):
                answer.result()
        with pytest.raises(OperatingError, match="Start the desk again"):
            batching.post(submit("after"))
        with pytest.raises(OperatingError) as caught:
            await batching.close()
        assert isinstance(caught.value.__cause__, _Broken)

    on_virtual_time(test)


def test_a_canceled_sequencer_leaves_nobody_waiting():
    desk = SmallDesk()

    async def test(loop):
        batching = desk.start()
        answers = [batching.post(submit(f"c{number}")) for number in range(3)]
        await asyncio.sleep(0.001)
        batching._task.cancel()
        answers.append(batching.post(submit("late")))
        await asyncio.wait(answers)
        assert all(isinstance(answer.exception(), OperatingError) for answer in answers)
        with pytest.raises(OperatingError, match="its task was canceled"):
            await batching.close()

    on_virtual_time(test)


def test_a_venue_of_another_environment_is_refused():
    router, venue = Router(Environment.SIM), SmallDesk().venue
    for environment in (Environment.LIVE, Environment.PAPER, Environment.BACKTEST):
        venue.environment = environment
        with pytest.raises(InputError, match=f"is {environment} and this desk SIM"):
            router.connect(("AAPL.SIM",), venue)
    venue.environment = Environment.SIM
    router.connect(("AAPL.SIM",), venue)
    with pytest.raises(InputError, match=r"'AAPL.SIM' has a venue already"):
        router.connect(("MSFT.SIM", "AAPL.SIM"), venue)


def test_a_second_desk_on_the_same_folder_is_refused():
    desk = SmallDesk()
    with pytest.raises(OperatingError, match="in use by process desk"):
        Journal.open(SimStorage(desk.disk, "second"), SMALL, KEY)
    desk.do(submit("still mine"))
    desk.journal.close()
    Journal.open(SimStorage(desk.disk, "second"), SMALL, KEY)
