"""The simulated market as topics: asked while somebody listens, and never else.

One question serves all who listen to the same, and the topics of a book share one. A market that is away is
asked again after a pause; until it answers nothing is published, so that who listens sees how old it is.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from trade2026.ports.asking import UnknownId
from trade2026.ports.sim_shown import (
    CUSTOMER,
    SimAgents,
    SimGauges,
    SimLive,
    SimScorecardJob,
    SimStatus,
)
from trade2026.primitives.errors import OperatingError
from trade2026.web.live.topics import LiveRow, PlainRow
from trade2026.web.routes import sim_scorecard_views as cards
from trade2026.web.routes import sim_views as views

_log: Final = logging.getLogger(__name__)

BEGIN: Final = "sim/"
"""How the names of these topics begin."""

LIVE_S: Final = 0.25
SLOW_S: Final = 1.0
AWAY_S: Final = 2.0
"""Between two questions about a book, about anything else, and to a market that is away."""

_LIVE: Final = "live"
_OF_LIVE: Final = ("book", "tape", "heat")


class SimHubSide(Protocol):
    """What is needed of the hub; `hub.Hub` is one."""

    def publish_state(self, topic: str, rows: Sequence[Any], *, whole: bool = False) -> None:
        """Set rows of a state topic."""
        ...

    def is_wanted(self, topic: str) -> bool:
        """Whether anyone listens."""
        ...

    def refuse(self, topic: str, detail: str, remedy: str) -> None:
        """End a topic of which there is nothing."""
        ...


class SimSide(Protocol):
    """What is needed of the line to the simulated market; `ports.sim_view.SimClient` is one."""

    async def status(self) -> SimStatus:
        """The whole market."""
        ...

    async def live(self, instrument_id: str, after: int) -> SimLive:
        """A book now, and what has happened since a cursor."""
        ...

    async def gauges(self, instrument_id: str) -> SimGauges:
        """Figures of a book."""
        ...

    async def agents(self, instrument_id: str) -> SimAgents:
        """What the traders have made."""
        ...

    async def scorecard_job(self) -> SimScorecardJob:
        """The last job that makes a scorecard; raises UnknownId where there is none."""
        ...


class _Question(NamedTuple):
    """What is asked of the market: of which kind, about which book ("" for the whole)."""

    kind: str
    instrument_id: str

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that its answer is for."""
        kinds = _OF_LIVE if self.kind == _LIVE else (self.kind,)
        end = f"/{self.instrument_id}" if self.instrument_id else ""
        return tuple(f"{BEGIN}{kind}{end}" for kind in kinds)

    @property
    def every_s(self) -> float:
        """Seconds between two of it."""
        return LIVE_S if self.kind == _LIVE else SLOW_S


class _Seen(NamedTuple):
    """How far the topics of a book are: in which run of the market, and up to which cursor."""

    run: str
    cursor: int


def _question(topic: str) -> _Question:
    kind, _, instrument_id = topic.removeprefix(BEGIN).partition("/")
    return _Question(_LIVE if kind in _OF_LIVE else kind, instrument_id)


class SimPublisher:
    """Asks the market for those who listen; `run` it in the hub's event loop.

    Parameters
    ----------
    away_s : float
        Seconds between two questions to a market that is away.
    """

    def __init__(self, hub: SimHubSide, sim: SimSide, *, away_s: float = AWAY_S) -> None:
        self._hub, self._sim = hub, sim
        self._away_s = away_s
        self._due: dict[_Question, float] = {}  # By the loop's time.
        self._seen: dict[str, _Seen] = {}
        self._wake = asyncio.Event()
        self._is_away = False

    def wanted(self, topic: str) -> None:
        """Somebody begins to listen to a topic, which is empty: all that the market keeps is wanted."""
        question = _question(topic)
        self._due[question] = 0.0
        seen = self._seen.get(question.instrument_id)
        if question.kind == _LIVE and seen is not None:
            self._seen[question.instrument_id] = seen._replace(cursor=0)
        self._wake.set()

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            pause_s = await self.look()
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def look(self) -> float | None:
        """Ask what is due; seconds until the next question is, None where nobody listens."""
        loop = asyncio.get_running_loop()
        for question in list(self._due):
            if not any(map(self._hub.is_wanted, question.topics)):
                del self._due[question]
                if question.kind == _LIVE:
                    self._seen.pop(question.instrument_id, None)
        now = loop.time()
        for question in [each for each, at in self._due.items() if at <= now]:
            del self._due[question]
            next_s = await self._ask(question)
            if next_s is not None:  # Who came meanwhile has set it to be asked at once.
                self._due.setdefault(question, loop.time() + next_s)
        return None if not self._due else max(min(self._due.values()) - loop.time(), 0.0)

    async def _ask(self, question: _Question) -> float | None:
        """Ask and publish; seconds until it is to be asked again, None for never."""
        kind, instrument_id = question
        try:
            if kind == _LIVE:
                await self._show_book(question)
            elif kind == "gauges":
                found = views.gauges_view(await self._sim.gauges(instrument_id))
                self._publish(question.topics[0], [PlainRow(None, found)])
            elif kind == "scorecard-job":
                self._publish(question.topics[0], await self._job())
            elif kind == "agents":
                self._publish(question.topics[0], _agents(await self._sim.agents(instrument_id)))
            else:
                self._publish(question.topics[0], [_state(await self._sim.status())])
        except UnknownId as error:
            for topic in question.topics:
                self._hub.refuse(topic, str(error), "subscribe to one of these")
            return None
        except OperatingError as error:
            if not self._is_away:
                self._is_away = True
                _log.info("the simulated market cannot be asked: %s", error)
            return self._away_s
        self._is_away = False
        return question.every_s

    async def _job(self) -> list[PlainRow]:
        """The last job; no row where none was asked for, which may come at any time."""
        try:
            return [PlainRow(None, cards.job_view(await self._sim.scorecard_job()))]
        except UnknownId:
            return []

    async def _show_book(self, question: _Question) -> None:
        """Levels, and the trades and columns that are new; all of them where another market answers."""
        instrument_id = question.instrument_id
        seen = self._seen.get(instrument_id)
        live = await self._sim.live(instrument_id, 0 if seen is None else seen.cursor)
        is_other = seen is not None and live.run != seen.run
        if is_other:
            live = await self._sim.live(instrument_id, 0)
        # Who came while it answered is yet to be shown what was before.
        is_done = question not in self._due
        self._seen[instrument_id] = _Seen(live.run, live.cursor if is_done else 0)
        book, tape, heat = question.topics
        self._publish(book, [PlainRow(None, views.book_top_view(live))])
        trades = [PlainRow(None, views.print_view(each)) for each in reversed(live.tape)]
        self._publish(tape, trades, whole=is_other)
        columns = [PlainRow(None, views.column_view(each)) for each in live.columns]
        self._publish(heat, columns, whole=is_other)

    def _publish(self, topic: str, rows: Sequence[LiveRow], *, whole: bool = True) -> None:
        """To a topic that may have lost its last listener meanwhile."""
        if self._hub.is_wanted(topic):
            self._hub.publish_state(topic, rows, whole=whole)


def _state(status: SimStatus) -> PlainRow:
    """The market without its customers: which of them one may see differs, and its traders say so."""
    shown = msgspec.to_builtins(views.sim_view(status, frozenset()))
    del shown["customers"]
    return PlainRow(None, shown)


def _agents(found: SimAgents) -> list[PlainRow]:
    """Traders; customers are rows of their accounts, so that others do not see them."""
    shown = views.agents_view(found, None).rows
    return [PlainRow(row.name if row.kind == CUSTOMER else None, row) for row in shown]
