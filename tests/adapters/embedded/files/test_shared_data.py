"""Real files: minute bars of a perpetual, trades and quotes of Binance, read to the last digit."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import msgspec
import polars as pl
import pytest

from trade2026.adapters.embedded.files import FileOptions
from trade2026.adapters.embedded.sources import open_source, open_sources
from trade2026.model.enums import Side
from trade2026.model.instrument import VolumeUnit, crypto_spot
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS, format_ns

SHARED = Path(__file__).parents[4].parent / "shared" / "data"
BARS = str(SHARED / "btc-perp-1m-2021-12-31--2022-02-01.csv")
TRADES = str(SHARED / "binance-btcusdt-trades.parquet")
QUOTES = str(SHARED / "binance-btcusdt-quotes.parquet")
BTC = crypto_spot("BTCUSDT")
ROUNDED = FileOptions(instruments=BTC, on_excess_decimals="round")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared market data is not beside the repository"),
]


def nine(text: str) -> int:
    """Oracle: Decimal, rounded half even to nine places."""
    return int(Decimal(text).scaleb(9).to_integral_value())


def test_minute_bars_of_the_perpetual():
    perpetual = msgspec.structs.replace(BTC, volume_unit=VolumeUnit.CONTRACTS)
    source = open_source(BARS, FileOptions(instruments=perpetual, on_excess_decimals="round"))
    bars = [event for batch in source.batches(None, None) for event in batch]
    rows = [line.split(",") for line in Path(BARS).read_text().splitlines()[1:]]
    assert len(bars) == len(rows) == 45_031
    for bar, (time, *cells) in zip(bars, rows, strict=True):
        assert isinstance(bar, Bar)
        assert format_ns(bar.ts_event - MINUTE_NS) == time[:19].replace(" ", "T") + "Z"
        assert [bar.open, bar.high, bar.low, bar.close, bar.volume] == [nine(cell) for cell in cells]
    told = " ".join(source.describe().limits)
    assert "read as UTC" in told
    assert "contracts" in told
    assert "6 values had more than nine decimals" in told


def test_trades_of_binance():
    source = open_source(TRADES, ROUNDED)
    trades = [event for batch in source.batches(None, None) for event in batch]
    frame = pl.read_parquet(TRADES)
    assert [int(trade.trade_id) for trade in trades if isinstance(trade, Trade)] == frame[
        "trade_id"
    ].to_list()
    for trade, row in zip(trades, frame.iter_rows(named=True), strict=True):
        assert isinstance(trade, Trade)
        assert (trade.price, trade.quantity) == (nine(repr(row["price"])), nine(repr(row["quantity"])))
        assert trade.aggressor_side is (Side.SELL if row["buyer_maker"] == "True" else Side.BUY)
        assert trade.ts_event == int(row["timestamp"].timestamp() * 1_000 + 0.5) * 1_000_000


def test_quotes_of_binance():
    source = open_source(QUOTES, ROUNDED)
    quotes = [event for batch in source.batches(None, None) for event in batch]
    for quote, row in zip(quotes, pl.read_parquet(QUOTES).iter_rows(named=True), strict=True):
        assert isinstance(quote, Quote)
        found = [quote.bid_price, quote.ask_price, quote.bid_size, quote.ask_size]
        assert found == [nine(repr(row[name])) for name in ("bid", "ask", "bid_size", "ask_size")]
    assert "'BTC/USDT'" not in " ".join(source.describe().limits)  # It is the same name with a slash.


def test_floats_with_noise_are_refused_unless_rounding_is_asked_for():
    with pytest.raises(InputError, match=r"row 3 column 'quantity' .*was '0.00031099999999999997'; round it"):
        open_source(TRADES, FileOptions(instruments=BTC)).describe()


def test_trades_and_quotes_together():
    source = open_sources([(TRADES, ROUNDED), (QUOTES, ROUNDED)])
    events = [event for batch in source.batches(None, None) for event in batch]
    assert Counter(type(event).__name__ for event in events) == {"Trade": 2_001, "Quote": 451}


def test_other_content_is_told_apart():
    for name, match in (
        ("binance-btcusdt-depth-snap.csv", "order-book depth"),
        ("README.md", "recognizable"),
    ):
        with pytest.raises(InputError, match=match):
            open_source(str(SHARED / name), ROUNDED).describe()
    with pytest.raises(InputError, match="was neither"):
        open_source(str(SHARED / "es-2023-12-25.mbo.dbn.zst"), ROUNDED).describe()
