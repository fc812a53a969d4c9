"""Odd requests of factor analyses: what cannot be computed is named in the words of the request."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.application.analyses import test_factor_model as of_exposures
from tests.application.analyses import test_factors as of_factors
from tests.application.analyses.test_factors import FRENCH, YEAR
from trade2026.analytics.factor_models.cross_section import exposures as exposures_module
from trade2026.analytics.factor_models.time_series import rolling as rolling_module
from trade2026.application.analyses.barra_attribution import FactorAttributionRequest
from trade2026.application.analyses.barra_request import FactField, FactorModelRequest, FactRow, StyleName
from trade2026.application.analyses.barra_risk_types import FactorRiskRequest
from trade2026.application.analyses.factors.betas import BetasRequest
from trade2026.application.analyses.factors.brinson import BrinsonRequest
from trade2026.application.analyses.factors.fama_macbeth import PremiaRequest
from trade2026.application.analyses.factors.returns_attribution import AttributionRequest
from trade2026.application.analyses.factors.risk_budget import RiskBudgetRequest
from trade2026.application.analyses.factors.stress import StressRequest
from trade2026.application.analyses.panel import Factors, Panel
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS

HALF_OFFSET = (0.5, -0.4999999, 0.2, 0.2, 0.2, 0.2, 0.1, 0.0999999)
GROUPS = ("Tech", "Tech", *("Banks",) * 6)


def following(given: Panel) -> Panel:
    """The same with an asset that is a factor over the risk-free series."""
    f = given.of_factors().returns
    returns = given.returns.copy()
    returns[:, 1] = f[:, 0] + f[:, 2]
    return dataclasses.replace(given, returns=returns)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (StressRequest(**FRENCH, shocks=("MKT=nan",)), "shocks must be finite, was 'MKT=nan'"),
        (StressRequest(**FRENCH, shocks=("MKT=-inf",)), "shocks must be finite, was 'MKT=-inf'"),
        (AttributionRequest(**FRENCH, weights=(1e6,) * 8), "weights must not lose everything in a period"),
        (BetasRequest(**FRENCH, lags=500), "lags must be from 0 to 299, was 500; 5 are usual for 300"),
        (
            BrinsonRequest(groups=GROUPS, weights=HALF_OFFSET),
            "weights of group Tech must not offset one another, sum to 1e-07 of 1 gross",
        ),
        (BrinsonRequest(groups=GROUPS, benchmark=HALF_OFFSET), "benchmark of group Tech must not offset"),
    ],
)
def test_what_cannot_be_is_named_as_in_the_request(request_: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        of_factors.run(request_)


def test_whole_numbers_are_weights() -> None:
    found = of_factors.run(AttributionRequest(**FRENCH, weights=(1, 0, 0, 0, 0, 0, 0, 0)))
    assert found.value.summary.r_squared > 0.5


def test_a_shock_far_beyond_what_markets_do_is_asked_about() -> None:
    near = of_factors.run(StressRequest(**FRENCH, shocks=("MKT=-0.1",))).warnings
    far = of_factors.run(StressRequest(**FRENCH, shocks=("MKT=-10",))).warnings
    assert not any("are they fractions" in each for each in near)
    assert "standard deviations out: are they fractions" in far[-1]


def test_the_asset_that_follows_from_the_factors_is_named() -> None:
    with pytest.raises(InputError, match="something specific, A1 follows from the factors"):
        of_factors.run(RiskBudgetRequest(**FRENCH), following(of_factors.panel()))


def test_an_asset_that_is_a_factor_has_no_t() -> None:
    result = of_factors.run(BetasRequest(**FRENCH), following(of_factors.panel())).value
    assert result.assets[1].alpha_t is None
    assert [row.t_value for row in result.betas if row.asset == "A1"] == [None, None]
    assert all(row.alpha_t is not None for row in result.assets if row.asset != "A1")


def test_an_asset_that_does_not_vary_has_no_t() -> None:
    given = of_factors.panel()
    returns = given.returns.copy()
    returns[:, 2] = 0.01
    result = of_factors.run(BetasRequest(), dataclasses.replace(given, returns=returns)).value
    assert result.assets[2].alpha_t is None
    assert [row.t_value for row in result.betas if row.asset == "A2"] == [None, None, None]


def test_the_sharpe_ratio_of_a_budget_is_over_the_risk_free_series() -> None:
    given = of_factors.panel()
    result = of_factors.run(RiskBudgetRequest(**FRENCH, long_only=False), given).value
    earned = given.returns @ np.array([row.weight for row in result.weights])
    excess = earned.mean() - given.of_factors().returns[:, 2].mean()
    assert result.summary.sharpe_ratio == pytest.approx(excess / earned.std(ddof=1) * YEAR**0.5, rel=1e-9)


def test_a_factor_is_not_called_as_a_part_of_a_result() -> None:
    given = of_factors.panel()
    factors = Factors(("specific", "HML", "RF"), given.of_factors().returns, "factors", "")
    with pytest.raises(InputError, match="factors must not be called 'specific'"):
        of_factors.run(BetasRequest(**FRENCH), dataclasses.replace(given, factors=factors))


def test_more_assets_than_periods_leave_no_test_of_pricing_errors() -> None:
    found = of_factors.run(PremiaRequest(**FRENCH), of_factors.panel(40, 30))
    assert found.value.summary.chi_squared is None
    assert found.value.summary.p_value is None
    assert "no test of all pricing errors: 37 pricing errors are free" in found.warnings[1]


def test_later_knowledge_of_betas_is_said() -> None:
    fitted = of_factors.run(BetasRequest(**FRENCH)).warnings
    chosen = of_factors.run(BetasRequest(**FRENCH, step_ratio=1e-4)).warnings
    assert any("later ones" in each and "and the fitted ratio" in each for each in fitted)
    assert any("later ones" in each and "ratio" not in each for each in chosen)


# --------------------------------------------------------------------------- models of exposures


def cap(asset: int, day: str, value: float = 100.0) -> FactRow:
    return FactRow(f"A{asset}", day, FactField.MARKET_CAP, value)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            FactorModelRequest(
                sectors=tuple(each.replace("odd", "specific") for each in of_exposures.SECTORS)
            ),
            "sectors must not be called 'specific'",
        ),
        (
            FactorModelRequest(facts=(cap(2, "2021-01-04"), cap(2, "2021-01-04", 7.0))),
            r"facts\[0\] and facts\[1\] both give market_cap of A2 on 2021-01-04",
        ),
        (
            FactorRiskRequest(
                facts=(cap(0, "2022-06-01"), *(cap(n, "2021-01-04", 100.0 + n) for n in range(1, 14))),
                weights=(1.0, *(0.0,) * 13),
            ),
            "weights must have a risk in each period with a forecast, have none in that of 2022-05-23: "
            "exposures of 1 of 1",
        ),
    ],
)
def test_what_a_model_cannot_have_is_named(request_: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        of_exposures.run(request_)


def test_forecasts_of_a_part_of_the_weights_are_counted() -> None:
    late = (cap(0, "2022-06-01"), *(cap(n, "2021-01-04", 100.0 + n) for n in range(1, 14)))
    notes = of_exposures.run(FactorRiskRequest(facts=late)).warnings
    assert any("In 11 of 116 periods with a forecast exposures of some assets" in each for each in notes)


@pytest.mark.parametrize("request_", [FactorModelRequest(), FactorAttributionRequest(), FactorRiskRequest()])
def test_a_single_regression_is_no_model(request_: Any) -> None:
    with pytest.raises(InputError, match="2 regressions at least, gave 1: the first 252 returns"):
        of_exposures.run(request_, of_exposures.panel(of_exposures.PLAIN.returns[:253].copy()))


def test_a_model_larger_than_memory_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    assert exposures_module.EXPOSURES_MAX * 8 == 1_600_000_000
    monkeypatch.setattr(exposures_module, "EXPOSURES_MAX", 620 * 14 * 2)
    request = FactorModelRequest(styles=(StyleName.BETA,))
    assert of_exposures.run(request).value.summary.factors == 2
    with pytest.raises(InputError, match="620 periods, 14 assets and 5 factors; take weeks"):
        of_exposures.run(FactorModelRequest())


def test_months_of_weeks_are_months() -> None:
    """Nine months are 39 weeks, of which the first forecast has need; nine times four weeks are too few."""
    weeks = dataclasses.replace(of_exposures.PLAIN, periods_per_year=365.25 / 7.0)
    request = FactorRiskRequest(warm_up_months=9, styles=(StyleName.MOMENTUM,))
    assert of_exposures.run(request, weeks).value.summary.forecasts == 620 - 52 - 39


def test_rolling_betas_larger_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    request = PremiaRequest(**FRENCH, window=100)
    monkeypatch.setattr(rolling_module, "ROLLED_MAX", 201 * 8 * 3)
    assert of_factors.run(request).value.summary.periods == 200
    monkeypatch.setattr(rolling_module, "ROLLED_MAX", 201 * 8 * 3 - 1)
    with pytest.raises(InputError, match="201 windows, 8 assets and 2 factors"):
        of_factors.run(request)


def test_what_ends_at_midnight_is_of_the_year_before() -> None:
    """The return of 31 December ends at midnight of 1 January, and is of the old year."""
    given = of_exposures.panel(of_exposures.PLAIN.returns, hours=24)
    request = FactorAttributionRequest(weights=(1.0, *(0.0,) * 13), styles=())
    found = of_exposures.run(request, given).value
    ends = (given.ts_ns - 1).astype("datetime64[ns]").astype("datetime64[Y]").astype(str)
    whole = np.column_stack([given.returns[:, 0], given.returns.mean(axis=1)])[ends == "2021"]
    held, others = np.prod(1.0 + whole, axis=0)
    assert given.ts_ns[361] % DAY_NS == 0
    assert [row.year for row in found.years] == ["2021", "2022"]
    assert found.years[0].active == pytest.approx(held - others, abs=1e-12)
