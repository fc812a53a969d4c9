"""Data that the user gave a name: there as a whole, opened as it was kept, and gone when it is removed."""

import json
from pathlib import Path

import pytest

from trade2026.adapters.embedded.calendars import Calendars
from trade2026.application.requests import DataRequest
from trade2026.bootstrap.data import DataFinder
from trade2026.primitives.errors import InputError, StoreUnavailable

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


@pytest.fixture
def finder(tmp_path: Path) -> DataFinder:
    return DataFinder(Calendars(), str(tmp_path / "home"))


def test_what_is_kept_is_read_by_its_name_as_the_files_were(finder: DataFinder, tmp_path: Path) -> None:
    request = _file(tmp_path / "mine")
    given = finder.open(request)
    expected = [event for batch in given.batches(None, None) for event in batch]
    finder.shelf.keep("coins", request)
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
    finder.shelf.keep("both", request)
    found = finder.open(DataRequest(names=("both",)))
    assert [each.instrument_id for each in found.instruments()] == ["BTCUSDT.BINANCE", "ETHUSDT.BINANCE"]
    assert hasattr(found, "report") == hasattr(finder.open(request), "report")


def test_what_was_removed_is_gone_and_its_name_is_free(finder: DataFinder, tmp_path: Path) -> None:
    request = _file(tmp_path / "mine")
    finder.shelf.keep("coins", request)
    finder.shelf.remove("coins")
    assert finder.shelf.names() == ()
    assert list((tmp_path / "home" / "data").iterdir()) == []
    with pytest.raises(InputError, match="must be one of \\(none is kept\\), was 'coins'"):
        finder.shelf.remove("coins")
    finder.shelf.keep("coins", request)
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
    finder.shelf.keep("kept", request)
    with pytest.raises(InputError, match=reason):
        finder.shelf.keep(name, request)
    assert [each.name for each in (tmp_path / "home" / "data").iterdir()] == ["kept"]


def test_only_files_and_runs_are_kept(finder: DataFinder) -> None:
    with pytest.raises(InputError, match=r"only files .* was 'sp500'"):
        finder.shelf.keep("mine", DataRequest(names=("sp500",)))


def test_a_disk_that_fails_leaves_nothing_behind(
    finder: DataFinder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        finder.shelf.keep("coins", _file(tmp_path / "mine"))
    assert list((tmp_path / "home" / "data").iterdir()) == []


def test_kept_data_stands_alone_and_takes_no_options(finder: DataFinder, tmp_path: Path) -> None:
    finder.shelf.keep("coins", _file(tmp_path / "mine"))
    with pytest.raises(InputError, match="coins alone"):
        finder.open(DataRequest(names=("coins", "sp500")))
    with pytest.raises(InputError, match="--tick goes with files"):
        finder.open(DataRequest(names=("coins",), tick_size="0.01"))


def test_a_damaged_description_is_named_with_its_remedy(finder: DataFinder, tmp_path: Path) -> None:
    finder.shelf.keep("coins", _file(tmp_path / "mine"))
    (tmp_path / "home" / "data" / "coins" / "data.json").write_text(json.dumps({"names": 3}))
    with pytest.raises(InputError, match="trade2026 data remove coins"):
        finder.open(DataRequest(names=("coins",)))
