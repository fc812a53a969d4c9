"""The factor model as analyses: facts by their days, sums that hold, and what is refused."""

from typing import Any

import msgspec
import numpy as np
import pytest

from tests.analytics.factor_models.cross_section.made import Truth, known_market
from tests.analytics.panels import panel as returns_of
from trade2026.application.analyses.barra import BARRA, FactorResult
from trade2026.application.analyses.barra_attribution import FactorAttributionRequest
from trade2026.application.analyses.barra_request import (
    SAMPLE_SECTORS,
    FactField,
    FactorModelRequest,
    FactRow,
    StyleName,
    UnknownName,
    WeightingName,
    model_of,
)
from trade2026.application.analyses.barra_risk_types import FactorRiskRequest
from trade2026.application.analyses.declaration import Found
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.registry import analyses
from trade2026.application.analyses.requests import OwnRows
from trade2026.application.analyses.run import decode_request
from trade2026.application.pages.analyses import PAGES
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import DAY_NS, HOUR_NS, date_to_unix_ns, format_ns, parse_date

FIRST = date_to_unix_ns(parse_date("2021-01-04", "first"))
SECTORS = tuple(f"A{n}={'odd' if n % 2 else 'even'}" for n in range(14))


def panel(returns: np.ndarray, data: str = "mine", hours: int = 21) -> Panel:
    """Days that end at nine in the evening, the first on 4 January 2021; without data, numbers."""
    periods, assets = returns.shape
    ends = FIRST + np.arange(periods) * DAY_NS + hours * HOUR_NS if data else np.arange(periods)
    names = tuple(f"A{number}" for number in range(assets))
    return Panel(names, ends, returns, 252.0, data, "", "", (), ())


PLAIN = panel(returns_of(4, 620, 14))


def run(request: Any, given: Panel = PLAIN) -> Found[Any]:
    (analysis,) = [each for each in analyses() if each.request is type(request)]
    found: Found[Any] = analysis.compute(request, given, lambda share, text: None)
    return found


def facts_of(truth: Truth, available: str | int) -> tuple[FactRow, ...]:
    fields = {FactField.MARKET_CAP: truth.caps, FactField.BOOK_VALUE: truth.book}
    return tuple(
        FactRow(f"A{n}", available, field, float(values[n]))
        for field, values in fields.items()
        for n in range(values.size)
    )


def request_of(truth: Truth, available: str | int, **more: Any) -> FactorModelRequest:
    return FactorModelRequest(
        styles=(StyleName.SIZE, StyleName.VALUE),
        sectors=tuple(f"A{n}={sector}" for n, sector in enumerate(truth.sectors)),
        weighting=WeightingName.SQRT_CAP,
        facts=facts_of(truth, available),
        **more,
    )


def test_known_factors_come_back_through_the_request() -> None:
    truth = known_market(1, 60, 30, 0.0)
    own = OwnRows(assets=tuple(f"A{n}" for n in range(30)), rows=((0.0,) * 30,) * 2)
    found = run(request_of(truth, 0, own=own), panel(truth.returns, data="")).value
    means = [row.mean for row in found.factors]
    np.testing.assert_allclose(means, truth.factor_returns[1:].mean(axis=0) * 252.0, atol=1e-12)
    assert [row.kind for row in found.factors] == ["market", "style", "style", *["sector"] * 3]
    assert found.summary.mean_r_squared == pytest.approx(1.0)
    assert (found.summary.first, found.summary.last) == ("return 1", "return 59")
    assert found.styles == found.fit == ()


@pytest.mark.parametrize("hours", [21, 24])
def test_a_fact_counts_from_the_day_after_it_became_public(hours: int) -> None:
    """Public on the 10th: known at the end of the 11th, so the first return it explains is the 12th's."""
    truth = known_market(1, 60, 30, 0.0)
    fitted = model_of(request_of(truth, "2021-01-10"), panel(truth.returns, hours=hours))
    model, notes = fitted.model, fitted.notes
    assert fitted.time(0).startswith("2021-01-12T21" if hours == 21 else "2021-01-13T00")
    assert model.market.period_name(model.first) == "2021-01-12"
    assert notes[0] == "The first 8 of 60 periods only make exposures; the model begins with 2021-01-12."
    np.testing.assert_allclose(model.sections.returns, truth.factor_returns[8:], atol=1e-12)


def test_later_facts_change_nothing_before() -> None:
    truth = known_market(2, 60, 30, 0.01)
    early = request_of(truth, "2021-01-05")
    more = tuple(
        msgspec.structs.replace(row, available="2021-02-10", value=row.value * (2 + n))
        for n, row in enumerate(early.facts)
    )
    both = msgspec.structs.replace(early, facts=early.facts + more)
    first, second = (model_of(each, panel(truth.returns)).model.sections.returns for each in (early, both))
    cut = 39 - 3  # The 12th of February is period 39; the model begins with period 3.
    np.testing.assert_array_equal(first[:cut], second[:cut])
    assert (first[cut:] != second[cut:]).all()


def test_facts_are_rows_of_arrays_and_stay_out_of_the_form() -> None:
    decoded = decode_request(BARRA, '{"facts": [["A", "2020-01-28", "earnings", 1e9], ["B", 3, "sales", 2]]}')
    assert isinstance(decoded, FactorModelRequest)
    assert decoded.facts == (
        FactRow("A", "2020-01-28", FactField.EARNINGS, 1e9),
        FactRow("B", 3, FactField.SALES, 2.0),
    )
    for text in (
        '[["A", "2020-01-28", "ebitda", 1]]',
        '[["A", "soon", "sales", 1]]',
        '[["A", -1, "sales", 1]]',
    ):
        with pytest.raises(InputError, match="facts"):
            decode_request(BARRA, f'{{"facts": {text}}}')
    (page,) = [each for each in PAGES if each.page_id == "factors-barra"]
    shown = page.forms[0].schema_properties()
    assert shown is not None
    assert {"facts", "own"}.isdisjoint(shown)
    assert {"styles", "sectors", "start"} <= set(shown)


def test_lines_are_sums_of_returns_and_portfolios_have_one_unit() -> None:
    truth = known_market(3, 60, 30, 0.01)
    found: FactorResult = run(request_of(truth, "2021-01-04"), panel(truth.returns)).value
    by_name = {each.factor: each for each in found.factors}
    for rows, names in (
        (found.market, ["market"]),
        (found.styles, ["size", "value"]),
        (found.sectors, ["sector 0", "sector 1", "sector 2"]),
    ):
        assert list(dict.fromkeys(row.factor for row in rows)) == names
        last = {row.factor: row.value for row in rows}  # The last row of each line stays.
        for name in names:
            assert last[name] == pytest.approx(by_name[name].mean / 252.0 * found.summary.periods)
    assert len(found.exposures) == len(found.portfolios) == 30 * 6
    held = {(cell.y, cell.x): cell.value for cell in found.portfolios}
    exposed = {(cell.y, cell.x): cell.value for cell in found.exposures}
    names = [f"A{n}" for n in range(30)]
    assert sum((held[n, "value"] or 0) * (exposed[n, "value"] or 0) for n in names) == pytest.approx(1.0)
    assert sum((held[n, "value"] or 0) * (exposed[n, "size"] or 0) for n in names) == pytest.approx(
        0.0, abs=1e-12
    )


# --------------------------------------------------------------------------------------------- risk


def test_components_sum_to_the_risk_and_a_seed_repeats() -> None:
    weights = tuple(np.random.default_rng(1).dirichlet(np.ones(14)).tolist())
    request = FactorRiskRequest(sectors=SECTORS, weights=weights, random_portfolios=5, draws=50)
    found = run(request).value
    total = found.summary.volatility
    assert sum(row.component for row in found.factors) == pytest.approx(total)
    assert sum(row.component for row in found.assets) == pytest.approx(total)
    assert sum(row.share for row in found.factors) == pytest.approx(1.0)
    assert sum(row.from_factors for row in found.assets) == pytest.approx(total - found.factors[-1].component)
    parts = found.summary.factor_volatility**2 + found.summary.specific_volatility**2
    assert parts == pytest.approx(total**2)
    assert found == run(request).value
    other = run(msgspec.structs.replace(request, seed=2)).value
    assert other.summary.volatility != total
    assert other.summary.volatility == pytest.approx(total, rel=0.02)
    assert found.bias == ()  # 116 forecasts are fewer than a year.


def test_annual_figures_are_those_of_a_period_times_the_root_of_a_year() -> None:
    """Specific and factor risk in one unit: close to what equal weights have had."""
    request = FactorRiskRequest(draws=0, lags=0, volatility_months=600, specific_months=600, window_months=3)
    found = run(request).value
    realized = PLAIN.returns[252:].mean(axis=1).std() * 252**0.5
    assert found.summary.volatility == pytest.approx(realized, rel=0.06)
    assert all(row.adjustment == 1.0 for row in found.eigenfactors)
    (row,) = [each for each in found.biases if each.name == "portfolio"]
    assert row.bias == found.summary.bias == pytest.approx(1.0, abs=0.25)
    assert len(found.bias) == found.summary.forecasts - 63 + 1
    assert found.bias[-1].ts.startswith("2022-09-15")


# -------------------------------------------------------------------------------------- attribution


@pytest.mark.parametrize("benchmark", ["market", "none"])
def test_parts_sum_to_what_was_earned(benchmark: str) -> None:
    weights = tuple(np.random.default_rng(2).dirichlet(np.ones(14)).tolist())
    request = msgspec.convert(
        {"sectors": SECTORS, "weights": weights, "benchmark": benchmark}, FactorAttributionRequest
    )
    found = run(request).value
    earned = PLAIN.returns[252:] @ np.array(weights)
    market = PLAIN.returns[252:].mean(axis=1) if benchmark == "market" else np.zeros(earned.size)
    whole = np.prod(1 + earned) - np.prod(1 + market)
    assert found.summary.active_return == pytest.approx(whole)
    assert sum(row.contribution for row in found.parts) == pytest.approx(whole)
    split = found.summary.factor_return + found.summary.specific_return + found.summary.outside_return
    assert split == pytest.approx(whole)
    for row in (*found.years, *found.cumulated):
        parts = row.market + row.styles + row.sectors + row.specific + row.outside
        assert parts == pytest.approx(row.active, abs=1e-14)
    path = np.cumprod(1 + earned) - np.cumprod(1 + market)
    np.testing.assert_allclose([row.active for row in found.cumulated], path, atol=1e-12)
    for group, kinds in (
        ("market", "market"), ("styles", "style"), ("sectors", "sector"), ("specific", "specific"),
        ("outside", "outside"),
    ):  # fmt: skip
        bars = sum(row.contribution for row in found.parts if row.kind == kinds)
        assert getattr(found.cumulated[-1], group) == pytest.approx(bars, abs=1e-13)
    days = [format_ns(int(ts))[:4] for ts in PLAIN.ts_ns[252:]]
    assert [row.year for row in found.years] == sorted(set(days))
    for row in found.years:
        within = np.array(days) == row.year
        year = np.prod(1 + earned[within]) - np.prod(1 + market[within])
        assert row.active == pytest.approx(year, abs=1e-13)
    market_part = found.parts[0]
    assert market_part.tilt == pytest.approx(0.0 if benchmark == "market" else 1.0, abs=1e-12)


# ------------------------------------------------------------------------------------- what is said


def test_what_must_be_known_is_said() -> None:
    truth = known_market(3, 60, 30, 0.01)
    late = tuple(
        msgspec.structs.replace(row, available="2021-02-01") if row.asset == "A7" else row
        for row in facts_of(truth, "2021-01-04")
    )
    request = msgspec.structs.replace(request_of(truth, "2021-01-04"), facts=late)
    notes = run(request, panel(truth.returns)).warnings
    assert any("28 returns of assets were left out" in each and "A7, 28 of 58" in each for each in notes)
    assert any("Sectors are those of the request" in each for each in notes)
    mean = msgspec.structs.replace(
        request,
        unknown=UnknownName.MEAN,
        facts=tuple(row for row in late if row.field == "market_cap" or row.asset != "A7"),
    )
    assert any("unknown exposures (mean)" in each for each in run(mean, panel(truth.returns)).warnings)
    few = run(FactorModelRequest(sectors=SECTORS)).warnings
    assert any("14 assets for 6 coefficients" in each for each in few)
    assert any("Without market caps" in each for each in few)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (FactorModelRequest(sectors=("A0",)), "written as ASSET=Sector, was 'A0'"),
        (FactorModelRequest(sectors=("A0=x", "A0=y")), "'A0' is named twice"),
        (FactorModelRequest(sectors=("A0=x",)), "'A1' has none; add it"),
        (FactorModelRequest(sectors=(*SECTORS[:-1], "A13=alone")), "'alone' has A13 alone"),
        (FactorModelRequest(sectors=tuple(each.replace("odd", "beta") for each in SECTORS)), "'beta' has"),
        (FactorModelRequest(styles=(StyleName.SIZE,)), "facts must have market_cap"),
        (FactorModelRequest(weighting=WeightingName.SQRT_CAP), "facts must have market_cap for weights"),
        (FactorModelRequest(facts=(FactRow("Z", "2021-01-04", FactField.SALES, 1.0),)), r"facts\[0\].*'Z'"),
        (FactorModelRequest(facts=(FactRow("A0", 3, FactField.SALES, 1.0),)), r"facts\[0\] must have a day"),
        (
            FactorModelRequest(facts=(FactRow("A0", "2021-02-30", FactField.SALES, 1.0),)),
            r"facts\[0\]\.available must be a date",
        ),
        (FactorRiskRequest(weights=(1.0,)), "weights must be 14"),
        (FactorRiskRequest(warm_up_months=24), "more than 505 factor returns"),
        (FactorRiskRequest(sectors=SECTORS, correlation_months=0.1), "effective periods"),
        (FactorAttributionRequest(weights=(400.0, *(0.0,) * 13)), "lose everything in a period"),
    ],
)
def test_what_cannot_be_is_named(request_: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(request_)


def test_own_rows_without_days_take_numbers() -> None:
    own = OwnRows(assets=("x",), rows=((0.0,),) * 2)
    request = FactorModelRequest(facts=(FactRow("A0", "2021-01-04", FactField.SALES, 1.0),), own=own)
    with pytest.raises(InputError, match=r"facts\[0\] must have the number of a return"):
        run(request, panel(PLAIN.returns, data=""))


def test_weights_for_an_asset_without_exposures_now_are_named() -> None:
    truth = known_market(3, 620, 30, 0.01)
    facts = tuple(row for row in facts_of(truth, "2021-01-04") if row.asset != "A7")
    plain = msgspec.structs.replace(request_of(truth, "2021-01-04"), facts=facts)
    risk = msgspec.convert(msgspec.to_builtins(plain), FactorRiskRequest)
    with pytest.raises(InputError, match="exposures are known now, A7's are not"):
        run(risk, panel(truth.returns))


def test_a_model_may_have_the_market_alone_and_weights_may_be_the_benchmark() -> None:
    alone = run(FactorModelRequest(styles=())).value
    assert [row.factor for row in alone.factors] == ["market"]
    assert alone.summary.periods == 620
    assert alone.styles == alone.sectors == ()
    market = run(FactorAttributionRequest())
    assert market.value.summary.specific_share is None
    assert market.value.summary.active_return == pytest.approx(0.0, abs=1e-15)
    assert "nothing was earned beyond it" in market.warnings[-1]
    assert run(FactorRiskRequest(styles=())).value.factors[0].share > 0.5


def test_the_sample_s_sectors_are_of_its_assets() -> None:
    assert len({each.partition("=")[0] for each in SAMPLE_SECTORS}) == len(SAMPLE_SECTORS) == 20
