"""The shipped sample: every price exact, every bar at the close of its New York session, nothing missing."""

import csv
import gzip
import hashlib
import io
from decimal import Decimal
from importlib import resources

import exchange_calendars
import pytest

from trade2026.adapters.embedded import sp500
from trade2026.adapters.embedded.daily_sample import price_of
from trade2026.adapters.embedded.sp500 import Sp500Source
from trade2026.model.instrument import check_instrument
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning")  # exchange_calendars on pandas

SOURCE = Sp500Source()


@pytest.fixture(scope="module")
def bars():
    return [bar for batch in SOURCE.batches(None, None) for bar in batch]


@pytest.fixture(scope="module")
def rows():
    path = resources.files("trade2026.adapters.embedded").joinpath("samples", sp500.FILE_NAME)
    return list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))


def test_every_price_equals_the_text_of_the_file(bars, rows):
    """Oracle: the csv module and Decimal."""
    found = {(bar.instrument_id.split(".")[0], format_ns(bar.ts_event)[:10]): bar.close for bar in bars}
    expected = {
        (symbol, row["Date"]): int(Decimal(price) * 10**9)
        for row in rows
        for symbol, price in row.items()
        if symbol != "Date"
    }
    assert len(bars) == len(expected) == 20 * 8313
    assert found == expected


def test_prices_are_positive_and_on_the_tick(bars):
    ticks = {i.instrument_id: i.tick_size for i in SOURCE.instruments()}
    assert all(bar.close > 0 and bar.close % ticks[bar.instrument_id] == 0 for bar in bars)


def test_bars_end_with_their_session(bars):
    """Oracle: exchange_calendars; its half days close at 13:00 in New York."""
    library = exchange_calendars.get_calendar("XNYS", start="1990-01-02", end="2022-12-28")
    expected = [int(close.value) for close in library.closes]
    assert sorted({bar.ts_event for bar in bars}) == expected
    assert sum(format_ns(ts)[11:13] in {"17", "18"} for ts in expected) > 50
    assert all(bar.ts_init == bar.ts_event for bar in bars)


def test_bars_have_a_close_and_nothing_else(bars):
    assert all((bar.open, bar.high, bar.low, bar.volume) == (None, None, None, None) for bar in bars)


def test_description_states_what_is_missing():
    found = SOURCE.describe()
    assert (found.has_open, found.volume_known, found.permits_per_share_fees) == (False, False, False)
    assert found.event_count == 166_260
    said = " ".join(found.limits)
    for word in ("Closing prices only", "adjusted", "survivorship", "0.001", "per-share fees"):
        assert word in said


def test_instruments_are_valid_and_in_order():
    instruments = SOURCE.instruments()
    assert [check_instrument(i) for i in instruments] == sorted(instruments, key=lambda i: i.instrument_id)
    assert len(instruments) == 20
    assert {i.calendar for i in instruments} == {"XNYS"}
    assert "AAPL.XNAS" in {i.instrument_id for i in instruments}


def test_bytes_are_those_of_the_declared_hash():
    path = resources.files("trade2026.adapters.embedded").joinpath("samples", sp500.FILE_NAME)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SOURCE.describe().sha256


@pytest.mark.parametrize("text", ["0", "-1", "nan", "1.0005", "", "1,5"])
def test_a_price_that_cannot_be_used_names_its_line(text):
    with pytest.raises(InputError, match="line 7 close"):
        price_of(text, "sp500_dataset.csv.gz line 7 close")
