"""Where a desk is found: its address, whether its port is free, and whether it answers there."""

import errno
import http.client
import socket
import time
from typing import Final

from trade2026.bootstrap.config import HOST_VARIABLE, LAST_PORT, PORT_VARIABLE, Config
from trade2026.primitives.errors import OperatingError

HEALTH: Final = "/api/v1/health"
_PORT_WITHIN_S: Final = 2.0
_POLL_S: Final = 0.05


def address(config: Config) -> str:
    """Where a browser on this machine finds the desk."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)
    return f"http://[{host}]:{config.port}" if ":" in host else f"http://{host}:{config.port}"


def check_free(config: Config) -> None:
    """Raise OperatingError where the port is in use; a desk that is just going is waited for."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    deadline = time.monotonic() + _PORT_WITHIN_S
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((config.host, config.port))
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise OperatingError(
                        f"port {config.port} of {config.host} cannot be used: {error.strerror}; choose "
                        f"another with --port or {PORT_VARIABLE}, --host or {HOST_VARIABLE}"
                    ) from None
                if time.monotonic() > deadline:
                    other = config.port - 1 if config.port == LAST_PORT else config.port + 1
                    raise OperatingError(
                        f"port {config.port} of {config.host} is in use by another program; stop it, or "
                        f"choose another: trade2026 up --port {other}, or {PORT_VARIABLE}={other}"
                    ) from None
        time.sleep(_POLL_S)


def answers(base: str) -> bool:
    """Whether the web service answers at its address."""
    host = base.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=2.0)
    try:
        connection.request("GET", HEALTH)
        response = connection.getresponse()
        response.read()
        return response.status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
