"""Where text goes: results to stdout, everything else to stderr."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final

import msgspec

from trade2026.primitives.errors import StoreUnavailable

_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def say(text: str = "") -> None:
    """One line of a result; raises StoreUnavailable when the disk that takes it is full."""
    _write(f"{printable(text)}\n")


def note(text: str = "") -> None:
    """One line beside the result."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError:  # A full disk: whoever writes or ends says so; this line may be what says it.
        pass
    sys.stderr.write(f"{printable(text)}\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """One line of JSON in ASCII, keys sorted: the same bytes on a terminal of any encoding."""
    text = msgspec.json.encode(value, order="sorted").decode()
    _write(_NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreUnavailable(
            f"the output cannot be written: {error.strerror}; free space, or send it elsewhere"
        ) from error


@contextmanager
def prints_beside(as_json: bool) -> Iterator[None]:
    """While inside, what a strategy prints goes to stderr where stdout is for JSON."""
    if not as_json:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def printable(text: str) -> str:
    """The text with control characters as escapes, so that no name can move the cursor of a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)


def examples(*commands: str) -> str:
    """The end of a command's help: examples, a line each."""
    return "\n".join(["Example:" if len(commands) == 1 else "Examples:", *(f"  {each}" for each in commands)])


def labeled(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Lines of label and value, values below one another."""
    listed = list(pairs)
    width = max((len(label) for label, _ in listed), default=0)
    return [f"{label:<{width}}  {value}" for label, value in listed]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> list[str]:
    """Lines of a table, columns as wide as they need; those named in `right` are set to the right."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(head))]
    return [
        "  ".join(
            f"{cell:>{width}}" if name in right else f"{cell:<{width}}"
            for name, cell, width in zip(head, row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
