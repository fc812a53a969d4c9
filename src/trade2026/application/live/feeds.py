"""The feed of a running desk: a replay of recorded data, or a market that lives."""

from collections.abc import Callable
from typing import Protocol

from trade2026.application.live.config import DeskConfig
from trade2026.application.live.live_feed import LiveFeed, LiveStep
from trade2026.application.live.replay_feed import ReplayFeed
from trade2026.application.live.replay_memory import recall, remember
from trade2026.application.services import Services
from trade2026.ports.core_link import FeedAction, FeedStatus
from trade2026.ports.feed import MarketDataSource
from trade2026.ports.storage import Storage
from trade2026.primitives.time import date_to_unix_ns, parse_date
from trade2026.trading.codec import decode_record
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, frames

SIM = "SIM"


class Feed(Protocol):
    """What brings market events and trading time into the desk."""

    @property
    def now(self) -> int:
        """Trading time, UTC nanoseconds."""
        ...

    def status(self, error: str = "") -> FeedStatus:
        """What it is doing; `error` is why a request was refused."""
        ...

    def control(self, action: FeedAction, speed: float) -> FeedStatus:
        """Steer it; the answer's `error` says why not."""
        ...

    async def run(self) -> None:
        """Until the data ends, or canceled."""
        ...


def make_feed(
    config: DeskConfig,
    services: Services,
    storage: Storage,
    journal: Journal,
    core: Core,
    source: MarketDataSource,
    step: LiveStep,
    tell: Callable[[FeedStatus], None],
) -> Feed:
    """The feed that the configuration asks for; it goes on behind the last time that was journaled."""
    line = services.data.live(config.data)
    if line is not None:
        reached = last_time(storage, journal) if journal.last_seq else 0
        return LiveFeed(
            line, services.clock, kind=SIM, name=source.describe().name,
            after_ns=max(reached, services.clock.now_ns()), step=step, on_status=tell,
        )  # fmt: skip
    start, is_fresh = config.replay.start, not core.engines.ledger.marks
    steered = recall(storage, config.replay)

    def on_status(status: FeedStatus) -> None:
        remember(storage, config.replay, status)
        tell(status)

    return ReplayFeed(
        source, services.clock,
        after_ns=None if is_fresh else last_time(storage, journal),
        start_ns=date_to_unix_ns(parse_date(start, "replay.start")) if start else None,
        speed=steered.speed, is_paused=steered.is_paused,
        step=lambda ts, events: step(ts, events, ()), on_status=on_status,
    )  # fmt: skip


def last_time(storage: Storage, journal: Journal) -> int:
    """Trading time of the last frame of a journal just opened: no command before it has a later one."""
    frame = journal.recovery.last
    if frame is None or frame.seq != journal.last_seq:
        frame = next(frames(storage, journal.last_seq))
    command, _ = decode_record(frame.payload, frame.seq)
    return command.now
