"""The sending side of one client: control messages first, then the subscriptions that are due, in turn.

A subscription that is due is asked for its next message when the one before has been taken by the server's
socket, so a slow client gets newer data later instead of old data.
"""

from collections import deque

from starlette.websockets import WebSocket

from trade2026.ports.clock import Clock
from trade2026.web.live.guest import Guest, Payload, Sent
from trade2026.web.live.subscriptions import Subscription


class Connection(Guest):
    """One client of the live feed, with what it subscribed to."""

    def __init__(
        self, connection_id: str, websocket: WebSocket, clock: Clock, sent: Sent, queue: int
    ) -> None:
        super().__init__(connection_id, websocket, clock, sent, queue)
        self.subscriptions: dict[int, Subscription] = {}
        self._due: deque[Subscription] = deque()

    def mark(self, subscription: Subscription) -> None:
        """A subscription may have something to send."""
        if not subscription.is_due:
            subscription.is_due = True
            self._due.append(subscription)
            self._wake.set()

    def _next(self) -> Payload | None:
        if self._control:
            return self._control.popleft()
        due = self._due
        while due:
            subscription = due[0]
            payload = subscription.take() if self.subscriptions.get(subscription.id) is subscription else None
            if payload is not None:
                due.rotate(-1)  # The others' turn, before more of this one.
                return payload
            due.popleft()
            subscription.is_due = False
        return None
