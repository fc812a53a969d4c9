"""Data that the user gave a name: there as a whole, opened as it was kept, and gone when it is removed."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.adapters.embedded.disk import DiskStorage
from trade2026.application.data import DataRows, DataSummary, describe_data
from trade2026.application.named_data import DataKind, frequencies, list_data, say_rows
from trade2026.application.prism.history import BarWriter
from trade2026.application.requests import DataRequest
from trade2026.bootstrap import data
from trade2026.bootstrap.data import DataFinder
from trade2026.model.market_data import Bar
from trade2026.primitives.errors import InputError, StoreUnavailable
from trade2026.primitives.time import DAY_NS, MINUTE_NS

_ROWS = """timestamp,close,volume
2024-01-01T00:00:00Z,100,1
2024-01-02T00:00:00Z,101,2
2024-01-03T00:00:00Z,99,3
"""


def _file(folder: Path, name: str = "coin.csv") -> DataRequest:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(_ROWS)
    return DataRequest(
        names=(str(folder / name),),
        instrument_ids=("BTCUSDT.BINANCE",),
        volume_unit="base",
        bar_interval="1d",
    )


def summary_of(finder: DataFinder, request: DataRequest) -> DataSummary:
    """What describing the files says, as whoever keeps them has done."""
    services: Any = SimpleNamespace(data=finder, calendars=Calendars())
    return describe_data(request, services)


def keep(finder: DataFinder, request: DataRequest) -> None:
    finder.shelf.keep("coins", request, summary_of(finder, request))


@pytest.fixture
def finder(tmp_path: Path) -> DataFinder:
    return DataFinder(Calendars(), str(tmp_path / "home"))


def test_what_is_kept_is_read_by_its_name_as_the_files_were(finder: DataFinder, tmp_path: Path) -> None:
    request = _file(tmp_path / "mine")
    given = finder.open(request)
    expected = [event for batch in given.batches(None, None) for event in batch]
    keep(finder, request)
    (tmp_path / "mine" / "coin.csv").unlink()  # A copy is kept.
    again = DataFinder(Calendars(), str(tmp_path / "home"))
    assert again.names() == (*again.shipped(), "coins")
    found = again.open(DataRequest(names=("coins",)))
    assert [event for batch in found.batches(None, None) for event in batch] == expected
    assert found.instruments() == given.instruments()
    about = found.describe()
    assert (about.name, about.sha256) == ("coins", given.describe().sha256)
    assert len(expected) == 3


def test_files_of_one_name_are_kept_apart(finder: DataFinder, tmp_path: Path) -> None:
    one, other = _file(tmp_path / "one"), _file(tmp_path / "other")
    request = DataRequest(
        names=(*one.names, *other.names), instrument_ids=("BTCUSDT.BINANCE", "ETHUSDT.BINANCE"),
        volume_unit="base", bar_interval="1d",
    )  # fmt: skip
    finder.shelf.keep("both", request, summary_of(finder, request))
    found = finder.open(DataRequest(names=("both",)))
    assert [each.instrument_id for each in found.instruments()] == ["BTCUSDT.BINANCE", "ETHUSDT.BINANCE"]
    assert hasattr(found, "report") == hasattr(finder.open(request), "report")


def test_what_was_removed_is_gone_and_its_name_is_free(finder: DataFinder, tmp_path: Path) -> None:
    request = _file(tmp_path / "mine")
    keep(finder, request)
    finder.shelf.remove("coins")
    assert finder.shelf.names() == ()
    assert list((tmp_path / "home" / "data").iterdir()) == []
    with pytest.raises(InputError, match="must be one of \\(none is kept\\), was 'coins'"):
        finder.shelf.remove("coins")
    keep(finder, request)
    assert finder.shelf.names() == ("coins",)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sp500", "other data already"), ("prism", "other data already"), ("coin.csv", "not end as a file"),
        ("../coins", "letters, digits"), (".coins", "letters, digits"), ("", "letters, digits"),
        ("a" * 65, "up to 64"), ("kept", "is kept already"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_and_nothing_is_copied(
    finder: DataFinder, tmp_path: Path, name: str, reason: str
) -> None:
    request = _file(tmp_path / "mine")
    finder.shelf.keep("kept", request, summary_of(finder, request))
    with pytest.raises(InputError, match=reason):
        finder.shelf.keep(name, request, summary_of(finder, request))
    assert [each.name for each in (tmp_path / "home" / "data").iterdir()] == ["kept"]


def test_only_files_and_runs_are_kept(finder: DataFinder) -> None:
    sample = DataRequest(names=("sp500",))
    summary = summary_of(finder, sample)
    with pytest.raises(InputError, match=r"only files .* was 'sp500'"):
        finder.shelf.keep("mine", sample, summary)


def test_a_disk_that_fails_leaves_nothing_behind(
    finder: DataFinder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        keep(finder, _file(tmp_path / "mine"))
    assert list((tmp_path / "home" / "data").iterdir()) == []


def test_kept_data_stands_alone_and_takes_no_options(finder: DataFinder, tmp_path: Path) -> None:
    keep(finder, _file(tmp_path / "mine"))
    with pytest.raises(InputError, match="coins alone"):
        finder.open(DataRequest(names=("coins", "sp500")))
    with pytest.raises(InputError, match="--tick goes with files"):
        finder.open(DataRequest(names=("coins",), tick_size="0.01"))


def test_a_damaged_description_is_named_with_its_remedy(finder: DataFinder, tmp_path: Path) -> None:
    keep(finder, _file(tmp_path / "mine"))
    (tmp_path / "home" / "data" / "coins" / "data.json").write_text(json.dumps({"names": 3}))
    with pytest.raises(InputError, match="trade2026 data remove coins"):
        finder.open(DataRequest(names=("coins",)))


def test_what_a_name_stands_for_is_known_without_reading_it(finder: DataFinder, tmp_path: Path) -> None:
    request = _file(tmp_path / "mine")
    keep(finder, request)
    (tmp_path / "home" / "data" / "coins" / "coin.csv").unlink()
    by_name = {each.name: each for each in list_data(DataFinder(Calendars(), str(tmp_path / "home")))}
    assert list(by_name) == ["sp500", "factors", "coins"]
    coins = by_name["coins"]
    assert (coins.kind, coins.rows) == (DataKind.KEPT, (DataRows.BARS,))
    assert (coins.instruments, say_rows(coins)) == (("BTCUSDT.BINANCE",), "bars of 1d")
    assert (coins.first_ns, coins.last_ns) == (1_704_153_600 * 10**9, 1_704_326_400 * 10**9)
    assert frequencies(coins) == ("day", "week", "month")
    assert coins.limits
    sample = by_name["sp500"]
    assert (sample.kind, len(sample.instruments), sample.bar_interval_ns) == (
        DataKind.SAMPLE, 20, 86_400 * 10**9,
    )  # fmt: skip
    assert (sample.first_ns, sample.last_ns) == (631_314_000 * 10**9, 1_672_261_200 * 10**9)
    assert sample.limits == finder.open(DataRequest(names=("sp500",))).describe().limits


def test_limits_of_what_is_kept_name_no_folder(finder: DataFinder, tmp_path: Path) -> None:
    one, other = _file(tmp_path / "one"), _file(tmp_path / "other", "ether.csv")
    request = DataRequest(
        names=(*one.names, *other.names), instrument_ids=("BTCUSDT.BINANCE", "ETHUSDT.BINANCE"),
        volume_unit="base", bar_interval="1d",
    )  # fmt: skip
    keep(finder, request)
    said = finder.about("coins").limits
    assert said == finder.open(DataRequest(names=("coins",))).describe().limits
    assert {each.partition(":")[0] for each in said} == {"coin.csv", "ether.csv"}
    assert str(tmp_path) not in " ".join(said)


def test_a_set_of_a_version_that_did_not_write_it_down_is_described_like_a_new_one(
    finder: DataFinder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = _file(tmp_path / "one"), _file(tmp_path / "other", "ether.csv")
    both = DataRequest(
        names=(*one.names, *other.names), instrument_ids=("BTCUSDT.BINANCE", "ETHUSDT.BINANCE"),
        volume_unit="base", bar_interval="1d",
    )  # fmt: skip
    keep(finder, one)
    finder.shelf.keep("both", both, summary_of(finder, both))
    written = {name: finder.about(name) for name in ("coins", "both")}
    for name in written:
        (tmp_path / "home" / "data" / name / "about.json").unlink()
    assert {name: finder.about(name) for name in written} == written
    assert not list((tmp_path / "home" / "data").rglob("about.json"))
    opened: list[DataRequest] = []
    monkeypatch.setattr(DataFinder, "open", lambda self, request: opened.append(request))
    assert finder.about("coins") == written["coins"]
    assert not opened  # It is remembered for as long as its files are the same.


def test_an_old_set_that_was_kept_anew_is_looked_at_again(finder: DataFinder, tmp_path: Path) -> None:
    keep(finder, _file(tmp_path / "mine"))
    about = tmp_path / "home" / "data" / "coins" / "about.json"
    about.unlink()
    before = finder.about("coins")
    (about.parent / "coin.csv").write_text(_ROWS + "2024-01-04T00:00:00Z,98,4\n")
    after = finder.about("coins")
    assert before.last_ns is not None
    assert after.last_ns == before.last_ns + DAY_NS


def test_an_old_set_that_is_large_is_not_looked_at_and_says_why(
    finder: DataFinder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(finder, _file(tmp_path / "mine"))
    (tmp_path / "home" / "data" / "coins" / "about.json").unlink()
    monkeypatch.setattr(data, "_LOOKED_AT_MAX", 100)
    assert "too much to look at now" in finder.about("coins").problem
    assert "trade2026 data remove coins" in finder.about("coins").problem
    assert finder.open(DataRequest(names=("coins",))).describe().name == "coins"  # It works all the same.


def test_a_set_that_does_not_say_what_is_in_it_says_why_and_the_others_are_listed(
    finder: DataFinder, tmp_path: Path
) -> None:
    keep(finder, _file(tmp_path / "mine"))
    (tmp_path / "home" / "data" / "coins" / "about.json").write_text("{}")
    found = {each.name: each for each in list_data(finder)}
    assert "keep it again" in found["coins"].problem
    assert frequencies(found["coins"]) == ()
    assert not found["sp500"].problem
    with pytest.raises(InputError, match="data must be one of sp500, factors, coins, was 'shares'"):
        finder.about("shares")


def test_what_the_market_has_kept_of_itself_has_a_name_once_there_is_a_bar(
    finder: DataFinder, tmp_path: Path
) -> None:
    assert "prism" not in finder.names()
    assert not (tmp_path / "home" / "prism").exists()  # Looking makes no folder.
    writer = BarWriter(DiskStorage(tmp_path / "home" / "prism"))
    names = [each.instrument_id for each in finder.open(DataRequest(names=("prism",))).instruments()]
    for ts in range(MINUTE_NS, 7 * MINUTE_NS, MINUTE_NS):
        writer.take([Bar(name, ts, ts, 7, 7, 7, 7, 2) for name in names[:2]])
    writer.close()
    with (tmp_path / "home" / "prism" / f"bars-{names[0]}").open("ab") as file:
        file.write(bytes(48 * 3 + 5))  # A cut of power.
    assert finder.names()[-1] == "prism"
    market = finder.about("prism")
    assert (market.kind, market.instruments) == (DataKind.CAPTURED, tuple(names))
    assert (market.first_ns, market.last_ns, say_rows(market)) == (MINUTE_NS, 6 * MINUTE_NS, "bars of 1m")
    assert frequencies(market) == ("minute", "hour", "day", "week", "month")
    assert any("never adjusted closes" in each for each in market.limits)
    (tmp_path / "home" / "prism" / "config.json").write_text('{"books": []}')
    assert "config.json" in finder.about("prism").problem
