"""Halting without the web service: over the core's line, by a signal where that is dead, and the wait."""

from typing import Any

import pytest

from trade2026.application.local_halt import LocalHalt, cancels_of
from trade2026.model.enums import OrderStatus, Scope, TradingState
from trade2026.model.events import CommandDenied, OrderDenied, OrderPendingCancel, TradingStateSet
from trade2026.model.events.order import DenialReason
from trade2026.ports.core_link import DESK_TRADER, Answer, CancelAllIntent, Decision, SetTradingStateIntent
from trade2026.ports.working_orders import WorkingOrder, WorkingOrders
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import SECOND_NS

HALTED = TradingState.HALTED
STATE = TradingStateSet(1, Scope.GLOBAL, "", HALTED, DESK_TRADER, "why")
CANCEL = OrderPendingCancel(7, 1, "A", "halt-7", "c-7", "KO.XNYS")


def found(*left: int, state: TradingState = HALTED) -> WorkingOrders:
    orders = tuple(WorkingOrder(n, "A", "", "KO.XNYS", OrderStatus.PENDING_CANCEL) for n in left)
    return WorkingOrders(1, 9, state, len(left), len(left), orders)


class Line:
    """A core that answers as it is told, and time that passes while one waits."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []
        self.now = 0
        self.signals = 0
        self.is_away = False

    def connect(self) -> Any:
        if self.is_away:
            raise OperatingError("the trading core is away")
        return self

    def signal(self) -> None:
        self.signals += 1

    def pause(self, span_ns: int) -> None:
        self.now += span_ns

    def now_ns(self) -> int:
        return 5_000 + self.now

    def monotonic_ns(self) -> int:
        return self.now

    def _answer(self) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, *intents: Any) -> Any:
        self.asked.append(intents)
        return self._answer()

    def working(self, scope: Scope, target: str) -> Any:
        self.asked.append((scope, target))
        return self._answer()

    def close(self) -> None:
        pass


def halting(line: Line) -> LocalHalt:
    return LocalHalt(line.connect, line.signal, "ann", line, line.pause)


def test_it_halts_and_cancels_as_the_desk_and_says_who_asked():
    denied = OrderDenied(1, "A", "halt-8", 8, DenialReason.ORDER_DONE, "order 8 is done")
    line = Line(Answer(1, 170, (Decision((STATE,)), Decision((CANCEL, denied)))))
    done = halting(line).halt(Scope.GLOBAL, "", "prices look wrong")
    assert (done.seq, done.canceled, done.denied) == (170, (7,), ("order 8 is done",))
    state, cancels = line.asked[0]
    text = "ann, at the command line: prices look wrong"
    assert state == SetTradingStateIntent(Scope.GLOBAL, "", HALTED, DESK_TRADER, text)
    assert cancels == CancelAllIntent("halt-5000", DESK_TRADER, "", "", "", "")


@pytest.mark.parametrize(
    ("scope", "fields"),
    [
        (Scope.GLOBAL, ("", "", "", "")),
        (Scope.ACCOUNT, ("x", "", "", "")),
        (Scope.INSTRUMENT, ("", "x", "", "")),
        (Scope.STRATEGY, ("", "", "x", "")),
        (Scope.VENUE, ("", "", "", "x")),
    ],
)
def test_the_cancels_of_a_scope(scope, fields):
    intent = cancels_of(scope, "" if scope is Scope.GLOBAL else "x", "p")
    assert (intent.account_id, intent.instrument_id, intent.strategy_id, intent.venue) == fields


def test_a_target_that_is_none_is_said():
    line = Line(Answer(1, 170, (Decision((CommandDenied(1, "target is not known"),)), Decision(()))))
    with pytest.raises(InputError, match="target is not known"):
        halting(line).halt(Scope.VENUE, "X", "r")
    assert line.signals == 0


@pytest.mark.parametrize(
    "answer", [OperatingError("hung up"), Answer(1, 1, (Decision((), "disk"), Decision(())))]
)
def test_everything_is_halted_by_a_signal_where_the_core_does_not_answer(answer):
    line = Line(answer)
    assert halting(line).halt(Scope.GLOBAL, "", "r").seq is None
    assert line.signals == 1
    with pytest.raises(OperatingError):
        halting(line).halt(Scope.ACCOUNT, "A", "r")
    assert line.signals == 1, "a signal has no scope"


def test_it_waits_for_the_last_confirmation():
    line = Line(found(7, 8), found(8), OperatingError("restarting"), found(8), found())
    done = halting(line).confirm(Scope.VENUE, "XNYS", 10 * SECOND_NS)
    assert done.is_done
    assert done.waited_ns == 4 * 20_000_000
    assert line.asked[0] == (Scope.VENUE, "XNYS")


def test_what_is_left_when_the_time_is_over_is_named():
    line = Line(found(7, 8))
    done = halting(line).confirm(Scope.GLOBAL, "", SECOND_NS)
    assert not done.is_done
    assert done.working is not None
    assert [each.order_id for each in done.working.orders] == [7, 8]
    assert done.waited_ns == SECOND_NS


def test_no_orders_without_a_halt_confirm_nothing_and_neither_does_silence():
    done = halting(Line(found(state=TradingState.ACTIVE))).confirm(Scope.GLOBAL, "", SECOND_NS)
    assert not done.is_done
    line = Line(found())
    line.is_away = True
    done = halting(line).confirm(Scope.GLOBAL, "", SECOND_NS)
    assert not done.is_done
    assert "away" in done.why
