"""Plans by hand: what each rule does to one account, in figures that can be followed."""

from typing import Any

import msgspec
import pytest

from tests.application.rebalancing.accounts import account, holding, raw, wishes
from trade2026.application.rebalancing.plan import Fees, Others, Plan, PlanLine
from trade2026.application.rebalancing.planner import make_plan
from trade2026.model.enums import AccountType, OrderType, Side
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT

MARGIN = AccountType.MARGIN


def line_of(plan: Plan, name: str) -> PlanLine:
    return next(each for each in plan.lines if each.instrument_id == f"{name}.XNYS")


def test_a_plan_that_can_be_followed_by_hand() -> None:
    """10,000 in all: 30 A at 100 are 30 %, wanted are 10 % A and 50 % B at a mid of 50."""
    before = account("7000", holding("A", "99.9", "100.1", "30"), holding("B", "49.95", "50.05"))
    plan = make_plan(before, wishes({"A": "0.1", "B": "0.5"}, offset_bps=0))
    assert plan.equity == plan.capital == raw("10000")
    sell, buy = plan.orders
    assert (sell.side, sell.order_qty, sell.limit_price) == (Side.SELL, raw("20"), raw("99.9"))
    assert (buy.side, buy.order_qty, buy.limit_price) == (Side.BUY, raw("100"), raw("50.05"))
    assert sell.half_spread == raw("2")  # 20 at 0.1.
    assert buy.half_spread == raw("5")  # 100 at 0.05.
    assert sell.fee == raw("0.1998")  # A basis point of 1,998.
    assert buy.fee == raw("0.5005")
    assert plan.cash_after == raw("7000") + raw("1998") - raw("5005") - raw("0.7003")
    assert plan.cash_after_worst == plan.cash_after  # At the touch both are the same.
    assert plan.turnover == raw("0.7")
    assert (plan.gross_before, plan.gross_after) == (raw("3000"), raw("6000"))
    assert line_of(plan, "A").before_weight == raw("0.3")
    assert line_of(plan, "A").after_weight == raw("0.1")
    assert line_of(plan, "B").after_weight == raw("0.5")
    assert plan.is_sequenced


def test_limits_go_through_the_touch_to_the_next_tick() -> None:
    held = holding("A", "99.9", "100.1", "50"), holding("B", "9.99", "10.01")
    orders = make_plan(account("5000", *held), wishes({"A": "0", "B": "0.5"}, offset_bps=25)).orders
    assert orders[0].limit_price == raw("99.65")  # 99.9 * 0.9975 = 99.65025.
    assert orders[0].expected_price == raw("99.9")
    assert orders[1].limit_price == raw("10.04")  # 10.01 * 1.0025 = 10.035025.
    assert orders[1].expected_price == raw("10.01")
    waiting = make_plan(account("5000", *held), wishes({"A": "0", "B": "0.5"}, offset_bps=-50)).orders
    assert waiting[0].limit_price == waiting[0].expected_price == raw("100.39")
    assert waiting[0].half_spread < 0
    market = make_plan(
        account("5000", *held), wishes({"A": "0", "B": "0.5"}, order_type=OrderType.MARKET)
    ).orders
    assert [each.limit_price for each in market] == [None, None]
    assert market[1].cash_needed > market[1].value * 105 // 100  # What risk reserves for its protection.


def test_others_are_kept_or_closed() -> None:
    before = account("5000", holding("A", "100", "100", "30"), holding("B", "50", "50", "40"))
    kept = make_plan(before, wishes({"A": "1"}, offset_bps=0))
    assert line_of(kept, "B").target_qty is None
    assert kept.equity == raw("10000")
    assert kept.capital < raw("8000")  # All that is not in B, less what fees take.
    assert line_of(kept, "A").after_qty == raw("79")
    closed = make_plan(before, wishes({"A": "1"}, offset_bps=0, others=Others.CLOSE))
    assert line_of(closed, "B").after_qty == 0
    assert [each.side for each in closed.orders] == [Side.SELL, Side.BUY]
    fixed = make_plan(before, wishes({"A": "0.5"}, offset_bps=0, capital=raw("1000")))
    assert line_of(fixed, "A").after_qty == raw("5")


def test_open_orders_count_and_none_of_them_leads_past_the_target() -> None:
    both: dict[str, Any] = {"open_buy": raw("10"), "open_sell": 0}
    plan = make_plan(
        account("10000", holding("A", "100", "100", **both)), wishes({"A": "0.3"}, capital=raw("10000"))
    )
    assert plan.orders[0].order_qty == raw("20")
    over = make_plan(
        account("10000", holding("A", "100", "100", **both)), wishes({"A": "0.05"}, capital=raw("10000"))
    )
    assert over.orders == ()
    assert "open buys lead past" in line_of(over, "A").left_out
    sold = holding("A", "100", "100", "10", open_sell=raw("8"))
    plan = make_plan(account("0", sold), wishes({"A": "0"}, others=Others.CLOSE))
    assert plan.orders[0].order_qty == raw("2")


@pytest.mark.parametrize(
    ("rules", "capital", "why"),
    [
        ({}, "99", "less than a lot"),
        ({"lot_size": 10 * UNIT}, "999", "less than a lot"),
        ({"min_qty": 5 * UNIT}, "400", "less than XNYS takes: 5"),
        ({"min_notional": 500 * UNIT}, "501", "too near or below what XNYS takes: 500"),
    ],
)
def test_what_is_left_out_says_why(rules: dict[str, Any], capital: str, why: str) -> None:
    before = account("10000", holding("A", "100", "100", **rules))
    plan = make_plan(before, wishes({"A": "1"}, capital=raw(capital)))
    assert plan.orders == ()
    assert why in line_of(plan, "A").left_out


def test_small_trades_are_left_out_where_asked() -> None:
    before = account("10000", holding("A", "100", "100", "10"), holding("B", "10", "10"))
    plan = make_plan(before, wishes({"A": "0.1", "B": "0.02"}, min_trade=raw("250")))
    assert plan.orders == ()
    assert "below min_trade 250" in line_of(plan, "B").left_out


def test_weights_keep_their_proportions_where_costs_do_not_fit() -> None:
    before = account("100000", *(holding(name, "99", "101") for name in "AB"))
    plan = make_plan(before, wishes({"A": "0.75", "B": "0.25"}))
    assert plan.capital < raw("100000")
    assert "in place of 100000" in plan.notes[0]
    assert 0 <= plan.cash_after_worst < raw("250")
    a, b = line_of(plan, "A"), line_of(plan, "B")
    assert abs(a.after_qty - 3 * b.after_qty) < 4 * UNIT


def test_a_margin_account_may_be_short_and_borrow() -> None:
    held = holding("A", "100", "100", "10"), holding("B", "50", "50")
    plan = make_plan(account("9000", *held, kind=MARGIN), wishes({"A": "-0.5", "B": "1.8"}))
    assert line_of(plan, "A").after_qty == raw("-50")
    assert line_of(plan, "B").after_qty == raw("360")
    assert plan.cash_after < 0
    assert not plan.is_sequenced
    assert plan.capital == raw("10000")


@pytest.mark.parametrize(
    ("weights", "more", "words"),
    [
        ({"A": "-0.1"}, {}, "weights.A.XNYS must not be below zero in a CASH account"),
        ({"A": "1.01"}, {}, "sum to at most 1 in a CASH account"),
        ({"A": "0.5"}, {"capital": 0}, "capital must be above zero"),
    ],
)
def test_what_a_cash_account_cannot_hold(weights: dict[str, str], more: dict[str, int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        make_plan(account("1000", holding("A", "100", "100")), wishes(weights, **more))


def test_an_account_without_worth_or_free_cash() -> None:
    with pytest.raises(InputError, match="must have equity"):
        make_plan(account("0", holding("A", "100", "100")), wishes({"A": "1"}))
    with pytest.raises(InputError, match="free of open buys"):
        make_plan(account("100", holding("A", "10", "10"), reserved="101"), wishes({"A": "1"}))
    kept = holding("A", "10", "10", "1000"), holding("B", "10", "10")
    with pytest.raises(InputError, match="capital must be given"):
        make_plan(account("-1", *kept), wishes({"B": "1"}))


def test_fees_of_every_kind_are_counted() -> None:
    fees = Fees(bps=2, per_unit=raw("0.005"), per_order=raw("1"))
    plan = make_plan(
        account("10000", holding("A", "100", "100", fees=fees)), wishes({"A": "0.5"}, offset_bps=0)
    )
    assert plan.fees == raw("1") + raw("0.25") + raw("1")  # 2 bps of 5,000; 50 at 0.005; the order.


def test_the_same_inputs_give_the_same_bytes() -> None:
    before = account("7000", holding("B", "49.95", "50.05"), holding("A", "99.9", "100.1", "30"))
    made = [make_plan(before, wishes({"A": "0.1", "B": "0.5"})) for _ in range(2)]
    assert msgspec.json.encode(made[0]) == msgspec.json.encode(made[1])
    assert msgspec.json.decode(msgspec.json.encode(made[0]), type=Plan) == made[0]
