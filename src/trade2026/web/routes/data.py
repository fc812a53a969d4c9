"""Data that analyses and backtests take by its name."""

from typing import Final

import msgspec
from fastapi import Response

from trade2026.application.named_data import NamedData, frequencies, say_data
from trade2026.primitives.time import UnixNanos, format_ns
from trade2026.web.api import Routes, Said, reply
from trade2026.web.context import Here
from trade2026.web.roles import VIEWER
from trade2026.web.routes import examples
from trade2026.web.routes.queries import NoQuery

ROUTES: Final = Routes("data")


class DataView(msgspec.Struct, frozen=True):
    """Data with a name.

    `kind` is SAMPLE (ships with the desk), KEPT (copies of files of a user) or CAPTURED (written by the desk
    as it happened, growing); `text` says what it is in a line. `rows` are "bars", "trades" or "quotes",
    `bar_interval_ns` is 0 without bars. `frequencies` are those that an analysis can have of it, none where
    nothing in it was paid. `limits` is what it cannot show, said with every result. `problem` says why it
    cannot be used; "" otherwise.
    """

    name: str
    kind: str
    text: str
    instruments: tuple[str, ...]
    rows: tuple[str, ...]
    bar_interval_ns: int
    frequencies: tuple[str, ...]
    first: str | None
    last: str | None
    limits: tuple[str, ...]
    problem: str


class DataList(msgspec.Struct, frozen=True):
    """All data that has a name."""

    items: tuple[DataView, ...]


@ROUTES.add(
    "GET",
    "/data",
    VIEWER,
    Said("All of it: what ships, what was kept, what the desk has captured.", DataList, examples.DATA),
    problems=("unavailable",),
)
async def list_data(here: Here, _: NoQuery) -> Response:
    """List the data that analyses and backtests take by its name."""
    return reply(DataList(tuple(map(_view, await here.services.list_data()))))


def _view(data: NamedData) -> DataView:
    return DataView(
        data.name, data.kind.value, say_data(data), data.instruments, tuple(map(str, data.rows)),
        data.bar_interval_ns, tuple(map(str, frequencies(data))), _time(data.first_ns), _time(data.last_ns),
        data.limits, data.problem,
    )  # fmt: skip


def _time(ts: UnixNanos | None) -> str | None:
    return None if ts is None else format_ns(ts)
