"""The entry point of the `trade2026` command: wires the desk, and catches what nobody foresaw."""

import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import trade2026
from trade2026.application.desk import Desk
from trade2026.application.services import Services
from trade2026.bootstrap.runtime import calm_collector

BUG: Final = 70
"""Exit code of a bug in the desk, as in sysexits.h."""

_PIPE_CLOSED: Final = 141
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code.

    0 is success, 1 a result that says no (a damaged journal, a strategy that raised), 2 bad input, 3 the
    world failing, 4 broken integrity, 70 a bug of ours, 130 Ctrl-C.
    """
    from trade2026.cli.app import run

    calm_collector()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = run(Desk(lambda: _services(os.environ)), given)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return _INTERRUPTED
    except Exception:
        return _report_bug(given)
    return code


def _services(environment: Mapping[str, str]) -> Services:
    from trade2026.bootstrap.config import load_config
    from trade2026.bootstrap.wiring import make_services

    return make_services(load_config(environment))


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
