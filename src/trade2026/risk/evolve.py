"""Keeps exposure, reserves and limits up to date; one handler per event, none decides anything."""

from collections.abc import Callable
from typing import Any, Final

from trade2026.model.enums import AccountType, Side, TradingState
from trade2026.model.events import (
    AccountLimitsSet,
    AccountOpened,
    CancelRejected,
    CashTransferred,
    EntitlementSet,
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
from trade2026.risk.values import buy_reserve, scale_of, value_up, worst_worth

_BUY: Final = Side.BUY
_CASH: Final = AccountType.CASH
_NOTHING: Final = bytes(16)


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
    long_value = value_up(price * (quantity + exposure.open_buy), scale)
    short_value = value_up(price * (exposure.open_sell - quantity), scale)
    worst_value = max(long_value, short_value)
    position_value = -value_up(-price * quantity, scale) if quantity else 0
    open_value = value_up(exposure.open_worth, scale)
    account.net_long += long_value - exposure.long_value
    account.net_short += short_value - exposure.short_value
    account.gross += worst_value - exposure.worst_value
    account.position_value += position_value - exposure.position_value
    account.open_notional += open_value - exposure.open_value
    exposure.long_value = long_value
    exposure.short_value = short_value
    exposure.worst_value = worst_value
    exposure.position_value = position_value
    exposure.open_value = open_value
    if account.account.account_type is _CASH:
        _hold_cash(account, exposure)


def _hold_cash(account: AccountRisk, exposure: Exposure) -> None:
    """Hold back what the open buys may cost, fees included."""
    reserve = 0
    if exposure.buy_worth:
        reserve = buy_reserve(exposure, exposure.buy_worth, exposure.open_buy, exposure.open_buys)
    if reserve != exposure.reserve:
        reserved = account.reserved
        currency = exposure.instrument.quote_currency
        reserved[currency] = reserved.get(currency, 0) + reserve - exposure.reserve
        exposure.reserve = reserve


def _reserve(exposure: Exposure, order: OpenOrder) -> None:
    """Set what the order may still do to what its terms say, an unanswered replace included."""
    leaves = max(order.order_qty - order.cum_qty, 0)
    if order.pending_qty:
        pending = max(order.pending_qty - order.cum_qty, 0)
        worth = worst_worth(order.price, leaves, order.pending_price, pending)
        leaves = max(leaves, pending)
    else:
        worth = order.price * leaves
    _set_open(exposure, order, leaves, worth)


def _set_open(exposure: Exposure, order: OpenOrder, leaves: int, worth: int) -> None:
    if order.side is _BUY:
        exposure.open_buy += leaves - order.leaves
        exposure.buy_worth += worth - order.worth
    else:
        exposure.open_sell += leaves - order.leaves
    exposure.open_worth += worth - order.worth
    order.leaves = leaves
    order.worth = worth


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
    if event.side is _BUY:
        exposure.open_buys += 1
    exposure.price = event.reference_price
    _reserve(exposure, order)
    refresh(state, account, exposure)


def _filled(state: RiskState, event: OrderFilled) -> None:
    """Take what filled out of the reserves; `TradeBooked`, next in the same frame, refreshes values."""
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
        _reserve(exposure, order)


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
    _set_open(exposure, order, 0, 0)
    exposure.open_orders -= 1
    account.open_orders -= 1
    if order.side is _BUY:
        exposure.open_buys -= 1
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
    _reserve(exposure, order)
    refresh(state, account, exposure)


def _replaced(state: RiskState, event: OrderReplaced) -> None:
    order = state.open_orders[event.order_id]
    order.order_qty = event.order_qty
    order.price = order.pending_price
    if event.limit_price is not None and (order.side is _BUY or event.limit_price > order.price):
        order.price = event.limit_price  # The venue's word counts, should it differ from what was asked.
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
        _reserve(exposure, order)
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
    exposure = exposure_of(state, account, event.instrument_id)
    exposure.limits = event.limits
    account.limits_version = event.version
    refresh(state, account, exposure)  # Fees of open buys are held back at the new rate.


def _trading_state(state: RiskState, event: TradingStateSet) -> None:
    if event.state is TradingState.ACTIVE:
        state.trading_states.pop((event.scope, event.target), None)
    else:
        state.trading_states[event.scope, event.target] = event.state


def _run_started(state: RiskState, event: RunStarted) -> None:
    state.environment = event.environment


def _entitlement_set(state: RiskState, event: EntitlementSet) -> None:
    kept = state.accounts[event.account_id]
    kept.account = kept.account.with_entitlement(event.trader_id, event.entitled)


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
    EntitlementSet: _entitlement_set,
}
"""Events risk cares about; every other event leaves it as it is."""
