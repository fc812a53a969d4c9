"""Stops, trailing stops, icebergs, GTD, brackets and pairs: what the core does where the venue does not."""

from typing import Any

import pytest

from tests.engine_harness import DAY, STOCK, Desk, stock_desk
from trade2026.model.commands import EndHeldOrder, MarkUnknown, MoveTrigger, TriggerOrder
from trade2026.model.enums import (
    AccountType,
    AlarmKind,
    ContingencyType,
    ExecType,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TrailingOffsetType,
    TriggerSource,
)
from trade2026.model.events import (
    AlarmRaised,
    ExecutionRepeated,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRefused,
    OrderReleased,
    OrderReplaced,
    OrderRestated,
    TriggerMoved,
)
from trade2026.model.events.risk import RiskCheck
from trade2026.model.instructions import OrderInstructions
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.oms.status import order_status
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.emulator import Emulator

SELL, BUY = Side.SELL, Side.BUY
BPS = UNIT


def stop(desk: Desk, name: str, side: Side, trigger: int, qty: int = 100, **change):
    instructions = OrderInstructions(trigger_price=trigger * UNIT, **change.pop("instructions", {}))
    price = change.pop("price", None)
    change.setdefault("order_type", OrderType.STOP)
    return desk.do(
        desk.order(
            name, side, qty * UNIT, price=None if price is None else price * UNIT,
            instructions=instructions, **change,
        )
    )  # fmt: skip


def trailing(desk: Desk, name: str, side: Side, offset: int, qty: int = 100, **instructions):
    return desk.do(
        desk.order(
            name, side, qty * UNIT, price=None, order_type=OrderType.TRAILING_STOP,
            instructions=OrderInstructions(trailing_offset=offset, **instructions),
        )
    )  # fmt: skip


def long_desk(qty: int = 100) -> Desk:
    """With a position, so that sells close it."""
    desk = stock_desk()
    desk.submit("entry", BUY, qty * UNIT)
    desk.fill("entry", "e0", qty * UNIT)
    return desk


def trigger(desk: Desk, order_id: int, price: int):
    return desk.do(TriggerOrder(desk.now, order_id, price * UNIT, desk.now))


def status(desk: Desk, order_id: int) -> OrderStatus:
    return order_status(desk.oms.orders[order_id])


def order_ids(desk: Desk) -> dict[str, int]:
    return {name: request.order_id for name, request in desk.oms.accounts["A"].requests.items()}


# ---------------------------------------------------------------------------------------------- stops


def test_a_stop_is_held_and_nothing_is_sent_until_its_trigger_is_met():
    desk = long_desk()
    (held,) = stop(desk, "s", SELL, 9)
    assert isinstance(held, OrderHeld)
    assert status(desk, held.order_id) is OrderStatus.HELD
    assert trigger(desk, held.order_id, 10) == ()
    (released,) = trigger(desk, held.order_id, 9)
    assert isinstance(released, OrderReleased)
    sent = released.order
    assert (sent.order_type, sent.order_qty, sent.client_order_id) == (OrderType.MARKET, 100 * UNIT, "s")
    assert status(desk, held.order_id) is OrderStatus.PENDING_NEW
    assert trigger(desk, held.order_id, 8) == ()
    assert desk.fill("s", "e1", 100 * UNIT, 9 * UNIT).leaves_qty == 0
    assert status(desk, held.order_id) is OrderStatus.FILLED


def test_a_stop_limit_is_sent_as_a_limit_order():
    desk = stock_desk()
    (held,) = stop(desk, "s", BUY, 11, price=12, order_type=OrderType.STOP_LIMIT)
    (released,) = trigger(desk, held.order_id, 11)
    assert (released.order.order_type, released.order.limit_price) == (OrderType.LIMIT, 12 * UNIT)


def test_a_venue_that_has_stops_is_sent_the_stop():
    import msgspec

    desk = stock_desk()
    desk.register(msgspec.structs.replace(STOCK, order_types=tuple(OrderType)))
    (sent,) = stop(desk, "s", BUY, 11)
    assert isinstance(sent, OrderApproved)
    assert sent.instructions is not None
    assert sent.instructions.trigger_price == 11 * UNIT


@pytest.mark.parametrize(("side", "wrong"), [(BUY, 10), (BUY, 9), (SELL, 10), (SELL, 11)])
def test_a_trigger_on_the_wrong_side_of_the_price_is_refused(side, wrong):
    (refused,) = stop(long_desk(), "s", side, wrong)
    assert isinstance(refused, OrderRefused)
    assert RiskCheck.TRIGGER_PRICE in {failure.check for failure in refused.failures}


def test_a_held_stop_is_canceled_and_replaced_at_once():
    desk = long_desk()
    (held,) = stop(desk, "s", SELL, 9)
    (replaced,) = desk.do(desk.replacement("r", held.order_id, 50 * UNIT, None, trigger_price=8 * UNIT))
    assert isinstance(replaced, OrderReplaced)
    assert trigger(desk, held.order_id, 9) == ()
    (canceled,) = desk.do(_cancel(desk, "c", held.order_id))
    assert isinstance(canceled, OrderCanceled)
    assert canceled.client_order_id == "c"
    assert status(desk, held.order_id) is OrderStatus.CANCELED
    assert desk.oms.triggers == {}
    assert desk.risk.open_orders == {}
    assert type(desk.one(_cancel(desk, "c", held.order_id))).__name__ == "OrderRepeated"


def _cancel(desk: Desk, name: str, order_id: int):
    from trade2026.model.commands import CancelOrder

    return CancelOrder(desk.now, "A", name, "t", order_id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"order_type": OrderType.STOP, "price": None}, "it needs a trigger"),
        ({"time_in_force": TimeInForce.GTD}, "expire_time must be given for GTD"),
        ({"instructions": OrderInstructions(trigger_price=9 * UNIT)}, "must not be given for LIMIT"),
        ({"instructions": OrderInstructions(display_qty=200 * UNIT)}, "display_qty must be at most"),
        ({"instructions": OrderInstructions(list_id="l")}, "contingency_type must be given"),
        (
            {"instructions": OrderInstructions(post_only=True), "time_in_force": TimeInForce.IOC},
            "post_only goes with",
        ),
        (
            {
                "order_type": OrderType.TRAILING_STOP, "price": None,
                "instructions": OrderInstructions(trigger_price=9 * UNIT),
            },
            "trailing_offset must be positive",
        ),
        ({"client_order_id": "T26~1~1"}, "must not begin with"),
    ],
)  # fmt: skip
def test_terms_that_do_not_go_together_are_denied_with_the_remedy(change, words):
    desk = stock_desk()
    name = change.pop("client_order_id", "a")
    (denied,) = desk.do(desk.order(name, **change))
    assert isinstance(denied, OrderDenied)
    assert words in denied.text


# --------------------------------------------------------------------------------------- trailing stops


def test_a_trailing_stop_only_ratchets():
    desk = long_desk()
    (held,) = trailing(desk, "t", SELL, 2 * UNIT)
    assert held.trigger_price == 8 * UNIT
    (moved,) = desk.do(MoveTrigger(desk.now, held.order_id, 12 * UNIT, desk.now))
    assert isinstance(moved, TriggerMoved)
    assert moved.trigger_price == 10 * UNIT
    assert desk.do(MoveTrigger(desk.now, held.order_id, 11 * UNIT, desk.now)) == ()
    (released,) = trigger(desk, held.order_id, 10)
    assert released.order.order_type is OrderType.MARKET


def test_a_trailing_offset_in_basis_points_is_rounded_away_from_the_price():
    desk = stock_desk()
    (held,) = trailing(desk, "t", BUY, 15 * BPS, trailing_offset_type=TrailingOffsetType.BASIS_POINTS)
    assert held.trigger_price == 10 * UNIT + 2 * UNIT // 100  # 10.015, up to the cent.


# ------------------------------------------------------------------------------------------- icebergs


def test_an_iceberg_shows_one_part_at_a_time():
    desk = stock_desk()
    held, first = desk.do(desk.order("i", instructions=OrderInstructions(display_qty=40 * UNIT)))
    assert (first.order.order_qty, first.order.client_order_id) == (40 * UNIT, "i")
    desk.report("i", ExecType.NEW, venue_order_id="v1")
    assert desk.fill("i", "e1", 10 * UNIT).leaves_qty == 90 * UNIT
    events = desk.report("i", ExecType.TRADE, execution_id="e2", last_qty=30 * UNIT, last_px=10 * UNIT)
    (second,) = [event for event in events if isinstance(event, OrderReleased)]
    assert (second.order.order_qty, second.order.client_order_id) == (40 * UNIT, "T26~1~1")
    desk.report("T26~1~1", ExecType.NEW, venue_order_id="v2")
    events = desk.report("T26~1~1", ExecType.TRADE, execution_id="e3", last_qty=40 * UNIT, last_px=10 * UNIT)
    (third,) = [event for event in events if isinstance(event, OrderReleased)]
    assert third.order.order_qty == 20 * UNIT
    desk.fill(third.order.client_order_id, "e4", 20 * UNIT)
    assert status(desk, held.order_id) is OrderStatus.FILLED
    assert desk.oms.orders[held.order_id].cum_qty == 100 * UNIT
    assert desk.risk.open_orders == {}


def test_a_late_acknowledgement_of_one_part_does_not_answer_for_the_next():
    desk = stock_desk()
    held, _ = desk.do(desk.order("i", instructions=OrderInstructions(display_qty=40 * UNIT)))
    desk.report("i", ExecType.TRADE, execution_id="e1", last_qty=40 * UNIT, last_px=10 * UNIT)
    (late,) = desk.report("i", ExecType.NEW, venue_order_id="v1")
    assert isinstance(late, ExecutionRepeated)
    desk.do(MarkUnknown(desk.now, "A", "T26~1~1", "no answer"))
    assert status(desk, held.order_id) is OrderStatus.UNKNOWN
    desk.report("T26~1~1", ExecType.NEW, venue_order_id="v2")
    assert desk.oms.orders[held.order_id].venue_order_id == "v2"


def test_a_canceled_iceberg_sends_no_more():
    desk = stock_desk()
    held, _ = desk.do(desk.order("i", instructions=OrderInstructions(display_qty=40 * UNIT)))
    cancel = desk.one(_cancel(desk, "c", held.order_id))
    assert isinstance(cancel, OrderPendingCancel)
    events = desk.report("i", ExecType.TRADE, execution_id="e1", last_qty=40 * UNIT, last_px=10 * UNIT)
    assert [type(event) for event in events if not isinstance(event, OrderFilled)][1:] == [OrderCanceled]
    assert status(desk, held.order_id) is OrderStatus.CANCELED
    assert desk.risk.open_orders == {}


# ------------------------------------------------------------------------------------------------ GTD


def test_a_gtd_order_ends_by_the_core_where_the_venue_has_no_gtd():
    desk = stock_desk()
    end = desk.now + DAY
    held, released = desk.do(
        desk.order("g", time_in_force=TimeInForce.GTD, instructions=OrderInstructions(expire_time=end))
    )
    assert released.order.time_in_force is TimeInForce.GTC
    assert desk.do(EndHeldOrder(desk.now, held.order_id)) == ()
    desk.now = end
    (cancel,) = desk.do(EndHeldOrder(desk.now, held.order_id))
    assert isinstance(cancel, OrderPendingCancel)
    assert isinstance(desk.report(cancel.client_order_id, ExecType.CANCELED)[0], OrderExpired)
    assert desk.oms.timed == {}


def test_a_held_stop_expires_with_its_session():
    desk = long_desk()
    (held,) = stop(desk, "s", SELL, 9, session_close=desk.now + 10)
    assert Emulator(desk.oms).on_time(desk.now + 10) == []
    desk.now += 11
    (command,) = Emulator(desk.oms).on_time(desk.now)
    assert isinstance(desk.do(command)[0], OrderExpired)
    assert status(desk, held.order_id) is OrderStatus.EXPIRED


def test_gtd_in_the_past_is_refused():
    desk = stock_desk()
    (refused,) = desk.do(
        desk.order("g", time_in_force=TimeInForce.GTD, instructions=OrderInstructions(expire_time=desk.now))
    )
    assert {failure.check for failure in refused.failures} == {RiskCheck.EXPIRE_TIME}


# ---------------------------------------------------------------------------------------- reduce-only


def test_reduce_only_must_reduce():
    desk = long_desk(60)
    (refused,) = desk.do(desk.order("r", SELL, 100 * UNIT, instructions=OrderInstructions(reduce_only=True)))
    assert RiskCheck.REDUCE_ONLY in {failure.check for failure in refused.failures}
    assert refused.largest_qty == 60 * UNIT
    desk.submit("other", SELL, 20 * UNIT)
    (refused,) = desk.do(desk.order("q", SELL, 60 * UNIT, instructions=OrderInstructions(reduce_only=True)))
    assert refused.largest_qty == 40 * UNIT


def test_a_reduce_only_stop_is_cut_to_what_is_left_when_it_is_triggered():
    desk = long_desk(100)
    (held,) = stop(desk, "s", SELL, 9, instructions={"reduce_only": True})
    desk.submit("out", SELL, 70 * UNIT)
    desk.fill("out", "e1", 70 * UNIT)
    (released,) = trigger(desk, held.order_id, 9)
    assert released.order.order_qty == 30 * UNIT


def test_a_reduce_only_stop_without_a_position_ends():
    desk = long_desk(100)
    (held,) = stop(desk, "s", SELL, 9, instructions={"reduce_only": True})
    desk.submit("out", SELL, 100 * UNIT)
    desk.fill("out", "e1", 100 * UNIT)
    assert isinstance(trigger(desk, held.order_id, 9)[0], OrderCanceled)


# ------------------------------------------------------------------------------------- brackets and OCO


def bracket(desk: Desk, qty: int = 100):
    """Entry 100 at 10, take profit at 12, stop at 9; gives the three ids."""
    entry = desk.submit("entry", BUY, qty * UNIT).order_id
    exits: dict[str, Any] = {
        "parent_client_order_id": "entry",
        "list_id": "l",
        "contingency_type": ContingencyType.OCO,
    }
    (profit,) = desk.do(
        desk.order("tp", SELL, qty * UNIT, price=12 * UNIT, instructions=OrderInstructions(**exits))
    )
    (loss,) = stop(desk, "sl", SELL, 9, qty, instructions=exits)
    assert isinstance(profit, OrderHeld), profit
    assert isinstance(loss, OrderHeld), loss
    return entry, profit.order_id, loss.order_id


@pytest.mark.parametrize("account_type", AccountType)
def test_a_bracket_arms_pro_rata_and_reserves_nothing_before(account_type):
    desk = stock_desk(account_type)
    _, profit, loss = bracket(desk)
    exposure = desk.risk.accounts["A"].exposures[STOCK.instrument_id]
    assert exposure.open_sell == 0
    assert trigger(desk, loss, 8) == ()
    events = desk.report("entry", ExecType.TRADE, execution_id="e1", last_qty=40 * UNIT, last_px=10 * UNIT)
    assert [event.armed_qty for event in events if isinstance(event, OrderArmed)] == [40 * UNIT] * 2
    (sent,) = [event for event in events if isinstance(event, OrderReleased)]
    assert (sent.order_id, sent.order.order_qty) == (profit, 40 * UNIT)
    assert exposure.open_sell == 80 * UNIT  # Both may work: each side's worst case.
    events = desk.report("entry", ExecType.TRADE, execution_id="e2", last_qty=60 * UNIT, last_px=10 * UNIT)
    (raised,) = [event for event in events if isinstance(event, OrderPendingReplace)]
    assert (raised.order_id, raised.order_qty) == (profit, 100 * UNIT)
    assert exposure.open_sell == 200 * UNIT


@pytest.mark.parametrize("is_taken", [True, False], ids=["taken", "refused"])
def test_no_more_is_sent_while_the_venue_may_still_enlarge_the_part_that_filled(is_taken):
    desk = stock_desk()
    _, profit, _ = bracket(desk)
    desk.fill("entry", "e1", 40 * UNIT)
    desk.report("tp", ExecType.NEW, venue_order_id="v2")
    events = desk.report("entry", ExecType.TRADE, execution_id="e2", last_qty=60 * UNIT, last_px=10 * UNIT)
    (raised,) = [event for event in events if isinstance(event, OrderPendingReplace)]
    events = desk.report("tp", ExecType.TRADE, execution_id="e3", last_qty=40 * UNIT, last_px=12 * UNIT)
    assert [event for event in events if isinstance(event, OrderReleased)] == []
    if is_taken:
        desk.report(raised.client_order_id, ExecType.REPLACED, order_qty=100 * UNIT, limit_price=12 * UNIT)
        name = raised.client_order_id
    else:
        events = desk.report(raised.client_order_id, ExecType.CANCEL_REJECTED, text="too late")
        (released,) = [event for event in events if isinstance(event, OrderReleased)]
        assert released.order.order_qty == 60 * UNIT
        name = released.order.client_order_id
    desk.fill(name, "e4", 60 * UNIT, 12 * UNIT)
    assert status(desk, profit) is OrderStatus.FILLED
    assert desk.risk.open_orders == {}


def test_a_partial_fill_of_one_exit_takes_as_much_off_the_other():
    desk = stock_desk()
    _, profit, loss = bracket(desk)
    desk.fill("entry", "e1", 100 * UNIT)
    desk.report("tp", ExecType.NEW, venue_order_id="v2")
    desk.fill("tp", "e2", 30 * UNIT, 12 * UNIT)
    assert desk.oms.orders[loss].order_qty == 70 * UNIT
    (released,) = trigger(desk, loss, 9)
    assert released.order.order_qty == 70 * UNIT
    events = desk.report("sl", ExecType.TRADE, execution_id="e3", last_qty=70 * UNIT, last_px=9 * UNIT)
    (cancel,) = [event for event in events if isinstance(event, OrderPendingCancel)]
    assert cancel.order_id == profit
    assert status(desk, loss) is OrderStatus.FILLED
    desk.report(cancel.client_order_id, ExecType.CANCELED)
    assert status(desk, profit) is OrderStatus.CANCELED
    exposure = desk.risk.accounts["A"].exposures[STOCK.instrument_id]
    assert (exposure.quantity, exposure.open_sell) == (0, 0)
    assert desk.events(AlarmRaised) == []


def test_the_other_exit_ends_when_one_fills():
    desk = stock_desk()
    _, profit, loss = bracket(desk)
    desk.fill("entry", "e1", 100 * UNIT)
    desk.fill("tp", "e2", 100 * UNIT, 12 * UNIT)
    assert (status(desk, profit), status(desk, loss)) == (OrderStatus.FILLED, OrderStatus.CANCELED)
    assert desk.oms.triggers == {}


def test_a_double_fill_of_both_exits_is_booked_and_alarms():
    desk = stock_desk()
    _, _, loss = bracket(desk)
    desk.fill("entry", "e1", 100 * UNIT)
    trigger(desk, loss, 9)
    desk.fill("sl", "e2", 100 * UNIT, 9 * UNIT)
    desk.fill("tp", "e3", 100 * UNIT, 12 * UNIT)
    assert [event.kind for event in desk.events(AlarmRaised)] == [AlarmKind.DOUBLE_FILL]
    assert desk.risk.accounts["A"].exposures[STOCK.instrument_id].quantity == -100 * UNIT


def test_exits_end_with_an_entry_that_never_filled():
    desk = stock_desk()
    entry, profit, loss = bracket(desk)
    desk.report("entry", ExecType.CANCELED)
    assert {status(desk, each) for each in (entry, profit, loss)} == {OrderStatus.CANCELED}
    assert desk.risk.open_orders == {}


def test_the_end_of_an_entry_tells_nothing_of_an_exit_that_nobody_answered():
    desk = stock_desk()
    _, profit, _ = bracket(desk)
    desk.report("entry", ExecType.TRADE, execution_id="e1", last_qty=40 * UNIT, last_px=10 * UNIT)
    desk.do(MarkUnknown(desk.now, "A", "tp", "no answer"))
    assert status(desk, profit) is OrderStatus.UNKNOWN
    desk.report("entry", ExecType.CANCELED)
    assert desk.oms.orders[profit].order_qty == 40 * UNIT
    assert status(desk, profit) is OrderStatus.UNKNOWN


def test_exits_are_for_what_filled_when_the_entry_ends():
    desk = stock_desk()
    _, profit, loss = bracket(desk)
    desk.fill("entry", "e1", 40 * UNIT)
    events = desk.report("entry", ExecType.CANCELED)
    assert [event.order_id for event in events if isinstance(event, OrderRestated)] == [profit, loss]
    assert desk.oms.orders[loss].order_qty == 40 * UNIT
    desk.fill("tp", "e2", 40 * UNIT, 12 * UNIT)
    assert status(desk, loss) is OrderStatus.CANCELED
    assert status(desk, profit) is OrderStatus.FILLED


def test_an_oco_pair_on_its_own_may_sell_what_is_held_once():
    desk = stock_desk(AccountType.CASH)
    desk.submit("entry", BUY, 100 * UNIT)
    desk.fill("entry", "e0", 100 * UNIT)
    pair: dict[str, Any] = {"list_id": "l", "contingency_type": ContingencyType.OCO}
    (profit,) = desk.do(
        desk.order("tp", SELL, 100 * UNIT, price=12 * UNIT, instructions=OrderInstructions(**pair))
    )
    assert isinstance(profit, OrderApproved)
    (loss,) = stop(desk, "sl", SELL, 9, instructions=pair)
    assert isinstance(loss, OrderHeld), loss
    (third,) = stop(desk, "x", SELL, 9, instructions=pair)
    assert isinstance(third, OrderDenied)
    events = desk.report("tp", ExecType.TRADE, execution_id="e1", last_qty=30 * UNIT, last_px=12 * UNIT)
    assert [type(event) for event in events][2:] == [OrderRestated]
    (released,) = trigger(desk, loss.order_id, 9)
    assert released.order.order_qty == 70 * UNIT
    events = desk.report("sl", ExecType.TRADE, execution_id="e2", last_qty=20 * UNIT, last_px=9 * UNIT)
    (change,) = [event for event in events if isinstance(event, OrderPendingReplace)]
    assert (change.order_id, change.order_qty) == (profit.order_id, 80 * UNIT)
    desk.report(change.client_order_id, ExecType.REPLACED, order_qty=80 * UNIT, limit_price=12 * UNIT)
    assert desk.oms.orders[profit.order_id].leaves_qty == 50 * UNIT
    assert desk.oms.orders[loss.order_id].leaves_qty == 50 * UNIT


# --------------------------------------------------------------------------------------- the emulator


def bar(high: int, low: int, close: int, ts: int = DAY) -> Bar:
    opened = close * UNIT
    return Bar(STOCK.instrument_id, ts, ts, opened, high * UNIT, low * UNIT, close * UNIT, None)


def quote(bid: int, ask: int, ts: int = DAY) -> Quote:
    return Quote(STOCK.instrument_id, ts, ts, bid * UNIT, ask * UNIT, UNIT, UNIT)


def trade(price: int, ts: int = DAY) -> Trade:
    return Trade(STOCK.instrument_id, ts, ts, price * UNIT, UNIT, None, "")


@pytest.mark.parametrize(
    ("source", "events", "price"),
    [
        (TriggerSource.LAST, [trade(10), quote(5, 6), trade(9)], 9),
        (TriggerSource.MID, [quote(9, 11), trade(5), quote(8, 10)], 9),
        (TriggerSource.OPPOSITE_QUOTE, [quote(10, 12), trade(5), quote(9, 12)], 9),
        (TriggerSource.LAST, [quote(10, 12), quote(8, 10)], 9),
        (TriggerSource.MID, [trade(10), trade(9)], 9),
        (TriggerSource.LAST, [bar(11, 10, 10), bar(11, 8, 10)], 8),
    ],
    ids=["last", "mid", "opposite", "mid for last", "last for mid", "low of a bar"],
)
def test_the_price_that_is_named_meets_the_trigger_and_no_other(source, events, price):
    desk = long_desk()
    (held,) = stop(desk, "s", SELL, 9, instructions={"trigger_source": source})
    emulator = Emulator(desk.oms)
    for event in events[:-1]:
        assert emulator.on_event(event, DAY) == []
    assert emulator.on_event(events[-1], DAY) == [TriggerOrder(DAY, held.order_id, price * UNIT, DAY)]


def test_a_trailing_stop_follows_the_feed():
    desk = long_desk()
    (held,) = trailing(desk, "t", SELL, 2 * UNIT)
    emulator = Emulator(desk.oms)
    for price in (11, 14, 13):
        for command in emulator.on_event(trade(price), DAY):
            desk.do(command)
    assert desk.oms.orders[held.order_id].trigger_price == 12 * UNIT
    (command,) = emulator.on_event(trade(12), DAY)
    assert isinstance(desk.do(command)[0], OrderReleased)
    assert emulator.on_event(trade(11), DAY) == []


def test_a_restored_state_watches_the_same_orders():
    from trade2026.trading.core import restore

    desk = long_desk()
    stop(desk, "s", SELL, 9)
    restored = restore(desk.core.state_bytes()).engines.oms
    assert restored.triggers == desk.oms.triggers
    assert restored.timed == desk.oms.timed
    assert Emulator(restored).on_event(trade(9), DAY) == Emulator(desk.oms).on_event(trade(9), DAY)
