"""Unix sockets at a path of any length, that only their owner may use."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from trade2026.primitives.errors import OperatingError

_LONGEST: Final = 90
"""Bytes that surely fit into an address with what is added to them; longer ones go through their folder."""

_BACKLOG: Final = 128


def listen(path: str) -> socket.socket:
    """A listening socket at `path`, mode 0600, its folder made with mode 0700; a dead one there is replaced.

    Raises
    ------
    OperatingError
        Another process listens there, or the folder cannot be used.
    """
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        if _is_alive(path):
            raise OperatingError(f"{path} must be free, but another process listens there; stop it first")
        return _bind(path)
    except OSError as error:
        raise OperatingError(
            f"cannot listen at {path}: {error.strerror or error}; check the folder"
        ) from error


def connect(path: str) -> socket.socket:
    """A socket connected to whoever listens at `path`, blocking; raises OSError."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # A full backlog is told as an error instead of waited for.
        with _address(path) as address:
            sock.connect(address)
        sock.setblocking(True)
    except BaseException:
        sock.close()
        raise
    return sock


def inode(path: str) -> int | None:
    """Number of the file at `path`; None where there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def _is_alive(path: str) -> bool:
    try:
        connect(path).close()
    except BlockingIOError:
        return True  # Its backlog is full.
    except OSError:
        return False
    return True


def _bind(path: str) -> socket.socket:
    """Bind beside the place and rename, so that the socket appears there whole and with its mode."""
    beside = f"{path}.{os.getpid()}"
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        Path(beside).unlink(missing_ok=True)
        with _address(beside) as address:
            sock.bind(address)
        os.chmod(beside, 0o600)
        sock.listen(_BACKLOG)
        os.rename(beside, path)
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


@contextmanager
def _address(path: str) -> Iterator[str]:
    """An address for the path; a long one is reached through its open folder."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield path
        return
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)
