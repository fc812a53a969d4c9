"""Ways to break what stands between the desk and a venue; `mutants` tries them with all others.

Each replaces a piece of production code from outside. They are found in stories with a venue session.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from trade2026.ledger import evolve as ledger_evolve
from trade2026.model.commands import ReportExecution
from trade2026.model.enums import ExecType
from trade2026.model.events import (
    ExecutionRepeated,
    OrderAcknowledged,
    OrderApproved,
    OrderPendingCancel,
    OrderUnknown,
    TradeBooked,
)
from trade2026.model.execution import ExecutionReport
from trade2026.oms import contingency as oms_contingency
from trade2026.oms import correction as oms_correction
from trade2026.oms import evolve as oms_evolve
from trade2026.oms import fill as oms_fill
from trade2026.oms import report as oms_report
from trade2026.oms.state import Working
from trade2026.primitives.errors import OperatingError
from trade2026.risk import evolve as risk_evolve
from trade2026.trading import replay
from trade2026.trading.venues import queries
from trade2026.trading.venues.acceptance import accept
from trade2026.trading.venues.gate import Gate
from trade2026.trading.venues.outbox import Outbox
from trade2026.trading.venues.requests import Requests
from trade2026.trading.venues.session import VenueSession
from trade2026.trading.venues.settling import Outcome, Settler


@contextmanager
def no_reconcile() -> Iterator[None]:
    """The books count as squared as soon as there is a line."""

    async def reconcile(self: Settler) -> Outcome:
        await self._drain()
        return Outcome(1, True, 0, 0, (), "")

    async def check(self: Settler, grace_ns: int) -> str:
        return ""

    with patch.object(Settler, "reconcile", reconcile), patch.object(Settler, "check", check):
        yield


@contextmanager
def empty_is_flat() -> Iterator[None]:
    """What an answer does not have, the venue does not have: parts count as the whole, our fills go."""

    async def whole(self: queries.Queries, make: Any, name: str, why_unusable: Any) -> Any:
        try:
            return (await self._ask(make, name)).items
        except OperatingError:
            return ()

    async def flat(self: Settler) -> Outcome:
        outcome = await honest(self)
        for line in outcome.differences:
            if line.kind == "EXECUTION" and not line.action and not line.venues:
                now = self._now()
                await self._post(accept(self._core.engines, line, now, now, "nobody", "it is not there"))
        return outcome

    honest = Settler.reconcile
    with patch.object(queries.Queries, "_whole", whole), patch.object(Settler, "reconcile", flat):
        yield


def blind_retry() -> Any:
    """What failed is sent again, under the same id."""
    honest = Gate.on_failed

    def on_failed(self: Gate, account_id: str, client_order_id: str, text: str) -> None:
        request = _SENT.get((account_id, client_order_id))
        if type(request) is OrderApproved:
            self._venue.submit(request)
        else:
            honest(self, account_id, client_order_id, text)

    return _with_memory(patch.object(Gate, "on_failed", on_failed))


_SENT: dict[tuple[str, str], Any] = {}


@contextmanager
def _with_memory(patched: Any) -> Iterator[None]:
    """With what the gate has sent at hand."""
    send = Gate._send

    def remember(self: Gate, event: Any) -> None:
        _SENT[event.account_id, event.client_order_id] = event
        send(self, event)

    _SENT.clear()
    with patch.object(Gate, "_send", remember), patched:
        yield


def resent_on_restart() -> Any:
    """What a life before left unanswered is sent again."""
    start = VenueSession.start

    async def resend(self: VenueSession) -> None:
        await start(self)
        for event in list(_SENT.values()):
            order = self._gate._core.engines.oms.orders.get(event.order_id)
            if type(event) is OrderApproved and order is not None and order.working is Working.SENT:
                self._gate._venue.submit(event)

    return _with_memory(patch.object(VenueSession, "start", resend))


def _answered_by_us(kind: ExecType, what: type) -> Any:
    """A time-out is taken for an answer."""
    honest = Gate.on_failed

    def on_failed(self: Gate, account_id: str, client_order_id: str, text: str) -> None:
        if type(_SENT.get((account_id, client_order_id))) is what:
            report = ExecutionReport(account_id, client_order_id, kind, self._clock.now_ns(), text=text)
            self._tell(ReportExecution(self._now(), report))
        else:
            honest(self, account_id, client_order_id, text)

    return _with_memory(patch.object(Gate, "on_failed", on_failed))


def canceled_on_timeout() -> Any:
    """A cancel that nobody answered counts as done."""
    return _answered_by_us(ExecType.CANCELED, OrderPendingCancel)


def rejected_on_timeout() -> Any:
    """An order that nobody answered counts as rejected."""
    return _answered_by_us(ExecType.REJECTED, OrderApproved)


def proof_too_early() -> Any:
    """Absence counts as proved before the request can no longer take effect."""
    return patch.object(Requests, "expiry", lambda self, account_id, name: 0)


def sends_while_in_doubt() -> Any:
    """Orders leave whatever is known of the venue."""

    def put_order(self: Gate, event: Any) -> None:
        self._outbox.put_order(event, self._clock.monotonic_ns())
        self._pump()

    return patch.object(Gate, "put_order", put_order)


def cancels_behind_orders() -> Any:
    """A cancel waits for its turn like any order."""

    def put_cancel(self: Outbox, event: OrderPendingCancel) -> None:
        self._cancels.append(event)

    def pump(self: Outbox, now: int) -> int:
        cancels, self._cancels = self._cancels, type(self._cancels)()
        wait = honest(self, now)
        self._cancels = cancels
        return wait if self._orders else honest(self, now)

    honest = Outbox.pump
    return _both(patch.object(Outbox, "put_cancel", put_cancel), patch.object(Outbox, "pump", pump))


@contextmanager
def _both(one: Any, other: Any) -> Iterator[None]:
    with one, other:
        yield


def counted_when_acknowledged() -> Any:
    """Risk counts an order when the venue has taken it, and not when it is sent."""
    kept: dict[int, OrderApproved] = {}

    def later(state: Any, event: OrderApproved) -> None:
        kept[event.order_id] = event

    def first(kind: type, honest: Any) -> Any:
        def handler(state: Any, event: Any) -> None:
            approved = kept.pop(getattr(event, "order_id", 0), None)
            if approved is not None:
                risk_evolve._approved(state, approved)
            if honest is not None:
                honest(state, event)

        return handler

    handlers = {
        kind: first(kind, honest)
        for kind, honest in risk_evolve.HANDLERS.items()
        if kind not in (OrderApproved, OrderUnknown)
    }
    handlers.setdefault(OrderAcknowledged, first(OrderAcknowledged, None))
    return patch.dict(risk_evolve.HANDLERS, {**handlers, OrderApproved: later})


def late_fill_dropped() -> Any:
    """A fill of an order that is done is ignored."""
    honest = oms_fill.new_fill

    def new_fill(state: Any, order: Any, report: ExecutionReport) -> Any:
        if order.working is Working.DONE:
            return (ExecutionRepeated(report.account_id, report.execution_id, report.ts_event),)
        return honest(state, order, report)

    return patch.object(oms_fill, "new_fill", new_fill)


def bust_ignored() -> Any:
    """What the venue takes back stays booked."""
    honest = oms_report.decide_correction  # type: ignore[attr-defined]

    def decide(account: Any, order: Any, report: ExecutionReport) -> Any:
        if report.exec_type is ExecType.TRADE_CANCEL:
            return (ExecutionRepeated(report.account_id, report.execution_id, report.ts_event),)
        return honest(account, order, report)

    return patch.object(oms_report, "decide_correction", decide)


def fills_known_by_their_order() -> Any:
    """A second fill of an order counts as the first one again."""
    honest = oms_report.decide_trade_report  # type: ignore[attr-defined]

    def trade(state: Any, account: Any, order: Any, report: ExecutionReport) -> Any:
        booked = account.executions.get(order.instrument_id, {}).values()
        if any(each.order_id == order.order_id for each in booked):
            return (ExecutionRepeated(report.account_id, report.execution_id, report.ts_event),)
        return honest(state, account, order, report)

    return patch.object(oms_report, "decide_trade_report", trade)


@contextmanager
def parts_taken_for_one() -> Iterator[None]:
    """What the venue says of an earlier part of an order counts for the one that works."""
    with ExitStack() as stack:
        for module in (oms_report, oms_fill, oms_correction, oms_contingency, oms_evolve):
            stack.enter_context(patch.object(module, "is_of_earlier_part", lambda *_: False))
        yield


def halt_forgotten_at_restart() -> Any:
    """A halt lasts as long as the process."""
    honest = replay.recover

    def recover(*arguments: Any, **options: Any) -> Any:
        recovered = honest(*arguments, **options)
        recovered.core.engines.risk.trading_states.clear()
        return recovered

    return patch.object(replay, "recover", recover)


def money_in_floats() -> Any:
    """Cash is kept in binary fractions, which have no room for every unit of ten million."""
    honest = ledger_evolve.HANDLERS[TradeBooked]

    def booked(state: Any, event: TradeBooked) -> None:
        honest(state, event)
        cash = state.accounts[event.account_id].cash
        for currency, amount in cash.items():
            cash[currency] = int(float(amount))

    return patch.dict(ledger_evolve.HANDLERS, {TradeBooked: booked})


EDGE_MUTANTS: dict[str, Any] = {
    "no reconciliation": no_reconcile,
    "empty is flat": empty_is_flat,
    "blind retry": blind_retry,
    "sent again after a restart": resent_on_restart,
    "canceled on time-out": canceled_on_timeout,
    "rejected on time-out": rejected_on_timeout,
    "absence proved too early": proof_too_early,
    "orders sent while in doubt": sends_while_in_doubt,
    "cancels behind orders": cancels_behind_orders,
    "counted when acknowledged, not when sent": counted_when_acknowledged,
    "late fill dropped": late_fill_dropped,
    "bust ignored": bust_ignored,
    "fills known by their order": fills_known_by_their_order,
    "halt not kept": halt_forgotten_at_restart,
    "money in floats": money_in_floats,
    "parts taken for one": parts_taken_for_one,
}
