"""Joins the hub to the desk: what read models, core, runner and supervisor tell becomes rows of topics.

Lossless rows pass through as they are told. State is not taken from what is told but looked up, four times a
second at most and only while someone listens: however much happens, the cost is bounded.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Protocol

from trade2026.application.read_models import Row, Topic, TopicReplay
from trade2026.ports.core_link import Advanced, FeedStatus, Market
from trade2026.ports.runner_link import JobStatus, StrategyStatus, Told
from trade2026.primitives.errors import OperatingError
from trade2026.web.live.lossless import Replay
from trade2026.web.live.market_rows import MarketPublisher, MarketSource
from trade2026.web.live.pacing import Throttle
from trade2026.web.live.sim_rows import BEGIN as SIM_BEGIN
from trade2026.web.live.sim_rows import SimPublisher, SimSide
from trade2026.web.live.topics import PlainRow, View
from trade2026.web.routes.jobs import job_view
from trade2026.web.routes.market import feed_view
from trade2026.web.routes.strategies import from_status, merged

_log: Final = logging.getLogger(__name__)

_LOSSLESS: Final = (Topic.ORDERS, Topic.FILLS, Topic.ALERTS)
_KEYED: Final = (Topic.POSITIONS, Topic.ACCOUNTS, Topic.TRADING_STATE, Topic.STRATEGY_RUNS, Topic.VENUES)
_STATE_HZ: Final = 4.0
_REVALUE_HZ: Final = 1.0
_ALL_ROWS: Final = 1_000_000
TICK_S: Final = 1.0


class HubSide(Protocol):
    """What is needed of the hub; `hub.Hub` is one."""

    def publish_rows(self, topic: str, keys: Sequence[str], columns: Any) -> None:
        """Set rows of a conflated topic."""
        ...

    def publish_state(self, topic: str, rows: Sequence[Any], *, whole: bool = False) -> None:
        """Set rows of a state topic."""
        ...

    def publish_lossless(self, topic: str, seq: int, rows: Sequence[Any]) -> None:
        """Add the rows of a journal number."""
        ...

    def is_wanted(self, topic: str) -> bool:
        """Whether anyone listens."""
        ...

    def when_wanted(self, tell: Callable[[str], None]) -> None:
        """Have first listeners told."""
        ...

    def refuse(self, topic: str, detail: str, remedy: str) -> None:
        """End a topic of which there is nothing."""
        ...


class ReadModelsSide(Protocol):
    """What is needed of `application.read_models.ReadModels`."""

    @property
    def seq(self) -> int:
        """The last frame applied."""
        ...

    def subscribe(self, topic: Topic, callback: Callable[[Sequence[Row]], None]) -> Callable[[], None]:
        """Have changed rows told."""
        ...

    def replay_topic(
        self, topic: Topic, from_seq: int, accounts: frozenset[str] | None, limit: int
    ) -> TopicReplay:
        """Rows since a number."""
        ...


class CoreSide(Protocol):
    """What is needed of the line to the core."""

    @property
    def is_connected(self) -> bool:
        """Whether the core answers."""
        ...

    def told(self) -> AsyncIterator[Market | Advanced | FeedStatus]:
        """What the core tells."""
        ...


class RunnerSide(Protocol):
    """What is needed of the line to the runner."""

    @property
    def is_connected(self) -> bool:
        """Whether the runner answers."""
        ...

    async def strategy_status(self) -> tuple[StrategyStatus, ...]:
        """Every run."""
        ...

    async def jobs(self) -> tuple[JobStatus, ...]:
        """Every job."""
        ...

    def told(self) -> AsyncIterator[Told]:
        """What the runner tells."""
        ...


def replay_of(read_models: ReadModelsSide) -> Replay:
    """The hub's source of rows it no longer holds."""

    def replay(topic: str, from_seq: int, accounts: frozenset[str] | None, limit: int) -> TopicReplay:
        return read_models.replay_topic(Topic(topic), from_seq, accounts, limit)

    return replay


class LivePublishers:
    """Publishes the desk; lives in the hub's event loop, and is started after the read models.

    It is the one who hands to `market` what the core tells.

    Parameters
    ----------
    services : callable
        Rows of GET /services.
    tick_s : float
        Between two looks at what nobody tells: lost lines, services.
    """

    def __init__(
        self,
        hub: HubSide,
        *,
        read_models: ReadModelsSide,
        market: MarketSource,
        core: CoreSide,
        runner: RunnerSide,
        sim: SimSide,
        services: Callable[[], Awaitable[Sequence[View]]],
        tick_s: float = TICK_S,
    ) -> None:
        self._hub = hub
        self._models = read_models
        self._market = market
        self._core = core
        self._runner = runner
        self._sim = SimPublisher(hub, sim)
        self._services = services
        self._tick_s = tick_s
        self._pulled: dict[Topic, int] = dict.fromkeys(_KEYED, 0)
        self._runs: dict[str, Row] = {}
        self._statuses: dict[str, StrategyStatus] = {}
        self._is_runner_known = False
        self._undo: list[Callable[[], None]] = []
        self._throttles: dict[str, Throttle] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Publish what is known, and from now on what changes."""
        loop = asyncio.get_running_loop()
        for topic in _LOSSLESS:
            self._undo.append(self._models.subscribe(topic, self._tell_lossless(topic)))
        for topic in _KEYED:
            throttle = Throttle(_STATE_HZ, self._pull_if_wanted(topic), loop)
            self._throttles[topic] = throttle
            self._undo.append(self._models.subscribe(topic, _touch(throttle)))
        self._throttles["feed"] = Throttle(_STATE_HZ, self._publish_feed, loop)
        self._throttles["values"] = Throttle(_REVALUE_HZ, self._revalue, loop)
        self._prices = prices = MarketPublisher(self._hub, self._market, loop)
        self._undo += [self._market.subscribe(prices.moved), prices.close]
        self._hub.when_wanted(self._show)
        self._publish_feed()
        await self.tick()
        for name, work in (
            ("core", self._follow_core()),
            ("runner", self._follow_runner()),
            ("sim", self._sim.run()),
            ("tick", self._tick_for_ever()),
        ):
            self._tasks.append(_spawn(work, f"live-{name}"))

    async def aclose(self) -> None:
        """Publish nothing any more."""
        for undo in self._undo:
            undo()
        for throttle in self._throttles.values():
            throttle.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --------------------------------------------------------------------------------- read models

    def _tell_lossless(self, topic: Topic) -> Callable[[Sequence[Row]], None]:
        def tell(rows: Sequence[Row]) -> None:
            if not self._hub.is_wanted(topic):  # Then rows are not looked at, but the last number counts.
                self._hub.publish_lossless(topic, rows[-1].seq, ())
                return
            for seq, same in groupby(rows, key=attrgetter("seq")):
                self._hub.publish_lossless(topic, seq, tuple(same))

        return tell

    def _pull_if_wanted(self, topic: Topic) -> Callable[[], None]:
        def pull() -> None:
            if self._hub.is_wanted(topic):
                self._pull(topic)

        return pull

    def _show(self, topic: str) -> None:
        """Somebody begins to listen to a topic."""
        if topic in self._pulled:
            self._pull(Topic(topic))
        elif topic in MarketPublisher.TOPICS:
            self._prices.flush()
        elif topic.startswith(SIM_BEGIN):
            self._sim.wanted(topic)

    def _pull(self, topic: Topic, *, everything: bool = False) -> None:
        from_seq = 0 if everything else self._pulled[topic]
        rows = self._models.replay_topic(topic, from_seq, None, _ALL_ROWS).rows
        self._pulled[topic] = self._models.seq + 1
        if topic is Topic.STRATEGY_RUNS:
            for row in rows:
                view: Any = row.view
                self._runs[view.run_id] = row
            self._hub.publish_state(topic, [self._merged(row) for row in rows])
        else:
            self._hub.publish_state(topic, rows)

    def _revalue(self) -> None:
        """Prices moved: positions and accounts are worth something else, though nothing was journaled."""
        for topic in (Topic.POSITIONS, Topic.ACCOUNTS):
            if self._hub.is_wanted(topic):
                self._pull(topic, everything=True)

    # ---------------------------------------------------------------------------------------- core

    async def _follow_core(self) -> None:
        async for message in self._core.told():
            self._market.tell(message)
            if isinstance(message, Market):
                self._throttles["values"].changed()
            if not isinstance(message, Advanced):
                self._throttles["feed"].changed()

    def _publish_feed(self) -> None:
        row = PlainRow(None, feed_view(self._market.feed, self._core.is_connected))
        self._hub.publish_state("feed", [row], whole=True)

    # -------------------------------------------------------------------------------------- runner

    async def _follow_runner(self) -> None:
        async for told in self._runner.told():
            if isinstance(told, JobStatus):
                self._hub.publish_state("jobs", [PlainRow(None, job_view(told))])
            else:
                self._take_status(told)

    def _take_status(self, status: StrategyStatus) -> None:
        self._statuses[status.run_id] = status
        if self._hub.is_wanted(Topic.STRATEGY_RUNS):
            self._pull(Topic.STRATEGY_RUNS)
        run = self._runs.get(status.run_id)
        row = PlainRow(status.account_id, from_status(status)) if run is None else self._merged(run)
        self._hub.publish_state(Topic.STRATEGY_RUNS, [row])

    def _merged(self, row: Row) -> PlainRow:
        view: Any = row.view
        return PlainRow(row.account_id, merged(view, self._statuses.get(view.run_id)))

    async def _ask_runner(self) -> None:
        """All runs and jobs, once after each time the runner was away."""
        try:
            jobs, statuses = await self._runner.jobs(), await self._runner.strategy_status()
        except OperatingError as error:
            _log.info("the runner cannot be asked yet: %s", error)
            return
        self._is_runner_known = True
        self._hub.publish_state("jobs", [PlainRow(None, job_view(job)) for job in jobs], whole=True)
        for status in statuses:
            self._take_status(status)

    # ---------------------------------------------------------------------------------------- ticks

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            await self.tick()

    async def tick(self) -> None:
        """Notice what nobody tells: a lost or regained line to core or runner, and how the services are."""
        if not self._core.is_connected and self._market.is_connected:
            self._market.lost()
        self._publish_feed()
        if not self._runner.is_connected:
            self._is_runner_known = False
        elif not self._is_runner_known:
            await self._ask_runner()
        try:
            rows = await self._services()
        except OperatingError as error:
            _log.info("the services cannot be asked: %s", error)
        else:
            self._hub.publish_state("services", [PlainRow(None, row) for row in rows], whole=True)


def _touch(throttle: Throttle) -> Callable[[Sequence[Row]], None]:
    def touch(rows: Sequence[Row]) -> None:  # What changed is looked up later, by number.
        throttle.changed()

    return touch


def _spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_say_why)
    return task


def _say_why(task: asyncio.Task[None]) -> None:
    """A publisher that ends by an error is a bug; it must not end in silence."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("%s ended, its topics stand still until a restart", task.get_name(), exc_info=error)
