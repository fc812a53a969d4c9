"""Checks of size and exposure: what the account would look like with the order and all open ones filled."""

from typing import Final

from trade2026.model.commands import SubmitOrder
from trade2026.model.enums import AccountType, Side
from trade2026.model.events.risk import RiskCheck, RiskFailure
from trade2026.primitives.fixed_point import UNIT, format_raw
from trade2026.risk.open_order import OpenOrder
from trade2026.risk.state import AccountRisk, Exposure, RiskState
from trade2026.risk.values import buy_reserve, equity, rate_of, value_up, worst_of_terms

_BUY: Final = Side.BUY
_CASH: Final = AccountType.CASH


def _fail(found: list[RiskFailure], check: RiskCheck, limit: int, used: int, text: str) -> None:
    found.append(RiskFailure(check, format_raw(limit), format_raw(used), text))


def check_quantity(
    account: AccountRisk,
    exposure: Exposure,
    order: SubmitOrder,
    replaced: OpenOrder | None,
    found: list[RiskFailure],
    shared_qty: int = 0,
) -> int:
    """Append every failure that needs no price; return what the order adds to unexecuted quantity.

    A replace adds the difference of both totals, nothing when it shrinks the order. What it shares with the
    other order of its pair (`shared_qty`) is not added twice.
    """
    limits = exposure.limits
    assert limits is not None
    added = order.order_qty
    if added > limits.max_order_qty:
        text = "order_qty is above max_order_qty"
        _fail(found, RiskCheck.MAX_ORDER_QTY, limits.max_order_qty, added, text)
    if replaced is None:
        _check_open_count(account, exposure, found)
        added = max(added - shared_qty, 0)
        if added == 0:
            return 0
    else:
        added = added - replaced.cum_qty - max(replaced.leaves, replaced.order_qty - replaced.cum_qty)
        if added <= 0:
            return 0
    open_qty = exposure.open_buy + exposure.open_sell + added
    if open_qty > limits.max_open_qty:
        text = "unexecuted quantity would exceed max_open_qty"
        _fail(found, RiskCheck.OPEN_QTY, limits.max_open_qty, open_qty, text)
    if order.side is _BUY:
        long_qty = exposure.quantity + exposure.open_buy + added
        if long_qty > limits.max_long_qty and long_qty > 0:
            text = "the position with every open buy filled would exceed max_long_qty"
            _fail(found, RiskCheck.POSITION, limits.max_long_qty, long_qty, text)
    elif added > exposure.quantity - exposure.open_sell:
        _check_short(account, exposure, added, found)
    return added


def _check_open_count(account: AccountRisk, exposure: Exposure, found: list[RiskFailure]) -> None:
    assert exposure.limits is not None
    assert account.limits is not None
    if exposure.open_orders >= exposure.limits.max_open_orders:
        _too_many(exposure.open_orders, exposure.limits.max_open_orders, "instrument", found)
    if account.open_orders >= account.limits.max_open_orders:
        _too_many(account.open_orders, account.limits.max_open_orders, "account", found)


def _too_many(open_orders: int, limit: int, whose: str, found: list[RiskFailure]) -> None:
    text = f"too many unexecuted orders of this {whose}; cancel some first"
    found.append(RiskFailure(RiskCheck.OPEN_ORDERS, str(limit), str(open_orders + 1), text))


def _check_short(account: AccountRisk, exposure: Exposure, added: int, found: list[RiskFailure]) -> None:
    """Selling more than is held and not being sold already."""
    limits = exposure.limits
    assert limits is not None
    free = exposure.quantity - exposure.open_sell
    if limits.max_short_qty == 0 or account.account.account_type is _CASH:
        text = "selling more than is held and not being sold needs a MARGIN account and max_short_qty"
        _fail(found, RiskCheck.SHORT_SALE, max(free, 0), added, text)
    elif added - free > limits.max_short_qty:
        text = "the short position with every open sell filled would exceed max_short_qty"
        _fail(found, RiskCheck.POSITION, limits.max_short_qty, added - free, text)


def check_value(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure,
    order: SubmitOrder,
    price: int,
    added: int,
    replaced: OpenOrder | None,
    found: list[RiskFailure],
) -> None:
    """Append every failure of values; `price` is the risk price, `added` from `check_quantity`.

    A replace is checked at the worst of both terms, which is what it reserves while it is unanswered.
    """
    limits = exposure.limits
    assert limits is not None
    instrument = exposure.instrument
    scale = instrument.multiplier
    if instrument.quote_currency != account.account.base_currency:
        rate = _fresh_rate(state, account, instrument.quote_currency, order.now, found)
        if rate is None:
            return
        scale = -(-scale * rate // UNIT)
    raised = price * order.order_qty  # By how much the order raises the worth of what is unexecuted.
    value = value_up(raised, scale)
    if value > limits.max_order_notional:
        text = f"the order's value in {account.account.base_currency} is above max_order_notional"
        _fail(found, RiskCheck.MAX_ORDER_NOTIONAL, limits.max_order_notional, value, text)
    if replaced is not None:
        terms = [*replaced.pending.values(), (order.order_qty, price)]
        raised = worst_of_terms(replaced, terms)[1] - replaced.worth
    if raised > 0:
        _check_open_notional(account, exposure, raised, scale, found)
    if order.side is _BUY and account.account.account_type is _CASH:
        _check_cash(account, exposure, raised, added, int(replaced is None), found)
    if added > 0:
        _check_position_value(state, account, exposure, order, added, scale, found)


def _fresh_rate(
    state: RiskState, account: AccountRisk, currency: str, now: int, found: list[RiskFailure]
) -> int | None:
    assert account.limits is not None
    known = rate_of(state, account, currency)
    max_age_ns = account.limits.rate_max_age_ns
    if known is not None and 0 <= now - known[1] <= max_age_ns:
        return known[0]
    used = "missing" if known is None else f"{format_raw(known[0])} of age {now - known[1]} ns"
    text = f"the rate from {currency} to {account.account.base_currency} is missing or too old; set a new one"
    found.append(RiskFailure(RiskCheck.EXCHANGE_RATE, f"{max_age_ns} ns", used, text))
    return None


def _check_open_notional(
    account: AccountRisk, exposure: Exposure, raised: int, scale: int, found: list[RiskFailure]
) -> None:
    totals = account.limits
    assert totals is not None
    value = account.open_notional - exposure.open_value + value_up(exposure.open_worth + raised, scale)
    if value > totals.max_open_notional:
        text = "unexecuted value would exceed max_open_notional"
        _fail(found, RiskCheck.OPEN_NOTIONAL, totals.max_open_notional, value, text)


def _check_cash(
    account: AccountRisk,
    exposure: Exposure,
    raised: int,
    added: int,
    orders: int,
    found: list[RiskFailure],
) -> None:
    """Cash for the worth, the quantity and the number of orders that come on top of the open buys."""
    currency = exposure.instrument.quote_currency
    reserve = buy_reserve(
        exposure, exposure.buy_worth + raised, exposure.open_buy + added, exposure.open_buys + orders
    )
    needed = reserve - exposure.reserve
    free = account.cash.get(currency, 0) - account.reserved.get(currency, 0)
    if needed > max(free, 0):
        text = f"the order with fees needs more {currency} than is free of other open buys"
        _fail(found, RiskCheck.BUYING_POWER, max(free, 0), needed, text)


def _check_position_value(
    state: RiskState,
    account: AccountRisk,
    exposure: Exposure,
    order: SubmitOrder,
    added: int,
    scale: int,
    found: list[RiskFailure],
) -> None:
    """Gross, net and leverage with every open order of the side filled; what only reduces always passes."""
    totals = account.limits
    assert totals is not None
    reference = order.reference_price
    assert reference is not None
    if order.side is _BUY:
        side_qty = exposure.quantity + exposure.open_buy + added
        other_qty = exposure.open_sell - exposure.quantity
        net = account.net_long - exposure.long_value
    else:
        side_qty = exposure.open_sell - exposure.quantity + added
        other_qty = exposure.quantity + exposure.open_buy
        net = account.net_short - exposure.short_value
    if side_qty <= 0:
        return
    value = value_up(reference * side_qty, scale)
    if side_qty > other_qty:  # Otherwise the worst case of the instrument is as it was.
        _check_gross(state, account, account.gross - exposure.worst_value + value, order.now, found)
    net += value
    if net > totals.max_net_exposure:
        text = f"net exposure with every open {order.side} filled would exceed max_net_exposure"
        _fail(found, RiskCheck.NET_EXPOSURE, totals.max_net_exposure, net, text)


def _check_gross(
    state: RiskState, account: AccountRisk, gross: int, now: int, found: list[RiskFailure]
) -> None:
    totals = account.limits
    assert totals is not None
    if gross > totals.max_gross_exposure:
        text = "gross exposure with every open order filled would exceed max_gross_exposure"
        _fail(found, RiskCheck.GROSS_EXPOSURE, totals.max_gross_exposure, gross, text)
    if account.account.account_type is _CASH:
        return
    own, unvalued = equity(state, account, now, totals.rate_max_age_ns)
    if unvalued:
        _fresh_rate(state, account, unvalued, now, found)
        return
    allowed = max(own * totals.max_leverage // UNIT, 0)
    if gross > allowed:
        text = "gross exposure with every open order filled would exceed equity times max_leverage"
        _fail(found, RiskCheck.LEVERAGE, allowed, gross, text)
