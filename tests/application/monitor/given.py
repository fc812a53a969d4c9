"""A desk as the monitor sees it: frames of a journal and of a wire log, made by hand."""

from typing import Any

from trade2026.application.monitor.config import MonitorConfig
from trade2026.application.monitor.findings import Finding, Rule
from trade2026.application.monitor.watch import Watch
from trade2026.model.commands import RecordClock, ReportExecution
from trade2026.model.enums import ExecType, OrderType, Scope, Side, TimeInForce, TradingState
from trade2026.model.events import (
    Event,
    OrderApproved,
    OrderPendingCancel,
    OrderPendingReplace,
    TradingStateSet,
)
from trade2026.model.execution import ExecutionReport
from trade2026.ports.wire_log import WireFrame, WireOpened, WireReceived, WireSent
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import SECOND_NS


def order(number: int, *, name: str = "", quantity: int = 10, strategy_id: str = "s-1") -> OrderApproved:
    """A buy that was approved."""
    return OrderApproved(
        number, 5, "A", name or f"c-{number}", "ann", strategy_id, "KO.XNYS", Side.BUY, OrderType.LIMIT,
        TimeInForce.DAY, quantity * UNIT, UNIT, UNIT, 5, 1, 0, 9,
    )  # fmt: skip


def replace(number: int, *, quantity: int, name: str = "r-1", orig: str = "") -> OrderPendingReplace:
    """Another total for an order."""
    return OrderPendingReplace(
        number, 5, "A", name, orig or f"c-{number}", "KO.XNYS", quantity * UNIT, UNIT, UNIT, 1
    )


def cancel(number: int) -> OrderPendingCancel:
    return OrderPendingCancel(number, 5, "A", f"k-{number}", f"c-{number}", "KO.XNYS")


def halt(scope: Scope = Scope.GLOBAL, target: str = "", *, lift: bool = False) -> TradingStateSet:
    state = TradingState.ACTIVE if lift else TradingState.HALTED
    return TradingStateSet(5, scope, target, state, "boss", "")


def report(kind: ExecType, name: str, *, quantity: int = 0, execution_id: str = "", total: int = 0) -> Any:
    return ExecutionReport(
        "A", name, kind, 5, execution_id=execution_id, last_qty=quantity * UNIT, last_px=UNIT,
        order_qty=total * UNIT,
    )  # fmt: skip


def fill(name: str, quantity: int, execution_id: str) -> ExecutionReport:
    made: ExecutionReport = report(ExecType.TRADE, name, quantity=quantity, execution_id=execution_id)
    return made


class Desk:
    """Writes a journal and a wire log, and lets the watch look at both."""

    def __init__(self, **config: Any) -> None:
        self.watch = Watch(MonitorConfig(**config))
        self.seq = self.number = 0
        self.starts = 1
        self.now = 100 * SECOND_NS
        self.is_core_up = True
        self._frames: list[WireFrame] = []

    def journal(self, *events: Event, report: ExecutionReport | None = None, is_past: bool = False) -> int:
        """A frame that is durable; its number."""
        self.seq += 1
        command = RecordClock(5, 5) if report is None else ReportExecution(5, report)
        self.watch.journal(self.seq, command, events, self.now, is_past=is_past)
        return self.seq

    def sent(self, *requests: Any, seq: int | None = None) -> None:
        """Requests that left together, now or when the journal stood at `seq`."""
        at = self.seq if seq is None else seq
        self.frame(*(WireSent(at, request) for request in requests))

    def received(self, *reports: ExecutionReport) -> None:
        self.frame(*(WireReceived(each) for each in reports))

    def opened(self, *, keeps_orders: bool = False) -> None:
        self.starts, self.number = self.starts + 1, 0
        self.frame(WireOpened(1, self.seq, keeps_orders))

    def frame(self, *records: Any, lost: int = 0, skipped: int = 0) -> None:
        self.number += 1 + skipped
        self.watch.wire(WireFrame(self.starts, self.number, self.now, lost, tuple(records)), self.now)

    def found(self, *, after_s: float = 0.1) -> list[Finding]:
        """What the round finds."""
        self.now += int(after_s * SECOND_NS)
        return self.watch.settle(self.now, is_core_up=self.is_core_up)

    def rules(self, *, after_s: float = 0.1) -> list[Rule]:
        return [each.rule for each in self.found(after_s=after_s)]
