"""What one client, one user and all clients together may use."""

import msgspec

from trade2026.primitives.time import MILLISECOND_NS, SECOND_NS


class DoorLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of every WebSocket; each keeps one client from costing the others.

    Attributes
    ----------
    messages_per_s, message_burst : int
        Rate at which a client may send what is no order, and how many of them it may send at once.
    faults, fault_span_ns : int
        So many refused messages within about so long end the connection.
    connections_total, connections_per_user, connections_unknown : int
        Of everyone, of one user name, and of those who have not yet said who they are.
    control_messages : int
        Answers waiting to be sent to one client.
    blocked_ns : int
        How long a client may take nothing.
    login_ns : int
        How long a client may take to say who it is.
    close_ns : int
        How long saying goodbye may take where the server cannot cut the line.
    beat_ns, check_ns : int
        Between heartbeats, and between looks at who has expired, is blocked or due a heartbeat.
    """

    messages_per_s: int = 50
    message_burst: int = 100
    faults: int = 10
    fault_span_ns: int = 60 * SECOND_NS
    connections_total: int = 2_000
    connections_per_user: int = 50
    connections_unknown: int = 200
    control_messages: int = 1_000
    blocked_ns: int = 10 * SECOND_NS
    login_ns: int = 5 * SECOND_NS
    close_ns: int = 1 * SECOND_NS
    beat_ns: int = 5 * SECOND_NS
    check_ns: int = 500 * MILLISECOND_NS


class LiveLimits(DoorLimits, frozen=True, kw_only=True):
    """Bounds of the live feed.

    Attributes
    ----------
    subscriptions : int
        At once, of one connection.
    message_bytes : int
        Of one message from a client.
    queue_bytes, queue_rows : int
        What is kept of a lossless topic for those who are behind.
    """

    subscriptions: int = 64
    message_bytes: int = 65_536
    queue_bytes: int = 1_048_576
    queue_rows: int = 10_000


class TokenBucket:
    """A rate with a burst: full at the start, refilled evenly, never above its size.

    Parameters
    ----------
    size : int
        How many may be taken at once.
    refill_ns : int
        Time in which one token comes back.
    now_ns : int
        Monotonic time of the start.
    """

    __slots__ = ("_at_ns", "_refill_ns", "_size_ns", "_spare_ns")

    def __init__(self, size: int, refill_ns: int, now_ns: int) -> None:
        self._refill_ns = refill_ns
        self._size_ns = size * refill_ns
        self._spare_ns = self._size_ns
        self._at_ns = now_ns

    def take(self, now_ns: int) -> bool:
        """Take one token at a monotonic time; False where there is none."""
        self._spare_ns = min(self._size_ns, self._spare_ns + now_ns - self._at_ns)
        self._at_ns = now_ns
        if self._spare_ns < self._refill_ns:
            return False
        self._spare_ns -= self._refill_ns
        return True
