"""The independent monitor beside a simulated desk: a desk in good order, whatever befalls it, is not halted.

It looks whenever a frame is appended, so that it changes neither the loop's schedule nor what chance draws.
"""

from collections.abc import Callable
from typing import Any

from tests.simulation.world import World
from trade2026.application.monitor.config import MonitorConfig
from trade2026.application.monitor.watch import Watch
from trade2026.model.execution import ExecutionReport
from trade2026.ports.wire_log import WireFrame, WireReceived, WireRecord, WireSent
from trade2026.trading.codec import decode_record

_EVERY = 10


class Watcher:
    """`ports.wire_log.WireLog` and the rules that judge it, for one life of the desk."""

    def __init__(self, world: World, now: Callable[[], int]) -> None:
        self._world = world
        self._now = now
        self._watch = Watch(MonitorConfig())
        self._records: list[WireRecord] = []
        self._number = self._read = self._looked = 0
        self._read_journal(len(world.appended), is_past=True)
        self._watch.settle(now(), is_core_up=False)

    def sent(self, seq: int, request: Any) -> None:
        """Note what is handed to the venue."""
        self._records.append(WireSent(seq, request))

    def received(self, report: ExecutionReport) -> None:
        """Note what the venue says."""
        self._records.append(WireReceived(report))

    def look(self, durable_seq: int) -> None:
        """One round, now and then: the wire as it is, then the journal as far as it is on disk."""
        self._looked += 1
        if self._looked % _EVERY:
            return
        self._number += 1
        records, self._records = self._records, []
        self._read_journal(durable_seq, is_past=False)
        frame = WireFrame(1, self._number, self._now(), 0, tuple(records))
        self._watch.wire(frame, self._now())
        before = self._watch.orders_out
        for finding in self._watch.settle(self._now(), is_core_up=True):
            self._world.counts[f"monitor: {finding.rule}"] += 1
            if finding.halts:
                self._world.trouble.append(AssertionError(f"the monitor halts: {finding.text}"))
        self._world.counts["orders that the monitor judged"] += self._watch.orders_out - before

    def _read_journal(self, upto: int, *, is_past: bool) -> None:
        for payload in self._world.appended[self._read : upto]:
            self._read += 1
            command, events = decode_record(payload, self._read)
            self._watch.journal(self._read, command, events, self._now(), is_past=is_past)
