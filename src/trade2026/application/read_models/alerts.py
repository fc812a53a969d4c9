"""What a person should know: refusals, rejections, reports that make no sense, halts, failed strategies."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import msgspec

from trade2026.application.read_models.columns import WallClock
from trade2026.application.read_models.moment import Handlers, Moment
from trade2026.application.read_models.paging import Page, check_limit, decode_cursor, encode_cursor, pick
from trade2026.application.read_models.topics import Topic, TopicRow, Topics
from trade2026.application.read_models.views import AlertView, format_time, format_ts
from trade2026.application.strategy_runs import FAILED
from trade2026.model.commands import CancelOrder, SubmitOrder
from trade2026.model.enums import AlarmKind, Scope, TradingState, VenueSessionState
from trade2026.model.events import (
    AlarmRaised,
    CancelRejected,
    CommandDenied,
    InvalidTransition,
    OrderDenied,
    OrderNotReceived,
    OrderRefused,
    OrderRejected,
    OrderSuspended,
    OrderUnknown,
    PositionAdjusted,
    ReconciliationRecorded,
    ReplaceRefused,
    RunStopped,
    TradingStateSet,
    VenueSessionSet,
)
from trade2026.oms.state import OmsState
from trade2026.primitives.fixed_point import decode_money, format_raw

KIND: Final = "a"
ALERTS_MAX: Final = 100_000
"""Alerts that are kept; what older ones were about is in the events."""

INFO: Final = "INFO"
WARNING: Final = "WARNING"
CRITICAL: Final = "CRITICAL"
_VENUES: Final = "/ops/venues"
_RECONCILIATION: Final = "/ops/reconciliation"
_STATES: Final = "/ops/trading-state"
_ALARMS: Final = {
    AlarmKind.OVERFILL: "More filled than was ordered",
    AlarmKind.DOUBLE_FILL: "Both orders of a pair filled",
    AlarmKind.FILL_AFTER_NO: "Fill of an order that was over",
    AlarmKind.EXECUTION_CHANGED: "The venue changed an execution",
    AlarmKind.INVALID_TRANSITION: "Report makes no sense",
    AlarmKind.OUTCOME_UNKNOWN: "Outcome unknown",
    AlarmKind.EXTERNAL_ORDER: "Order at the venue that we did not send",
}
_OF_SESSION: Final = {
    VenueSessionState.DOWN: (WARNING, "Venue down"),  # It connects again by itself.
    VenueSessionState.RECONCILING: (INFO, "Venue reconciling"),
    VenueSessionState.PAUSED: (CRITICAL, "Venue paused"),
    VenueSessionState.READY: (INFO, "Venue ready"),
}
_OF_STATE: Final = {
    TradingState.ACTIVE: (INFO, "Trading resumed"),
    TradingState.REDUCING: (WARNING, "Trading reduced"),
    TradingState.HALTED: (CRITICAL, "Trading halted"),
}


class _Alert(msgspec.Struct, gc=False):
    seq: int
    now: int
    severity: str
    title: str
    text: str
    account_id: str | None
    link: str


class Alerts:
    """The newest alerts; the answer to a repeated request is no new one."""

    def __init__(
        self,
        oms: OmsState,
        topics: Topics,
        wall: WallClock,
        account_of: Callable[[Scope, str], str | None],
        account_of_run: Callable[[str], str | None],
        alerts_max: int = ALERTS_MAX,
    ) -> None:
        self._oms = oms
        self._topics = topics
        self._wall = wall
        self._account_of = account_of
        self._account_of_run = account_of_run
        self._alerts_max = alerts_max
        self._alerts: list[_Alert] = []
        self._inactive: dict[tuple[Scope, str], None] = {}
        self._sessions: dict[str, tuple[VenueSessionState, str]] = {}

    def handlers(self) -> Handlers:
        """What is done about each event."""
        return {
            OrderRefused: self._on_refused,
            ReplaceRefused: self._on_refused,
            OrderDenied: self._on_denied,
            OrderRejected: self._on_rejected,
            CancelRejected: self._on_cancel_rejected,
            InvalidTransition: self._on_invalid,
            AlarmRaised: self._on_alarm,
            OrderUnknown: self._on_unknown,
            OrderNotReceived: self._on_not_received,
            OrderSuspended: self._on_suspended,
            PositionAdjusted: self._on_adjusted,
            CommandDenied: self._on_command_denied,
            TradingStateSet: self._on_trading_state,
            RunStopped: self._on_run_stopped,
            VenueSessionSet: self._on_session,
            ReconciliationRecorded: self._on_reconciliation,
        }

    def _add(
        self, moment: Moment, severity: str, title: str, text: str, account_id: str | None, link: str = ""
    ) -> None:
        alert = _Alert(moment.seq, moment.now, severity, title, text, account_id, link)
        self._alerts.append(alert)
        if len(self._alerts) >= 2 * self._alerts_max:
            del self._alerts[: self._alerts_max]
        self._topics.append(Topic.ALERTS, TopicRow(moment.seq, account_id, partial(self._view, alert)))

    def _on_refused(self, moment: Moment, event: OrderRefused | ReplaceRefused) -> None:
        if moment.is_repeated:
            return
        title, what = "Order refused", event.client_order_id
        if isinstance(event, OrderRefused):
            what = f"{event.side} {format_raw(event.order_qty)} {event.instrument_id} ({what})"
        else:
            title, what = "Replace refused", f"order {event.order_id} ({what})"
        why = "; ".join(f"{each.check}: {each.text}" for each in event.failures)
        self._add(moment, WARNING, title, f"{what}: {why}", event.account_id)

    def _on_denied(self, moment: Moment, event: OrderDenied) -> None:
        is_submit = type(moment.command) is SubmitOrder
        title = "Cancel denied" if type(moment.command) is CancelOrder else "Replace denied"
        text = f"{event.client_order_id}: {event.reason}: {event.text}"
        self._add(moment, WARNING, "Order denied" if is_submit else title, text, event.account_id)

    def _on_rejected(self, moment: Moment, event: OrderRejected) -> None:
        order = self._oms.orders[event.order_id]
        text = f"order {event.order_id} in {order.instrument_id}: {event.text}"
        self._add(moment, WARNING, "Order rejected", text, order.account_id, _order_link(event.order_id))

    def _on_cancel_rejected(self, moment: Moment, event: CancelRejected) -> None:
        title = "Replace rejected" if event.was_replace else "Cancel rejected"
        account_id = self._oms.orders[event.order_id].account_id
        text = f"order {event.order_id}: {event.text}"
        self._add(moment, WARNING, title, text, account_id, _order_link(event.order_id))

    def _on_invalid(self, moment: Moment, event: InvalidTransition) -> None:
        text = f"{event.exec_type} for {event.client_order_id!r}: {event.text}"
        self._add(moment, CRITICAL, "Report makes no sense", text, event.account_id)

    def _on_alarm(self, moment: Moment, event: AlarmRaised) -> None:
        text = f"order {event.order_id}: {event.text}" if event.order_id else event.text
        link = _order_link(event.order_id)
        self._add(moment, CRITICAL, _ALARMS[event.kind], text, event.account_id or None, link)

    def _on_unknown(self, moment: Moment, event: OrderUnknown) -> None:
        self._about_order(moment, event.order_id, "Outcome unknown", event.text)

    def _on_not_received(self, moment: Moment, event: OrderNotReceived) -> None:
        self._about_order(moment, event.order_id, "Order not received", event.evidence)

    def _on_suspended(self, moment: Moment, event: OrderSuspended) -> None:
        text = f"{event.exec_type}: {event.text}".removesuffix(": ")
        self._about_order(moment, event.order_id, "Order not matched", text)

    def _about_order(self, moment: Moment, order_id: int, title: str, text: str) -> None:
        order = self._oms.orders[order_id]
        text = f"order {order_id} in {order.instrument_id}: {text}"
        self._add(moment, WARNING, title, text, order.account_id, _order_link(order_id))

    def _on_adjusted(self, moment: Moment, event: PositionAdjusted) -> None:
        amount = event.quantity or decode_money(event.cash)
        text = f"{format_raw(amount)} {event.commodity} by {event.trader_id}: {event.text}"
        self._add(moment, WARNING, "Position adjusted", text, event.account_id, _RECONCILIATION)

    def _on_command_denied(self, moment: Moment, event: CommandDenied) -> None:
        command = moment.command
        account_id: Any = getattr(command, "account_id", None)
        scope: Any = getattr(command, "scope", None)
        if scope is not None:
            account_id = self._account_of(scope, getattr(command, "target", ""))
        self._add(moment, WARNING, f"{type(command).__name__} denied", event.text, account_id)

    def _on_trading_state(self, moment: Moment, event: TradingStateSet) -> None:
        key = event.scope, event.target
        if event.state is not TradingState.ACTIVE:
            self._inactive[key] = None
        elif key in self._inactive:
            del self._inactive[key]
        else:
            return  # It was active before.
        severity, title = _OF_STATE[event.state]
        where = f"{event.scope} {event.target}".strip()
        account_id = self._account_of(event.scope, event.target)
        text = f"{where} by {event.trader_id}: {event.text}"
        self._add(moment, severity, title, text, account_id, _STATES)

    def _on_run_stopped(self, moment: Moment, event: RunStopped) -> None:
        account_id = self._account_of_run(event.run_id)
        if account_id is not None and event.text.startswith(FAILED):
            text = event.text.removeprefix(FAILED)
            link = f"/strategies/running/{event.run_id}"
            self._add(moment, CRITICAL, "Strategy failed", f"{event.run_id}: {text}", account_id, link)

    def _on_session(self, moment: Moment, event: VenueSessionSet) -> None:
        """What a session says once more is no news."""
        before, self._sessions[event.venue] = self._sessions.get(event.venue), (event.state, event.text)
        if before == (event.state, event.text):
            return
        severity, title = _OF_SESSION[event.state]
        why = f": {event.text}" if event.text else ""
        what = "new orders go out" if event.state is VenueSessionState.READY else "only cancels go out"
        self._add(moment, severity, title, f"{event.venue}, {what}{why}", None, _VENUES)

    def _on_reconciliation(self, moment: Moment, event: ReconciliationRecorded) -> None:
        """Each account with lines to decide has an alert of its own; the numbers of others are not shown."""
        if event.is_converged:
            return
        waiting: dict[str, int] = {}
        for each in event.differences:
            if not each.action:
                waiting[each.account_id] = waiting.get(each.account_id, 0) + 1
        for account_id, count in sorted(waiting.items()):
            lines = "1 line differs" if count == 1 else f"{count} lines differ"
            text = f"{event.venue}, account {account_id}: {lines} and wait for a decision"
            self._add(moment, CRITICAL, "Books differ from the venue's", text, account_id, _RECONCILIATION)
        if not waiting:
            text = f"{event.venue}: nothing is left to decide, and after {event.passes} passes it still moves"
            self._add(moment, CRITICAL, "Books not squared", text, None, _RECONCILIATION)

    # ---------------------------------------------------------------------------------------- questions

    def _view(self, alert: _Alert) -> AlertView:
        return AlertView(
            alert.seq, format_ts(alert.now), format_time(self._wall.at(alert.seq)), alert.severity,
            alert.title, alert.text, alert.account_id, alert.link,
        )  # fmt: skip

    def page(
        self, accounts: frozenset[str] | None, limit: int, cursor: str | None, seq: int
    ) -> Page[AlertView]:
        """Alerts, the newest first."""
        check_limit(limit)
        position = decode_cursor(KIND, cursor)
        alerts = self._alerts
        below = len(alerts) if position is None else bisect_left(alerts, position, key=lambda each: each.seq)
        rows: Iterator[int] = iter(range(below - 1, -1, -1))
        picked = pick(rows, lambda row: _is_seen(alerts[row], accounts), limit)
        following = None if picked.below is None else encode_cursor(KIND, alerts[picked.below].seq)
        return Page(tuple(self._view(alerts[row]) for row in picked.rows), following, seq)


def _is_seen(alert: _Alert, accounts: frozenset[str] | None) -> bool:
    return accounts is None or alert.account_id is None or alert.account_id in accounts


def _order_link(order_id: int) -> str:
    """Where the life of an order is shown; nowhere for a report that belongs to none."""
    return f"/trade?order={order_id}" if order_id else ""
