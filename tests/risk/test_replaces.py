"""A replace is checked, and held back, at the worst of both terms until the venue answers (check 36)."""

import pytest

from tests.engine_harness import BIG, stock_desk
from trade2026.model.enums import AccountType, ExecType, Scope, Side, TradingState
from trade2026.model.events import OrderPendingReplace, ReplaceRefused
from trade2026.primitives.fixed_point import UNIT
from trade2026.risk.values import worst_worth

BUY, SELL = Side.BUY, Side.SELL
THOUSAND = 1_000 * UNIT


@pytest.mark.parametrize(
    ("price", "leaves", "new_price", "new_leaves", "worst"),
    [
        (10, 100, 10, 100, 1000),
        (10, 100, 5, 200, 1500),  # All fills at 10, then the added hundred at 5.
        (10, 100, 20, 50, 1000),  # The old terms fill, or the new ones: never both whole.
        (10, 100, 20, 60, 1200),
        (10, 100, 20, 200, 4000),
        (10, 100, 10, 0, 1000),
        (10, 0, 10, 50, 500),
    ],
)
def test_the_worst_of_both_terms(price, leaves, new_price, new_leaves, worst):
    assert worst_worth(price, leaves, new_price, new_leaves) == worst
    slow = max(filled * price + max(new_leaves - filled, 0) * new_price for filled in range(leaves + 1))
    assert worst == slow


def test_a_cheaper_larger_total_needs_cash_for_both():
    """100 at 10 replaced by 200 at 5: the old terms may fill first, so 1500 are needed, not 1000."""
    desk = stock_desk(AccountType.CASH, cash=1499 * UNIT)
    order = desk.submit("a", BUY, 100 * UNIT)
    refused = desk.replace("r", order.order_id, 200 * UNIT, 5 * UNIT)
    assert isinstance(refused, ReplaceRefused)
    assert [failure.check for failure in refused.failures] == ["BUYING_POWER"]
    assert refused.largest_qty == 199 * UNIT
    desk.pay(UNIT)
    assert isinstance(desk.replace("s", order.order_id, 200 * UNIT, 5 * UNIT), OrderPendingReplace)
    assert desk.risk.accounts["A"].reserved == {"USD": 1500 * UNIT}
    desk.fill("a", "e1", 100 * UNIT)
    desk.report("s", ExecType.REPLACED, order_qty=200 * UNIT, limit_price=5 * UNIT)
    desk.fill("s", "e2", 100 * UNIT, 5 * UNIT)
    assert desk.risk.accounts["A"].cash == {"USD": 0}
    assert desk.risk.accounts["A"].reserved == {"USD": 0}


def test_a_dearer_smaller_total_needs_no_more():
    desk = stock_desk(AccountType.CASH, cash=1000 * UNIT)
    order = desk.submit("a", BUY, 100 * UNIT)
    assert isinstance(desk.replace("r", order.order_id, 50 * UNIT, 20 * UNIT), OrderPendingReplace)
    assert desk.risk.accounts["A"].reserved == {"USD": 1000 * UNIT}


@pytest.mark.parametrize("side", [BUY, SELL])
def test_what_is_held_stays_until_the_answer(side):
    desk = stock_desk()
    order = desk.submit("a", side, 100 * UNIT)
    exposure = desk.risk.accounts["A"].exposures[order.instrument_id]

    def held() -> int:
        return (exposure.open_buy if side is BUY else exposure.open_sell) // UNIT

    desk.replace("up", order.order_id, 150 * UNIT, 10 * UNIT)
    assert held() == 150
    desk.report("up", ExecType.CANCEL_REJECTED)
    assert held() == 100
    desk.replace("down", order.order_id, 50 * UNIT, 10 * UNIT)
    assert held() == 100
    desk.fill("a", "e", 20 * UNIT)
    assert held() == 80
    desk.report("down", ExecType.REPLACED, order_qty=50 * UNIT, limit_price=10 * UNIT)
    assert held() == 30
    desk.report("down", ExecType.EXPIRED)
    assert held() == 0


@pytest.mark.parametrize("side", [BUY, SELL])
def test_only_the_added_quantity_counts_against_positions(side):
    desk = stock_desk()
    desk.limit(max_long_qty=120 * UNIT, max_short_qty=120 * UNIT)
    order = desk.submit("a", side, 100 * UNIT)
    refused = desk.replace("r", order.order_id, 121 * UNIT, 10 * UNIT)
    assert [failure.check for failure in refused.failures] == ["POSITION"]
    assert refused.largest_qty == 120 * UNIT
    assert isinstance(desk.replace("s", order.order_id, 120 * UNIT, 10 * UNIT), OrderPendingReplace)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_shrinking_passes_limits_that_are_broken_already(side):
    desk = stock_desk()
    order = desk.submit("a", side, 100 * UNIT)
    desk.fill("a", "e", 10 * UNIT)
    desk.limit(max_long_qty=0, max_short_qty=0, max_open_qty=0, max_open_orders=0)
    desk.limit_account(
        max_gross_exposure=0, max_net_exposure=0, max_open_notional=0, max_open_orders=0, max_leverage=0
    )
    assert isinstance(desk.replace("s", order.order_id, 60 * UNIT, 10 * UNIT), OrderPendingReplace)


def test_a_total_below_what_is_filled_ends_the_order_and_needs_nothing():
    desk = stock_desk(AccountType.CASH, cash=1000 * UNIT)
    order = desk.submit("a", BUY, 100 * UNIT)
    desk.fill("a", "e", 60 * UNIT)
    assert isinstance(desk.replace("s", order.order_id, 50 * UNIT, 10 * UNIT), OrderPendingReplace)
    desk.report("s", ExecType.REPLACED, order_qty=50 * UNIT, limit_price=10 * UNIT)
    account = desk.risk.accounts["A"]
    assert (account.open_orders, account.open_notional, account.reserved) == (0, 0, {"USD": 0})


@pytest.mark.parametrize(
    ("terms", "check"),
    [
        ({"qty": 100 * UNIT + 1}, "LOT_SIZE"),
        ({"price": 10 * UNIT + 1}, "TICK_SIZE"),
        ({"price": 12 * UNIT}, "PRICE_COLLAR"),
        ({"reference_price": None}, "REFERENCE"),
        ({"reference_ts": BIG}, "REFERENCE"),
        ({"session_close": 0}, "TRADING_HOURS"),
        ({"qty": 301 * UNIT}, "MAX_ORDER_QTY"),
        ({"qty": 201 * UNIT}, "MAX_ORDER_NOTIONAL"),
    ],
)
def test_every_check_runs_again(terms, check):
    desk = stock_desk()
    desk.limit(price_collar_bps=1000, max_order_qty=300 * UNIT, max_order_notional=2000 * UNIT)
    order = desk.submit("a", BUY, 100 * UNIT)
    base = {"qty": 110 * UNIT, "price": 10 * UNIT} | terms
    refused = desk.replace("r", order.order_id, base.pop("qty"), base.pop("price"), **base)
    assert check in [failure.check for failure in refused.failures]
    again = desk.replace("r", order.order_id, **({"qty": 110 * UNIT, "price": 10 * UNIT} | terms))
    assert again == refused, "the same request again has the same answer"
    assert desk.last_order().pending_replace_id == ""


def test_value_limits_hold_over_many_replaces():
    """Filling and raising the total again and again does not walk around max_order_notional."""
    desk = stock_desk()
    desk.limit(max_order_notional=1500 * UNIT)
    order = desk.submit("a", BUY, 100 * UNIT)
    desk.fill("a", "e", 100 * UNIT - UNIT)
    refused = desk.replace("r", order.order_id, 151 * UNIT, 10 * UNIT)
    assert [failure.check for failure in refused.failures] == ["MAX_ORDER_NOTIONAL"]
    assert refused.largest_qty == 150 * UNIT


def test_reducing_lets_an_order_shrink_to_what_reduces():
    desk = stock_desk()
    desk.submit("position", SELL, 100 * UNIT)
    desk.fill("position", "e", 100 * UNIT)
    order = desk.submit("a", BUY, 200 * UNIT)
    desk.trading_state(Scope.GLOBAL, "", TradingState.REDUCING)
    refused = desk.replace("r", order.order_id, 101 * UNIT, 10 * UNIT)
    assert [failure.check for failure in refused.failures] == ["TRADING_STATE"]
    assert refused.largest_qty == 100 * UNIT
    assert isinstance(desk.replace("s", order.order_id, 100 * UNIT, 10 * UNIT), OrderPendingReplace)


def test_the_venues_terms_count_where_they_differ():
    desk = stock_desk(AccountType.CASH)
    order = desk.submit("a", BUY, 100 * UNIT)
    desk.replace("r", order.order_id, 100 * UNIT, 11 * UNIT)
    desk.report("r", ExecType.REPLACED, order_qty=100 * UNIT, limit_price=12 * UNIT)
    assert desk.risk.accounts["A"].reserved == {"USD": 1200 * UNIT}
    assert desk.last_order().limit_price == 12 * UNIT
