"""Data that ships is opened once for a process; anything else each time."""

from typing import Any

from trade2026.application.analyses.kept import KeptData
from trade2026.application.requests import DataRequest


class Counted:
    """Counts what is opened."""

    def __init__(self) -> None:
        self.opened = 0

    def names(self) -> tuple[str, ...]:
        return ("sp500",)

    def open(self, request: DataRequest) -> Any:
        self.opened += 1
        return (request.names, self.opened)

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
    assert data.names() == ("sp500",)
    assert data.live(sample) is None
