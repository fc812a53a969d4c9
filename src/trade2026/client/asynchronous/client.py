"""The client: every request of the desk's HTTP interface as a method."""

from types import TracebackType

from trade2026.client.asynchronous.analyses import AsyncAnalyses
from trade2026.client.asynchronous.backtests import AsyncBacktests
from trade2026.client.asynchronous.control import AsyncControl
from trade2026.client.asynchronous.desk import AsyncDesk
from trade2026.client.asynchronous.market import AsyncMarket
from trade2026.client.asynchronous.orders import AsyncOrders
from trade2026.client.asynchronous.portfolio import AsyncPortfolio
from trade2026.client.asynchronous.rebalancing import AsyncRebalancing
from trade2026.client.asynchronous.sim import AsyncSim
from trade2026.client.asynchronous.strategies import AsyncStrategies
from trade2026.client.asynchronous.venues import AsyncVenues


class AsyncClient(
    AsyncOrders, AsyncPortfolio, AsyncMarket, AsyncStrategies, AsyncBacktests, AsyncAnalyses, AsyncControl,
    AsyncRebalancing, AsyncVenues, AsyncSim, AsyncDesk,
):  # fmt: skip
    """A desk, as one of its users.

    It logs in with the first request that needs it, exchanges tokens before they end, and asks again
    what can be asked again, for `patience_s` at most.

    Parameters
    ----------
    url : str
        Where the desk is, such as "http://127.0.0.1:8026".
    name, password : str, optional
        Who to log in as.
    token, refresh_token : str, optional
        Tokens of a session that was begun elsewhere, instead; the refresh token is used up.
    timeout_s : float
        Longest wait for one answer.
    patience_s : float
        For how long to go on asking while the desk is away; 0 to be told at once.
    transport : optional
        Of httpx, for tests and special lines.
    """

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
