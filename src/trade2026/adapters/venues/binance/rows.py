"""The venue's messages as they are read: what is not as documented is refused by the decoder."""

import msgspec


class OrderRow(msgspec.Struct, frozen=True, rename="camel"):
    """An order as it is queried."""

    symbol: str
    order_id: int
    client_order_id: str
    price: str
    orig_qty: str
    executed_qty: str
    status: str
    time_in_force: str
    type: str
    side: str
    time: int
    update_time: int
    prevented_quantity: str = "0"
    iceberg_qty: str = "0"


class TradeRow(msgspec.Struct, frozen=True, rename="camel"):
    """A fill of the account as it is queried."""

    symbol: str
    id: int
    order_id: int
    price: str
    qty: str
    commission: str
    commission_asset: str
    time: int
    is_buyer: bool
    is_maker: bool


class Balance(msgspec.Struct, frozen=True):
    """What the account has of a coin, and what of it open orders hold back."""

    asset: str
    free: str
    locked: str


class AccountRow(msgspec.Struct, frozen=True):
    """The account, as far as it is looked at."""

    balances: list[Balance]


class ServerTime(msgspec.Struct, frozen=True, rename="camel"):
    """The venue's clock."""

    server_time: int


class ExecutionEvent(
    msgspec.Struct,
    frozen=True,
    rename={
        "symbol": "s", "client_order_id": "c", "side": "S", "type": "o", "time_in_force": "f",
        "quantity": "q", "price": "p", "orig_client_order_id": "C", "kind": "x", "status": "X",
        "reason": "r", "order_id": "i", "last_qty": "l", "cum_qty": "z", "last_px": "L", "commission": "n",
        "commission_asset": "N", "time": "T", "trade_id": "t", "is_maker": "m", "prevented": "A",
    },
):  # fmt: skip
    """`executionReport`: a change of an order, and the order after it."""

    symbol: str
    client_order_id: str
    side: str
    type: str
    time_in_force: str
    quantity: str
    price: str
    kind: str
    status: str
    order_id: int
    last_qty: str
    cum_qty: str
    last_px: str
    time: int
    trade_id: int
    is_maker: bool
    orig_client_order_id: str = ""
    reason: str = ""
    commission: str | None = None
    commission_asset: str | None = None
    prevented: str = "0"


class EventHead(msgspec.Struct, frozen=True):
    """What kind of event it is."""

    e: str = ""


class Said(msgspec.Struct, frozen=True):
    """A message of the WebSocket API: an answer (`id`), or an event of the account."""

    id: int | str | None = None
    status: int = 0
    error: msgspec.Raw = msgspec.Raw(b"")
    event: msgspec.Raw = msgspec.Raw(b"")
