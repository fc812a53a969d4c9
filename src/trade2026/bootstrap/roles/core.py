"""The process of the trading core: journal, paper venue, feed, and the line that others ask on."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import uvloop

from trade2026.adapters.embedded.core_link import CoreServer, serve
from trade2026.adapters.embedded.wire import FileWireLog
from trade2026.application.live.assemble import RunningDesk, keep_head, open_desk
from trade2026.application.live.config import load_desk_config
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.readiness import tell_ready
from trade2026.bootstrap.runtime import HALT_SIGNAL, calm_collector
from trade2026.bootstrap.scheduling import come_first
from trade2026.ports.core_link import DESK_TRADER, Advanced, Decision, FeedStatus, Market
from trade2026.ports.wire_log import WireOpened
from trade2026.primitives.errors import OperatingError

_HEAD_PAUSE_S = 5.0
_BLINK_S = 0.2
_TICK_S = 1.0


def main(services: Services, config: Config) -> int:
    """Run until told to stop; the exit code is 0 then, and 3 when the journal fails."""
    come_first()
    uvloop.run(_Core(services, Places(config.home)).run())
    return 0


class _Core:
    def __init__(self, services: Services, places: Places) -> None:
        self._services = services
        self._places = places
        self._server: CoreServer | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._desk: RunningDesk | None = None
        self._is_to_halt = False
        self._wire: FileWireLog | None = None

    async def run(self) -> None:
        """Open the desk, serve it, and close it in good order, or raise what ended it."""
        places = self._places
        places.make()
        desk_config = load_desk_config(self._services.open_storage(places.desk))
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(HALT_SIGNAL, self._halt)  # Early: its default would end the process.
        storage = self._services.open_storage(places.journal)
        try:
            desk = await open_desk(
                desk_config, self._services, storage, desk_config.journal.layout(self._identity()),
                pid=os.getpid(), spawn=self._spawn, tell=self._tell, note=_note, make_wire=self._make_wire,
                open_index=lambda: self._services.open_retired(places.index),
            )  # fmt: skip
            try:
                await self._serve(desk, stop)
            finally:
                await desk.close()
                if self._wire is not None:
                    self._wire.close()
        finally:
            storage.close()

    def _halt(self) -> None:
        """Halt everything, as soon as there is a desk to halt."""
        if self._desk is None:
            self._is_to_halt = True
            return
        _note(f"{HALT_SIGNAL.name}: everything is halted")
        self._desk.service.halt_everything(DESK_TRADER, f"by the signal {HALT_SIGNAL.name}", _halted)

    async def _serve(self, desk: RunningDesk, stop: asyncio.Event) -> None:
        self._desk = desk
        if self._is_to_halt:
            self._halt()
        self._server = await serve(self._places.socket("core"), desk.service, _note)
        desk.sequencer.after_answers = self._server.flush
        calm_collector()
        feed = self._spawn(desk.feed.run(), "feed")
        head = self._spawn(keep_head(desk.journal, _pause), "head")
        keeper = self._spawn(desk.keeper.run(_tick), "keeper")
        assert desk.retiring is not None, "it was opened with an index"
        retiring = self._spawn(desk.retiring.run(_blink), "retiring")
        stopping = self._spawn(_wait(stop), "stop")
        failing = self._spawn(_failed(desk), "failure")
        tell_ready()
        try:
            await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (feed, head, keeper, retiring, stopping, failing):
                task.cancel()
            await asyncio.wait({feed, head, keeper, retiring, stopping, failing})
            await self._server.aclose()

    def _make_wire(self, opened: WireOpened) -> FileWireLog:
        self._wire = FileWireLog(self._places.wire, opened, self._services.clock, _note)
        return self._wire

    def _identity(self) -> bytes:
        """Tells this journal's frames from another's on the same disk."""
        return hashlib.sha256(self._services.head_key() + self._places.journal.encode()).digest()[:12]

    def _tell(self, message: Market | FeedStatus | Advanced) -> None:
        if self._server is not None:
            self._server.tell(message)

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _note(f"{task.get_name()} ended: {type(error).__name__}: {error}")


def _halted(seq: int, decisions: tuple[Decision, ...]) -> None:
    errors = [each.error for each in decisions if each.error]
    canceled = sum(len(each.events) for each in decisions[1:])
    _note(f"halted at {seq}; cancels sent: {canceled}" + "".join(f"; {each}" for each in errors))


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def _failed(desk: RunningDesk) -> None:
    failure = await desk.sequencer.ended()
    raise failure or OperatingError("the sequencer ended; start the desk again")


async def _pause() -> None:
    await asyncio.sleep(_HEAD_PAUSE_S)


async def _blink() -> None:
    await asyncio.sleep(_BLINK_S)


async def _tick() -> None:
    await asyncio.sleep(_TICK_S)


def _note(text: str) -> None:
    """A line of this process's log."""
    print(text, file=sys.stderr, flush=True)
