"""Exposures and styles against the plainest code, and that nothing is known before its time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analytics.factor_models.cross_section.made import Array, plain_standard
from tests.analytics.panels import panel
from trade2026.analytics.factor_models.cross_section.exposures import (
    ModelOptions,
    build_exposures,
    caps_of,
    standardised,
)
from trade2026.analytics.factor_models.cross_section.facts import Facts, facts_of
from trade2026.analytics.factor_models.cross_section.market import Market
from trade2026.analytics.factor_models.cross_section.styles import STYLES, market_line, market_returns
from trade2026.primitives.errors import InputError

ASSETS = tuple(f"A{number}" for number in range(12))
PERIODS = 90
YEAR = 24
"""Periods in a year of these markets: half months, so that windows are short."""


def rows(seed: int = 1) -> list[tuple[int, int, str, float]]:
    """Facts of every field, each asset's at moments of its own."""
    rng = np.random.default_rng(seed)
    found = []
    for asset in range(len(ASSETS)):
        for moment in range(int(rng.integers(0, 3)), PERIODS, 6):
            cap = float(rng.lognormal(3.0, 1.0))
            values = {
                "market_cap": cap,
                "book_value": cap * float(rng.lognormal(-0.5, 0.4)),
                "earnings": cap * float(rng.normal(0.05, 0.05)),
                "sales": cap * float(rng.lognormal(0.0, 0.3)),
                "traded_notional": cap * float(rng.lognormal(-3.0, 0.3)),
            }
            found += [(asset, moment, field, value) for field, value in values.items()]
    return found


def market(facts: Facts | None = None, seed: int = 2, sectors: tuple[str, ...] = ()) -> Market:
    return Market(
        assets=ASSETS,
        returns=panel(seed, PERIODS, len(ASSETS)),
        ends=np.arange(PERIODS),
        periods_per_year=float(YEAR),
        year=YEAR,
        facts=facts,
        sectors=sectors,
    )


def built(given_: Market, **options: object) -> Array:
    chosen = ModelOptions(**options)  # type: ignore[arg-type]
    return build_exposures(given_, chosen, caps_of(given_, chosen)).values


# ------------------------------------------------------------------------------------------- facts


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.floats(-5, 5)), max_size=30),
    st.integers(0, 21) | st.none(),
)
def test_a_fact_is_the_last_that_was_known(made: list[tuple[int, int, float]], age_max: int | None) -> None:
    unique = {(asset, known): value for asset, known, value in made}
    facts = facts_of([(asset, known, "x", value) for (asset, known), value in unique.items()], 3)
    at = np.arange(-1, 22)
    found = facts.as_of("x", at, age_max=age_max)
    for row, moment in enumerate(at.tolist()):
        for asset in range(3):
            known = [k for a, k in unique if a == asset and k <= moment]
            fresh = known and (age_max is None or moment - max(known) <= age_max)
            wanted = unique[asset, max(known)] if fresh else np.nan
            np.testing.assert_equal(found[row, asset], wanted)


def test_facts_that_cannot_be_are_named() -> None:
    with pytest.raises(InputError, match="rows 0 and 1 both give x of asset 2"):
        facts_of([(2, 5, "x", 1.0), (2, 5, "x", 1.0)], 3)
    with pytest.raises(InputError, match="was nan in row 0"):
        facts_of([(2, 5, "x", np.nan)], 3)
    with pytest.raises(InputError, match="assets 0 to 2, was 3"):
        facts_of([(3, 5, "x", 1.0)], 3)


# ------------------------------------------------------------------------------------------ styles


def test_styles_of_prices_are_those_of_the_plainest_code() -> None:
    given_ = market()
    r = given_.returns
    raw = {name: STYLES[name].raw(given_, None, None) for name in ("momentum", "reversal")}
    beta, left = market_line(given_, None)
    mean = r.mean(axis=1)
    for t in (0, 23, 24, 59, 60, 77, PERIODS):
        whole = np.prod(1 + r[max(t - 24, 0) : t - 2], axis=0) if t >= 24 else np.full(12, np.nan)
        np.testing.assert_allclose(raw["momentum"][t], np.log(whole), atol=1e-13)
        last = np.prod(1 + r[max(t - 2, 0) : t], axis=0) if t >= 2 else np.full(12, np.nan)
        np.testing.assert_allclose(raw["reversal"][t], -np.log(last), atol=1e-13)
        if t < 60:
            assert np.isnan(beta[t]).all()
            continue
        weights = 0.5 ** (np.arange(59, -1, -1) / 15)
        for asset in range(12):
            x, y = mean[t - 60 : t], r[t - 60 : t, asset]
            design = np.column_stack([np.ones(60), x]) * np.sqrt(weights)[:, None]
            slope = np.linalg.lstsq(design, y * np.sqrt(weights), rcond=None)[0]
            assert beta[t, asset] == pytest.approx(slope[1], rel=1e-9)
            apart = y - slope[0] - slope[1] * x
            assert left[t, asset] ** 2 == pytest.approx((weights @ apart**2) / weights.sum(), rel=1e-8)


def test_styles_of_facts_are_ratios_of_what_was_known() -> None:
    given_ = market(facts_of(rows(), 12))
    caps = given_.known("market_cap")
    t = 70
    last = {
        field: np.array(
            [max((k, v) for a, k, f, v in rows() if a == n and f == field and k < t)[1] for n in range(12)]
        )
        for field in ("market_cap", "book_value", "earnings", "sales", "traded_notional")
    }
    before = np.array(
        [
            max((k, v) for a, k, f, v in rows() if a == n and f == "sales" and k < t - YEAR)[1]
            for n in range(12)
        ]
    )
    wanted = {
        "size": np.log(last["market_cap"]),
        "value": last["book_value"] / last["market_cap"],
        "earnings_yield": last["earnings"] / last["market_cap"],
        "quality": last["earnings"] / last["book_value"],
        "growth": last["sales"] / before - 1.0,
        "liquidity": np.log(last["traded_notional"] / last["market_cap"]),
    }
    for name, each in wanted.items():
        np.testing.assert_allclose(STYLES[name].raw(given_, caps, None)[t], each, rtol=1e-14)
    weights = caps[t] / caps[t].sum()
    assert market_returns(given_, caps)[t] == pytest.approx(weights @ given_.returns[t])


# --------------------------------------------------------------------------------- standardisation


@given(st.integers(0, 1_000), st.floats(1.0, 4.0))
def test_standardising_is_that_of_the_plainest_code(seed: int, winsor: float) -> None:
    rng = np.random.default_rng(seed)
    raw, caps = rng.standard_t(2, (3, 15)), rng.lognormal(0, 1, (3, 15))
    known = rng.random((3, 15)) < 0.8
    known[:, :3] = True
    found = standardised(raw, known, caps, winsor)
    for row in range(3):
        inside = known[row]
        wanted = plain_standard(raw[row, inside], caps[row, inside], winsor)
        np.testing.assert_allclose(found[row, inside], wanted, rtol=1e-9, atol=1e-12)
        assert np.isnan(found[row, ~inside]).all()
        assert np.std(found[row, inside]) == pytest.approx(1.0)
        assert (caps[row, inside] @ found[row, inside]) == pytest.approx(0.0, abs=1e-9)


def test_exposures_are_centred_and_one_is_taken_out_of_another() -> None:
    given_ = market(facts_of(rows(), 12), sectors=("x", "y", "z") * 4)
    styles = ("residual_volatility", "size", "beta", "value")
    options = ModelOptions(styles=styles)
    found = build_exposures(given_, options, caps_of(given_, options))
    assert found.factors == ("market", *styles, "x", "y", "z")
    assert found.first == 60
    np.testing.assert_allclose(found.restriction.sum(axis=1), 1.0)
    np.testing.assert_allclose(
        np.einsum("tn,tnk->tk", found.centre, found.values[:, :, 1:5]), 0.0, atol=1e-12
    )
    np.testing.assert_allclose(found.values[:, :, 1:5].std(axis=1), 1.0)
    for row in range(found.values.shape[0]):
        volatility, size, _, beta = found.values[row, :, [1, 2, 4, 3]]
        assert abs(np.corrcoef(volatility, size)[0, 1]) < 1e-10
        assert abs(np.corrcoef(volatility, beta)[0, 1]) < 1e-10


# -------------------------------------------------------------------------------------- look-ahead

ALL = tuple(STYLES)


@pytest.mark.parametrize("cut", [70, 80])
def test_what_becomes_known_later_changes_nothing_before(cut: int) -> None:
    """To the last bit, for periods that begin at or before `cut`, with other returns and facts behind."""
    options = ModelOptions(styles=tuple(name for name in ALL if name != "reversal"))
    plain = market(facts_of(rows(), 12))
    changed = plain.returns.copy()
    changed[cut:] = panel(99, PERIODS, 12)[cut:]
    other = [
        (asset, known, field, value * (3.0 if known >= cut else 1.0)) for asset, known, field, value in rows()
    ]
    later = replace(plain, returns=changed, facts=facts_of(other, 12))
    first = build_exposures(plain, options, caps_of(plain, options))
    second = build_exposures(later, options, caps_of(later, options))
    assert first.first == second.first == 60
    upto = cut - first.first + 1
    np.testing.assert_array_equal(first.values[:upto], second.values[:upto])
    assert not np.array_equal(first.values[upto:], second.values[upto:])


def test_a_fact_counts_from_the_period_that_begins_when_it_is_known() -> None:
    """One that is known at the end of period 40 counts in period 41, not before."""
    begin = [(asset, 0, "market_cap", 1.0 + asset) for asset in range(12)]
    options = ModelOptions(styles=("size",))
    found = []
    for more in ([], [(5, 40, "market_cap", 50.0)]):
        given_ = market(facts_of(begin + more, 12))
        found.append(build_exposures(given_, options, caps_of(given_, options)))
    assert found[0].first == 1
    differs = np.abs(found[0].values - found[1].values).max(axis=(1, 2)) > 0.0
    assert (np.flatnonzero(differs) + 1).tolist() == list(range(41, PERIODS + 1))


# ------------------------------------------------------------------------------------ what is unknown


def test_an_asset_of_which_a_style_is_unknown_is_left_out_or_counts_as_the_mean() -> None:
    kept = [each for each in rows() if each[0] != 3 or each[2] != "earnings"]
    given_ = market(facts_of(kept, 12))
    options = ModelOptions(styles=("size", "earnings_yield"))
    left_out = build_exposures(given_, options, caps_of(given_, options))
    assert not left_out.universe[:, 3].any()
    assert left_out.filled == 0
    assert (left_out.values[:, 3] == 0.0).all()
    mean = replace(options, unknown="mean")
    filled = build_exposures(given_, mean, caps_of(given_, mean))
    assert filled.universe[:, 3].all()
    assert filled.filled == filled.values.shape[0]
    assert (filled.values[:, 3, 2] == 0.0).all()
    assert (filled.values[:, 3, 1] != 0.0).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"styles": ("sise",)}, "styles must be among .*was 'sise'"),
        ({"styles": ("size", "size")}, "'size' is named twice"),
        ({"winsor": 0.5}, "winsor must be from 1 to 10"),
        ({"styles": ("size",)}, "facts must have market_cap for the style size"),
        ({"styles": ("quality",)}, "facts must have book_value, earnings for the style quality, had none"),
        ({"weighting": "sqrt_cap"}, "facts must have market_cap for weights by it"),
    ],
)
def test_choices_that_cannot_be_are_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        built(market(), **changes)


def test_too_few_assets_too_short_a_history_and_a_gap_are_named() -> None:
    few = Market(
        assets=ASSETS[:5],
        returns=panel(1, PERIODS, 5),
        ends=np.arange(PERIODS),
        periods_per_year=24.0,
        year=24,
    )
    with pytest.raises(InputError, match=r"more than the 5 coefficients of market, beta, .*were 5"):
        built(few)
    short = replace(market(), returns=panel(1, 50, 12), ends=np.arange(50))
    with pytest.raises(InputError, match=r"were of 0 at most in 50 periods .*beta 0.*momentum 12"):
        built(short)
    stale = market(facts_of([each for each in rows() if each[1] < 30], 12))
    with pytest.raises(InputError, match=r"were of .* in the period of \d+ \(unknown: \{'size': \d+\}\)"):
        built(stale, styles=("size",), age_max=12)
    same = [(asset, 0, "market_cap", 5.0) for asset in range(12)]
    with pytest.raises(InputError, match="size does not in the period of 1"):
        built(market(facts_of(same, 12)), styles=("size",))
    with pytest.raises(InputError, match="market_cap must be above zero, was -1 for A0"):
        built(market(facts_of([(0, 0, "market_cap", -1.0)], 12)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"periods_per_year": 4.0}, "periods_per_year must be at least 12, was 4"),
        ({"sectors": ("x",)}, "sectors must be 12, one an asset"),
        ({"sectors": ("x",) * 11 + ("y",)}, "'y' has A11 alone"),
        ({"sectors": ("x",) * 12}, "all assets are in 'x'"),
        ({"ends": np.arange(3)}, "ends must be 90"),
        ({"assets": ("A",)}, "assets must be 12 names"),
        ({"facts": facts_of([], 3)}, "facts must be of 12 assets, were of 3"),
    ],
)
def test_a_market_that_cannot_be_is_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(market(), **changes)  # type: ignore[arg-type]
