"""Long answers of the market, read page by page; one that is cut off is gone on with, not begun again."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from trade2026.model.execution import ExecutionReport
from trade2026.ports.prism_trading import AskExecutions, AskOpenOrders, AskOrders, Executions, Orders
from trade2026.ports.venue import VenueOrder

ItemT = TypeVar("ItemT")
Ask = Callable[[str, Any, type[Any]], Awaitable[Any]]
_Progress = tuple[dict[str, Any], int]


class Reading:
    """Reads orders and executions of accounts.

    Parameters
    ----------
    ask : callable
        Asks the market one question, of an account, that is answered by a message of a type.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._begun: dict[tuple[str, type[Any], int], _Progress] = {}

    def forget(self, account_id: str) -> None:
        """The line is another one: the market behind it may be too."""
        self._begun = {key: each for key, each in self._begun.items() if key[0] != account_id}

    async def open_orders(self, account_id: str) -> tuple[VenueOrder, ...]:
        """Every open order; begun anew each time, because what was open is not for long."""
        self._begun.pop((account_id, AskOpenOrders, 0), None)
        return await self._read(account_id, AskOpenOrders, 0, Orders, lambda order: order.venue_order_id)

    async def orders(self, account_id: str, since_ns: int) -> tuple[VenueOrder, ...]:
        """Every order with an event since then; of each what was said last."""
        return await self._read(account_id, AskOrders, since_ns, Orders, lambda order: order.venue_order_id)

    async def executions(self, account_id: str, since_ns: int) -> tuple[ExecutionReport, ...]:
        """Every execution since then."""
        return await self._read(
            account_id, AskExecutions, since_ns, Executions, lambda report: report.execution_id
        )

    async def _read(
        self, account_id: str, question: type[Any], since_ns: int, answer: type[Any],
        name_of: Callable[[ItemT], str],
    ) -> tuple[ItemT, ...]:  # fmt: skip
        key = (account_id, question, since_ns)
        found, next_ns = self._begun.pop(key, ({}, since_ns))
        while True:
            page = await self._ask(account_id, question(next_ns), answer)
            for item in page.items:
                found[name_of(item)] = item
                next_ns = item.ts_event + 1
            if page.is_last:
                self._begun.pop(key, None)
                return tuple(found.values())
            self._begun[key] = (found, next_ns)
