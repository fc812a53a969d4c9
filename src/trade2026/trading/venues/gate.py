"""What goes to a venue and what comes from it: open in READY alone, for cancels always."""

import asyncio
from collections.abc import Callable
from typing import Final

from trade2026.model.commands import Command, MarkUnknown
from trade2026.model.enums import ExecType, VenueSessionState
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace
from trade2026.model.execution import ExecutionReport
from trade2026.oms.state import Working
from trade2026.ports.clock import Clock
from trade2026.ports.venue import LiveVenue, ReportSink, StreamState
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.core import Core
from trade2026.trading.halts import stopped
from trade2026.trading.venues.budget import RateBudget
from trade2026.trading.venues.outbox import NOT_SENT, Order, Outbox, OutboxLimits, Outgoing
from trade2026.trading.venues.requests import Requests
from trade2026.trading.venues.sane import GARBAGE, named, why_unusable_report

_READY: Final = VenueSessionState.READY
_RECONCILING: Final = VenueSessionState.RECONCILING
_QUARANTINE_MAX: Final = 100


class Gate:
    """Passes requests out and reports in, and closes at the first doubt.

    Parameters
    ----------
    touch : callable
        Told of the number of an order that has news.
    tell : callable
        Journals a command without an answer.
    clock_refusal : callable
        Why nothing that carries a stamp may be sent by our clock as it is, or "".
    """

    def __init__(
        self,
        venue: LiveVenue,
        core: Core,
        clock: Clock,
        requests: Requests,
        budget: RateBudget,
        limits: OutboxLimits,
        *,
        accounts: tuple[str, ...],
        now: Callable[[], int],
        may_send: Callable[[Order], str],
        touch: Callable[[int], None],
        tell: Callable[[Command], None],
        note: Callable[[str], None],
        clock_refusal: Callable[[], str],
    ) -> None:
        self._venue, self._core, self._clock = venue, core, clock
        self._requests, self._accounts, self._now = requests, accounts, now
        self._touch, self._tell, self._note = touch, tell, note
        self._clock_refusal = clock_refusal
        self._more = may_send
        self._outbox = Outbox(budget, limits, self._send, self._may_send, self._answer_soon, clock.now_ns)
        self._sink: ReportSink | None = None
        self._held: list[ExecutionReport] | None = []
        self._timer: asyncio.TimerHandle | None = None
        self.state, self.text = VenueSessionState.DOWN, "not started"
        self.heard_at = clock.monotonic_ns()
        self.is_lost = True
        self.cause = ""
        self.trouble = asyncio.Event()
        self.quarantined: list[str] = []

    # ---------------------------------------------------------------------------------------- out

    @property
    def orders_wait(self) -> bool:
        """Whether a new order or a replace waits for the rate limit."""
        return self._outbox.orders_wait

    def put_order(self, event: Order) -> None:
        """Send a new order or a replace, or end it with a report that it was never sent."""
        if self.state is _READY and (refusal := self._clock_refusal()):
            self.doubt(refusal)
        if self.state is not _READY:
            self._outbox.refuse(event, f"{self._venue.name} is {self.state}: {self.text}")
            return
        self._outbox.put_order(event, self._clock.monotonic_ns())
        self._pump()

    def put_cancel(self, request: OrderPendingCancel) -> None:
        """Send it ahead of everything; while there is no line it waits for one."""
        self._outbox.put_cancel(request)
        self._pump()

    def open_for_cancels(self, *, is_open: bool) -> None:
        """There is a line now, or none any more."""
        self._outbox.holds_cancels = not is_open
        self._pump()

    def stop(self) -> None:
        """Nothing is sent any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _pump(self) -> None:
        """Send what may go, and come again when more may."""
        self.stop()
        wait = self._outbox.pump(self._clock.monotonic_ns())
        if wait:
            self._timer = asyncio.get_running_loop().call_later(wait / SECOND_NS, self._pump)

    def _may_send(self, event: Order) -> str:
        """A halt may have come while it waited, or the end of the order that it would change."""
        if type(event) is OrderPendingReplace:
            order = self._core.engines.oms.orders.get(event.order_id)
            if order is None or order.working is Working.DONE:
                return "the order is done"
        halted = stopped(self._core.engines, event)
        return self._more(event) if halted is None else halted.report.text.removeprefix(NOT_SENT)

    def _send(self, event: Outgoing) -> None:
        self._requests.note(event, self._clock.monotonic_ns())
        if type(event) is not OrderPendingCancel:  # Asking over and over must not hide the truth.
            self._touch(event.order_id)
        try:
            if type(event) is OrderApproved:
                self._venue.submit(event)
            elif type(event) is OrderPendingCancel:
                self._venue.cancel(event)
            else:
                assert type(event) is OrderPendingReplace
                self._venue.replace(event)
        except (OperatingError, *GARBAGE) as error:  # It may have left all the same.
            if not isinstance(error, OperatingError):
                self.quarantine(f"sending raised {type(error).__name__}: {error}")
            self.on_failed(event.account_id, event.client_order_id, str(error))

    def _answer_soon(self, report: ExecutionReport) -> None:
        """A report of our own; never from inside `submit`."""
        asyncio.get_running_loop().call_soon(self._pass_on, report)

    def _pass_on(self, report: ExecutionReport) -> None:
        assert self._sink is not None, "connect comes before anything is sent"
        self._sink(report)

    # ----------------------------------------------------------------------------------------- in

    def connect(self, sink: ReportSink) -> None:
        """Say where reports go."""
        self._sink = sink
        self._venue.connect(self._hear)
        self._venue.watch(self._on_stream, self.on_failed)

    def hold(self) -> None:
        """Keep reports back from now on: the books are being squared."""
        if self._held is None:
            self._held = []

    def take_held(self) -> list[ExecutionReport]:
        """What was kept back so far, in its order; more is kept back."""
        taken, self._held = self._held or [], []
        return taken

    def release(self) -> None:
        """Pass on what was kept back, and keep nothing back any more."""
        held, self._held = self._held or [], None
        for report in held:
            self._pass_on(report)

    def _hear(self, report: ExecutionReport) -> None:
        self.heard_at = self._clock.monotonic_ns()
        refusal = why_unusable_report(report, self._accounts)
        if refusal:
            self.quarantine(f"a report cannot be used: {refusal}")
            self.doubt(f"a report could not be used: {refusal}")
            return
        report = named(report)
        account = self._core.engines.oms.accounts.get(report.account_id)
        request = None if account is None else account.requests.get(report.client_order_id)
        is_news = report.exec_type is not ExecType.CANCEL_REJECTED  # That leaves the order as it was.
        if is_news and request is not None and request.order_id:
            self._touch(request.order_id)
        if self._held is None:
            self._pass_on(report)
        else:
            self._held.append(report)

    def _on_stream(self, state: StreamState, text: str) -> None:
        self.heard_at = self._clock.monotonic_ns()
        if state is StreamState.GAP:
            self.doubt(f"the stream has a gap: {text}")
        elif state is StreamState.DISCONNECTED:
            self.lose(f"the stream is gone: {text}")

    def on_failed(self, account_id: str, client_order_id: str, text: str) -> None:
        """The outcome of a request is not known."""
        sent = self._requests.find(account_id, client_order_id)
        if sent is not None and self._requests.is_unanswered(account_id, client_order_id):
            sent.told_at = self._clock.monotonic_ns()
            self._tell(MarkUnknown(self._now(), account_id, client_order_id, text))

    def mark_overdue(self, timeout_ns: int) -> None:
        """Requests without an answer for so long are of unknown outcome."""
        now = self._clock.monotonic_ns()
        for sent in self._requests.overdue(now, timeout_ns):
            sent.told_at = now
            text = f"no answer for {(now - sent.sent_at) / SECOND_NS:.1f} s"
            self._tell(MarkUnknown(self._now(), sent.account_id, sent.client_order_id, text))

    def quarantine(self, text: str) -> None:
        """Keep what cannot be used apart, and say so."""
        self._note(f"{self._venue.name}: {text}")
        self.quarantined.append(text)
        del self.quarantined[:-_QUARANTINE_MAX]

    # -------------------------------------------------------------------------------------- doubt

    def doubt(self, text: str) -> None:
        """Close at once: nothing new is sent until the books are squared again; the journal follows."""
        if self.state is _READY:
            self.state, self.text = _RECONCILING, text
            self._outbox.refuse_orders(f"{self._venue.name} is {_RECONCILING}: {text}")
        self.cause = self.cause or text
        self.trouble.set()

    def lose(self, text: str) -> None:
        """The line is gone."""
        self.is_lost = True
        self.doubt(text)

    def take_cause(self) -> str:
        """Why there was trouble since this was asked last; "" where there was none."""
        cause, self.cause = self.cause, ""
        self.trouble.clear()
        return cause
