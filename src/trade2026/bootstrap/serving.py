"""What the processes that serve HTTP have in common: a server without its own signals, and its socket."""

import contextlib
import socket
from typing import Any, Final

import uvicorn

from trade2026.primitives.errors import OperatingError

BACKLOG: Final = 2_048
"""Connections that the system keeps until they are taken."""


class QuietServer(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again when it is done."""

    def install_signal_handlers(self) -> None:
        """Leave them alone."""

    def capture_signals(self) -> Any:
        """Leave them alone."""
        return contextlib.nullcontext()

    def stop(self) -> None:
        """Finish what is under way, then end."""
        self.should_exit = True


def listen(host: str, port: int, setting: str) -> socket.socket:
    """The listening socket; raises OperatingError naming the port and `setting`, which chooses another."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OperatingError(
            f"cannot listen on {host} port {port}: {error.strerror}. Stop what uses it, or choose another "
            f"port with {setting}"
        ) from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener
