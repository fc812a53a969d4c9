"""One process of the desk: started, listened to, ended, and started again."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from trade2026.application.supervision import RoleState, RoleStatus
from trade2026.bootstrap import readiness
from trade2026.bootstrap.supervisor import lifeline
from trade2026.bootstrap.supervisor.log import RotatingLog
from trade2026.bootstrap.supervisor.policy import RestartPolicy
from trade2026.ports.clock import Clock
from trade2026.primitives.time import SECOND_NS

GRACE_S: Final = 10.0
"""How long a process may take to stop before it is killed."""

_LINE_BYTES: Final = 64 * 1024
_LAST_WORDS_S: Final = 0.5
_SHOWN_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """Which process, and the command that is it."""

    name: str
    command: tuple[str, ...]


class Role:
    """Keeps one process running, in the supervisor's event loop.

    Parameters
    ----------
    environment : mapping
        Of the process, beside what names its pipes.
    changed : callable
        Called after each change of its status.
    """

    def __init__(
        self,
        spec: RoleSpec,
        environment: Mapping[str, str],
        log: RotatingLog,
        clock: Clock,
        changed: Callable[["Role"], None],
        *,
        grace_s: float = GRACE_S,
    ) -> None:
        self.name: Final = spec.name
        self.log: Final = log
        self.policy: Final = RestartPolicy()
        self._command = spec.command
        self._environment = environment
        self._clock = clock
        self._changed = changed
        self._grace_s = grace_s
        self._state = RoleState.WAITING
        self._text = ""
        self._starts = 0
        self._started_ns = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._exited: asyncio.Future[int] | None = None
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._is_asked = False
        self.settled: Final = asyncio.Event()

    def status(self) -> RoleStatus:
        """How it is."""
        pid = self._process.pid if self._process is not None else 0
        started_ns = self._started_ns if pid else 0
        return RoleStatus(self.name, self._state, pid, started_ns, max(self._starts - 1, 0), self._text)

    async def keep(self) -> None:
        """Run it again and again, until `stop`."""
        while not self._is_stopping:
            began = self._clock.monotonic_ns()
            code = await self._run()
            if self._is_stopping:
                break
            if self._is_asked:
                self._is_asked = False
                self.policy.forget()
                continue
            await self._after(code, self._clock.monotonic_ns() - began)
        self._set(RoleState.STOPPED)

    async def stop(self) -> None:
        """Have it end, kill it after the grace."""
        self._is_stopping = True
        self._wake.set()
        await self._end()

    async def restart(self) -> None:
        """Have it end and start anew at once; one that had failed is tried again."""
        self.policy.forget()
        if self._process is None:
            self._wake.set()
            return
        self._is_asked = True
        await self._end()

    def look(self) -> None:
        """Notice whether the process has ended; what it left running in its session is killed first."""
        process, exited = self._process, self._exited
        if process is None or exited is None or exited.done():
            return
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return
        self._kill(signal.SIGKILL)  # Its number is not free before it is waited for.
        exited.set_result(process.wait())

    def send(self, number: signal.Signals) -> bool:
        """Send it to the process, once that is ready to hear; whether it was."""
        self.look()
        if self._exited is None or self._exited.done():  # Dead, though nothing was said of it yet.
            return False
        if self._state is not RoleState.RUNNING:
            return False
        self._kill(number, only_leader=True)
        return True

    def kill(self) -> None:
        """End it without grace."""
        self._grace_s = 0.0
        self._kill(signal.SIGKILL)

    # ------------------------------------------------------------------------------------- one life

    async def _run(self) -> int:
        """Start it and wait for its end; the exit code, negative for a signal."""
        loop = asyncio.get_running_loop()
        ready_read, ready_write = os.pipe()
        alive_read, alive_write = os.pipe()
        environment = {
            **self._environment,
            readiness.VARIABLE: str(ready_write),
            lifeline.VARIABLE: str(alive_read),
            "PYTHONUNBUFFERED": "1",
        }
        self._exited = loop.create_future()
        self._starts += 1
        self._started_ns = self._clock.now_ns()
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                pass_fds=(ready_write, alive_read),
                start_new_session=True,
            )
        except OSError as error:
            self.log.write(f"cannot be started: {error}")
            os.close(ready_read)
            os.close(alive_write)
            return 3
        finally:
            os.close(ready_write)
            os.close(alive_read)
        self._set(RoleState.STARTING)
        said = _Said(self.log)
        output, _ = await loop.connect_read_pipe(lambda: said, self._process.stdout)
        ready, _ = await loop.connect_read_pipe(
            lambda: _Ready(self._is_ready), os.fdopen(ready_read, "rb", buffering=0)
        )
        try:
            self.look()  # Its end may have been told before there was anything to look at.
            if self._is_stopping:
                self._kill(signal.SIGTERM, only_leader=True)
            code = await self._exited
            await asyncio.wait([said.ended], timeout=_LAST_WORDS_S)
        finally:
            output.close()
            ready.close()
            os.close(alive_write)
            self._process = None
        return code

    async def _after(self, code: int, ran_ns: int) -> None:
        """Say how it ended, and wait until it is time to start it again."""
        pause_ns = self.policy.ended(code, ran_ns)
        what = f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        words = " | ".join(list(self.log.tail)[-_SHOWN_LINES:])
        self._wake.clear()
        if pause_ns is None:
            self._set(
                RoleState.FAILED,
                f"{what} each time it was started; it is not started again before 'trade2026 restart "
                f"{self.name}'. It said: {words}",
            )
            await self._wake.wait()
            return
        pause_s = pause_ns / SECOND_NS
        self._set(RoleState.RESTARTING, f"{what}; starts again in {pause_s:g} s. It said: {words}")
        try:
            async with asyncio.timeout(pause_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _end(self) -> None:
        exited = self._exited
        if self._process is None or exited is None:
            return
        self._set(RoleState.STOPPING)
        self._kill(signal.SIGTERM, only_leader=True)
        done, _ = await asyncio.wait([exited], timeout=self._grace_s)
        if not done:
            self.log.write(f"did not stop within {self._grace_s:g} s and is killed")
            self._kill(signal.SIGKILL)
            await asyncio.wait([exited])

    def _kill(self, number: signal.Signals, *, only_leader: bool = False) -> None:
        process = self._process
        if process is None or (self._exited is not None and self._exited.done()):
            return
        try:
            (os.kill if only_leader else os.killpg)(process.pid, number)
        except ProcessLookupError:  # Between its end and our hearing of it.
            return

    def _is_ready(self) -> None:
        if self._state is RoleState.STARTING:
            self._set(RoleState.RUNNING)

    def _set(self, state: RoleState, text: str = "") -> None:
        self._state, self._text = state, text
        if state not in (RoleState.WAITING, RoleState.STARTING):
            self.settled.set()
        self._changed(self)


class _Said(asyncio.Protocol):
    """Takes what a process prints, line by line."""

    def __init__(self, log: RotatingLog) -> None:
        self._log = log
        self._rest = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Write every line that is whole, and cut one that never ends."""
        *lines, rest = (self._rest + data).split(b"\n")
        if len(rest) > _LINE_BYTES:
            lines.append(rest)
            rest = b""
        self._rest = rest
        for line in lines:
            self._log.write(line.decode(errors="backslashreplace").rstrip("\r"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Write what has no end of line."""
        if self._rest:
            self._log.write(self._rest.decode(errors="backslashreplace"))
            self._rest = b""
        if not self.ended.done():
            self.ended.set_result(None)


class _Ready(asyncio.Protocol):
    """Waits for the line that says ready."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._got = b""

    def data_received(self, data: bytes) -> None:
        """It may come in pieces; what follows is not read."""
        self._got = (self._got + data)[: len(readiness.LINE)]
        if self._got == readiness.LINE:
            self._got = b"-"
            self._tell()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
