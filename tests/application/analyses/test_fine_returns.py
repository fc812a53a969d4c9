"""Returns of minutes and hours: what data has them, how many make a year, pauses, and what is refused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.application.analyses.test_returns import Sources
from trade2026.adapters.embedded import sp500
from trade2026.application.analyses.assets import AssetsRequest
from trade2026.application.analyses.frequency import frequencies_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import Frequency, OwnRows, ReturnsRequest
from trade2026.application.analyses.returns import load_panel
from trade2026.application.analyses.run import run_analysis
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import DataDescription
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return make_services(Config(str(tmp_path_factory.mktemp("home"))))


class Minutes:
    """Bars of a minute of two assets, of the minutes after `first` with these numbers."""

    def __init__(self, calendar: str, first: str, numbers: Iterable[int]) -> None:
        self._both = tuple(equity(name, "XNYS", calendar=calendar) for name in ("A", "B"))
        start = int(datetime.fromisoformat(first).timestamp()) * SECOND_NS
        self._times = [start + (each + 1) * MINUTE_NS for each in numbers]

    def describe(self) -> DataDescription:
        return DataDescription("mine", "00", ("mine",), False, MINUTE_NS, False, True, None)

    def instruments(self) -> tuple[Instrument, ...]:
        return self._both

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        assert (start_ns, end_ns) == (None, None)
        yield [
            Bar(each.instrument_id, ts, ts, None, None, None, (100 + ts // MINUTE_NS % 7) * UNIT, None)
            for ts in self._times
            for each in self._both
        ]


def panel_of(services: Services, data: Minutes, frequency: Frequency = Frequency.MINUTE) -> Panel:
    sources: Any = Sources(data)  # type: ignore[arg-type]  # A source of another kind.
    return load_panel(replace(services, data=sources), ReturnsRequest(data="mine", frequency=frequency))


@pytest.mark.parametrize(
    ("calendar", "first", "frequency", "returns", "per_year"),
    [
        ("24/7", "2024-03-01T00:00Z", Frequency.MINUTE, 179, 365 * 24 * 60),
        ("24/7", "2024-03-01T00:00Z", Frequency.HOUR, 2, 365 * 24),
        ("XNYS", "2024-03-01T14:30Z", Frequency.MINUTE, 179, 252 * 390),
        # Hours begin at half past in New York's winter: half of one, two whole ones and half of one.
        ("XNYS", "2024-03-01T14:30Z", Frequency.HOUR, 3, 252 * 7),
        # The week before 28 November 2024 has sessions of the usual length, the day after is a short one.
        ("XNYS", "2024-11-29T14:30Z", Frequency.MINUTE, 179, 252 * 390),
    ],
)
def test_returns_finer_than_a_day_are_annualized_by_what_a_session_has_of_them(
    services: Services, calendar: str, first: str, frequency: Frequency, returns: int, per_year: int
) -> None:
    found = panel_of(services, Minutes(calendar, first, range(180)), frequency)
    assert (found.returns.shape[0], found.periods_per_year) == (returns, per_year)
    assert found.warnings == ()
    assert found.limits == ("mine",)


def test_a_pause_of_the_data_is_told_but_no_night(services: Services) -> None:
    numbers = [*range(60), *range(100, 180)]
    found = panel_of(services, Minutes("24/7", "2024-03-01T00:00Z", numbers))
    assert found.warnings == (
        "There is a pause without any price while the market was open, it lasts from 2024-03-01T01:00:00Z to "
        "2024-03-01T01:40:00Z: a return over a pause counts as one of a minute.",
    )
    two_days = [*range(390), *range(24 * 60, 24 * 60 + 390)]
    nights = panel_of(services, Minutes("XNYS", "2024-03-04T14:30Z", two_days))
    assert (nights.returns.shape[0], nights.warnings) == (779, ())
    hours = panel_of(services, Minutes("XNYS", "2024-03-04T14:30Z", two_days), Frequency.HOUR)
    assert (hours.returns.shape[0], hours.warnings) == (13, ())
    late = panel_of(
        services, Minutes("XNYS", "2024-03-04T14:30Z", [*range(390), *range(24 * 60 + 5, 24 * 60 + 9)])
    )
    assert "from 2024-03-04T21:00:00Z to 2024-03-05T14:35:00Z" in late.warnings[0]


def test_what_was_read_of_data_that_grows_has_the_hash(services: Services) -> None:
    short, same, longer = (
        panel_of(services, Minutes("24/7", "2024-03-01T00:00Z", range(count))) for count in (180, 180, 181)
    )
    assert len(short.data_sha256) == 64
    assert short.data_sha256 == same.data_sha256 != longer.data_sha256
    assert load_panel(services, ReturnsRequest()).data_sha256 == sp500.SHA256


def test_too_many_returns_and_minutes_too_far_apart_are_refused(services: Services) -> None:
    with pytest.raises(InputError, match=r"at most 100,000 returns, gave 100,010; take a shorter"):
        panel_of(services, Minutes("24/7", "2024-03-01T00:00Z", range(100_011)))
    far = Minutes("24/7", "1970-01-01T00:00Z", [0, 1, 2**24 + 1])
    with pytest.raises(InputError, match=r"at most 16,777,216 minutes or hours, reaches over 16,777,217"):
        panel_of(services, far)


def test_a_frequency_finer_than_the_data_is_refused(services: Services) -> None:
    with pytest.raises(InputError, match=r"must be day or week or month for sp500.* was minute"):
        load_panel(services, ReturnsRequest(frequency=Frequency.MINUTE))
    own = OwnRows(assets=("A",), rows=((0.1,), (0.2,)), days=("2024-01-02", "2024-01-03"))
    with pytest.raises(InputError, match="for own with days"):
        load_panel(services, ReturnsRequest(own=own, frequency=Frequency.HOUR))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (180, ["The returns cover 0.18 % of a year, and annual figures are as if"]),
        (99_999, []),
    ],
)
def test_annual_figures_from_less_than_a_season_are_told_to_say_little(
    services: Services, count: int, said: list[str]
) -> None:
    given: Any = Sources(Minutes("XNYS", "2024-03-01T14:30Z", range(count)))  # type: ignore[arg-type]
    request = AssetsRequest(data="mine", frequency=Frequency.MINUTE)
    found = run_analysis(replace(services, data=given), "portfolio/assets", request, lambda share, text: None)
    assert [each[: len(said[0])] for each in found.warnings] == said


@pytest.mark.parametrize(
    ("bars_ns", "names"),
    [
        (0, "minute hour day week month"),
        (MINUTE_NS, "minute hour day week month"),
        (5 * MINUTE_NS, "hour day week month"),
        (HOUR_NS, "hour day week month"),
        (DAY_NS, "day week month"),
        (7 * DAY_NS, "week month"),
        (31 * DAY_NS, "month"),
    ],
)
def test_data_has_the_frequencies_that_its_bars_fit_into(bars_ns: int, names: str) -> None:
    assert " ".join(frequencies_of(bars_ns)) == names
