"""Risk's no, with everything needed to understand it. Tags are part of the journal's format."""

from enum import StrEnum

import msgspec

from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.model.instructions import OrderInstructions


class RiskCheck(StrEnum):
    """The pre-trade checks by precedence: state, identity, instrument, order, price, size, exposure."""

    TRADING_STATE = "TRADING_STATE"
    ENTITLEMENT = "ENTITLEMENT"
    ENVIRONMENT = "ENVIRONMENT"
    VENUE_SESSION = "VENUE_SESSION"
    NO_LIMITS = "NO_LIMITS"
    INSTRUMENT = "INSTRUMENT"
    TRADING_HOURS = "TRADING_HOURS"
    ORDER_TYPE = "ORDER_TYPE"
    TICK_SIZE = "TICK_SIZE"
    TRIGGER_PRICE = "TRIGGER_PRICE"
    EXPIRE_TIME = "EXPIRE_TIME"
    LOT_SIZE = "LOT_SIZE"
    CONTINGENCY = "CONTINGENCY"
    REDUCE_ONLY = "REDUCE_ONLY"
    MIN_NOTIONAL = "MIN_NOTIONAL"
    REFERENCE = "REFERENCE"
    EXCHANGE_RATE = "EXCHANGE_RATE"
    PRICE_COLLAR = "PRICE_COLLAR"
    MARKET_PROTECTION = "MARKET_PROTECTION"
    MAX_ORDER_QTY = "MAX_ORDER_QTY"
    MAX_ORDER_NOTIONAL = "MAX_ORDER_NOTIONAL"
    OPEN_ORDERS = "OPEN_ORDERS"
    OPEN_QTY = "OPEN_QTY"
    OPEN_NOTIONAL = "OPEN_NOTIONAL"
    POSITION = "POSITION"
    GROSS_EXPOSURE = "GROSS_EXPOSURE"
    NET_EXPOSURE = "NET_EXPOSURE"
    BUYING_POWER = "BUYING_POWER"
    LEVERAGE = "LEVERAGE"
    SHORT_SALE = "SHORT_SALE"


class RiskFailure(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One check that said no: the limit, what it would have become, as exact decimals or words."""

    check: RiskCheck
    limit: str
    used: str
    text: str


class OrderRefused(msgspec.Struct, frozen=True, array_like=True, tag=120):
    """Risk said no to a submit; nothing was sent.

    `failures` has every failed check, the first one decided. `largest_qty` is the largest quantity
    (raw) that would have passed all checks, 0 when none does. The terms are those of the request.
    """

    now: int
    account_id: str
    client_order_id: str
    strategy_id: str
    instrument_id: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    order_qty: int
    limit_price: int | None
    limits_version: int
    failures: tuple[RiskFailure, ...]
    largest_qty: int
    instructions: OrderInstructions | None = None


class ReplaceRefused(msgspec.Struct, frozen=True, array_like=True, tag=121):
    """Risk said no to a replace; the order works on with its old terms. Fields as in `OrderRefused`."""

    now: int
    account_id: str
    client_order_id: str
    order_id: int
    order_qty: int
    limit_price: int | None
    limits_version: int
    failures: tuple[RiskFailure, ...]
    largest_qty: int
    trigger_price: int | None = None
