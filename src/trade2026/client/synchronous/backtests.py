"""Backtests as jobs of the desk: started, waited for, read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.requests import parameters_body
from trade2026.client.results.backtests import BacktestResult, Job
from trade2026.client.rows import Rows
from trade2026.client.synchronous.jobs import TabledJob
from trade2026.client.synchronous.line import Line
from trade2026.client.values import Amount, Moment, amount_text, moment_text

_JOB: Final = decoder(Job)
_JOBS: Final = rows_decoder(Job)
_RESULT: Final = decoder(BacktestResult)


class Backtest(TabledJob):
    """One backtest on the desk."""

    def __init__(self, line: Line, job: Job) -> None:
        super().__init__(line, job, f"/backtests/{segment(job.job_id)}", _JOB, "backtest")

    def result(self) -> BacktestResult:
        """What it found; raises Conflict unless it is DONE."""
        return self._line._send(get(_RESULT, f"/backtests/{segment(self.job_id)}/result"))


class Backtests(Line):
    """Requests about backtests."""

    def start_backtest(
        self,
        strategy: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        data: str = "sp500",
        start: Moment | None = None,
        end: Moment | None = None,
        cash: Amount | None = None,
        account_type: str = "",
        max_leverage: Amount | None = None,
        costs: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> Backtest:
        """Queue a backtest; `costs` are texts as on the command line, such as {"fees": "1bps"}."""
        body = {
            "strategy": strategy,
            "parameters": parameters_body(parameters),
            "data": data,
            "start": moment_text(start, "start"),
            "end": moment_text(end, "end"),
            "cash": None if cash is None else amount_text(cash, "cash"),
            "account_type": account_type,
            "max_leverage": None if max_leverage is None else amount_text(max_leverage, "max_leverage"),
            "costs": None if costs is None else dict(costs),
            "seed": seed,
        }
        return Backtest(self, self._send(post(_JOB, "/backtests", body)))

    def backtest(self, job_id: str) -> Backtest:
        """One backtest that was started before."""
        return Backtest(self, self._send(get(_JOB, f"/backtests/{segment(job_id)}")))

    def backtests(self, *, limit: int = 100, cursor: str | None = None) -> Rows[Job]:
        """Backtests, newest first, a part of them."""
        return self._send(get(_JOBS, "/backtests", {"limit": limit, "cursor": cursor}))

    def each_backtest(self) -> Iterator[Job]:
        """Every backtest, newest first."""
        return self._each(lambda cursor: get(_JOBS, "/backtests", {"limit": 1000, "cursor": cursor}))
