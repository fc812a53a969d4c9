"""The line on which other processes look at the simulated market, and bring about what befalls it.

What they are answered is in `sim_shown`. Who trades has another line, see `prism`.
"""

from typing import Any, Protocol

import msgspec

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


class AskSim(msgspec.Struct, frozen=True, tag="sim"):
    """Ask for a SimStatus."""


class AskLive(msgspec.Struct, frozen=True, tag="live"):
    """Ask for a SimLive; `after` is the cursor of the last answer, 0 for all that is kept."""

    instrument_id: str
    after: int


class AskGauges(msgspec.Struct, frozen=True, tag="gauges"):
    """Ask for a SimGauges."""

    instrument_id: str


class AskAgents(msgspec.Struct, frozen=True, tag="agents"):
    """Ask for a SimAgents."""

    instrument_id: str


class AskKinds(msgspec.Struct, frozen=True, tag="kinds"):
    """Ask for all SimKind."""


class InjectScenario(msgspec.Struct, frozen=True, tag="inject", kw_only=True):
    """Bring a scenario about; answered by its SimInjected.

    Attributes
    ----------
    fields : dict
        By the names of the kind's form; what is left out has its default.
    key : str
        Names the request, so that it is not done twice; "" for none.
    """

    kind: str
    fields: dict[str, Any]
    trader_id: str
    reason: str
    key: str = ""


class AskScorecard(msgspec.Struct, frozen=True, tag="scorecard"):
    """Ask for the last SimScorecard."""


class StartScorecard(msgspec.Struct, frozen=True, tag="start_scorecard"):
    """Have one made of so many seeds; answered by a SimScorecardJob.

    Attributes
    ----------
    key : str
        Names the request of this owner, so that it is not done twice; "" for none.
    """

    seeds: int
    hours: float
    owner: str
    key: str = ""


class AskScorecardJob(msgspec.Struct, frozen=True, tag="scorecard_job"):
    """Ask for the last SimScorecardJob."""


class CancelScorecard(msgspec.Struct, frozen=True, tag="cancel_scorecard"):
    """Cancel the job; answered by a SimScorecardJob. One that has ended stays as it is."""


SimQuestion = (
    AskSim
    | AskLive
    | AskGauges
    | AskAgents
    | AskKinds
    | InjectScenario
    | AskScorecard
    | StartScorecard
    | AskScorecardJob
    | CancelScorecard
)


class SimClient(Protocol):
    """A line to the simulated market from an asyncio process.

    Every method raises UnknownId for an instrument or a scorecard there is not, InputError for what cannot be
    used, and OperatingError (retryable) when the market is away or went away.
    """

    @property
    def is_connected(self) -> bool:
        """Whether the market answers; a client reconnects by itself with back-off."""
        ...

    async def status(self) -> SimStatus:
        """The whole market."""
        ...

    async def live(self, instrument_id: str, after: int) -> SimLive:
        """A book now, and what has happened since the cursor was `after`."""
        ...

    async def gauges(self, instrument_id: str) -> SimGauges:
        """Figures of a book."""
        ...

    async def agents(self, instrument_id: str) -> SimAgents:
        """What the traders have made, in a book or, with "", in all."""
        ...

    async def kinds(self) -> tuple[SimKind, ...]:
        """The kinds of scenarios."""
        ...

    async def inject(
        self, kind: str, fields: dict[str, Any], *, trader_id: str, reason: str, key: str = ""
    ) -> SimInjected:
        """Bring a scenario about; KeyReused where the key named another one."""
        ...

    async def scorecard(self) -> SimScorecard:
        """The last scorecard."""
        ...

    async def start_scorecard(
        self, seeds: int, hours: float, owner: str, *, key: str = ""
    ) -> SimScorecardJob:
        """Have one made; TooManyJobs while another one is, KeyReused where the key named another one."""
        ...

    async def scorecard_job(self) -> SimScorecardJob:
        """The last job."""
        ...

    async def cancel_scorecard(self) -> SimScorecardJob:
        """Cancel it."""
        ...
