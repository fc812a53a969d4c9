"""A progress bar on a terminal, nothing elsewhere: how far, how fast, and which date was reached."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from trade2026.primitives.time import format_ns


class Tell(Protocol):
    """Takes how much is done, and the trading time reached where there is one."""

    def __call__(self, done: int, now: int | None = None) -> None:
        """Move the bar."""
        ...


def _ignore(done: int, now: int | None = None) -> None:
    """Nobody is watching."""


@contextmanager
def progress(
    what: str, total: int | None, *, quiet: bool, span: tuple[int, int] | None = None
) -> Iterator[Tell]:
    """A bar on stderr while inside.

    Parameters
    ----------
    what : str
        Unit counted: "events".
    total : int or None
        How many there will be; None when unknown.
    span : (first, last) or None
        Trading times between which the bar moves where the total is unknown.
    """
    if quiet or not sys.stderr.isatty():
        yield _ignore
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=30),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        begins, ends = span or (0, 0)
        task = bar.add_task("", total=total or (ends - begins) or None, told="")

        def tell(done: int, now: int | None = None) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f", {done / elapsed:,.0f}/s" if elapsed > 0.5 else ""
            reached = f", {format_ns(now)[:10]}" if now is not None else ""
            of = f" of {total:,}" if total is not None else ""
            completed = done if total is not None or span is None else max(0, (now or begins) - begins)
            bar.update(task, completed=completed, told=f"{done:,}{of} {what}{rate}{reached}")

        yield tell
