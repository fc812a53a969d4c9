"""Keeps exposure, reserves and limits up to date; one handler per event, none decides anything."""

from collections.abc import Callable
from typing import Any

from trade2026.model.enums import AccountType, Side, TradingState
from trade2026.model.events import (
    AccountLimitsSet,
    AccountOpened,
    CancelRejected,
    CashTransferred,
    InstrumentLimitsSet,
    InstrumentRegistered,
    MarksRecorded,
    OrderApproved,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderPendingReplace,
    OrderRejected,
    OrderReplaced,
    RateSet,
    RunStarted,
    TradeBooked,
    TradingStateSet,
)
from trade2026.primitives.fixed_point import decode_money
from trade2026.risk.check import risk_price
from trade2026.risk.state import AccountRisk, Exposure, OpenOrder, RiskState
from trade2026.risk.values import reserve_for, scale_of, scaled_value

_BUY = Side.BUY
_CASH = AccountType.CASH
_NOTHING = bytes(16)


def exposure_of(state: RiskState, account: AccountRisk, instrument_id: str) -> Exposure:
    """The account's exposure in the instrument, made on first use."""
    exposure = account.exposures.get(instrument_id)
    if exposure is None:
        exposure = account.exposures[instrument_id] = Exposure(state.instruments[instrument_id])
    return exposure


def refresh(state: RiskState, account: AccountRisk, exposure: Exposure) -> None:
    """Recompute the exposure's values at its latest price and carry the change into the account's totals."""
    price = exposure.price
    quantity = exposure.quantity
    scale = scale_of(state, account, exposure)
    long_value = scaled_value(price, quantity + exposure.open_buy, scale)
    short_value = scaled_value(price, exposure.open_sell - quantity, scale)
    worst_value = long_value if long_value > short_value else short_value
    position_value = scaled_value(price, quantity, scale) if quantity else 0
    account.net_long += long_value - exposure.long_value
    account.net_short += short_value - exposure.short_value
    account.gross += worst_value - exposure.worst_value
    account.position_value += position_value - exposure.position_value
    exposure.long_value = long_value
    exposure.short_value = short_value
    exposure.worst_value = worst_value
    exposure.position_value = position_value


def _reserve(state: RiskState, account: AccountRisk, exposure: Exposure, order: OpenOrder) -> None:
    """Set what the order holds back to what its terms ask for, an unanswered replace included."""
    leaves = order.order_qty - order.cum_qty
    price = order.price
    if order.pending_qty:
        leaves = max(leaves, order.pending_qty - order.cum_qty)
        price = max(price, order.pending_price)
    leaves = max(leaves, 0)
    if order.side is _BUY:
        exposure.open_buy += leaves - order.leaves
    else:
        exposure.open_sell += leaves - order.leaves
    order.leaves = leaves
    value = scaled_value(price, leaves, scale_of(state, account, exposure)) if leaves else 0
    account.open_notional += value - order.value
    order.value = value
    if order.side is _BUY and account.account.account_type is _CASH:
        assert exposure.limits is not None
        instrument = exposure.instrument
        quote = scaled_value(price, leaves, instrument.multiplier)
        reserve = reserve_for(quote, exposure.limits.fee_bps)
        currency = instrument.quote_currency
        account.reserved[currency] = account.reserved.get(currency, 0) + reserve - order.reserve
        order.reserve = reserve


def _approved(state: RiskState, event: OrderApproved) -> None:
    account = state.accounts[event.account_id]
    exposure = account.exposures[event.instrument_id]
    assert exposure.limits is not None
    price = risk_price(
        event.side, event.limit_price, event.reference_price, exposure.limits.market_protection_bps
    )
    order = OpenOrder(event.account_id, event.instrument_id, event.side, event.order_qty, price)
    state.open_orders[event.order_id] = order
    exposure.open_orders += 1
    account.open_orders += 1
    exposure.price = event.reference_price
    _reserve(state, account, exposure, order)
    refresh(state, account, exposure)


def _filled(state: RiskState, event: OrderFilled) -> None:
    """Take what filled out of the reserves; `TradeBooked`, which follows in the same frame, refreshes values."""
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.instrument_id)
    exposure.price = event.last_px
    order = state.open_orders.get(event.order_id)
    if order is None:  # A late fill of an order that was done: it holds nothing back any more.
        return
    order.cum_qty = event.cum_qty
    if event.leaves_qty == 0 and order.pending_qty == 0:
        _release(state, event.order_id, order, account, exposure)
    else:
        _reserve(state, account, exposure, order)


def _booked(state: RiskState, event: TradeBooked) -> None:
    account = state.accounts[event.account_id]
    exposure = account.exposures[event.instrument_id]
    exposure.quantity += event.quantity
    cash = account.cash
    cash[event.currency] = cash.get(event.currency, 0) + int.from_bytes(event.cash, "big", signed=True)
    if event.commission != _NOTHING:
        charged = event.commission_currency
        if not exposure.instrument.takes_commission_in_units(charged):
            cash[charged] = cash.get(charged, 0) - int.from_bytes(event.commission, "big", signed=True)
    refresh(state, account, exposure)


def _release(
    state: RiskState, order_id: int, order: OpenOrder, account: AccountRisk, exposure: Exposure
) -> None:
    """Give back all an order holds; values are refreshed by the caller."""
    if order.side is _BUY:
        exposure.open_buy -= order.leaves
    else:
        exposure.open_sell -= order.leaves
    account.open_notional -= order.value
    if order.reserve:
        account.reserved[exposure.instrument.quote_currency] -= order.reserve
    exposure.open_orders -= 1
    account.open_orders -= 1
    del state.open_orders[order_id]


def _done(state: RiskState, event: OrderCanceled | OrderExpired | OrderRejected) -> None:
    order = state.open_orders.get(event.order_id)
    if order is None:
        return
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    _release(state, event.order_id, order, account, exposure)
    refresh(state, account, exposure)


def _pending_replace(state: RiskState, event: OrderPendingReplace) -> None:
    order = state.open_orders[event.order_id]
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    assert exposure.limits is not None
    order.pending_qty = event.order_qty
    order.pending_price = risk_price(
        order.side, event.limit_price, event.reference_price, exposure.limits.market_protection_bps
    )
    exposure.price = event.reference_price
    _reserve(state, account, exposure, order)
    refresh(state, account, exposure)


def _replaced(state: RiskState, event: OrderReplaced) -> None:
    order = state.open_orders[event.order_id]
    order.order_qty = event.order_qty
    order.price = order.pending_price
    _settle_replace(state, event.order_id, order)


def _cancel_rejected(state: RiskState, event: CancelRejected) -> None:
    order = state.open_orders.get(event.order_id)
    if order is not None and event.was_replace:
        _settle_replace(state, event.order_id, order)


def _settle_replace(state: RiskState, order_id: int, order: OpenOrder) -> None:
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    order.pending_qty = 0
    order.pending_price = 0
    if order.cum_qty >= order.order_qty:
        _release(state, order_id, order, account, exposure)
    else:
        _reserve(state, account, exposure, order)
    refresh(state, account, exposure)


def _marks(state: RiskState, event: MarksRecorded) -> None:
    for mark in event.marks:
        for account in state.accounts.values():
            exposure = account.exposures.get(mark.instrument_id)
            if exposure is not None:
                exposure.price = mark.price
                refresh(state, account, exposure)


def _rate(state: RiskState, event: RateSet) -> None:
    state.rates[event.currency, event.base_currency] = (event.rate, event.ts_event)
    for account in state.accounts.values():
        if account.account.base_currency != event.base_currency:
            continue
        for exposure in account.exposures.values():
            if exposure.instrument.quote_currency == event.currency:
                refresh(state, account, exposure)


def _cash(state: RiskState, event: CashTransferred) -> None:
    cash = state.accounts[event.account_id].cash
    cash[event.currency] = cash.get(event.currency, 0) + decode_money(event.amount)


def _account_opened(state: RiskState, event: AccountOpened) -> None:
    state.accounts[event.account.account_id] = AccountRisk(event.account)


def _instrument(state: RiskState, event: InstrumentRegistered) -> None:
    instrument = event.instrument
    state.instruments[instrument.instrument_id] = instrument
    for account in state.accounts.values():
        exposure = account.exposures.get(instrument.instrument_id)
        if exposure is not None:
            exposure.instrument = instrument
            refresh(state, account, exposure)


def _account_limits(state: RiskState, event: AccountLimitsSet) -> None:
    account = state.accounts[event.account_id]
    account.limits = event.limits
    account.limits_version = event.version


def _instrument_limits(state: RiskState, event: InstrumentLimitsSet) -> None:
    account = state.accounts[event.account_id]
    exposure_of(state, account, event.instrument_id).limits = event.limits
    account.limits_version = event.version


def _trading_state(state: RiskState, event: TradingStateSet) -> None:
    if event.state is TradingState.ACTIVE:
        state.trading_states.pop((event.scope, event.target), None)
    else:
        state.trading_states[event.scope, event.target] = event.state


def _run_started(state: RiskState, event: RunStarted) -> None:
    state.environment = event.environment


HANDLERS: dict[type, Callable[[RiskState, Any], None]] = {
    OrderApproved: _approved,
    OrderFilled: _filled,
    TradeBooked: _booked,
    OrderCanceled: _done,
    OrderExpired: _done,
    OrderRejected: _done,
    OrderPendingReplace: _pending_replace,
    OrderReplaced: _replaced,
    CancelRejected: _cancel_rejected,
    MarksRecorded: _marks,
    RateSet: _rate,
    CashTransferred: _cash,
    AccountOpened: _account_opened,
    InstrumentRegistered: _instrument,
    AccountLimitsSet: _account_limits,
    InstrumentLimitsSet: _instrument_limits,
    TradingStateSet: _trading_state,
    RunStarted: _run_started,
}
"""Events risk cares about; every other event leaves it as it is."""
