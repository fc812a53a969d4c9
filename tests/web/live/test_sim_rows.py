"""The simulated market over the feed: asked while somebody listens, told once, begun anew where it is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec

from tests.web.fake_sim import NOW, FakeSim
from tests.web.live.harness import Client, Desk, connected, in_loop, serving
from trade2026.model.enums import Side
from trade2026.ports.asking import UnknownId
from trade2026.ports.sim_shown import SimColumn, SimLive, SimScorecardJob, SimStatus, SimTrade
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.web.live.sim_rows import SimPublisher

BTC = "BTCUSDT.PRISM"
BOOK = [f"sim/{kind}/{BTC}" for kind in ("book", "tape", "heat")]


class Market(FakeSim):
    """What was made in one book, whose place counts as its mark."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "1"
        self.made: list[SimTrade | SimColumn] = []
        self.held: asyncio.Event | None = None
        self.has_job = True

    def trade(self, trade_id: int) -> None:
        self.made.append(SimTrade(trade_id, NOW, 60_000 * 10**9, 10**9, Side.BUY, False))

    def column(self, second: int) -> None:
        self.made.append(SimColumn(NOW + second * SECOND_NS, 60_000 * 10**9, None, None, 1, 1, (second,)))

    async def scorecard_job(self) -> SimScorecardJob:
        found = await super().scorecard_job()
        if not self.has_job:
            raise UnknownId("no scorecard was asked for yet")
        return found

    async def status(self) -> SimStatus:
        return msgspec.structs.replace(await super().status(), run=self.name)

    async def live(self, instrument_id: str, after: int) -> SimLive:
        found = await super().live(instrument_id, after)
        if instrument_id != BTC:
            raise UnknownId(f"instrument_id must be one of {BTC}, was {instrument_id!r}")
        new = self.made[after if after <= len(self.made) else 0 :]
        name, cursor = self.name, len(self.made)
        if self.held is not None:
            await self.held.wait()
        return msgspec.structs.replace(
            found, run=name, cursor=cursor,
            tape=tuple(each for each in reversed(new) if isinstance(each, SimTrade))[:100],
            columns=tuple(each for each in new if isinstance(each, SimColumn))[-600:],
        )  # fmt: skip

    @property
    def afters(self) -> list[int]:
        """After which marks the book was asked."""
        return [each[2] for each in self.asked if each[0] == "live"]


class Floor:
    def __init__(self) -> None:
        self.desk, self.market = Desk(), Market()
        self.publisher = SimPublisher(self.desk.hub, self.market, away_s=0.01)
        self.desk.hub.when_wanted(self.publisher.wanted)


@contextlib.asynccontextmanager
async def running(*, is_asking: bool = True) -> AsyncIterator[tuple[Floor, Client]]:
    """A hub with a client; `is_asking` for a publisher that goes on by itself."""
    floor = Floor()
    async with serving(floor.desk), connected(floor.desk) as client:
        task = asyncio.create_task(floor.publisher.run()) if is_asking else None
        try:
            yield floor, client
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def follow(client: Client, *topics: str, first: int = 1) -> None:
    for number, topic in enumerate(topics, first):
        await client.say(op="sub", id=number, topic=topic)
        while (await client.hear()).get("id") != number:
            pass


def ids(client: Client, subscription: int) -> list[int]:
    """Trades in the order they came; one may come again right after a snapshot, under its key."""
    return list(dict.fromkeys(row["trade_id"] for row in client.rows(subscription)))


def seconds(client: Client, subscription: int) -> list[int]:
    return list(dict.fromkeys(row["sizes"][0] for row in client.rows(subscription)))


@in_loop
async def test_it_is_asked_while_somebody_listens_and_not_else():
    async with running(is_asking=False) as (floor, client):
        assert await floor.publisher.look() is None
        assert floor.market.asked == []
        await follow(client, "sim/state")
        pause_s = await floor.publisher.look()
        assert pause_s is not None
        assert 0.5 < pause_s <= 1.0
        assert await floor.publisher.look() is not None  # It is not due yet.
        assert floor.market.asked == [("status",)]
        await client.until(lambda: bool(client.rows(1)))
        row = client.rows(1)[-1]
        assert (row["seed"], row["books"][0]["price"], row["injected"][0]["kind"]) == (7, "60014", "halt")
        assert "customers" not in row  # Which of them one may see is the business of the traders' rows.
        await client.say(op="unsub", id=1)
        await client.until_op("unsubbed")
        assert await floor.publisher.look() is None
        assert floor.market.asked == [("status",)]


@in_loop
async def test_the_making_of_a_scorecard_is_told_as_soon_as_there_is_one():
    async with running(is_asking=False) as (floor, client):
        floor.market.has_job = False
        await follow(client, "sim/scorecard-job")
        assert await floor.publisher.look() is not None
        await client.until(lambda: bool(client.frames))
        assert client.rows(1) == []
        floor.market.has_job = True
        floor.publisher.wanted("sim/scorecard-job")
        await floor.publisher.look()
        await client.until(lambda: bool(client.rows(1)))
        row = client.rows(1)[-1]
        assert (row["job_id"], row["state"], row["progress"]) == ("scorecard-1", "RUNNING", 0.0)
        job = floor.market.scorecard_of
        floor.market.scorecard_of = msgspec.structs.replace(job, progress=0.5, text="1 of 2 runs")
        floor.publisher.wanted("sim/scorecard-job")
        await floor.publisher.look()
        await client.until(lambda: client.rows(1)[-1]["progress"] == 0.5)
        assert [each[0] for each in floor.market.asked] == ["job"] * 3


@in_loop
async def test_a_book_is_asked_once_for_all_its_topics_and_told_once():
    async with running() as (floor, client):
        for number in range(1, 4):
            floor.market.trade(number)
            floor.market.column(number)
        await follow(client, *BOOK)
        assert [each.get("kept") for each in client.control if each["op"] == "subbed"] == [None, 100, 600]
        await client.until(lambda: ids(client, 2) == [1, 2, 3] and seconds(client, 3) == [1, 2, 3])
        book = client.rows(1)[-1]
        assert (book["run"], book["instrument_id"], book["asks"]) == ("1", BTC, [])
        assert book["bids"] == [["60012", "0.01", 2]]
        assert book["quote"]["bid"] == "60012"
        floor.market.trade(4)
        floor.market.column(4)
        await client.until(lambda: ids(client, 2)[-1] == 4 and seconds(client, 3)[-1] == 4)
        assert ids(client, 2) == [1, 2, 3, 4]
        assert seconds(client, 3) == [1, 2, 3, 4]
        assert [len(each["rows"]) for each in client.frames if each["s"] == 2][-1] == 1
        assert floor.market.afters[0] == 0
        assert 6 in floor.market.afters


@in_loop
async def test_who_comes_later_is_shown_what_is_kept():
    async with running() as (floor, client):
        floor.market.column(1)
        await follow(client, BOOK[0])
        await client.until(lambda: bool(client.rows(1)))
        floor.market.column(2)
        await follow(client, BOOK[2], first=2)
        await client.until(lambda: seconds(client, 2) == [1, 2])
        async with connected(floor.desk) as other:
            await follow(other, BOOK[2])
            await other.until(lambda: seconds(other, 1) == [1, 2])
            assert other.frames[0]["snap"] is True


@in_loop
async def test_who_comes_while_it_answers_is_shown_what_is_kept():
    async with running() as (floor, client):
        floor.market.column(1)
        await follow(client, BOOK[0])
        await client.until(lambda: bool(client.rows(1)))
        floor.market.held = asyncio.Event()
        asked = len(floor.market.afters)
        while len(floor.market.afters) == asked:
            await asyncio.sleep(0)
        await follow(client, BOOK[2], first=2)
        floor.market.held.set()
        await client.until(lambda: seconds(client, 2) == [1])


@in_loop
async def test_a_market_made_anew_begins_anew():
    async with running() as (floor, client):
        for number in range(1, 4):
            floor.market.trade(number)
            floor.market.column(number)
        await follow(client, *BOOK)
        await client.until(lambda: ids(client, 2) == [1, 2, 3] and seconds(client, 3) == [1, 2, 3])
        floor.market.name, floor.market.made = "2", []
        for number in range(1, 9):  # Beyond the mark that was reached: the first ones must not be missed.
            floor.market.trade(number)
            floor.market.column(10 + number)
        await client.until(
            lambda: client.rows(1)[-1]["run"] == "2" and 8 in ids(client, 2) and 18 in seconds(client, 3)
        )
        for subscription, wanted in ((2, list(range(1, 9))), (3, list(range(11, 19)))):
            begun = [each for each in client.frames if each["s"] == subscription and each["snap"]][-1]
            key = "trade_id" if subscription == 2 else "sizes"
            assert [row[key] if key == "trade_id" else row[key][0] for row in begun["rows"]] == wanted


@in_loop
async def test_a_book_there_is_not_is_refused_when_the_market_says_so():
    async with running() as (floor, client):
        await client.say(op="sub", id=1, topic="sim/book/DOGE.PRISM")
        refused = await client.until_op("error")
        assert (refused["id"], refused["code"]) == (1, "unknown_topic")
        assert refused["detail"] == f"instrument_id must be one of {BTC}, was 'DOGE.PRISM'"
        assert not floor.desk.hub.is_wanted("sim/book/DOGE.PRISM")
        await client.say(op="sub", id=1, topic=BOOK[0])  # The number is free again.
        await client.until(lambda: bool(client.rows(1)))
        await client.say(op="sub", id=2, topic="sim/book/")
        refused = await client.until_op("error")
        assert refused["code"] == "unknown_topic"
        assert "the end of topic must be 1 to 64" in refused["detail"]


@in_loop
async def test_a_market_that_is_away_says_nothing_until_it_is_back():
    async with running() as (floor, client):
        floor.market.error = OperatingError("the market is away", retryable=True)
        await follow(client, "sim/state", f"sim/gauges/{BTC}")
        while len(floor.market.asked) < 6:  # It is asked again.
            await asyncio.sleep(0.001)
        assert client.rows(1) == client.rows(2) == []
        floor.market.error = None
        await client.until(lambda: bool(client.rows(1) and client.rows(2)))
        gauges = client.rows(2)[-1]
        assert [each["value"] for each in gauges["gauges"]] == [60_001.5, None]


@in_loop
async def test_others_accounts_are_shown_to_nobody():
    async with running() as (floor, client):
        floor.desk.auth.add("vera", "vera", ["PAPER"])
        async with connected(floor.desk, "vera") as vera:
            for each, names in ((client, ["maker-1", "guest", "PAPER"]), (vera, ["maker-1", "PAPER"])):
                await follow(each, "sim/agents", f"sim/agents/{BTC}")
                while not (each.rows(1) and each.rows(2)):
                    await each.hear()
                assert list(dict.fromkeys(row["name"] for row in each.rows(1))) == names
                assert {row["inventory"] for row in each.rows(1)} == {None}
                assert {row["inventory"] for row in each.rows(2)} == {"-1"}


@in_loop
async def test_a_book_that_nobody_listens_to_any_more_is_forgotten():
    async with running(is_asking=False) as (floor, client):
        floor.market.column(1)
        for _ in range(2):
            await follow(client, *BOOK)
            await floor.publisher.look()
            await client.until(lambda: seconds(client, 3) == [1])
            for number in (1, 2, 3):
                await client.say(op="unsub", id=number)
                await client.until_op("unsubbed")
            assert not any(map(floor.desk.hub.is_wanted, BOOK))
            assert floor.desk.hub.figures().encoded >= 3
            assert await floor.publisher.look() is None
            client.frames.clear()
            client.control.clear()
        assert floor.market.afters == [0, 0]
