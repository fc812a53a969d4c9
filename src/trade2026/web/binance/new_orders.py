"""A new order as it was asked for, checked by itself: its words, and the filters of its symbol."""

from typing import Final

import msgspec

from trade2026.matching.words import PlaceOrder, SelfTradePrevention
from trade2026.model.enums import OrderType, Side, TimeInForce
from trade2026.simulation.exchange.order_records import Terms
from trade2026.web.binance import refusals
from trade2026.web.binance.params import Params
from trade2026.web.binance.refusals import Refusal
from trade2026.web.binance.symbols import DEFAULT_PREVENTION, ORDER_TYPES, PREVENTIONS, Symbol

SIDES: Final = {side.value: side for side in Side}
TIMES: Final = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
TYPES: Final = dict.fromkeys(ORDER_TYPES)
STOPS: Final = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"})
TARGETS: Final = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
_TIMED: Final = frozenset({"LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
PRICED: Final = _TIMED | {"LIMIT_MAKER"}
TRIGGERED: Final = STOPS | TARGETS
_PREVENTIONS: Final = {**dict.fromkeys(PREVENTIONS, True), "TRANSFER": False}
_STRATEGY_TYPE_MIN: Final = 1_000_000
_STRATEGY_MAX: Final = 2**31 - 1


class Names(msgspec.Struct, frozen=True):
    """What the parameters of an order are called; the legs of a list have names of their own."""

    order_type: str = "type"
    time_in_force: str = "timeInForce"
    price: str = "price"
    stop_price: str = "stopPrice"
    iceberg: str = "icebergQty"
    client_order_id: str = "newClientOrderId"
    trailing: str = "trailingDelta"
    strategy_id: str = "strategyId"
    strategy_type: str = "strategyType"


PLAIN: Final = Names()


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that may be placed; prices in ticks, 0 for none, quantities in lots, `quote_qty` raw."""

    symbol: Symbol
    side: Side
    order_type: str
    time_in_force: str
    lots: int
    ticks: int
    stop_ticks: int
    iceberg: int
    quote_qty: int
    client_order_id: str | None
    prevention: str
    strategy_id: int | None
    strategy_type: int | None

    @property
    def triggers_above(self) -> bool:
        """Whether its trigger is met by a price at or above it."""
        return (self.side is Side.BUY) == (self.order_type in STOPS)

    def terms(self, order_id: int, list_id: int = -1) -> Terms:
        """What it is called, whatever the book calls it."""
        return Terms(
            client_order_id=self.client_order_id or f"trade2026-{order_id}",
            order_type=self.order_type, time_in_force=self.time_in_force, quote_qty=self.quote_qty,
            stop_price=self.stop_ticks, list_id=list_id, strategy_id=self.strategy_id,
            strategy_type=self.strategy_type,
        )  # fmt: skip

    def command(self, owner: str, order_id: int) -> PlaceOrder:
        """What the book is told: take-profit orders as what they become when their price is met."""
        is_stop = self.order_type in STOPS
        is_priced = self.order_type in PRICED
        if is_priced:
            order_type = OrderType.STOP_LIMIT if is_stop else OrderType.LIMIT
        else:
            order_type = OrderType.STOP if is_stop else OrderType.MARKET
        time_in_force = TIMES[self.time_in_force]
        if order_type is OrderType.MARKET:
            time_in_force = TimeInForce.IOC
        return PlaceOrder(
            order_id, owner, self.side, order_type, time_in_force, self.lots,
            self.ticks if is_priced else None, self.stop_ticks if is_stop else None, self.iceberg, 0,
            self.order_type == "LIMIT_MAKER", SelfTradePrevention(self.prevention),
        )  # fmt: skip


def read_side(params: Params) -> Side:
    """Buy or sell."""
    params.text("side")
    word = params.word("side", SIDES, refusals.bad_side)
    assert word is not None, "it was sent"
    return SIDES[word]


def read_prevention(params: Params) -> str:
    """What becomes of orders that would trade with the owner's own."""
    word = params.word("selfTradePreventionMode", _PREVENTIONS)
    if word is not None and not _PREVENTIONS[word]:
        text = "This symbol does not allow the specified self-trade prevention mode."
        raise refusals.rejected(text)
    return word or DEFAULT_PREVENTION


def read_order(params: Params, symbol: Symbol) -> NewOrder:
    """A whole order."""
    side = read_side(params)
    params.text("type")
    order_type = params.word("type", TYPES, refusals.bad_order_type)
    assert order_type is not None, "it was sent"
    quantity, quote = params.decimal("quantity"), 0
    if order_type == "MARKET" and "quoteOrderQty" in params.values:
        if quantity is not None:
            raise refusals.not_required("quoteOrderQty")
        quote = params.decimal("quoteOrderQty") or 0
        if not quote:
            raise refusals.filter_failure("NOTIONAL")
    else:
        params.refuse("quoteOrderQty")
        if quantity is None:
            raise refusals.missing("quantity")
    lots = 0
    if quantity is not None:
        lots = symbol.lots_of(quantity, "MARKET_LOT_SIZE" if order_type == "MARKET" else "LOT_SIZE")
    return read_leg(params, symbol, side, order_type, lots, read_prevention(params), quote_qty=quote)


def read_leg(
    params: Params, symbol: Symbol, side: Side, order_type: str, lots: int, prevention: str,
    names: Names = PLAIN, *, quote_qty: int = 0,
) -> NewOrder:  # fmt: skip
    """The rest of an order whose side, type and size are known; what does not go with its type is refused."""
    time_in_force = "GTC"
    if order_type in _TIMED:
        params.text(names.time_in_force)
        time_in_force = params.word(names.time_in_force, TIMES, refusals.bad_time_in_force) or time_in_force
    else:
        params.refuse(names.time_in_force)
    ticks = _read_price(params, symbol, names.price, is_needed=order_type in PRICED)
    if names.trailing in params.values:
        raise refusals.rejected("Trailing stop orders are not supported for this symbol.")
    stop_ticks = _read_price(params, symbol, names.stop_price, is_needed=order_type in TRIGGERED)
    if ticks and lots:
        symbol.check_notional(ticks, lots)
    strategy_type = params.integer(names.strategy_type, 0, _STRATEGY_MAX)
    if strategy_type is not None and strategy_type < _STRATEGY_TYPE_MIN:
        raise Refusal(-1134, "strategyType was less than 1000000.")
    return NewOrder(
        symbol=symbol, side=side, order_type=order_type, time_in_force=time_in_force, lots=lots,
        ticks=ticks, stop_ticks=stop_ticks,
        iceberg=_read_iceberg(params, symbol, names.iceberg, lots, order_type, time_in_force),
        quote_qty=quote_qty, client_order_id=params.name(names.client_order_id), prevention=prevention,
        strategy_id=params.integer(names.strategy_id, 0, _STRATEGY_MAX), strategy_type=strategy_type,
    )  # fmt: skip


def _read_price(params: Params, symbol: Symbol, name: str, *, is_needed: bool) -> int:
    if not is_needed:
        params.refuse(name)
        return 0
    raw = params.decimal(name)
    if raw is None:
        raise refusals.missing(name)
    return symbol.ticks_of(raw)


def _read_iceberg(
    params: Params, symbol: Symbol, name: str, lots: int, order_type: str, time_in_force: str
) -> int:
    if name not in params.values:
        return 0
    if order_type not in PRICED or time_in_force != "GTC":
        raise refusals.not_required(name)
    raw = params.decimal(name) or 0
    if raw > lots * symbol.listing.lot_size:
        raise refusals.rejected("IcebergQty exceeds QTY.")
    shown = symbol.lots_of(raw) if raw else 0
    if shown and -(-lots // shown) > symbol.listing.max_parts:
        raise refusals.filter_failure("ICEBERG_PARTS")
    return shown if shown < lots else 0
