"""Keeps exposure, reserves and limits up to date; one handler per event, none decides anything."""

from collections.abc import Callable
from typing import Any, Final

from trade2026.model.enums import Side, TradingState, VenueSessionState
from trade2026.model.events import (
    AccountLimitsSet,
    AccountOpened,
    CancelRejected,
    CashTransferred,
    EntitlementSet,
    FillBusted,
    InstrumentLimitsSet,
    InstrumentRegistered,
    MarksRecorded,
    OrderAdopted,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderNotReceived,
    OrderPendingReplace,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    PositionAdjusted,
    RateSet,
    RunStarted,
    TradeBooked,
    TradingStateSet,
    VenueSessionSet,
)
from trade2026.primitives.fixed_point import decode_money
from trade2026.risk.check import is_child, price_of, risk_price
from trade2026.risk.open_order import NOTHING_PENDING, OpenOrder
from trade2026.risk.reserves import (
    enter,
    exposure_of,
    refresh,
    release,
    reserve,
    settle,
    take_pending,
)
from trade2026.risk.state import AccountRisk, RiskState

_BUY: Final = Side.BUY
_NOTHING: Final = bytes(16)


def _approved(state: RiskState, event: OrderApproved) -> None:
    account = state.accounts[event.account_id]
    exposure = account.exposures[event.instrument_id]
    assert exposure.limits is not None
    if event.instructions is None:
        price = risk_price(
            event.side, event.limit_price, event.reference_price, exposure.limits.market_protection_bps
        )
    else:
        price = price_of(event, event.reference_price, exposure.limits.market_protection_bps)
    enter(state, account, exposure, event, event.order_qty, price)
    exposure.price = event.reference_price
    refresh(state, account, exposure)


def _held(state: RiskState, event: OrderHeld) -> None:
    """A child reserves what its entry has filled, which is nothing as a rule; any other order all of it."""
    _approved(state, event.order)
    if event.armed_qty != event.order.order_qty or is_child(event.order):
        state.open_orders[event.order.order_id].is_child = True
        _set_total(state, event.order.order_id, event.armed_qty)


def _set_total(state: RiskState, order_id: int, order_qty: int) -> None:
    order = state.open_orders.get(order_id)
    if order is None:
        return
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    order.order_qty = order_qty
    reserve(exposure, order)
    refresh(state, account, exposure)


def _armed(state: RiskState, event: OrderArmed) -> None:
    _set_total(state, event.order_id, event.armed_qty)


def _restated(state: RiskState, event: OrderRestated) -> None:
    order = state.open_orders.get(event.order_id)
    if order is None:
        return
    total = min(order.order_qty, event.order_qty) if order.is_child else event.order_qty
    if event.limit_price is not None and not order.is_child:
        order.price = max(order.price, event.limit_price) if order.side is not _BUY else event.limit_price
    _set_total(state, event.order_id, total)
    if order.cum_qty >= event.order_qty and not order.pending:
        settle(state, event.order_id, order)


def _adopted(state: RiskState, event: OrderAdopted) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.instrument_id)
    enter(state, account, exposure, event, event.order_qty, event.reserve_price)
    exposure.price = exposure.price or event.reserve_price
    refresh(state, account, exposure)


def _busted(state: RiskState, event: FillBusted) -> None:
    """Quantity that was filled may fill again; `TradeBooked`, next in the same frame, refreshes values."""
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.instrument_id)
    order = state.open_orders.get(event.order_id)
    if order is None:
        if not event.is_reopened:
            return
        side = Side.SELL if event.side is _BUY else _BUY  # The event's is that of the contra entry.
        order = OpenOrder(
            event.account_id, event.instrument_id, side, event.cum_qty + event.leaves_qty, event.last_px,
            NOTHING_PENDING,
        )  # fmt: skip
        order.is_child = event.is_child
        state.open_orders[event.order_id] = order
        exposure.open_orders += 1
        account.open_orders += 1
        if side is _BUY:
            exposure.open_buys += 1
    order.cum_qty = event.cum_qty
    reserve(exposure, order)


def _filled(state: RiskState, event: OrderFilled) -> None:
    """Take what filled out of the reserves; `TradeBooked`, next in the same frame, refreshes values."""
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.instrument_id)
    exposure.price = event.last_px
    order = state.open_orders.get(event.order_id)
    if order is None:  # A late fill of an order that was done: it holds nothing back any more.
        return
    order.cum_qty = event.cum_qty
    if event.leaves_qty == 0 and not order.pending:
        release(state, event.order_id, order, account, exposure)
    else:
        reserve(exposure, order)


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


def _done(state: RiskState, event: OrderCanceled | OrderExpired | OrderRejected | OrderNotReceived) -> None:
    order = state.open_orders.get(event.order_id)
    if order is None:
        return
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    release(state, event.order_id, order, account, exposure)
    refresh(state, account, exposure)


def _pending_replace(state: RiskState, event: OrderPendingReplace) -> None:
    order = state.open_orders[event.order_id]
    if order.is_child:  # The core itself asks for what is reserved already.
        return
    account = state.accounts[order.account_id]
    exposure = account.exposures[order.instrument_id]
    assert exposure.limits is not None
    price = risk_price(
        order.side, event.limit_price, event.reference_price, exposure.limits.market_protection_bps
    )
    order.pending = {**order.pending, event.client_order_id: (event.order_qty, price)}
    exposure.price = event.reference_price or exposure.price
    reserve(exposure, order)
    refresh(state, account, exposure)


def _replaced(state: RiskState, event: OrderReplaced) -> None:
    order = state.open_orders.get(event.order_id)
    if order is None or order.is_child:
        return
    pending = take_pending(order, event.client_order_id)
    order.order_qty = event.order_qty
    if pending is not None:
        order.price = pending[1]
        if event.limit_price is not None and (order.side is _BUY or event.limit_price > order.price):
            order.price = event.limit_price  # The venue's word counts, should it differ from what was asked.
    elif event.reserve_price:
        order.price = event.reserve_price
    settle(state, event.order_id, order)


def _cancel_rejected(state: RiskState, event: CancelRejected) -> None:
    order = state.open_orders.get(event.order_id)
    if order is None or not event.was_replace:
        return
    if take_pending(order, event.client_order_id) is not None:
        settle(state, event.order_id, order)


def _adjusted(state: RiskState, event: PositionAdjusted) -> None:
    account = state.accounts[event.account_id]
    if event.quantity == 0:
        cash = account.cash
        cash[event.currency] = cash.get(event.currency, 0) + decode_money(event.cash)
        return
    exposure = exposure_of(state, account, event.commodity)
    exposure.quantity += event.quantity
    exposure.price = event.price
    refresh(state, account, exposure)


def _venue_session(state: RiskState, event: VenueSessionSet) -> None:
    if event.state is VenueSessionState.READY:
        state.venue_sessions.pop(event.venue, None)
    else:
        state.venue_sessions[event.venue] = event.state


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
    OrderNotReceived: _done,
    OrderHeld: _held,
    OrderArmed: _armed,
    OrderRestated: _restated,
    OrderAdopted: _adopted,
    FillBusted: _busted,
    PositionAdjusted: _adjusted,
    VenueSessionSet: _venue_session,
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
