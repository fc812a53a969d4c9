"""Strategies and their runs on the desk."""

from collections.abc import Mapping
from typing import Any, Final

from trade2026.client.asynchronous.line import AsyncLine
from trade2026.client.call import decoder, get, post, rows_decoder, segment
from trade2026.client.requests import parameters_body
from trade2026.client.results.strategies import LogLine, Strategy, StrategyRun
from trade2026.client.rows import Rows

_STRATEGIES: Final = rows_decoder(Strategy)
_RUN: Final = decoder(StrategyRun)
_RUNS: Final = rows_decoder(StrategyRun)
_LOG: Final = rows_decoder(LogLine)


class AsyncStrategies(AsyncLine):
    """Requests about strategies."""

    async def strategies(self) -> Rows[Strategy]:
        """The strategies that ship, each with the schema of its parameters."""
        return await self._send(get(_STRATEGIES, "/strategies"))

    async def strategy_runs(self) -> Rows[StrategyRun]:
        """Runs, the one started last first."""
        return await self._send(get(_RUNS, "/strategy-runs"))

    async def strategy_run(self, run_id: str) -> StrategyRun:
        """One run."""
        return await self._send(get(_RUN, f"/strategy-runs/{segment(run_id)}"))

    async def start_strategy(
        self, strategy: str, account_id: str, parameters: Mapping[str, Any] | None = None
    ) -> StrategyRun:
        """Start a strategy on an account; parameters left out have their default."""
        body = {
            "strategy": strategy, "account_id": account_id, "parameters": parameters_body(parameters),
        }  # fmt: skip
        return await self._send(post(_RUN, "/strategy-runs", body))

    async def stop_strategy(self, run_id: str, reason: str = "") -> StrategyRun:
        """Stop a run: it may trade no more, its orders are canceled, its process ends."""
        path = f"/strategy-runs/{segment(run_id)}/stop"
        return await self._send(post(_RUN, path, {"reason": reason}, is_repeatable=True))

    async def strategy_log(self, run_id: str, *, after: int = 0, limit: int = 100) -> Rows[LogLine]:
        """What a run said: lines numbered above `after`; with -1 the last `limit`."""
        query = {"after": after, "limit": limit}
        return await self._send(get(_LOG, f"/strategy-runs/{segment(run_id)}/log", query))
