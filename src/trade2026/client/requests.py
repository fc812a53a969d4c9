"""What is asked, as bodies of JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec

from trade2026.client.values import Amount, amount_text
from trade2026.model.enums import OrderType, Side, TimeInForce


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to be sent: LIMIT with a `limit_price`, MARKET without.

    `client_order_id` names the request; without one its key does.
    """

    account_id: str
    instrument_id: str
    side: Side | str
    order_qty: Amount
    limit_price: Amount | None = None
    time_in_force: TimeInForce | str = TimeInForce.DAY
    strategy_id: str = ""
    client_order_id: str | None = None

    def body(self) -> dict[str, Any]:
        """As the desk takes it; raises InputError for floats and what is no number."""
        price = self.limit_price
        body: dict[str, Any] = {
            "account_id": self.account_id,
            "instrument_id": self.instrument_id,
            "side": str(self.side),
            "order_type": str(OrderType.MARKET if price is None else OrderType.LIMIT),
            "time_in_force": str(self.time_in_force),
            "order_qty": amount_text(self.order_qty, "order_qty"),
        }
        if price is not None:
            body["limit_price"] = amount_text(price, "limit_price")
        if self.strategy_id:
            body["strategy_id"] = self.strategy_id
        if self.client_order_id is not None:
            body["client_order_id"] = self.client_order_id
        return body

    def request(self, name: str) -> dict[str, Any]:
        """As the socket for orders takes it; `name` where it has none of its own."""
        return {"do": "submit", "client_order_id": name, **self.body()}


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A request to cancel what is left of an order; `client_order_id` names the request."""

    account_id: str
    order_id: int
    client_order_id: str | None = None

    def request(self, name: str) -> dict[str, Any]:
        """As the socket for orders takes it; `name` where it has none of its own."""
        return {
            "do": "cancel", "account_id": self.account_id, "order_id": self.order_id,
            "client_order_id": self.client_order_id or name,
        }  # fmt: skip


class ReplaceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A request for other terms; `order_qty` is the new total, with what is filled."""

    account_id: str
    order_id: int
    order_qty: Amount
    limit_price: Amount | None = None
    client_order_id: str | None = None

    def request(self, name: str) -> dict[str, Any]:
        """As the socket for orders takes it; `name` where it has none of its own. InputError as above."""
        price = self.limit_price
        return {
            "do": "replace", "account_id": self.account_id, "order_id": self.order_id,
            "order_qty": amount_text(self.order_qty, "order_qty"),
            "limit_price": None if price is None else amount_text(price, "limit_price"),
            "client_order_id": self.client_order_id or name,
        }  # fmt: skip


def parameters_body(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters of a strategy; decimals become text."""
    found: dict[str, Any] = msgspec.to_builtins(dict(parameters or {}))
    return found
