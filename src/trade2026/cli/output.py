"""Where text goes: results to stdout, everything else to stderr."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec


def say(text: str = "") -> None:
    """One line of a result."""
    sys.stdout.write(f"{printable(text)}\n")


def note(text: str = "") -> None:
    """One line beside the result."""
    sys.stdout.flush()
    sys.stderr.write(f"{printable(text)}\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """One line of JSON, keys sorted."""
    sys.stdout.write(msgspec.json.encode(value, order="sorted").decode() + "\n")


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
