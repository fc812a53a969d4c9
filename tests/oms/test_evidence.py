"""Races 8 to 17 and the rows of doubt: what is not known stays open, and what was said can be taken back."""

import pytest

from tests.engine_harness import stock_desk
from tests.oms.scenario import play
from tests.oms.test_transitions import (
    CANCELED,
    CANCELING,
    FILLED,
    PARTIAL,
    REJECTED,
    REPLACING,
    SENT,
    WORKING,
)
from trade2026.ledger.postings import trial_balance
from trade2026.model.enums import AlarmKind, ExecType, Scope, TradingState
from trade2026.model.events import AlarmRaised, OrderNotReceived, TradeBooked, TradingStateSet
from trade2026.primitives.fixed_point import UNIT, decode_money

UNKNOWN = SENT + "unknown a -> OrderUnknown UNKNOWN 0 100\n"

DOUBT = {
    "sent, no answer": UNKNOWN,
    "no answer, marked twice": UNKNOWN + "unknown a -> NoneType UNKNOWN 0 100",
    "no answer, then acknowledged": UNKNOWN + "ack a v=v1 -> OrderAcknowledged NEW 0 100",
    "no answer, then filled": UNKNOWN + "fill a 100 e1 -> OrderFilled FILLED 100 0",
    "no answer, then filled in part": UNKNOWN + "fill a 40 e1 -> OrderFilled PARTIALLY_FILLED 40 60",
    "no answer, then rejected": UNKNOWN + "reject a -> OrderRejected REJECTED 0 0",
    "no answer, then canceled": UNKNOWN + "canceled a -> OrderCanceled CANCELED 0 0",
    "no answer, proved absent": UNKNOWN + "not-received a -> OrderNotReceived NOT_RECEIVED 0 0",
    "proved absent without being marked": SENT + "not-received a -> OrderNotReceived NOT_RECEIVED 0 0",
    "no answer, cancel asked": UNKNOWN + "cancel c -> OrderPendingCancel PENDING_CANCEL 0 100",
    "no answer, suspended": UNKNOWN + "suspended a -> OrderSuspended SUSPENDED 0 100",
    "acknowledged cannot be absent": WORKING + "not-received a -> InvalidTransition NEW 0 100",
    "acknowledged cannot be unknown": WORKING + "unknown a -> NoneType NEW 0 100",
    "filled cannot be absent": FILLED + "not-received a -> InvalidTransition FILLED 100 0",
    "cancel without an answer": CANCELING + "unknown c -> OrderUnknown PENDING_CANCEL 40 60",
    "cancel without an answer is not a cancel": CANCELING
    + """
        unknown c -> OrderUnknown PENDING_CANCEL 40 60
        fill a 60 e2 -> OrderFilled PENDING_CANCEL 100 0
        cancel-rejected c -> CancelRejected FILLED 100 0""",
    "cancel proved absent": CANCELING
    + """
        unknown c -> OrderUnknown PENDING_CANCEL 40 60
        not-received c -> CancelRejected PARTIALLY_FILLED 40 60
        cancel d -> OrderPendingCancel PENDING_CANCEL 40 60""",
    "replace without an answer": REPLACING
    + """
        unknown r -> OrderUnknown PENDING_REPLACE 40 60
        not-received r -> CancelRejected PARTIALLY_FILLED 40 60""",
    "replace without an answer, then replaced": REPLACING
    + """
        unknown r -> OrderUnknown PENDING_REPLACE 40 60
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 40 160""",
    "a fill says that the order is there, not that its replace is": REPLACING
    + """
        unknown r -> OrderUnknown PENDING_REPLACE 40 60
        fill a 10 e2 -> OrderFilled PENDING_REPLACE 50 50
        not-received r -> CancelRejected PARTIALLY_FILLED 50 50""",
    "proved absent, and filled all the same": UNKNOWN
    + """
        not-received a -> OrderNotReceived NOT_RECEIVED 0 0
        fill a 40 e1 -> OrderFilled NOT_RECEIVED 40 0
        ack a v=v1 -> InvalidTransition NOT_RECEIVED 40 0""",
}

HOLDS = {
    "suspended, works again": PARTIAL
    + """
        suspended a -> OrderSuspended SUSPENDED 40 60
        suspended a -> ExecutionRepeated SUSPENDED 40 60
        restated a 100 -> OrderRestated PARTIALLY_FILLED 40 60""",
    "stopped, filled": WORKING
    + """
        stopped a -> OrderSuspended STOPPED 0 100
        fill a 100 e1 -> OrderFilled FILLED 100 0""",
    "done for the day, new on the next": WORKING
    + """
        done-for-day a -> OrderSuspended DONE_FOR_DAY 0 100
        ack a v=v1 -> OrderRestated NEW 0 100""",
    "done for the day, expired": WORKING
    + """
        done-for-day a -> OrderSuspended DONE_FOR_DAY 0 100
        expired a -> OrderExpired EXPIRED 0 0""",
    "suspended, canceled": WORKING
    + """
        suspended a -> OrderSuspended SUSPENDED 0 100
        cancel c -> OrderPendingCancel PENDING_CANCEL 0 100
        canceled c -> OrderCanceled CANCELED 0 0""",
    "restated to less": PARTIAL + "restated a 70 @10 -> OrderRestated PARTIALLY_FILLED 40 30",
    "restated to what is filled": PARTIAL + "restated a 40 @10 -> OrderRestated FILLED 40 0",
    "done cannot be suspended": FILLED + "suspended a -> InvalidTransition FILLED 100 0",
    "done cannot be restated": CANCELED + "restated a 70 @10 -> InvalidTransition CANCELED 40 0",
    "15: self-trade prevention is no fill": PARTIAL + "expired a p=60 -> OrderExpired EXPIRED 40 0",
    "15: prevented in part, and canceled": PARTIAL + "canceled a p=20 -> OrderCanceled CANCELED 40 0",
}

CHAINS = {
    "8: chained replaces, first refused, second accepted": PARTIAL
    + """
        replace r 150 -> OrderPendingReplace PENDING_REPLACE 40 60
        replace q 200 -> OrderPendingReplace PENDING_REPLACE 40 60
        cancel-rejected r -> CancelRejected PENDING_REPLACE 40 60
        replaced q 200 -> OrderReplaced PARTIALLY_FILLED 40 160""",
    "8: chained replaces, both accepted": PARTIAL
    + """
        replace r 150 -> OrderPendingReplace PENDING_REPLACE 40 60
        replace q 200 -> OrderPendingReplace PENDING_REPLACE 40 60
        replaced r 150 -> OrderReplaced PENDING_REPLACE 40 110
        replaced q 200 -> OrderReplaced PARTIALLY_FILLED 40 160""",
    "8: chained replaces, answered the other way round": PARTIAL
    + """
        replace r 150 -> OrderPendingReplace PENDING_REPLACE 40 60
        replace q 200 -> OrderPendingReplace PENDING_REPLACE 40 60
        replaced q 200 -> OrderReplaced PENDING_REPLACE 40 160
        cancel-rejected r -> CancelRejected PARTIALLY_FILLED 40 160""",
    "8: chained replaces, both accepted, told the other way round": PARTIAL
    + """
        replace r 150 -> OrderPendingReplace PENDING_REPLACE 40 60
        replace q 200 -> OrderPendingReplace PENDING_REPLACE 40 60
        replaced q 200 -> OrderReplaced PENDING_REPLACE 40 160
        replaced r 150 -> OrderReplaced PARTIALLY_FILLED 40 160
        cancel c -> OrderPendingCancel PENDING_CANCEL 40 160
        canceled c -> OrderCanceled CANCELED 40 0""",
    "8: the same terms once more": PARTIAL
    + """
        replace r 150 -> OrderPendingReplace PENDING_REPLACE 40 60
        replace q 150 -> OrderDenied PENDING_REPLACE 40 60""",
    "9: cancel while two replaces wait": PARTIAL
    + """
        replace r 150 -> OrderPendingReplace PENDING_REPLACE 40 60
        replace q 200 -> OrderPendingReplace PENDING_REPLACE 40 60
        cancel c -> OrderPendingCancel PENDING_CANCEL 40 60
        replaced r 150 -> OrderReplaced PENDING_CANCEL 40 110
        canceled c -> OrderCanceled CANCELED 40 0""",
}

TAKEN_BACK = {
    "12: bust on a canceled order": CANCELED + "bust a e1 -> FillBusted CANCELED 0 0",
    "12: bust on a filled order": FILLED + "bust a e1 -> FillBusted NEW 0 100",
    "12: bust of one of two on a filled order": PARTIAL
    + """
        fill a 60 e2 -> OrderFilled FILLED 100 0
        bust a e2 -> FillBusted PARTIALLY_FILLED 40 60
        fill a 60 e3 -> OrderFilled FILLED 100 0""",
    "12: bust while it works": PARTIAL + "bust a e1 -> FillBusted NEW 0 100",
    "12: bust twice": PARTIAL
    + """
        bust a e1 -> FillBusted NEW 0 100
        bust a e1 -> ExecutionRepeated NEW 0 100
        fill a 40 e1 -> ExecutionRepeated NEW 0 100""",
    "13: quantity corrected": PARTIAL
    + """
        correct a 30 e1 e2 -> FillBusted PARTIALLY_FILLED 30 70
        fill a 40 e1 -> ExecutionRepeated PARTIALLY_FILLED 30 70""",
    "13: price corrected on a filled order": FILLED + "correct a 100 e1 e2 @11 -> FillBusted FILLED 100 0",
    "13: corrected twice": PARTIAL
    + """
        correct a 30 e1 e2 -> FillBusted PARTIALLY_FILLED 30 70
        correct a 20 e2 e3 -> FillBusted PARTIALLY_FILLED 20 80
        correct a 25 e1 e4 -> FillBusted PARTIALLY_FILLED 25 75""",
    "13: corrected, said again": PARTIAL
    + """
        correct a 30 e1 e2 -> FillBusted PARTIALLY_FILLED 30 70
        correct a 30 e1 e2 -> ExecutionRepeated PARTIALLY_FILLED 30 70""",
    "13: corrected twice, the first said again": PARTIAL
    + """
        correct a 30 e1 e2 -> FillBusted PARTIALLY_FILLED 30 70
        correct a 20 e2 e3 -> FillBusted PARTIALLY_FILLED 20 80
        correct a 30 e1 e2 -> ExecutionRepeated PARTIALLY_FILLED 20 80""",
    "13: bust of a correction": PARTIAL
    + """
        correct a 30 e1 e2 -> FillBusted PARTIALLY_FILLED 30 70
        bust a e1 -> FillBusted NEW 0 100
        correct a 10 e1 e9 -> InvalidTransition NEW 0 100""",
    "13: correction before its trade": WORKING
    + """
        correct a 30 e1 e2 -> ReportParked NEW 0 100
        correct a 30 e1 e2 -> ExecutionRepeated NEW 0 100
        fill a 40 e1 -> OrderFilled PARTIALLY_FILLED 30 70""",
    "13: bust before its trade": WORKING
    + """
        bust a e1 -> ReportParked NEW 0 100
        fill a 40 e1 -> OrderFilled NEW 0 100""",
    "17: the fee comes later than the fill": PARTIAL
    + "correct a 40 e1 e2 -> ExecutionRepeated PARTIALLY_FILLED 40 60",
}

EXTERNAL_ORDERS = {
    "a working order that is not ours": "ack x external v=v7 -> OrderAdopted NEW 0 100",
    "a fill of an order that is not ours": """
        fill x 40 e1 external v=v7 -> OrderAdopted PARTIALLY_FILLED 40 60
        fill x 60 e2 -> OrderFilled FILLED 100 0""",
    "canceled by hand": """
        ack x external v=v7 -> OrderAdopted NEW 0 100
        cancel c -> OrderPendingCancel PENDING_CANCEL 0 100
        canceled x -> OrderCanceled CANCELED 0 0""",
}


@pytest.mark.parametrize("text", DOUBT.values(), ids=DOUBT.keys())
def test_doubt(text):
    play(stock_desk(), text)


@pytest.mark.parametrize("text", (HOLDS | CHAINS).values(), ids=(HOLDS | CHAINS).keys())
def test_holds_and_chains(text):
    play(stock_desk(), text)


@pytest.mark.parametrize("text", TAKEN_BACK.values(), ids=TAKEN_BACK.keys())
def test_executions_taken_back(text):
    play(stock_desk(), text)


@pytest.mark.parametrize("text", EXTERNAL_ORDERS.values(), ids=EXTERNAL_ORDERS.keys())
def test_orders_from_elsewhere(text):
    desk = stock_desk(entitled=("t", "EXTERNAL"))
    play(desk, text)
    assert [event.kind for event in desk.events(AlarmRaised)] == [AlarmKind.EXTERNAL_ORDER]


def test_a_bust_is_undone_in_the_books_to_the_last_unit():
    desk, untouched = stock_desk(), stock_desk()
    play(desk, WORKING)
    desk.fill("a", "e1", 40 * UNIT, 11 * UNIT, commission=123, commission_currency="USD")
    desk.report("a", ExecType.TRADE_CANCEL, ref_execution_id="e1")
    books, before = trial_balance(desk.ledger), trial_balance(untouched.ledger)
    assert {line: amount for line, amount in books.items() if line.kind != "MARKET"} == before
    booked = desk.events(TradeBooked)
    assert [event.quantity for event in booked] == [40 * UNIT, -40 * UNIT]
    assert sum(decode_money(event.cash) for event in booked) == 0
    exposure = desk.risk.accounts["A"].exposures["AAA.XNAS"]
    assert (exposure.quantity, exposure.open_buy) == (0, 100 * UNIT)


def test_a_correction_leaves_what_the_corrected_trade_alone_would_have_left():
    desk, twin = stock_desk(), stock_desk()
    for each in (desk, twin):
        play(each, WORKING)
    desk.fill("a", "e1", 40 * UNIT, 11 * UNIT)
    desk.report(
        "a",
        ExecType.TRADE_CORRECT,
        ref_execution_id="e1",
        execution_id="e2",
        last_qty=30 * UNIT,
        last_px=12 * UNIT,
    )
    twin.fill("a", "e2", 30 * UNIT, 12 * UNIT)
    assert trial_balance(desk.ledger) == trial_balance(twin.ledger)
    mine, its = (each.risk.accounts["A"].exposures["AAA.XNAS"] for each in (desk, twin))
    assert (mine.quantity, mine.open_buy, mine.price) == (its.quantity, its.open_buy, its.price)


def test_a_fill_after_a_no_pauses_its_strategy_and_alarms():
    desk = stock_desk()
    play(desk, REJECTED)
    desk.fill("a", "e1", 40 * UNIT)
    assert [event.kind for event in desk.events(AlarmRaised)] == [AlarmKind.FILL_AFTER_NO]
    assert desk.risk.trading_states == {(Scope.STRATEGY, "s"): TradingState.HALTED}
    assert len(desk.events(TradingStateSet)) == 1
    assert desk.ledger.accounts["A"].positions["AAA.XNAS"].quantity == 40 * UNIT


def test_an_unknown_order_keeps_what_it_reserves_until_it_is_proved_absent():
    desk = stock_desk()
    play(desk, UNKNOWN)
    exposure = desk.risk.accounts["A"].exposures["AAA.XNAS"]
    assert exposure.open_buy == 100 * UNIT
    play(desk, "not-received a -> OrderNotReceived NOT_RECEIVED 0 0")
    assert exposure.open_buy == 0
    assert desk.events(OrderNotReceived)[0].evidence == "looked twice"


def test_an_overfill_alarms():
    desk = stock_desk()
    play(desk, PARTIAL + "fill a 70 e2 -> OrderFilled FILLED 110 0")
    assert [event.kind for event in desk.events(AlarmRaised)] == [AlarmKind.OVERFILL]
