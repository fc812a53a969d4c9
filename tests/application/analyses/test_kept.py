"""Data that ships is opened and read once for a process; anything else each time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.application.analyses.test_panels import FIRST_NS, Recorded
from trade2026.application.analyses.kept import KEPT_EVENTS_MAX, KeptData, KeptSource
from trade2026.application.analyses.requests import FactorRequest
from trade2026.application.analyses.returns import load_panel
from trade2026.application.named_data import NamedData
from trade2026.application.requests import DataRequest
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.market_data import Bar
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS


class Counted:
    """Counts what is opened."""

    def __init__(self) -> None:
        self.opened = 0

    def shipped(self) -> tuple[str, ...]:
        return self.names()

    def names(self) -> tuple[str, ...]:
        return ("sp500",)

    def open(self, request: DataRequest) -> Any:
        self.opened += 1
        return (request.names, self.opened)

    def about(self, name: str) -> NamedData:
        raise NotImplementedError(name)  # Nobody asks.

    def live(self, request: DataRequest) -> None:
        return None


def test_a_set_that_ships_is_kept_and_nothing_else() -> None:
    data = KeptData(Counted())
    sample, file = DataRequest(names=("sp500",)), DataRequest(names=("mine.csv",))
    assert data.open(sample) is data.open(sample)
    assert data.open(file) is not data.open(file)
    both = DataRequest(names=("sp500", "mine.csv"))
    assert data.open(both) is not data.open(both)
    stated = DataRequest(names=("sp500",), rows="bars")  # Refused where it is opened, not here.
    assert data.open(stated) is not data.open(stated)
    assert not any(isinstance(data.open(each), KeptSource) for each in (file, both, stated))
    assert data.names() == ("sp500",)
    assert data.live(sample) is None


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    data, file = KeptData(make_services(Config(str(tmp_path))).data), tmp_path / "mine.csv"
    request = DataRequest(names=(str(file),), instrument_ids=("BTCUSDT.BINANCE",), volume_unit="base")
    for close in ("10", "11"):
        file.write_text(f"date,close\n2024-01-02,{close}\n2024-01-03,{close}\n")
        found = [event for batch in data.open(request).batches(None, None) for event in batch]
        assert [each.close for each in found if isinstance(each, Bar)] == [int(close) * UNIT] * 2


def closes(count: int) -> Recorded:
    """Two assets whose days alternate."""
    times = [FIRST_NS + day * DAY_NS for day in range(10)]
    names = ("A.XNYS", "B.XNYS")
    events = [
        Bar(names[day % 2], ts, ts, None, None, None, (day + 1) * UNIT, None) for day, ts in enumerate(times)
    ]
    return Recorded(names, list(events), count)


@pytest.mark.parametrize(("count", "reads"), [(10, 1), (KEPT_EVENTS_MAX, 1), (KEPT_EVENTS_MAX + 1, 2)])
def test_what_was_paid_is_read_once_unless_it_is_too_much(count: int, reads: int) -> None:
    source = closes(count)
    kept = KeptSource(source)
    parts = [kept.tapes(("B.XNYS",), FIRST_NS + start * DAY_NS, FIRST_NS + 8 * DAY_NS) for start in (1, 2)]
    assert [(each["B.XNYS"].raws // UNIT).tolist() for each in parts] == [[2, 4, 6, 8], [4, 6, 8]]
    assert source.reads == reads


def test_a_set_of_unknown_size_is_read_each_time() -> None:
    source = closes(10)
    source.count = None
    kept = KeptSource(source)
    assert kept.tapes(("A.XNYS",), None, None)["A.XNYS"].raws.size == 5
    kept.tapes((), None, None)
    assert source.reads == 2


def test_nobody_can_write_to_what_is_kept() -> None:
    tape = KeptSource(closes(10)).tapes(("A.XNYS",), None, None)["A.XNYS"]
    with pytest.raises(ValueError, match="read-only"):
        tape.raws[0] = 1


def test_the_samples_kept_give_what_they_give_anew(tmp_path: Path) -> None:
    services = make_services(Config(str(tmp_path)))
    request = FactorRequest(start="2010-01-04", end="2014-06-30")
    kept = replace(services, data=KeptData(services.data))
    found = [load_panel(each, request) for each in (services, kept, kept)]
    assert len({each.sha256 for each in found}) == 1
    found[1].returns[:] = np.nan  # Of one's own.
    assert load_panel(kept, request).sha256 == found[0].sha256
