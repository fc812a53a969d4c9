"""Orders in, and what became of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Unpack

import msgspec

from trade2026.client.call import Call, decoder, get, post, rows_decoder, segment
from trade2026.client.requests import NewOrder, StopLoss, Terms, bracket_body
from trade2026.client.results.orders import (
    BatchAnswer,
    Canceled,
    ChangeAnswer,
    Fill,
    Order,
    OrderAnswer,
    OrderEvent,
    Preview,
)
from trade2026.client.rows import Rows
from trade2026.client.synchronous.line import Line
from trade2026.client.values import Amount, amount_text
from trade2026.model.enums import ContingencyType, Side, TimeInForce

_SUBMITTED: Final = decoder(OrderAnswer)
_BATCH: Final = decoder(BatchAnswer)
_PREVIEW: Final = decoder(Preview)
_CHANGED: Final = decoder(ChangeAnswer)
_CANCELED: Final = decoder(Canceled)
_ORDER: Final = decoder(Order)
_ORDERS: Final = rows_decoder(Order)
_ORDER_EVENTS: Final = rows_decoder(OrderEvent)
_FILLS: Final = rows_decoder(Fill)


class Orders(Line):
    """Requests about orders and fills."""

    def submit(
        self,
        account_id: str,
        instrument_id: str,
        side: Side | str,
        order_qty: Amount,
        *,
        key: str | None = None,
        **terms: Unpack[Terms],
    ) -> OrderAnswer:
        """Send an order: LIMIT with a `limit_price`, MARKET without; `terms` are further fields of NewOrder.

        It is sent under a key of its own (or `key`), and asked again under the same when no answer comes,
        so that it is never sent twice.

        Raises
        ------
        OrderRefused
            Risk or order management said no; `failures` and `largest_qty` say more.
        OutcomeUnknown
            No answer in the time there was; its `key` asks again.
        """
        order = NewOrder(
            account_id=account_id, instrument_id=instrument_id, side=side, order_qty=order_qty, **terms
        )
        return self._send(post(_SUBMITTED, "/orders", order.body(), key=key or self._make_key()))

    def submit_bracket(
        self,
        entry: NewOrder,
        *,
        take_profit: Amount | None = None,
        stop_loss: Amount | StopLoss | None = None,
        time_in_force: TimeInForce | str = TimeInForce.GTC,
        key: str | None = None,
    ) -> BatchAnswer:
        """Send an entry with a take profit (its limit price), a stop loss (its trigger price) or both.

        Fills of the entry arm the exits, which are on the other side, last for `time_in_force` and cancel
        one another. The core holds them: at the venue nothing protects the position while the core is down.
        The results are those of the entry, the take profit and the stop loss.
        """
        body = bracket_body(entry, take_profit, stop_loss, time_in_force)
        return self._send(post(_BATCH, "/orders/bracket", body, key=key or self._make_key()))

    def submit_oco(self, first: NewOrder, second: NewOrder, *, key: str | None = None) -> BatchAnswer:
        """Send two orders of which a fill of one reduces the other by as much."""
        name = key or self._make_key()
        pair = [
            msgspec.structs.replace(each, contingency_type=ContingencyType.OCO, list_id=name)
            for each in (first, second)
        ]
        return self.submit_many(pair, key=name)

    def submit_many(self, orders: Sequence[NewOrder], *, key: str | None = None) -> BatchAnswer:
        """Send up to 500 orders, decided in this order; a result for each."""
        body = {"orders": [each.body() for each in orders]}
        return self._send(post(_BATCH, "/orders/batch", body, key=key or self._make_key()))

    def preview(
        self,
        account_id: str,
        instrument_id: str,
        side: Side | str,
        order_qty: Amount,
        **terms: Unpack[Terms],
    ) -> Preview:
        """How an order would be answered now, and what it would cost; nothing is sent."""
        order = NewOrder(
            account_id=account_id, instrument_id=instrument_id, side=side, order_qty=order_qty, **terms
        )
        return self._send(post(_PREVIEW, "/orders/preview", order.body(), is_repeatable=True))

    def cancel(self, order_id: int, *, key: str | None = None) -> ChangeAnswer:
        """Ask to cancel what is left of an order; a request to cancel is not a cancel yet."""
        path = f"/orders/{segment(order_id)}/cancel"
        return self._send(post(_CHANGED, path, {}, key=key or self._make_key()))

    def replace(
        self,
        order_id: int,
        order_qty: Amount,
        *,
        limit_price: Amount | None = None,
        trigger_price: Amount | None = None,
        key: str | None = None,
    ) -> ChangeAnswer:
        """Ask for other terms; `order_qty` is the new total, with what is filled.

        Without a `trigger_price` the trigger stays as it is.
        """
        body = {
            "order_qty": amount_text(order_qty, "order_qty"),
            "limit_price": None if limit_price is None else amount_text(limit_price, "limit_price"),
            "trigger_price": None if trigger_price is None else amount_text(trigger_price, "trigger_price"),
        }
        path = f"/orders/{segment(order_id)}/replace"
        return self._send(post(_CHANGED, path, body, key=key or self._make_key()))

    def cancel_all(
        self,
        *,
        account_id: str = "",
        instrument_id: str = "",
        strategy_id: str = "",
        key: str | None = None,
    ) -> Canceled:
        """Cancel every open order that matches, among the accounts one may trade."""
        body = {"account_id": account_id, "instrument_id": instrument_id, "strategy_id": strategy_id}
        return self._send(post(_CANCELED, "/orders/cancel-all", body, key=key or self._make_key()))

    def order(self, order_id: int) -> Order:
        """One order."""
        return self._send(get(_ORDER, f"/orders/{segment(order_id)}"))

    def order_events(self, order_id: int, *, limit: int = 100, cursor: str | None = None) -> Rows[OrderEvent]:
        """What happened to an order, the oldest first, a part of it."""
        path = f"/orders/{segment(order_id)}/events"
        return self._send(_page(_ORDER_EVENTS, path, {}, limit, cursor))

    def each_order_event(self, order_id: int) -> Iterator[OrderEvent]:
        """Everything that happened to an order, the oldest first."""
        path = f"/orders/{segment(order_id)}/events"
        return self._each(lambda cursor: _page(_ORDER_EVENTS, path, {}, 1000, cursor))

    def orders(
        self,
        *,
        account_id: str | None = None,
        status: str = "all",
        instrument_id: str | None = None,
        strategy_id: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Rows[Order]:
        """Orders, newest first, a part of them; `status` is open, done or all."""
        query = {
            "account_id": account_id, "status": status, "instrument_id": instrument_id,
            "strategy_id": strategy_id,
        }  # fmt: skip
        return self._send(_page(_ORDERS, "/orders", query, limit, cursor))

    def each_order(
        self,
        *,
        account_id: str | None = None,
        status: str = "all",
        instrument_id: str | None = None,
        strategy_id: str | None = None,
    ) -> Iterator[Order]:
        """Every order, newest first."""
        query = {
            "account_id": account_id, "status": status, "instrument_id": instrument_id,
            "strategy_id": strategy_id,
        }  # fmt: skip
        return self._each(lambda cursor: _page(_ORDERS, "/orders", query, 1000, cursor))

    def fills(
        self,
        *,
        account_id: str | None = None,
        order_id: int | None = None,
        instrument_id: str | None = None,
        strategy_id: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Rows[Fill]:
        """Executions, newest first, a part of them."""
        query = {
            "account_id": account_id, "order_id": order_id, "instrument_id": instrument_id,
            "strategy_id": strategy_id,
        }  # fmt: skip
        return self._send(_page(_FILLS, "/fills", query, limit, cursor))

    def each_fill(
        self,
        *,
        account_id: str | None = None,
        order_id: int | None = None,
        instrument_id: str | None = None,
        strategy_id: str | None = None,
    ) -> Iterator[Fill]:
        """Every execution, newest first."""
        query = {
            "account_id": account_id, "order_id": order_id, "instrument_id": instrument_id,
            "strategy_id": strategy_id,
        }  # fmt: skip
        return self._each(lambda cursor: _page(_FILLS, "/fills", query, 1000, cursor))


def _page(decode: Any, path: str, query: Mapping[str, object], limit: int, cursor: str | None) -> Call[Any]:
    return get(decode, path, {**query, "limit": limit, "cursor": cursor})
