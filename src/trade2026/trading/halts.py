"""What a halt stops at the last moment: orders that were approved before it and have not left yet.

Risk refuses what is asked for after a halt. Between an approval and the venue lies a sync, though, and a halt
may be decided in it; so whoever sends asks here once more. What is stopped ends by a report that says so.
"""

from typing import Final

from trade2026.model.commands import ReportExecution
from trade2026.model.enums import ExecType, Scope, TradingState
from trade2026.model.events import OrderApproved, OrderPendingCancel, OrderPendingReplace, OrderReleased
from trade2026.model.execution import ExecutionReport
from trade2026.trading.decide import Engines

Request = OrderApproved | OrderPendingCancel | OrderPendingReplace
"""What a venue is handed."""

Outgoing = Request | OrderReleased
"""What says that a venue is to be handed something."""

_HALTED: Final = TradingState.HALTED
_ENDS_RISK: Final = frozenset({OrderPendingCancel})
"""Sent whatever is halted. Everything else that goes to a venue opens or changes what may fill."""


def request_of(event: Outgoing) -> Request:
    """What goes to the venue: the event itself, or the order that an event releases."""
    return event.order if type(event) is OrderReleased else event  # type: ignore[return-value]


def stopped(engines: Engines, event: Outgoing) -> ReportExecution | None:
    """The report that ends what a halt in force keeps from the venue; None for what may leave.

    Cheap to call, and cheaper not to: nothing is stopped while `engines.risk.trading_states` is empty.
    """
    if type(event) in _ENDS_RISK:
        return None
    request = request_of(event)
    order = engines.oms.orders.get(event.order_id)
    instrument = engines.risk.instruments.get(request.instrument_id)
    states = engines.risk.trading_states
    for scope, target in (
        (Scope.GLOBAL, ""),
        (Scope.VENUE, instrument.venue if instrument is not None else ""),
        (Scope.ACCOUNT, request.account_id),
        (Scope.STRATEGY, order.strategy_id if order is not None else ""),
        (Scope.INSTRUMENT, request.instrument_id),
    ):
        if states.get((scope, target)) is _HALTED:
            return not_sent(request, f"trading is {_HALTED} for {scope} {target}".rstrip())
    return None


def not_sent(request: Request, why: str) -> ReportExecution:
    """Rejected for an order, refused for a request to change one; by us, which the text says."""
    kind = ExecType.REJECTED if type(request) is OrderApproved else ExecType.CANCEL_REJECTED
    report = ExecutionReport(
        request.account_id, request.client_order_id, kind, request.now, text=f"not sent: {why}"
    )
    return ReportExecution(request.now, report)
