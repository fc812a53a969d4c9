"""Requests: ids used once, the same question answered the same, everything else denied."""

from typing import Any

import msgspec
import pytest

from tests.engine_harness import STOCK, Desk, stock_desk
from trade2026.model.commands import CancelOrder
from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import (
    OrderApproved,
    OrderDenied,
    OrderFilled,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderRepeated,
    ReplaceRefused,
)
from trade2026.model.events.order import DenialReason
from trade2026.model.instrument import equity
from trade2026.primitives.fixed_point import INT64_MAX, UNIT


def denied(event: object, reason: DenialReason) -> None:
    assert isinstance(event, OrderDenied), event
    assert event.reason is reason
    assert event.text


def test_the_same_order_again_is_the_same_order():
    desk = stock_desk()
    first = desk.submit("a")
    assert desk.submit("a") == OrderRepeated(desk.now, "A", "a", first.order_id)
    assert len(desk.oms.orders) == 1


def test_an_order_is_known_again_at_another_time_and_price_of_the_market():
    """What was decided on is not part of what was asked."""
    desk = stock_desk()
    first = desk.submit("a")
    desk.now += 5
    again = desk.submit("a", reference_price=11 * UNIT)
    assert again == OrderRepeated(desk.now, "A", "a", first.order_id)


def test_an_order_is_known_after_it_is_done():
    desk = stock_desk()
    first = desk.submit("a")
    desk.report("a", ExecType.REJECTED)
    assert desk.submit("a").order_id == first.order_id


@pytest.mark.parametrize(
    "change",
    [
        {"order_qty": 101 * UNIT},
        {"limit_price": 11 * UNIT},
        {"side": Side.SELL},
        {"time_in_force": TimeInForce.GTC},
        {"order_type": OrderType.MARKET, "limit_price": None},
        {"instrument_id": "BBB.XNAS"},
        {"strategy_id": "other"},
    ],
)
def test_another_order_under_a_used_id_is_denied(change):
    for qty in (100 * UNIT, 10**6 * UNIT):  # Approved, and refused by the limit below.
        desk = stock_desk()
        desk.limit(max_order_qty=1000 * UNIT)
        order = desk.order("a", qty=qty)
        desk.do(order)
        denied(desk.one(msgspec.structs.replace(order, **change)), DenialReason.DUPLICATE_CLIENT_ORDER_ID)


def test_a_refused_order_is_refused_for_ever_with_the_same_words():
    desk = stock_desk()
    desk.limit(max_order_qty=UNIT)
    first = desk.submit("a")
    assert isinstance(first, OrderRefused)
    desk.limit()
    desk.now += 1
    assert desk.submit("a") == first, "a limit lifted later does not send an old order"
    assert isinstance(desk.submit("b"), OrderApproved)


def test_a_denied_request_uses_no_id():
    desk = stock_desk()
    denied(desk.submit("a", qty=0), DenialReason.MALFORMED)
    assert isinstance(desk.submit("a"), OrderApproved)


def test_ids_are_unique_over_submit_cancel_and_replace():
    desk = stock_desk()
    order = desk.submit("a").order_id
    duplicate = DenialReason.DUPLICATE_CLIENT_ORDER_ID
    denied(desk.cancel("a", order), duplicate)
    denied(desk.replace("a", order, 200 * UNIT, 10 * UNIT), duplicate)
    assert isinstance(desk.replace("r", order, 200 * UNIT, 10 * UNIT), OrderPendingReplace)
    denied(desk.submit("r", qty=200 * UNIT), duplicate)
    denied(desk.cancel("r", order), duplicate)
    denied(desk.replace("r", order, 200 * UNIT, 11 * UNIT), duplicate)
    assert isinstance(desk.cancel("c", order), OrderPendingCancel)
    denied(desk.submit("c"), duplicate)
    denied(desk.replace("c", order, 200 * UNIT, 10 * UNIT), duplicate)
    denied(desk.replace("c", order, 0, None), duplicate)
    denied(desk.cancel("c", order + 1), duplicate)


def test_the_same_change_again_is_the_same_change():
    desk = stock_desk()
    order = desk.submit("a").order_id
    desk.replace("r", order, 200 * UNIT, 10 * UNIT)
    assert desk.replace("r", order, 200 * UNIT, 10 * UNIT) == OrderRepeated(desk.now, "A", "r", order)
    desk.cancel("c", order)
    assert desk.cancel("c", order) == OrderRepeated(desk.now, "A", "c", order)
    desk.report("c", ExecType.CANCELED)
    assert desk.cancel("c", order) == OrderRepeated(desk.now, "A", "c", order)


def test_a_refused_replace_is_refused_for_ever():
    desk = stock_desk()
    order = desk.submit("a").order_id
    desk.limit(max_order_qty=100 * UNIT)
    first = desk.replace("r", order, 200 * UNIT, 10 * UNIT)
    assert isinstance(first, ReplaceRefused)
    desk.limit()
    assert desk.replace("r", order, 200 * UNIT, 10 * UNIT) == first
    denied(desk.replace("r", order, 201 * UNIT, 10 * UNIT), DenialReason.DUPLICATE_CLIENT_ORDER_ID)
    denied(desk.cancel("r", order), DenialReason.DUPLICATE_CLIENT_ORDER_ID)
    assert desk.fill("r", "e", UNIT).text.startswith("no order of ours has this client_order_id")


def test_ids_of_two_accounts_are_apart():
    desk = stock_desk()
    desk.open("B")
    desk.limit(account_id="B")
    assert isinstance(desk.submit("a"), OrderApproved)
    assert isinstance(desk.submit("a", account_id="B"), OrderApproved)
    denied(desk.cancel("c", 1, account_id="B"), DenialReason.UNKNOWN_ORDER)
    assert isinstance(desk.fill("a", "e", UNIT), OrderFilled)
    assert isinstance(desk.fill("a", "e", UNIT, account_id="B"), OrderFilled)


def test_venues_number_their_trades_per_symbol():
    """The same trade id in another instrument is another trade."""
    other = equity("BBB", "XNAS")
    desk = stock_desk()
    desk.register(other)
    desk.limit(instrument=other)
    desk.submit("a")
    desk.submit("b", instrument=other)
    assert isinstance(desk.fill("a", "1", UNIT), OrderFilled)
    assert isinstance(desk.fill("b", "1", UNIT), OrderFilled)
    assert type(desk.fill("b", "1", UNIT)).__name__ == "ExecutionRepeated"


@pytest.mark.parametrize("change", [{"commission": 1}, {"commission_currency": "EUR"}])
def test_the_same_trade_with_another_commission_is_noticed(change):
    desk = stock_desk()
    desk.submit("a")
    fees: dict[str, Any] = {"commission": 2, "commission_currency": "USD"}
    assert isinstance(desk.fill("a", "1", UNIT, **fees), OrderFilled)
    assert type(desk.fill("a", "1", UNIT, **(fees | change))).__name__ == "InvalidTransition"
    assert type(desk.fill("a", "1", UNIT, **fees)).__name__ == "ExecutionRepeated"


@pytest.mark.parametrize(
    "fields",
    [
        {"execution_id": ""},
        {"last_qty": INT64_MAX + 1},
        {"last_px": INT64_MAX + 1},
        {"commission": INT64_MAX, "commission_currency": "USD"},
        {"commission": -INT64_MAX, "commission_currency": "USD"},
        {"commission": 5},
    ],
)
def test_a_trade_that_cannot_be_booked_is_journaled_and_changes_nothing(fields):
    desk = stock_desk()
    desk.submit("a")
    terms = {"execution_id": "e", "last_qty": UNIT, "last_px": UNIT} | fields
    (event,) = desk.report("a", ExecType.TRADE, **terms)
    assert type(event).__name__ == "InvalidTransition"
    assert desk.last_order().cum_qty == 0


def test_fills_cannot_sum_beyond_what_a_journal_holds():
    desk = stock_desk()
    desk.submit("a")
    assert isinstance(desk.fill("a", "1", INT64_MAX, 1), OrderFilled)
    assert type(desk.fill("a", "2", 1, 1)).__name__ == "InvalidTransition"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"account_id": "X"}, DenialReason.UNKNOWN_ACCOUNT),
        ({"client_order_id": ""}, DenialReason.MALFORMED),
        ({"client_order_id": "x" * 65}, DenialReason.MALFORMED),
        ({"order_qty": 0}, DenialReason.MALFORMED),
        ({"order_qty": -UNIT}, DenialReason.MALFORMED),
        ({"order_qty": INT64_MAX + 1}, DenialReason.MALFORMED),
        ({"limit_price": None}, DenialReason.MALFORMED),
        ({"limit_price": INT64_MAX + 1}, DenialReason.MALFORMED),
        ({"order_type": OrderType.MARKET}, DenialReason.MALFORMED),
    ],
)
def test_a_malformed_order_is_denied(change, reason):
    desk = stock_desk()
    denied(desk.one(msgspec.structs.replace(desk.order("a"), **change)), reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"account_id": "X"}, DenialReason.UNKNOWN_ACCOUNT),
        ({"trader_id": "x"}, DenialReason.NOT_ENTITLED),
        ({"client_order_id": ""}, DenialReason.MALFORMED),
        ({"client_order_id": "x" * 65}, DenialReason.MALFORMED),
        ({"order_id": 0}, DenialReason.UNKNOWN_ORDER),
        ({"order_id": 2}, DenialReason.UNKNOWN_ORDER),
        ({"order_id": -1}, DenialReason.UNKNOWN_ORDER),
    ],
)
def test_a_malformed_change_is_denied(change, reason):
    desk = stock_desk()
    desk.submit("a")
    cancel = CancelOrder(desk.now, "A", "c", "t", 1)
    denied(desk.one(msgspec.structs.replace(cancel, **change)), reason)
    replace = desk.replacement("r", 1, 200 * UNIT, 10 * UNIT)
    denied(desk.one(msgspec.structs.replace(replace, **change)), reason)


def test_a_replace_must_change_something_and_keep_the_type():
    desk = stock_desk()
    desk.submit("a")
    denied(desk.replace("r", 1, 100 * UNIT, 10 * UNIT), DenialReason.NOTHING_TO_CHANGE)
    denied(desk.replace("r", 1, 100 * UNIT, None), DenialReason.MALFORMED)
    denied(desk.replace("r", 1, 0, 10 * UNIT), DenialReason.MALFORMED)
    desk.submit("m", price=None)
    denied(desk.replace("r", 2, 200 * UNIT, 10 * UNIT), DenialReason.MALFORMED)
    assert isinstance(desk.replace("r", 2, 200 * UNIT, None), OrderPendingReplace)
    (event,) = desk.report("r", ExecType.REPLACED, order_qty=200 * UNIT, limit_price=0)
    assert event.limit_price is None


def test_a_request_names_the_last_accepted_id():
    desk = stock_desk()
    desk.submit("a")
    assert desk.replace("r", 1, 200 * UNIT, 10 * UNIT).orig_client_order_id == "a"
    assert desk.cancel("c", 1).orig_client_order_id == "a"
    desk.report("r", ExecType.REPLACED, order_qty=200 * UNIT, limit_price=10 * UNIT)
    desk.report("c", ExecType.CANCEL_REJECTED)
    assert desk.cancel("d", 1).orig_client_order_id == "r"


def test_order_ids_count_from_one_and_survive_a_replace():
    desk = stock_desk()
    assert [desk.submit(name).order_id for name in "abc"] == [1, 2, 3]
    desk.limit(max_order_qty=0)
    assert isinstance(desk.submit("refused"), OrderRefused)
    desk.limit()
    assert desk.submit("d").order_id == 4
    desk.replace("r", 2, 200 * UNIT, 10 * UNIT)
    desk.report("r", ExecType.REPLACED, order_qty=200 * UNIT, limit_price=10 * UNIT)
    assert desk.oms.orders[2].client_order_id == "r"


def test_no_foreign_account_hears_of_an_order():
    desk = stock_desk()
    desk.open("B", entitled=("u",))
    desk.submit("a")
    denied(desk.cancel("c", 1, account_id="B", trader_id="u"), DenialReason.UNKNOWN_ORDER)
    denied(desk.cancel("c", 1, trader_id="u"), DenialReason.NOT_ENTITLED)
    assert desk.report("a", ExecType.CANCELED, account_id="B")[0].text
    assert desk.last_order().leaves_qty == 100 * UNIT


def snapshot_of(desk: Desk) -> bytes:
    return desk.core.state_bytes()


def test_the_same_state_gives_the_same_bytes_whatever_came_first():
    """Accounts, instruments and limits in another order; orders keep theirs, it is part of the state."""
    desks = []
    for names in (("A", "B"), ("B", "A")):
        desk = Desk()
        instruments = (STOCK, equity("BBB", "XNAS"))
        desk.register(*(instruments if names[0] == "A" else reversed(instruments)))
        for name in names:
            desk.open(name)
        for name in ("A", "B"):
            for instrument in instruments:
                desk.limit(account_id=name, instrument=instrument)
        for account, currency in ((names[0], "EUR"), (names[1], "CHF"), ("A", "GBP"), ("B", "GBP")):
            desk.pay(UNIT, currency, account if currency == "GBP" else {"EUR": "A", "CHF": "B"}[currency])
        for currency in ("EUR", "CHF") if names[0] == "A" else ("CHF", "EUR"):
            desk.rate(currency, "USD", UNIT)
        desks.append(desk)
    assert snapshot_of(desks[0]) == snapshot_of(desks[1])
    assert desks[0].history != desks[1].history
