"""Trades of a Databento market-by-order file as Parquet, for `trade2026 prism scorecard --against`.

    python -m tools.dbn_trades es-2023-12-25.mbo.dbn.zst es-trades.parquet

Needs `databento-dbn` and `zstandard`, which tests have and the desk does not. A trade record's side is that
of the aggressor; a trade of an auction has none.
"""

import sys
from pathlib import Path
from typing import Any

import databento_dbn
import polars as pl
import zstandard

SIDES = {"A": "sell", "B": "buy", "N": None}


def read_trades(path: Path) -> pl.DataFrame:
    """Time in UTC nanoseconds, price, quantity and side of every trade, in order."""
    decoder = databento_dbn.DBNDecoder()
    with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as plain:
        decoder.write(plain.read())
    found: list[Any] = [
        (each.ts_event, each.price / 1e9, each.size, SIDES[str(each.side)])
        for each in decoder.decode()
        if isinstance(each, databento_dbn.MBOMsg) and str(each.action) == "T"
    ]
    frame = pl.DataFrame(found, schema=["timestamp", "price", "quantity", "side"], orient="row")
    return frame.sort("timestamp", maintain_order=True)


if __name__ == "__main__":
    source, target = (Path(word) for word in sys.argv[1:])
    trades = read_trades(source)
    trades.write_parquet(target)
    print(f"{trades.height:,} trades in {target}")
