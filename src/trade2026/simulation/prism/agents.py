"""Traders written in Python: a class with one method, called when it wants to be, on the same exchange.

An agent sees the market as it is when it wakes; what it sends takes the time of its latency, as that of
the compiled traders does.
"""

from collections.abc import Callable
from typing import Final, Protocol

from trade2026.matching.compiled import layout as book_at
from trade2026.simulation.prism.market import Quote
from trade2026.simulation.prism.timeline import Timeline

BUY: Final = book_at.BUY
SELL: Final = book_at.SELL
_NOTHING: Final = (0,) * (book_at.COMMAND_WIDTH - 2)


class PythonAgent(Protocol):
    """What an agent is."""

    @property
    def name(self) -> str:
        """The owner of its account, not that of anybody else."""
        ...

    def wake(self, desk: "Desk") -> int:
        """Look and send; after how many nanoseconds, at least one, it wants to be woken again."""
        ...


class Desk:
    """What an agent sees and sends; prices in ticks, quantities in lots, books by their numbers."""

    __slots__ = ("_market", "_owner", "_send", "latency_ns", "now_ns")

    def __init__(self, timeline: Timeline, name: str, latency_ns: Callable[[], int]) -> None:
        self._send, self._market = timeline.send, timeline.market
        self._owner = self._market.exchange.clearing.number(name)
        self.latency_ns = latency_ns
        self.now_ns = self._market.now_ns

    def quote(self, book: int) -> Quote:
        """Best bid and offer, 0 for none, and the lots at each."""
        return self._market.quote(book)

    def holding(self, asset: str) -> int:
        """What it has of an asset, raw."""
        clearing = self._market.exchange.clearing
        return int(clearing.array[self._owner, clearing.assets.index(asset), 0])

    def place(
        self, book: int, side: int, lots: int, limit: int, tif: int = book_at.GTC, *, post_only: bool = False
    ) -> int:
        """Send a limit order; its number."""
        return self._send_order(book, side, book_at.LIMITED, tif, lots, limit, int(post_only))

    def take(self, book: int, side: int, lots: int) -> int:
        """Send a market order; its number."""
        return self._send_order(book, side, book_at.MARKET, book_at.IOC, lots, 0, 0)

    def _send_order(self, book: int, side: int, kind: int, tif: int, lots: int, limit: int, post: int) -> int:
        order = self._market.next_order_id()
        terms = (
            book_at.PLACE_ORDER, order, self._owner, side, kind, tif, lots, limit, 0, 0, 0, post,
            book_at.EXPIRE_MAKER,
        )  # fmt: skip
        self._send(self.now_ns + self.latency_ns(), book, terms)
        return order

    def cancel(self, book: int, order: int) -> None:
        """Send a cancel."""
        self._send(self.now_ns + self.latency_ns(), book, (book_at.CANCEL_OPEN, order, *_NOTHING))


def add_agent(timeline: Timeline, agent: PythonAgent, latency_ns: Callable[[], int], first_ns: int) -> Desk:
    """Have an agent woken first at `first_ns`; whoever adds it funds its account."""
    desk = Desk(timeline, agent.name, latency_ns)

    def wake(now_ns: int) -> int:
        desk.now_ns = now_ns
        return now_ns + agent.wake(desk)

    timeline.call_at(first_ns, wake)
    return desk
