"""The line on which others look at the simulated market: the questions of `ports.sim_view` over `asking`."""

from collections.abc import Callable
from typing import Any, Final

from trade2026.adapters.embedded import asking
from trade2026.ports.asking import AnsweringService
from trade2026.ports.sim_shown import (
    SimAgents,
    SimGauges,
    SimInjected,
    SimKind,
    SimLive,
    SimScorecard,
    SimScorecardJob,
    SimStatus,
)
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

SOCKET: Final = "sim"
"""The socket's name among those of the desk."""

LINE: Final = asking.Line("the simulated market", SimQuestion)


async def serve_sim(
    path: str, service: AnsweringService, note: Callable[[str], None] = lambda _: None
) -> asking.AskingServer:
    """Listen at `path` in the running event loop; raises OperatingError where it is in use."""
    return await asking.serve(path, LINE, service, note)


class SimConnection(asking.AskingConnection):
    """`ports.sim_view.SimClient` over a Unix socket; `start` it, and `aclose` it in the end.

    Parameters
    ----------
    terms
        As those of `AskingConnection`.
    """

    def __init__(self, path: str, **terms: Any) -> None:
        super().__init__(path, LINE, **terms)

    async def status(self) -> SimStatus:
        """The whole market."""
        return await self.ask(AskSim(), SimStatus)

    async def live(self, instrument_id: str, after: int) -> SimLive:
        """A book now, and what has happened since the cursor was `after`."""
        return await self.ask(AskLive(instrument_id, after), SimLive)

    async def gauges(self, instrument_id: str) -> SimGauges:
        """Figures of a book."""
        return await self.ask(AskGauges(instrument_id), SimGauges)

    async def agents(self, instrument_id: str) -> SimAgents:
        """What the traders have made, in a book or, with "", in all."""
        return await self.ask(AskAgents(instrument_id), SimAgents)

    async def kinds(self) -> tuple[SimKind, ...]:
        """The kinds of scenarios."""
        return await self.ask(AskKinds(), tuple[SimKind, ...])

    async def inject(
        self, kind: str, fields: dict[str, Any], *, trader_id: str, reason: str, key: str = ""
    ) -> SimInjected:
        """Bring a scenario about."""
        question = InjectScenario(kind=kind, fields=fields, trader_id=trader_id, reason=reason, key=key)
        return await self.ask(question, SimInjected)

    async def scorecard(self) -> SimScorecard:
        """The last scorecard."""
        return await self.ask(AskScorecard(), SimScorecard)

    async def start_scorecard(
        self, seeds: int, hours: float, owner: str, *, key: str = ""
    ) -> SimScorecardJob:
        """Have one made."""
        return await self.ask(StartScorecard(seeds, hours, owner, key), SimScorecardJob)

    async def scorecard_job(self) -> SimScorecardJob:
        """The last job."""
        return await self.ask(AskScorecardJob(), SimScorecardJob)

    async def cancel_scorecard(self) -> SimScorecardJob:
        """Cancel it."""
        return await self.ask(CancelScorecard(), SimScorecardJob)
