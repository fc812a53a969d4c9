"""The line on which the supervisor is asked: one JSON request a connection, one JSON reply."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from trade2026.adapters.embedded.line import sockets
from trade2026.application.supervision import DeskStatus, RoleStatus
from trade2026.primitives.errors import InputError, OperatingError
from trade2026.primitives.time import format_ns

_LONGEST: Final = 64 * 1024
_PATIENCE_S: Final = 5.0


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do; `role` is for "restart"."""

    op: Literal["status", "stop", "restart"]
    role: str = ""


class Reply(msgspec.Struct, frozen=True):
    """How the desk is, or why the request was refused; `logs` is the folder of the logs."""

    status: DeskStatus
    logs: str
    error: str = ""


Answer = Callable[[Request], Awaitable[Reply]]


class ControlServer:
    """Answers requests in the supervisor's event loop."""

    def __init__(self, path: str, answer: Answer) -> None:
        self._path = path
        self._answer = answer
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; raises OperatingError where another supervisor does."""
        sock = sockets.listen(self._path)
        self._server = await asyncio.start_unix_server(self._serve, sock=sock, limit=_LONGEST)

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            Path(self._path).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                line = await reader.readline()
            request = msgspec.json.decode(line, type=Request)
            writer.write(msgspec.json.encode(await self._answer(request)) + b"\n")
            await writer.drain()
        except (msgspec.MsgspecError, ValueError, TimeoutError, OSError):
            return  # A stranger, or one that has gone; the connection is all there is to lose.
        finally:
            writer.close()


def ask(path: str, request: Request, patience_s: float = _PATIENCE_S) -> Reply:
    """Ask the supervisor.

    Raises
    ------
    FileNotFoundError, ConnectionRefusedError
        There is none.
    OperatingError
        There is one and it does not answer.
    InputError
        It refused.
    """
    try:
        sock = sockets.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        raise
    except OSError as error:
        raise _silent(path, error) from None
    with sock:
        sock.settimeout(patience_s)
        try:
            sock.sendall(msgspec.json.encode(request) + b"\n")
            return _checked(_read(sock))
        except OSError as error:
            raise _silent(path, error) from None


def _silent(path: str, error: OSError) -> OperatingError:
    reason = error.strerror or error
    return OperatingError(
        f"the supervisor at {path} does not answer ({reason}); try again, or end its process",
        retryable=True,
    )


class SupervisorClient:
    """Asks the supervisor from an asyncio process: `web.services.Supervisor`."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def services(self) -> list[dict[str, Any]]:
        """A row for each process: role, state, pid, started, restarts, text; OperatingError as `status`."""
        return [_row(each) for each in (await self.status()).roles]

    async def status(self) -> DeskStatus:
        """How the processes are; OperatingError while there is no supervisor."""
        return await self._ask(Request("status"))

    async def restart(self, role: str) -> DeskStatus:
        """Have one process ended and started again; InputError for a role that is none, else as `status`."""
        return await self._ask(Request("restart", role))

    async def _ask(self, request: Request) -> DeskStatus:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(sock=sockets.connect(self._path))
                try:
                    writer.write(msgspec.json.encode(request) + b"\n")
                    return _checked(await reader.read()).status
                finally:
                    writer.close()
        except (OSError, TimeoutError) as error:
            raise OperatingError(
                f"no supervisor answers at {self._path} ({error}); 'trade2026 up' starts one", retryable=True
            ) from None


def _row(each: RoleStatus) -> dict[str, Any]:
    return {
        "role": each.role,
        "state": each.state.value,
        "pid": each.pid or None,
        "started": format_ns(each.started_ns) if each.started_ns else None,
        "restarts": each.restarts,
        "text": each.text,
    }


def _read(sock: socket.socket) -> bytes:
    parts = []
    while part := sock.recv(_LONGEST):
        parts.append(part)
    return b"".join(parts)


def _checked(line: bytes) -> Reply:
    try:
        reply = msgspec.json.decode(line, type=Reply)
    except msgspec.MsgspecError as error:
        raise OperatingError(
            f"the supervisor's answer cannot be read ({error}); is it of this version?"
        ) from None
    if reply.error:
        raise InputError(reply.error)
    return reply
