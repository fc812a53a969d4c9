"""The market's side of `ports.sim_view`: what each question does."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, assert_never

from trade2026.application.prism.gauges import WINDOW_S, gauges, see
from trade2026.application.prism.injecting import Injections
from trade2026.application.prism.observing import Observer
from trade2026.application.prism.scorecards import Scorecards
from trade2026.application.prism.showing import Show
from trade2026.ports.sim_shown import SimGauges
from trade2026.ports.sim_view import (
    AskAgents,
    AskGauges,
    AskKinds,
    AskLive,
    AskScorecard,
    AskScorecardJob,
    AskSim,
    CancelScorecard,
    InjectScenario,
    SimQuestion,
    StartScorecard,
)
from trade2026.primitives.time import SECOND_NS
from trade2026.simulation.prism.live import LivePrism

_FRESH_NS: Final = SECOND_NS
"""Figures are taken again after so much of the market's time: they are of minutes, and looked at often."""


class SimService:
    """`ports.asking.AnsweringService` of one market; nothing is told to everybody.

    Parameters
    ----------
    observer : Observer
        Of the same market.
    run : str
        Names this run of it.
    note : callable
        As of `Injections`.
    """

    def __init__(
        self,
        prism: LivePrism,
        observer: Observer,
        scorecards: Scorecards,
        run: str,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._observer = observer
        self._show = Show(prism, observer, run)
        self._injections = Injections(prism.timeline, note)
        self._scorecards = scorecards
        self._gauges: dict[str, SimGauges] = {}

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        """Nothing is told."""
        del listener
        return lambda: None

    async def answer(self, question: SimQuestion) -> Any:
        """Do what is asked; raises UnknownId, InputError, KeyReused, TooManyJobs."""
        match question:
            case AskSim():
                return self._show.status(self._injections.last)
            case AskLive(instrument_id=instrument_id, after=after):
                return self._show.live(instrument_id, after)
            case AskGauges(instrument_id=instrument_id):
                return await self._gauges_of(instrument_id)
            case AskAgents(instrument_id=instrument_id):
                return self._show.agents(instrument_id)
            case AskKinds():
                return self._injections.kinds()
            case InjectScenario():
                return self._injections.inject(question)
            case AskScorecard():
                return self._scorecards.last()
            case StartScorecard(seeds=seeds, hours=hours, owner=owner, key=key):
                return self._scorecards.start(seeds, hours, owner, key)
            case AskScorecardJob():
                return self._scorecards.job()
            case CancelScorecard():
                return self._scorecards.cancel()
            case _:
                assert_never(question)

    async def _gauges_of(self, instrument_id: str) -> SimGauges:
        number = self._show.number(instrument_id)
        market, known = self._observer.market, self._gauges.get(instrument_id)
        if known is not None and market.now_ns - known.now < _FRESH_NS:
            return known
        self._observer.count()
        now_ns = market.now_ns
        seen = see(self._observer.books[number], market.config.books[number].listing, now_ns)
        rows = await asyncio.to_thread(gauges, seen)  # The market goes on meanwhile.
        found = SimGauges(instrument_id=instrument_id, now=now_ns, window_s=WINDOW_S, gauges=rows)
        self._gauges[instrument_id] = found
        return found
