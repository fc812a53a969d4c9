"""The simulated market: looked at, shaken, made anew, and scored."""

from collections.abc import Mapping
from typing import Any, Final

from trade2026.client.call import decoder, get, post, segment
from trade2026.client.results.backtests import JobState
from trade2026.client.results.sim import (
    SimAgents,
    SimBookLive,
    SimGauges,
    SimInjected,
    SimKind,
    SimKinds,
    SimRestarting,
    SimScorecard,
    SimScorecardJob,
    SimState,
)
from trade2026.client.synchronous.jobs import RunningJob
from trade2026.client.synchronous.line import Line
from trade2026.primitives.errors import OperatingError

_STATE: Final = decoder(SimState)
_BOOK: Final = decoder(SimBookLive)
_GAUGES: Final = decoder(SimGauges)
_AGENTS: Final = decoder(SimAgents)
_KINDS: Final = decoder(SimKinds)
_INJECTED: Final = decoder(SimInjected)
_RESTARTING: Final = decoder(SimRestarting)
_CARD: Final = decoder(SimScorecard)
_JOB: Final = decoder(SimScorecardJob)
_JOB_PATH: Final = "/sim/scorecard/job"


class ScorecardJob(RunningJob[SimScorecardJob]):
    """A scorecard that is being made, or was.

    The desk remembers the last job alone: once another one was begun, `refresh`, `wait`, `cancel` and
    `result` raise OperatingError.
    """

    def __init__(self, line: Line, job: SimScorecardJob) -> None:
        super().__init__(line, job, _JOB_PATH, _JOB, "scorecard")

    def refresh(self) -> SimScorecardJob:
        """Look how far it is; raises OperatingError where another one was begun since."""
        mine = self.job
        found = super().refresh()
        if found.job_id != mine.job_id:
            self.job = mine
            raise OperatingError(
                f"{mine.job_id} was followed by {found.job_id} and is no longer kept; "
                f"scorecard_job() has the newer one"
            )
        return found

    def cancel(self) -> SimScorecardJob:
        """Cancel it, unless it is over."""
        self.refresh()
        return super().cancel()

    def result(self) -> SimScorecard:
        """What was found; raises OperatingError unless it is DONE."""
        job = self.refresh()
        if job.state is not JobState.DONE:
            raise OperatingError(
                f"{job.job_id} must be DONE to have a result, was {job.state}; "
                f"{job.error or 'wait for it, or ask sim_scorecard() for the last one that was made'}"
            )
        return self._line._send(get(_CARD, "/sim/scorecard"))


class Sim(Line):
    """Requests about the simulated market.

    They raise Unavailable while it is away, and RequestInvalid for a book that it has not.
    """

    def sim_state(self) -> SimState:
        """How the simulated market is: its time, its books, who trades there, what befell it."""
        return self._send(get(_STATE, "/sim"))

    def sim_book(self, instrument_id: str, *, after: int = 0) -> SimBookLive:
        """A book with its levels, and trades and seconds of its heat map since a cursor.

        Parameters
        ----------
        after : int
            The `cursor` of the last answer; 0 for all that is kept: 600 seconds and 100 trades. Ask with 0
            again where `run` is another one.
        """
        return self._send(get(_BOOK, f"/sim/books/{segment(instrument_id)}/live", {"after": after}))

    def sim_gauges(self, instrument_id: str) -> SimGauges:
        """Spreads, depth, toxicity, impact and volatility of the last minutes of a book."""
        return self._send(get(_GAUGES, f"/sim/books/{segment(instrument_id)}/gauges"))

    def sim_agents(self, instrument_id: str = "") -> SimAgents:
        """What the traders have made since the market began, in one book or, with "", in all."""
        return self._send(get(_AGENTS, "/sim/agents", {"instrument_id": instrument_id}))

    def sim_scenarios(self) -> tuple[SimKind, ...]:
        """What may befall the market, each kind with its fields, bounds and defaults."""
        return (self._send(get(_KINDS, "/sim/scenarios"))).kinds

    def inject_scenario(
        self, kind: str, reason: str, fields: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> SimInjected:
        """Have something befall the market, once under its key; fields left out have their default.

        Parameters
        ----------
        kind : str
            One of `sim_scenarios()`, such as "flash_crash".
        reason : str
            Why; the market's log has it with who asked.
        """
        body = {"kind": kind, "fields": dict(fields or {}), "reason": reason}
        return self._send(post(_INJECTED, "/sim/scenarios", body, key=key or self._make_key()))

    def restart_sim(self, seed: int, reason: str, *, key: str | None = None) -> SimRestarting:
        """Have the market made anew from a seed, once under its key: open orders end, holdings stay.

        Raises
        ------
        Conflict
            The desk does not run the market itself.
        """
        body = {"seed": seed, "reason": reason}
        return self._send(post(_RESTARTING, "/sim/restart", body, key=key or self._make_key()))

    def sim_scorecard(self) -> SimScorecard:
        """The last scorecard that was made; raises RequestInvalid where there is none."""
        return self._send(get(_CARD, "/sim/scorecard"))

    def start_scorecard(self, seeds: int = 5, hours: float = 24.0, *, key: str | None = None) -> ScorecardJob:
        """Have a scorecard made of `seeds` runs of `hours` simulated hours, once under its key.

        Raises
        ------
        Conflict
            Another one is being made.
        """
        body = {"seeds": seeds, "hours": hours}
        job = self._send(post(_JOB, "/sim/scorecard", body, key=key or self._make_key()))
        return ScorecardJob(self, job)

    def scorecard_job(self) -> ScorecardJob:
        """The last scorecard that was asked for, whoever did; raises RequestInvalid where none was."""
        return ScorecardJob(self, self._send(get(_JOB, _JOB_PATH)))
