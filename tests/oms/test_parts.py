"""Orders sent in parts: what is said of one part means nothing for the others, but each fill counts."""

import pytest

from tests.engine_harness import STOCK, Desk, stock_desk
from tests.oms.scenario import check_facts
from trade2026.model.commands import MarkUnknown
from trade2026.model.enums import AlarmKind, ContingencyType, ExecType, OrderStatus, Side
from trade2026.model.events import (
    AlarmRaised,
    ExecutionRepeated,
    OrderArmed,
    OrderCanceled,
    OrderFilled,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderReleased,
    OrderRestated,
)
from trade2026.model.instructions import OrderInstructions
from trade2026.oms.parts import is_of_earlier_part, part_of_id
from trade2026.oms.state import Order
from trade2026.oms.status import order_status
from trade2026.primitives.fixed_point import UNIT

SECOND_PART = "T26~1~1"


def iceberg(qty: int = 100, shown: int = 40) -> tuple[Desk, Order]:
    """Its first part is at the venue."""
    desk = stock_desk()
    instructions = OrderInstructions(display_qty=shown * UNIT)
    held, _ = desk.do(desk.order("i", Side.BUY, qty * UNIT, instructions=instructions))
    return desk, desk.oms.orders[held.order_id]


def second_part() -> tuple[Desk, Order]:
    """Its first part has filled by two executions, and the second is at the venue."""
    desk, order = iceberg()
    desk.report("i", ExecType.NEW, venue_order_id="v1")
    desk.fill("i", "e1", 10 * UNIT)
    desk.fill("i", "e2", 30 * UNIT)
    desk.report(SECOND_PART, ExecType.NEW, venue_order_id="v2")
    assert (order.leg_qty, order.leg_cum, order.cum_qty) == (40 * UNIT, 0, 40 * UNIT)
    return desk, order


def parts_out(desk: Desk) -> list[int]:
    return [event.order.order_qty // UNIT for event in desk.events(OrderReleased)]


def facts(order: Order) -> tuple[int, int, int, int]:
    return tuple(n // UNIT for n in (order.order_qty, order.cum_qty, order.leg_qty, order.leg_cum))  # type: ignore[return-value]


# ------------------------------------------------------------------------------ late words of a part


@pytest.mark.parametrize(
    "kind",
    [
        ExecType.NEW, ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED, ExecType.SUSPENDED,
        ExecType.DONE_FOR_DAY, ExecType.RESTATED,
    ],
)  # fmt: skip
def test_what_the_venue_says_of_an_earlier_part_changes_nothing(kind):
    desk, order = second_part()
    before = desk.core.state_bytes()
    (event,) = desk.report("i", kind, venue_order_id="v0", order_qty=5 * UNIT, limit_price=10 * UNIT)
    assert isinstance(event, ExecutionRepeated)
    assert desk.core.state_bytes() == before
    assert order_status(order) is OrderStatus.PARTIALLY_FILLED


def test_the_first_part_is_not_earlier_before_there_is_another():
    desk, order = iceberg()
    desk.report("i", ExecType.REJECTED)
    assert order_status(order) is OrderStatus.REJECTED


def test_requests_belong_to_the_part_that_they_are_about():
    desk, order = second_part()
    desk.cancel("c", order.order_id)
    account = desk.oms.accounts["A"]
    earlier = {name: is_of_earlier_part(account, order, name) for name in ("i", SECOND_PART, "c", "")}
    assert earlier == {"i": True, SECOND_PART: False, "c": False, "": False}
    parts = {name: part_of_id(account, order, name) for name in ("i", SECOND_PART, "c", "")}
    assert parts == {"i": "i", SECOND_PART: SECOND_PART, "c": SECOND_PART, "": "i"}


# ------------------------------------------------------------------------- busts and corrections of a part


def test_a_bust_of_an_earlier_part_is_booked_and_not_sent_again():
    desk, order = second_part()
    desk.report("i", ExecType.TRADE_CANCEL, ref_execution_id="e2")
    assert facts(order) == (70, 10, 40, 0)
    check_facts(desk, order)
    assert desk.risk.accounts["A"].exposures[STOCK.instrument_id].quantity == 10 * UNIT
    desk.fill(SECOND_PART, "e3", 40 * UNIT)
    desk.fill("T26~1~2", "e4", 20 * UNIT)
    assert order_status(order) is OrderStatus.FILLED
    assert facts(order)[:2] == (70, 70)
    assert parts_out(desk) == [40, 40, 20]


def test_a_part_that_the_venue_fills_again_after_a_bust_counts():
    desk, order = second_part()
    desk.report("i", ExecType.TRADE_CANCEL, ref_execution_id="e2")
    events = desk.report("i", ExecType.TRADE, execution_id="e9", last_qty=30 * UNIT, last_px=10 * UNIT)
    assert [type(event) for event in events if isinstance(event, OrderFilled | OrderReleased)] == [
        OrderFilled
    ]
    assert facts(order) == (100, 40, 40, 0)
    assert AlarmKind.OVERFILL not in [alarm.kind for alarm in desk.events(AlarmRaised)]
    check_facts(desk, order)


def test_a_correction_of_an_earlier_part_moves_the_total_by_what_it_adds():
    desk, order = second_part()
    desk.report(
        "i", ExecType.TRADE_CORRECT, last_qty=25 * UNIT, last_px=11 * UNIT, ref_execution_id="e2",
        execution_id="e2.1",
    )  # fmt: skip
    assert facts(order) == (95, 35, 40, 0)
    desk.report(
        "i", ExecType.TRADE_CORRECT, last_qty=25 * UNIT, last_px=12 * UNIT, ref_execution_id="e2.1",
        execution_id="e2.2",
    )  # fmt: skip
    assert facts(order) == (95, 35, 40, 0)
    assert len(desk.events(OrderRestated)) == 1
    check_facts(desk, order)


def test_whoever_takes_a_fill_back_under_another_id_hits_the_part_it_was_of():
    """An operator who accepts the venue's word names the order as it is now."""
    desk, order = second_part()
    desk.fill(SECOND_PART, "e3", 15 * UNIT)
    desk.report(SECOND_PART, ExecType.TRADE_CANCEL, ref_execution_id="e1")
    assert facts(order) == (90, 45, 40, 15)
    desk.report("i", ExecType.TRADE_CANCEL, ref_execution_id="e3")
    assert facts(order) == (90, 30, 40, 0)
    check_facts(desk, order)


def test_a_bust_of_the_last_part_opens_the_order_again():
    desk, order = iceberg(50)
    desk.fill("i", "e1", 40 * UNIT)
    desk.fill(SECOND_PART, "e2", 10 * UNIT)
    assert order_status(order) is OrderStatus.FILLED
    desk.report("i", ExecType.TRADE_CANCEL, ref_execution_id="e1")
    assert (order_status(order), facts(order)[:2]) == (OrderStatus.FILLED, (10, 10))
    desk.report(SECOND_PART, ExecType.TRADE_CANCEL, ref_execution_id="e2")
    assert (order_status(order), order.leaves_qty) == (OrderStatus.NEW, 10 * UNIT)
    assert desk.risk.open_orders.keys() == {order.order_id}


# ------------------------------------------------------------------------ a part that the venue makes smaller


def test_a_part_made_smaller_makes_the_order_smaller():
    desk, order = second_part()
    desk.report(SECOND_PART, ExecType.RESTATED, order_qty=25 * UNIT, limit_price=10 * UNIT)
    assert facts(order) == (85, 40, 25, 0)
    events = desk.report(SECOND_PART, ExecType.TRADE, execution_id="e3", last_qty=25 * UNIT, last_px=UNIT)
    (third,) = [event for event in events if isinstance(event, OrderReleased)]
    assert third.order.order_qty == 20 * UNIT
    desk.fill(third.order.client_order_id, "e4", 20 * UNIT)
    assert order_status(order) is OrderStatus.FILLED


def test_a_part_made_as_small_as_it_has_filled_is_followed_by_the_rest():
    desk, order = second_part()
    desk.fill(SECOND_PART, "e3", 25 * UNIT)
    events = desk.report(SECOND_PART, ExecType.RESTATED, order_qty=25 * UNIT, limit_price=10 * UNIT)
    (third,) = [event for event in events if isinstance(event, OrderReleased)]
    assert third.order.order_qty == 20 * UNIT
    assert facts(order) == (85, 65, 20, 0)


def test_a_part_that_works_again_after_a_hold_keeps_its_terms():
    desk, order = second_part()
    desk.report(SECOND_PART, ExecType.SUSPENDED)
    desk.report(SECOND_PART, ExecType.RESTATED, order_qty=40 * UNIT, limit_price=10 * UNIT)
    assert (order.venue_hold, facts(order)) == (None, (100, 40, 40, 0))


# -------------------------------------------------------------------------------------- pairs and brackets


def bracket(desk: Desk) -> tuple[Order, Order]:
    """Two limit exits of an entry of 100."""
    desk.submit("entry", Side.BUY, 100 * UNIT)
    exits = []
    for name, price in (("up", 12), ("more", 13)):
        instructions = OrderInstructions(
            parent_client_order_id="entry", list_id="l", contingency_type=ContingencyType.OCO
        )
        (held,) = desk.do(
            desk.order(name, Side.SELL, 100 * UNIT, price=price * UNIT, instructions=instructions)
        )
        exits.append(desk.oms.orders[held.order_id])
    return exits[0], exits[1]


def test_no_more_is_sent_of_an_exit_whose_pair_has_filled_too_much():
    """Both exits fill what the entry had; the entry's next fill arms less than they have."""
    desk = stock_desk()
    first, second = bracket(desk)
    desk.fill("entry", "e1", 40 * UNIT)
    desk.fill("up", "e2", 40 * UNIT, 12 * UNIT)
    desk.fill("more", "e3", 40 * UNIT, 13 * UNIT)
    sent = len(desk.events(OrderReleased))
    events = desk.report("entry", ExecType.TRADE, execution_id="e4", last_qty=10 * UNIT, last_px=10 * UNIT)
    assert [event for event in events if isinstance(event, OrderReleased | OrderPendingReplace)] == []
    assert len(desk.events(OrderReleased)) == sent
    for order in (first, second):
        assert order.sendable_qty == 0


def test_a_correction_takes_only_what_it_adds_off_the_other_order():
    desk = stock_desk()
    first, second = bracket(desk)
    desk.fill("entry", "e1", 100 * UNIT)
    desk.fill("up", "e2", 30 * UNIT, 12 * UNIT)
    reduced = [event.order_qty // UNIT for event in desk.events(OrderPendingReplace)]
    assert reduced == [70]
    desk.report(
        "up", ExecType.TRADE_CORRECT, last_qty=30 * UNIT, last_px=11 * UNIT, ref_execution_id="e2",
        execution_id="e2.1",
    )  # fmt: skip
    assert [event.order_qty // UNIT for event in desk.events(OrderPendingReplace)] == [70]
    desk.report(
        "up", ExecType.TRADE_CORRECT, last_qty=35 * UNIT, last_px=11 * UNIT, ref_execution_id="e2.1",
        execution_id="e2.2",
    )  # fmt: skip
    assert [event.order_qty // UNIT for event in desk.events(OrderPendingReplace)] == [70, 65]
    assert (first.cum_qty, second.armed_qty) == (35 * UNIT, 65 * UNIT)


def test_an_exit_made_smaller_by_the_venue_is_armed_for_less():
    desk = stock_desk()
    first, _ = bracket(desk)
    desk.fill("entry", "e1", 40 * UNIT)
    events = desk.report("up", ExecType.RESTATED, order_qty=25 * UNIT, limit_price=12 * UNIT)
    assert [event.armed_qty // UNIT for event in events if isinstance(event, OrderArmed)] == [25]
    assert (first.leg_qty, first.armed_qty, first.order_qty) == (25 * UNIT, 25 * UNIT, 85 * UNIT)
    desk.fill("up", "e2", 25 * UNIT, 12 * UNIT)
    assert first.sendable_qty == 0


# --------------------------------------------------------------------------------------- a cancel in doubt


def test_a_cancel_of_unknown_outcome_keeps_no_other_from_being_sent():
    desk, order = second_part()
    desk.cancel("c1", order.order_id)
    desk.do(MarkUnknown(desk.now, "A", "c1", "no answer"))
    second = desk.cancel("c2", order.order_id)
    assert isinstance(second, OrderPendingCancel)
    assert order.unknown_ids == ("c1",)
    desk.report("c2", ExecType.CANCEL_REJECTED, text="too early")
    assert not order.unknown_ids
    assert order_status(order) is OrderStatus.PARTIALLY_FILLED
    (late,) = desk.report("c1", ExecType.CANCEL_REJECTED, text="too early")
    assert isinstance(late, ExecutionRepeated)
    desk.cancel("c3", order.order_id)
    (ended,) = desk.report("c1", ExecType.CANCELED)
    assert isinstance(ended, OrderCanceled)
    assert desk.risk.open_orders == {}


# --------------------------------------------------------------------- replaces that overtake one another


@pytest.mark.parametrize("is_later", [True, False], ids=["taken later", "answered later"])
def test_of_two_replaces_the_one_that_the_venue_took_last_holds(is_later):
    """They were asked for as r1, r2, and the answer to r2 comes first."""
    desk = stock_desk()
    order_id = desk.submit("a", Side.BUY, 100 * UNIT).order_id
    desk.report("a", ExecType.NEW, venue_order_id="v1")
    desk.replace("r1", order_id, 110 * UNIT, 10 * UNIT)
    desk.replace("r2", order_id, 120 * UNIT, 10 * UNIT)
    terms = {"limit_price": 10 * UNIT}
    desk.report("r2", ExecType.REPLACED, order_qty=120 * UNIT, ts_event=desk.now + 10, **terms)
    desk.report(
        "r1", ExecType.REPLACED, order_qty=110 * UNIT, ts_event=desk.now + (11 if is_later else 9), **terms
    )
    order = desk.oms.orders[order_id]
    expected = ("r1", 110) if is_later else ("r2", 120)
    assert (order.client_order_id, order.order_qty // UNIT) == expected
    assert order.pending_replaces == ()


def test_a_bust_of_the_part_before_the_rest_is_sent_puts_it_at_work_again():
    """The rest is with the core because its entry has not filled more; the part is with the venue again."""
    desk = stock_desk()
    first, _ = bracket(desk)
    desk.fill("entry", "e1", 40 * UNIT)
    desk.fill("up", "e2", 40 * UNIT, 12 * UNIT)
    assert order_status(first) is OrderStatus.PARTIALLY_FILLED
    desk.report("up", ExecType.TRADE_CANCEL, ref_execution_id="e2")
    assert isinstance(desk.cancel("c", first.order_id), OrderPendingCancel)
