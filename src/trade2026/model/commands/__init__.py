"""What may be asked of the trading core; each is imperative, frozen and carries its own time.

`now` is trading time in UTC nanoseconds: the core reads no clock. Everything a decision uses (the
reference price, its time, the session) stands in the command, so a replay decides on the same facts.
Orders are in `order`, everything that sets up or steers the desk in `desk`.
"""

from trade2026.model.commands.desk import (
    OpenAccount,
    RecordClock,
    RecordMarks,
    RegisterInstrument,
    SetAccountLimits,
    SetEntitlement,
    SetInstrumentLimits,
    SetRate,
    SetTradingState,
    StartRun,
    StopRun,
    TransferCash,
)
from trade2026.model.commands.order import CancelOrder, ReplaceOrder, ReportExecution, SubmitOrder

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
)

__all__ = [
    "CancelOrder",
    "Command",
    "OpenAccount",
    "RecordClock",
    "RecordMarks",
    "RegisterInstrument",
    "ReplaceOrder",
    "ReportExecution",
    "SetAccountLimits",
    "SetEntitlement",
    "SetInstrumentLimits",
    "SetRate",
    "SetTradingState",
    "StartRun",
    "StopRun",
    "SubmitOrder",
    "TransferCash",
]
