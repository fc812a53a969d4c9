"""What waits to be sent, and the rate budget it waits for."""

import random
from collections import deque

import pytest

from trade2026.model.enums import ExecType, OrderType, Side, TimeInForce
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.ports.venue import VenueTerms
from trade2026.trading.venues.budget import Kind, RateBudget
from trade2026.trading.venues.outbox import NOT_SENT, Outbox, OutboxLimits

SECOND = 1_000_000_000
LIMITED = VenueTerms(requests_per_window=10, window_ns=SECOND, cancel_reserve=2)


def order(number: int, name: str = "") -> OrderApproved:
    return OrderApproved(
        number, 0, "a", name or f"o{number}", "t", "", "KO.SIM", Side.BUY, OrderType.LIMIT, TimeInForce.GTC,
        1, 1, 1, 0, 1, 0, 0,
    )  # fmt: skip


def cancel(number: int) -> OrderPendingCancel:
    return OrderPendingCancel(number, 0, "a", f"c{number}", f"o{number}", "KO.SIM")


def replacement(number: int) -> OrderPendingReplace:
    return OrderPendingReplace(number, 0, "a", f"r{number}", f"o{number}", "KO.SIM", 2, 2, 1, 1)


class Sender:
    """An outbox with a clock of its own."""

    def __init__(self, terms: VenueTerms = LIMITED, limits: OutboxLimits | None = None) -> None:
        self.budget = RateBudget(terms)
        self.sent: list[str] = []
        self.answers: list[ExecutionReport] = []
        self.refusal = ""
        self.now = 0
        self.outbox = Outbox(
            self.budget, limits or OutboxLimits(), lambda event: self.sent.append(event.client_order_id),
            lambda event: self.refusal, self.answers.append, lambda: self.now,
        )  # fmt: skip
        self.outbox.holds_cancels = False

    def orders(self, *numbers: int) -> None:
        for number in numbers:
            self.outbox.put_order(order(number), self.now)

    def pump(self, now: int) -> int:
        self.now = now
        return self.outbox.pump(now)


def test_orders_leave_what_is_kept_for_cancels_and_queries() -> None:
    sender = Sender()
    sender.orders(*range(20))
    assert sender.pump(0) > 0
    assert len(sender.sent) == 10 - 2 - 2
    sender.outbox.put_cancel(cancel(100))
    sender.outbox.put_cancel(cancel(101))
    sender.pump(1)
    assert sender.sent[-2:] == ["c100", "c101"], "cancels never wait behind new orders"


def test_no_window_ever_holds_too_many_and_cancels_wait_for_nothing_else() -> None:
    """Random traffic against the venue's own count; requests arrive up to a tenth of a window late."""
    chance = random.Random(1)
    sender = Sender()
    arrived: list[int] = []
    sender.outbox._send = lambda event: arrived.append(sender.now + chance.randint(0, SECOND // 10))
    number = 0
    for now in range(0, 20 * SECOND, SECOND // 100):
        sender.now = now
        for _ in range(chance.randint(0, 1)):
            number += 1
            sender.outbox.put_order(order(number), now)
        if chance.random() < 0.02:
            sender.outbox.put_cancel(cancel(10_000 + number))
        if sender.budget.wait_ns(Kind.QUERY, now, orders_wait=sender.outbox.orders_wait) == 0:
            sender.budget.spend(Kind.QUERY, now)
            arrived.append(now + chance.randint(0, SECOND // 10))
        sender.pump(now)
    window: deque[int] = deque()
    for moment in sorted(arrived):
        while window and window[0] <= moment - SECOND:
            window.popleft()
        window.append(moment)
        assert len(window) <= 10
    assert len(arrived) > 100


def test_an_order_that_waited_too_long_or_behind_too_many_ends_as_never_sent() -> None:
    sender = Sender(limits=OutboxLimits(waiting_max=12, age_max_ns=SECOND // 2))
    sender.orders(*range(14))
    assert [each.client_order_id for each in sender.answers] == ["o12", "o13"]
    wait = sender.pump(0)
    assert wait == SECOND // 2, "to end what is too old, though the budget comes later"
    sender.pump(SECOND // 2)
    assert len(sender.sent) + len(sender.answers) == 14
    for report in sender.answers:
        assert report.exec_type is ExecType.REJECTED
        assert report.text.startswith(NOT_SENT)
    assert sender.pump(SECOND) == 0


def test_what_may_not_be_sent_any_more_when_it_leaves_ends() -> None:
    sender = Sender()
    sender.refusal = "trading is HALTED"
    sender.orders(1)
    sender.outbox.put_order(replacement(2), 0)
    sender.pump(0)
    assert sender.sent == []
    assert [(each.exec_type, each.text) for each in sender.answers] == [
        (ExecType.REJECTED, "not sent: trading is HALTED"),
        (ExecType.CANCEL_REJECTED, "not sent: trading is HALTED"),
    ]


def test_a_cancel_ends_what_waits_of_its_order_and_is_not_sent_for_what_never_left() -> None:
    sender = Sender(VenueTerms(requests_per_window=3, window_ns=SECOND, cancel_reserve=2))
    sender.orders(0)
    sender.pump(0)
    sender.orders(1)
    sender.outbox.put_order(replacement(5), 0)
    sender.outbox.put_cancel(cancel(1))
    sender.outbox.put_cancel(cancel(5))
    sender.pump(0)
    assert "c1" not in sender.sent
    assert "c5" in sender.sent
    assert sender.pump(3 * SECOND) == 0
    assert "o1" not in sender.sent
    assert "r5" not in sender.sent
    assert {each.client_order_id: each.exec_type for each in sender.answers} == {
        "o1": ExecType.CANCELED,
        "r5": ExecType.CANCEL_REJECTED,
    }


def test_while_there_is_no_line_cancels_wait_and_then_go_first() -> None:
    sender = Sender()
    sender.outbox.holds_cancels = True
    sender.outbox.put_cancel(cancel(1))
    assert sender.pump(0) == 0
    sender.outbox.holds_cancels = False
    sender.orders(2)
    sender.pump(1)
    assert sender.sent == ["c1", "o2"]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_venue_that_wants_nothing_gets_nothing(kind: Kind) -> None:
    for terms in (LIMITED, VenueTerms()):
        budget = RateBudget(terms)
        budget.block(5 * SECOND, 0)
        assert budget.wait_ns(kind, SECOND) == 4 * SECOND
        assert budget.wait_ns(kind, 5 * SECOND) == 0
        budget.block(None, 6 * SECOND)
        assert budget.wait_ns(kind, 6 * SECOND) >= SECOND
