"""The sample of factor funds: every price exact, a bar for every session, its limits said."""

import gzip
import hashlib
from importlib import resources

import exchange_calendars
import pytest

from trade2026.adapters.embedded import factors
from trade2026.adapters.embedded.factors import FactorsSource
from trade2026.adapters.embedded.sources import SAMPLES, open_source
from trade2026.model.instrument import check_instrument
from trade2026.model.market_data import Bar
from trade2026.primitives.time import format_ns

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning")  # exchange_calendars on pandas

SOURCE = FactorsSource()
FILE = resources.files("trade2026.adapters.embedded").joinpath("samples", factors.FILE_NAME)


def test_every_price_is_that_of_the_file():
    _, *lines = gzip.decompress(FILE.read_bytes()).decode().splitlines()
    header = ["MTUM", "QUAL", "SIZE", "USMV", "VLUE"]
    expected = {
        (symbol, day): round(float(price) * 1000)
        for day, *prices in (line.split(",") for line in lines)
        for symbol, price in zip(header, prices, strict=True)
    }
    bars = [bar for batch in SOURCE.batches(None, None) for bar in batch if isinstance(bar, Bar)]
    found = {
        (bar.instrument_id.split(".")[0], format_ns(bar.ts_event)[:10]): bar.close // 1_000_000
        for bar in bars
    }
    assert found == expected
    assert len(bars) == SOURCE.describe().event_count == 5 * 2264
    assert all(bar.close > 0 for bar in bars)


def test_there_is_a_bar_for_every_session():
    """Oracle: exchange_calendars."""
    library = exchange_calendars.get_calendar("XNYS", start="2014-01-02", end="2022-12-28")
    found = sorted({bar.ts_event for batch in SOURCE.batches(None, None) for bar in batch})
    assert found == [int(close.value) for close in library.closes]


def test_it_says_what_it_is_and_what_it_is_not():
    found = SOURCE.describe()
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == found.sha256
    assert (found.name, found.has_open, found.permits_per_share_fees) == ("factors", False, False)
    said = " ".join(found.limits)
    for word in ("Closing prices only", "adjusted", "not factors", "December 2018", "tests and examples"):
        assert word in said
    assert [check_instrument(each).instrument_id for each in SOURCE.instruments()] == [
        "MTUM.BATS", "QUAL.BATS", "SIZE.ARCX", "USMV.BATS", "VLUE.BATS",
    ]  # fmt: skip


def test_it_is_opened_by_its_name():
    assert isinstance(open_source("factors"), FactorsSource)
    assert all(make().describe().name == name for name, make in SAMPLES.items())
