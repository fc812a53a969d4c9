"""The desk's side of the feed: what read models, core, runner and services tell reaches those who listen."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import msgspec

from tests.web.fake_sim import FakeSim
from tests.web.live.harness import Desk, connected, in_loop, serving
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import StrategyRunView
from trade2026.model.market_data import Bar
from trade2026.ports.core_link import Advanced, FeedState, FeedStatus, Market
from trade2026.ports.runner_link import BacktestJob, JobState, JobStatus, RunState, StrategyStatus
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.web.live.hub import Hub
from trade2026.web.live.publishers import LivePublishers, replay_of

NOW = 633_225_600 * SECOND_NS  # 1990-01-25
FEED = FeedStatus(0, "REPLAY", "sp500", FeedState.PLAYING, NOW, NOW, NOW, 1.0, "")


class Models:
    """The real topics of the read models, without the journal before them."""

    def __init__(self) -> None:
        self.topics = Topics()
        self.seq = 0
        self.made = 0
        self.shown: dict[Topic, dict[str, Any]] = {}
        for topic in (
            Topic.POSITIONS,
            Topic.ACCOUNTS,
            Topic.TRADING_STATE,
            Topic.STRATEGY_RUNS,
            Topic.VENUES,
        ):
            self.shown[topic] = {}
            self.topics.make_rows(topic, self._maker(topic))

    def _maker(self, topic: Topic) -> Any:
        def make(seq: int, key: Any) -> TopicRow:
            account, view = self.shown[topic][key]

            def look() -> Any:
                self.made += 1
                return view

            return TopicRow(seq, account, look)

        return make

    def subscribe(self, topic: Topic, callback: Any) -> Any:
        return self.topics.subscribe(topic, callback, None)

    def replay_topic(self, topic: Topic, from_seq: int, accounts: Any, limit: int) -> Any:
        return self.topics.replay(topic, from_seq, accounts, limit)

    def append(self, topic: Topic, *rows: tuple[str | None, dict[str, Any]]) -> None:
        self.seq += 1
        for account, view in rows:
            made: Any = partial(dict, view)
            self.topics.append(topic, TopicRow(self.seq, account, made))

    def set(self, topic: Topic, key: str, account: str | None, view: Any) -> None:
        self.seq += 1
        self.shown[topic][key] = (account, view)
        self.topics.touch(topic, key, self.seq)
        self.topics.publish()


class Line:
    """A line to core or runner that tells what a test says."""

    def __init__(self) -> None:
        self.is_connected = True
        self.queue: asyncio.Queue[Any] = asyncio.Queue()
        self.job_list: tuple[JobStatus, ...] = ()
        self.runs: tuple[StrategyStatus, ...] = ()

    async def told(self) -> AsyncIterator[Any]:
        while True:
            yield await self.queue.get()

    async def jobs(self) -> tuple[JobStatus, ...]:
        return self.job_list

    async def strategy_status(self) -> tuple[StrategyStatus, ...]:
        return self.runs


class FakeMarket:
    """Takes bars at their close."""

    def __init__(self) -> None:
        self.feed: FeedStatus | None = None
        self.is_connected = False
        self.now = 0
        self.bars: dict[str, Bar] = {}
        self.callback: Any = None

    def subscribe(self, callback: Any) -> Any:
        self.callback = callback
        return lambda: None

    def tell(self, message: Any) -> None:
        self.is_connected = True
        if isinstance(message, FeedStatus):
            self.feed = message
        if isinstance(message, Market):
            self.now = message.now
            if self.feed is not None:
                self.feed = msgspec.structs.replace(self.feed, now=message.now)
            self.bars.update(
                (event.instrument_id, event) for event in message.events if isinstance(event, Bar)
            )
            self.callback([event.instrument_id for event in message.events])

    def lost(self) -> None:
        self.is_connected = False

    def latest(self, instrument_id: str) -> Any:
        bar = self.bars.get(instrument_id)
        return bar and SimpleNamespace(price=bar.close, ts=bar.ts_event, previous_close=bar.open)

    def last_bar(self, instrument_id: str) -> Bar | None:
        return self.bars.get(instrument_id)


class Whole:
    def __init__(self) -> None:
        self.desk = Desk()
        self.models = Models()
        self.desk.hub = Hub(
            authenticator=self.desk.auth,
            clock=self.desk.clock,
            replay=replay_of(self.models),
            journal_seq=lambda: self.models.seq,
        )
        self.market = FakeMarket()
        self.core, self.runner = Line(), Line()
        self.sim = FakeSim()
        self.services: Any = [{"role": "core", "state": "RUNNING"}]
        self.publishers = LivePublishers(
            self.desk.hub,
            read_models=self.models,
            market=self.market,
            core=self.core,
            runner=self.runner,
            sim=self.sim,
            services=self.rows,
            tick_s=3_600,
        )

    async def rows(self) -> Any:
        if isinstance(self.services, OperatingError):
            raise self.services
        return self.services


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[tuple[Whole, Any]]:
    whole = Whole()
    async with serving(whole.desk):
        await whole.publishers.start()
        async with connected(whole.desk) as client:
            yield whole, client
        await whole.publishers.aclose()


@in_loop
async def test_lossless_rows_pass_through_by_number_and_are_replayed_from_the_read_models():
    async with running() as (whole, client):
        models = whole.models
        models.append(Topic.ORDERS, ("A", {"n": 1}))
        models.append(Topic.ORDERS, ("A", {"n": 2}), ("B", {"n": 3}))
        models.topics.publish()
        await client.say(op="sub", id=1, topic="orders", from_seq=2)
        assert await client.next_frame() == {"s": 1, "q": 2, "snap": False, "rows": [{"n": 2}, {"n": 3}]}
        models.append(Topic.ORDERS, ("A", {"n": 4}))
        models.append(Topic.ORDERS, ("A", {"n": 5}))
        models.topics.publish()
        assert (await client.next_frame())["rows"] == [{"n": 4}, {"n": 5}]
        assert client.frames[-1]["q"] == 4


@in_loop
async def test_state_is_looked_up_when_someone_listens_and_not_before():
    async with running() as (whole, client):
        models = whole.models
        for number in range(50):
            view = {"account_id": "A", "instrument_id": "X", "quantity": str(number)}
            models.set(Topic.POSITIONS, "A/X", "A", view)
        await (await client.line.ping())
        assert models.made == 0
        await client.say(op="sub", id=1, topic="positions")
        assert [row["quantity"] for row in (await client.next_frame())["rows"]] == ["49"]
        assert models.made == 1
        for number in range(50, 100):
            view = {"account_id": "A", "instrument_id": "X", "quantity": str(number)}
            models.set(Topic.POSITIONS, "A/X", "A", view)
        await client.until(lambda: client.frames[-1]["rows"][0]["quantity"] == "99")
        assert models.made <= 3


@in_loop
async def test_a_venue_is_told_as_its_session_changes():
    async with running() as (whole, client):
        whole.models.set(Topic.VENUES, "XSIM", None, {"venue": "XSIM", "state": "READY"})
        await client.say(op="sub", id=1, topic="venues")
        assert [row["state"] for row in (await client.next_frame())["rows"]] == ["READY"]
        whole.models.set(Topic.VENUES, "XSIM", None, {"venue": "XSIM", "state": "PAUSED"})
        await client.until(lambda: client.frames[-1]["rows"][0]["state"] == "PAUSED")


@in_loop
async def test_prices_become_columns_and_revalue_positions():
    async with running() as (whole, client):
        whole.models.set(Topic.ACCOUNTS, "A", "A", {"account_id": "A", "equity": "1"})
        for number, topic in enumerate(("quotes", "bars", "accounts")):
            await client.say(op="sub", id=number, topic=topic, max_hz=4)
            await client.next_frame()
        whole.models.shown[Topic.ACCOUNTS]["A"] = ("A", {"account_id": "A", "equity": "2"})
        bar = Bar("X", NOW, NOW, 100 * 10**9, 120 * 10**9, 90 * 10**9, 110 * 10**9, None)
        close_only = Bar("Y", NOW, NOW, None, None, None, 5 * 10**9, 7 * 10**9)
        whole.core.queue.put_nowait(Market(0, NOW, (bar, close_only)))
        await client.until(lambda: len(client.frames) == 6)
        assert client.shown(0, "last") == {"X": 110.0, "Y": 5.0}
        assert client.shown(0, "change_bps")["X"] == 1_000.0
        assert math.isnan(client.shown(0, "previous_close")["Y"])
        assert math.isnan(client.shown(0, "change_bps")["Y"])
        assert client.shown(0, "ts_ms") == {"X": NOW / 1e6, "Y": NOW / 1e6}
        assert client.shown(1, "high")["X"] == 120.0
        assert math.isnan(client.shown(1, "open")["Y"])
        assert client.shown(1, "volume")["Y"] == 7.0
        assert client.rows(2)[-1] == {"account_id": "A", "equity": "2"}


@in_loop
async def test_the_feed_shows_trading_time_and_a_lost_core():
    async with running() as (whole, client):
        await client.say(op="sub", id=1, topic="feed")
        first = (await client.next_frame())["rows"]
        assert (first[0]["state"], first[0]["connected"]) == (None, True)
        whole.core.queue.put_nowait(FEED)
        assert (await client.next_frame())["rows"][0]["now"] == "1990-01-25T00:00:00Z"
        whole.core.queue.put_nowait(Advanced(3))
        whole.core.queue.put_nowait(Market(0, NOW + SECOND_NS, ()))
        assert (await client.next_frame())["rows"][0]["now"] == "1990-01-25T00:00:01Z"
        whole.core.is_connected = False
        await whole.publishers.tick()
        lost = await client.next_frame()
        assert (lost["snap"], lost["rows"][0]["connected"]) == (True, False)
        assert whole.market.is_connected is False


def job(job_id: str, state: JobState) -> JobStatus:
    return JobStatus(
        job_id=job_id,
        kind="backtest",
        state=state,
        owner="ann",
        request=BacktestJob(strategy="momentum"),
        created_ns=NOW,
    )


@in_loop
async def test_jobs_are_whole_after_the_runner_comes_back():
    async with running() as (whole, client):
        await client.say(op="sub", id=1, topic="jobs")
        assert (await client.next_frame())["rows"] == []
        whole.runner.queue.put_nowait(job("j1", JobState.QUEUED))
        frame = await client.next_frame()
        assert (frame["snap"], frame["rows"][0]["state"]) == (False, "QUEUED")
        assert frame["rows"][0]["created"] == "1990-01-25T00:00:00Z"
        whole.runner.is_connected = False
        await whole.publishers.tick()
        whole.runner.job_list = (job("j2", JobState.RUNNING),)
        whole.runner.is_connected = True
        await whole.publishers.tick()
        frame = await client.next_frame()
        assert (frame["snap"], [row["job_id"] for row in frame["rows"]]) == (True, ["j2"])


@in_loop
async def test_runs_join_what_the_journal_and_the_runner_say():
    status = StrategyStatus(
        run_id="m-1",
        strategy="momentum",
        parameters="{}",
        account_id="A",
        trader_id="ann",
        state=RunState.STARTING,
        started_ns=NOW,
    )
    journaled = StrategyRunView(
        2, "m-1", "momentum", {}, "A", "ann", "RUNNING", "1990-01-25T00:00:00Z", None, None, None, "", 7, 3,
        {}, (),
    )  # fmt: skip
    async with running() as (whole, client):
        await client.say(op="sub", id=1, topic="strategy-runs")
        await client.next_frame()
        whole.runner.queue.put_nowait(status)
        row = (await client.next_frame())["rows"][0]
        assert (row["state"], row["orders"], row["restarts"]) == ("STARTING", 0, 0)
        whole.models.set(Topic.STRATEGY_RUNS, "m-1", "A", journaled)
        row = (await client.next_frame())["rows"][0]
        assert (row["state"], row["orders"]) == ("STARTING", 7)
        whole.runner.queue.put_nowait(
            msgspec.structs.replace(status, state=RunState.RESTARTING, restarts=2, error="died")
        )
        row = (await client.next_frame())["rows"][0]
        assert (row["state"], row["orders"], row["restarts"], row["error"]) == ("RESTARTING", 7, 2, "died")


@in_loop
async def test_services_are_asked_and_an_absent_supervisor_leaves_the_last_answer():
    async with running() as (whole, client):
        await client.say(op="sub", id=1, topic="services")
        assert (await client.next_frame())["rows"] == [{"role": "core", "state": "RUNNING"}]
        whole.services = OperatingError("the supervisor is away")
        await whole.publishers.tick()
        whole.services = [{"role": "core", "state": "DEAD"}]
        await whole.publishers.tick()
        assert (await client.next_frame())["rows"] == [{"role": "core", "state": "DEAD"}]
