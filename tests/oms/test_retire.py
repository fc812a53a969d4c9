"""Closed orders leave memory whole, and come back as they were."""

import msgspec
import pytest

from tests.engine_harness import stock_desk
from trade2026.model.commands import RecallOrders, RetireOrders
from trade2026.model.enums import ExecType
from trade2026.model.events import OrderRefused, OrdersRecalled, OrdersRetired, ReplaceRefused
from trade2026.oms.retire import decode_facts, execution_key, facts_of, join_facts, request_key
from trade2026.primitives.fixed_point import UNIT
from trade2026.trading.core import restore


def retire(desk, *order_ids, refused=()):
    """Retire them; the event and what an index would keep of it."""
    command = RetireOrders(desk.now, order_ids, refused)
    (event,) = desk.core.decide(command)
    kept = facts_of(desk.oms, event)
    assert desk.do(command) == (event,)
    return event, kept


def busy_desk():
    """Order 1 filled in two parts after a replace, 2 canceled, 3 rejected, 4 open; "r" was refused."""
    desk = stock_desk()
    desk.submit("a")
    desk.fill("a", "e1", 30 * UNIT)
    desk.replace("a2", 1, 50 * UNIT, 9 * UNIT)
    desk.report("a2", ExecType.REPLACED, order_qty=50 * UNIT, limit_price=9 * UNIT)
    desk.fill("a2", "e2", 20 * UNIT)
    desk.submit("b")
    desk.cancel("b2", 2)
    desk.report("b2", ExecType.CANCELED)
    desk.submit("c")
    desk.report("c", ExecType.REJECTED)
    desk.submit("d")
    assert type(desk.submit("r", qty=100 * UNIT + 1)) is OrderRefused
    return desk


def test_only_what_is_done_and_answered_may_go():
    desk = busy_desk()
    desk.replace("d2", 4, 50 * UNIT, 9 * UNIT)
    desk.fill("d", "e4", 100 * UNIT)  # Done, with a replace that the venue has not answered.
    desk.submit("f")
    event, _ = retire(
        desk, 1, 2, 2, 4, 5, 77, refused=(("A", "r"), ("A", "r"), ("A", "a"), ("A", "zz"), ("Z", "r"))
    )
    assert event == OrdersRetired(desk.now, (1, 2), (("A", "r"),))
    assert sorted(desk.oms.orders) == [3, 4, 5]


def test_nothing_of_a_retired_order_stays_but_the_count():
    desk = busy_desk()
    retire(desk, 1, 2, 3, refused=(("A", "r"),))
    account = desk.oms.accounts["A"]
    assert sorted(account.requests) == ["d"]
    assert account.executions == {"AAA.XNAS": {}}
    assert account.refused == {}
    assert sorted(desk.oms.orders) == sorted(account.open_orders) == [4]
    assert desk.oms.retirements == 1
    assert restore(desk.core.state_bytes()).state_bytes() == desk.core.state_bytes()


def test_every_identifier_leads_to_the_facts():
    desk = busy_desk()
    _, kept = retire(desk, 1, 2, 3, refused=(("A", "r"),))
    keys = {each.order_id: each.keys for each in kept}
    assert keys[1] == (
        request_key("A", "a"), request_key("A", "a2"),
        execution_key("A", "AAA.XNAS", "e1"), execution_key("A", "AAA.XNAS", "e2"),
    )  # fmt: skip
    assert keys[2] == (request_key("A", "b"), request_key("A", "b2"))
    assert keys[3] == (request_key("A", "c"),)
    assert keys[0] == (request_key("A", "r"),)


def test_recalled_all_is_as_if_it_had_never_left():
    desk = busy_desk()
    before = desk.core.state_bytes()
    _, kept = retire(desk, 1, 2, 3, refused=(("A", "r"),))
    desk.one(RecallOrders(desk.now, join_facts(each.facts for each in kept)))
    desk.oms.retirements -= 1
    assert desk.core.state_bytes() == before
    assert desk.oms.accounts["A"].refused == {"r": None}


def test_a_recall_of_what_is_in_memory_changes_nothing():
    desk = busy_desk()
    _, kept = retire(desk, 1, 2, refused=(("A", "r"),))
    everything = join_facts(each.facts for each in kept)
    desk.one(RecallOrders(desk.now, join_facts([kept[0].facts])))
    desk.fill("a2", "e3", 5 * UNIT)  # A late fill: what is in memory knows better than the facts.
    event = desk.one(RecallOrders(desk.now, everything))
    orders = [decode_facts(raw).order for raw in msgspec.msgpack.decode(event.facts, type=list[msgspec.Raw])]
    names = [order and order.order_id for order in orders]
    assert names == [2, None]
    assert desk.oms.orders[1].cum_qty == 55 * UNIT
    assert desk.one(RecallOrders(desk.now, everything)) == OrdersRecalled(desk.now, join_facts(()))


def test_a_recalled_order_leaves_again_with_what_came_since():
    desk = busy_desk()
    _, kept = retire(desk, 1)
    desk.one(RecallOrders(desk.now, join_facts([kept[0].facts])))
    desk.fill("a2", "e3", 5 * UNIT)
    _, again = retire(desk, 1)
    assert again[0].keys == (*kept[0].keys, execution_key("A", "AAA.XNAS", "e3"))
    assert decode_facts(again[0].facts).executions["e3"].last_qty == 5 * UNIT
    assert desk.oms.retirements == 2


def test_a_refused_replace_that_is_asked_again_leaves_once():
    desk = stock_desk()
    desk.submit("a")
    for _ in range(2):
        assert type(desk.replace("a2", 1, 100 * UNIT + 1, 9 * UNIT)) is ReplaceRefused
    desk.report("a", ExecType.CANCELED)
    _, kept = retire(desk, 1)
    assert kept[0].keys == (request_key("A", "a"), request_key("A", "a2"))
    assert desk.oms.accounts["A"].requests == {}


def test_facts_that_are_none_are_refused():
    with pytest.raises(msgspec.MsgspecError):
        decode_facts(b"nonsense")
