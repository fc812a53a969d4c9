"""Risk by the cross-sectional factor model: a portfolio's split, and how such forecasts did out of sample."""

from typing import TYPE_CHECKING, Final, NamedTuple

from trade2026.application.analyses.barra_parts import correlation_cells
from trade2026.application.analyses.barra_request import SPECIFIC, Fitted, model_of
from trade2026.application.analyses.barra_risk_types import (
    AssetRiskRow,
    BiasRow,
    BiasSummaryRow,
    EigenfactorRow,
    FactorRiskRequest,
    FactorRiskResult,
    FactorRiskRow,
    FactorRiskSummary,
)
from trade2026.application.analyses.budget import Part, check_parts
from trade2026.application.analyses.declaration import Found, Tell
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.values import weights_of
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.factor_models.attribution.risk import FactorRisk
    from trade2026.analytics.factor_models.cross_section.bias import Forecasts
    from trade2026.analytics.factor_models.cross_section.factor_covariance import (
        CovarianceOptions,
        FactorCovariance,
    )
    from trade2026.analytics.factor_models.cross_section.model import FactorModel
    from trade2026.analytics.factor_models.cross_section.specific_risk import SpecificOptions, SpecificRisk

_YEAR_MONTHS: Final = 12.0
_OWN_MONTHS: Final = (3, 9)
"""Months of specific returns up to which exposures alone count, and from which an asset's past does."""
_DRAW_PAIR: Final = 130.0
_DRAW_TRIPLE: Final = 0.5
"""Operations of a draw for each pair and triple of factors. Measured, as all of these; see `costs`."""
_LAG_ASSET: Final = 1.0
_LAG_PAIR: Final = 0.15
"""Of a forecast, a lag and a period before it, for each asset and each pair of factors."""
_LOAD: Final = 10.0
_PAIR: Final = 1.3
_SCORE: Final = 2.0
"""Of a random portfolio: for each asset and pair of factors of a period, and each score of a window."""
_OWN: Final = 20.0
"""Of a forecast and a period before it, for each asset."""


class _Now(NamedTuple):
    """The forecast for the next period."""

    covariance: "FactorCovariance"
    specific: "SpecificRisk"
    split: "FactorRisk"


def compute(request: FactorRiskRequest, panel: Panel, tell: Tell) -> Found[FactorRiskResult]:
    """The forecast for the next period, then all earlier ones held against what happened."""
    _check_work(request, panel)
    tell(0.0, "exposures and regressions")
    fitted = model_of(request, panel)
    model = fitted.model
    weights = weights_of(request.weights, len(panel.assets))
    tell(0.2, "the forecast for the next period")
    covariance, specific = _options(request, panel)
    now = _now(request, model, weights, covariance, specific)
    forecasts = _forecasts(request, model, weights, (covariance, specific), tell)
    partly = _coverage(model, weights, forecasts)
    biases = _biases(model, forecasts)
    rolled, more = _rolled(request, fitted, forecasts)
    return Found(
        FactorRiskResult(
            summary=_summary(panel, now.split, forecasts, biases),
            factors=_factor_rows(model, panel, now),
            assets=_asset_rows(model, panel, weights, now),
            bias=rolled,
            biases=biases,
            eigenfactors=_eigenfactors(panel, now.covariance),
            correlations=correlation_cells(model.factors, now.covariance.matrix),
        ),
        (*fitted.notes, *partly, *more),
    )


def _check_work(request: FactorRiskRequest, panel: Panel) -> None:
    """By the sizes of the request, before the model is made."""
    (periods, assets), month = panel.returns.shape, panel.periods_per_year / _YEAR_MONTHS
    warm_up = round(request.warm_up_months * month)
    judged = max(0, periods - warm_up)
    forecasts = -(-judged // max(1, round(month)))
    factors = 1 + len(request.styles) + len({each.rpartition("=")[2].strip() for each in request.sectors})
    past = forecasts * 0.5 * (periods + warm_up)  # Each sees all periods before it.
    window = min(judged, round(request.window_months * month))
    size = f"for {forecasts:,} forecasts of {factors:,} factors"
    wide = f"{size} and {assets:,} assets"
    each = forecasts * factors**2 * (_DRAW_PAIR + _DRAW_TRIPLE * factors)
    scores = window * (judged - window + 1)
    test = judged * (_LOAD * assets + _PAIR * factors**2) + _SCORE * scores
    more = f"of {assets:,} assets over {judged:,} periods, in windows of {window:,}"
    check_parts(
        Part("draws", request.draws, each, size),
        Part("lags", request.lags, past * (_LAG_ASSET * assets + _LAG_PAIR * factors**2), wide),
        Part("random_portfolios", request.random_portfolios, test, more),
        Part("periods", periods, past * _OWN * assets / periods, wide),
    )


def _options(request: FactorRiskRequest, panel: Panel) -> tuple["CovarianceOptions", "SpecificOptions"]:
    """In periods, from months."""
    from trade2026.analytics.factor_models.cross_section.factor_covariance import CovarianceOptions
    from trade2026.analytics.factor_models.cross_section.specific_risk import SpecificOptions

    month = panel.periods_per_year / _YEAR_MONTHS
    least, full = _OWN_MONTHS
    return (
        CovarianceOptions(
            volatility_half_life=request.volatility_months * month,
            correlation_half_life=request.correlation_months * month,
            lags=request.lags,
            draws=request.draws,
            amplification=request.amplification,
        ),
        SpecificOptions(
            half_life=request.specific_months * month,
            lags=request.lags,
            periods_min=max(2, round(least * month)),
            periods_full=round(full * month),
            buckets=request.buckets,
            shrinkage=request.shrinkage,
        ),
    )


def _periods(months: float, model: "FactorModel") -> int:
    return round(months * model.market.periods_per_year / _YEAR_MONTHS)


def _now(
    request: FactorRiskRequest,
    model: "FactorModel",
    weights: "FloatArray",
    covariance: "CovarianceOptions",
    specific: "SpecificOptions",
) -> _Now:
    import numpy as np

    from trade2026.analytics.factor_models.cross_section.bias import specific_at
    from trade2026.analytics.factor_models.cross_section.factor_covariance import factor_covariance
    from trade2026.analytics.factor_models.cross_section.portfolio_risk import split_risk

    outside = np.flatnonzero((weights != 0.0) & ~model.universe[-1])
    if outside.size:
        raise InputError(
            f"weights must be of assets whose exposures are known now, {model.market.assets[outside[0]]}'s "
            "are not; give it no weight, send its facts, or have what is unknown count as the mean"
        )
    rng = np.random.default_rng(derive_seed(request.seed, "eigenfactors now"))
    made = factor_covariance(model.sections.returns, covariance, rng)
    risk = specific_at(model, model.sections.returns.shape[0], specific)
    split = split_risk(weights, model.exposures.values[-1], made.matrix, risk.volatility)
    return _Now(made, risk, split)


def _forecasts(
    request: FactorRiskRequest,
    model: "FactorModel",
    weights: "FloatArray",
    options: tuple["CovarianceOptions", "SpecificOptions"],
    tell: Tell,
) -> "Forecasts":
    """Of the portfolio, then of the random ones."""
    import numpy as np

    from trade2026.analytics.factor_models.cross_section.bias import forecast_risk, random_portfolios

    covariance, specific = options
    rng = np.random.default_rng(derive_seed(request.seed, "random portfolios"))
    drawn = random_portfolios(weights.size, request.random_portfolios, rng)
    return forecast_risk(
        model,
        np.vstack((weights, drawn)),
        covariance=covariance,
        specific=specific,
        warm_up=_periods(request.warm_up_months, model),
        every=model.market.month(),
        rng=np.random.default_rng(derive_seed(request.seed, "eigenfactors")),
        tell=lambda share: tell(0.3 + 0.6 * share, "forecasts out of sample"),
    )


def _coverage(model: "FactorModel", weights: "FloatArray", forecasts: "Forecasts") -> tuple[str, ...]:
    """A word on forecasts of a part of the weights; InputError where there is nothing to forecast."""
    import numpy as np

    held = weights != 0.0
    inside = model.universe[forecasts.first : -1]
    empty = np.flatnonzero(~(forecasts.volatility[:, 0] > 0.0))
    if empty.size:
        name = model.market.period_name(model.first + forecasts.first + int(empty[0]))
        raise InputError(
            f"weights must have a risk in each period with a forecast, have none in that of {name}: "
            f"exposures of {int((held & ~inside[empty[0]]).sum())} of {int(held.sum())} assets with a "
            "weight are not known; take a longer warm-up, or have what is unknown count as the mean"
        )
    partly = int((held & ~inside).any(axis=1).sum())
    if not partly:
        return ()
    return (
        f"In {partly} of {inside.shape[0]} periods with a forecast exposures of some assets with a weight "
        "were not known: forecast and return are of the others there.",
    )


def _biases(model: "FactorModel", forecasts: "Forecasts") -> tuple[BiasSummaryRow, ...]:
    """Over all forecasts: the portfolio, the mean of random ones, each factor."""
    from trade2026.analytics.factor_models.cross_section.bias import bias_band, bias_statistics

    count = forecasts.realized.shape[0]
    low, high = bias_band(count)
    found = bias_statistics(forecasts.realized, forecasts.volatility, count)[0]
    earned = model.sections.returns[forecasts.first :]
    of_factors = bias_statistics(earned, forecasts.factor_volatility, count)[0]
    named = [
        ("portfolio", "portfolio", float(found[0])),
        ("random portfolios, mean", "random", float(found[1:].mean())),
        *(
            (name, kind, value)
            for name, kind, value in zip(
                model.factors, model.exposures.kinds, of_factors.tolist(), strict=True
            )
        ),
    ]
    return tuple(
        BiasSummaryRow(
            name=name,
            kind=kind,
            bias=bias,
            finding="risk too low" if bias > high else "risk too high" if bias < low else "in the band",
        )
        for name, kind, bias in named
    )


def _rolled(
    request: FactorRiskRequest, fitted: Fitted, forecasts: "Forecasts"
) -> tuple[tuple[BiasRow, ...], tuple[str, ...]]:
    """Through time, and why not."""
    import numpy as np

    from trade2026.analytics.factor_models.cross_section.bias import bias_band, bias_statistics
    from trade2026.application.runner.result import extremes

    model = fitted.model
    window = max(2, _periods(request.window_months, model))
    count = forecasts.realized.shape[0]
    if window > count:
        return (), (
            f"{count} periods with a forecast are fewer than the window's {window}: no bias through time.",
        )
    if not fitted.is_dated:
        return (), ()
    low, high = bias_band(window)
    rolled = bias_statistics(forecasts.realized, forecasts.volatility, window)
    earned = model.sections.returns[forecasts.first :, :1]
    market = bias_statistics(earned, forecasts.factor_volatility[:, :1], window)[:, 0]
    spread = np.quantile(rolled[:, 1:], (0.05, 0.95), axis=1)
    first = forecasts.first + window - 1
    return tuple(
        BiasRow(
            ts=fitted.time(first + at),
            portfolio=float(rolled[at, 0]),
            market=float(market[at]),
            random_mean=float(rolled[at, 1:].mean()),
            random_low=float(spread[0, at]),
            random_high=float(spread[1, at]),
            low=low,
            high=high,
        )
        for at in extremes(rolled[:, 0].copy(), 1_000)
    ), ()


def _summary(
    panel: Panel, split: "FactorRisk", forecasts: "Forecasts", biases: tuple[BiasSummaryRow, ...]
) -> FactorRiskSummary:
    from trade2026.analytics.factor_models.cross_section.bias import bias_band

    root = panel.periods_per_year**0.5
    low, high = bias_band(forecasts.realized.shape[0])
    return FactorRiskSummary(
        volatility=split.volatility * root,
        factor_volatility=split.factor_volatility * root,
        specific_volatility=split.specific_volatility * root,
        factor_share=float(split.components.sum()) / split.volatility,
        bias=biases[0].bias,
        random_bias=biases[1].bias,
        low=low,
        high=high,
        forecasts=int(forecasts.realized.shape[0]),
    )


def _factor_rows(model: "FactorModel", panel: Panel, now: _Now) -> tuple[FactorRiskRow, ...]:
    import numpy as np

    root = panel.periods_per_year**0.5
    split = now.split
    volatility = np.sqrt(np.diag(now.covariance.matrix))
    rows = [
        FactorRiskRow(
            factor=name,
            kind=kind,
            exposure=float(split.exposures[at]),
            volatility=float(volatility[at]) * root,
            marginal=float(split.marginal[at]) * root,
            component=float(split.components[at]) * root,
            share=float(split.components[at]) / split.volatility,
        )
        for at, (name, kind) in enumerate(zip(model.factors, model.exposures.kinds, strict=True))
    ]
    rows.append(
        FactorRiskRow(
            factor=SPECIFIC,
            kind="specific",
            exposure=None,
            volatility=split.specific_volatility * root,
            marginal=None,
            component=split.specific * root,
            share=split.specific / split.volatility,
        )
    )
    return tuple(rows)


def _asset_rows(
    model: "FactorModel", panel: Panel, weights: "FloatArray", now: _Now
) -> tuple[AssetRiskRow, ...]:
    import numpy as np

    root = panel.periods_per_year**0.5
    exposures, split = model.exposures.values[-1], now.split
    own = now.specific.volatility
    whole = np.sqrt(np.einsum("nk,kl,nl->n", exposures, now.covariance.matrix, exposures) + own**2)
    return tuple(
        AssetRiskRow(
            asset=asset,
            weight=float(weights[at]),
            volatility=float(whole[at]) * root if np.isfinite(whole[at]) else None,
            specific_volatility=float(own[at]) * root if np.isfinite(own[at]) else None,
            marginal=float(split.asset_marginal[at]) * root,
            component=float(split.asset_components[at]) * root,
            from_factors=float(split.asset_factor_components[at]) * root,
            share=float(split.asset_components[at]) / split.volatility,
        )
        for at, asset in enumerate(panel.assets)
    )


def _eigenfactors(panel: Panel, covariance: "FactorCovariance") -> tuple[EigenfactorRow, ...]:
    root = panel.periods_per_year**0.5
    pairs = zip(covariance.eigenvalues.tolist(), covariance.biases.tolist(), strict=True)
    return tuple(
        EigenfactorRow(rank=rank, volatility=value**0.5 * root, adjustment=bias)
        for rank, (value, bias) in enumerate(pairs, start=1)
    )
