"""The venue's words in ours: orders, fills, balances and what the stream says. Decimals are read exactly."""

from collections.abc import Callable, Mapping
from typing import Final

from trade2026.adapters.venues.binance.names import execution_id, our_id, venue_order_id
from trade2026.adapters.venues.binance.rows import AccountRow, ExecutionEvent, OrderRow, TradeRow
from trade2026.model.enums import ExecType, LiquiditySide, OrderType, Side, TimeInForce
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import Holding, VenueOrder
from trade2026.primitives.fixed_point import MONEY_MAX, parse_raw
from trade2026.primitives.time import MILLISECOND_NS

_TYPES: Final = {
    "LIMIT": OrderType.LIMIT, "LIMIT_MAKER": OrderType.LIMIT, "MARKET": OrderType.MARKET,
    "STOP_LOSS": OrderType.STOP, "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    # Orders of others, which we have no word for: what they trade as.
    "TAKE_PROFIT": OrderType.MARKET, "TAKE_PROFIT_LIMIT": OrderType.LIMIT,
}  # fmt: skip
_OPEN: Final = frozenset({"NEW", "PARTIALLY_FILLED", "PENDING_NEW", "PENDING_CANCEL"})
_STATES: Final = {
    **dict.fromkeys(_OPEN, ExecType.NEW), "FILLED": ExecType.TRADE, "CANCELED": ExecType.CANCELED,
    "REJECTED": ExecType.REJECTED, "EXPIRED": ExecType.EXPIRED, "EXPIRED_IN_MATCH": ExecType.EXPIRED,
}  # fmt: skip

InstrumentOf = Callable[[str], str]
"""From a symbol to the instrument's id."""


def instrument_names(symbols: Mapping[str, str], venue: str) -> InstrumentOf:
    """Ids of the symbols that are configured; SYMBOL.VENUE for those of others."""
    known = {symbol: instrument_id for instrument_id, symbol in symbols.items()}
    return lambda symbol: known.get(symbol) or f"{symbol}.{venue}"


def moment(milliseconds: int, number: int) -> int:
    """UTC nanoseconds of something that an order did.

    Within one millisecond the later order is the later one: so the order that a replace made comes behind
    the one that it canceled.
    """
    return milliseconds * MILLISECOND_NS + number % MILLISECOND_NS


def stated_order(row: OrderRow, account_id: str, instrument_of: InstrumentOf) -> VenueOrder:
    """An order; LookupError where its status or type is none that is documented."""
    state = _STATES[row.status]
    price = _raw(row.price, "price")
    return VenueOrder(
        account_id, our_id(row.client_order_id), venue_order_id(row.symbol, row.order_id),
        instrument_of(row.symbol), Side(row.side), _TYPES[row.type], TimeInForce(row.time_in_force),
        _raw(row.orig_qty, "origQty"), price or None, _raw(row.executed_qty, "executedQty"),
        row.status in _OPEN, state, moment(row.update_time, row.order_id),
        "" if row.status == "FILLED" or row.status in _OPEN else row.status,
    )  # fmt: skip


def stated_fill(
    row: TradeRow, client_order_id: str, account_id: str, instrument_of: InstrumentOf
) -> ExecutionReport:
    """A fill, as the stream would have told it."""
    return ExecutionReport(
        account_id, client_order_id, ExecType.TRADE, moment(row.time, row.order_id),
        venue_order_id(row.symbol, row.order_id), execution_id(row.id, is_buy=row.is_buyer),
        _raw(row.qty, "qty"), _raw(row.price, "price"), *_commission(row.commission, row.commission_asset),
        LiquiditySide.MAKER if row.is_maker else LiquiditySide.TAKER,
        instrument_id=instrument_of(row.symbol), side=Side.BUY if row.is_buyer else Side.SELL,
    )  # fmt: skip


def stated_holdings(account: AccountRow, account_id: str, ignored: frozenset[str]) -> tuple[Holding, ...]:
    """What the account has, free or held back, of each coin that is looked at."""
    found = (
        Holding(account_id, each.asset, _money(each.free, "free") + _money(each.locked, "locked"))
        for each in account.balances
        if each.asset not in ignored
    )
    return tuple(sorted((each for each in found if each.amount), key=lambda each: each.commodity))


def stated_event(
    event: ExecutionEvent, kind: ExecType, client_order_id: str, account_id: str, instrument_of: InstrumentOf
) -> ExecutionReport:
    """What the stream says of an order, as a report of this kind under this id."""
    is_fill = kind is ExecType.TRADE
    paid = _commission(event.commission, event.commission_asset) if is_fill else (0, "")
    is_end = kind in (ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED)
    return ExecutionReport(
        account_id, client_order_id, kind, moment(event.time, event.order_id),
        venue_order_id(event.symbol, event.order_id),
        execution_id(event.trade_id, is_buy=event.side == "BUY") if is_fill else "",
        _raw(event.last_qty, "l") if is_fill else 0, _raw(event.last_px, "L") if is_fill else 0, *paid,
        (LiquiditySide.MAKER if event.is_maker else LiquiditySide.TAKER) if is_fill else None,
        _raw(event.quantity, "q"), _raw(event.price, "p"), _why_ended(event) if is_end else "",
        prevented_qty=_raw(event.prevented, "A") if is_end else 0, instrument_id=instrument_of(event.symbol),
        side=Side(event.side), order_type=_TYPES[event.type], time_in_force=TimeInForce(event.time_in_force),
    )  # fmt: skip


def _why_ended(event: ExecutionEvent) -> str:
    return event.status if event.reason in ("", "NONE") else event.reason


def _commission(amount: str | None, asset: str | None) -> tuple[int, str]:
    raw = _raw(amount or "0", "commission")
    return (raw, asset or "") if raw else (0, "")


def _raw(text: str, what: str) -> int:
    return parse_raw(text, what)


def _money(text: str, what: str) -> int:
    return parse_raw(text, what, maximum=MONEY_MAX)
