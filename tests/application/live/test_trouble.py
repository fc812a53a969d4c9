"""A full disk, data that lacks what is held, and bugs: what is hurt is said, and the rest goes on."""

import asyncio

import pytest

from tests.application.live.sim_desk import SimDesk, submit
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from tests.simulation.simstorage import SimStorage
from trade2026.application.live.assemble import HEAD_EVERY_FRAMES, keep_head
from trade2026.application.live.config import DeskConfig, ReplayConfig, load_desk_config
from trade2026.model.commands import RegisterInstrument
from trade2026.model.enums import OrderStatus, Scope, Side, TradingState
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderRefused, TradingStateSet
from trade2026.model.instrument import equity
from trade2026.oms.status import order_status
from trade2026.ports.core_link import (
    DESK_TRADER,
    CancelAllIntent,
    FeedAction,
    FeedState,
    Market,
    PreviewIntent,
    SetEntitlementIntent,
    SetTradingStateIntent,
)
from trade2026.ports.storage import DiskFull, DiskLevel
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS
from trade2026.trading.journal import JournalConfig, SnapshotStore

HALT = SetTradingStateIntent(Scope.GLOBAL, "", TradingState.HALTED, "boss", "a test")
CANCEL_ALL = CancelAllIntent("halt-1", DESK_TRADER, "", "", "")


def statuses(desk: SimDesk) -> list[OrderStatus]:
    return [order_status(order) for _, order in sorted(desk.desk.core.engines.oms.orders.items())]


async def fill_disk(desk: SimDesk, disk: SimDisk) -> None:
    """Until the journal takes no order any more."""
    disk.capacity = disk.used()
    for number in range(10_000):
        (decision,) = await desk.ask(SetEntitlementIntent("PAPER", f"t{number % 10}", True))
        if decision.error:
            assert decision.retryable
            return
    raise AssertionError("the disk was never full")


def test_a_halt_cancels_everything_with_the_journal_full():
    disk = SimDisk(1)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        await desk.one(submit("waits", price=1_000_000))
        await fill_disk(desk, disk)
        halted, canceled = await desk.ask(HALT, CANCEL_ALL)
        assert isinstance(halted.events[0], TradingStateSet)
        assert not canceled.error
        assert {type(each) for each in canceled.events} == {OrderPendingCancel}
        assert len(canceled.events) == len(statuses(desk))

    run(1, main)


def test_a_core_that_starts_on_a_full_disk_can_halt_and_cancel():
    disk = SimDisk(11)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        await desk.one(submit("waits", price=1_000_000))
        await fill_disk(desk, disk)
        disk.kill()
        disk.capacity = disk.used()
        again = await SimDesk(loop, disk).open()
        (refused,) = await again.ask(submit("more", price=1_000_000))
        while not refused.error:  # What the start has freed again: a half-made segment.
            (refused,) = await again.ask(submit(f"c{loop.time()}", price=1_000_000))
        assert refused.retryable
        halted, canceled = await again.ask(HALT, CANCEL_ALL)
        assert isinstance(halted.events[0], TradingStateSet)
        assert not canceled.error
        assert {type(each) for each in canceled.events} == {OrderPendingCancel}
        disk.capacity = 1 << 40
        await again.until(lambda: again.desk.service.status().has_room)
        await again.entitle("you")
        await again.close()

    run(11, main)


def test_the_water_marks_are_told_and_kept_by_a_running_desk():
    disk = SimDisk(12)
    marks = JournalConfig(
        segment_bytes=64 * 1024, reserve_bytes=8 * 1024, warn_bytes=4 << 20, low_water_bytes=1 << 20,
        high_water_bytes=2 << 20,
    )  # fmt: skip

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, journal=marks).open()
        await desk.entitle()

        async def pause() -> None:
            await asyncio.sleep(1)

        desk._spawn(desk.desk.keeper.run(pause), "keeper")
        status = desk.desk.service.status
        assert (status().disk_level, status().has_room) == (DiskLevel.GOOD, True)
        for free, level, taken in (
            (3 << 20, DiskLevel.WARNING, True), (1 << 19, DiskLevel.LOW, False),
            (3 << 19, DiskLevel.LOW, False), (3 << 20, DiskLevel.WARNING, True),
            (8 << 20, DiskLevel.GOOD, True),
        ):  # fmt: skip
            disk.capacity = disk.used() + free
            await asyncio.sleep(1.5)
            assert status().disk_level is level
            assert status().has_room is taken
            (decision,) = await desk.ask(submit(f"c{free}{loop.time()}", price=1_000_000))
            assert bool(decision.error) is not taken
            (canceled,) = await desk.ask(CancelAllIntent(f"x{free}{loop.time()}", DESK_TRADER, "", "", ""))
            assert not canceled.error
        told = [note for note in desk.notes if "the journal's disk is" in note]
        assert [note.split(":")[0].rpartition(" ")[2] for note in told] == [
            "WARNING",
            "LOW",
            "WARNING",
            "GOOD",
        ]

    run(12, main)


def test_a_full_disk_holds_the_feed_up_and_ends_it_not():
    disk = SimDisk(2)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        await fill_disk(desk, disk)
        told = len(desk.told)
        desk.desk.service.control_feed(FeedAction.STEP, 0.0)
        await asyncio.sleep(5)
        assert desk.desk.feed.status().state is FeedState.PAUSED
        assert not [each for each in desk.told[told:] if type(each) is Market], "nothing that is not durable"
        disk.capacity = 1 << 40
        await desk.until(lambda: any(type(each) is Market for each in desk.told[told:]))
        await desk.step(3)

    run(2, main)


def test_an_order_for_what_the_data_lacks_is_answered():
    """The desk held it when it ran on other data, and knows it from its journal."""

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(3)).open()
        await desk.entitle()
        held = equity("ACME", "XNAS")
        await desk.desk.sequencer.post(RegisterInstrument(desk.desk.feed.now, held))
        order = submit("one", side=Side.SELL, instrument_id=held.instrument_id)
        assert isinstance(await desk.one(PreviewIntent(order)), OrderRefused)
        assert isinstance(await desk.one(order), OrderRefused)
        assert isinstance(await desk.one(submit("two")), OrderApproved), "the line is there as before"

    run(3, main)


def test_a_full_disk_keeps_no_desk_from_opening_nor_from_closing_in_good_order(monkeypatch):
    """The state kept beside the journal only makes a start shorter."""
    monkeypatch.setattr("trade2026.application.live.assemble._SNAPSHOT_AFTER_FRAMES", 1)
    disk = SimDisk(4)

    async def first(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        disk.capacity = disk.used()
        await desk.close()
        assert desk.notes[-1].startswith("the state was not kept")

    async def second(loop: SimLoop) -> None:
        disk.capacity = disk.used() + 70_000  # For a spare segment and no more.
        monkeypatch.setattr(SnapshotStore, "save", full)
        desk = await SimDesk(loop, disk).open()
        assert any(note.startswith("the state was not kept") for note in desk.notes)
        await desk.close()

    def full(*_: object) -> None:
        raise DiskFull("no room", retryable=True)

    run(4, first)
    run(5, second)


def test_a_bug_met_by_a_step_fails_the_feed_and_says_so():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(5)).open()
        await desk.entitle()
        desk.desk.service._inner.on_bar = lambda bar: 1 // 0  # type: ignore[assignment,method-assign]
        desk.desk.service.control_feed(FeedAction.STEP, 0.0)
        await desk.until(lambda: desk.desk.feed.status().state is FeedState.FAILED)
        assert "ZeroDivisionError" in desk.desk.feed.status().error
        assert "ZeroDivisionError" in desk.desk.service.control_feed(FeedAction.PLAY, 0.0).error
        assert isinstance(await desk.one(HALT), TradingStateSet)

    run(5, main)


def test_a_stopped_feed_has_not_failed():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(6)).open()
        desk._tasks[-1].cancel()
        await asyncio.sleep(0.1)
        assert desk.desk.feed.status().state is FeedState.PAUSED

    run(6, main)


@pytest.mark.parametrize("speed", [1e-300, 5e-324, 1e-9, 0.0009])
def test_a_speed_so_low_that_nothing_would_move_is_refused(speed):
    with pytest.raises(InputError, match="speed must be 0"):
        ReplayConfig(speed=speed)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(7)).open()
        assert "speed must be 0" in desk.desk.service.control_feed(FeedAction.SPEED, speed).error
        assert desk.desk.service.control_feed(FeedAction.SPEED, 0.001).error == ""
        desk.desk.service.control_feed(FeedAction.PLAY, 0.0)
        await asyncio.sleep(1)
        assert desk.desk.service.control_feed(FeedAction.SPEED, 10.0).state is FeedState.PLAYING
        now = desk.desk.feed.now
        await desk.until(lambda: desk.desk.feed.now > now)

    run(7, main)


def test_a_start_behind_the_data_is_refused_where_the_desk_is_new():
    disk = SimDisk(12)
    late = DeskConfig(replay=ReplayConfig(is_paused=True, start="2050-01-01"))

    async def new(loop: SimLoop) -> None:
        with pytest.raises(InputError, match=r"replay.start must not be behind the end of sp500"):
            await SimDesk(loop, disk, late).open()
        await SimDesk(loop, disk).open()
        disk.kill()

    async def known(loop: SimLoop) -> None:
        await SimDesk(loop, disk, late).open()

    run(12, new)
    run(13, known)


@pytest.mark.parametrize(
    "text",
    ['{"replay": {"speed": -1}}', '{"replay": {"start": "soon"}}', '{"accounts": []}', "{", '{"a": 1}'],
)
def test_a_configuration_that_cannot_be_used_is_named_by_its_file(text):
    storage = SimStorage(SimDisk(1), "core")
    storage.replace("config.json", text.encode(), durable=False)
    with pytest.raises(InputError, match=r"/simulated/config.json cannot be used: .*; correct or remove it"):
        load_desk_config(storage)


def test_steps_asked_for_before_playing_are_not_made_up_for_when_it_is_paused_again():
    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(8)).open()
        control = desk.desk.service.control_feed
        for _ in range(50):
            control(FeedAction.STEP, 0.0)
        control(FeedAction.PLAY, 0.0)
        control(FeedAction.PAUSE, 0.0)
        await asyncio.sleep(1)
        now = desk.desk.feed.now
        assert now - desk.desk.feed.status().first_ns <= 2 * DAY_NS
        await asyncio.sleep(10)
        assert desk.desk.feed.now == now

    run(8, main)


def test_the_end_of_a_burst_is_signed_as_well():
    """More frames than are signed in the background between two looks, then nothing for ever."""

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, SimDisk(9)).open()

        async def pause() -> None:
            await asyncio.sleep(5)

        head = loop.create_task(keep_head(desk.desk.journal, pause))
        await asyncio.sleep(1)
        for _ in range(2):
            answers = [desk.ask(SetEntitlementIntent("PAPER", "t", True)) for _ in range(HEAD_EVERY_FRAMES)]
            await asyncio.gather(*answers)
        await asyncio.sleep(11)
        head.cancel()
        journal = desk.desk.journal
        assert journal.signed_seq == journal.durable_seq

    run(9, main)


def test_a_stop_with_requests_under_way_is_quiet_and_loses_none():
    """What the venue says after the last sync is said again by the next start."""
    disk = SimDisk(10)
    names = [f"o{number}" for number in range(50)]

    async def before(loop: SimLoop) -> int:
        trouble = []
        loop.set_exception_handler(lambda _, context: trouble.append(context))
        desk = await SimDesk(loop, disk).open()
        await desk.entitle()
        asked = [asyncio.ensure_future(desk.ask(submit(name, price=1_000_000))) for name in names]
        await asyncio.sleep(0)
        await desk.close()
        answers = await asyncio.gather(*asked)
        await asyncio.sleep(1)
        assert trouble == []
        return sum(not decision.error for (decision,) in answers)

    async def after(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk).open()
        await desk.until(lambda: statuses(desk) == [OrderStatus.NEW] * approved)

    approved = run(10, before)
    assert approved > 10
    run(11, after)
