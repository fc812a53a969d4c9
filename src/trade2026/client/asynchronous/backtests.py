"""Backtests as jobs of the desk: started, waited for, read."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from trade2026.client.asynchronous.jobs import AsyncTabledJob
from trade2026.client.asynchronous.line import AsyncLine
from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.requests import parameters_body
from trade2026.client.results.backtests import BacktestResult, Job
from trade2026.client.rows import Rows
from trade2026.client.values import Amount, Moment, amount_text, moment_text

_JOB: Final = decoder(Job)
_JOBS: Final = rows_decoder(Job)
_RESULT: Final = decoder(BacktestResult)


class AsyncBacktest(AsyncTabledJob):
    """One backtest on the desk."""

    def __init__(self, line: AsyncLine, job: Job) -> None:
        super().__init__(line, job, f"/backtests/{segment(job.job_id)}", _JOB, "backtest")

    async def result(self) -> BacktestResult:
        """What it found; raises Conflict unless it is DONE."""
        return await self._line._send(get(_RESULT, f"/backtests/{segment(self.job_id)}/result"))


class AsyncBacktests(AsyncLine):
    """Requests about backtests."""

    async def start_backtest(
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
    ) -> AsyncBacktest:
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
        return AsyncBacktest(self, await self._send(post(_JOB, "/backtests", body)))

    async def backtest(self, job_id: str) -> AsyncBacktest:
        """One backtest that was started before."""
        return AsyncBacktest(self, await self._send(get(_JOB, f"/backtests/{segment(job_id)}")))

    async def backtests(self, *, limit: int = 100, cursor: str | None = None) -> Rows[Job]:
        """Backtests, newest first, a part of them."""
        return await self._send(get(_JOBS, "/backtests", {"limit": limit, "cursor": cursor}))

    def each_backtest(self) -> AsyncIterator[Job]:
        """Every backtest, newest first."""
        return self._each(lambda cursor: get(_JOBS, "/backtests", {"limit": 1000, "cursor": cursor}))
