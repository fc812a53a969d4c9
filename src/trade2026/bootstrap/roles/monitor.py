"""The monitor's process: looks ten times a second, and halts when what left is not what was approved."""

import os
import signal
import sys
import time
from types import FrameType
from typing import Final

from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.adapters.embedded.wire import FileWireReader
from trade2026.application.live.config import load_desk_config
from trade2026.application.monitor.monitor import Monitor
from trade2026.application.monitor.status import save_status
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.runtime import HALT_SIGNAL, calm_collector
from trade2026.bootstrap.scheduling import give_way
from trade2026.bootstrap.supervisor.supervisor import lock_holder
from trade2026.ports.core_link import Hello, WatchingCoreClient
from trade2026.primitives.time import SECOND_NS
from trade2026.trading.journal import JournalReader

_PAUSE_S: Final = 0.1


def main(services: Services, config: Config) -> int:
    """Run until told to stop; the exit code is 0 then, and 4 where the journal is damaged."""
    give_way()
    places = Places(config.home)
    places.make()
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    state = services.open_storage(places.state)
    journal = services.open_storage(places.journal)
    bounds = load_desk_config(services.open_storage(places.desk)).monitor
    monitor = Monitor(
        bounds, JournalReader(journal), FileWireReader(places.wire), _Lines(places), services.clock,
        lambda status: save_status(state, status), _note,
    )  # fmt: skip
    try:
        monitor.begin()
        calm_collector()
        tell_ready()
        while not stopped:
            monitor.poll()
            time.sleep(_PAUSE_S)
    finally:
        monitor.close()
    return 0


class _Lines:
    """`application.monitor.monitor.Lines` to the core of this home."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def connect(self) -> WatchingCoreClient:
        """A line whose asks give up after a second."""
        return BlockingCoreConnection(
            self._places.socket("core"), Hello("monitor", market_data=False, follow=False),
            connect_within_ns=0, answer_within_ns=SECOND_NS,
        )  # fmt: skip

    def signal(self, pid: int) -> str:
        """Signal the supervisor, which knows the core; without one the core itself."""
        supervisor = lock_holder(self._places)
        target = supervisor if supervisor is not None else pid
        if not target:
            return "nobody could be signaled"
        try:
            os.kill(target, HALT_SIGNAL)
        except OSError as error:
            return f"process {target} could not be signaled ({error.strerror})"
        return f"{HALT_SIGNAL.name} was sent to {'the supervisor' if supervisor is not None else 'the core'}"


def _note(text: str) -> None:
    """A line of this process's log."""
    print(text, file=sys.stderr, flush=True)
