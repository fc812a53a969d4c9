"""Checks of size and exposure: what the account would look like with the order and all open ones filled."""

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import AccountType, Side
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.primitives.fixed_point import UNIT, format_raw
from trade2026.risk.state import AccountRisk, Exposure, OpenOrder, RiskState
from trade2026.risk.values import equity, rate_of, reserve_for, scaled_value

_BUY = Side.BUY
_CASH = AccountType.CASH


def check_exposure(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure,
    order: SubmitOrder,
    price: int,
    replaced: OpenOrder | None,
    found: list[RiskFailure],
) -> None:
    """Append every failure of size, open orders, position, exposure, buying power; `price` is the risk price."""
    instrument = exposure.instrument
    scale = instrument.multiplier
    if instrument.quote_currency != account.account.base_currency:
        rate = _fresh_rate(state, account, instrument.quote_currency, order.now, found)
        if rate is None:
            return
        scale = -(-scale * rate // UNIT)
    leaves = order.order_qty
    held = 0
    if replaced is not None:  # Below what is filled a replace ends the order; it adds nothing.
        leaves = max(leaves - replaced.cum_qty, 0)
        held = replaced.leaves
    _check_size(
        account, exposure, order.order_qty, scaled_value(price, leaves, scale), leaves, replaced, found
    )
    if order.side is _BUY:
        _check_buy(state, account, exposure, order, leaves - held, scale, found)
        if account.account.account_type is _CASH:
            quote = scaled_value(price, leaves, instrument.multiplier)
            _check_cash(account, exposure, quote, replaced, found)
    else:
        _check_sell(state, account, exposure, order, leaves - held, scale, found)


def _fresh_rate(
    state: RiskState, account: AccountRisk, currency: str, now: int, found: list[RiskFailure]
) -> int | None:
    assert account.limits is not None
    known = rate_of(state, account, currency)
    max_age_ns = account.limits.rate_max_age_ns
    if known is not None and 0 <= now - known[1] <= max_age_ns:
        return known[0]
    used = "missing" if known is None else f"{format_raw(known[0])} of age {now - known[1]} ns"
    text = f"the rate from {currency} to {account.account.base_currency} is missing or too old"
    found.append(RiskFailure(RiskCheck.EXCHANGE_RATE, f"{max_age_ns} ns", used, text))
    return None


def _fail(found: list[RiskFailure], check: RiskCheck, limit: int, used: int, text: str) -> None:
    found.append(RiskFailure(check, format_raw(limit), format_raw(used), text))


def _check_size(
    account: AccountRisk,
    exposure: Exposure,
    order_qty: int,
    value: int,
    leaves: int,
    replaced: OpenOrder | None,
    found: list[RiskFailure],
) -> None:
    limits = exposure.limits
    totals = account.limits
    assert limits is not None
    assert totals is not None
    if order_qty > limits.max_order_qty:
        text = "order_qty is above max_order_qty"
        _fail(found, RiskCheck.MAX_ORDER_QTY, limits.max_order_qty, order_qty, text)
    if value > limits.max_order_notional:
        text = f"the order's value in {account.account.base_currency} is above max_order_notional"
        _fail(found, RiskCheck.MAX_ORDER_NOTIONAL, limits.max_order_notional, value, text)
    open_qty = exposure.open_buy + exposure.open_sell + leaves
    open_value = account.open_notional + value
    if replaced is None:
        _check_open_count(exposure.open_orders + 1, limits.max_open_orders, "of this instrument", found)
        _check_open_count(account.open_orders + 1, totals.max_open_orders, "of this account", found)
    else:
        open_qty -= replaced.leaves
        open_value -= replaced.value
    if open_qty > limits.max_open_qty:
        text = "unexecuted quantity would exceed max_open_qty"
        _fail(found, RiskCheck.OPEN_QTY, limits.max_open_qty, open_qty, text)
    if open_value > totals.max_open_notional:
        text = "unexecuted value would exceed max_open_notional"
        _fail(found, RiskCheck.OPEN_NOTIONAL, totals.max_open_notional, open_value, text)


def _check_open_count(used: int, limit: int, whose: str, found: list[RiskFailure]) -> None:
    if used > limit:
        text = f"too many unexecuted orders {whose}; cancel some first"
        found.append(RiskFailure(RiskCheck.OPEN_ORDERS, str(limit), str(used), text))


def _check_buy(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure,
    order: SubmitOrder,
    added: int,
    scale: int,
    found: list[RiskFailure],
) -> None:
    """`added` is what the order adds to unexecuted buys; negative when a replace shrinks them."""
    limits = exposure.limits
    totals = account.limits
    assert limits is not None
    assert totals is not None
    before = exposure.quantity + exposure.open_buy
    long_qty = before + added
    if long_qty > limits.max_long_qty and added > 0:
        text = "the position with every open buy filled would exceed max_long_qty"
        _fail(found, RiskCheck.POSITION, limits.max_long_qty, long_qty, text)
    long_value = scaled_value(order.reference_price or 0, long_qty, scale)
    short_qty = exposure.open_sell - exposure.quantity
    if long_qty > before and long_qty > short_qty:
        _check_gross(state, account, exposure, long_value, found)
    net_long = account.net_long - exposure.long_value + long_value
    if net_long > totals.max_net_exposure and added > 0:
        text = "net exposure with every open buy filled would exceed max_net_exposure"
        _fail(found, RiskCheck.NET_EXPOSURE, totals.max_net_exposure, net_long, text)


def _check_sell(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure,
    order: SubmitOrder,
    added: int,
    scale: int,
    found: list[RiskFailure],
) -> None:
    """`added` is what the order adds to unexecuted sells; negative when a replace shrinks them."""
    limits = exposure.limits
    totals = account.limits
    assert limits is not None
    assert totals is not None
    free = exposure.quantity - exposure.open_sell
    short_qty = added - free  # How far below zero the position could go.
    if short_qty > 0 and added > 0:
        if limits.max_short_qty == 0 or account.account.account_type is _CASH:
            text = "selling more than is held and not being sold needs a MARGIN account and max_short_qty"
            _fail(found, RiskCheck.SHORT_SALE, max(free, 0), added, text)
        elif short_qty > limits.max_short_qty:
            text = "the short position with every open sell filled would exceed max_short_qty"
            _fail(found, RiskCheck.POSITION, limits.max_short_qty, short_qty, text)
    short_value = scaled_value(order.reference_price or 0, short_qty, scale)
    long_qty = exposure.quantity + exposure.open_buy
    if added > 0 and short_qty > long_qty:
        _check_gross(state, account, exposure, short_value, found)
    net_short = account.net_short - exposure.short_value + short_value
    if net_short > totals.max_net_exposure and added > 0:
        text = "net short exposure with every open sell filled would exceed max_net_exposure"
        _fail(found, RiskCheck.NET_EXPOSURE, totals.max_net_exposure, net_short, text)


def _check_gross(
    state: RiskState, account: AccountRisk, exposure: Exposure, worst: int, found: list[RiskFailure]
) -> None:
    """Called only where the order raises the worst case of its instrument, so that reducing always passes."""
    totals = account.limits
    assert totals is not None
    gross = account.gross - exposure.worst_value + worst
    if gross > totals.max_gross_exposure:
        text = "gross exposure with every open order filled would exceed max_gross_exposure"
        _fail(found, RiskCheck.GROSS_EXPOSURE, totals.max_gross_exposure, gross, text)
    if account.account.account_type is not _CASH:
        allowed = max(equity(state, account) * totals.max_leverage // UNIT, 0)
        if gross > allowed:
            text = "gross exposure with every open order filled would exceed equity times max_leverage"
            _fail(found, RiskCheck.LEVERAGE, allowed, gross, text)


def _check_cash(
    account: AccountRisk, exposure: Exposure, quote: int, replaced: OpenOrder | None, found: list[RiskFailure]
) -> None:
    limits = exposure.limits
    assert limits is not None
    currency = exposure.instrument.quote_currency
    needed = reserve_for(quote, limits.fee_bps)
    held = replaced.reserve if replaced is not None else 0
    available = account.cash.get(currency, 0) - account.reserved.get(currency, 0) + held
    if needed > available and needed > held:
        text = f"the order with fees needs more {currency} than is free of other open buys"
        _fail(found, RiskCheck.BUYING_POWER, max(available, 0), needed, text)
