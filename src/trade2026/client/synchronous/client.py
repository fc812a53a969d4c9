"""The client: every request of the desk's HTTP interface as a method."""

from types import TracebackType

from trade2026.client.synchronous.analyses import Analyses
from trade2026.client.synchronous.backtests import Backtests
from trade2026.client.synchronous.control import Control
from trade2026.client.synchronous.desk import Desk
from trade2026.client.synchronous.market import Market
from trade2026.client.synchronous.orders import Orders
from trade2026.client.synchronous.portfolio import Portfolio
from trade2026.client.synchronous.rebalancing import Rebalancing
from trade2026.client.synchronous.sim import Sim
from trade2026.client.synchronous.strategies import Strategies
from trade2026.client.synchronous.venues import Venues


class Client(
    Orders, Portfolio, Market, Strategies, Backtests, Analyses, Control,
    Rebalancing, Venues, Sim, Desk,
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

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
