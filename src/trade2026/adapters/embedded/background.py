"""Processes in the background: they have the time nobody else wants, and hardly any while the desk is busy.

Idle priority alone is not enough on Linux. Each session is a group ("autogroup") with the same claim as every
other, whatever the priority of its processes, so that the group needs a smaller one too. And a processor
with work in the background is not idle: it does not come for what waits at another one, so that four analyses
doubled the latency of half of all orders at 1,000 a second on two cores. So they stand still while the desk
needs more than a quarter of all processors, but for a short turn of one of them every now and then.
"""

import asyncio
import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

BUSY: Final = 0.25
"""The share of all processors above which the desk is busy; it is no longer below three fifths of that."""

LOOK_S: Final = 0.25
TURN_S: Final = 0.01
"""One process has a turn every `EVERY` looks while the desk is busy: less than a hundredth of the time."""
EVERY: Final = 8

_CALM: Final = 0.6
_FIND_LOOKS: Final = 16
_NICE: Final = 19
_GROUP_NICE: Final = 10
"""A tenth of the claim of another session: research goes on, slowly, beside other programs of the machine."""
_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Usage:
    """CPU time of the siblings of this process that have one of these roles ("... run ROLE"); Linux alone."""

    def __init__(self, roles: Collection[str], folder: Path = _PROC, parent: int | None = None) -> None:
        self._roles = frozenset(roles)
        self._folder = folder
        self._parent = os.getppid() if parent is None else parent
        self._found: dict[str, float] = {}

    def find(self) -> None:
        """Look for them anew: each may have been started again."""
        names = (name for name in os.listdir(self._folder) if name.isdigit() and self._is_wanted(name))
        self._found = {name: self._found.get(name, self._cpu_s(name)) for name in names}

    def since(self) -> float:
        """CPU seconds they have used since this was asked last."""
        total = 0.0
        for name, before in self._found.items():
            now = self._cpu_s(name)
            total += max(now - before, 0.0)
            self._found[name] = now
        return total

    def _is_wanted(self, name: str) -> bool:
        fields = self._fields(name)
        if not fields or int(fields[1]) != self._parent:
            return False
        try:
            words = (self._folder / name / "cmdline").read_bytes().split(b"\0")
        except OSError:  # It has ended.
            return False
        return words[-3:-2] == [b"run"] and words[-2].decode("utf-8", "replace") in self._roles

    def _cpu_s(self, name: str) -> float:
        fields = self._fields(name)
        return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0

    def _fields(self, name: str) -> list[str]:
        """Of "stat" from the state on; empty where it has ended."""
        try:
            return (self._folder / name / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return []


class Background:
    """Keeps processes out of the desk's way.

    Parameters
    ----------
    usage : Usage or None
        Of the desk; without, processes have the lowest priority and are never stopped.
    cores : int
        Processors of the machine.
    """

    def __init__(self, usage: Usage | None, cores: int) -> None:
        self._usage = usage
        self._cores = cores
        self._members: list[asyncio.subprocess.Process] = []
        self._stopped: set[int] = set()
        self._raised: set[int] = set()
        """Those whose session may still have the claim of any other."""
        self._timer: asyncio.TimerHandle | None = None
        self._looks = 0
        self._looked_s = 0.0
        self._watchers: list[Callable[[bool], None]] = []
        self.is_busy = False

    def watch(self, told: Callable[[bool], None]) -> None:
        """Have it told when processes begin to stand still (True), and when they go on (False)."""
        self._watchers.append(told)

    def lower(self, process: asyncio.subprocess.Process) -> None:
        """Give it the lowest priority, as soon as it is started."""
        with contextlib.suppress(OSError):  # It has ended already.
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
            if hasattr(os, "SCHED_IDLE"):  # Then whoever wakes up runs at once, and not at the next tick.
                os.sched_setscheduler(process.pid, os.SCHED_IDLE, os.sched_param(0))
        if sys.platform == "linux":
            lower_group(process.pid)

    def add(self, process: asyncio.subprocess.Process) -> None:
        """It may be stopped from now on: see `runtime.go_on_without_parent` for what it must have done."""
        if self._usage is None:
            return
        self._members.append(process)
        self._raised.add(process.pid)  # At its start the system may have said: later.
        if self._timer is None:
            self._looks = 0
            self._looked_s = asyncio.get_running_loop().time()
            self._usage.find()
            self._usage.since()
            self._schedule()

    def remove(self, process: asyncio.subprocess.Process) -> None:
        """Leave it alone: it is to end, and goes on for that."""
        if process in self._members:
            self._members.remove(process)
            self._go_on(process)

    def _schedule(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _look(self) -> None:
        """See how busy the desk is, and who may compute."""
        self._members = [each for each in self._members if each.returncode is None]
        alive = {each.pid for each in self._members}
        self._stopped &= alive
        self._raised = {pid for pid in self._raised & alive if not lower_group(pid)}
        if not self._members:
            self._timer = None
            self._be_busy(False)
            return
        self._schedule()
        assert self._usage is not None, "nobody is added without"
        self._looks += 1
        if self._looks % _FIND_LOOKS == 0:
            self._usage.find()
        now_s = asyncio.get_running_loop().time()
        share = self._usage.since() / ((now_s - self._looked_s) * self._cores)
        self._looked_s = now_s
        self._be_busy(share > BUSY * (_CALM if self.is_busy else 1.0))
        for each in self._members:
            if self.is_busy:
                self._stop(each)
            else:
                self._go_on(each)
        if self.is_busy and self._looks % EVERY == 0:
            self._give_turn(self._members[self._looks // EVERY % len(self._members)])

    def _be_busy(self, is_busy: bool) -> None:
        if is_busy != self.is_busy:
            self.is_busy = is_busy
            for told in self._watchers:
                told(is_busy)

    def _give_turn(self, process: asyncio.subprocess.Process) -> None:
        self._go_on(process)
        asyncio.get_running_loop().call_later(TURN_S, self._end_turn, process)

    def _end_turn(self, process: asyncio.subprocess.Process) -> None:
        if self.is_busy and process in self._members:
            self._stop(process)

    def _stop(self, process: asyncio.subprocess.Process) -> None:
        if process.pid not in self._stopped and process.returncode is None:
            self._stopped.add(process.pid)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGSTOP)

    def _go_on(self, process: asyncio.subprocess.Process) -> None:
        if process.pid in self._stopped:
            self._stopped.discard(process.pid)
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGCONT)


def lower_group(pid: int, nice: int = _GROUP_NICE) -> bool:
    """Give the session of a process a smaller claim; False where that is to be tried again."""
    try:
        (_PROC / str(pid) / "autogroup").write_text(str(nice))
    except OSError as error:  # EAGAIN: ten a second, for whoever is not root. Else there are no such groups.
        return error.errno != errno.EAGAIN
    return True
