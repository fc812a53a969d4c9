"""Files of a user become the tape that is in them."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.terminal import services_at
from trade2026.application.prism.tapes import TapeRequest, read_tape, split_tape
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import MINUTE_NS

SHARED = Path(__file__).parents[4] / "shared" / "data"

BARS = "timestamp,open,high,low,close,volume\n" + "".join(
    f"2021-01-01T00:{minute:02}:00Z,10,99,9,{10 + minute},5\n" for minute in range(10) if minute != 4
)
TRADES = "timestamp,price,quantity,side\n" + "".join(
    f"2021-01-01T00:00:0{at}Z,10.5,0.{at + 1},{'buy' if at % 2 else 'sell'}\n" for at in range(8)
)
QUOTES = "timestamp,bid,ask,bid_size,ask_size\n" + "".join(
    f"2021-01-01T00:00:0{at}Z,10,1{at % 3 + 1},1,2\n" for at in range(8)
)


def tape_of(tmp_path: Path, **words):
    files = []
    for name, text in (("bars", BARS), ("trades", TRADES), ("quotes", QUOTES)):
        (tmp_path / f"{name}.csv").write_text(text)
        files.append(str(tmp_path / f"{name}.csv"))
    return read_tape(TapeRequest(files=tuple(files), **words), services_at(tmp_path / "home"))


def test_bars_trades_and_quotes_of_files_are_one_tape(tmp_path):
    tape = tape_of(tmp_path)
    assert tape.name == "bars.csv + trades.csv + quotes.csv"
    first = 1_609_459_200 * 10**9
    assert tape.bars is not None
    minutes = [minute for minute in range(10) if minute != 4]
    assert tape.bars.start_ns.tolist() == [first + minute * MINUTE_NS for minute in minutes]
    assert tape.bars.close.tolist() == [10.0 + minute for minute in minutes]
    assert tape.bars.interval_ns == MINUTE_NS
    assert tape.trades is not None
    assert tape.trades.signs.tolist() == [-1, 1] * 4
    assert tape.trades.quantities.tolist() == pytest.approx([0.1 * (at + 1) for at in range(8)])
    assert tape.quotes is not None
    assert tape.quotes.ask.tolist() == [11, 12, 13, 11, 12, 13, 11, 12]


def test_a_tape_is_cut_by_time(tmp_path):
    first, rest = split_tape(tape_of(tmp_path), 0.5)
    assert rest is not None
    assert first.bars is not None
    assert rest.bars is not None
    assert first.bars.close.tolist() == [10, 11, 12, 13]
    assert rest.bars.close.tolist() == [15, 16, 17, 18, 19]
    assert first.trades is not None
    assert rest.trades is None
    whole, nothing = split_tape(tape_of(tmp_path), 1.0)
    assert nothing is None
    assert whole.bars is not None
    assert whole.bars.close.size == 9


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InputError, match="--session"):
        tape_of(tmp_path, session="lazy")
    with pytest.raises(InputError, match="--against must name a file"):
        read_tape(TapeRequest(files=()), services_at(tmp_path / "home"))
    with pytest.raises(InputError, match="--against must name files, was the folder"):
        read_tape(TapeRequest(files=(str(tmp_path),)), services_at(tmp_path / "home"))
    twice = TapeRequest(files=(str(tmp_path / "bars.csv"),) * 2)
    with pytest.raises(InputError, match="one file of bars"):
        read_tape(twice, services_at(tmp_path / "home"))
    with pytest.raises(InputError, match="--split"):
        split_tape(tape_of(tmp_path), 1.5)
    with pytest.raises(InputError, match="had none"):
        tape_of(tmp_path, start_ns=2 * 10**18)


@pytest.mark.shared_data
def test_the_shared_files_are_read_as_they_are(tmp_path):
    if not SHARED.exists():
        pytest.skip("the shared data is not here: it comes with the project, not with the package")
    bars = read_tape(
        TapeRequest(files=(str(SHARED / "btc-perp-1m-2021-12-31--2022-02-01.csv"),)), services_at(tmp_path)
    )
    assert bars.bars is not None
    assert bars.bars.close.size == 45_031
    names = ("binance-btcusdt-trades.parquet", "binance-btcusdt-quotes.parquet")
    binance = read_tape(TapeRequest(files=tuple(str(SHARED / name) for name in names)), services_at(tmp_path))
    assert binance.trades is not None
    assert binance.quotes is not None
    assert (binance.trades.ts_ns.size, binance.quotes.ts_ns.size) == (2_001, 451)
    assert set(np.asarray(binance.trades.signs).tolist()) == {-1, 1}
