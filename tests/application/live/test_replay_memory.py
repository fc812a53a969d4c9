"""A replay that was paused or slowed goes on so after a restart, until its configuration is changed."""

import msgspec

from tests.application.live.sim_desk import SimDesk
from tests.simulation.simdisk import SimDisk
from tests.simulation.simloop import SimLoop, run
from trade2026.application.live.config import DeskConfig, ReplayConfig
from trade2026.application.live.replay_memory import FILE
from trade2026.ports.core_link import FeedAction, FeedState

PLAYING = DeskConfig(replay=ReplayConfig(start="2000-01-03", speed=5.0))


def test_pause_and_speed_are_as_they_were_after_a_restart():
    disk = SimDisk(1)

    async def before(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, PLAYING).open()
        desk.desk.service.control_feed(FeedAction.SPEED, 7.0)
        desk.desk.service.control_feed(FeedAction.PAUSE, 0.0)
        disk.kill()

    async def after(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, PLAYING).open()
        status = desk.desk.feed.status()
        assert (status.state, status.speed) == (FeedState.PAUSED, 7.0)
        desk.desk.service.control_feed(FeedAction.PLAY, 0.0)
        disk.kill()

    async def again(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, PLAYING).open()
        assert desk.desk.feed.status().state is FeedState.PLAYING

    run(1, before)
    run(2, after)
    run(3, again)


def test_a_changed_configuration_is_followed_and_a_damaged_file_is_no_reason_not_to_start():
    disk = SimDisk(2)

    async def before(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, PLAYING).open()
        desk.desk.service.control_feed(FeedAction.PAUSE, 0.0)
        disk.kill()

    async def after(loop: SimLoop) -> None:
        faster = msgspec.structs.replace(PLAYING, replay=ReplayConfig(start="2000-01-03", speed=9.0))
        desk = await SimDesk(loop, disk, faster).open()
        status = desk.desk.feed.status()
        assert (status.state, status.speed) == (FeedState.PLAYING, 9.0)
        desk.storage.replace(FILE, b"{", durable=False)
        disk.kill()

    async def damaged(loop: SimLoop) -> None:
        desk = await SimDesk(loop, disk, PLAYING).open()
        assert desk.desk.feed.status().state is FeedState.PLAYING

    run(1, before)
    run(2, after)
    run(3, damaged)
