"""How much an address may ask, and an account place: counted in fixed windows, told with every answer."""

import msgspec

from trade2026.primitives.time import DAY_NS, MINUTE_NS, SECOND_NS
from trade2026.web.binance import refusals

_TEN_SECONDS: int = 10 * SECOND_NS


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the door; the first four are told in exchangeInfo.

    Attributes
    ----------
    weight_1m : int
        Weight that an address may ask for in a minute.
    orders_10s, orders_1d : int
        Orders that an account may place in ten seconds and in a day (UTC).
    connections_5m : int
        WebSockets that an address may open in five minutes.
    connections_total : int
        WebSockets at once.
    messages_per_s : int
        That a WebSocket of streams may say.
    requests_per_s : int
        That a WebSocket of the WebSocket API may say.
    requests_open : int
        Of one such WebSocket, that wait for their answers.
    streams : int
        That a WebSocket may listen to.
    queue_messages, queue_bytes : int
        What waits for a client that is slow; beyond it the client is dropped.
    open_orders, algo_orders, order_lists : int
        Of an account in one symbol.
    body_bytes, body_seconds : int, float
        Of a request.
    """

    weight_1m: int = 6_000
    orders_10s: int = 100
    orders_1d: int = 200_000
    connections_5m: int = 300
    connections_total: int = 2_000
    messages_per_s: int = 5
    requests_per_s: int = 2_000
    requests_open: int = 256
    streams: int = 1_024
    queue_messages: int = 4_096
    queue_bytes: int = 8 << 20
    open_orders: int = 200
    algo_orders: int = 5
    order_lists: int = 20
    body_bytes: int = 16_384
    body_seconds: float = 10.0


class _Window:
    """Counts by name within the running window; all are forgotten when the next begins."""

    __slots__ = ("_number", "_used", "length_ns")

    def __init__(self, length_ns: int) -> None:
        self.length_ns = length_ns
        self._number = -1
        self._used: dict[str, int] = {}

    def used(self, name: str, now_ns: int) -> int:
        number = now_ns // self.length_ns
        if number != self._number:
            self._number = number
            self._used.clear()
        return self._used.get(name, 0)

    def add(self, name: str, amount: int, now_ns: int) -> int:
        used = self._used[name] = self.used(name, now_ns) + amount
        return used

    def rest_s(self, now_ns: int) -> int:
        return -(-(self.length_ns - now_ns % self.length_ns) // SECOND_NS)


class Counters:
    """What has been used of the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._weight = _Window(MINUTE_NS)
        self._short = _Window(_TEN_SECONDS)
        self._day = _Window(DAY_NS)
        self._connections = _Window(5 * MINUTE_NS)

    def charge(self, address: str, weight: int, now_ns: int) -> int:
        """Take so much weight; what the address has used in this minute. Refusal where it is too much."""
        used = self._weight.add(address, weight, now_ns)
        if used > self.limits.weight_1m:
            raise refusals.too_much_weight(self.limits.weight_1m, self._weight.rest_s(now_ns))
        return used

    def weight(self, address: str, now_ns: int) -> int:
        """What an address has used in this minute."""
        return self._weight.used(address, now_ns)

    def orders(self, owner: str, now_ns: int) -> tuple[int, int]:
        """What an account has placed in these ten seconds, and today."""
        return self._short.used(owner, now_ns), self._day.used(owner, now_ns)

    def place(self, owner: str, orders: int, now_ns: int) -> None:
        """Count orders; Refusal where they are too many, and then none is counted."""
        short, day = self.orders(owner, now_ns)
        if short + orders > self.limits.orders_10s:
            raise refusals.too_many_orders(self.limits.orders_10s, "10 SECOND", self._short.rest_s(now_ns))
        if day + orders > self.limits.orders_1d:
            raise refusals.too_many_orders(self.limits.orders_1d, "1 DAY", self._day.rest_s(now_ns))
        self._short.add(owner, orders, now_ns)
        self._day.add(owner, orders, now_ns)

    def connects(self, address: str, now_ns: int) -> bool:
        """Whether an address may open another WebSocket."""
        return self._connections.add(address, 1, now_ns) <= self.limits.connections_5m
