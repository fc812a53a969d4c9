"""From weights to orders, as a pure function of what is held, quoted and wanted.

The target of an instrument is its weight times the capital, at the mid. What is missing to it is counted with
every open order filled, rounded to whole lots towards no trade, so that the position ends less than a lot
from its target and never beyond it.

A CASH account pays for buys with its free cash and with what the sells bring in. Where that is not enough
(the spread, the fees and the distance of the limits have to be paid too) all weights are taken of a little
less capital: the largest that leaves no cash below zero with every sell at its limit and every buy at what
risk reserves. So weights keep their proportions, which cutting the last buy would not.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from trade2026.application.rebalancing.plan import (
    AccountState,
    Holding,
    Others,
    Plan,
    PlanLine,
    PlannedOrder,
    Wishes,
)
from trade2026.application.rebalancing.pricing import price_order
from trade2026.model.enums import AccountType, Side
from trade2026.model.money import notional
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT, div_half_even, format_raw

_STEPS: Final = 2**20
"""Capital is found to one part in so many."""


class _Trade(NamedTuple):
    """What is to be done about one instrument: signed quantity, exact target, and what was left out."""

    holding: Holding
    target_qty: int | None
    order_qty: int
    left_out: str


def make_plan(account: AccountState, wishes: Wishes) -> Plan:
    """The orders that lead from what is held to what is wanted.

    Raises
    ------
    InputError
        The account is worth nothing, weights cannot be held by it, or no capital, however small, is
        affordable.
    """
    equity = equity_of(account)
    if equity <= 0:
        raise InputError(
            f"account_id must have equity to weigh, {account.account_id} has {format_raw(equity)}"
        )
    _check_weights(account, wishes)
    asked = wishes.capital
    if asked is None:
        asked = equity - _kept_value(account, wishes)
        if asked <= 0:
            raise InputError(
                f"capital must be given or be left by positions that are kept, was {format_raw(asked)}; "
                "close them with others=CLOSE, or name a capital"
            )
    capital = asked
    if account.account_type is AccountType.CASH:
        capital = _affordable(account, wishes, asked)
    trades = _trades(account, wishes, capital)
    return _plan(account, wishes, trades, equity, asked, capital)


def equity_of(account: AccountState) -> int:
    """Cash of all currencies and every position at its mark; money of the account's currency."""
    return account.cash + account.other_cash + sum(map(_value, account.holdings))


def _value(holding: Holding) -> int:
    return notional(holding.mark, holding.quantity, holding.instrument.multiplier)


def _is_kept(holding: Holding, wishes: Wishes) -> bool:
    return holding.instrument.instrument_id not in wishes.weights and wishes.others is Others.KEEP


def _kept_value(account: AccountState, wishes: Wishes) -> int:
    return sum(_value(each) for each in account.holdings if _is_kept(each, wishes))


def _check_weights(account: AccountState, wishes: Wishes) -> None:
    if wishes.capital is not None and wishes.capital <= 0:
        raise InputError(f"capital must be above zero, was {format_raw(wishes.capital)}")
    if account.account_type is not AccountType.CASH:
        return
    for instrument_id, weight in wishes.weights.items():
        if weight < 0:
            raise InputError(
                f"weights.{instrument_id} must not be below zero in a CASH account, was "
                f"{format_raw(weight)}; use a MARGIN account, or weights without shorts"
            )
    total = sum(wishes.weights.values())
    if total > UNIT + len(wishes.weights):  # Each may have been rounded up by one.
        raise InputError(
            f"weights must sum to at most 1 in a CASH account, which cannot borrow, was {format_raw(total)}"
        )


# ------------------------------------------------------------------------------------------ quantities


def _trades(account: AccountState, wishes: Wishes, capital: int) -> list[_Trade]:
    is_cash = account.account_type is AccountType.CASH
    return [
        _Trade(each, None, 0, "") if _is_kept(each, wishes) else _trade(each, wishes, capital, is_cash)
        for each in account.holdings
    ]


def _trade(holding: Holding, wishes: Wishes, capital: int, is_cash: bool) -> _Trade:
    instrument, touch = holding.instrument, holding.touch
    assert touch is not None, "gathering refuses what is to be traded and has no quote"
    weight = wishes.weights.get(instrument.instrument_id, 0)
    value = div_half_even(capital * weight, UNIT)
    target = div_half_even(value * UNIT * UNIT, touch.mid * instrument.multiplier)
    missing = target - (holding.quantity + holding.open_buy - holding.open_sell)
    bound = _bound(holding, target, missing > 0, is_cash)
    note = ""
    if abs(missing) > bound:
        side = "buys" if missing < 0 else "sells"
        note = f"open {side} lead past the target; cancel them to get closer"
        missing = bound if missing > 0 else -bound
    lots = abs(missing) // instrument.lot_size * instrument.lot_size
    if lots == 0:
        return _Trade(holding, target, 0, note or ("less than a lot is missing" if missing else ""))
    if why := _too_small(holding, lots, wishes):
        return _Trade(holding, target, 0, why)
    return _Trade(holding, target, lots if missing > 0 else -lots, note)


def _bound(holding: Holding, target: int, is_buy: bool, is_cash: bool) -> int:
    """The most that may be traded so that the target is not passed even if no open order fills."""
    if is_buy:
        return max(target - holding.quantity, 0)
    bound = max(holding.quantity - target, 0)
    return min(bound, max(holding.quantity - holding.open_sell, 0)) if is_cash else bound


def _too_small(holding: Holding, lots: int, wishes: Wishes) -> str:
    """Why an order of so many is not worth sending, or would not be taken; "" where it is."""
    instrument, touch = holding.instrument, holding.touch
    assert touch is not None
    value = notional(touch.mid, lots, instrument.multiplier)
    if lots < instrument.min_qty:
        return f"{format_raw(lots)} is less than {instrument.venue} takes: {format_raw(instrument.min_qty)}"
    # At the lower price of the two sides, so that neither the touch nor a limit falls below the bound.
    if instrument.min_notional:
        worth = notional(touch.bid * 99 // 100, lots, instrument.multiplier)
        if worth < instrument.min_notional:
            return (
                f"a value of {format_raw(value)} is too near or below what {instrument.venue} takes: "
                f"{format_raw(instrument.min_notional)}"
            )
    if value < wishes.min_trade:
        return f"a value of {format_raw(value)} is below min_trade {format_raw(wishes.min_trade)}"
    return ""


# ------------------------------------------------------------------------------------------------ cash


def _affordable(account: AccountState, wishes: Wishes, asked: int) -> int:
    """The largest capital, at most what was asked for, that leaves no cash below zero at worst."""
    if _worst_cash(account, _orders(_trades(account, wishes, asked), wishes)) >= 0:
        return asked
    low, high = 0, _STEPS  # Less capital only means more sells and fewer buys.
    if _worst_cash(account, _orders(_trades(account, wishes, 0), wishes)) < 0:
        free = account.cash - account.reserved
        raise InputError(
            f"account {account.account_id} has {format_raw(free)} {account.currency} free of open buys, and "
            "selling all that is weighed does not bring it above zero; cancel open buys, or pay in cash"
        )
    while high - low > 1:
        middle = (low + high) // 2
        orders = _orders(_trades(account, wishes, asked * middle // _STEPS), wishes)
        if _worst_cash(account, orders) >= 0:
            low = middle
        else:
            high = middle
    return asked * low // _STEPS


def _worst_cash(account: AccountState, orders: Sequence[PlannedOrder]) -> int:
    moved = sum(each.cash_raised - each.cash_needed for each in orders)
    return account.cash - account.reserved + moved


def _orders(trades: Sequence[_Trade], wishes: Wishes) -> list[PlannedOrder]:
    """Sells, then buys, each the largest first."""
    orders = [
        price_order(each.holding, Side.BUY if each.order_qty > 0 else Side.SELL, abs(each.order_qty), wishes)
        for each in trades
        if each.order_qty
    ]
    orders.sort(key=lambda order: (order.side is Side.BUY, -order.value, order.instrument_id))
    return orders


# ---------------------------------------------------------------------------------------------- result


def _plan(
    account: AccountState, wishes: Wishes, trades: list[_Trade], equity: int, asked: int, capital: int
) -> Plan:
    orders = _orders(trades, wishes)
    free = account.cash - account.reserved
    half_spread, fees = sum(each.half_spread for each in orders), sum(each.fee for each in orders)
    moved = sum(each.value if each.side is Side.SELL else -each.value for each in orders)
    after = [_after(each) for each in trades]
    gross = [
        sum(
            abs(notional(each.holding.mark, quantity, each.holding.instrument.multiplier))
            for each, quantity in zip(trades, quantities, strict=True)
        )
        for quantities in ([each.holding.quantity for each in trades], after)
    ]
    notes = (_less(capital, asked, account.currency),) if capital < asked else ()
    return Plan(
        account.account_id, account.currency, account.account_type is AccountType.CASH, equity, capital,
        tuple(orders), tuple(_line(each, wishes, capital, equity) for each in trades), half_spread, fees,
        free, free + moved - half_spread - fees, _worst_cash(account, orders),
        div_half_even(sum(each.value for each in orders) * UNIT, equity), gross[0], gross[1], notes,
    )  # fmt: skip


def _less(capital: int, asked: int, currency: str) -> str:
    """That weights are of less than was asked for, in words."""
    less, more = (format_raw(div_half_even(each, UNIT // 100) * (UNIT // 100)) for each in (capital, asked))
    what = f"{less} in place of {more}" if less != more else f"a little less than {more}"
    return (
        f"weights are of {what} {currency}: with spread, fees and the distance of the limits more cannot be "
        "paid for"
    )


def _after(trade: _Trade) -> int:
    holding = trade.holding
    return holding.quantity + holding.open_buy - holding.open_sell + trade.order_qty


def _line(trade: _Trade, wishes: Wishes, capital: int, equity: int) -> PlanLine:
    holding = trade.holding
    instrument_id = holding.instrument.instrument_id
    before = _weight(holding, holding.quantity, equity)
    target = before
    if trade.target_qty is not None:
        target = div_half_even(capital * wishes.weights.get(instrument_id, 0), equity)
    return PlanLine(
        instrument_id, holding.quantity, holding.open_buy - holding.open_sell, trade.target_qty,
        _after(trade), before, target, _weight(holding, _after(trade), equity), holding.mark, holding.touch,
        trade.left_out,
    )  # fmt: skip


def _weight(holding: Holding, quantity: int, equity: int) -> int:
    return div_half_even(notional(holding.mark, quantity, holding.instrument.multiplier) * UNIT, equity)
