"""Tables of results as Parquet: what is read back is what the document has."""

import io
from typing import Any

import polars as pl
import pytest

from trade2026.application.runner.tables import check_table_path, parquet_of, tables_of
from trade2026.primitives.errors import InputError

DOCUMENT: dict[str, Any] = {
    "data": {
        "summary": {"n": 1},
        "rows": [
            {"asset": "A", "weight": 1, "note": None, "parts": [1, 2]},
            {"asset": "B", "weight": 0.5, "note": None, "more": True},
        ],
        "growth": [
            {"ts": "2018-01-02T21:00:00Z", "value": 1.0},
            {"ts": "2018-01-03T21:00:00Z", "value": 2.0},
        ],
        "odd": [{"ts": "first", "value": 1}],
        "none": [],
        "plain": [1, 2],
    },
    "limits": ["a"],
    "provenance": {"seed": 7},
}


def read(path: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(parquet_of(DOCUMENT, path)))


def test_rows_become_columns_of_their_kind() -> None:
    assert tables_of(DOCUMENT) == ["/data/rows", "/data/growth", "/data/odd"]
    frame = read("/data/rows")
    assert frame.to_dicts() == [
        {"asset": "A", "weight": 1.0, "note": None, "parts": "[1,2]", "more": None},
        {"asset": "B", "weight": 0.5, "note": None, "parts": None, "more": True},
    ]
    assert frame.schema["weight"] == pl.Float64
    times = read("/data/growth")
    assert times.schema["ts"] == pl.Datetime("ns", "UTC")
    assert times["ts"].dt.epoch("s").to_list() == [1_514_926_800, 1_515_013_200]
    assert read("/data/odd")["ts"].to_list() == ["first"]
    kept = pl.read_parquet_metadata(io.BytesIO(parquet_of(DOCUMENT, "/data/rows")))
    assert kept["provenance"] == '{"seed":7}'


@pytest.mark.parametrize("path", ["/data", "/data/none", "/data/plain", "/rows", ""])
def test_what_is_no_table_is_refused_with_those_there_are(path: str) -> None:
    with pytest.raises(InputError, match="one of /data/rows, /data/growth"):
        parquet_of(DOCUMENT, path)


@pytest.mark.parametrize("path", ["", "data", "/data/../x", "/data/0", "/Data", "/a" * 7])
def test_a_path_is_plain_names(path: str) -> None:
    with pytest.raises(InputError, match="path must be names of fields"):
        check_table_path(path)
