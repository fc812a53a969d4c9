"""Tables of a result as Parquet, for programs that read columns."""

import io
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    import polars as pl

_PATH: Final = re.compile(r"(/[a-z][a-z0-9_]{0,63}){1,6}\Z")
_TIME: Final = "ts"


def check_table_path(path: str) -> str:
    """A JSON Pointer of plain names such as "/data/weights"; raises InputError."""
    if not _PATH.match(path):
        raise InputError(f"path must be names of fields such as /data/weights, was {path[:100]!r}")
    return path


def tables_of(document: dict[str, Any]) -> list[str]:
    """Where the tables of a document are: lists of objects, at least one row each."""
    found = []

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                look(each, f"{path}/{name}")
        elif isinstance(value, list) and value and isinstance(value[0], dict) and _PATH.match(path):
            found.append(path)

    look(document, "")
    return found


def parquet_of(document: dict[str, Any], path: str) -> bytes:
    """A table of a document as a Parquet file.

    Columns are the fields of the rows, in their order; numbers are int64 or float64, texts UTF-8, `ts` a time
    in UTC nanoseconds, what is nested JSON. What does not exist is null. The file's key "provenance" has that
    of the document, as JSON.

    Raises
    ------
    InputError
        There is no table at `path`; those there are are named.
    """
    tables = tables_of(document)
    if path not in tables:
        known = ", ".join(tables) or "none, for there is no table"
        raise InputError(f"path must be one of {known}, was {path!r}")
    rows: Any = document
    for name in path.split("/")[1:]:
        rows = rows[name]
    buffer = io.BytesIO()
    provenance = msgspec.json.encode(document.get("provenance")).decode()
    _frame(rows).write_parquet(buffer, metadata={"provenance": provenance})
    return buffer.getvalue()


def _frame(rows: list[dict[str, Any]]) -> "pl.DataFrame":
    import polars as pl

    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [_plain(row.get(name)) for row in rows] for name in names}
    frame = pl.DataFrame({name: pl.Series(name, each, strict=False) for name, each in columns.items()})
    if frame.schema.get(_TIME) == pl.String:
        moment = pl.col(_TIME).str.to_datetime(time_unit="ns", time_zone="UTC", strict=False)
        timed = frame.with_columns(moment)
        if timed[_TIME].null_count() == frame[_TIME].null_count():  # Else it is a text of another kind.
            return timed
    return frame


def _plain(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else value
