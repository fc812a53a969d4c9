"""Brings a market that lives into a running desk: what it tells is a step, and trading time is its time.

The line to the market may be lost; it is made again by itself. Meanwhile trading time goes on by the desk's
own clock, so that reference prices grow old and orders are refused for that, as they should be.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import FeedAction, FeedState, FeedStatus
from trade2026.ports.prism import PrismLine, PrismWelcome, Tick
from trade2026.primitives.errors import Trade2026Error
from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS

LiveStep = Callable[[int, tuple[MarketEvent, ...], tuple[Bar, ...]], Awaitable[None]]
"""Takes the time of a step, what happened, and bars that only sum up what had happened before."""

_SILENCE_NS: Final = 500 * MILLISECOND_NS
"""After so long without a word time goes on by itself; the market says something twice as often."""

_AWAY: Final = "the market does not answer; it is asked again by itself, 'trade2026 status' says more"


class LiveFeed:
    """One line to a market; `run` it in a task.

    Parameters
    ----------
    kind, name : str
        What it is, for who is shown it: "SIM", and the data set that its history is read from.
    after_ns : int
        Trading time so far; it never runs back.
    step : callable
        What a step does.
    on_status : callable
        Told whenever the status changes, but not for each step.
    """

    def __init__(
        self,
        line: PrismLine,
        clock: Clock,
        *,
        kind: str,
        name: str,
        after_ns: int,
        step: LiveStep,
        on_status: Callable[[FeedStatus], None],
    ) -> None:
        self._line = line
        self._clock = clock
        self._kind, self._name = kind, name
        self._step = step
        self._on_status = on_status
        self._state, self._error = FeedState.AWAY, _AWAY
        self._speed = 1.0
        self._first_ns = self.now = after_ns
        self._moved_ns = clock.monotonic_ns()  # When trading time moved last.

    def status(self, error: str = "") -> FeedStatus:
        """What it is doing; `error` is why a request was refused."""
        return FeedStatus(
            0, self._kind, self._name, self._state, self.now, self._first_ns, self.now, self._speed,
            error or self._error,
        )  # fmt: skip

    def control(self, action: FeedAction, speed: float) -> FeedStatus:
        """A market that lives cannot be steered: the answer's `error` says so."""
        return self.status(f"{action.value} steers a replay, and this market lives; it cannot be steered so")

    async def run(self) -> None:
        """Until canceled."""
        await self._line.start()
        told = self._line.told()
        hearing = asyncio.ensure_future(anext(told))
        try:
            while True:
                await asyncio.wait({hearing}, timeout=_SILENCE_NS / SECOND_NS)
                if hearing.done():
                    message = hearing.result()
                    hearing = asyncio.ensure_future(anext(told))
                    await self._take(message)
                else:
                    await self._pass_time()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # Of whatever kind: nobody may take a dead feed for one that lives.
            is_told = isinstance(error, Trade2026Error)
            self._become(FeedState.FAILED, str(error) if is_told else f"a bug ended the feed: {error!r}")
            raise
        finally:
            hearing.cancel()
            await self._line.aclose()

    async def _take(self, message: PrismWelcome | Tick) -> None:
        if isinstance(message, PrismWelcome):
            self._speed = message.speed
            self._become(FeedState.PLAYING, "")
            return
        if self._state is not FeedState.PLAYING:  # It was silent, on a line that was not lost.
            self._become(FeedState.PLAYING, "")
        await self._move(message.now, message)

    async def _pass_time(self) -> None:
        """Let time go on while the market says nothing."""
        if self._state is FeedState.PLAYING:
            self._become(FeedState.AWAY, _AWAY)
        await self._move(self.now + self._clock.monotonic_ns() - self._moved_ns, Tick(0, ()))

    async def _move(self, to_ns: int, tick: Tick) -> None:
        self.now = max(self.now, to_ns)
        self._moved_ns = self._clock.monotonic_ns()
        bars = tuple(event for event in tick.events if type(event) is Bar)
        events = tuple(event for event in tick.events if type(event) is not Bar) if bars else tick.events
        await self._step(self.now, events, bars)

    def _become(self, state: FeedState, error: str) -> None:
        if (state, error) != (self._state, self._error):
            self._state, self._error = state, error
            self._on_status(self.status())
