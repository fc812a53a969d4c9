"""All processes of the desk: started one after the other, watched, and stopped in the opposite order."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from trade2026.application.supervision import DeskStatus, RoleState
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.runtime import HALT_SIGNAL
from trade2026.bootstrap.supervisor.control import ControlServer, Reply, Request
from trade2026.bootstrap.supervisor.log import RotatingLog
from trade2026.bootstrap.supervisor.role import GRACE_S, Role, RoleSpec
from trade2026.ports.clock import Clock
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS

LOCK_NAME: Final = "supervisor.lock"
CONTROL: Final = "supervisor"
CORE: Final = "core"
_HEAD_START_S: Final = 3.0
"""The first process is waited for so long before the others are started: they ask it."""

_HEARS_WITHIN_NS: Final = SECOND_NS
"""A core that ends so soon after it was told to halt may not have written it down, and is told again."""


class SupervisorLock:
    """Held by the one supervisor of a home; names its process."""

    def __init__(self, places: Places) -> None:
        self._path = f"{places.run}/{LOCK_NAME}"
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.read(self._descriptor, 32).decode().strip()
            os.close(self._descriptor)
            raise OperatingError(
                f"the desk of {places.home} is up already (process {pid or 'unknown'}); "
                f"'trade2026 status' shows it, 'trade2026 down' stops it"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another one hold it."""
        os.close(self._descriptor)


def lock_holder(places: Places) -> int | None:
    """The process of the supervisor that holds the lock; None where nobody does."""
    try:
        descriptor = os.open(f"{places.run}/{LOCK_NAME}", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        text = os.read(descriptor, 32).decode().strip()
        return int(text) if text.isdigit() else None
    finally:
        os.close(descriptor)
    return None


class Supervisor:
    """Runs processes until it is told to stop.

    Parameters
    ----------
    specs : sequence of RoleSpec
        In the order to start; stopped in the opposite order.
    address : str
        Where a browser finds the desk, for whoever asks.
    environment : mapping
        Of every process.
    tell : callable
        Takes a line for whoever watches.
    grace_s : float
        How long a process may take to stop.
    """

    def __init__(
        self,
        places: Places,
        specs: Sequence[RoleSpec],
        address: str,
        environment: Mapping[str, str],
        clock: Clock,
        tell: Callable[[str], None],
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self._places = places
        self._address = address
        self._clock = clock
        self._tell = tell
        self._log = RotatingLog(f"{places.logs}/supervisor.log", clock)
        self._started_ns = clock.now_ns()
        self._stop = asyncio.Event()
        self._is_to_halt = False
        self._told_ns: int | None = None
        self._restarts: set[asyncio.Task[None]] = set()
        self._roles = [
            Role(
                spec, environment, RotatingLog(f"{places.logs}/{spec.name}.log", clock), clock,
                self._changed, grace_s=grace_s,
            )
            for spec in specs
        ]  # fmt: skip

    async def run(self) -> None:
        """Start all, watch, and stop all after SIGTERM, SIGINT or a request; a second signal kills.

        `HALT_SIGNAL` halts all trading.

        Raises
        ------
        OperatingError
            Another supervisor runs at this home.
        """
        lock = SupervisorLock(self._places)
        control = ControlServer(self._places.socket(CONTROL), self._answer)
        loop = asyncio.get_running_loop()
        try:
            await control.start()
            loop.add_signal_handler(signal.SIGCHLD, self._look)
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._hear)
            loop.add_signal_handler(signal.SIGHUP, lambda: None)
            loop.add_signal_handler(HALT_SIGNAL, self._halt)
            self._note(f"up, process {os.getpid()}, {self._address}")
            keepers = await self._start()
            await self._stop.wait()
            for role in reversed(self._roles):
                await role.stop()
            await asyncio.gather(*keepers)
            self._note("down")
        finally:
            control.close()
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, HALT_SIGNAL):
                loop.remove_signal_handler(number)
            lock.release()

    async def _start(self) -> list["asyncio.Task[None]"]:
        loop = asyncio.get_running_loop()
        keepers = []
        for role in self._roles:
            if self._stop.is_set():
                break
            keepers.append(loop.create_task(role.keep(), name=role.name))
            if role.name == CORE:
                stopping = loop.create_task(self._stop.wait())
                settled = loop.create_task(role.settled.wait())
                await asyncio.wait(
                    {stopping, settled}, timeout=_HEAD_START_S, return_when=asyncio.FIRST_COMPLETED
                )
                stopping.cancel()
                settled.cancel()
        return keepers

    def status(self) -> DeskStatus:
        """How all of it is."""
        roles = tuple(role.status() for role in self._roles)
        return DeskStatus(os.getpid(), self._started_ns, self._address, roles)

    async def _answer(self, request: Request) -> Reply:
        error = ""
        if request.op == "stop":
            self._stop.set()
        elif request.op == "restart":
            found = [role for role in self._roles if role.name == request.role]
            if not found:
                names = ", ".join(role.name for role in self._roles)
                error = f"role must be one of {names}, was {request.role!r}"
            elif not self._stop.is_set():
                self._note(f"{request.role}: restart was asked for")
                task = asyncio.get_running_loop().create_task(found[0].restart())
                self._restarts.add(task)  # Held, so that it is not forgotten half-way.
                task.add_done_callback(self._restarts.discard)
        return Reply(self.status(), self._places.logs, error)

    def _hear(self) -> None:
        if self._stop.is_set():
            for role in self._roles:
                role.kill()
        self._stop.set()

    def _halt(self) -> None:
        """Pass the signal on to the core; where that is away, as soon as it is back."""
        core = next(role for role in self._roles if role.name == CORE)
        self._is_to_halt = not core.send(HALT_SIGNAL)
        self._told_ns = None if self._is_to_halt else self._clock.monotonic_ns()
        later = ", which is told when it runs" if self._is_to_halt else ""
        self._note(f"{HALT_SIGNAL.name}: everything is to be halted by {CORE}{later}")

    def _look(self) -> None:
        for role in self._roles:
            role.look()

    def _changed(self, role: Role) -> None:
        status = role.status()
        if status.state is RoleState.STARTING:
            text = f"starting, process {status.pid}"
        else:
            text = status.state.value.lower() + (f": {status.text}" if status.text else "")
        self._note(f"{role.name}: {text}")
        if role.name == CORE:
            self._halt_again(status.state)

    def _halt_again(self, state: RoleState) -> None:
        if state is RoleState.RUNNING:
            if self._is_to_halt:
                self._halt()
        elif self._told_ns is not None:
            self._is_to_halt = self._clock.monotonic_ns() - self._told_ns < _HEARS_WITHIN_NS
            self._told_ns = None

    def _note(self, text: str) -> None:
        self._log.write(text)
        self._tell(text)
