"""What may be asked of the trading core; each is imperative, frozen and carries its own time.

`now` is trading time in UTC nanoseconds: the core reads no clock. Everything a decision uses (the
reference price, its time, the session) stands in the command, so a replay decides on the same facts.
Orders are in `order`, everything that sets up or steers the desk in `desk`.
"""

from trade2026.model.commands.desk import (
    AdjustPosition,
    OpenAccount,
    RecordClock,
    RecordMarks,
    RecordReconciliation,
    RegisterInstrument,
    SetAccountLimits,
    SetEntitlement,
    SetInstrumentLimits,
    SetRate,
    SetTradingState,
    SetVenueSession,
    StartRun,
    StopRun,
    TransferCash,
)
from trade2026.model.commands.order import (
    CancelOrder,
    EndHeldOrder,
    MarkUnknown,
    MoveTrigger,
    RecallOrders,
    ReplaceOrder,
    ReportExecution,
    ResolveNotReceived,
    RetireOrders,
    SubmitOrder,
    TriggerOrder,
)

Command = (
    SubmitOrder
    | CancelOrder
    | ReplaceOrder
    | ReportExecution
    | RegisterInstrument
    | OpenAccount
    | TransferCash
    | SetAccountLimits
    | SetInstrumentLimits
    | SetTradingState
    | SetRate
    | RecordMarks
    | StartRun
    | StopRun
    | SetEntitlement
    | RecordClock
    | TriggerOrder
    | MoveTrigger
    | EndHeldOrder
    | MarkUnknown
    | ResolveNotReceived
    | SetVenueSession
    | RecordReconciliation
    | AdjustPosition
    | RetireOrders
    | RecallOrders
)

__all__ = [
    "AdjustPosition",
    "CancelOrder",
    "Command",
    "EndHeldOrder",
    "MarkUnknown",
    "MoveTrigger",
    "OpenAccount",
    "RecallOrders",
    "RecordClock",
    "RecordMarks",
    "RecordReconciliation",
    "RegisterInstrument",
    "ReplaceOrder",
    "ReportExecution",
    "ResolveNotReceived",
    "RetireOrders",
    "SetAccountLimits",
    "SetEntitlement",
    "SetInstrumentLimits",
    "SetRate",
    "SetTradingState",
    "SetVenueSession",
    "StartRun",
    "StopRun",
    "SubmitOrder",
    "TransferCash",
    "TriggerOrder",
]
