"""The feed of a market that lives: its words are steps, and time goes on without it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.simulation.simloop import SimClock, SimLoop
from tests.simulation.simloop import run as simulated
from trade2026.application.live.live_feed import LiveFeed
from trade2026.model.market_data import Bar, MarketEvent, Quote
from trade2026.ports.core_link import FeedAction, FeedState, FeedStatus
from trade2026.ports.prism import PrismWelcome, Tick
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS

START = 1_700_000_000 * SECOND_NS
QUOTE = Quote("BTCUSDT.PRISM", START, START, 5, 7, 1, 1)


class Line:
    """A market that says what the test puts into it."""

    def __init__(self) -> None:
        self.words: asyncio.Queue[PrismWelcome | Tick | Exception] = asyncio.Queue()
        self.is_connected = False

    async def start(self) -> None:
        self.is_connected = True

    async def aclose(self) -> None:
        self.is_connected = False

    async def told(self) -> AsyncIterator[PrismWelcome | Tick]:
        while True:
            word = await self.words.get()
            if isinstance(word, Exception):
                raise word
            yield word

    async def bars(self, instrument_id: str, limit: int) -> tuple[Bar, ...]:
        return ()


class Desk:
    """Where steps and changes arrive."""

    def __init__(self, loop: SimLoop) -> None:
        self.line = Line()
        self.steps: list[tuple[int, tuple[MarketEvent, ...]]] = []
        self.bars: list[Bar] = []
        self.states: list[FeedStatus] = []
        self.feed = LiveFeed(
            self.line, SimClock(loop), kind="SIM", name="prism", after_ns=START, step=self.step,
            on_status=self.states.append,
        )  # fmt: skip

    async def step(self, ts: int, events: tuple[MarketEvent, ...], bars: tuple[Bar, ...]) -> None:
        self.steps.append((ts, events))
        self.bars += bars


def tick(seconds: float, *events: MarketEvent) -> Tick:
    return Tick(START + int(seconds * SECOND_NS), events)


WELCOME = PrismWelcome("r1", START, 7, 1.0, ())


def run(scenario) -> Desk:
    async def main(loop: SimLoop) -> Desk:
        desk = Desk(loop)
        task = asyncio.ensure_future(desk.feed.run())
        try:
            await scenario(desk)
        finally:
            task.cancel()
            await asyncio.wait([task])
        return desk

    return simulated(1, main)


def test_what_the_market_tells_is_a_step() -> None:
    async def scenario(desk: Desk) -> None:
        for word in (WELCOME, tick(0.1, QUOTE), tick(0.2)):
            desk.line.words.put_nowait(word)
        await asyncio.sleep(0.1)

    desk = run(scenario)
    assert desk.steps == [(START + SECOND_NS // 10, (QUOTE,)), (START + SECOND_NS // 5, ())]
    assert [(each.state, each.kind, each.data) for each in desk.states] == [
        (FeedState.PLAYING, "SIM", "prism")
    ]
    assert not desk.line.is_connected, "it hangs up in the end"


def test_bars_sum_up_and_are_nothing_that_happens() -> None:
    bar = Bar("BTCUSDT.PRISM", START, START, 5, 7, 4, 6, 1)

    async def scenario(desk: Desk) -> None:
        for word in (WELCOME, tick(0.1, bar, QUOTE), tick(0.2, bar)):
            desk.line.words.put_nowait(word)
        await asyncio.sleep(0.1)

    desk = run(scenario)
    assert [events for _, events in desk.steps] == [(QUOTE,), ()]
    assert desk.bars == [bar, bar]


def test_time_goes_on_while_the_market_is_away_and_never_runs_back() -> None:
    async def scenario(desk: Desk) -> None:
        desk.line.words.put_nowait(WELCOME)
        desk.line.words.put_nowait(tick(1, QUOTE))
        await asyncio.sleep(10)
        assert desk.feed.status().state is FeedState.AWAY
        desk.line.words.put_nowait(tick(2))
        await asyncio.sleep(0.1)
        assert desk.feed.status().state is FeedState.PLAYING

    desk = run(scenario)
    times = [ts for ts, _ in desk.steps]
    assert times == sorted(times)
    assert START + 10.5 * SECOND_NS <= times[-1] <= START + 11.2 * SECOND_NS
    assert [each.state for each in desk.states] == [FeedState.PLAYING, FeedState.AWAY, FeedState.PLAYING]
    assert "does not answer" in desk.states[1].error


def test_it_cannot_be_steered() -> None:
    async def scenario(desk: Desk) -> None:
        assert "cannot be steered" in desk.feed.control(FeedAction.PAUSE, 1.0).error

    run(scenario)


def test_a_feed_that_fails_says_so() -> None:
    async def scenario(desk: Desk) -> None:
        desk.line.words.put_nowait(OperatingError("too much was left lying"))
        await asyncio.sleep(1)
        assert desk.feed.status().state is FeedState.FAILED

    desk = run(scenario)
    assert desk.states[-1].error == "too much was left lying"


@pytest.mark.parametrize("action", list(FeedAction))
def test_every_action_is_refused_with_its_name(action: FeedAction) -> None:
    async def scenario(desk: Desk) -> None:
        assert action.value in desk.feed.control(action, 1.0).error

    run(scenario)
