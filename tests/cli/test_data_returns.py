"""`trade2026 data returns`: factors of a file are kept by a name, and analyses take them."""

import json
from pathlib import Path

import pytest

from tests.application.test_return_tables import LIBRARY
from tests.cli.terminal import Terminal
from trade2026.application.return_tables import ReturnUnit, own_rows, read_returns

MORE = "".join(
    f"20{year}{month:02},{(year * 7 + month * 5) % 11}.1,{month % 5}.4,{year % 7 - month % 4}.2,0.01\n"
    for year in (18, 19)
    for month in range(1, 13)
)


def _write(folder: Path) -> Path:
    path = folder / "factors.csv"
    path.write_text(LIBRARY.replace("202001,", f"{MORE}202001,", 1))
    return path


def test_an_analysis_of_the_name_is_that_of_the_rows(trade2026: Terminal, tmp_path: Path) -> None:
    path = _write(tmp_path)
    said = trade2026("data", "returns", path, "--unit", "percent", "--keep", "french", "--venue", "FRENCH")
    assert said.code == 0
    assert "27 months, 2018-01-31 to 2020-03-31: MKT-RF.FRENCH, SMB.FRENCH" in said.out
    assert "4 lines behind the table were left out" in said.err
    common = {
        "assets": ["AAPL.XNAS", "XOM.XNYS"], "start": "2017-12-01", "end": "2020-03-31", "frequency": "month",
        "factors_are_excess": True,
    }  # fmt: skip
    own = own_rows(read_returns(path.read_text(), ReturnUnit.PERCENT))
    found = []
    for given in (
        {"factor_data": "french", "risk_free_factor": "RF.FRENCH"},
        {"factor_own": own, "risk_free_factor": "RF"},
    ):
        request = tmp_path / "request.json"
        request.write_text(json.dumps({**common, **given}))
        done = trade2026("analysis", "run", "factors/betas", "--request", request, "--json").json
        assert done["data"]["summary"]["periods"] == 27
        found.append(
            {
                (row["asset"], row["factor"].partition(".")[0].upper()): (row["beta"], row["t_value"])
                for row in done["data"]["betas"]
            }
        )
    assert found[0].keys() == found[1].keys()
    for key, (beta, t) in found[0].items():
        assert (beta, t) == pytest.approx(found[1][key], rel=1e-7)


def test_what_it_says_as_json(trade2026: Terminal, tmp_path: Path) -> None:
    said = trade2026("data", "returns", _write(tmp_path), "--unit", "percent", "--keep", "french", "--json")
    assert said.json == {
        "name": "french", "periods": 27, "first": "2018-01-31", "last": "2020-03-31",
        "instruments": ["MKT-RF.OWN", "SMB.OWN", "HML.OWN", "RF.OWN"],
    }  # fmt: skip
    (kept,) = [each for each in trade2026("data", "list", "--json").lines if each["name"] == "french"]
    assert kept["frequencies"] == ["month"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--keep", "french"), "--unit must be one of percent, fraction, was ''"),
        (("--unit", "percent"), "--keep must name what is kept"),
        (("--unit", "percent", "--keep", "sp500"), "sp500"),
        (("--unit", "percent", "--keep", "a", "--from", "soon"), "--from must be a date as YYYY-MM-DD"),
        (("--unit", "fraction", "--keep", "a"), "state percent"),
    ],
)
def test_what_is_not_stated_is_refused(
    trade2026: Terminal, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    said = trade2026("data", "returns", _write(tmp_path), *options)
    assert said.code != 0
    assert words in said.err


def test_a_file_that_is_none_is_said(trade2026: Terminal, tmp_path: Path) -> None:
    said = trade2026("data", "returns", tmp_path / "none.csv", "--unit", "percent", "--keep", "french")
    assert said.code != 0
    assert "none.csv must be a text file that can be read" in said.err
