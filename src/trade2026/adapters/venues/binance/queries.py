"""What the venue is asked: read to the end, page by page, or not answered at all.

The venue lists orders by number and fills by number of the trade, a thousand at a time, and by time only as
orders were placed. An order of last month that ended today would be missed by time, so lists are read by
number from the first row that can still change. What is final is kept and not asked again; so a question
that was cut off goes on where it was when it is asked again.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from trade2026.adapters.venues.binance.config import BinanceConfig
from trade2026.adapters.venues.binance.errors import Refused, unreachable
from trade2026.adapters.venues.binance.incoming import (
    InstrumentOf,
    stated_fill,
    stated_holdings,
    stated_order,
)
from trade2026.adapters.venues.binance.memory import Memory
from trade2026.adapters.venues.binance.names import our_id
from trade2026.adapters.venues.binance.rest import Rest
from trade2026.adapters.venues.binance.rows import AccountRow, OrderRow, ServerTime, TradeRow
from trade2026.model.execution import ExecutionReport
from trade2026.ports.clock import Clock
from trade2026.ports.venue import Holding, VenueOrder
from trade2026.primitives.errors import VenueUnreachable
from trade2026.primitives.time import MILLISECOND_NS

RowT = TypeVar("RowT")
_PAGE: Final = 1_000
_PATH: Final = "/api/v3/"
_ALL_AT_ONCE: Final = 13
"""From so many symbols on, all open orders in one request cost less than symbol by symbol (80 against 6)."""


class _History:
    """What is final of one symbol, and from which number on it has to be asked."""

    def __init__(self) -> None:
        self.orders: dict[int, VenueOrder] = {}
        self.next_order = 0
        self.fills: dict[int, ExecutionReport] = {}
        self.next_fill = 0


class Queries:
    """Questions about one account; they raise VenueUnreachable or RateLimited.

    Parameters
    ----------
    page : int
        Rows asked for at a time, at least 3.
    """

    def __init__(
        self, config: BinanceConfig, rest: Rest, clock: Clock, memory: Memory, instrument_of: InstrumentOf,
        page: int = _PAGE,
    ) -> None:  # fmt: skip
        self._page = page
        self._config, self._rest, self._clock = config, rest, clock
        self._memory, self._instrument_of = memory, instrument_of
        self._histories = {symbol: _History() for symbol in config.symbols.values()}
        self._ignored = frozenset(config.ignored_assets)

    async def server_time_ns(self) -> int:
        """The venue's clock."""
        try:
            body = await self._rest.public(f"{_PATH}time")
        except Refused as error:
            raise VenueUnreachable(f"the venue does not tell its time: {error}", retryable=True) from None
        told: ServerTime = _read(body, ServerTime)
        return told.server_time * MILLISECOND_NS

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        """Every order that may still fill, of the symbols that are traded; of all where those are many."""
        symbols = list(self._histories)
        asked: list[dict[str, str]] = [{"symbol": each} for each in symbols]
        found: dict[tuple[str, int], VenueOrder] = {}
        for params in [{}] if len(symbols) >= _ALL_AT_ONCE else asked:
            for row in _read(await self._ask("openOrders", params), list[OrderRow]):
                found[row.symbol, row.order_id] = self._order(row)
        return tuple(found.values())

    async def order_history(self, since_ns: int) -> tuple[VenueOrder, ...]:
        """Every order with an event since then, of the symbols that are traded."""
        found: list[VenueOrder] = []
        for symbol, history in self._histories.items():
            young = await self._read_orders(symbol, history)
            found += history.orders.values()
            found += young.values()
        return tuple(each for each in found if each.ts_event >= since_ns)

    async def executions(self, since_ns: int) -> tuple[ExecutionReport, ...]:
        """Every fill since then, of the symbols that are traded."""
        found: list[ExecutionReport] = []
        for symbol, history in self._histories.items():
            young = await self._read_fills(symbol, history)
            found += history.fills.values()
            found += young.values()
        return tuple(each for each in found if each.ts_event >= since_ns)

    async def holdings(self) -> tuple[Holding, ...]:
        """What the account has of each coin, but for those that are ignored."""
        body = await self._ask("account", {"omitZeroBalances": "true"})
        return stated_holdings(_read(body, AccountRow), self._config.account_id, self._ignored)

    async def find(self, symbol: str, which: Mapping[str, str]) -> OrderRow | None:
        """One order as the venue writes it; None where the venue has none."""
        try:
            body = await self._rest.signed("GET", f"{_PATH}order", {"symbol": symbol, **which})
        except Refused as error:
            if error.code == -2013:
                return None
            raise _no_answer("order", error) from None
        row: OrderRow = _read(body, OrderRow)
        return row

    # --------------------------------------------------------------------------------------- reading

    async def _read_orders(self, symbol: str, history: _History) -> dict[int, VenueOrder]:
        """Read on to the end of the list; what is not final yet. What is, is moved to the history."""
        young: dict[int, VenueOrder] = {}
        number, is_final = history.next_order, True
        while True:
            params = {"symbol": symbol, "orderId": str(number), "limit": str(self._page)}
            rows = _read(await self._ask("allOrders", params), list[OrderRow])
            for row in sorted(rows, key=lambda each: each.order_id):
                order = self._order(row)
                is_final = is_final and not order.is_open and self._is_settled(row.update_time)
                if is_final:
                    history.orders[row.order_id] = order
                    history.next_order = row.order_id + 1
                else:
                    young[row.order_id] = order
                number = max(number, row.order_id + 1)
            if len(rows) < self._page:
                return young

    async def _read_fills(self, symbol: str, history: _History) -> dict[int, ExecutionReport]:
        young: dict[int, ExecutionReport] = {}
        number, is_final = history.next_fill, True
        while True:
            params = {"symbol": symbol, "fromId": str(number), "limit": str(self._page)}
            rows = _read(await self._ask("myTrades", params), list[TradeRow])
            for row in sorted(rows, key=lambda each: each.id):
                name = await self._name(row)
                fill = stated_fill(row, name, self._config.account_id, self._instrument_of)
                is_final = is_final and self._is_settled(row.time)
                key = 2 * row.id + row.is_buyer  # Both sides of a trade may be ours.
                if is_final:
                    history.fills[key] = fill
                    history.next_fill = row.id
                else:
                    young[key] = fill
                number = max(number, row.id)  # Once more: its other side may be on the next page.
            if len(rows) < self._page:
                return young

    async def _name(self, row: TradeRow) -> str:
        """The id of the order of a fill, which its row has not."""
        known = self._memory.names.get((row.symbol, row.order_id))
        if known is not None:
            return known
        order = await self.find(row.symbol, {"orderId": str(row.order_id)})
        if order is None:
            raise unreachable(f"it has a fill of order {row.order_id} and not the order")
        return self._order(order).client_order_id

    def _is_settled(self, time_ms: int) -> bool:
        return self._clock.now_ns() // MILLISECOND_NS - time_ms > self._config.settled_ms

    def _order(self, row: OrderRow) -> VenueOrder:
        order = stated_order(row, self._config.account_id, self._instrument_of)
        self._memory.names.put((row.symbol, row.order_id), our_id(row.client_order_id))
        return order

    async def _ask(self, name: str, params: Mapping[str, str]) -> bytes:
        try:
            return await self._rest.signed("GET", f"{_PATH}{name}", params)
        except Refused as error:
            raise _no_answer(name, error) from None


def _no_answer(name: str, error: Refused) -> VenueUnreachable:
    return VenueUnreachable(f"the venue does not answer {name}: {error}", retryable=True)


def _read(body: bytes, kind: type[RowT] | Any) -> Any:
    """The body of an answer; MsgspecError where it is something else."""
    return msgspec.json.decode(body, type=kind)
