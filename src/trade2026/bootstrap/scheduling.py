"""How soon a process of the desk gets a processor: what an order passes through before what watches over it.

Linux lets a process compute for some milliseconds before the next one that waits. The monitor follows the
journal in looks of a few milliseconds, ten times a second: on two cores most of the waits of core and page
for a processor, up to 4 ms, were waits for it.
"""

import contextlib
import ctypes
import os
import platform
import struct
import sys
from typing import Final

from trade2026.adapters.embedded.background import lower_group

SLICE_NS: Final = 200_000
"""What is asked for at a time: who asks for less gets it sooner, and no more of it in all (Linux 6.12)."""
_GROUP_NICE: Final = 5
"""A third of the claim of another session: more than following takes, also on a machine that is full."""

_SET_ATTRIBUTES: Final = {"x86_64": 314, "aarch64": 274}
"""`sched_setattr(2)`, for which most C libraries have no function."""
_ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")
"""`struct sched_attr`: size, policy, flags, nice, priority, runtime, deadline, period."""


def come_first() -> bool:
    """Have this thread, and those it starts, wait for a processor as shortly as possible; whether that works.

    It takes no rights, as it takes no time from others. An older Linux ignores it.
    """
    number = _SET_ATTRIBUTES.get(platform.machine()) if sys.platform == "linux" else None
    if number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:  # Somebody has set it otherwise.
        return False
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    asked = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, SLICE_NS, 0, 0)
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    return bool(syscall(ctypes.c_long(number), 0, asked, ctypes.c_uint(0)) == 0)


def give_way() -> None:
    """Let others go before this process where both want a processor; it has enough of it all the same.

    Where the system refuses, it does its work as any other process.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):  # Forbidden in some containers: then it does not give way.
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    lower_group(os.getpid(), _GROUP_NICE)
