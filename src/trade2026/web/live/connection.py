"""The sending side of one client: control messages first, then the subscriptions that are due, in turn.

A subscription that is due is asked for its next message when the one before has been taken by the server's
socket, so a slow client gets newer data later instead of old data. What is subscribed to leaves at once in
the quiet, and at a steady beat while much happens: what a frame costs, here and there, is to be sent.
"""

import asyncio
from collections import deque
from typing import Final

from starlette.websockets import WebSocket

from trade2026.ports.clock import Clock
from trade2026.web.live.guest import Guest, Payload, Sent
from trade2026.web.live.pacing import Throttle
from trade2026.web.live.subscriptions import Subscription

SEND_HZ: Final = 100.0
"""Times a second at which subscriptions are sent at most; control messages do not wait."""


class Connection(Guest):
    """One client of the live feed, with what it subscribed to."""

    def __init__(
        self, connection_id: str, websocket: WebSocket, clock: Clock, sent: Sent, queue: int
    ) -> None:
        super().__init__(connection_id, websocket, clock, sent, queue)
        self.subscriptions: dict[int, Subscription] = {}
        self._due: deque[Subscription] = deque()
        self._is_time = False
        self._throttle = Throttle(SEND_HZ, self._send_due, asyncio.get_running_loop())

    def close(self) -> None:
        """Send no more of what is subscribed to."""
        self._throttle.close()

    def mark(self, subscription: Subscription) -> None:
        """A subscription may have something to send."""
        if not subscription.is_due:
            subscription.is_due = True
            self._due.append(subscription)
            self._throttle.changed()

    def _send_due(self) -> None:
        self._is_time = True
        self._wake.set()

    def _next(self) -> Payload | None:
        if self._control:
            return self._control.popleft()
        if not self._is_time:
            return None
        due = self._due
        while due:
            subscription = due[0]
            payload = subscription.take() if self.subscriptions.get(subscription.id) is subscription else None
            if payload is not None:
                due.rotate(-1)  # The others' turn, before more of this one.
                return payload
            due.popleft()
            subscription.is_due = False
        self._is_time = False
        return None
