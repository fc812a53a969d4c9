"""The whole door as one ASGI application."""

from typing import Any, Final

from trade2026.ports.clock import Clock
from trade2026.simulation.exchange.kept import Kept
from trade2026.simulation.exchange.reports import Exchange
from trade2026.web.binance.counting import Limits
from trade2026.web.binance.door import BinanceDoor
from trade2026.web.binance.keys import ApiKeys
from trade2026.web.binance.rest import Rest
from trade2026.web.binance.sockets.entrance import Entrance
from trade2026.web.exchange import Receive, Scope, Send
from trade2026.web.line import BoundedHttpProtocol
from trade2026.web.live.transport import LIVE_SERVER_OPTIONS

SERVER_OPTIONS: Final[dict[str, Any]] = {
    **LIVE_SERVER_OPTIONS,
    "http": BoundedHttpProtocol,
    "ws_max_size": 65_536,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 60.0,
}
"""Keyword arguments for `uvicorn.Config`; pings are as often, and as patient, as the protocol says."""


class BinanceApp:
    """What the server runs; `door` is closed when the server tells that it stops."""

    def __init__(self, door: BinanceDoor) -> None:
        self.door = door
        self.sockets = Entrance(door)
        self._rest = Rest(door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            await self._rest(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.sockets(scope, receive, send)

    async def close(self) -> None:
        """End all connections and hear the exchange no more."""
        self.door.close()
        await self.sockets.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def binance_app(
    exchange: Exchange, keys: ApiKeys, clock: Clock, limits: Limits | None = None, kept: Kept | None = None
) -> BinanceApp:
    """The door of an exchange for who has a key.

    Parameters
    ----------
    clock : Clock
        The time of day that timestamps of requests are held against. What is told of orders and trades has
        the exchange's own time; clients expect both to agree.
    kept : Kept or None
        Who keeps what customers are told: signed calls are answered, and accounts hear of changes, once that
        is kept. Every owner of a key has to have an account there. None where an end of the exchange takes
        everything with it.
    """
    return BinanceApp(BinanceDoor(exchange, keys, clock, limits or Limits(), kept))
