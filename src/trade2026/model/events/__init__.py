"""What happened: past tense, frozen, self-contained, so that state follows from events alone.

Orders are in `order`, executions that are taken back in `correction`, risk answers in `risk`, money in
`ledger`, set-up in `desk`.
"""

from trade2026.model.events.correction import FillBusted, ParkedReportTaken, ReportParked
from trade2026.model.events.desk import (
    AccountLimitsSet,
    AccountOpened,
    ClockRecorded,
    CommandDenied,
    EntitlementSet,
    InstrumentLimitsSet,
    InstrumentRegistered,
    ReconciliationRecorded,
    RunStarted,
    RunStopped,
    TradingStateSet,
    VenueSessionSet,
)
from trade2026.model.events.ledger import (
    CashTransferred,
    MarksRecorded,
    PositionAdjusted,
    RateSet,
    TradeBooked,
)
from trade2026.model.events.order import (
    AlarmRaised,
    CancelRejected,
    ExecutionRepeated,
    InvalidTransition,
    OrderAcknowledged,
    OrderAdopted,
    OrderApproved,
    OrderArmed,
    OrderCanceled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderNotReceived,
    OrderPendingCancel,
    OrderPendingReplace,
    OrderRejected,
    OrderReleased,
    OrderRepeated,
    OrderReplaced,
    OrderRestated,
    OrdersRecalled,
    OrdersRetired,
    OrderSuspended,
    OrderUnknown,
    TriggerMoved,
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
    | OrderHeld
    | OrderReleased
    | TriggerMoved
    | OrderArmed
    | OrderRestated
    | OrderUnknown
    | OrderNotReceived
    | OrderSuspended
    | FillBusted
    | ReportParked
    | ParkedReportTaken
    | OrderAdopted
    | AlarmRaised
    | VenueSessionSet
    | PositionAdjusted
    | ReconciliationRecorded
    | OrdersRetired
    | OrdersRecalled
)

__all__ = [
    "AccountLimitsSet",
    "AccountOpened",
    "AlarmRaised",
    "CancelRejected",
    "CashTransferred",
    "ClockRecorded",
    "CommandDenied",
    "EntitlementSet",
    "Event",
    "ExecutionRepeated",
    "FillBusted",
    "InstrumentLimitsSet",
    "InstrumentRegistered",
    "InvalidTransition",
    "MarksRecorded",
    "OrderAcknowledged",
    "OrderAdopted",
    "OrderApproved",
    "OrderArmed",
    "OrderCanceled",
    "OrderDenied",
    "OrderExpired",
    "OrderFilled",
    "OrderHeld",
    "OrderNotReceived",
    "OrderPendingCancel",
    "OrderPendingReplace",
    "OrderRefused",
    "OrderRejected",
    "OrderReleased",
    "OrderRepeated",
    "OrderReplaced",
    "OrderRestated",
    "OrderSuspended",
    "OrderUnknown",
    "OrdersRecalled",
    "OrdersRetired",
    "ParkedReportTaken",
    "PositionAdjusted",
    "RateSet",
    "ReconciliationRecorded",
    "ReplaceRefused",
    "ReportParked",
    "RiskFailure",
    "RunStarted",
    "RunStopped",
    "TradeBooked",
    "TradingStateSet",
    "TriggerMoved",
    "VenueSessionSet",
]
