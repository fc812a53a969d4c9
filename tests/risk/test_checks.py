"""Every pre-trade check from both sides: at the limit an order passes, one lot or tick beyond it does not.

Each row of `check_rows` names the check that must refuse and the limit and use it must state.
"""

from typing import Any

import msgspec
import pytest

from tests.engine_harness import BIG, STOCK, Desk, stock_desk
from tests.risk.check_rows import BUY, CASH, HALT, NOW, REDUCE, ROWS, SELL, STERLING, pounds, sterling
from trade2026.model.commands import TransferCash
from trade2026.model.enums import (
    Environment,
    Scope,
    TimeInForce,
    TradingState,
)
from trade2026.model.events import CommandDenied, OrderApproved, OrderRefused
from trade2026.model.instrument import crypto_spot
from trade2026.primitives.fixed_point import UNIT, encode_money
from trade2026.risk.decide import decide_withdrawal


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_check(row):
    desk = stock_desk(row.account_type)
    row.prepare(desk)
    refused = desk.one(_order(desk, row.failing))
    assert isinstance(refused, OrderRefused), refused
    (failure,) = refused.failures
    assert (failure.check, failure.limit, failure.used) == (row.check, row.limit, row.used)
    assert failure.text
    passed = desk.one(_order(desk, row.passing, "passing"))
    assert isinstance(passed, OrderApproved), passed


def _order(desk: Desk, terms: dict[str, Any], client_order_id: str = "failing"):
    return desk.order(client_order_id, **terms)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_the_account_counts_open_orders_of_all_instruments(side):
    desk = stock_desk()
    sterling(desk)
    desk.limit_account(max_open_orders=2)
    assert isinstance(desk.submit("a", side), OrderApproved)
    assert isinstance(desk.one(_order(desk, pounds(1, side), "b")), OrderApproved)
    (failure,) = desk.submit("c", side).failures
    assert (failure.check, failure.limit, failure.used) == ("OPEN_ORDERS", "2", "3")
    desk.fill("a", "e", 100 * UNIT)
    assert isinstance(desk.submit("d", side), OrderApproved)


def test_the_largest_quantity_of_each_row_is_the_one_that_passes():
    by_quantity = {
        "MAX_ORDER_QTY", "MAX_ORDER_NOTIONAL", "OPEN_QTY", "OPEN_NOTIONAL", "POSITION", "GROSS_EXPOSURE",
        "NET_EXPOSURE", "LEVERAGE", "SHORT_SALE",
    }  # fmt: skip
    rows = [row for row in ROWS.values() if row.check in by_quantity]
    assert len(rows) > 15
    for row in rows:
        desk = stock_desk(row.account_type)
        row.prepare(desk)
        assert desk.one(_order(desk, row.failing)).largest_qty == row.passing["qty"], row


def test_every_failure_is_reported_in_order_of_precedence():
    desk = stock_desk()
    desk.limit(
        max_order_qty=UNIT, max_order_notional=UNIT, max_long_qty=UNIT, max_open_orders=0, max_open_qty=UNIT,
        price_collar_bps=100, hold_until_open=False,
    )  # fmt: skip
    desk.limit_account(
        max_gross_exposure=UNIT,
        max_net_exposure=UNIT,
        max_leverage=0,
        max_open_orders=0,
        max_open_notional=UNIT,
    )
    desk.register(
        msgspec.structs.replace(STOCK, times_in_force=(TimeInForce.GTC,), min_notional=BIG, max_qty=UNIT)
    )
    desk.trading_state(Scope.GLOBAL, "", HALT)
    refused = desk.submit(
        "a", price=20 * UNIT + 1, trader_id="x", environment=Environment.LIVE, session_open=NOW + 1
    )
    assert [failure.check for failure in refused.failures] == [
        "TRADING_STATE", "ENTITLEMENT", "ENVIRONMENT", "TRADING_HOURS", "ORDER_TYPE", "TICK_SIZE", "LOT_SIZE",
        "MIN_NOTIONAL", "PRICE_COLLAR", "MAX_ORDER_QTY", "MAX_ORDER_NOTIONAL", "OPEN_ORDERS", "OPEN_ORDERS",
        "OPEN_QTY", "OPEN_NOTIONAL", "POSITION", "GROSS_EXPOSURE", "NET_EXPOSURE", "LEVERAGE",
    ]  # fmt: skip
    assert refused.largest_qty == 0


def test_without_a_reference_what_needs_no_price_is_reported_still():
    desk = stock_desk()
    desk.limit(max_order_qty=UNIT, max_long_qty=UNIT, max_open_orders=0)
    refused = desk.submit("a", reference_price=None)
    assert [failure.check for failure in refused.failures] == [
        "REFERENCE", "MAX_ORDER_QTY", "OPEN_ORDERS", "POSITION",
    ]  # fmt: skip


def test_without_limits_the_rest_is_reported_still():
    desk = Desk()
    desk.open(limits=None)
    desk.register(STOCK)
    desk.trading_state(Scope.GLOBAL, "", HALT)
    refused = desk.submit("a", qty=UNIT // 2, trader_id="x")
    assert [(failure.check, failure.used) for failure in refused.failures] == [
        ("TRADING_STATE", ""),
        ("ENTITLEMENT", "x"),
        ("NO_LIMITS", "A"),
        ("NO_LIMITS", "AAA.XNAS"),
        ("LOT_SIZE", "0.5"),
    ]
    assert desk.submit("b", instrument=STERLING).failures[-1].check == "INSTRUMENT"


def test_limits_of_one_kind_are_not_enough():
    desk = stock_desk(limits=None)
    assert [f.check for f in desk.submit("a").failures] == ["NO_LIMITS"]
    desk = Desk()
    desk.open()
    desk.register(STOCK)
    assert [f.check for f in desk.submit("a").failures] == ["NO_LIMITS"]


@pytest.mark.parametrize("side", [BUY, SELL])
def test_what_reduces_passes_every_exposure_check_but_no_halt(side):
    """The position was fine when it was made; limits, prices and cash are not any more."""
    desk = stock_desk()
    sterling(desk)
    other = SELL if side is BUY else BUY
    desk.submit("position", other, 100 * UNIT)
    desk.fill("position", "e", 100 * UNIT)
    desk.submit("far", side, 1000 * UNIT, instrument=STERLING)  # Net exposure is on the side of the order.
    desk.fill("far", "f", 1000 * UNIT)
    desk.limit(max_long_qty=0, max_short_qty=0)
    desk.limit_account(max_gross_exposure=0, max_net_exposure=0, max_leverage=0)
    assert isinstance(desk.submit("beyond", side, 101 * UNIT), OrderRefused)
    assert isinstance(desk.submit("same side", other, UNIT), OrderRefused)
    desk.trading_state(Scope.GLOBAL, "", REDUCE)
    assert isinstance(desk.submit("reduces", side, 60 * UNIT), OrderApproved)
    assert isinstance(desk.submit("with the open one too much", side, 41 * UNIT), OrderRefused)
    desk.trading_state(Scope.GLOBAL, "", HALT)
    refused = desk.submit("halted", side, UNIT)
    assert [failure.check for failure in refused.failures] == ["TRADING_STATE"]
    assert refused.largest_qty == 0


def test_a_cancel_passes_through_no_check():
    desk = stock_desk()
    order = desk.submit("a")
    desk.limit(max_order_qty=0, max_open_orders=0)
    desk.limit_account(max_gross_exposure=0, max_open_orders=0)
    for scope, target in ((Scope.GLOBAL, ""), (Scope.ACCOUNT, "A"), (Scope.INSTRUMENT, STOCK.instrument_id)):
        desk.trading_state(scope, target, HALT)
    assert type(desk.cancel("c", order.order_id)).__name__ == "OrderPendingCancel"


def test_an_active_state_lifts_a_halt():
    desk = stock_desk()
    desk.trading_state(Scope.GLOBAL, "", HALT)
    assert isinstance(desk.submit("a"), OrderRefused)
    desk.trading_state(Scope.GLOBAL, "", TradingState.ACTIVE)
    assert isinstance(desk.submit("b"), OrderApproved)


def test_no_scope_outweighs_another():
    """An account that may trade does not lift the halt of a venue."""
    desk = stock_desk()
    desk.trading_state(Scope.VENUE, "XNAS", HALT)
    desk.trading_state(Scope.ACCOUNT, "A", REDUCE)
    assert [failure.limit for failure in desk.submit("a").failures] == ["HALTED", "REDUCING"]


def test_out_of_hours_an_order_waits_only_where_it_may():
    desk = stock_desk()
    assert isinstance(desk.submit("a", session_open=NOW + 1), OrderApproved)
    desk.limit(hold_until_open=False)
    assert isinstance(desk.submit("b", session_open=NOW + 1), OrderRefused)


def test_commission_taken_in_coins_is_not_there_to_sell():
    """Buy 1 BTC with 0.1 % charged in BTC: 0.999 can be sold, one lot more cannot."""
    coin = crypto_spot("BTCUSDT")
    desk = Desk()
    desk.open(account_type=CASH, cash=10**6 * UNIT, currency="USDT")
    desk.register(coin)
    desk.limit(instrument=coin)
    desk.submit("buy", BUY, UNIT, instrument=coin)
    desk.fill("buy", "e", UNIT, commission=UNIT // 1000, commission_currency="BTC")
    held = 999 * UNIT // 1000
    refused = desk.submit("too much", SELL, held + coin.lot_size, instrument=coin)
    assert [failure.check for failure in refused.failures] == ["SHORT_SALE"]
    assert refused.largest_qty == held
    assert isinstance(desk.submit("all", SELL, held, instrument=coin), OrderApproved)


def test_a_refusal_keeps_the_version_of_the_limits():
    desk = stock_desk()
    version = desk.submit("a").limits_version
    desk.limit(max_order_qty=0)
    assert desk.submit("b").limits_version == version + 1


def test_money_that_open_buys_need_cannot_be_paid_out_unnoticed():
    desk = stock_desk(CASH)
    desk.submit("a", BUY, 40_000 * UNIT)

    def withdraw(amount: int):
        return decide_withdrawal(desk.risk, TransferCash(NOW, "A", "USD", encode_money(-amount), ""))

    assert withdraw(600_000 * UNIT) is None
    assert isinstance(withdraw(600_000 * UNIT + 1), CommandDenied)
    assert withdraw(-1) is None
