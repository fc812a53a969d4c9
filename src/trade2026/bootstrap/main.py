"""The entry point of the `trade2026` command: wires the desk, and catches what nobody foresaw."""

import errno
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trade2026
from trade2026.application.desk import Desk
from trade2026.application.services import Services
from trade2026.bootstrap.runtime import calm_collector, return_large_buffers

if TYPE_CHECKING:
    from trade2026.application.identity.administration import UserAdministration
    from trade2026.application.local_halt import LocalHalt
    from trade2026.application.monitor.status import MonitorStatus
    from trade2026.application.supervision import Supervision

BUG: Final = 70
"""Exit code of a bug in the desk, as in sysexits.h."""

PIPE_CLOSED: Final = 141
"""Exit code when whoever read the output went away, as a shell tells a SIGPIPE."""

_BAD_INPUT: Final = 2
_DISK_FAILED: Final = 3
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code.

    0 is success, 1 a result that says no (a damaged journal, a strategy that raised), 2 bad input, 3 the
    world failing, 4 broken integrity, 70 a bug of ours, 130 Ctrl-C, 141 a reader that went away.
    """
    from trade2026.cli.app import run

    calm_collector()
    return_large_buffers()
    given = sys.argv[1:] if arguments is None else arguments
    _write_anything()
    for argument in given:
        if not _is_text(argument):
            print(f"error: arguments must be UTF-8 text, was {argument!a}; rename it", file=sys.stderr)
            return _BAD_INPUT
    try:
        code = _flushed(run(_desk(), given))
    except BrokenPipeError:
        _silence_stdout()
        return PIPE_CLOSED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _INTERRUPTED
    except OSError as error:
        if error.errno != errno.ENOSPC:
            return _report_bug(given)
        return _output_lost(error)  # Storage says where it is full; what is left is help on its way out.
    except Exception:
        return _report_bug(given)
    return code


def _desk() -> Desk:
    return Desk(lambda: _services(os.environ), _supervision, _administration, _local_halt, _monitor)


def _services(environment: Mapping[str, str]) -> Services:
    from trade2026.bootstrap.config import load_config
    from trade2026.bootstrap.wiring import make_services

    return make_services(load_config(environment))


def _supervision() -> "Supervision":
    from trade2026.bootstrap.config import load_config
    from trade2026.bootstrap.supervisor.desk import DeskProcesses
    from trade2026.bootstrap.wiring import make_services

    return DeskProcesses(lambda: load_config(os.environ), make_services)


def _administration() -> "UserAdministration":
    import secrets

    from trade2026.adapters.embedded.passwords import Argon2Hasher
    from trade2026.adapters.embedded.private_disk import PrivateDiskStorage
    from trade2026.application.identity.administration import UserAdministration
    from trade2026.bootstrap.clock import SystemClock
    from trade2026.bootstrap.config import load_config
    from trade2026.bootstrap.places import Places

    places = Places(load_config(os.environ).home)
    places.make()
    storage = PrivateDiskStorage(places.state)
    return UserAdministration(storage, SystemClock(), secrets.token_bytes, Argon2Hasher())


def _local_halt() -> "LocalHalt":
    from trade2026.bootstrap.config import load_config
    from trade2026.bootstrap.local_halt import make_local_halt
    from trade2026.bootstrap.places import Places

    return make_local_halt(Places(load_config(os.environ).home))


def _monitor() -> "MonitorStatus | None":
    from trade2026.adapters.embedded.disk import DiskStorage
    from trade2026.application.monitor.status import load_status
    from trade2026.bootstrap.config import load_config
    from trade2026.bootstrap.places import Places

    state = Places(load_config(os.environ).home).state
    return load_status(DiskStorage(state)) if os.path.isdir(state) else None


def _write_anything() -> None:
    """Characters that the encoding of a terminal lacks are written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_text(argument: str) -> bool:
    """Whether it is text: bytes of a name that are no UTF-8 come as lone surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _flushed(code: int) -> int:
    """The exit code, after all output has left; that of a failing disk where it cannot."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if code != _DISK_FAILED:  # Else it has been said.
            return _output_lost(error)
        _silence_stdout()
    return code


def _output_lost(error: OSError) -> int:
    """Say that stdout takes nothing, and keep the interpreter from trying again as it ends."""
    _silence_stdout()
    reason = f"{error.strerror}; free space, or send it elsewhere"
    print(f"error: the output cannot be written: {reason}", file=sys.stderr)
    return _DISK_FAILED


def _silence_stdout() -> None:
    """Whoever read our output is gone: nothing more is written, not by the interpreter as it ends either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _report_bug(arguments: Sequence[str]) -> int:
    """Keep the traceback in a file, and say where it is."""
    error = sys.exc_info()[1]
    text = (
        f"trade2026 {trade2026.__version__}, Python {sys.version.split()[0]}\n"
        f"arguments: {list(arguments)}\n\n{traceback.format_exc()}"
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="trade2026-bug-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
        place = str(Path(file.name))
    except OSError:
        print(text, file=sys.stderr)
        place = "above, because no file could be written"
    message = f"{type(error).__name__}: {error}"
    print(f"error: this is a bug in trade2026, not in what you gave it: {message[:300]}", file=sys.stderr)
    print(f"traceback: {place}; please report it with this file", file=sys.stderr)
    return BUG


if __name__ == "__main__":
    sys.exit(main())
