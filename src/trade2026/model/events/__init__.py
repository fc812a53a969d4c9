"""What happened: past tense, frozen, self-contained, so that state follows from events alone.

Orders are in `order`, risk answers in `risk`, money in `ledger`, set-up in `desk`.
"""

from trade2026.model.events.desk import (
    AccountLimitsSet,
    AccountOpened,
    ClockRecorded,
    CommandDenied,
    EntitlementSet,
    InstrumentLimitsSet,
    InstrumentRegistered,
    RunStarted,
    RunStopped,
    TradingStateSet,
)
from trade2026.model.events.ledger import CashTransferred, MarksRecorded, RateSet, TradeBooked
from trade2026.model.events.order import (
    CancelRejected,
    ExecutionRepeated,
    InvalidTransition,
    OrderAcknowledged,
    OrderApproved,
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRejected,
    OrderRepeated,
    OrderReplaced,
)
from trade2026.model.events.risk import OrderRefused, ReplaceRefused, RiskFailure

Event = (
    OrderApproved
    | OrderDenied
    | OrderRepeated
    | OrderAcknowledged
    | OrderRejected
    | OrderFilled
    | OrderCanceled
    | OrderExpired
    | OrderPendingCancel
    | OrderPendingReplace
    | OrderReplaced
    | CancelRejected
    | ExecutionRepeated
    | InvalidTransition
    | OrderRefused
    | ReplaceRefused
    | TradeBooked
    | CashTransferred
    | RateSet
    | MarksRecorded
    | InstrumentRegistered
    | AccountOpened
    | AccountLimitsSet
    | InstrumentLimitsSet
    | TradingStateSet
    | RunStarted
    | RunStopped
    | CommandDenied
    | EntitlementSet
    | ClockRecorded
)

__all__ = [
    "AccountLimitsSet",
    "AccountOpened",
    "CancelRejected",
    "CashTransferred",
    "ClockRecorded",
    "CommandDenied",
    "EntitlementSet",
    "Event",
    "ExecutionRepeated",
    "InstrumentLimitsSet",
    "InstrumentRegistered",
    "InvalidTransition",
    "MarksRecorded",
    "OrderAcknowledged",
    "OrderApproved",
    "OrderCanceled",
    "OrderDenied",
    "OrderExpired",
    "OrderFilled",
    "OrderPendingCancel",
    "OrderPendingReplace",
    "OrderRefused",
    "OrderRejected",
    "OrderRepeated",
    "OrderReplaced",
    "RateSet",
    "ReplaceRefused",
    "RiskFailure",
    "RunStarted",
    "RunStopped",
    "TradeBooked",
    "TradingStateSet",
]
