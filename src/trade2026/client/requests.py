"""What is asked, as bodies of JSON."""

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import msgspec

from trade2026.client.values import Amount, Moment, amount_text, moment_text
from trade2026.model.enums import (
    ContingencyType,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to be sent.

    Without an `order_type` it is what the prices make it: TRAILING_STOP with a `trailing_offset`, STOP_LIMIT
    or STOP with a `trigger_price`, LIMIT with a `limit_price`, MARKET without any. An `expire_time` makes it
    GTD. `client_order_id` names the request; without one its key does. docs/order-types.md has the rest.
    """

    account_id: str
    instrument_id: str
    side: Side | str
    order_qty: Amount
    limit_price: Amount | None = None
    time_in_force: TimeInForce | str = TimeInForce.DAY
    strategy_id: str = ""
    client_order_id: str | None = None
    order_type: OrderType | str | None = None
    trigger_price: Amount | None = None
    trigger_source: TriggerSource | str | None = None
    trailing_offset: Amount | None = None
    trailing_offset_type: TrailingOffsetType | str | None = None
    display_qty: Amount | None = None
    expire_time: Moment | None = None
    post_only: bool = False
    reduce_only: bool = False
    contingency_type: ContingencyType | str | None = None
    list_id: str | None = None
    parent_client_order_id: str | None = None

    def body(self) -> dict[str, Any]:
        """As the desk takes it; raises InputError for floats and what is no number."""
        is_gtd = self.expire_time is not None
        body: dict[str, Any] = {
            "account_id": self.account_id,
            "instrument_id": self.instrument_id,
            "side": str(self.side),
            "order_type": str(self.order_type or self._type()),
            "time_in_force": str(TimeInForce.GTD if is_gtd else self.time_in_force),
            "order_qty": amount_text(self.order_qty, "order_qty"),
        }
        for name in _AMOUNTS:
            amount = getattr(self, name)
            if amount is not None:
                body[name] = amount_text(amount, name)
        for name in _WORDS:
            word = getattr(self, name)
            if word:
                body[name] = word if word is True else str(word)
        if is_gtd:
            body["expire_time"] = moment_text(self.expire_time, "expire_time")
        return body

    def request(self, name: str) -> dict[str, Any]:
        """As the socket for orders takes it; `name` where it has none of its own."""
        return {"do": "submit", "client_order_id": name, **self.body()}

    def _type(self) -> OrderType:
        if self.trailing_offset is not None:
            return OrderType.TRAILING_STOP
        if self.trigger_price is not None:
            return OrderType.STOP if self.limit_price is None else OrderType.STOP_LIMIT
        return OrderType.MARKET if self.limit_price is None else OrderType.LIMIT


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
    trigger_price: Amount | None = None
    client_order_id: str | None = None

    def request(self, name: str) -> dict[str, Any]:
        """As the socket for orders takes it; `name` where it has none of its own. InputError as above."""
        price, trigger = self.limit_price, self.trigger_price
        return {
            "do": "replace", "account_id": self.account_id, "order_id": self.order_id,
            "order_qty": amount_text(self.order_qty, "order_qty"),
            "limit_price": None if price is None else amount_text(price, "limit_price"),
            "trigger_price": None if trigger is None else amount_text(trigger, "trigger_price"),
            "client_order_id": self.client_order_id or name,
        }  # fmt: skip


_AMOUNTS: Final = ("limit_price", "trigger_price", "trailing_offset", "display_qty")
_WORDS: Final = (
    "strategy_id", "client_order_id", "trigger_source", "trailing_offset_type", "post_only", "reduce_only",
    "contingency_type", "list_id", "parent_client_order_id",
)  # fmt: skip


class Terms(TypedDict, total=False):
    """Fields of `NewOrder` beyond account, instrument, side and quantity."""

    limit_price: Amount | None
    time_in_force: TimeInForce | str
    strategy_id: str
    client_order_id: str | None
    order_type: OrderType | str | None
    trigger_price: Amount | None
    trigger_source: TriggerSource | str | None
    trailing_offset: Amount | None
    trailing_offset_type: TrailingOffsetType | str | None
    display_qty: Amount | None
    expire_time: Moment | None
    post_only: bool
    reduce_only: bool
    contingency_type: ContingencyType | str | None
    list_id: str | None
    parent_client_order_id: str | None


class StopLoss(msgspec.Struct, frozen=True, kw_only=True):
    """The exit of a bracket with a loss: STOP, STOP_LIMIT with a limit, TRAILING_STOP with an offset."""

    trigger_price: Amount | None = None
    limit_price: Amount | None = None
    trigger_source: TriggerSource | str | None = None
    trailing_offset: Amount | None = None
    trailing_offset_type: TrailingOffsetType | str | None = None
    time_in_force: TimeInForce | str = TimeInForce.GTC

    def body(self) -> dict[str, Any]:
        """As the desk takes it."""
        body: dict[str, Any] = {"time_in_force": str(self.time_in_force)}
        for name in ("trigger_price", "limit_price", "trailing_offset"):
            amount = getattr(self, name)
            if amount is not None:
                body[name] = amount_text(amount, name)
        for name in ("trigger_source", "trailing_offset_type"):
            word = getattr(self, name)
            if word is not None:
                body[name] = str(word)
        return body


def bracket_body(
    entry: NewOrder,
    take_profit: Amount | None,
    stop_loss: Amount | StopLoss | None,
    time_in_force: TimeInForce | str,
) -> dict[str, Any]:
    """An entry with its exits; a `stop_loss` that is a price is a STOP there."""
    body: dict[str, Any] = {"entry": entry.body()}
    if take_profit is not None:
        body["take_profit"] = {
            "limit_price": amount_text(take_profit, "take_profit"), "time_in_force": str(time_in_force),
        }  # fmt: skip
    if isinstance(stop_loss, StopLoss):
        body["stop_loss"] = stop_loss.body()
    elif stop_loss is not None:
        amount_text(stop_loss, "stop_loss")
        body["stop_loss"] = StopLoss(trigger_price=stop_loss, time_in_force=time_in_force).body()
    return body


def parameters_body(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters of a strategy; decimals become text."""
    found: dict[str, Any] = msgspec.to_builtins(dict(parameters or {}))
    return found
