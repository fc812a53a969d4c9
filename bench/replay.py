"""Events a second from a journal on disk back to the state: CRC, hash chain and final state hash included.

The journal holds the standard mix with fills. Timed: reading every frame with its chain verified, decoding,
applying every event, and the SHA-256 of the final state, which must equal that of the core that wrote it.
"""

import tempfile

from bench.desk import Mix, fill, set_up
from bench.harness import Report, measure
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.model.commands import ReportExecution
from trade2026.model.enums import Environment, ExecType
from trade2026.model.events import OrderApproved
from trade2026.model.execution import ExecutionReport
from trade2026.trading.core import Core
from trade2026.trading.journal import Journal, JournalConfig, frames
from trade2026.trading.replay import Replayed, replay
from trade2026.trading.router import Router
from trade2026.trading.sequencer import Sequencer

_COMMANDS = 60_000


def _write(folder: str) -> str:
    """Fill a journal; return the state's hash."""
    storage = DiskStorage(folder)
    journal = Journal.open(storage, JournalConfig.for_run(), b"b" * 32)
    core = Core()
    sequencer = Sequencer(core, journal, Router(Environment.PAPER))
    for command in set_up():
        sequencer.execute(command)
    mix = Mix()
    for number in range(_COMMANDS):
        order = mix.submit(marketable=True)
        event = sequencer.execute(order)[0]
        assert type(event) is OrderApproved, event
        acknowledged = ExecutionReport(
            order.account_id, order.client_order_id, ExecType.NEW, order.now, f"V{number}"
        )
        sequencer.execute(ReportExecution(order.now, acknowledged))
        sequencer.execute(ReportExecution(order.now, fill(order, f"x{number}")))
    journal.close()
    storage.close()
    return core.state_sha256()


def run_once(report: Report) -> None:
    """Write one journal, then replay it."""
    with tempfile.TemporaryDirectory() as folder:
        expected = _write(folder)
        storage = DiskStorage(folder)

        def whole() -> tuple[Replayed, str]:
            replayed = replay(frames(storage))
            return replayed, replayed.core.state_sha256()

        timing = measure(whole)
        replayed, found = timing.result
        assert found == expected, "replay gave another state"
        report.add("events_per_s", replayed.events / timing.wall_s, "1/s")
        report.add("events_per_cpu_s", replayed.events / timing.cpu_s, "1/s")
        report.add("frames_per_s", replayed.frames / timing.wall_s, "1/s")
        storage.close()
