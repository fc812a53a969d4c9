"""The paper venue in a running desk: what it is sent arrives when its time has come, not at the next bar."""

import asyncio

from trade2026.model.enums import Environment
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.ports.venue import ReportSink
from trade2026.simulation.paper import PaperVenue


class LivePaperVenue:
    """`ports.venue.Venue` around a `PaperVenue`; reports of what has arrived follow in the same loop turn.

    `now` is trading time; the desk moves it.
    """

    def __init__(self, inner: PaperVenue) -> None:
        self._inner = inner
        self._is_due = False
        self.now = 0

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        return self._inner.name

    @property
    def environment(self) -> Environment:
        """What a fill here means."""
        return self._inner.environment

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go."""
        self._inner.connect(sink)

    def submit(self, order: OrderApproved) -> None:
        """Send a new order."""
        self._inner.submit(order)
        self._settle_soon()

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel what is left of an order."""
        self._inner.cancel(request)
        self._settle_soon()

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms."""
        self._inner.replace(request)
        self._settle_soon()

    def _settle_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._settle)

    def _settle(self) -> None:
        self._is_due = False
        self._inner.advance(self.now)
