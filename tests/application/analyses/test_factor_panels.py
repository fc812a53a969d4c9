"""Factors beside assets: the same periods for both, and rows of the request joined by their days."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from tests.application.analyses.test_returns import Source, Sources
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import FactorRequest, Frequency, Given, OwnRows, ReturnsRequest
from trade2026.application.analyses.returns import load_panel
from trade2026.application.services import Services
from trade2026.bootstrap.config import Config
from trade2026.bootstrap.wiring import make_services
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

SAMPLES = Path("src/trade2026/adapters/embedded/samples")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return make_services(Config(str(tmp_path_factory.mktemp("home"))))


def days(panel: Panel) -> list[str]:
    return [format_ns(ts)[:10] for ts in panel.ts_ns.tolist()]


def test_shares_and_funds_have_the_periods_of_both(services: Services) -> None:
    """Oracle: an inner join by polars."""
    request = FactorRequest(assets=("AAPL.XNAS", "XOM.XNYS"), factor_assets=("VLUE.BATS", "MTUM.BATS"))
    panel = load_panel(services, request)
    shares, funds = (
        pl.read_csv(SAMPLES / f"{name}_dataset.csv.gz", try_parse_dates=True) for name in ("sp500", "factors")
    )
    joined = shares.rename({shares.columns[0]: "Date"}).join(funds, on="Date", how="inner").sort("Date")
    prices = joined.select("AAPL", "XOM", "VLUE", "MTUM").to_numpy()
    expected = prices[1:] / prices[:-1] - 1.0
    factors = panel.of_factors()
    np.testing.assert_allclose(panel.returns, expected[:, :2], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(factors.returns, expected[:, 2:], rtol=1e-12, atol=1e-15)
    assert (factors.names, factors.data) == (("VLUE.BATS", "MTUM.BATS"), "factors")
    assert panel.warnings == (
        "Assets have prices from 1990-01-02 to 2022-12-28 and factors from 2014-01-02 to 2022-12-28: only "
        "what both cover counts.",
    )
    assert any(each.startswith("factors: Funds, not factors") for each in panel.limits)
    assert any(each.startswith("The 20 shares") for each in panel.limits)
    alone = load_panel(services, ReturnsRequest(assets=request.assets, start="2014-01-02"))
    np.testing.assert_array_equal(alone.returns, panel.returns)
    assert alone.sha256 != panel.sha256
    other = msgspec.structs.replace(request, factor_assets=("VLUE.BATS",))
    assert load_panel(services, other).sha256 != panel.sha256


def test_a_gap_of_either_is_left_out(services: Services) -> None:
    given = replace(services, data=Sources(Source([(10, 20), (11, 21), (12, None), (13, 23), (14, 24)])))
    request = FactorRequest(data="mine", assets=("A.XNYS",), factor_data="mine", factor_assets=("B.XNYS",))
    panel = load_panel(given, request)
    np.testing.assert_allclose(panel.returns[:, 0], [0.1, 13 / 11 - 1, 14 / 13 - 1])
    np.testing.assert_allclose(panel.of_factors().returns[:, 0], [0.05, 23 / 21 - 1, 24 / 23 - 1])
    assert panel.warnings == ("1 of 5 periods were left out: not every asset has a price in them.",)


# ------------------------------------------------------------------------ rows of the request

DAYS = ("2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08")
RETURNS = ((0.01,), (-0.02,), (0.03,), (0.0,), (0.05,))


def test_dated_returns_join_with_data(services: Services) -> None:
    own = OwnRows(assets=("HML",), rows=RETURNS, days=DAYS)
    request = FactorRequest(assets=("AAPL.XNAS",), factor_own=own, start="2019-12-31", end="2020-01-08")
    panel = load_panel(services, request)
    # The rows begin on the day before the first, New Year's Day, on which no share trades.
    assert days(panel) == list(DAYS[1:])
    np.testing.assert_allclose(panel.of_factors().returns, RETURNS[1:], atol=1e-15)
    shares = load_panel(services, ReturnsRequest(assets=("AAPL.XNAS",), start="2020-01-02", end="2020-01-08"))
    np.testing.assert_array_equal(panel.returns, shares.returns)
    assert panel.periods_per_year == 252.0


def test_dated_returns_compound_over_longer_periods(services: Services) -> None:
    own = OwnRows(
        assets=("HML",),
        rows=((0.01,), (0.02,), (0.03,), (-0.01,)),
        days=("2020-01-01", "2020-02-10", "2020-02-20", "2020-03-31"),
        periods_per_year=99.0,
    )
    panel = load_panel(services, ReturnsRequest(own=own, frequency=Frequency.MONTH))
    np.testing.assert_allclose(panel.returns[:, 0], [0.01, 1.02 * 1.03 - 1.0, -0.01])
    assert panel.periods_per_year == 12.0
    assert load_panel(services, ReturnsRequest(own=own)).periods_per_year == 99.0


def test_a_row_for_each_month_is_the_return_of_its_month(services: Services) -> None:
    monthly = OwnRows(
        assets=("HML",), rows=((0.01,), (0.02,), (0.03,)), days=("2020-01-31", "2020-02-29", "2020-03-31")
    )
    request = FactorRequest(assets=("AAPL.XNAS",), factor_own=monthly, frequency=Frequency.MONTH)
    panel = load_panel(services, request)
    np.testing.assert_allclose(panel.of_factors().returns[:, 0], [0.01, 0.02, 0.03], atol=1e-15)
    shares = ReturnsRequest(
        assets=("AAPL.XNAS",), start="2019-12-01", end="2020-03-31", frequency=Frequency.MONTH
    )
    np.testing.assert_array_equal(panel.returns, load_panel(services, shares).returns)


def test_days_from_the_middle_of_a_month_begin_with_the_next(services: Services) -> None:
    days = tuple(f"2020-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in (15, 20, 25))
    own = OwnRows(assets=("HML",), rows=((0.01,),) * 9, days=days)
    panel = load_panel(services, ReturnsRequest(own=own, frequency=Frequency.MONTH))
    np.testing.assert_allclose(panel.returns[:, 0], [1.01**3 - 1.0] * 2)


def test_dated_prices_have_a_period(services: Services) -> None:
    rows = tuple((100.0 + each,) for each in range(5))
    own = OwnRows(assets=("P",), rows=rows, days=DAYS, rows_are=Given.PRICES)
    panel = load_panel(services, ReturnsRequest(own=own, start="2020-01-03", end="2020-01-07"))
    np.testing.assert_allclose(panel.returns[:, 0], [102 / 101 - 1, 103 / 102 - 1])
    assert days(panel) == ["2020-01-06", "2020-01-07"]


def test_rows_without_days_are_joined_row_by_row(services: Services) -> None:
    own = OwnRows(assets=("a", "b"), rows=((0.1, 0.2), (0.0, 0.1)), periods_per_year=12.0)
    prices = OwnRows(assets=("f",), rows=((1.0,), (2.0,), (1.0,)), rows_are=Given.PRICES)
    panel = load_panel(services, FactorRequest(own=own, factor_own=prices))
    np.testing.assert_array_equal(panel.of_factors().returns, [[1.0], [-0.5]])
    assert (panel.periods_per_year, panel.of_factors().data) == (12.0, "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"factor_data": "ff"}, "factor_data must be one of .*, was 'ff'"),
        ({"factor_assets": ("MTUM",)}, r"factor_assets must be instruments .*MTUM\.BATS.*, was 'MTUM'"),
        ({"end": "2010-01-01"}, "factors must have prices in the period"),
        ({"factor_own": OwnRows(assets=("f",), rows=((0.1,), (0.2,)))}, r"factor_own\.days must be given"),
        ({"own": OwnRows(assets=("f",), rows=((0.1,), (0.2,)))}, r"own\.days must be given"),
        (
            {
                "own": OwnRows(assets=("f",), rows=((0.1,), (0.2,))),
                "factor_own": OwnRows(assets=("f",), rows=((0.1,), (0.2,), (0.3,))),
            },
            r"factor_own\.rows must give as many returns as own\.rows, 2, gave 3",
        ),
        (
            {"factor_own": OwnRows(assets=("f",), rows=((0.1,), (0.2,)), days=("2020-01-03",))},
            r"factor_own\.days must be 2, one for each row, were 1",
        ),
        (
            {"factor_own": OwnRows(assets=("f",), rows=((0.1,), (0.2,)), days=("2020-01-03", "2020-01-02"))},
            r"factor_own\.days must rise, 2020-01-02 comes after 2020-01-03",
        ),
        (
            {"factor_own": OwnRows(assets=("f",), rows=((0.1,), (0.2,)), days=("2031-01-03", "2031-01-06"))},
            "factors must cover a time that the assets cover, were from 2031-01-02 to 2031-01-06",
        ),
        (
            {
                "factor_own": OwnRows(
                    assets=("f",), rows=RETURNS, days=tuple(f"2020-0{each}-28" for each in (1, 2, 4, 5, 7))
                )
            },
            "of both; choose the frequency of the rarer ones",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_named(services: Services, changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_panel(services, FactorRequest(**changes))  # type: ignore[arg-type]
