"""A scorecard is made by a child, one at a time; what it made and what became of it outlives the market."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from tests.application.prism.watched import Still
from tests.application.runner.fakes import FakeChildren
from tests.simulation.prism.helpers import START, TWO_BOOKS
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.prism.folder import CONFIG
from trade2026.application.prism.scorecards import Scorecards, make_scorecard
from trade2026.application.runner.reports import Finished, Progress, Report
from trade2026.ports.asking import KeyReused, TooManyJobs, UnknownId
from trade2026.ports.runner_link import JobState, JobWait
from trade2026.primitives.errors import InputError, OperatingError

ONE = msgspec.structs.replace(TWO_BOOKS, books=TWO_BOOKS.books[:1])


class Floor:
    """A folder, children that do what a test says, and the cards."""

    def __init__(self, folder: Path) -> None:
        self.storage = DiskStorage(folder)
        self.children = FakeChildren()
        self.again()

    def again(self) -> None:
        self.cards = Scorecards(self.storage, self.children, Still())

    async def settled(self) -> None:
        while self.cards._task is not None:
            await asyncio.sleep(0)

    async def begun(self) -> None:
        while not self.children.started:
            await asyncio.sleep(0)


def played(tmp_path: Path, test: Callable[[Floor], Awaitable[None]]) -> None:
    async def main() -> None:
        await asyncio.wait_for(test(Floor(tmp_path)), 30)

    asyncio.run(main())


def test_nothing_was_made_yet(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        for ask in (floor.cards.last, floor.cards.job, floor.cards.cancel):
            with pytest.raises(UnknownId, match="POST /api/v1/sim/scorecard makes one"):
                ask()

    played(tmp_path, test)


def test_it_says_when_a_busy_desk_holds_it_up(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        floor.children.hold(True)  # Nothing is made: nobody waits.
        assert floor.cards.start(3, 1.5, "ann").waits_for is JobWait.DESK
        await floor.begun()
        floor.children.hold(False)
        assert floor.cards.job().waits_for is None
        floor.children.hold(True)
        assert floor.cards.job().waits_for is JobWait.DESK
        floor.children.started[0].say(Progress(0.25, "1 of 4 runs"))
        while not floor.cards.job().progress:
            await asyncio.sleep(0)
        assert floor.cards.job().waits_for is JobWait.DESK
        floor.children.started[0].exit(1)
        await floor.settled()
        assert (floor.cards.job().state, floor.cards.job().waits_for) == (JobState.FAILED, None)
        floor.children.hold(True)
        assert floor.cards.job().waits_for is None

    played(tmp_path, test)


def test_begun_followed_and_done(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        job = floor.cards.start(3, 1.5, "ann")
        assert (job.job_id, job.state, job.owner, job.created_ns) == (
            "scorecard-1", JobState.RUNNING, "ann", START,
        )  # fmt: skip
        with pytest.raises(TooManyJobs):
            floor.cards.start(3, 1.5, "bob")
        await floor.begun()
        (child,) = floor.children.started
        assert child.arguments == ("scorecard", "scorecard-1")
        assert child.background
        child.say(Progress(0.25, "1 of 4 runs"))
        while not floor.cards.job().progress:
            await asyncio.sleep(0)
        assert floor.cards.job().text == "1 of 4 runs"
        child.say(Finished("3 runs of 1.5 h"))
        child.exit(0)
        await floor.settled()
        assert (floor.cards.job().state, floor.cards.job().progress) == (JobState.DONE, 1.0)
        floor.again()
        assert floor.cards.job().state is JobState.DONE
        assert floor.cards.start(3, 1.5, "bob").job_id == "scorecard-2"
        await floor.cards.aclose()

    played(tmp_path, test)


def test_a_key_is_done_once_also_over_a_restart(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        first = floor.cards.start(1, 1.0, "ann", "k")
        await floor.begun()
        floor.children.started[0].say(Progress(0.5, "half"))
        while not floor.cards.job().progress:
            await asyncio.sleep(0)
        again = floor.cards.start(1, 1.0, "ann", "k")
        assert (again.job_id, again.progress) == (first.job_id, 0.5)
        with pytest.raises(KeyReused, match="'k' named another request"):
            floor.cards.start(2, 1.0, "ann", "k")
        with pytest.raises(TooManyJobs):  # Of another owner it is another request.
            floor.cards.start(1, 1.0, "bob", "k")
        await floor.cards.aclose()
        floor.again()
        assert floor.cards.start(1, 1.0, "ann", "k").state is JobState.INTERRUPTED
        assert len(floor.children.started) == 1
        other = floor.cards.start(1, 1.0, "bob", "k")
        assert other.job_id == "scorecard-2"
        old = floor.cards.start(1, 1.0, "ann", "k")  # Is told as it ended, though bob's is the last one now.
        assert (old.job_id, old.state) == (first.job_id, JobState.INTERRUPTED)
        await floor.cards.aclose()

    played(tmp_path, test)


def test_canceled_failed_and_interrupted(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        floor.cards.start(1, 1.0, "ann")
        await floor.begun()
        assert floor.cards.cancel().text == "being canceled"
        await floor.settled()
        assert floor.cards.cancel().state is JobState.CANCELED
        floor.children.refuse = OperatingError("no memory", retryable=True)
        floor.cards.start(1, 1.0, "ann")
        await floor.settled()
        assert floor.cards.job().state is JobState.FAILED
        assert "no memory" in floor.cards.job().error
        floor.children.refuse = None
        floor.cards.start(1, 1.0, "ann")
        await floor.cards.aclose()  # The market ends meanwhile.
        floor.again()
        assert floor.cards.job().state is JobState.INTERRUPTED
        assert "make it again" in floor.cards.job().error

    played(tmp_path, test)


@pytest.mark.parametrize(("seeds", "hours"), [(0, 1.0), (51, 1.0), (1, 0.1), (1, 100.0)])
def test_too_little_and_too_much(tmp_path: Path, seeds: int, hours: float) -> None:
    async def test(floor: Floor) -> None:
        with pytest.raises(InputError, match="must be"):
            floor.cards.start(seeds, hours, "ann")

    played(tmp_path, test)


def test_what_the_child_makes_is_what_is_shown(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        floor.storage.replace(CONFIG, msgspec.json.encode(ONE))
        floor.cards.start(2, 0.5, "ann")
        told: list[Report] = []
        make_scorecard(floor.storage, Still(), told.append)
        assert [each.fraction for each in told if isinstance(each, Progress)] == [0.0, 0.5, 1.0]
        assert told[-1] == Finished("2 runs of 0.5 h")
        card = floor.cards.last()
        assert (card.name, card.seeds, card.hours, card.made) == ("PRISM BTCUSDT", (1, 2), 0.5, START)
        assert len(card.facts) > 10
        drawn = [fact for fact in card.facts if fact.picture]
        assert len(drawn) > 3
        for fact in drawn:
            assert fact.picture.startswith("<svg")
            assert fact.low is not None
            assert fact.value is not None
            assert fact.low <= fact.value
            assert fact.at_least is not None or fact.at_most is not None
        for fact in card.facts:
            assert fact.picture or fact.reason
        await floor.cards.aclose()

    played(tmp_path, test)


def test_a_configuration_that_cannot_be_is_told(tmp_path: Path) -> None:
    async def test(floor: Floor) -> None:
        floor.storage.replace(CONFIG, b'{"books": []}')
        told: list[Report] = []
        make_scorecard(floor.storage, Still(), told.append)
        floor.cards.start(1, 0.5, "ann")
        make_scorecard(floor.storage, Still(), told.append)
        first, second = (each for each in told if isinstance(each, Finished))
        assert "POST /api/v1/sim/scorecard" in first.error
        assert "config.json" in second.error
        await floor.cards.aclose()

    played(tmp_path, test)
