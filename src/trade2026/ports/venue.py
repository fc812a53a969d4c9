"""Where approved orders go and execution reports come from."""

from collections.abc import Callable
from typing import Protocol

from trade2026.model.enums import Environment
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport

ReportSink = Callable[[ExecutionReport], None]


class Venue(Protocol):
    """A market that executes orders; takes approved types only and answers by reports, never by return.

    Calls return at once. A venue must not call the sink from inside `submit`, `cancel` or `replace`.
    """

    @property
    def name(self) -> str:
        """The venue as instruments name it."""
        ...

    @property
    def environment(self) -> Environment:
        """What a fill here means; the router refuses orders of another environment."""
        ...

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go; called once before anything is sent."""
        ...

    def submit(self, order: OrderApproved) -> None:
        """Send a new order."""
        ...

    def cancel(self, request: OrderPendingCancel) -> None:
        """Ask to cancel what is left of an order."""
        ...

    def replace(self, request: OrderPendingReplace) -> None:
        """Ask for other terms."""
        ...
