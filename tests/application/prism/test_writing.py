"""A run on disk is the run: the same trades, the same state, readable as a tape."""

import hashlib
from typing import Any

import msgspec
import polars as pl
import pytest

from tests.cli.terminal import services_at
from tests.simulation.prism.helpers import SECOND, START, TWO_BOOKS
from trade2026.application.prism import writing
from trade2026.application.prism.tapes import TapeRequest, read_tape
from trade2026.application.prism.writing import KINDS, RecordRequest, record_market
from trade2026.ports.recorded_run import RecordedRun
from trade2026.primitives.errors import InputError
from trade2026.simulation.prism.config import PrismConfig
from trade2026.simulation.prism.market import PrismMarket
from trade2026.simulation.prism.recording import Recorder

ONE = msgspec.structs.replace(TWO_BOOKS, books=TWO_BOOKS.books[:1])


def request(folder, **words) -> RecordRequest:
    values: dict[str, Any] = {"config": ONE, "seed": 2, "hours": 0.05, "start_ns": START, "warm_up_s": 10.0}
    return RecordRequest(folder=str(folder), **(values | words))


def test_what_is_written_is_the_run_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "PART_NS", 70 * SECOND)
    told = []
    found = record_market(request(tmp_path / "run"), progress=lambda done, of: told.append((done, of)))
    assert found.parts == 3
    assert told[-1] == (180 * SECOND, 180 * SECOND)
    market = PrismMarket(ONE, 2, START)
    market.run_until(START + 10 * SECOND)
    recorder = Recorder(market, keeps_orders=True)
    market.run_until(START + 190 * SECOND)
    assert found.state_sha256 == market.state_sha256()
    frames = {kind: pl.read_parquet(tmp_path / "run" / f"{kind}-*.parquet") for kind in KINDS}
    assert {kind: frame.height for kind, frame in frames.items()} == found.rows
    trades = recorder.trades(0)
    tick = ONE.books[0].listing.tick_size
    assert frames["trades"]["timestamp"].to_list() == trades[:, 0].tolist()
    assert [round(price * 1e9) for price in frames["trades"]["price"]] == (trades[:, 1] * tick).tolist()
    assert (frames["trades"]["side"] == "buy").to_list() == (trades[:, 3] > 0).tolist()
    assert frames["orders"]["sequence"].to_list() == recorder.commands()[:, 0].tolist()
    assert frames["events"]["kind"].to_list() == recorder.events(0)[:, 1].tolist()


def test_a_recorded_run_is_a_tape(tmp_path):
    record_market(request(tmp_path / "run", kinds=("trades", "quotes")))
    files = tuple(str(tmp_path / "run" / f"{kind}-0000.parquet") for kind in ("trades", "quotes"))
    tape = read_tape(TapeRequest(files=files), services_at(tmp_path / "home"))
    assert tape.trades is not None
    assert tape.quotes is not None
    assert tape.trades.ts_ns.size > 100


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("")
    with pytest.raises(InputError, match="new or empty"):
        record_market(request(tmp_path / "full"))
    with pytest.raises(InputError, match="was the file"):
        record_market(request(tmp_path / "full" / "a"))
    with pytest.raises(InputError, match="--kinds"):
        record_market(request(tmp_path / "new", kinds=("trades", "gossip")))
    with pytest.raises(InputError, match="--hours"):
        record_market(request(tmp_path / "new", hours=0.0))


def test_a_stop_leaves_whole_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "PART_NS", 30 * SECOND)
    found = record_market(request(tmp_path / "run", kinds=("trades",)), should_stop=lambda: True)
    assert found.parts == 1
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["run.json", "trades-0000.parquet"]


def test_the_run_is_described_after_each_part(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "PART_NS", 70 * SECOND)
    seen = []

    def look(done: int, of: int) -> None:
        seen.append(msgspec.json.decode((tmp_path / "run" / "run.json").read_bytes(), type=RecordedRun))

    found = record_market(request(tmp_path / "run"), progress=look)
    assert [len(run.parts) for run in seen] == [4, 8, 12]
    assert [run.end_ns - run.begin_ns for run in seen] == [70 * SECOND, 140 * SECOND, 180 * SECOND]
    last = seen[-1]
    assert (last.seed, last.quote_every_ns, last.state_sha256) == (2, 0, found.state_sha256)
    assert msgspec.json.decode(last.config, type=PrismConfig) == ONE
    assert {kind: sum(part.rows for part in last.parts if part.kind == kind) for kind in KINDS} == found.rows
    for part in last.parts:
        path = tmp_path / "run" / part.file
        assert part.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        times = pl.read_parquet(path)["timestamp"]
        assert (part.first_ns, part.last_ns, part.rows) == (times[0], times[-1], len(times))


def test_a_book_that_no_instrument_can_have_is_refused_before_the_run(tmp_path):
    book = msgspec.structs.replace(
        ONE.books[0], listing=msgspec.structs.replace(ONE.books[0].listing, symbol="B T C")
    )
    with pytest.raises(InputError, match="instrument_id must be"):
        record_market(request(tmp_path / "run", config=msgspec.structs.replace(ONE, books=(book,))))
    assert not (tmp_path / "run").exists()
