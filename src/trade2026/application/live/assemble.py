"""Puts a running desk together: recover the journal, wire venue, feed and sequencer, open for business."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from trade2026.application.costs import fee_reserve, paper_config
from trade2026.application.live.config import DeskConfig
from trade2026.application.live.feeds import Feed, make_feed
from trade2026.application.live.keeping import StateKeeper
from trade2026.application.live.lines import Lines
from trade2026.application.live.opening import opening_commands
from trade2026.application.live.paper import LivePaperVenue
from trade2026.application.live.restore import restore_orders
from trade2026.application.live.retiring import Retiring
from trade2026.application.live.service import LiveDesk
from trade2026.application.live.tapping import MakeWire, Tapping
from trade2026.application.services import Services
from trade2026.model.commands import Command
from trade2026.model.enums import Environment
from trade2026.model.instrument import Instrument
from trade2026.ports.core_link import Advanced, FeedStatus, Market
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.ports.retired import RetiredIndex
from trade2026.ports.storage import DiskFull, Storage
from trade2026.primitives.errors import StoreUnavailable, Trade2026Error
from trade2026.primitives.seeds import derive_seed
from trade2026.simulation.backtest.market import Sessions
from trade2026.simulation.paper import PaperConfig, PaperVenue
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig, SnapshotStore
from trade2026.trading.replay import recover, save_snapshot
from trade2026.trading.router import Router
from trade2026.trading.sequencer import BatchingSequencer, Sequencer, Spawn
from trade2026.trading.venues.session import VenueSession

FEE_RESERVE_BPS: Final = 0
"""Nothing on top of the fees of the configuration: a preview shows them as what an order would cost."""
HEAD_EVERY_FRAMES: Final = JournalConfig().head_every_frames
_SNAPSHOT_AFTER_FRAMES: Final = 20_000
"""Frames replayed at a start beyond which the state is kept again, so that the next start is shorter."""

Tell = Callable[[Market | FeedStatus | Advanced], None]


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """A desk that is open: its service, its feed (to be run in a task), and what must be closed."""

    service: LiveDesk
    feed: Feed
    core: Core
    journal: Journal
    sequencer: BatchingSequencer
    storage: Storage
    keeper: StateKeeper
    note: Callable[[str], None]
    venues: Mapping[str, VenueSession]
    index: RetiredIndex | None
    retiring: Retiring | None

    async def close(self) -> None:
        """Answer everything, keep the state, close the journal; raises the failure if there was one."""
        try:
            for _, session in sorted(self.venues.items()):
                await session.close()
            await self.sequencer.close()
            _keep_index(self.index, self.journal, self.note)
            _keep_state(self.core, self.journal, self.storage, self.note)
        finally:
            await self.journal.close_async()
            if self.index is not None:
                self.index.close()


async def open_desk(
    config: DeskConfig,
    services: Services,
    storage: Storage,
    journal_config: JournalConfig,
    *,
    pid: int,
    spawn: Spawn,
    tell: Tell,
    note: Callable[[str], None],
    make_wire: MakeWire | None = None,
    open_index: Callable[[], RetiredIndex] | None = None,
) -> RunningDesk:
    """Recover what was, journal what is new, and be ready for asks; the feed is not running yet.

    `open_index` opens what keeps closed orders that have left memory, once the journal is ours; None for a
    desk that keeps them all.

    Raises
    ------
    InputError
        The configuration cannot be used with this data or this journal.
    IntegrityError
        The journal is damaged.
    OperatingError
        Its folder is in use, or the disk fails.
    """
    source = services.data.open(config.data)
    journal = Journal.open(storage, journal_config, services.head_key())
    index: RetiredIndex | None = None
    try:
        index = None if open_index is None else open_index()
        replayed = recover(journal, storage, SnapshotStore(storage), index)
        _keep_index(index, journal, note)
        note(f"recovered {replayed.frames} frames up to {journal.last_seq}")
        if replayed.frames > _SNAPSHOT_AFTER_FRAMES:
            _keep_state(replayed.core, journal, storage, note)
        return await _wire(
            config, services, storage, journal, replayed.core, replayed.frames, source, index,
            pid=pid, spawn=spawn, tell=tell, note=note, make_wire=make_wire,
        )  # fmt: skip
    except BaseException:
        await journal.close_async()
        if index is not None:
            index.close()
        raise


async def _wire(
    config: DeskConfig,
    services: Services,
    storage: Storage,
    journal: Journal,
    core: Core,
    recovered_frames: int,
    source: MarketDataSource,
    index: RetiredIndex | None,
    *,
    pid: int,
    spawn: Spawn,
    tell: Tell,
    note: Callable[[str], None],
    make_wire: MakeWire | None,
) -> RunningDesk:
    data, instruments, paper = _told(source, services, config)
    tapping = Tapping(make_wire, journal, pid, services.live_venues())
    lines = Lines(tapping.lines, instruments, config.accounts)
    inner, venue = _venue(services, journal, instruments, paper, data)
    router, edge = Router(Environment.PAPER), tapping.tapped(venue)
    router.connect(lines.on_paper, edge)
    sequencer = _sequencer(core, journal, router, index, spawn, tell, note)
    sessions = Sessions(_by_id(instruments), services.calendars, data.bar_interval_ns)
    service = LiveDesk(
        core, journal, sequencer, venue, inner, edge, sessions, services.clock, services.code_version(),
        pid=pid, recovered_frames=recovered_frames, spawn=spawn, tell=tell,
    )  # fmt: skip
    feed = make_feed(config, services, storage, journal, core, source, service.step, service.tell_status)
    service.attach(feed)
    service.set_time(feed.now, core.engines.ledger.marks)
    _restore(core, inner, venue, feed.now, lines.instruments, note)
    venues = lines.open(
        core, sequencer, router, services, spawn, derive_seed(journal.last_seq, "venue", "lines"),
        now=lambda: service.now, report=service.report, note=note,
    )  # fmt: skip
    service.attach_venues(venues)
    commands = opening_commands(
        core, feed.now, config.accounts, instruments, data, fee_reserve(paper, FEE_RESERVE_BPS),
        services.code_version(), _details(data), tuple(venues),
    )  # fmt: skip
    await service.open(list(commands))
    for _, session in sorted(venues.items()):
        await session.start()
    keeper = _keeper(config, core, journal, storage, sequencer, note)
    retiring = _retiring(config, core, journal, storage, sequencer, index, service, note)
    return RunningDesk(
        service, feed, core, journal, sequencer, storage, keeper, note, venues, index, retiring
    )


def _told(
    source: MarketDataSource, services: Services, config: DeskConfig
) -> tuple[DataDescription, tuple[Instrument, ...], PaperConfig]:
    """The data as the desk is told it, its instruments, and what trading them on paper costs."""
    data = source.describe()
    if services.data.live(config.data) is not None:  # Its past is bars, its present quotes and trades.
        data = replace(data, bar_interval_ns=0)
    return data, source.instruments(), paper_config(config.costs)


def _by_id(instruments: tuple[Instrument, ...]) -> dict[str, Instrument]:
    return {each.instrument_id: each for each in instruments}


def _restore(
    core: Core,
    inner: PaperVenue,
    venue: LivePaperVenue,
    now: int,
    elsewhere: Collection[str],
    note: Callable[[str], None],
) -> None:
    count = restore_orders(core, inner, venue, now, elsewhere)
    note(f"restored {count} open orders at the paper venue")


def _details(data: DataDescription) -> str:
    """What the desk's run says of itself."""
    return json.dumps({"kind": "desk", "data": data.name, "data_sha256": data.sha256}, sort_keys=True)


def _retiring(
    config: DeskConfig,
    core: Core,
    journal: Journal,
    storage: Storage,
    sequencer: BatchingSequencer,
    index: RetiredIndex | None,
    service: LiveDesk,
    note: Callable[[str], None],
) -> Retiring | None:
    if index is None:
        return None
    most = config.closed_orders_in_memory
    return Retiring(core, journal, storage, sequencer, index, now=lambda: service.now, most=most, note=note)


def _sequencer(
    core: Core,
    journal: Journal,
    router: Router,
    index: RetiredIndex | None,
    spawn: Spawn,
    tell: Tell,
    note: Callable[[str], None],
) -> BatchingSequencer:
    return BatchingSequencer(
        Sequencer(core, journal, router, index),
        spawn,
        on_dropped=_say_dropped(note),
        on_durable=lambda: tell(Advanced(journal.durable_seq)),
    )


def _keeper(
    config: DeskConfig,
    core: Core,
    journal: Journal,
    storage: Storage,
    sequencer: BatchingSequencer,
    note: Callable[[str], None],
) -> StateKeeper:
    return StateKeeper(
        core, journal, storage, SnapshotStore(storage, keep=config.journal.snapshots_kept), sequencer.settled,
        every_frames=config.journal.snapshot_every_frames, segments_kept=config.journal.segments_kept,
        note=note,
    )  # fmt: skip


def _keep_state(core: Core, journal: Journal, storage: Storage, note: Callable[[str], None]) -> None:
    """Beside the journal, where there is room: without it the next start takes longer, and that is all."""
    try:
        save_snapshot(core, journal, SnapshotStore(storage))
    except DiskFull as error:
        note(f"the state was not kept, and the next start takes longer: {error}")


def _keep_index(index: RetiredIndex | None, journal: Journal, note: Callable[[str], None]) -> None:
    """What the journal has and the index not yet; without it the next start reads that again."""
    if index is None:
        return
    try:
        index.commit(journal.durable_seq)
    except StoreUnavailable as error:
        note(f"the index of retired orders was not kept, and the next start takes longer: {error}")


def _venue(
    services: Services,
    journal: Journal,
    instruments: tuple[Instrument, ...],
    paper: PaperConfig,
    data: DataDescription,
) -> tuple[PaperVenue, LivePaperVenue]:
    inner = PaperVenue(
        "PAPER", Environment.PAPER, instruments, paper, data=data,
        random=services.make_random(derive_seed(journal.last_seq, "venue", "latency")),
        run_id=f"R{journal.last_seq + 1}",  # No other start has it: ids of executions are never used twice.
    )  # fmt: skip
    return inner, LivePaperVenue(inner)


def _say_dropped(note: Callable[[str], None]) -> Callable[[Command, Trade2026Error], None]:
    def dropped(command: Command, error: Trade2026Error) -> None:
        note(f"a command without an answer could not be journaled: {type(command).__name__}: {error}")

    return dropped


async def keep_head(journal: Journal, pause: Callable[[], Awaitable[None]]) -> None:
    """Sign the journal's end whenever it has grown a little; for a task of its own.

    Under load the journal signs in the background; this is for the quiet desk, whose last frames, those of
    a burst among them, would otherwise stay unsigned.
    """
    seen = journal.durable_seq
    while True:
        await pause()
        grown, seen = journal.durable_seq - seen, journal.durable_seq
        if grown < HEAD_EVERY_FRAMES:
            try:
                await journal.update_head_async()
            except StoreUnavailable:
                return  # The journal says so to everyone who asks it for anything.
