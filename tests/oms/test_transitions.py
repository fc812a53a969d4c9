"""The order state machine, row by row, and every race of it that market and limit orders can run into."""

import pytest

from tests.engine_harness import stock_desk
from tests.oms.scenario import play
from trade2026.model.events import OrderReplaced
from trade2026.primitives.fixed_point import UNIT

SENT = "submit a 100 -> OrderApproved PENDING_NEW 0 100\n"
WORKING = SENT + "ack a v=v1 -> OrderAcknowledged NEW 0 100\n"
PARTIAL = WORKING + "fill a 40 e1 -> OrderFilled PARTIALLY_FILLED 40 60\n"
CANCELING = PARTIAL + "cancel c -> OrderPendingCancel PENDING_CANCEL 40 60\n"
REPLACING = PARTIAL + "replace r 200 @11 -> OrderPendingReplace PENDING_REPLACE 40 60\n"
FILLED = WORKING + "fill a 100 e1 -> OrderFilled FILLED 100 0\n"
CANCELED = PARTIAL + "canceled a -> OrderCanceled CANCELED 40 0\n"
EXPIRED = PARTIAL + "expired a -> OrderExpired EXPIRED 40 0\n"
REJECTED = SENT + "reject a -> OrderRejected REJECTED 0 0\n"

TRANSITIONS = {
    # From PENDING_NEW.
    "sent, acknowledged": WORKING,
    "sent, rejected": REJECTED,
    "sent, filled in part before the acknowledgement": SENT
    + "fill a 1 e1 -> OrderFilled PARTIALLY_FILLED 1 99",
    "sent, filled before the acknowledgement": SENT + "fill a 100 e1 -> OrderFilled FILLED 100 0",
    "sent, killed at once": SENT + "canceled a -> OrderCanceled CANCELED 0 0",
    "sent, expired at once": SENT + "expired a -> OrderExpired EXPIRED 0 0",
    "sent, cancel asked": SENT + "cancel c -> OrderPendingCancel PENDING_CANCEL 0 100",
    "sent, replace asked": SENT + "replace r 50 -> OrderPendingReplace PENDING_REPLACE 0 100",
    # From NEW.
    "working, filled in part": PARTIAL,
    "working, filled": FILLED,
    "working, cancel asked": WORKING + "cancel c -> OrderPendingCancel PENDING_CANCEL 0 100",
    "working, replace asked": WORKING + "replace r 200 -> OrderPendingReplace PENDING_REPLACE 0 100",
    "working, canceled unasked": WORKING + "canceled a -> OrderCanceled CANCELED 0 0",
    "working, expired": WORKING + "expired a -> OrderExpired EXPIRED 0 0",
    "working, rejected late": WORKING + "reject a v=v1 -> OrderRejected REJECTED 0 0",
    # From PARTIALLY_FILLED.
    "partial, filled": PARTIAL + "fill a 60 e2 -> OrderFilled FILLED 100 0",
    "partial, filled in three": PARTIAL
    + """
        fill a 30 e2 -> OrderFilled PARTIALLY_FILLED 70 30
        fill a 30 e3 -> OrderFilled FILLED 100 0""",
    "partial, canceled unasked": CANCELED,
    "partial, expired": EXPIRED,
    "partial, rejected makes no sense": PARTIAL + "reject a v=v1 -> InvalidTransition PARTIALLY_FILLED 40 60",
    # From PENDING_CANCEL.
    "canceling, canceled": CANCELING + "canceled c -> OrderCanceled CANCELED 40 0",
    "canceling, canceled in the order's name": CANCELING + "canceled a -> OrderCanceled CANCELED 40 0",
    "canceling, expired first": CANCELING
    + """
        expired a -> OrderExpired EXPIRED 40 0
        cancel-rejected c -> ExecutionRepeated EXPIRED 40 0""",
    "canceling, refused": CANCELING + "cancel-rejected c -> CancelRejected PARTIALLY_FILLED 40 60",
    "canceling, refused, asked again": CANCELING
    + """
        cancel-rejected c -> CancelRejected PARTIALLY_FILLED 40 60
        cancel d -> OrderPendingCancel PENDING_CANCEL 40 60
        canceled d -> OrderCanceled CANCELED 40 0""",
    "canceling, one more cancel": CANCELING + "cancel d -> OrderDenied PENDING_CANCEL 40 60",
    "canceling, replace asked": CANCELING + "replace r 200 -> OrderDenied PENDING_CANCEL 40 60",
    "sent, cancel asked, acknowledged": SENT
    + """
        cancel c -> OrderPendingCancel PENDING_CANCEL 0 100
        ack a v=v1 -> OrderAcknowledged PENDING_CANCEL 0 100
        cancel-rejected c -> CancelRejected NEW 0 100""",
    "sent, cancel asked, rejected": SENT
    + """
        cancel c -> OrderPendingCancel PENDING_CANCEL 0 100
        reject a -> OrderRejected REJECTED 0 0
        cancel-rejected c -> ExecutionRepeated REJECTED 0 0""",
    # From PENDING_REPLACE.
    "replacing, replaced": REPLACING + "replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 40 160",
    "replacing, nothing filled, replaced": WORKING
    + """
        replace r 50 -> OrderPendingReplace PENDING_REPLACE 0 100
        replaced r 50 -> OrderReplaced NEW 0 50""",
    "replacing, refused": REPLACING + "cancel-rejected r -> CancelRejected PARTIALLY_FILLED 40 60",
    "replacing, refused twice": REPLACING
    + """
        cancel-rejected r -> CancelRejected PARTIALLY_FILLED 40 60
        cancel-rejected r -> ExecutionRepeated PARTIALLY_FILLED 40 60""",
    "replaced twice is said once": REPLACING
    + """
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 40 160
        replaced r 200 @11 -> ExecutionRepeated PARTIALLY_FILLED 40 160""",
    "replaced, then refused": REPLACING
    + """
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 40 160
        cancel-rejected r -> InvalidTransition PARTIALLY_FILLED 40 160""",
    "replaced and replaced again": REPLACING
    + """
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 40 160
        replace q 120 @12 -> OrderPendingReplace PENDING_REPLACE 40 160
        replaced q 120 @12 -> OrderReplaced PARTIALLY_FILLED 40 80
        fill q 80 e2 -> OrderFilled FILLED 120 0""",
    "replacing, canceled unasked": REPLACING
    + """
        canceled a -> OrderCanceled CANCELED 40 0
        replaced r 200 @11 -> InvalidTransition CANCELED 40 0""",
    "replacing, expired": REPLACING + "expired a -> OrderExpired EXPIRED 40 0",
    "replaced without terms": REPLACING + "replaced r 0 @11 -> InvalidTransition PENDING_REPLACE 40 60",
    "replaced without a price": REPLACING + "replaced r 200 @0 -> InvalidTransition PENDING_REPLACE 40 60",
    "replaced, never asked": PARTIAL + "replaced a 200 @11 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "a cancel cannot be replaced": CANCELING + "replaced c 200 -> InvalidTransition PENDING_CANCEL 40 60",
    "a replace refused by reject": REPLACING + "reject r -> InvalidTransition PENDING_REPLACE 40 60",
    # Done: commands are denied, the venue's last words repeated or invalid, executions stay legal.
    "filled, cancel": FILLED + "cancel c -> OrderDenied FILLED 100 0",
    "filled, replace": FILLED + "replace r 200 -> OrderDenied FILLED 100 0",
    "filled, canceled": FILLED + "canceled a -> InvalidTransition FILLED 100 0",
    "filled, expired": FILLED + "expired a -> InvalidTransition FILLED 100 0",
    "filled, rejected": FILLED + "reject a v=v1 -> InvalidTransition FILLED 100 0",
    "filled, more": FILLED + "fill a 5 e2 -> OrderFilled FILLED 105 0",
    "canceled, canceled": CANCELED + "canceled a -> ExecutionRepeated CANCELED 40 0",
    "canceled, expired": CANCELED + "expired a -> InvalidTransition CANCELED 40 0",
    "canceled, cancel": CANCELED + "cancel c -> OrderDenied CANCELED 40 0",
    "canceled, acknowledged again": CANCELED + "ack a v=v1 -> ExecutionRepeated CANCELED 40 0",
    "expired, expired": EXPIRED + "expired a -> ExecutionRepeated EXPIRED 40 0",
    "expired, canceled": EXPIRED + "canceled a -> InvalidTransition EXPIRED 40 0",
    "expired, late fill": EXPIRED + "fill a 60 e2 -> OrderFilled EXPIRED 100 0",
    "rejected, rejected": REJECTED + "reject a -> ExecutionRepeated REJECTED 0 0",
    "rejected, acknowledged": REJECTED + "ack a v=v1 -> InvalidTransition REJECTED 0 0",
    "rejected, late fill": REJECTED + "fill a 5 e1 -> OrderFilled REJECTED 5 0",
    "rejected, canceled": REJECTED + "canceled a -> InvalidTransition REJECTED 0 0",
    # Acknowledgements.
    "acknowledged twice": WORKING + "ack a v=v1 -> ExecutionRepeated NEW 0 100",
    "acknowledged twice, other id": WORKING + "ack a v=v2 -> InvalidTransition NEW 0 100",
    "acknowledged without an id, then with": SENT
    + """
        ack a -> OrderAcknowledged NEW 0 100
        ack a -> ExecutionRepeated NEW 0 100
        ack a v=v1 -> OrderAcknowledged NEW 0 100""",
    "a cancel is not acknowledged as an order": CANCELING
    + "ack c v=v1 -> InvalidTransition PENDING_CANCEL 40 60",
    "killed before the acknowledgement": SENT
    + """
        canceled a -> OrderCanceled CANCELED 0 0
        ack a v=v1 -> OrderAcknowledged CANCELED 0 0""",
}

RACES = {
    "1: a fill crosses the cancel, the rest is canceled": CANCELING
    + """
        fill a 20 e2 -> OrderFilled PENDING_CANCEL 60 40
        canceled c -> OrderCanceled CANCELED 60 0""",
    "2: a fill completes while the cancel is unanswered": CANCELING
    + """
        fill a 60 e2 -> OrderFilled PENDING_CANCEL 100 0
        cancel-rejected c -> CancelRejected FILLED 100 0
        cancel-rejected c -> ExecutionRepeated FILLED 100 0""",
    "3: canceled, then a late fill": CANCELING
    + """
        canceled c -> OrderCanceled CANCELED 40 0
        fill a 10 e2 -> OrderFilled CANCELED 50 0
        fill a 10 e2 -> ExecutionRepeated CANCELED 50 0""",
    "4: replaced down while filling, new total above the filled": PARTIAL
    + """
        replace r 80 -> OrderPendingReplace PENDING_REPLACE 40 60
        fill a 20 e2 -> OrderFilled PENDING_REPLACE 60 40
        replaced r 80 -> OrderReplaced PARTIALLY_FILLED 60 20""",
    "5: replaced down to what is filled": PARTIAL
    + """
        replace r 60 -> OrderPendingReplace PENDING_REPLACE 40 60
        fill a 20 e2 -> OrderFilled PENDING_REPLACE 60 40
        replaced r 60 -> OrderReplaced FILLED 60 0""",
    "6: replaced down below what is filled": PARTIAL
    + """
        replace r 50 -> OrderPendingReplace PENDING_REPLACE 40 60
        fill a 20 e2 -> OrderFilled PENDING_REPLACE 60 40
        replaced r 50 -> OrderReplaced FILLED 60 0
        fill a 5 e3 -> OrderFilled FILLED 65 0""",
    "7: filled while another price was asked": PARTIAL
    + """
        replace r 100 @11 -> OrderPendingReplace PENDING_REPLACE 40 60
        fill a 60 e2 -> OrderFilled PENDING_REPLACE 100 0
        cancel-rejected r -> CancelRejected FILLED 100 0""",
    "8: a replace behind an unanswered one that is refused": REPLACING
    + """
        replace q 300 -> OrderPendingReplace PENDING_REPLACE 40 60
        cancel-rejected r -> CancelRejected PENDING_REPLACE 40 60
        replaced q 300 -> OrderReplaced PARTIALLY_FILLED 40 260""",
    "9: cancel while replacing, replaced first": REPLACING
    + """
        cancel c -> OrderPendingCancel PENDING_CANCEL 40 60
        replaced r 200 @11 -> OrderReplaced PENDING_CANCEL 40 160
        canceled c -> OrderCanceled CANCELED 40 0""",
    "9: cancel while replacing, the replace refused": REPLACING
    + """
        cancel c -> OrderPendingCancel PENDING_CANCEL 40 60
        cancel-rejected r -> CancelRejected PENDING_CANCEL 40 60
        canceled c -> OrderCanceled CANCELED 40 0""",
    "9: cancel while replacing, canceled first": REPLACING
    + """
        cancel c -> OrderPendingCancel PENDING_CANCEL 40 60
        canceled c -> OrderCanceled CANCELED 40 0
        cancel-rejected r -> ExecutionRepeated CANCELED 40 0""",
    "9: cancel while replacing, both refused": REPLACING
    + """
        cancel c -> OrderPendingCancel PENDING_CANCEL 40 60
        cancel-rejected c -> CancelRejected PENDING_REPLACE 40 60
        cancel-rejected r -> CancelRejected PARTIALLY_FILLED 40 60""",
    "10: a fill before the acknowledgement": SENT
    + """
        fill a 40 e1 -> OrderFilled PARTIALLY_FILLED 40 60
        ack a v=v1 -> OrderAcknowledged PARTIALLY_FILLED 40 60
        ack a v=v1 -> ExecutionRepeated PARTIALLY_FILLED 40 60""",
    "10: all filled before the acknowledgement": SENT
    + """
        fill a 100 e1 -> OrderFilled FILLED 100 0
        ack a v=v1 -> OrderAcknowledged FILLED 100 0""",
    "11: a fill while replacing, in the original's name": REPLACING
    + """
        fill a 30 e2 @10 -> OrderFilled PENDING_REPLACE 70 30
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 70 130
        fill a 10 e3 @10 -> OrderFilled PARTIALLY_FILLED 80 120
        fill r 120 e4 @11 -> OrderFilled FILLED 200 0""",
    "11: filled on the old total, then replaced up: it works again": REPLACING
    + """
        fill a 60 e2 -> OrderFilled PENDING_REPLACE 100 0
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 100 100
        cancel c -> OrderPendingCancel PENDING_CANCEL 100 100
        canceled c -> OrderCanceled CANCELED 100 0""",
    "11: filled beyond the old total before the replace is confirmed": REPLACING
    + """
        fill r 100 e2 @11 -> OrderFilled PENDING_REPLACE 140 0
        replaced r 200 @11 -> OrderReplaced PARTIALLY_FILLED 140 60""",
    "11: filled on the old total, the end comes instead of an answer": REPLACING
    + """
        fill a 60 e2 -> OrderFilled PENDING_REPLACE 100 0
        expired a -> OrderExpired EXPIRED 100 0
        cancel-rejected r -> ExecutionRepeated EXPIRED 100 0""",
    "14: a duplicate rejected by the venue does not end the first": WORKING
    + """
        reject a -> InvalidTransition NEW 0 100
        reject a v=v2 -> InvalidTransition NEW 0 100
        fill a 100 e1 -> OrderFilled FILLED 100 0""",
    "16: the venue cancels everything on its own": PARTIAL
    + """
        submit b 50 #2 -> OrderApproved PENDING_NEW 0 50
        canceled b #2 -> OrderCanceled CANCELED 0 0
        canceled a -> OrderCanceled CANCELED 40 0""",
    "an overfill is booked": PARTIAL + "fill a 70 e2 -> OrderFilled FILLED 110 0",
}

REPEATS = {
    "the same execution twice": PARTIAL
    + """
        fill a 40 e1 -> ExecutionRepeated PARTIALLY_FILLED 40 60
        fill a 60 e2 -> OrderFilled FILLED 100 0
        fill a 40 e1 -> ExecutionRepeated FILLED 100 0""",
    "the same execution id, other quantity": PARTIAL
    + "fill a 41 e1 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "the same execution id, other price": PARTIAL
    + "fill a 40 e1 @11 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "the same execution id, other order": PARTIAL
    + """
        submit b 100 #2 -> OrderApproved PENDING_NEW 0 100
        fill b 40 e1 #2 -> InvalidTransition PENDING_NEW 0 100""",
    "nothing traded": PARTIAL + "fill a 0 e2 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "less than nothing traded": PARTIAL + "fill a -5 e2 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "traded for nothing": PARTIAL + "fill a 5 e2 @0 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "traded for less than nothing": PARTIAL + "fill a 5 e2 @-1 -> InvalidTransition PARTIALLY_FILLED 40 60",
    "reports for no order": """
        fill x 5 e1 -> InvalidTransition -
        ack x -> InvalidTransition -
        reject x -> InvalidTransition -
        canceled x -> InvalidTransition -
        expired x -> InvalidTransition -
        replaced x 5 -> InvalidTransition -
        cancel-rejected x -> InvalidTransition -""",
    "a cancel-reject of the order itself": PARTIAL
    + "cancel-rejected a -> InvalidTransition PARTIALLY_FILLED 40 60",
}


@pytest.mark.parametrize("text", TRANSITIONS.values(), ids=TRANSITIONS.keys())
def test_transition(text):
    play(stock_desk(), text)


@pytest.mark.parametrize("text", RACES.values(), ids=RACES.keys())
def test_race(text):
    play(stock_desk(), text)


@pytest.mark.parametrize("text", REPEATS.values(), ids=REPEATS.keys())
def test_repeated_and_senseless_reports(text):
    play(stock_desk(), text)


def test_a_wrong_expectation_is_noticed():
    with pytest.raises(AssertionError, match="NEW 0 100"):
        play(stock_desk(), SENT + "ack a v=v1 -> OrderAcknowledged NEW 1 99")


def test_a_late_fill_leaves_nothing():
    desk = stock_desk()
    play(desk, CANCELED)
    assert desk.fill("a", "late", 10 * UNIT).leaves_qty == 0


def test_a_total_below_what_is_filled_becomes_what_is_filled():
    desk = stock_desk()
    play(desk, RACES["6: replaced down below what is filled"])
    assert desk.events(OrderReplaced)[0].order_qty == 60 * UNIT
    assert desk.last_order().order_qty == 60 * UNIT
