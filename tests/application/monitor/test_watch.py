"""The monitor's rules, each as a table of what leaves, and a desk in good health that no rule minds."""

import random
from typing import Any

import msgspec
import pytest

from tests.application.monitor.given import Desk, cancel, fill, halt, order, replace, report
from trade2026.application.monitor.findings import Rule
from trade2026.model.enums import ExecType, Scope, Side
from trade2026.model.events import (
    CancelRejected,
    FillBusted,
    OrderCanceled,
    OrderFilled,
    OrderHeld,
    OrderRejected,
    OrderReleased,
    OrderReplaced,
)
from trade2026.primitives.fixed_point import UNIT


def canceled(number: int) -> OrderCanceled:
    return OrderCanceled(number, 5, "")


def filled(number: int, quantity: int, *, leaves: int) -> OrderFilled:
    return OrderFilled(
        number, 5, "A", "KO.XNYS", "s-1", "e", Side.BUY, quantity * UNIT, UNIT, quantity * UNIT,
        leaves * UNIT, 0, "", None,
    )  # fmt: skip


def busted(number: int, quantity: int) -> FillBusted:
    return FillBusted(
        number, 5, "A", "KO.XNYS", "s-1", "e~bust", "e", Side.SELL, quantity * UNIT, UNIT, 0, quantity * UNIT,
        0, "", True, None,
    )  # fmt: skip


# ------------------------------------------------------------------------- what leaves is what was approved


def test_an_approved_order_may_leave_once_with_its_terms():
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1))
    assert desk.found() == []
    desk.sent(order(1))
    (finding,) = desk.found()
    assert (finding.rule, finding.halts) == (Rule.NOT_APPROVED, True)
    assert "order 1, c-1 of A: it left, and is not approved" in finding.text
    assert (desk.watch.orders_in, desk.watch.orders_out) == (1, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order_qty", 11 * UNIT), ("limit_price", 2 * UNIT), ("side", "SELL"), ("instrument_id", "PG.XNYS"),
        ("time_in_force", "GTC"), ("order_type", "MARKET"), ("strategy_id", "s-2"),
    ],
)  # fmt: skip
def test_other_terms_than_the_approved_ones(field: str, value: Any):
    desk = Desk()
    desk.journal(order(1))
    desk.sent(msgspec.structs.replace(order(1), **{field: value}))
    assert Rule.OTHER_TERMS in desk.rules()


@pytest.mark.parametrize("stray", [order(2), order(1, name="c-9"), replace(1, quantity=5)])
def test_what_the_journal_does_not_have(stray: Any):
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1), stray)
    assert desk.rules()[0] is Rule.NOT_APPROVED


def test_a_replace_needs_an_approval_of_its_own_and_has_it_once():
    desk = Desk()
    desk.journal(order(1))
    desk.journal(replace(1, quantity=12))
    desk.sent(order(1), replace(1, quantity=12))
    assert desk.found() == []
    desk.sent(replace(1, quantity=12))
    assert desk.rules() == [Rule.NOT_APPROVED]


def test_cancels_never_count():
    desk = Desk(max_new_orders_per_s=1, approval_slack=1)
    desk.journal(halt())
    desk.sent(*(cancel(number) for number in range(500)), *(cancel(1) for _ in range(500)))
    assert desk.found() == []


def test_what_the_core_holds_leaves_when_it_is_released_and_not_before():
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    part = order(1, name="c-1-1", quantity=4)
    desk.sent(part)
    assert desk.rules() == [Rule.NOT_APPROVED]
    for number in (2, 3):
        part = order(1, name=f"c-1-{number}", quantity=3)
        desk.journal(OrderReleased(1, 5, part, UNIT, 5, "triggered"))
        desk.sent(part)
    assert desk.found() == []


def test_what_was_approved_before_it_was_watched_may_leave_once():
    desk = Desk()
    desk.journal(order(1), is_past=True)
    desk.journal(order(2), is_past=True)
    desk.journal(canceled(2), is_past=True)
    for _ in range(2):
        assert desk.found() == []
    desk.sent(order(1))
    assert desk.found() == []
    desk.sent(order(1), order(2))
    assert desk.rules() == [Rule.NOT_APPROVED, Rule.NOT_APPROVED]


def test_an_order_that_is_approved_sent_filled_and_over_within_one_round_is_fine():
    desk = Desk()
    execution = fill("c-1", 10, "x1")
    desk.journal(order(1))
    filled = OrderFilled(
        1, 5, "A", "KO.XNYS", "s-1", "x1", order(1).side, 10 * UNIT, 1, 10 * UNIT, 0, 0, "", None
    )
    desk.journal(filled, report=execution)
    desk.sent(order(1), seq=1)
    desk.received(execution)
    for _ in range(3):
        assert desk.found() == []
    assert desk.watch._orders.parents == {}
    desk.sent(order(1))
    assert desk.rules() == [Rule.NOT_APPROVED], "what is over does not leave again"


def test_what_is_seen_on_the_wire_a_round_after_its_end_is_fine():
    desk = Desk()
    desk.journal(order(1))
    desk.journal(canceled(1))
    assert desk.found() == []
    desk.sent(order(1), seq=1)
    assert desk.found() == []


# --------------------------------------------------------------------------------------- more than allowed


def test_more_fills_of_a_part_than_left_of_it():
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    part = order(1, name="c-1-1", quantity=4)
    desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
    desk.sent(part)
    desk.received(fill("c-1-1", 5, "x1"))
    (finding,) = desk.found()
    assert finding.text == "order 1: 5000000000 filled of 4000000000 that left"


def test_parts_of_a_held_order_may_not_be_more_than_it():
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    for number, quantity in ((1, 6), (2, 6)):
        part = order(1, name=f"c-1-{number}", quantity=quantity)
        desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
        desk.sent(part)
    (finding,) = desk.found()
    assert finding.rule is Rule.ABOVE_PARENT
    assert finding.halts
    assert "12000000000 of it are out, and 10000000000 were approved" in finding.text


def test_a_part_that_has_ended_counts_with_what_was_filled_of_it():
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    part = order(1, name="c-1-1", quantity=10)
    desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
    desk.sent(part)
    desk.received(fill("c-1-1", 4, "x1"), report(ExecType.CANCELED, "c-1-1"))
    desk.journal(report=fill("c-1-1", 4, "x1"))
    part = order(1, name="c-1-2", quantity=6)
    desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
    desk.sent(part)
    assert desk.found() == []


@pytest.mark.parametrize(("fills", "wrong"), [((4, 6), 0), ((4, 7), 1), ((11,), 1)])
def test_more_fills_than_left(fills: tuple[int, ...], wrong: int):
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1))
    for number, quantity in enumerate(fills):
        execution = fill("c-1", quantity, f"x{number}")
        for _ in range(2):  # A venue may repeat itself.
            desk.received(execution)
            desk.journal(report=execution)
    assert desk.rules() == [Rule.OVERFILL] * wrong


def test_more_fills_than_left_halt_where_that_is_asked_for():
    for asked in (False, True):
        desk = Desk(halts_on_overfills=asked)
        desk.journal(order(1))
        desk.sent(order(1))
        desk.received(fill("c-1", 11, "x1"))
        assert [(each.rule, each.halts) for each in desk.found()] == [(Rule.OVERFILL, asked)]


def test_a_replace_raises_what_may_be_filled_and_its_refusal_lowers_nothing_that_was():
    desk = Desk()
    desk.journal(order(1))
    desk.journal(replace(1, quantity=15))
    desk.sent(order(1), replace(1, quantity=15))
    executions = [fill("c-1", 10, "x1"), fill("r-1", 5, "x2")]
    desk.received(executions[0], report(ExecType.REPLACED, "r-1", total=15), executions[1])
    for each in executions:
        desk.journal(report=each)
    assert desk.found() == []
    desk.received(fill("r-1", 1, "x3"))
    assert desk.rules() == [Rule.OVERFILL]


@pytest.mark.parametrize(("answer", "wrong"), [(ExecType.CANCEL_REJECTED, 0), (ExecType.REPLACED, 1)])
def test_the_next_part_may_leave_when_one_is_filled_unless_more_of_that_is_taken_after_all(
    answer: ExecType, wrong: int
):
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    part = order(1, name="c-1", quantity=3)
    desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
    desk.journal(replace(1, quantity=10))
    desk.sent(part, replace(1, quantity=10))
    desk.received(fill("c-1", 3, "x1"))
    desk.journal(report=fill("c-1", 3, "x1"))
    rest = order(1, name="c-1-2", quantity=7)
    desk.journal(OrderReleased(1, 5, rest, UNIT, 5, ""))
    desk.sent(rest)
    assert desk.found() == []
    desk.received(report(answer, "r-1", total=10))
    assert desk.rules() == [Rule.ABOVE_PARENT] * wrong
    desk.received(report(answer, "r-1", total=10))
    assert desk.rules() == [], "a venue may repeat itself"


def test_a_replace_that_is_asked_for_counts_while_the_part_is_open():
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    part = order(1, name="c-1", quantity=3)
    desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
    desk.journal(replace(1, quantity=10))
    rest = order(1, name="c-1-2", quantity=7)
    desk.journal(OrderReleased(1, 5, rest, UNIT, 5, ""))
    desk.sent(part, replace(1, quantity=10), rest)
    assert desk.rules() == [Rule.ABOVE_PARENT]


def test_an_execution_that_is_taken_back_ends_the_count_of_fills_and_not_of_orders():
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1))
    for each in (fill("c-1", 10, "x1"), fill("c-1", 10, "x3")):
        desk.received(each, report(ExecType.TRADE_CANCEL, "c-1"))
        desk.journal(report=each)
    assert desk.found() == []


def test_an_order_that_a_bust_has_opened_again_is_not_over():
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1))
    desk.journal(filled(1, 10, leaves=0))
    desk.journal(busted(1, 10))
    desk.journal(replace(1, quantity=5))
    assert desk.found() == []
    assert desk.found() == []
    desk.sent(replace(1, quantity=5))
    assert desk.found() == []


@pytest.mark.parametrize("is_taken", [True, False], ids=["taken", "refused"])
def test_an_answer_that_came_by_a_query_counts_from_its_number_on(is_taken: bool):
    """The first part filled at three of ten while more was asked for it; then the rest leaves."""
    desk = Desk()
    part, rest = order(1, name="p-1", quantity=3), order(1, name="p-2", quantity=7)
    desk.journal(OrderHeld(order(1), None, 10 * UNIT), OrderReleased(1, 5, part, 0, 0, ""))
    desk.journal(replace(1, quantity=9, orig="p-1"))
    desk.sent(part, replace(1, quantity=9, orig="p-1"))
    desk.received(fill("p-1", 3, "e1"))
    assert desk.found() == []
    answer: Any = CancelRejected(1, 5, "r-1", True, "too late")
    if is_taken:
        answer = OrderReplaced(1, 5, "r-1", 10 * UNIT, UNIT, leg_qty=9 * UNIT)
    desk.journal(answer, OrderReleased(1, 5, rest, 0, 0, ""))
    desk.sent(rest)
    assert desk.rules() == ([Rule.ABOVE_PARENT] if is_taken else [])


def test_a_held_order_that_was_replaced_by_the_core_may_be_more():
    desk = Desk()
    desk.journal(OrderHeld(order(1), UNIT, 10 * UNIT))
    desk.journal(OrderReplaced(1, 5, "r-1", 20 * UNIT, UNIT))
    part = order(1, name="p", quantity=20)
    desk.journal(OrderReleased(1, 5, part, UNIT, 5, ""))
    desk.sent(part)
    assert desk.found() == []


# ---------------------------------------------------------------------------------------------------- halts


SCOPES = [
    (Scope.GLOBAL, ""), (Scope.VENUE, "XNYS"), (Scope.ACCOUNT, "A"), (Scope.STRATEGY, "s-1"),
    (Scope.INSTRUMENT, "KO.XNYS"),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "target"), SCOPES)
@pytest.mark.parametrize("is_replace", [False, True])
def test_nothing_leaves_behind_the_number_of_a_halt(scope: Scope, target: str, is_replace: bool):
    desk = Desk()
    desk.journal(order(1))
    if is_replace:
        desk.sent(order(1))
        desk.journal(replace(1, quantity=5))
    before = desk.seq
    at = desk.journal(halt(scope, target))
    request: Any = replace(1, quantity=5) if is_replace else order(1)
    desk.sent(request, seq=before)
    assert desk.found() == [], "it left before the halt"
    desk = Desk()
    desk.journal(order(1))
    if is_replace:
        desk.sent(order(1))
        desk.journal(replace(1, quantity=5))
    assert desk.journal(halt(scope, target)) == at
    desk.sent(request)
    (finding,) = desk.found()
    assert (finding.rule, finding.halts) == (Rule.AFTER_HALT, True)
    assert f"it left at {at}, and {f'{scope} {target}'.rstrip()}, halted at {at}" in finding.text


@pytest.mark.parametrize(
    ("scope", "target"),
    [(Scope.VENUE, "XNAS"), (Scope.ACCOUNT, "B"), (Scope.STRATEGY, "s-2"), (Scope.INSTRUMENT, "PG.XNYS")],
)
def test_a_halt_elsewhere_is_no_matter(scope: Scope, target: str):
    desk = Desk()
    desk.journal(halt(scope, target))
    desk.journal(order(1))
    desk.sent(order(1))
    assert desk.found() == []


def test_what_counts_is_what_was_halted_when_it_left():
    desk = Desk()
    desk.journal(order(1))
    desk.journal(order(2))
    halted = desk.journal(halt())
    lifted = desk.journal(halt(lift=True))
    desk.journal(halt())
    desk.sent(order(1), seq=lifted)
    assert desk.found() == []
    desk = Desk()
    desk.journal(order(1))
    desk.journal(order(2))
    desk.journal(halt())
    desk.journal(halt(lift=True))
    desk.sent(order(1), seq=halted)
    assert desk.rules() == [Rule.AFTER_HALT]


def test_it_is_judged_once_the_journal_has_been_read_so_far():
    """What left is stamped with the last number decided, which may not be durable yet."""
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1), seq=2)
    assert desk.found() == []
    desk.journal(halt())
    assert desk.rules() == [Rule.AFTER_HALT]


# ---------------------------------------------------------------------------------------------------- rates


def test_no_desk_sends_so_many():
    desk = Desk(max_new_orders_per_s=10)
    for number in range(30):
        desk.journal(order(number))
        desk.sent(order(number))
        desk.now += 110_000_000
    assert desk.found() == [], "nine a second"
    for number in range(30, 41):
        desk.journal(order(number))
        desk.sent(order(number))
    (finding,) = desk.found()
    assert (finding.rule, finding.halts) == (Rule.TOO_FAST, True)


def test_not_many_more_leave_than_were_approved():
    desk = Desk(approval_factor=2, approval_slack=10)
    for number in range(20):
        desk.journal(order(number))
        desk.sent(order(number))
        assert desk.found() == []
    for number in range(100, 160):
        desk.sent(order(number))
    rules = desk.rules()
    assert rules.count(Rule.NOT_APPROVED) == 60
    assert rules.count(Rule.TOO_FAST) == 1
    for _ in range(3):
        assert desk.rules(after_s=11) == []


# ---------------------------------------------------------------------------------------- truth of the feed


def test_a_fill_that_the_journal_does_not_get():
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1))
    desk.received(fill("c-1", 3, "x1"), fill("c-1", 3, "x2"))
    desk.journal(report=fill("c-1", 3, "x1"))
    assert desk.found(after_s=4.9) == []
    (finding,) = desk.found()
    assert (finding.rule, finding.halts) == (Rule.LOST_FILL, False)
    assert "execution x2 of c-1, A" in finding.text
    assert desk.found(after_s=10) == [], "told once"


def test_it_halts_where_that_is_asked_for():
    desk = Desk(halts_on_lost_fills=True, fill_seconds=1)
    desk.received(fill("c-1", 3, "x1"))
    assert [(each.rule, each.halts) for each in desk.found(after_s=1.1)] == [(Rule.LOST_FILL, True)]


@pytest.mark.parametrize("journal_first", [True, False])
def test_a_fill_may_be_seen_in_the_journal_first(journal_first: bool):
    desk = Desk()
    steps = [lambda: desk.journal(report=fill("c-1", 3, "x1")), lambda: desk.received(fill("c-1", 3, "x1"))]
    for step in steps if journal_first else reversed(steps):
        step()
        assert desk.found(after_s=1) == []
    assert desk.found(after_s=60) == []


def test_a_paper_venue_forgets_with_its_core_and_another_does_not():
    for keeps_orders in (False, True):
        desk = Desk()
        desk.received(fill("c-1", 3, "x1"))
        desk.opened(keeps_orders=keeps_orders)
        assert desk.rules(after_s=6) == [Rule.LOST_FILL] * keeps_orders


def test_nothing_is_missed_while_the_core_is_away():
    desk = Desk()
    desk.journal(order(1))
    desk.received(fill("c-1", 3, "x1"))
    desk.is_core_up = False
    assert desk.found(after_s=60) == []
    desk.is_core_up = True
    assert set(desk.rules()) == {Rule.LOST_FILL, Rule.NOT_SEEN}


# ------------------------------------------------------------------------------------------------- blindness


def test_what_is_approved_and_neither_leaves_nor_ends():
    desk = Desk()
    for number in range(1, 5):
        desk.journal(order(number))
    desk.sent(order(1))
    desk.journal(OrderRejected(2, 5, "not sent: trading is HALTED for GLOBAL"))
    assert desk.found(after_s=4) == []
    (finding,) = desk.found(after_s=2)
    assert (finding.rule, finding.halts) == (Rule.NOT_SEEN, False)
    assert "order 3, c-3 of A, and 1 more" in finding.text
    assert desk.found(after_s=60) == []
    desk.sent(order(3))
    assert desk.found() == [], "late, and approved"


def test_a_gap_in_the_wire_log_is_an_alarm():
    desk = Desk()
    desk.opened()
    desk.frame()
    assert desk.found() == []
    desk.frame(skipped=2)
    assert desk.rules() == [Rule.WIRE_GAP]
    desk.frame(lost=3)
    assert desk.rules() == [Rule.WIRE_GAP]
    desk.watch.trouble("wire-00000001.log: a frame does not have its checksum")
    assert [each.halts for each in desk.found()] == [False]


def test_a_core_that_starts_again_begins_anew():
    desk = Desk()
    desk.journal(order(1))
    desk.sent(order(1), seq=9)  # The core died before number 9 was durable.
    desk.journal(order(2))
    desk.opened()
    assert desk.found(after_s=60) == []
    desk.sent(order(2))
    assert desk.found() == [], "approved before, sent after: once"
    desk.sent(order(2))
    assert desk.rules() == [Rule.NOT_APPROVED]


def test_without_the_right_to_halt_everything_is_an_alarm():
    desk = Desk(halts=False, halts_on_lost_fills=True)
    desk.sent(order(1), order(1))
    desk.received(fill("c-1", 1, "x"))
    found = desk.found(after_s=60)
    assert {each.rule for each in found} == {Rule.NOT_APPROVED, Rule.LOST_FILL}
    assert not any(each.halts for each in found)


# ---------------------------------------------------------------------------------------------- good health


@pytest.mark.parametrize("seed", range(20))
def test_a_desk_in_good_health_raises_nothing_and_is_forgotten(seed: int):
    """Any order of looking: the wire is read before the journal, and what is later is seen later."""
    chance = random.Random(seed)
    desk = Desk()
    opened: list[int] = []
    halted = False
    for number in range(1, 400):
        kind = chance.random()
        if kind < 0.55 and not halted:
            desk.journal(order(number))
            desk.sent(order(number))
            opened.append(number)
        elif kind < 0.6:
            halted = not halted
            desk.journal(halt(lift=not halted))
        elif opened:
            done = opened.pop(chance.randrange(len(opened)))
            execution = fill(f"c-{done}", 10, f"x{done}")
            filled = OrderFilled(
                done, 5, "A", "KO.XNYS", "s-1", f"x{done}", order(done).side, 10 * UNIT, 1, 10 * UNIT, 0, 0,
                "", None,
            )  # fmt: skip
            desk.received(execution)
            desk.journal(filled, report=execution)
        if chance.random() < 0.3:
            assert desk.found(after_s=chance.random()) == []
    for _ in range(3):
        assert desk.found(after_s=20) == []
    assert set(desk.watch._orders.parents) == set(opened)
    assert not desk.watch._allowed
    assert not desk.watch._fills
