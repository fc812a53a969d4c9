"""What waits to be sent to a venue: cancels first, orders behind them, none for long."""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from trade2026.model.enums import ExecType
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.venues.budget import Kind, RateBudget

Outgoing = OrderApproved | OrderPendingCancel | OrderPendingReplace
Order = OrderApproved | OrderPendingReplace
NOT_SENT: Final = "not sent: "
"""Begins the text of every report of ours that says that a request never left."""


class OutboxLimits(msgspec.Struct, frozen=True):
    """How many orders may wait for the venue's rate limit, and how long one may before it is too old."""

    waiting_max: int = 1_000
    age_max_ns: int = 2 * SECOND_NS


class _Waiting(NamedTuple):
    since: int
    event: Order


class Outbox:
    """Sends at once what may be sent, keeps the rest in order. Times are monotonic nanoseconds.

    Parameters
    ----------
    budget : RateBudget
        Shared with whoever queries the venue.
    send : callable
        Sends one request.
    may_send : callable
        Asked when a new order or a replace leaves: "" or why it may not, for what changed while it waited.
    answer : callable
        Takes the report about a request that was not sent and never will be.
    wall_ns : callable
        Time of day, for those reports.
    """

    def __init__(
        self,
        budget: RateBudget,
        limits: OutboxLimits,
        send: Callable[[Outgoing], None],
        may_send: Callable[[Order], str],
        answer: Callable[[ExecutionReport], None],
        wall_ns: Callable[[], int],
    ) -> None:
        self._budget = budget
        self._limits = limits
        self._send = send
        self._may_send = may_send
        self._answer = answer
        self._wall_ns = wall_ns
        self._cancels: deque[OrderPendingCancel] = deque()
        self._orders: deque[_Waiting] = deque()
        self.holds_cancels = True  # While there is no line.

    @property
    def orders_wait(self) -> bool:
        """Whether a new order or a replace waits."""
        return bool(self._orders)

    def put_order(self, event: Order, now: int) -> None:
        """Send it or let it wait; where too many wait already it ends."""
        if len(self._orders) >= self._limits.waiting_max:
            self.refuse(event, f"{self._limits.waiting_max} orders wait for the venue's rate limit")
            return
        self._orders.append(_Waiting(now, event))

    def put_cancel(self, event: OrderPendingCancel) -> None:
        """Send it ahead of all orders; what waits of the same order ends and is never sent."""
        kept: deque[_Waiting] = deque()
        is_sent = True
        for waiting in self._orders:
            if waiting.event.order_id != event.order_id:
                kept.append(waiting)
            elif type(waiting.event) is OrderApproved:
                is_sent = False
                self._answer(self._report(waiting.event, ExecType.CANCELED, "canceled before it left"))
            else:
                self.refuse(waiting.event, "the order is canceled")
        self._orders = kept
        if is_sent:  # Else the order's end answers the cancel as well.
            self._cancels.append(event)

    def refuse(self, event: Outgoing, text: str) -> None:
        """End a request that was never sent."""
        kind = ExecType.REJECTED if type(event) is OrderApproved else ExecType.CANCEL_REJECTED
        self._answer(self._report(event, kind, text))

    def refuse_orders(self, text: str) -> None:
        """End all orders that wait; cancels stay."""
        orders, self._orders = self._orders, deque()
        for waiting in orders:
            self.refuse(waiting.event, text)

    def pump(self, now: int) -> int:
        """Send what may be sent now; how long until there is more to do, 0 when nothing waits."""
        self._end_old(now)
        while self._cancels and not self.holds_cancels:
            wait = self._budget.wait_ns(Kind.CANCEL, now)
            if wait:
                return self._until(wait, now)
            self._budget.spend(Kind.CANCEL, now)
            self._send(self._cancels.popleft())
        while self._orders:
            wait = self._budget.wait_ns(Kind.ORDER, now)
            if wait:
                return self._until(wait, now)
            event = self._orders.popleft().event
            refusal = self._may_send(event)
            if refusal:
                self.refuse(event, refusal)
                continue
            self._budget.spend(Kind.ORDER, now)
            self._send(event)
        return 0

    def _until(self, wait: int, now: int) -> int:
        """Until something may be sent, or the first of what waits is too old."""
        if not self._orders:
            return wait
        return min(wait, max(self._orders[0].since + self._limits.age_max_ns - now, 1))

    def _end_old(self, now: int) -> None:
        while self._orders and now - self._orders[0].since >= self._limits.age_max_ns:
            seconds = self._limits.age_max_ns / SECOND_NS
            self.refuse(self._orders.popleft().event, f"it waited {seconds:g} s for the venue's rate limit")

    def _report(self, event: Outgoing, kind: ExecType, text: str) -> ExecutionReport:
        return ExecutionReport(
            event.account_id, event.client_order_id, kind, self._wall_ns(), text=f"{NOT_SENT}{text}"
        )
