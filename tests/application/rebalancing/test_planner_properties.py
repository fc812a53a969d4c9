"""Invariants of plans over random accounts, quotes, rules and weights.

1. A CASH account never sells more than it holds and has not sold already, and its cash is never below zero,
   not even with sells at their limits and buys at all that risk reserves.
2. Orders are whole lots, on the tick, at least what the venue takes, and sells come first.
3. Where nothing was left out, a position ends less than a lot from its target, and never beyond it.
4. Money balances: what leaves cash is value at the mid, half spread and fees, to the last unit.
5. What risk would reserve for the buys together is at most what the plan counted with.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.application.rebalancing.accounts import share
from trade2026.application.rebalancing.plan import (
    AccountState,
    Fees,
    Holding,
    Others,
    Plan,
    Touch,
    Wishes,
)
from trade2026.application.rebalancing.planner import equity_of, make_plan
from trade2026.model.enums import AccountType, OrderType, Side
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.state import Exposure
from trade2026.risk.values import buy_reserve

CENT = UNIT // 100


@st.composite
def holdings(draw: st.DrawFn, name: str, is_cash: bool) -> Holding:
    lot = draw(st.sampled_from((UNIT, 10 * UNIT, UNIT // 1000)))
    instrument = share(
        name, lot_size=lot, min_qty=draw(st.sampled_from((0, lot, 5 * lot))),
        min_notional=draw(st.sampled_from((0, 10 * UNIT))),
        multiplier=draw(st.sampled_from((UNIT, 5 * UNIT))),
    )  # fmt: skip
    bid = draw(st.integers(1, 50_000)) * CENT
    ask = bid + draw(st.integers(0, 300)) * CENT
    odd = draw(st.sampled_from((0, lot // 3)))
    quantity = draw(st.integers(0 if is_cash else -2_000, 2_000)) * lot + odd
    open_sell = draw(st.integers(0, 20)) * lot
    if is_cash:
        quantity = max(quantity, 0)
        open_sell = min(open_sell, quantity // lot * lot)
    touch = Touch(bid, ask, 0)
    per_unit, per_order = draw(st.sampled_from((0, 5_000_000))), draw(st.sampled_from((0, UNIT)))
    fees = Fees(draw(st.integers(0, 20)), per_unit, per_order)
    return Holding(
        instrument, quantity, draw(st.integers(0, 20)) * lot, open_sell, touch.mid, touch, fees,
        draw(st.sampled_from((0, 500))),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[AccountState, Wishes]:
    kind = draw(st.sampled_from(AccountType))
    is_cash = kind is AccountType.CASH
    held = [draw(holdings(name, is_cash)) for name in "ABCD"[: draw(st.integers(1, 4))]]
    cash = draw(st.integers(0 if is_cash else -10_000, 3_000_000)) * UNIT + draw(st.integers(0, UNIT))
    account = AccountState("X", kind, "USD", cash, draw(st.integers(0, max(cash, 0) // 4)), 0, tuple(held))
    named = [each.instrument.instrument_id for each in held if draw(st.booleans())]
    named = named or [held[0].instrument.instrument_id]
    top = UNIT // len(named) if is_cash else 2 * UNIT
    weights = {name: draw(st.integers(0 if is_cash else -UNIT, top)) for name in named}
    return account, Wishes(
        weights=weights, capital=draw(st.sampled_from((None, 50_000 * UNIT))),
        others=draw(st.sampled_from(Others)), offset_bps=draw(st.integers(-100, 200)),
        order_type=draw(st.sampled_from((OrderType.LIMIT, OrderType.MARKET))),
        min_trade=draw(st.sampled_from((0, 1_000 * UNIT))),
    )  # fmt: skip


def plan_of(account: AccountState, wishes: Wishes) -> Plan | None:
    try:
        return make_plan(account, wishes)
    except InputError:
        return None


@given(cases())
def test_plans_keep_every_invariant(case: tuple[AccountState, Wishes]) -> None:
    account, wishes = case
    plan = plan_of(account, wishes)
    if plan is None:
        return
    by_name = {each.instrument.instrument_id: each for each in account.holdings}
    is_cash = account.account_type is AccountType.CASH
    for order in plan.orders:
        held = by_name[order.instrument_id]
        rules = held.instrument
        assert order.order_qty > 0
        assert order.order_qty % rules.lot_size == 0
        assert order.order_qty >= rules.min_qty
        assert order.value >= wishes.min_trade
        assert order.limit_price is None or order.limit_price % rules.tick_size == 0
        assert order.limit_price is None or order.limit_price > 0
        if is_cash and order.side is Side.SELL:
            assert order.order_qty <= held.quantity - held.open_sell
    sides = [each.side for each in plan.orders]
    assert sides == sorted(sides, key=lambda side: side is Side.BUY)
    if is_cash:
        assert plan.cash_after_worst >= 0
        assert plan.cash_after >= plan.cash_after_worst or wishes.offset_bps < 0
    _check_ends(plan, by_name)
    _check_money(account, plan)
    _check_reserves(plan, by_name)


def _check_ends(plan: Plan, by_name: dict[str, Holding]) -> None:
    for line in plan.lines:
        held = by_name[line.instrument_id]
        start = held.quantity + held.open_buy - held.open_sell
        if line.target_qty is None:
            assert line.after_qty == start
            continue
        assert min(start, line.target_qty) <= line.after_qty <= max(start, line.target_qty)
        if not line.left_out:
            assert abs(line.after_qty - line.target_qty) < held.instrument.lot_size


def _check_money(account: AccountState, plan: Plan) -> None:
    assert plan.equity == equity_of(account)
    moved = sum(each.value if each.side is Side.SELL else -each.value for each in plan.orders)
    assert plan.cash_before == account.cash - account.reserved
    assert plan.cash_after == plan.cash_before + moved - plan.half_spread - plan.fees


def _check_reserves(plan: Plan, by_name: dict[str, Holding]) -> None:
    """By risk's own formula; an order's worth at its limit, or the ask with its protection."""
    for order in plan.orders:
        held = by_name[order.instrument_id]
        assert held.touch is not None
        if order.side is Side.SELL:
            assert order.cash_needed == 0
            continue
        price = order.limit_price
        if price is None:
            price = -(-held.touch.ask * (10_000 + held.protection_bps) // 10_000)
        exposure: Any = Exposure(held.instrument)
        exposure.limits = _Limits(held.fees)
        assert order.cash_needed == buy_reserve(exposure, price * order.order_qty, order.order_qty, 1)


class _Limits:
    """The fees of `InstrumentLimits`, all that the reserve reads."""

    def __init__(self, fees: Fees) -> None:
        self.fee_bps, self.fee_per_unit, self.fee_per_order = fees.bps, fees.per_unit, fees.per_order


@given(cases(), st.integers(1, 99))
def test_less_capital_never_needs_more_cash(case: tuple[AccountState, Wishes], percent: int) -> None:
    """What the search for the affordable capital rests on."""
    import msgspec

    account, wishes = case
    margin = msgspec.structs.replace(account, account_type=AccountType.MARGIN)
    sizes = (50_000 * UNIT * percent // 100, 50_000 * UNIT)
    plans = [
        plan_of(margin, msgspec.structs.replace(wishes, weights=_positive(wishes), capital=each))
        for each in sizes
    ]
    if plans[0] is not None and plans[1] is not None:
        assert plans[0].cash_after_worst >= plans[1].cash_after_worst


def _positive(wishes: Wishes) -> dict[str, int]:
    return {name: abs(weight) for name, weight in wishes.weights.items()}
