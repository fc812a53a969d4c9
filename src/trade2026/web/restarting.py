"""Making the simulated market anew: by the supervisor, once for each key."""

import asyncio
import logging
from typing import Final

from trade2026.application.repeats import Repeats
from trade2026.web.errors import ProblemRaised
from trade2026.web.services import Supervisor, WebServices

MARKET_ROLE: Final = "prism"
"""How the supervisor calls the market's process."""

_LOG: Final = logging.getLogger("trade2026.web")


class MarketRestarts:
    """Restarts of the simulated market, one after the other; what was done under which key is in memory."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._lock = asyncio.Lock()
        self._done: Repeats[tuple[int, str], bool] = Repeats()

    async def restart(self, seed: int, reason: str, owner: str, key: str) -> None:
        """Have it made anew from a seed; under a key that was seen, nothing more is done.

        Raises
        ------
        KeyReused
            The key named another restart of this owner.
        ProblemRaised
            A conflict: the market is none of the supervisor's processes.
        OperatingError
            The supervisor is away; nothing is remembered, and asking again does it.
        """
        async with self._lock:
            if self._done.answer(owner, key, (seed, reason)):
                return
            supervisor = await self._supervisor(seed)
            _LOG.info("%s has the market made anew from seed %d: %s", owner, seed, reason)
            self._services.save_market_seed(seed)
            await supervisor.restart(MARKET_ROLE)
            self._done.keep(owner, key, (seed, reason), True)

    async def _supervisor(self, seed: int) -> Supervisor:
        """Who can do it."""
        supervisor = self._services.supervisor
        roles = () if supervisor is None else [row.role for row in await supervisor.services()]
        if supervisor is None or MARKET_ROLE not in roles:
            raise ProblemRaised(
                "conflict",
                "the simulated market is none of this desk's own processes, so it cannot be made anew here",
                remedy=f"end its process and start it again: trade2026 run prism --seed {seed}",
            )
        return supervisor
