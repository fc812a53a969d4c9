"""Executions that a venue takes back or states anew."""

import msgspec

from trade2026.model.enums import Side
from trade2026.model.execution import ExecutionReport


class FillBusted(msgspec.Struct, frozen=True, array_like=True, tag=125):
    """The venue took an execution back, for good or (`correction`) to state it anew.

    The ledger books a contra entry; nothing that was booked is edited. Quantities and price are those of the
    execution taken back, `side` and `commission` are turned round. `correction` is the trade that takes its
    place, decided right after. `is_reopened`: the order had been filled and works again. `is_child`: it is
    armed by the fills of another. `is_earlier_part`: of a part of the order before the one sent last.
    """

    order_id: int
    ts_event: int
    account_id: str
    instrument_id: str
    strategy_id: str
    execution_id: str
    ref_execution_id: str
    side: Side
    last_qty: int
    last_px: int
    cum_qty: int
    leaves_qty: int
    commission: int
    commission_currency: str
    is_reopened: bool
    correction: ExecutionReport | None
    is_child: bool = False
    is_earlier_part: bool = False


class ReportParked(msgspec.Struct, frozen=True, array_like=True, tag=126):
    """A correction or a bust of an execution that has not arrived; it waits for it."""

    report: ExecutionReport


class ParkedReportTaken(msgspec.Struct, frozen=True, array_like=True, tag=127, gc=False):
    """A parked report is decided now that its execution is here."""

    account_id: str
    instrument_id: str
    ref_execution_id: str
