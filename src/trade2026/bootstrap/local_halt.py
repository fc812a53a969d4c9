"""Joins what halts the desk of this machine: the core's socket, and the supervisor's process."""

import getpass
import os
from typing import Final

from trade2026.adapters.embedded.core_link import BlockingCoreConnection
from trade2026.application.local_halt import LocalHalt
from trade2026.bootstrap.clock import SystemClock, pause
from trade2026.bootstrap.places import Places
from trade2026.bootstrap.runtime import HALT_SIGNAL
from trade2026.bootstrap.supervisor.supervisor import lock_holder
from trade2026.ports.core_link import Hello, WatchingCoreClient
from trade2026.primitives.errors import OperatingError
from trade2026.primitives.time import SECOND_NS

_CONNECT_WITHIN_NS: Final = SECOND_NS
_ANSWER_WITHIN_NS: Final = 5 * SECOND_NS


def make_local_halt(places: Places) -> LocalHalt:
    """For the desk whose places these are."""

    def connect() -> WatchingCoreClient:
        return BlockingCoreConnection(
            places.socket("core"), Hello("halt", market_data=False, follow=False),
            connect_within_ns=_CONNECT_WITHIN_NS, answer_within_ns=_ANSWER_WITHIN_NS,
        )  # fmt: skip

    return LocalHalt(connect, lambda: signal_supervisor(places), _user(), SystemClock(), pause)


def signal_supervisor(places: Places) -> None:
    """Have everything halted by the supervisor's signal; raises OperatingError where there is none."""
    pid = lock_holder(places)
    if pid is None:
        raise OperatingError(
            f"the desk of {places.home} is not up, or has no supervisor: no order can leave. A core that "
            f"runs by itself is halted by 'kill -{HALT_SIGNAL.name} PID'"
        )
    try:
        os.kill(pid, HALT_SIGNAL)
    except OSError as error:
        raise OperatingError(
            f"the supervisor, process {pid}, cannot be signaled: {error.strerror}"
        ) from error


def _user() -> str:
    """Who is at this terminal, as the system knows them; a number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
