"""The monitor's rules: the journal's events and the wire's records in, findings out. Pure; reads no clock.

Feed it in rounds: read what is on the wire, then read the journal; tell of the journal, then of the wire,
then `settle`. An approval is durable before its order leaves, so in such a round whatever left has its
approval, or never had one.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from trade2026.application.monitor.config import MonitorConfig
from trade2026.application.monitor.findings import HALTING, Finding, Rule
from trade2026.application.monitor.halts import Halts
from trade2026.application.monitor.orders import Key, Orders
from trade2026.model.commands import Command, ReportExecution
from trade2026.model.enums import ExecType
from trade2026.model.events import (
    CancelRejected,
    Event,
    FillBusted,
    OrderApproved,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderNotReceived,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRejected,
    OrderReleased,
    OrderReplaced,
    OrderRestated,
    TradingStateSet,
)
from trade2026.model.execution import ExecutionReport
from trade2026.ports.wire_log import WireFrame, WireOpened, WireReceived, WireSent
from trade2026.primitives.time import SECOND_NS

_WINDOW_NS: Final = 10 * SECOND_NS
_ENDS: Final = frozenset({ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED})
_CHANGES: Final = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_UNASKED: Final = ExecType.RESTATED
_TERMS: Final = frozenset({ExecType.REPLACED, ExecType.RESTATED})
Allowed = OrderApproved | OrderPendingReplace


class Watch:
    """Remembers what may leave and what has left; what is over is forgotten."""

    def __init__(self, config: MonitorConfig) -> None:
        self._config = config
        self._unseen_ns = int(config.unseen_seconds * SECOND_NS)
        self._fill_ns = int(config.fill_seconds * SECOND_NS)
        self._orders = Orders()
        self._halts = Halts()
        self._allowed: dict[Key, tuple[Allowed, int]] = {}  # What may leave, since when; oldest first.
        self._doubtful: dict[
            Key, Allowed
        ] = {}  # May have left before it was watched, or with a core that died.
        self._keys: dict[int, list[Key]] = {}
        self._over: list[int] = []
        self._over_next: list[int] = []
        self._answers: deque[tuple[int, Key, int]] = deque()  # To replaces, by the journal; 0 for a no.
        self._waiting: deque[WireSent | WireReceived] = deque()
        self._fills: dict[tuple[str, str, str], list[int]] = {}  # Wire less journal, and since when.
        self._burst: deque[tuple[int, int]] = deque()  # New orders of one second, with their sum.
        self._in_burst = 0
        self._rounds: deque[tuple[int, int, int]] = deque()
        self._frame: tuple[int, int] = (0, 0)
        self._found: list[Finding] = []
        self._doubted = 0
        self._now = 0
        self._is_past = False
        self.seq = 0
        self.orders_in = self.orders_out = self.fills_out = 0

    # ------------------------------------------------------------------------------------ the journal

    def journal(
        self, seq: int, command: Command, events: Iterable[Event], now_ns: int, *, is_past: bool = False
    ) -> None:
        """The next frame. `is_past`: it was there before the watch began, and its orders may have left."""
        self._now, self._is_past, self.seq = now_ns, is_past, seq
        if not is_past and type(command) is ReportExecution and command.report.exec_type is ExecType.TRADE:
            self._count_fill(command.report, -1)
        for event in events:
            handle = _JOURNALED.get(type(event))
            if handle is not None:
                handle(self, event)

    def _allow(self, request: Allowed) -> None:
        key = (request.account_id, request.client_order_id)
        if self._is_past:
            self._doubtful[key] = request
        else:
            self._allowed[key] = request, self._now
            self.orders_in += type(request) is OrderApproved
        self._keys.setdefault(request.order_id, []).append(key)

    def _approved(self, event: OrderApproved) -> None:
        self._orders.allow(event.order_id, event.order_qty, event.strategy_id)
        self._allow(event)

    def _held(self, event: OrderHeld) -> None:
        self._orders.allow(event.order.order_id, event.order.order_qty, event.order.strategy_id)

    def _released(self, event: OrderReleased) -> None:
        self._allow(event.order)

    def _pending_replace(self, event: OrderPendingReplace) -> None:
        self._orders.allow(event.order_id, event.order_qty)
        self._allow(event)

    def _more(self, event: OrderRestated) -> None:
        self._orders.allow(event.order_id, event.order_qty)

    def _replaced(self, event: OrderReplaced) -> None:
        self._orders.allow(event.order_id, event.order_qty)
        self._answered(event.order_id, event.client_order_id, event.leg_qty or event.order_qty)

    def _refused(self, event: CancelRejected) -> None:
        if event.was_replace:
            self._answered(event.order_id, event.client_order_id, 0)

    def _answered(self, order_id: int, client_order_id: str, order_qty: int) -> None:
        """Some answers come by a query of the core and not over the wire; they count from here on."""
        keys = self._keys.get(order_id)
        if keys and not self._is_past:
            self._answers.append((self.seq, (keys[0][0], client_order_id), order_qty))

    def _filled(self, event: OrderFilled) -> None:
        if event.leaves_qty == 0:
            self._over_next.append(event.order_id)

    def _busted(self, event: FillBusted) -> None:
        if event.is_reopened:  # It is not over after all.
            self._over = [each for each in self._over if each != event.order_id]
            self._over_next = [each for each in self._over_next if each != event.order_id]

    def _ended(self, event: OrderCanceled | OrderExpired | OrderRejected | OrderNotReceived) -> None:
        self._over_next.append(event.order_id)

    def _state(self, event: TradingStateSet) -> None:
        self._halts.note(self.seq, event)

    # --------------------------------------------------------------------------------------- the wire

    def wire(self, frame: WireFrame, now_ns: int) -> None:
        """The next frame of the wire log."""
        self._now = now_ns
        opened_ns, number = self._frame
        if frame.lost or (number and opened_ns == frame.opened_ns and frame.number != number + 1):
            self._find(
                Rule.WIRE_GAP,
                f"frame {frame.number} of the wire log follows {number}, {frame.lost} records were lost",
            )
        self._frame = frame.opened_ns, frame.number
        count = 0
        for record in frame.records:
            if type(record) is WireSent:
                kind = type(record.request)
                if kind is not OrderPendingCancel:
                    self._waiting.append(record)
                    count += kind is OrderApproved
            elif type(record) is WireReceived:
                self._waiting.append(record)  # Behind what left before it.
                if record.report.exec_type is ExecType.TRADE:
                    self.fills_out += 1
                    self._count_fill(record.report, 1)
            else:
                assert type(record) is WireOpened
                self._opened(record)
        if count:
            self._count_new(frame.wall_ns, count)

    def trouble(self, text: str) -> None:
        """The wire log could not be read: what left there is not known."""
        self._find(Rule.WIRE_GAP, text)

    def _opened(self, record: WireOpened) -> None:
        """The core died and lives again: what it had approved and not sent is never sent, or is once."""
        self._check_waiting(None)
        self._doubtful.update((key, request) for key, (request, _) in self._allowed.items())
        self._allowed.clear()
        if not record.keeps_orders:
            self._fills.clear()

    def _count_new(self, wall_ns: int, count: int) -> None:
        burst, most = self._burst, self._config.max_new_orders_per_s
        burst.append((wall_ns, count))
        self._in_burst += count
        while burst[0][0] <= wall_ns - SECOND_NS:
            self._in_burst -= burst.popleft()[1]
        if self._in_burst > most:
            self._find(Rule.TOO_FAST, f"{self._in_burst} new orders left within a second, {most} at most may")
            burst.clear()
            self._in_burst = 0

    def _received(self, report: ExecutionReport) -> None:
        kind, orders = report.exec_type, self._orders
        key = (report.account_id, report.client_order_id)
        if kind is ExecType.TRADE:
            self._say(Rule.OVERFILL, orders.filled(key, report.execution_id, report.last_qty))
        elif kind in _ENDS:
            orders.ended(key)
        elif kind in _TERMS and report.order_qty > 0:
            self._say(Rule.ABOVE_PARENT, orders.replaced(key, report.order_qty, unasked=kind is _UNASKED))
        elif kind is ExecType.CANCEL_REJECTED:
            orders.refused(key)
        elif kind in _CHANGES:
            orders.changed(key)

    def _count_fill(self, report: ExecutionReport, step: int) -> None:
        key = (report.account_id, report.client_order_id, report.execution_id)
        entry = self._fills.setdefault(key, [0, self._now])
        entry[0] += step
        if entry[0] == 0:
            del self._fills[key]

    # --------------------------------------------------------------------------------------- the round

    def settle(self, now_ns: int, *, is_core_up: bool) -> list[Finding]:
        """What is wrong by all that was read; each thing is told once."""
        self._now = now_ns
        self._check_waiting(self.seq)
        for order_id in self._over:
            self._forget(order_id)
        self._over, self._over_next = self._over_next, []
        if is_core_up:
            self._check_unseen()
            self._check_fills()
        self._check_factor()
        if not self._waiting:
            self._halts.forget_before(self.seq)
        found, self._found = self._found, []
        return found

    def _check_waiting(self, seq: int | None) -> None:
        """Judge what left once the journal is read as far as it was then; all of it for None."""
        waiting = self._waiting
        while waiting:
            record = waiting[0]
            if isinstance(record, WireSent):
                if seq is not None and record.seq > seq:
                    return
                self._take_answers(record.seq)
                self._judge(record)
            else:
                self._received(record.report)
            waiting.popleft()

    def _take_answers(self, seq: int) -> None:
        """Whatever left at `seq` was decided with these answers known."""
        answers = self._answers
        while answers and answers[0][0] <= seq:
            _, key, order_qty = answers.popleft()
            if order_qty:
                self._say(Rule.ABOVE_PARENT, self._orders.replaced(key, order_qty, unasked=False))
            else:
                self._orders.refused(key)

    def _judge(self, sent: WireSent) -> None:
        request = sent.request
        assert not isinstance(request, OrderPendingCancel), "cancels may always leave"
        key = (request.account_id, request.client_order_id)
        allowed, _ = self._allowed.pop(key, (None, 0))
        if allowed is None:
            allowed = self._doubtful.pop(key, None)
            self._doubted += allowed is not None
        if allowed is None:
            text = f"{_name(request)}: it left, and is not approved, or had left before"
            self._find(Rule.NOT_APPROVED, text)
        elif allowed != request:
            text = f"{_name(request)}: it left as {request}, and was approved as {allowed}"
            self._find(Rule.OTHER_TERMS, text)
        if isinstance(request, OrderApproved):
            self.orders_out += 1
            self._say(Rule.ABOVE_PARENT, self._orders.left(key, request.order_id, request.order_qty))
            strategy_id = request.strategy_id
        else:
            orig = (request.account_id, request.orig_client_order_id)
            excess = self._orders.asked(key, orig, request.order_id, request.order_qty)
            self._say(Rule.ABOVE_PARENT, excess)
            strategy_id = self._orders.strategy_of(request.order_id)
        halted = self._halts.halted_at(sent.seq, request.instrument_id, request.account_id, strategy_id)
        if halted:
            self._find(Rule.AFTER_HALT, f"{_name(request)}: it left at {sent.seq}, and {halted}")

    def _check_unseen(self) -> None:
        due = self._now - self._unseen_ns
        late = []
        for key, (request, since) in self._allowed.items():
            if since > due:
                break
            late.append((key, request))
        for key, request in late:
            del self._allowed[key]
            self._doubtful[key] = request
        if late:
            more = f", and {len(late) - 1} more" if len(late) > 1 else ""
            self._find(
                Rule.NOT_SEEN,
                f"{_name(late[0][1])}{more}: approved {self._config.unseen_seconds:g} s ago, neither on the "
                f"wire nor ended",
            )

    def _check_fills(self) -> None:
        due = self._now - self._fill_ns
        late = []
        for key, (_, since) in self._fills.items():
            if since > due:
                break
            late.append(key)
        for key in late:
            count, _ = self._fills.pop(key)
            if count > 0:
                self._find(
                    Rule.LOST_FILL,
                    f"execution {key[2]} of {key[1]}, {key[0]}: the venue told of it "
                    f"{self._config.fill_seconds:g} s ago, and the journal does not have it",
                )

    def _check_factor(self) -> None:
        """Compare with ten seconds ago; what may have left before it was watched counts as approved now."""
        rounds, config = self._rounds, self._config
        rounds.append((self._now, self.orders_in + self._doubted, self.orders_out))
        while len(rounds) > 2 and rounds[1][0] <= self._now - _WINDOW_NS:
            rounds.popleft()
        allowed, out = (rounds[-1][which] - rounds[0][which] for which in (1, 2))
        if out > config.approval_factor * allowed + config.approval_slack:
            self._find(Rule.TOO_FAST, f"{out} new orders left within ten seconds, {allowed} were approved")
            rounds.clear()

    def _forget(self, order_id: int) -> None:
        self._orders.forget(order_id)
        for key in self._keys.pop(order_id, ()):
            self._allowed.pop(key, None)
            self._doubtful.pop(key, None)

    def _say(self, rule: Rule, text: str) -> None:
        if text:
            self._find(rule, text)

    def _find(self, rule: Rule, text: str) -> None:
        config = self._config
        halts = (
            rule in HALTING
            or (rule is Rule.LOST_FILL and config.halts_on_lost_fills)
            or (rule is Rule.OVERFILL and config.halts_on_overfills)
        )
        self._found.append(Finding(rule, text, halts and config.halts))


def _name(request: Allowed) -> str:
    return f"order {request.order_id}, {request.client_order_id} of {request.account_id}"


_JOURNALED: Final[dict[type, Callable[[Watch, Any], None]]] = {
    OrderApproved: Watch._approved,
    OrderHeld: Watch._held,
    OrderReleased: Watch._released,
    OrderPendingReplace: Watch._pending_replace,
    OrderReplaced: Watch._replaced,
    CancelRejected: Watch._refused,
    OrderRestated: Watch._more,
    OrderFilled: Watch._filled,
    FillBusted: Watch._busted,
    OrderCanceled: Watch._ended,
    OrderExpired: Watch._ended,
    OrderRejected: Watch._ended,
    OrderNotReceived: Watch._ended,
    TradingStateSet: Watch._state,
}
"""Events the monitor cares about; every other changes nothing of what may leave."""
