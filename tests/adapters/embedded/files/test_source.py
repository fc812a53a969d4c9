"""User files: what is right is read exactly, what is wrong is named by file, line, column and value."""

import gzip
import tempfile

import msgspec
import polars as pl
import pytest

from tests.adapters.embedded.files.given import (
    BARS,
    BTC,
    ETH,
    QUOTES,
    T0,
    TRADES,
    events,
    raw,
    refused,
    source,
)
from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.files import FileOptions, FileSource
from trade2026.adapters.embedded.files.options import FileKind
from trade2026.model.enums import Side
from trade2026.model.instrument import VolumeUnit, equity
from trade2026.model.market_data import Bar, Quote, Trade
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.time import DAY_NS, MINUTE_NS, format_ns

# --- what is right


def test_bars(tmp_path):
    found = source(tmp_path, BARS)
    assert events(found)[2] == Bar(
        "BTCUSDT.BINANCE", T0 + 3 * MINUTE_NS, T0 + 3 * MINUTE_NS,
        raw("10.5"), raw("11"), raw("10"), raw("10.25"), raw("2.5"),
    )  # fmt: skip
    told = found.describe()
    assert (told.bar_interval_ns, told.event_count, told.has_open, told.volume_known) == (
        MINUTE_NS,
        3,
        True,
        True,
    )
    assert "mark the open of a bar, which is known 60 seconds later" in " ".join(told.limits)
    assert found.report().findings == ()


def test_times_that_mark_the_close(tmp_path):
    assert events(source(tmp_path, BARS, timestamp_marks="close"))[0].ts_event == T0


def test_close_only_bars_without_volume(tmp_path):
    found = source(tmp_path, "Date,Close\n2021-01-08,10\n2021-01-09,11\n")
    told = found.describe()
    assert (told.has_open, told.volume_known, told.bar_interval_ns) == (False, False, DAY_NS)
    assert events(found)[0] == Bar(
        "BTCUSDT.BINANCE", T0 + DAY_NS, T0 + DAY_NS, None, None, None, raw("10"), None
    )


def test_trades(tmp_path):
    first, second, third = events(source(tmp_path, TRADES))
    ts = T0 + 278_000_000
    assert first == Trade("BTCUSDT.BINANCE", ts, ts, raw("10.5"), raw("0.25"), Side.BUY, "a1")
    assert (second.aggressor_side, third.aggressor_side) == (Side.SELL, None)


def test_the_maker_flag_names_the_other_side(tmp_path):
    text = "ts,price,size,is_buyer_maker\n1610064000,1,1,True\n1610064001,1,1,false\n"
    assert [trade.aggressor_side for trade in events(source(tmp_path, text))] == [Side.SELL, Side.BUY]


def test_quotes(tmp_path):
    ts = T0 + 500_000_000
    assert events(source(tmp_path, QUOTES))[0] == Quote(
        "BTCUSDT.BINANCE", ts, ts, raw("10"), raw("11"), raw("1"), raw("2")
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace("\n", "\n\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("10.25", '"10.25"').replace("close", " CLOSE "),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.replace("10.5", "1.05e1"),
    ],
)
def test_spellings_of_the_same_file(tmp_path, change):
    assert events(source(tmp_path, change(BARS))) == events(source(tmp_path, BARS, "plain.csv"))


def test_a_file_without_header_line(tmp_path):
    body = BARS.split("\n", 1)[1]
    names = ("timestamp", "open", "high", "low", "close", "volume")
    assert events(source(tmp_path, body, header=names)) == events(source(tmp_path, BARS))
    refused(tmp_path, body, "must begin with a line that names the columns")
    refused(tmp_path, body, "must name the 6 columns", header=("timestamp", "close"))


def test_parquet_equals_csv(tmp_path):
    frame = pl.read_csv(BARS.encode()).with_columns(pl.col("timestamp").str.to_datetime(time_zone="UTC"))
    path = tmp_path / "bars.parquet"
    frame.write_parquet(path)
    found = FileSource(path, FileOptions(instruments=BTC), Calendars())
    assert events(found) == events(source(tmp_path, BARS))
    odd = tmp_path / "bars [1]*.parquet"  # No pattern, though it looks like one.
    frame.write_parquet(odd)
    assert events(FileSource(odd, FileOptions(instruments=BTC), Calendars())) == events(found)
    frame.with_columns(low=pl.Series([9.0, 99.0, 9.0])).write_parquet(path)
    with pytest.raises(
        InputError, match=r"bars.parquet row 2 column 'high' must be at least the low 99, was '12'"
    ):
        FileSource(path, FileOptions(instruments=BTC), Calendars()).describe()
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match="must be a whole Parquet file"):
        FileSource(path, FileOptions(instruments=BTC), Calendars()).describe()


def test_daily_bars_are_known_when_their_session_closes(tmp_path):
    text = "Date,Close\n2022-11-23,10\n2022-11-25,11\n2022-11-28,12\n2022-11-29,12\n2022-11-30,13\n"
    found = source(tmp_path, text, instruments=equity("SPY", "ARCX"))
    closes = [format_ns(bar.ts_event) for bar in events(found)]
    assert closes[:2] == ["2022-11-23T21:00:00Z", "2022-11-25T18:00:00Z"]
    assert found.report().findings == ()  # Thanksgiving and the weekend are no gaps.
    midnight = text.replace(",1", " 00:00:00,1")
    assert events(source(tmp_path, midnight, instruments=equity("SPY", "ARCX"))) == events(found)
    holiday = text.replace("2022-11-25", "2022-11-24")
    refused(
        tmp_path,
        holiday,
        "line 3 column 'Date' must be a trading day of XNYS",
        instruments=equity("A", "XNYS"),
    )


def test_weekly_bars_are_not_known_before_their_week_is_over(tmp_path):
    text = "Date,Close\n2022-11-07,10\n2022-11-14,11\n2022-11-21,12\n"
    found = source(tmp_path, text, instruments=equity("A", "XNYS"))
    assert format_ns(events(found)[0].ts_event) == "2022-11-14T00:00:00Z"
    assert found.describe().bar_interval_ns == 7 * DAY_NS


def test_several_instruments_in_one_file(tmp_path):
    text = "ts,symbol,close\n" + "".join(
        f"2021-01-08T00:0{minute}:00Z,{symbol},{minute + 1}\n" for minute in range(4) for symbol in ("E", "B")
    )
    found = source(tmp_path, text, instruments={"E": ETH, "B": BTC})
    assert [event.instrument_id[:3] for event in events(found)] == ["BTC", "ETH"] * 4
    assert found.report().findings == ()
    refused(tmp_path, text, "line 3 column 'symbol' must be the file's one symbol")
    refused(tmp_path, text, "line 2 column 'symbol' must be one of B, was 'E'", instruments={"B": BTC})


# --- what is wrong


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("10.25", "x", "line 4 column 'close' must be a decimal with at most nine places, was 'x'"),
        ("10.25", "nan", "line 4 column 'close' must be a decimal"),
        ("10.25", "inf", "line 4 column 'close' must be a decimal"),
        ("10.25", "", "line 4 column 'close' .* was ''; the cell is empty"),
        ("10.25", "10.2500000001", "line 4 column 'close' .*; round it, or on_excess_decimals"),
        ("10.25", "-10.25", "line 4 column 'close' must be positive, was '-10.25'"),
        ("10.25", "0", "line 4 column 'close' must be positive, was '0'"),
        ("10.25", "99999999999", "line 4 column 'close' must be at most 9223372036.854775807 in magnitude"),
        ("10.25", "12", "line 4 column 'close' must lie between low 10 and high 11, was '12'"),
        ("10.5,11,10", "10.5,9,10", "line 4 column 'high' must be at least the low 10, was '9'"),
        ("10.5,11,10", "9,11,10", "line 4 column 'open' must lie between low 10 and high 11, was '9'"),
        (",2.5", ",-2.5", "line 4 column 'volume' must not be negative, was '-2.5'"),
        (",2.5", "", "line 4 column 'volume' .* the cell is empty or the line too short"),
        (",2.5", ",2.5,7", "line 4 must have 6 fields, had 7"),
        ("2021-01-08T00:02:00Z", "soon", "line 4 column 'timestamp' must be an ISO time"),
        ("2021-01-08T00:02:00Z", "2300-01-08T00:02:00Z", "line 4 column 'timestamp' must lie within int64"),
        ("2021-01-08T00:02:00Z", "2021-01-08T00:00:30Z", r"has 1 rows earlier than a row above \(line 4: "),
        ("2021-01-08T00:02:00Z", "2021-01-08T00:01:00Z", r"has 1 duplicates \(line 4: repeats 3 "),
        ("close", "end", "missing: close|must be recognizable"),
        ("open", "begin", r"missing: open \(such as open, o, open_price\)"),
        ("volume", "close", "must name each column once, had close"),
        ("volume", "ts", "must have one column for timestamp, had timestamp, ts"),
    ],
)
def test_a_fault_names_its_place_and_remedy(tmp_path, old, new, match):
    head, _, tail = BARS.rpartition(old)
    refused(tmp_path, f"{head}{new}{tail}", match)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "was empty"),
        (b"timestamp,close\n", "must have rows below its header"),
        (b"timestamp,close\n\n\n", "must have rows below its header"),
        (bytes(range(256)) * 20, "must be CSV text or Parquet, was neither"),
        (b"\x89" * 100, "line 1 must be UTF-8 text"),
        (BARS.encode("utf-16"), "must be UTF-8 text, was UTF-16"),
        (BARS.replace("10.25", "\xa3").encode("latin-1"), "line 4 must be UTF-8 text"),
        (BARS.replace("10.25", '"10.25').encode(), "line 4 must be well-formed CSV|line 5"),
        (b"PAR1 and no more", "must be a whole Parquet file"),
        (gzip.compress(BARS.encode())[:-9], "must be readable to its end|must be a whole gzip"),
        (b"price,qty,side,update_type,ts\n1,1,b,set,1\n", "looks like order-book depth"),
        (b"ts,close\n2021-01-08T00:00:00Z,1\n", "must have two bars"),
    ],
)
def test_content_that_is_no_data(tmp_path, content, match):
    refused(tmp_path, content, match)


def test_what_is_no_file(tmp_path):
    for path, match in (
        (tmp_path, "was the directory"),
        (tmp_path / "none.csv", "must exist, was 'none.csv'"),
    ):
        with pytest.raises(InputError, match=match):
            FileSource(path, FileOptions(instruments=BTC), Calendars()).describe()


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"on_gap": "ignore"}, "on_gap must be one of report, refuse, was 'ignore'"),
        ({"kind": "books"}, "kind must be one of bars, trades, quotes, was 'books'"),
        ({"bar_interval_ns": 0}, "bar_interval_ns must be positive"),
        ({"instruments": {}}, "instruments must name at least one"),
    ],
)
def test_options_that_are_no_choice(options, match):
    with pytest.raises(InputError, match=match):
        FileOptions(**{"instruments": BTC, **options})


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"close": "End"}, "must have the column 'End'"),
        ({"end": "close"}, "columns must have one of the roles"),
    ],
)
def test_stated_columns_must_exist(tmp_path, columns, match):
    refused(tmp_path, BARS, match, columns=columns)


# --- choices


def test_disorder_is_sorted_on_request(tmp_path):
    lines = BARS.splitlines()
    text = "\n".join([lines[0], lines[3], lines[1], lines[2]]) + "\n"
    found = source(tmp_path, text, on_disorder="sort")
    assert events(found) == events(source(tmp_path, BARS, "sorted.csv"))
    (finding,) = found.report().findings
    assert (finding.name, finding.count, finding.examples[0][:7]) == ("disorder", 2, "line 3:")


def test_duplicates_are_dropped_on_request(tmp_path):
    text = BARS + "2021-01-08T00:02:00Z,10.5,11,10,10.75,9\n"
    assert [e.close for e in events(source(tmp_path, text, on_duplicate="first"))][-1] == raw("10.25")
    found = source(tmp_path, text, on_duplicate="last")
    assert [e.close for e in events(found)][-1] == raw("10.75")
    assert (found.describe().event_count, found.report().rows) == (3, 4)


def test_only_true_repeats_of_trades_and_quotes_are_duplicates(tmp_path):
    again = TRADES + "1610064000310,10.25,1,,a3\n1610064000310,10.25,1,,a4\n"
    refused(tmp_path, again, r"has 1 duplicates \(line 5: repeats 4 ")
    assert len(events(source(tmp_path, again, on_duplicate="first"))) == 4
    same_time = QUOTES + "2021-01-08 00:00:01,10.5,11,2,0\n2021-01-08 00:00:01,10.5,11,1,0\n"
    refused(tmp_path, same_time, r"has 1 duplicates \(line 5: repeats 3 ")


def test_gaps_are_reported_or_refused(tmp_path):
    text = BARS + "2021-01-08T00:06:00Z,10,11,10,10,1\n"
    (finding,) = source(tmp_path, text).report().findings
    assert (finding.name, finding.count) == ("gap", 3)
    assert finding.examples == ("line 5: 3 missing before 2021-01-08T00:07:00Z",)
    refused(tmp_path, text, r"has 3 missing bars \(line 5: 3 missing", on_gap="refuse")


def test_gaps_count_only_within_sessions(tmp_path):
    """15:58 to 15:59 on Friday, then 9:31 on Monday: one bar is missing after the open."""
    times = ("2022-07-01T19:57:00Z", "2022-07-01T19:58:00Z", "2022-07-01T19:59:00Z", "2022-07-05T13:31:00Z")
    text = "ts,close\n" + "".join(f"{time},10\n" for time in times)
    (finding,) = source(tmp_path, text, instruments=equity("A", "XNYS")).report().findings
    assert (finding.name, finding.count) == ("gap", 1)


def test_bars_that_begin_before_the_last_has_ended_are_counted(tmp_path):
    text = BARS + "2021-01-08T00:02:20Z,10,11,10,10,1\n"
    (finding,) = source(tmp_path, text).report().findings
    assert (finding.name, finding.count) == ("overlap", 1)
    assert finding.examples == ("line 5: begins 20000000000 ns after the bar before",)


def test_a_full_temporary_folder_is_an_operating_error(tmp_path, monkeypatch):
    class Full:
        def __init__(self, **_):
            self.close = lambda: None

        def seek(self, *_):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Full)
    with pytest.raises(StoreUnavailable, match="No space left on device; free space or set TMPDIR"):
        source(tmp_path, BARS).describe()


def test_findings_that_do_not_stop(tmp_path):
    (finding,) = source(tmp_path, QUOTES.replace("10.5", "11.005")).report().findings[:1]
    assert (finding.name, finding.count) == ("crossed", 1)
    assert {f.name for f in source(tmp_path, QUOTES.replace("10.5", "11.005")).report().findings} == {
        "crossed", "off_tick",
    }  # fmt: skip


def test_limits_say_what_was_assumed(tmp_path):
    perpetual = msgspec.structs.replace(BTC, volume_unit=VolumeUnit.CONTRACTS)
    text = "time,symbol,close,volume,x\n" + "".join(f"161006400{i}000,ETH,1,5,0\n" for i in range(3))
    told = source(tmp_path, text, instruments=perpetual, prices_adjusted=True).describe()
    said = " ".join(told.limits)
    for words in (
        "as ms since 1970",
        "'ETH'",
        "Volume counts contracts",
        "adjusted",
        "not used: x",
        "Closing prices",
    ):
        assert words in said
    assert not told.permits_per_share_fees
    assert "read as UTC" in " ".join(source(tmp_path, QUOTES).describe().limits)
    refused(tmp_path, QUOTES, "line 2 column 'ts' must carry a time zone", naive_times="refuse")


def test_kind_can_be_stated(tmp_path):
    text = "ts,close,price,size\n1610064000,1,2,3\n"
    refused(tmp_path, text, "matching: bars, trades")
    assert isinstance(events(source(tmp_path, text, kind=FileKind.TRADES))[0], Trade)
