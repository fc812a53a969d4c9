"""The state is kept while the desk runs: a kill costs a short replay, and no order waits for the disk."""

import asyncio

import msgspec

from tests.application.live.sim_desk import PAUSED, SMALL, SimDesk, submit
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from tests.simulation.simstorage import SimStorage
from trade2026.application.live.config import JournalSettings
from trade2026.ports.core_link import SetEntitlementIntent
from trade2026.trading.journal import Journal, SnapshotStore, frames
from trade2026.trading.journal.archive import archived_seqs
from trade2026.trading.journal.segment import first_seqs
from trade2026.trading.replay import load_snapshot, recover, replay

EVERY = 50
KEPT = JournalSettings(snapshot_every_frames=EVERY, snapshots_kept=2)
CONFIG = msgspec.structs.replace(PAUSED, journal=KEPT)


async def pause() -> None:
    await asyncio.sleep(0.1)


async def work(desk: SimDesk, count: int) -> None:
    """So many frames, one after another."""
    for number in range(count):
        await desk.one(SetEntitlementIntent("PAPER", f"t{number % 10}", True))


def test_a_kill_after_much_work_replays_little():
    disk = SimDisk(1)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        desk._spawn(desk.desk.keeper.run(pause), "keeper")
        await desk.entitle()
        for number in range(20):
            await desk.one(submit(f"c{number}", price=1_000_000))
            await work(desk, 30)
        store = SnapshotStore(SimStorage(disk, "auditor"))
        assert len(store.seqs()) == 2
        assert all(desk.desk.journal.durable_seq - seq < 10 * EVERY for seq in store.seqs())
        live = desk.desk.core.state_sha256()
        disk.kill()
        storage = SimStorage(disk, "recovering")
        journal = Journal.open(storage, SMALL, b"key of the tests")
        assert recover(journal, storage, SnapshotStore(storage)).core.state_sha256() == live
        journal.close()
        again = await SimDesk(loop, disk, CONFIG).open()
        status = again.desk.service.status()
        assert status.recovered_frames < 4 * EVERY < status.seq
        assert any("restored 20 open orders" in note for note in again.notes)

    run(1, main)


def test_a_snapshot_is_of_durable_frames_when_it_is_saved():
    """A power loss right after the write leaves no state of frames that are not in the journal."""
    for seed in range(6):
        disk = SimDisk(seed, latency_s=(0.02, 0.2))

        async def main(loop: SimLoop, disk: SimDisk = disk) -> None:
            desk = await SimDesk(loop, disk, CONFIG).open()
            asks = [desk.ask(SetEntitlementIntent("PAPER", f"t{number}", True)) for number in range(5)]
            await asyncio.sleep(0)
            assert desk.desk.journal.durable_seq < desk.desk.journal.last_seq
            keeping = loop.create_task(desk.desk.keeper.keep())
            while len(SnapshotStore(desk.storage).seqs()) == 0:
                await asyncio.sleep(0.001)
            (seq,) = SnapshotStore(desk.storage).seqs()
            assert seq <= desk.desk.journal.durable_seq
            await asyncio.gather(keeping, *asks)

        run(seed, main)


def test_orders_do_not_wait_for_a_snapshot_to_be_written():
    disk = SimDisk(3)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        await desk.entitle()
        disk.latency_s = (1.0, 1.0)
        keeping = loop.create_task(desk.desk.keeper.keep())
        await asyncio.sleep(0.01)
        began = loop.time()
        await desk.one(submit("c1", price=1_000_000))
        assert loop.time() - began < 1.5
        assert await keeping

    run(3, main)


def test_old_segments_are_archived_beside_the_desk_and_read_as_before():
    disk = SimDisk(6)
    settings = msgspec.structs.replace(KEPT, segments_kept=1)

    async def main(loop: SimLoop) -> None:
        config = msgspec.structs.replace(PAUSED, journal=settings)
        desk = await SimDesk(loop, disk, config).open()
        for _ in range(3):
            for _ in range(4):
                await asyncio.gather(*(work(desk, 40) for _ in range(10)))
            assert await desk.desk.keeper.keep()
            await desk.desk.journal.update_head_async()
            await desk.desk.keeper.archive()
        await work(desk, 5)
        assert archived_seqs(desk.storage)[0] == 1
        oldest = min(SnapshotStore(desk.storage).seqs())
        live = first_seqs(desk.storage)
        assert live[0] <= oldest + 1
        everything = list(frames(desk.storage))
        assert [frame.seq for frame in everything] == list(range(1, desk.desk.journal.durable_seq + 1))
        assert replay(everything).core.state_sha256() == desk.desk.core.state_sha256()
        disk.power_loss()
        again = await SimDesk(loop, disk, config).open()
        assert again.desk.service.status().recovered_frames < 50

    run(6, main)


def test_a_full_disk_costs_the_snapshot_and_nothing_else():
    disk = SimDisk(4)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        await work(desk, 3)
        disk.capacity = disk.used() + 1000
        assert not await desk.desk.keeper.keep()
        assert any("the next start takes longer" in note for note in desk.notes)
        disk.capacity = 1 << 40
        await work(desk, 3)
        assert await desk.desk.keeper.keep()

    run(4, main)


def test_a_desk_whose_journal_has_failed_stops_keeping():
    disk = SimDisk(5)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        keeper = loop.create_task(desk.desk.keeper.run(pause))
        await work(desk, EVERY)
        disk.faults.sync_errors = 1
        await desk.ask(SetEntitlementIntent("PAPER", "t", True))
        await asyncio.wait_for(keeper, 10)

    run(5, main)


def test_orders_are_answered_while_the_state_is_written_and_it_is_that_of_the_beginning():
    disk = SimDisk(7)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        await desk.entitle()
        for start in range(0, 400, 50):
            asks = [desk.one(submit(f"c{start + number}", price=1_000_000)) for number in range(50)]
            await asyncio.gather(*asks)
        journal, was = desk.desk.journal, desk.desk.core.state_sha256()
        seq = journal.last_seq
        keeping = loop.create_task(desk.desk.keeper.keep())
        answered = 0
        while not SnapshotStore(desk.storage).seqs():
            await desk.one(submit(f"d{answered}", price=1_000_000))
            answered += 1
        assert await keeping
        assert answered > 1
        assert journal.last_seq > seq
        snapshot, _ = SnapshotStore(desk.storage).load_latest()
        assert snapshot is not None
        loaded = load_snapshot(snapshot)
        assert loaded is not None
        assert (loaded[0].state_sha256(), loaded[1]) == (was, seq)

    run(7, main)


def test_a_kill_while_the_state_is_written_leaves_the_one_before():
    disk = SimDisk(8)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        await desk.entitle()
        assert await desk.desk.keeper.keep()
        before = SnapshotStore(desk.storage).seqs()
        await asyncio.gather(*(desk.one(submit(f"c{number}", price=1_000_000)) for number in range(300)))
        keeping = loop.create_task(desk.desk.keeper.keep())
        await asyncio.sleep(0.006)
        assert not keeping.done()
        disk.kill()
        assert SnapshotStore(SimStorage(disk, "auditor")).seqs() == before
        again = await SimDesk(loop, disk, CONFIG).open()
        assert again.desk.core.engines.oms.next_order_id == 301

    run(8, main)


def test_a_keeper_that_is_stopped_lets_the_state_go():
    disk = SimDisk(9)

    async def main(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, CONFIG).open()
        await desk.entitle()
        keeping = loop.create_task(desk.desk.keeper.keep())
        await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.wait({keeping})
        assert keeping.cancelled()
        assert await desk.desk.keeper.keep()

    run(9, main)
