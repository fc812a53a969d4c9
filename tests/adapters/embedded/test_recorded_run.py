"""A recorded run as a source of market data: what the market said, and nothing that it did not say."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from tests.application.prism.runs import BEGIN, IDS, PART_S, SECONDS, SEED, record, said_by_market
from tests.simulation.prism.helpers import SECOND
from trade2026.adapters.embedded import recorded_run
from trade2026.adapters.embedded.merge import MergedSource
from trade2026.adapters.embedded.recorded_run import RecordedRunSource
from trade2026.adapters.embedded.sources import open_source, open_sources
from trade2026.model.instrument import InstrumentKind
from trade2026.model.market_data import MarketEvent, Quote, Trade
from trade2026.ports.feed import MarketDataSource
from trade2026.primitives.errors import HashMismatch, InputError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    assert record(folder).parts == 3
    return folder


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """One that may be damaged."""
    return Path(shutil.copytree(run, tmp_path / "copy"))


def played(source: MarketDataSource, start: int | None = None, end: int | None = None) -> list[MarketEvent]:
    return [event for batch in source.batches(start, end) for event in batch]


def without_id(event: MarketEvent) -> MarketEvent:
    return msgspec.structs.replace(event, trade_id="") if isinstance(event, Trade) else event


def rewrite(folder: Path, **values: Any) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_it_plays_what_the_market_said(run: Path) -> None:
    events = played(RecordedRunSource(run))
    assert [without_id(event) for event in events] == said_by_market()
    assert {event.instrument_id for event in events} == set(IDS)
    keys = [(event.ts_event, event.instrument_id) for event in events]
    assert keys == sorted(keys)
    trades = [event for event in events if isinstance(event, Trade)]
    assert sorted(int(trade.trade_id) for trade in trades) == list(range(1, len(trades) + 1))
    assert 100 < len(trades) < len(events)


def test_it_says_what_it_is(run: Path) -> None:
    source = RecordedRunSource(run)
    about, report = source.describe(), source.report()
    events = played(source)
    assert about.name == str(run)
    assert about.sha256 == hashlib.sha256((run / "run.json").read_bytes()).hexdigest()
    assert about.event_count == report.events == report.rows == len(events)
    assert (report.first_ns, report.last_ns) == (events[0].ts_event, events[-1].ts_event)
    assert about.bar_interval_ns == 0
    limits = " ".join(about.limits)
    assert f"Simulated by PRISM from seed {SEED}: no real price or trade is in it." in limits
    assert "move no price" in limits
    assert "makers 0 and takers 2 basis points" in limits
    first, second = source.instruments()
    assert (first.instrument_id, second.instrument_id) == IDS
    assert first.kind is InstrumentKind.CRYPTO_SPOT
    assert (first.base_currency, first.quote_currency, first.calendar) == ("BTC", "USDT", "24/7")
    assert (first.tick_size, first.lot_size, first.min_notional) == (10**7, 10**4, 5 * 10**9)
    for event in events:
        prices = (event.price,) if isinstance(event, Trade) else (event.bid_price, event.ask_price)  # type: ignore[union-attr]
        assert all(price % first.tick_size == 0 for price in prices)


def test_a_period_is_a_part_of_the_whole(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = RecordedRunSource(run)
    events = played(source)
    for start, end in (
        (None, BEGIN + 30 * SECOND), (BEGIN + 30 * SECOND, None), (BEGIN + 24 * SECOND, BEGIN + 51 * SECOND),
        (events[7].ts_event, events[9].ts_event), (BEGIN + SECONDS * SECOND, None), (None, BEGIN),
    ):  # fmt: skip
        asked = [
            event
            for event in events
            if (start is None or event.ts_event >= start) and (end is None or event.ts_event < end)
        ]
        assert played(source, start, end) == asked
    monkeypatch.setattr(recorded_run, "BATCH_EVENTS", 64)
    batches = list(source.batches(None, None))
    assert max(map(len, batches)) <= 2 * 64
    assert [event for batch in batches for event in batch] == events


def test_it_is_merged_with_others_as_files_are(run: Path) -> None:
    both = open_sources([(str(run), None), ("sp500", None)])
    assert isinstance(both, MergedSource)
    assert isinstance(open_source(str(run)), RecordedRunSource)
    assert len(both.instruments()) == 22
    assert both.describe().limits[0].startswith(f"{run}: Simulated by PRISM")
    assert played(both, BEGIN, None) == played(RecordedRunSource(run))


def test_a_folder_may_have_any_name(run: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "run[1]*"))
    assert played(RecordedRunSource(folder)) == played(RecordedRunSource(run))


def test_kinds_that_were_not_recorded_are_told(tmp_path: Path) -> None:
    record(tmp_path / "quotes", kinds=("quotes",), quote_every_ns=SECOND)
    source = RecordedRunSource(tmp_path / "quotes")
    assert all(isinstance(event, Quote) for event in played(source))
    limits = " ".join(source.describe().limits)
    assert "the last of each 1 seconds was kept" in limits
    assert "No trades" in limits
    record(tmp_path / "trades", kinds=("trades",))
    source = RecordedRunSource(tmp_path / "trades")
    assert all(isinstance(event, Trade) for event in played(source))
    assert "No quotes" in " ".join(source.describe().limits)
    record(tmp_path / "orders", kinds=("orders",))
    with pytest.raises(InputError, match=r"orders must have quotes or trades, had neither"):
        RecordedRunSource(tmp_path / "orders").describe()


def test_a_recording_that_was_stopped_plays_as_far_as_it_got(run: Path, tmp_path: Path) -> None:
    assert record(tmp_path / "cut", should_stop=lambda: True).parts == 1
    source = RecordedRunSource(tmp_path / "cut")
    assert played(source) == played(RecordedRunSource(run), None, BEGIN + PART_S * SECOND + 1)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("timestamp,close\n")
    with pytest.raises(InputError, match=r"the folder .* must have run\.json, .* record the run again"):
        RecordedRunSource(tmp_path).describe()


def test_a_damaged_file_is_named(copy: Path) -> None:
    path = copy / "quotes-0001.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(HashMismatch, match=r"quotes-0001\.parquet must have SHA-256"):
        RecordedRunSource(copy).describe()


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "trades-0002.parquet").unlink()
    with pytest.raises(InputError, match=r"trades-0002\.parquet must be there"):
        RecordedRunSource(copy).instruments()


def test_orders_and_events_are_not_needed(copy: Path, run: Path) -> None:
    for path in (*copy.glob("orders-*"), *copy.glob("events-*")):
        path.unlink()
    assert played(RecordedRunSource(copy)) == played(RecordedRunSource(run))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"version": 2}, r"must be of 'trade2026 prism run' in version 1, was .* in version 2"),
        ({"format": "other"}, r"was of 'other'"),
        ({"parts": "none"}, r"run\.json must describe a recorded run: .*parts"),
        ({"seed": None}, r"must describe a recorded run"),
        ({"books": []}, r"quotes-0000\.parquet must be a recorded part|trades-0000\.parquet must be"),
    ],
)
def test_a_run_json_that_cannot_be_used_is_named(copy: Path, values: dict[str, Any], sentence: str) -> None:
    rewrite(copy, **values)
    with pytest.raises(InputError, match=sentence):
        played(RecordedRunSource(copy))


def test_no_json_and_impossible_instruments_are_named(copy: Path) -> None:
    books = json.loads((copy / "run.json").read_text())["books"]
    rewrite(copy, books=[{**books[0], "tick_size": "0"}, books[1]])
    with pytest.raises(InputError, match=r"run\.json must describe instruments: tick_size must be positive"):
        RecordedRunSource(copy).instruments()
    (copy / "run.json").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"run\.json must describe a recorded run"):
        RecordedRunSource(copy).describe()


def test_files_outside_of_the_folder_are_not_read(copy: Path) -> None:
    parts = json.loads((copy / "run.json").read_text())["parts"]
    rewrite(copy, parts=[{**parts[0], "file": "../trades-0000.parquet"}])
    with pytest.raises(InputError, match=r"must describe a recorded run: .*file"):
        RecordedRunSource(copy).describe()


def test_rows_out_of_order_are_refused(copy: Path) -> None:
    """Whoever edits a part and its hash still gets no events that run backwards."""
    path = copy / "trades-0000.parquet"
    pl.read_parquet(path).reverse().write_parquet(path)
    parts = json.loads((copy / "run.json").read_text())["parts"]
    for part in parts:
        if part["file"] == path.name:
            part["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(copy, parts=parts)
    with pytest.raises(InputError, match=r"trades-0000\.parquet must be in order .* at row 2"):
        played(RecordedRunSource(copy))
