"""Files that tests write, and what they read from them."""

from datetime import UTC, datetime

import pytest

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.files import FileOptions, FileSource
from trade2026.model.instrument import crypto_spot
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import parse_raw
from trade2026.primitives.time import to_unix_ns

BTC = crypto_spot("BTCUSDT")
ETH = crypto_spot("ETHUSDT")
T0 = to_unix_ns(datetime(2021, 1, 8, tzinfo=UTC))
BARS = """timestamp,open,high,low,close,volume
2021-01-08T00:00:00Z,10,12,9,11,5
2021-01-08T00:01:00Z,11,12,10,10.5,0
2021-01-08T00:02:00Z,10.5,11,10,10.25,2.5
"""
TRADES = """time,price,qty,side,id
1610064000278,10.5,0.25,buy,a1
1610064000278,10.5,0.25,SELL,a2
1610064000310,10.25,1,,a3
"""
QUOTES = """ts,bid,ask,bid_size,ask_size
2021-01-08 00:00:00.5,10,11,1,2
2021-01-08 00:00:01,10.5,11,1,0
"""


def source(tmp_path, text, name="data.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return FileSource(path, FileOptions(**{"instruments": BTC, **options}), Calendars())


def events(found, start=None, end=None):
    return [event for batch in found.batches(start, end) for event in batch]


def refused(tmp_path, text, match, **options):
    with pytest.raises(InputError, match=match):
        source(tmp_path, text, **options).describe()


def raw(text):
    return parse_raw(text, "value")
