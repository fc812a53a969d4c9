"""The pre-trade checks: pure functions over risk's state and one request.

The order is state, identity, instrument, static terms, price, size, exposure. Every check that can be
evaluated is, so a refusal reports all that is wrong; the first failure decides. A replace is checked
as the order it would become, with what the order reserves already taken out again; until the venue
answers, the larger of both terms stays reserved (`evolve`).
"""

from typing import Final

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import Scope, Side, TradingState
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import format_raw
from trade2026.risk.exposure_check import check_exposure
from trade2026.risk.state import AccountRisk, Exposure, OpenOrder, RiskState

BPS: Final = 10_000


def failures(state: RiskState, order: SubmitOrder, replaced: OpenOrder | None = None) -> list[RiskFailure]:
    """Every check the order fails, in order of precedence; empty when it may be sent.

    Parameters
    ----------
    order : SubmitOrder
        The request; for a replace the terms the order would have, `order_qty` being the new total.
    replaced : OpenOrder or None
        What the order reserves now, for a replace.
    """
    found: list[RiskFailure] = []
    account = state.accounts[order.account_id]
    exposure = account.exposures.get(order.instrument_id)
    _check_identity(state, account, order, found)
    if exposure is None or exposure.limits is None or account.limits is None:
        found.append(_no_limits(state, account, order))
        return found
    if state.trading_states:
        _check_trading_state(state, exposure, order, replaced, found)
    _check_terms(exposure, order, found)
    price = _check_price(exposure, order, found)
    if price:
        check_exposure(state, account, exposure, order, price, replaced, found)
    return sorted(found, key=_precedence) if found else found


_PRECEDENCE: Final = {check: position for position, check in enumerate(RiskCheck)}


def _precedence(failure: RiskFailure) -> int:
    return _PRECEDENCE[failure.check]


def _check_identity(
    state: RiskState, account: AccountRisk, order: SubmitOrder, found: list[RiskFailure]
) -> None:
    if order.trader_id not in account.account.entitled:
        text = f"trader_id {order.trader_id!r} is not entitled to account {order.account_id!r}"
        found.append(
            RiskFailure(RiskCheck.ENTITLEMENT, ", ".join(account.account.entitled), order.trader_id, text)
        )
    environment = order.environment
    if environment is not account.account.environment or (
        state.environment is not None and environment is not state.environment
    ):
        text = f"the order is for {environment}, the account for {account.account.environment}"
        if state.environment is not None:
            text += f" and this desk runs {state.environment}"
        found.append(RiskFailure(RiskCheck.ENVIRONMENT, account.account.environment, environment, text))


def _no_limits(state: RiskState, account: AccountRisk, order: SubmitOrder) -> RiskFailure:
    if order.instrument_id not in state.instruments:
        text = f"instrument_id {order.instrument_id!r} is not known; register it first"
        return RiskFailure(RiskCheck.INSTRUMENT, "", order.instrument_id, text)
    what = f"account {order.account_id!r}"
    if account.limits is not None:
        what += f" in {order.instrument_id}"
    return RiskFailure(RiskCheck.NO_LIMITS, "", "", f"{what} has no limits, and what has no limit is refused")


def _check_trading_state(
    state: RiskState,
    exposure: Exposure,
    order: SubmitOrder,
    replaced: OpenOrder | None,
    found: list[RiskFailure],
) -> None:
    scopes = (
        (Scope.GLOBAL, ""),
        (Scope.VENUE, exposure.instrument.venue),
        (Scope.ACCOUNT, order.account_id),
        (Scope.STRATEGY, order.strategy_id),
        (Scope.INSTRUMENT, order.instrument_id),
    )
    for scope in scopes:
        trading_state = state.trading_states.get(scope)
        if trading_state is None:
            continue
        if trading_state is TradingState.HALTED or not _reduces(exposure, order, replaced):
            name = f"{scope[0]} {scope[1]}".rstrip()
            text = f"trading is {trading_state} for {name}"
            found.append(RiskFailure(RiskCheck.TRADING_STATE, trading_state, "", text))


def _reduces(exposure: Exposure, order: SubmitOrder, replaced: OpenOrder | None) -> bool:
    """Whether the order only shrinks the position even when every open order of its side fills too."""
    leaves = order.order_qty - (replaced.cum_qty if replaced else 0)
    held = replaced.leaves if replaced else 0
    if order.side is Side.BUY:
        return exposure.quantity + exposure.open_buy - held + leaves <= 0
    return exposure.quantity - exposure.open_sell + held - leaves >= 0


def _check_terms(exposure: Exposure, order: SubmitOrder, found: list[RiskFailure]) -> None:
    """Hours, order type and time in force, tick and lot."""
    instrument = exposure.instrument
    limits = exposure.limits
    assert limits is not None
    if order.now < order.session_open:
        if not limits.hold_until_open:
            text = "the market is closed and orders are not held until it opens"
            found.append(RiskFailure(RiskCheck.TRADING_HOURS, str(order.session_open), str(order.now), text))
    elif order.now >= order.session_close:
        text = f"calendar {instrument.calendar} has no session now or later"
        found.append(RiskFailure(RiskCheck.TRADING_HOURS, str(order.session_close), str(order.now), text))
    if order.order_type not in instrument.order_types or order.time_in_force not in instrument.times_in_force:
        allowed = ", ".join((*instrument.order_types, *instrument.times_in_force))
        used = f"{order.order_type} {order.time_in_force}"
        found.append(
            RiskFailure(RiskCheck.ORDER_TYPE, allowed, used, f"{instrument.venue} does not take {used}")
        )
    limit_price = order.limit_price
    if limit_price is not None and (limit_price <= 0 or limit_price % instrument.tick_size):
        text = "limit_price must be a positive multiple of the tick size; it is never rounded"
        found.append(
            RiskFailure(RiskCheck.TICK_SIZE, format_raw(instrument.tick_size), format_raw(limit_price), text)
        )
    quantity = order.order_qty
    if (
        quantity % instrument.lot_size
        or quantity < instrument.min_qty
        or (instrument.max_qty and quantity > instrument.max_qty)
    ):
        text = "order_qty must be a multiple of the lot size within the venue's bounds; it is never rounded"
        found.append(
            RiskFailure(RiskCheck.LOT_SIZE, format_raw(instrument.lot_size), format_raw(quantity), text)
        )


def _check_price(exposure: Exposure, order: SubmitOrder, found: list[RiskFailure]) -> int:
    """Reference, collar, market protection; the price to value the order at, 0 when there is none."""
    limits = exposure.limits
    assert limits is not None
    reference = order.reference_price
    age = order.now - order.reference_ts
    if reference is None or reference <= 0 or not 0 <= age <= limits.reference_max_age_ns:
        used = "missing" if reference is None else f"{format_raw(reference)} of age {age} ns"
        text = "the reference price is missing, not positive, too old or from the future"
        found.append(RiskFailure(RiskCheck.REFERENCE, f"{limits.reference_max_age_ns} ns", used, text))
        return 0
    limit_price = order.limit_price
    if limit_price is None:
        if limits.market_protection_bps <= 0:
            text = "market orders are forbidden without market_protection_bps; send a limit order"
            found.append(RiskFailure(RiskCheck.MARKET_PROTECTION, "0", order.order_type, text))
    else:
        collar = limits.price_collar_bps
        bound = reference * (BPS + collar if order.side is Side.BUY else BPS - collar)
        outside = limit_price * BPS > bound if order.side is Side.BUY else limit_price * BPS < bound
        if outside:
            text = f"limit_price is more than {collar} bps beyond the reference {format_raw(reference)}"
            found.append(
                RiskFailure(RiskCheck.PRICE_COLLAR, format_raw(bound // BPS), format_raw(limit_price), text)
            )
        if limit_price <= 0:
            return 0
    price = risk_price(order.side, limit_price, reference, limits.market_protection_bps)
    instrument = exposure.instrument
    if (
        instrument.min_notional
        and notional(price, order.order_qty, instrument.multiplier) < instrument.min_notional
    ):
        value = notional(price, order.order_qty, instrument.multiplier)
        text = f"the order is worth less than {instrument.venue} takes"
        found.append(
            RiskFailure(RiskCheck.MIN_NOTIONAL, format_raw(instrument.min_notional), format_raw(value), text)
        )
    return price


def risk_price(side: Side, limit_price: int | None, reference: int, market_protection_bps: int) -> int:
    """What a fill of the order is assumed to cost, raw.

    A limit buy costs its limit, a limit sell the better of limit and reference, a market buy the
    reference plus its protection, rounded up, a market sell the reference.
    """
    if limit_price is not None:
        return limit_price if side is Side.BUY or limit_price > reference else reference
    if side is Side.BUY:
        return -(-reference * (BPS + market_protection_bps) // BPS)
    return reference
