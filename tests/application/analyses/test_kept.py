"""Data that ships is opened once for a process; anything else each time."""

from pathlib import Path

from trade2026.application.analyses.kept import KeptData
from trade2026.application.requests import DataRequest
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services


def test_a_set_that_ships_is_kept_and_a_file_is_not(tmp_path: Path) -> None:
    data = KeptData(make_services(Config(str(tmp_path))).data)
    sample = DataRequest(names=("sp500",))
    assert data.open(sample) is data.open(sample)
    (tmp_path / "a.csv").write_text("timestamp,price,size\n2020-01-02T15:00:00Z,10,1\n")
    file = DataRequest(
        names=(str(tmp_path / "a.csv"),), instrument_ids=("A.B",), rows="trades", volume_unit="base"
    )
    assert data.open(file) is not data.open(file)
    assert "sp500" in data.names()
    assert data.live(sample) is None
