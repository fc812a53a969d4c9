"""The pre-trade checks: pure functions over risk's state and one request.

The order is state, identity, instrument, static terms, price, size, exposure. Every check that can be
evaluated is, so a refusal reports all that is wrong; the first failure decides. A replace is checked
as the worst of what the order is and what it would become, which is also what stays reserved until
the venue answers (`evolve`).
"""

from typing import Final

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import OrderType, Scope, Side, TradingState
from trade2026.model.events import OrderApproved
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.model.instrument import Instrument
from trade2026.model.limits import InstrumentLimits
from trade2026.model.money import notional
from trade2026.primitives.fixed_point import format_raw
from trade2026.risk.exposure_check import check_quantity, check_value
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.state import AccountRisk, Exposure, OrderContext, RiskState
from trade2026.risk.terms_check import check_instructions, check_terms

BPS: Final = 10_000
_BUY: Final = Side.BUY


def failures(
    state: RiskState,
    order: SubmitOrder,
    replaced: OpenOrder | None = None,
    context: OrderContext | None = None,
) -> list[RiskFailure]:
    """Every check the order fails, in order of precedence; empty when it may be sent.

    Parameters
    ----------
    order : SubmitOrder
        The request; for a replace the terms the order would have, `order_qty` being the new total.
    replaced : OpenOrder or None
        What the order reserves now, for a replace.
    context : OrderContext or None
        Of an order in a list.
    """
    found: list[RiskFailure] = []
    account = state.accounts[order.account_id]
    exposure = account.exposures.get(order.instrument_id)
    _check_identity(state, account, order, found)
    if state.trading_states:
        _check_trading_state(state, exposure, order, replaced, found)
    if exposure is None or exposure.limits is None or account.limits is None:
        _refuse_without_limits(state, account, exposure, order, found)
    else:
        check_terms(exposure.instrument, order, found)
        _check_hours(exposure.instrument, exposure.limits, order, found)
        price = _check_price(exposure.instrument, exposure.limits, order, found)
        if order.instructions is not None:
            check_instructions(exposure, order, replaced, context, found)
            if context is not None and context.is_exit:
                price = 0
        added = 0
        if context is None or not context.is_exit:
            shared = 0 if context is None else context.shared_qty
            added = check_quantity(account, exposure, order, replaced, found, shared)
        if price:
            check_value(state, account, exposure, order, price, added, replaced, found)
    if len(found) > 1:
        found.sort(key=_precedence)
    return found


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
    if state.venue_sessions:
        _check_venue_session(state, order, found)
    environment = order.environment
    if environment is not account.account.environment or (
        state.environment is not None and environment is not state.environment
    ):
        text = f"the order is for {environment}, the account for {account.account.environment}"
        if state.environment is not None:
            text += f" and this desk runs {state.environment}"
        found.append(RiskFailure(RiskCheck.ENVIRONMENT, account.account.environment, environment, text))


def _check_venue_session(state: RiskState, order: SubmitOrder, found: list[RiskFailure]) -> None:
    instrument = state.instruments.get(order.instrument_id)
    session = None if instrument is None else state.venue_sessions.get(instrument.venue)
    if instrument is not None and session is not None:
        text = f"the session of {instrument.venue} is {session}: only cancels are sent until it is READY"
        found.append(RiskFailure(RiskCheck.VENUE_SESSION, "READY", session, text))


def _refuse_without_limits(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure | None,
    order: SubmitOrder,
    found: list[RiskFailure],
) -> None:
    """What has no limit is refused; of the other checks only the instrument's own terms need none."""
    instrument = state.instruments.get(order.instrument_id)
    if instrument is None:
        text = f"instrument_id {order.instrument_id!r} is not known; register it first"
        found.append(RiskFailure(RiskCheck.INSTRUMENT, "", order.instrument_id, text))
    else:
        check_terms(instrument, order, found)
    if account.limits is None:
        text = f"account {order.account_id!r} has no limits, and what has no limit is refused"
        found.append(RiskFailure(RiskCheck.NO_LIMITS, "", order.account_id, text))
    if instrument is not None and (exposure is None or exposure.limits is None):
        what = f"account {order.account_id!r} in {order.instrument_id}"
        text = f"{what} has no limits, and what has no limit is refused"
        found.append(RiskFailure(RiskCheck.NO_LIMITS, "", order.instrument_id, text))


def _check_trading_state(
    state: RiskState,
    exposure: Exposure | None,
    order: SubmitOrder,
    replaced: OpenOrder | None,
    found: list[RiskFailure],
) -> None:
    instrument = state.instruments.get(order.instrument_id)
    scopes = (
        (Scope.GLOBAL, ""),
        (Scope.VENUE, instrument.venue if instrument is not None else ""),
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


def _reduces(exposure: Exposure | None, order: SubmitOrder, replaced: OpenOrder | None) -> bool:
    """Whether the order only shrinks the position even when every open order of its side fills too."""
    if exposure is None:
        return False
    leaves = order.order_qty
    held = 0
    if replaced is not None:
        leaves = max(leaves - replaced.cum_qty, 0)
        held = replaced.leaves
    if order.side is _BUY:
        return exposure.quantity + exposure.open_buy - held + leaves <= 0
    return exposure.quantity - exposure.open_sell + held - leaves >= 0


def _check_hours(
    instrument: Instrument, limits: InstrumentLimits, order: SubmitOrder, found: list[RiskFailure]
) -> None:
    if order.now >= order.session_close:
        text = f"calendar {instrument.calendar} has no session now or later"
        found.append(RiskFailure(RiskCheck.TRADING_HOURS, str(order.session_close), str(order.now), text))
    elif order.now < order.session_open and not limits.hold_until_open:
        text = "the market is closed and orders are not held until it opens"
        found.append(RiskFailure(RiskCheck.TRADING_HOURS, str(order.session_open), str(order.now), text))


def _check_price(
    instrument: Instrument, limits: InstrumentLimits, order: SubmitOrder, found: list[RiskFailure]
) -> int:
    """Reference, collar, market protection; the price to value the order at, 0 when there is none."""
    reference = order.reference_price
    limit_price = order.limit_price
    if limit_price is None and limits.market_protection_bps <= 0:
        text = "market orders are forbidden without market_protection_bps; send a limit order"
        found.append(RiskFailure(RiskCheck.MARKET_PROTECTION, "0", order.order_type, text))
    age = order.now - order.reference_ts
    if reference is None or reference <= 0 or not 0 <= age <= limits.reference_max_age_ns:
        used = "missing" if reference is None else f"{format_raw(reference)} of age {age} ns"
        text = "the reference price is missing, not positive, too old or from the future"
        found.append(RiskFailure(RiskCheck.REFERENCE, f"{limits.reference_max_age_ns} ns", used, text))
        return 0
    if limit_price is not None:
        near = reference
        if order.instructions is not None and order.order_type is OrderType.STOP_LIMIT:
            near = order.instructions.trigger_price or reference  # Where the price will be when it is sent.
        _check_collar(limits.price_collar_bps, order.side, limit_price, near, found)
        if limit_price <= 0:
            return 0
    if instrument.min_notional:
        value = notional(limit_price or reference, order.order_qty, instrument.multiplier)
        if value < instrument.min_notional:
            text = f"the order is worth less than {instrument.venue} takes"
            limit = format_raw(instrument.min_notional)
            found.append(RiskFailure(RiskCheck.MIN_NOTIONAL, limit, format_raw(value), text))
    if order.instructions is not None:
        return price_of(order, reference, limits.market_protection_bps)
    return risk_price(order.side, limit_price, reference, limits.market_protection_bps)


def price_of(order: SubmitOrder | OrderApproved, reference: int, market_protection_bps: int) -> int:
    """`risk_price` of an order that may wait for a trigger: a stop buy costs its trigger at the least."""
    instructions = order.instructions
    trigger = None if instructions is None else instructions.trigger_price
    if trigger is not None and order.limit_price is None:
        reference = max(reference, trigger)
    return risk_price(order.side, order.limit_price, reference, market_protection_bps)


def reserve_price_of(state: RiskState, order: SubmitOrder) -> int:
    """`price_of` for an order that has passed the checks."""
    exposure = state.accounts[order.account_id].exposures[order.instrument_id]
    assert exposure.limits is not None
    assert order.reference_price is not None
    return price_of(order, order.reference_price, exposure.limits.market_protection_bps)


def is_child(order: OrderApproved) -> bool:
    """Whether the fills of another order arm it."""
    return order.instructions is not None and order.instructions.parent_client_order_id != ""


def _check_collar(
    collar: int, side: Side, limit_price: int, reference: int, found: list[RiskFailure]
) -> None:
    """A buy may not be too far above the reference, a sell not too far below."""
    if side is _BUY:
        bound = reference * (BPS + collar)
        if limit_price * BPS <= bound:
            return
    else:
        bound = reference * (BPS - collar)
        if limit_price * BPS >= bound:
            return
    text = f"limit_price is more than {collar} bps beyond the reference {format_raw(reference)}"
    found.append(RiskFailure(RiskCheck.PRICE_COLLAR, format_raw(bound // BPS), format_raw(limit_price), text))


def risk_price(side: Side, limit_price: int | None, reference: int, market_protection_bps: int) -> int:
    """What a fill of the order is assumed to cost, raw.

    A limit buy costs its limit, a limit sell the better of limit and reference, a market buy the
    reference plus its protection, rounded up, a market sell the reference.
    """
    if limit_price is not None:
        return limit_price if side is _BUY or limit_price > reference else reference
    if side is _BUY:
        return -(-reference * (BPS + market_protection_bps) // BPS)
    return reference
