"""Plays recorded data into a running desk: one step is all events of one time.

Trading time is the time of the last step. The play can be paused, moved by a step and made faster or slower;
it goes on after a restart behind the last step that was journaled.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from operator import attrgetter
from typing import Final

from trade2026.model.market_data import MarketEvent
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import FeedAction, FeedState, FeedStatus
from trade2026.ports.feed import CheckedSource, MarketDataSource
from trade2026.primitives.errors import InputError, Trade2026Error
from trade2026.primitives.time import SECOND_NS, format_ns

SPEED_MIN: Final = 0.001
SPEED_MAX: Final = 1_000.0
"""Steps a second; what is beyond is asked for by mistake, and 0 means as fast as it goes."""

_NAP_S: Final = 0.001
"""The shortest sleep: timers of an event loop have steps of a millisecond, and within one it would spin. What
becomes due meanwhile is played without another sleep."""

Step = Callable[[int, tuple[MarketEvent, ...]], Awaitable[None]]
"""Takes the time of a step and its events; the next step waits until it is done."""


class ReplayFeed:
    """One play of a source.

    Parameters
    ----------
    after_ns : int or None
        Play what comes after this time; None for all of the data.
    start_ns : int or None
        First time to play when `after_ns` is None.
    step : callable
        What a step does.
    on_status : callable
        Told whenever the status changes, but not for each step.

    Raises
    ------
    InputError
        `start_ns` is behind the end of the data.
    """

    def __init__(
        self,
        source: MarketDataSource,
        clock: Clock,
        *,
        after_ns: int | None,
        start_ns: int | None,
        speed: float,
        is_paused: bool,
        step: Step,
        on_status: Callable[[FeedStatus], None],
    ) -> None:
        self._source = source
        self._clock = clock
        self._step = step
        self._on_status = on_status
        self._speed = speed
        self._state = FeedState.PAUSED if is_paused else FeedState.PLAYING
        self._steps_asked = 0
        self._error = ""
        self._wake = asyncio.Event()
        self._name = source.describe().name
        self.first_ns, self.last_ns = _span(source)
        if after_ns is None and start_ns is not None and start_ns > self.last_ns:
            raise InputError(
                f"replay.start must not be behind the end of {self._name} at {format_ns(self.last_ns)}, was "
                f"{format_ns(start_ns)[:10]}; there would be no price to trade at"
            )
        first = after_ns + 1 if after_ns is not None else start_ns
        self._groups = _groups(source, first)
        self.now = after_ns if after_ns is not None else (start_ns or self.first_ns)
        self._is_fresh = after_ns is None

    def status(self, error: str = "") -> FeedStatus:
        """What it is doing; `error` is why a request was refused."""
        return FeedStatus(
            0, "REPLAY", self._name, self._state, self.now, self.first_ns, self.last_ns, self._speed,
            error or self._error,
        )  # fmt: skip

    def control(self, action: FeedAction, speed: float) -> FeedStatus:
        """Play, pause, do one step, or change the speed; the answer's `error` says why not."""
        refused = self._why_not(action, speed)
        if refused:
            return self.status(refused)
        if action is FeedAction.PLAY:
            self._state, self._steps_asked = FeedState.PLAYING, 0
        elif action is FeedAction.PAUSE:
            self._state, self._steps_asked = FeedState.PAUSED, 0
        elif action is FeedAction.SPEED:
            self._speed = speed
        else:
            self._state = FeedState.PAUSED
            self._steps_asked += 1
        self._wake.set()
        status = self.status()
        self._on_status(status)
        return status

    def _why_not(self, action: FeedAction, speed: float) -> str:
        if action is FeedAction.SPEED and (refused := why_not_speed(speed)):
            return refused
        if self._state is FeedState.ENDED:
            return (
                f"the data ended at {format_ns(self.last_ns)}; start a new desk with another TRADE2026_HOME"
            )
        if self._state is FeedState.FAILED:
            return self._error
        return ""

    async def run(self) -> None:
        """Play until the data ends; canceled when the desk stops."""
        due = self._clock.monotonic_ns()
        try:
            for ts, events in self._groups:
                if self._is_fresh:  # A desk without a single price could do nothing, also while paused.
                    self._is_fresh = False
                else:
                    due = await self._wait(due)
                self.now = ts
                await self._step(ts, events)
            self._finish(FeedState.ENDED, "")
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # Of whatever kind: nobody may take a dead feed for one that plays.
            is_told = isinstance(error, Trade2026Error)
            self._finish(FeedState.FAILED, str(error) if is_told else f"a bug ended the feed: {error!r}")
            raise

    def _finish(self, state: FeedState, error: str) -> None:
        self._state, self._error = state, error
        self._on_status(self.status())

    async def _wait(self, last_due: int) -> int:
        """Until the next step may be done; gives when it was due, so that steps keep their rhythm."""
        while True:
            now = self._clock.monotonic_ns()
            if self._state is FeedState.PAUSED:
                if self._steps_asked:
                    self._steps_asked -= 1
                    return now
                await self._sleep(None)
                continue
            if self._speed == 0:
                await asyncio.sleep(0)
                return now
            due = last_due + int(SECOND_NS / self._speed)
            if now >= due:
                return max(due, now - SECOND_NS)  # After a stall it does not rush to catch up.
            await self._sleep(max((due - now) / SECOND_NS, _NAP_S))

    async def _sleep(self, seconds: float | None) -> None:
        """For so long, or until somebody steers."""
        self._wake.clear()
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._wake.set)
        await self._wake.wait()
        if timer is not None:
            timer.cancel()


def why_not_speed(speed: float) -> str:
    """Why the replay cannot go at this speed; "" when it can."""
    if speed == 0.0 or SPEED_MIN <= speed <= SPEED_MAX:  # Not true of NaN.
        return ""
    return (
        f"speed must be 0 (as fast as it goes) or from {SPEED_MIN:g} to {SPEED_MAX:g} steps a second, "
        f"was {speed}"
    )


def _groups(source: MarketDataSource, first: int | None) -> Iterator[tuple[int, tuple[MarketEvent, ...]]]:
    """Events of one time, together, also across the batches of the source."""
    events = itertools.chain.from_iterable(source.batches(first, None))
    for ts, group in itertools.groupby(events, key=attrgetter("ts_event")):
        yield ts, tuple(group)


def _span(source: MarketDataSource) -> tuple[int, int]:
    """Time of the first and of the last event; (0, 0) for a source without any."""
    report = getattr(source, "report", None)
    if report is not None:  # It was read as a whole already.
        checked: CheckedSource = source  # type: ignore[assignment]
        found = checked.report()
        return found.first_ns, found.last_ns
    first = last = 0
    for batch in source.batches(None, None):
        if batch:
            first = first or batch[0].ts_event
            last = batch[-1].ts_event
    return first, last
