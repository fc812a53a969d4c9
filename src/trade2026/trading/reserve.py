"""Which commands may use the journal's last room."""

from typing import Final

from trade2026.model.commands import (
    CancelOrder,
    EndHeldOrder,
    MarkUnknown,
    RecordReconciliation,
    ReportExecution,
    ResolveNotReceived,
    SetTradingState,
    SetVenueSession,
    StartRun,
    StopRun,
    TriggerOrder,
)

RESERVED: Final = frozenset(
    {
        CancelOrder,
        ReportExecution,
        SetTradingState,
        StartRun,
        StopRun,
        TriggerOrder,
        EndHeldOrder,
        MarkUnknown,
        ResolveNotReceived,
        SetVenueSession,
        RecordReconciliation,
    }
)
"""Commands that may use the journal's last room: what ends risk is taken when what starts it is not.

Of the runs only the desk's own: it is the first command of a desk that starts, which on a full disk it must,
for the cancels and the halt.
"""
DESK_RUN_ID: Final = "desk"
"""The run that a desk is; each start of the process journals its `StartRun`."""
