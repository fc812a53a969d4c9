"""Reads the wire and the journal, has the rules judge, halts over a line of its own, and keeps its status."""

from collections.abc import Callable
from typing import Final, Protocol

from trade2026.application.monitor.config import MonitorConfig
from trade2026.application.monitor.findings import Finding
from trade2026.application.monitor.status import KEPT, Alarm, MonitorStatus
from trade2026.application.monitor.watch import Watch
from trade2026.model.enums import Scope, TradingState
from trade2026.ports.clock import Clock
from trade2026.ports.core_link import (
    DESK_TRADER,
    CancelAllIntent,
    SetTradingStateIntent,
    WatchingCoreClient,
)
from trade2026.ports.wire_log import WireReader
from trade2026.primitives.errors import OperatingError, StoreUnavailable
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.codec import decode_record
from trade2026.trading.journal import JournalReader

NAME: Final = "MONITOR"
"""Who halted, in the journal."""

_AGAIN_NS: Final = SECOND_NS
_TEXT_MAX: Final = 400


class Lines(Protocol):
    """Opens the monitor's line to the core, and signals a core that does not answer."""

    def connect(self) -> WatchingCoreClient:
        """A line whose asks give up after a second; raises OperatingError when the core is away."""
        ...

    def signal(self, pid: int) -> str:
        """Have process `pid` (0 where it is not known) halt everything by the signal; what was done."""
        ...


class Monitor:
    """One monitor; call `begin`, then `poll` some times a second.

    Parameters
    ----------
    save : callable
        Keeps the status where others find it; may raise StoreUnavailable.
    note : callable
        Takes a line for the log.
    """

    def __init__(
        self,
        config: MonitorConfig,
        journal: JournalReader,
        wire: WireReader,
        lines: Lines,
        clock: Clock,
        save: Callable[[MonitorStatus], None],
        note: Callable[[str], None],
    ) -> None:
        self.watch = Watch(config)
        self._journal = journal
        self._wire = wire
        self._lines = lines
        self._clock = clock
        self._save = save
        self._note = note
        self._line: WatchingCoreClient | None = None
        self._core_pid = 0
        self._connect_at = 0
        self._since_ns = clock.now_ns()
        self._alarms = 0
        self._last: list[Alarm] = []
        self._written: tuple[int, ...] = ()
        self._write_at = 0

    def begin(self) -> None:
        """Learn what the journal has of the past; what leaves from now on is judged."""
        self._wire.skip()
        while self._read_journal(is_past=True):
            self.watch.settle(0, is_core_up=False)
        self._note(f"watching from {self.watch.seq} on")
        self._tell()

    def poll(self) -> None:
        """One round. Raises IntegrityError where the journal is damaged."""
        self._keep_line()
        try:
            frames = self._wire.read()
        except OSError as error:
            frames = []
            self.watch.trouble(f"the wire log cannot be read: {error}")
        while self._read_journal(is_past=False):
            pass
        now = self._clock.monotonic_ns()
        for frame in frames:
            self.watch.wire(frame, now)
        if trouble := self._wire.take_trouble():
            self.watch.trouble(trouble)
        found = self.watch.settle(now, is_core_up=self._line is not None)
        if found:
            self._act(found)
        if found or now >= self._write_at:
            self._tell()

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
        self._journal.close()

    def _read_journal(self, *, is_past: bool) -> bool:
        frames = self._journal.read_available()
        now = self._clock.monotonic_ns()
        for frame in frames:
            command, events = decode_record(frame.payload, frame.seq)
            self.watch.journal(frame.seq, command, events, now, is_past=is_past)
        return bool(frames)

    # --------------------------------------------------------------------------------------- the line

    def _keep_line(self) -> None:
        """Have a line to the core before it is needed, and know which process that is."""
        line = self._line
        try:
            if line is not None:
                while line.next_told(0) is not None:
                    pass
            elif self._clock.monotonic_ns() >= self._connect_at:
                self._connect()
        except OperatingError:
            self._lose()

    def _connect(self) -> WatchingCoreClient:
        self._line = line = self._lines.connect()
        self._core_pid = line.status().pid
        return line

    def _lose(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None
        self._connect_at = self._clock.monotonic_ns() + _AGAIN_NS

    # --------------------------------------------------------------------------------------- a finding

    def _act(self, found: list[Finding]) -> None:
        """Halt, where one of them asks for it, by the first that does; and remember all."""
        halting = next((each for each in found if each.halts), None)
        did = "" if halting is None else self._halt(f"{halting.rule}: {halting.text}")
        wall = self._clock.now_ns()
        for each in found:
            action = did if each.halts else ""
            self._note(f"ALARM {each.rule}: {each.text}" + (f" ({action})" if action else ""))
            self._last.insert(0, Alarm(wall, each.rule.value, each.text, action))
        del self._last[KEPT:]
        self._alarms += len(found)

    def _halt(self, text: str) -> str:
        """Halt everything and cancel it; by the signal, where the core has not confirmed within a second."""
        state = SetTradingStateIntent(Scope.GLOBAL, "", TradingState.HALTED, NAME, text[:_TEXT_MAX])
        prefix = f"monitor-{self._clock.now_ns()}"
        try:
            line = self._line or self._connect()
            answer = line.ask(state)
            if error := answer.decisions[0].error:
                raise OperatingError(error)
        except OperatingError as error:
            self._lose()
            return f"{self._lines.signal(self._core_pid)}, because it was not confirmed: {error}"
        try:
            (canceled,) = line.ask(CancelAllIntent(prefix, DESK_TRADER, "", "", "")).decisions
        except OperatingError as error:  # The core goes on with them all the same.
            self._lose()
            return f"halted at {answer.seq}; cancels are on their way: {error}"
        return f"halted at {answer.seq}; cancels sent: {len(canceled.events)}"

    # ------------------------------------------------------------------------------------- the status

    def _tell(self) -> None:
        """Write the status where it has changed, once a second at the most."""
        watch = self.watch
        now = (watch.seq, watch.orders_out, watch.fills_out, int(self._line is not None), self._alarms)
        self._write_at = self._clock.monotonic_ns() + SECOND_NS
        if now == self._written:
            return
        self._written = now
        try:
            self._save(self._status())
        except StoreUnavailable as error:
            self._note(f"the status was not kept: {error}")

    def _status(self) -> MonitorStatus:
        watch = self.watch
        return MonitorStatus(
            self._since_ns, self._clock.now_ns(), watch.seq, watch.orders_in, watch.orders_out,
            watch.fills_out, self._line is not None, self._alarms, tuple(self._last),
        )  # fmt: skip
