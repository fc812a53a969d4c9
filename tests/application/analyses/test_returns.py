"""Returns by name: periods, gaps, rows of the request itself, and what is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from trade2026.application.analyses.requests import (
    Frequency,
    Given,
    Missing,
    OwnRows,
    ReturnsRequest,
)
from trade2026.application.analyses.returns import load_panel
from trade2026.application.named_data import NamedData
from trade2026.application.requests import DataRequest
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.model.instrument import Instrument, equity
from trade2026.model.market_data import Bar, MarketEvent
from trade2026.ports.feed import DataDescription, MarketDataSource
from trade2026.ports.prism import PrismLine
from trade2026.primitives.errors import InputError
from trade2026.primitives.fixed_point import UNIT
from trade2026.primitives.time import DAY_NS, HOUR_NS, date_to_unix_ns

SAMPLE = Path("src/trade2026/adapters/embedded/samples/sp500_dataset.csv.gz")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return make_services(Config(str(tmp_path_factory.mktemp("home"))))


def closes() -> pl.DataFrame:
    """The sample as polars reads it."""
    return pl.read_csv(SAMPLE, try_parse_dates=True)


def test_daily_returns_are_those_of_the_closes(services: Services) -> None:
    frame = closes()
    panel = load_panel(services, ReturnsRequest())
    symbols = [each.partition(".")[0] for each in panel.assets]
    prices = frame.select(symbols).to_numpy()
    np.testing.assert_allclose(panel.returns, prices[1:] / prices[:-1] - 1.0, rtol=1e-12, atol=1e-15)
    assert panel.returns.shape == (frame.height - 1, 20)
    assert (panel.periods_per_year, panel.data, panel.warnings) == (252.0, "sp500", ())
    assert panel.limits
    dates = [datetime.fromtimestamp(ts / 1e9, UTC).date() for ts in panel.ts_ns.tolist()]
    assert dates == frame[frame.columns[0]].cast(pl.Date).to_list()[1:]


@pytest.mark.parametrize(
    ("frequency", "every", "per_year"),
    [(Frequency.WEEK, "1w", 365.25 / 7), (Frequency.MONTH, "1mo", 12.0)],
)
def test_longer_periods_end_with_their_last_close(
    services: Services, frequency: Frequency, every: str, per_year: float
) -> None:
    panel = load_panel(services, ReturnsRequest(frequency=frequency, assets=("AAPL.XNAS", "XOM.XNYS")))
    frame = closes()
    day = frame.columns[0]
    last = (
        frame.group_by(pl.col(day).cast(pl.Date).dt.truncate(every), maintain_order=True)
        .agg(pl.col("AAPL", "XOM").last())
        .select("AAPL", "XOM")
        .to_numpy()
    )
    np.testing.assert_allclose(panel.returns, last[1:] / last[:-1] - 1.0, rtol=1e-12, atol=1e-15)
    assert panel.periods_per_year == pytest.approx(per_year)


def test_a_period_has_its_bounds_and_the_order_asked_for(services: Services) -> None:
    request = ReturnsRequest(assets=("XOM.XNYS", "AAPL.XNAS"), start="2010-01-04", end="2010-01-29")
    panel = load_panel(services, request)
    assert panel.assets == ("XOM.XNYS", "AAPL.XNAS")
    assert panel.returns.shape == (18, 2)
    again = load_panel(services, msgspec.structs.replace(request, assets=("AAPL.XNAS", "XOM.XNYS")))
    np.testing.assert_array_equal(again.returns, panel.returns[:, ::-1])
    assert again.sha256 != panel.sha256
    assert load_panel(services, request).sha256 == panel.sha256


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": "sp501"}, "data must be one of .*sp500.*, was 'sp501'"),
        ({"assets": ("AAPL",)}, r"assets must be instruments of the data \(.*AAPL\.XNAS.*\), was 'AAPL'"),
        ({"assets": ("XOM.XNYS", "XOM.XNYS")}, "'XOM.XNYS' is named twice"),
        ({"start": "2010-01-04", "end": "2010-01-05"}, "at least 2 returns"),
        ({"start": "2011-01-01", "end": "2010-01-01"}, "must be before"),
        ({"start": "2010-02-30"}, "2010-02-30"),
        ({"start": "2050-01-01"}, "has none; leave it out or change the period"),
    ],
)
def test_what_cannot_be_is_named(services: Services, changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_panel(services, ReturnsRequest(**changes))  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------- gaps


class Source:
    """Closes of two assets by days; None where there is none."""

    def __init__(self, days: Sequence[tuple[int | None, int | None]], hour: int = 20) -> None:
        self._days, self._hour = days, hour
        self._both = (equity("A", "XNYS"), equity("B", "XNYS"))

    def describe(self) -> DataDescription:
        return DataDescription("mine", "00", ("mine",), False, DAY_NS, False, True, None)

    def instruments(self) -> tuple[Instrument, ...]:
        return self._both

    def batches(self, start_ns: int | None, end_ns: int | None) -> Iterator[Sequence[MarketEvent]]:
        first = date_to_unix_ns(date(2024, 1, 1))
        for number, closes_of_day in enumerate(self._days):
            ts = first + number * DAY_NS + self._hour * HOUR_NS
            for instrument, close in zip(self._both, closes_of_day, strict=True):
                if close is not None:
                    raw = close * UNIT
                    yield [Bar(instrument.instrument_id, ts, ts, None, None, None, raw, None)]


class Sources:
    def __init__(self, source: Source) -> None:
        self._source = source

    def shipped(self) -> tuple[str, ...]:
        return self.names()

    def names(self) -> tuple[str, ...]:
        return ("mine",)

    def open(self, request: DataRequest) -> MarketDataSource:
        return self._source

    def about(self, name: str) -> NamedData:
        raise NotImplementedError(name)  # Nobody asks.

    def live(self, request: DataRequest) -> PrismLine | None:
        return None


DAYS = [(10, 20), (11, None), (12, 21), (None, 22), (13, 23)]


def test_a_period_that_not_all_have_is_left_out_and_said(services: Services) -> None:
    panel = load_panel(replace(services, data=Sources(Source(DAYS))), ReturnsRequest(data="mine"))
    np.testing.assert_allclose(panel.returns, [[12 / 10 - 1, 21 / 20 - 1], [13 / 12 - 1, 23 / 21 - 1]])
    assert panel.warnings == ("2 of 5 periods were left out: not every asset has a price in them.",)


def test_a_gap_can_be_refused(services: Services) -> None:
    request = ReturnsRequest(data="mine", missing=Missing.REFUSE)
    with pytest.raises(InputError, match=r"B\.XNYS has no price for the period of 2024-01-02.*2 periods"):
        load_panel(replace(services, data=Sources(Source(DAYS))), request)
    alone = msgspec.structs.replace(request, assets=("A.XNYS",))
    assert load_panel(replace(services, data=Sources(Source(DAYS))), alone).returns.shape == (3, 1)


def test_what_was_made_at_midnight_belongs_to_the_day_before(services: Services) -> None:
    days = [(10 + number, 20) for number in range(35)]
    sources = Sources(Source(days, hour=24))
    request = ReturnsRequest(data="mine", frequency=Frequency.MONTH, assets=("A.XNYS",))
    with pytest.raises(InputError, match="at least 2 returns"):  # All of January and four days: two periods.
        load_panel(replace(services, data=sources), request)
    day = load_panel(replace(services, data=sources), ReturnsRequest(data="mine"))
    assert day.returns.shape == (34, 2)


def test_a_price_that_is_not_positive_is_refused(services: Services) -> None:
    sources = Sources(Source([(10, 20), (0, 21), (11, 22)]))
    with pytest.raises(InputError, match=r"A\.XNYS had 0 at 2024-01-02"):
        load_panel(replace(services, data=sources), ReturnsRequest(data="mine"))


# ------------------------------------------------------------------------- rows of the request


def test_rows_of_the_request_are_taken_as_they_are(services: Services) -> None:
    own = OwnRows(assets=("x", "y"), rows=((0.1, 0.2), (-0.1, 0.0)), periods_per_year=12)
    panel = load_panel(services, ReturnsRequest(own=own))
    np.testing.assert_array_equal(panel.returns, [[0.1, 0.2], [-0.1, 0.0]])
    assert (panel.assets, panel.periods_per_year, panel.data, panel.limits) == (("x", "y"), 12, "", ())
    prices = OwnRows(assets=("x", "y"), rows=((1.0, 2.0), (2.0, 2.0), (1.0, 3.0)), rows_are=Given.PRICES)
    panel = load_panel(services, ReturnsRequest(own=prices, assets=("y",)))
    np.testing.assert_allclose(panel.returns, [[0.0], [0.5]])


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (OwnRows(assets=("x", "x"), rows=((0.1, 0.2), (0.1, 0.2))), "'x' is named twice"),
        (OwnRows(assets=("x",), rows=((0.1,), (0.1, 0.2))), "1 numbers each, row 1 has 2"),
        (OwnRows(assets=("x",), rows=((0.1,), (-1.0,))), "x was -1.0 in row 1"),
        (OwnRows(assets=("x",), rows=((0.1,), (float("nan"),))), "x was nan in row 1"),
        (OwnRows(assets=("x",), rows=((1.0,), (0.0,), (2.0,)), rows_are=Given.PRICES), "positive prices"),
        (OwnRows(assets=("x",), rows=((1.0,), (2.0,)), rows_are=Given.PRICES), "at least 3 prices, had 2"),
        (OwnRows(assets=("x",), rows=((0.1,), (0.2,)), days=("2000-01-01", "2300-01-01")), "from 1678-01-01"),
    ],
)
def test_rows_that_cannot_be_used_are_named(services: Services, own: OwnRows, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_panel(services, ReturnsRequest(own=own))


def test_an_asset_must_be_among_the_rows(services: Services) -> None:
    own = OwnRows(assets=("x",), rows=((0.1,), (0.2,)))
    with pytest.raises(InputError, match=r"among own\.assets, was 'z'"):
        load_panel(services, ReturnsRequest(own=own, assets=("z",)))


def test_weeks_begin_on_monday() -> None:
    from trade2026.application.analyses.prices import periods_of

    monday = date(2024, 1, 1)
    days = [date_to_unix_ns(monday + timedelta(days=each)) for each in range(-1, 8)]
    numbers = periods_of(np.array(days) + HOUR_NS, Frequency.WEEK)
    assert (numbers - numbers[1]).tolist() == [-1, 0, 0, 0, 0, 0, 0, 0, 1]
