"""Writes down what goes to a venue and what comes from it, at the last place before and behind it."""

from collections.abc import Callable

from trade2026.model.enums import Environment
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import (
    Holding,
    LiveVenue,
    Page,
    ReportSink,
    RequestFailed,
    StreamSink,
    Venue,
    VenueOrder,
    VenueTerms,
)
from trade2026.ports.wire_log import WireLog


class TappedVenue:
    """`ports.venue.Venue` around another; `seq` gives the journal's last number."""

    def __init__(self, venue: Venue, log: WireLog, seq: Callable[[], int]) -> None:
        self._venue = venue
        self._log = log
        self._seq = seq

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        return self._venue.name

    @property
    def environment(self) -> Environment:
        """What a fill there means."""
        return self._venue.environment

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go, once they have been noted."""

        def received(report: ExecutionReport) -> None:
            self._log.received(report)
            sink(report)

        self._venue.connect(received)

    def submit(self, order: OrderApproved) -> None:
        """Note a new order, and send it."""
        self._log.sent(self._seq(), order)
        self._venue.submit(order)

    def cancel(self, request: OrderPendingCancel) -> None:
        """Note a request to cancel, and send it."""
        self._log.sent(self._seq(), request)
        self._venue.cancel(request)

    def replace(self, request: OrderPendingReplace) -> None:
        """Note a request for other terms, and send it."""
        self._log.sent(self._seq(), request)
        self._venue.replace(request)


class TappedLine(TappedVenue):
    """`ports.venue.LiveVenue` around another: what is asked and answered in queries is not noted."""

    def __init__(self, venue: LiveVenue, log: WireLog, seq: Callable[[], int]) -> None:
        super().__init__(venue, log, seq)
        self._line = venue

    @property
    def terms(self) -> VenueTerms:
        """What may be relied on."""
        return self._line.terms

    def watch(self, stream: StreamSink, failed: RequestFailed) -> None:
        """Say who is told of the stream and of failed requests."""
        self._line.watch(stream, failed)

    async def open(self) -> None:
        """Connect the private stream."""
        await self._line.open()

    async def close(self) -> None:
        """Disconnect."""
        await self._line.close()

    async def server_time_ns(self) -> int:
        """The venue's clock."""
        return await self._line.server_time_ns()

    async def open_orders(self, account_id: str) -> Page[VenueOrder]:
        """Every order that may still fill."""
        return await self._line.open_orders(account_id)

    async def order_history(self, account_id: str, since_ns: int) -> Page[VenueOrder]:
        """Every order with an event since then."""
        return await self._line.order_history(account_id, since_ns)

    async def executions(self, account_id: str, since_ns: int) -> Page[ExecutionReport]:
        """Every execution since then."""
        return await self._line.executions(account_id, since_ns)

    async def holdings(self, account_id: str) -> Page[Holding]:
        """Balances and positions."""
        return await self._line.holdings(account_id)

    async def renew_dead_man(self, account_id: str, timeout_ns: int) -> None:
        """Arm or renew the dead-man switch."""
        await self._line.renew_dead_man(account_id, timeout_ns)
