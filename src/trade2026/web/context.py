"""What routes share while the application lives: services, limits, figures, how far answers have gone."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from trade2026.primitives.time import SECOND_NS
from trade2026.web.exchange import KEY, Exchange
from trade2026.web.limits import Buckets
from trade2026.web.metrics import Metrics
from trade2026.web.restarting import MarketRestarts
from trade2026.web.services import Principal, WebServices

_WAIT_NS: Final = SECOND_NS


class WebContext:
    """One for each application.

    Attributes
    ----------
    acknowledged_seq : int
        Highest number of the journal that an answer of this process has told of: reads show at least that.
    heard_ns : int or None
        Monotonic time when the feed told something last.
    limits : dict of str to Buckets
        By the name a route declares.
    market_restarts : MarketRestarts
        Of the simulated market.
    """

    def __init__(self, services: WebServices) -> None:
        settings = services.settings
        self.services = services
        self.metrics = Metrics()
        self.acknowledged_seq = 0
        self.limits = {
            "reads": Buckets(settings.reads_per_s, settings.reads_burst),
            "login": Buckets(settings.logins_per_s, settings.logins_burst),
            "orders": Buckets(settings.orders_per_s, settings.orders_burst),
        }
        self.market_restarts = MarketRestarts(services)
        self.heard_ns: int | None = None
        self._process = services.make_id()
        self._requests = 0
        services.market.subscribe(self._heard)

    def _heard(self, _: Sequence[str]) -> None:
        self.heard_ns = self.services.clock.monotonic_ns()

    def next_request_id(self) -> str:
        """An id for a request: unique in this process, and across restarts."""
        self._requests += 1
        return f"{self._process}-{self._requests:x}"

    def acknowledge(self, seq: int) -> None:
        """Remember that an answer told of `seq`."""
        if seq > self.acknowledged_seq:
            self.acknowledged_seq = seq

    async def catch_up(self) -> int:
        """Wait, a second at most, until the read models show all that was answered; the number they show."""
        models = self.services.read_models
        if models.seq < self.acknowledged_seq:
            await models.wait_for(self.acknowledged_seq, _WAIT_NS)
        return models.seq


def exchange_of(request: Request) -> Exchange:
    """The exchange behind a request."""
    found: Exchange = request.scope[KEY]
    return found


def _context(request: Request) -> WebContext:
    context: WebContext = exchange_of(request).context
    return context


def _principal(request: Request) -> Any:
    return exchange_of(request).principal


Here = Annotated[WebContext, Depends(_context)]
Caller = Annotated[Principal, Depends(_principal)]
This = Annotated[Exchange, Depends(exchange_of)]
