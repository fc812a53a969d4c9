"""The covariance laboratory: what cleaning does to a matrix, and how the estimators compare out of sample."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.covariance_density import DensityPoint, densities
from trade2026.application.analyses.covariance_judged import (
    Candidate,
    EstimatorRow,
    checked_work,
    every_estimator,
    judged,
)
from trade2026.application.analyses.covariance_layout import EDGE, LAYOUT
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
    check_covariance_options,
    estimator_of,
    own_options,
)
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray
    from trade2026.analytics.covariance.cleaners import AnyCleaner
    from trade2026.analytics.covariance.spectrum import Cleaning

_PERIODS_MIN: Final = 30
_PAIRS_SHOWN: Final = 40
_BINS: Final = 40
_PRINCIPAL: Final = 5
_LEAST: Final = 1e-9


class CleanerName(StrEnum):
    """What is done to a matrix that is there, with its defaults; see docs/portfolio-statistics.md."""

    SHRINK = "shrink"
    DENOISE = "denoise"
    DETONE = "detone"
    NEAREST_PSD = "nearest_psd"


_OPTIONS: Final = {
    CleanerName.SHRINK: ("intensity",),
    CleanerName.DENOISE: ("denoising", "alpha", "edge", "noise", "bandwidth"),
    CleanerName.DETONE: ("n_components",),
    CleanerName.NEAREST_PSD: (),
}


class CovarianceRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns, the estimator to look at, what its matrix is cleaned of, and how much the others see.

    "Both" of detrending and detoning is the estimator "detrended" with the cleaning "detone". Options are
    those of all estimators, which are compared, and of the cleaning that does the same as one of them.
    """

    estimator: Annotated[
        CovarianceName, Meta(title="Estimator", description="Whose matrix is compared with the sample's.")
    ] = CovarianceName.LEDOIT_WOLF
    cleaning: Annotated[
        tuple[CleanerName, ...],
        Meta(
            title="Cleaning",
            description="Done to the estimator's matrix, in the order in which they are ticked.",
            max_length=4,
        ),
    ] = ()
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    train_share: Annotated[
        float,
        Meta(
            ge=0.2,
            le=0.9,
            title="Share to fit on",
            description="The first part of the period, from which every estimator is made to be judged on "
            "the rest.",
        ),
    ] = 0.7
    hermite_order: Annotated[
        int,
        Meta(
            ge=0,
            le=12,
            title="Hermite order",
            description=(
                "Terms of the Hermite series for the density of the eigenvalues: more follow them closer."
            ),
        ),
    ] = 6


class CovarianceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The sample's matrix and the estimator's, of correlations.

    Attributes
    ----------
    periods_per_asset : float
        T / N; below one the sample's matrix is singular.
    signals : int
        Eigenvalues of the sample's matrix above the Marchenko-Pastur edge.
    effective_rank_* : float
        Exponential of the entropy of the eigenvalues' shares.
    condition_number_* : float or None
        Largest over smallest eigenvalue; None for a singular matrix.
    correlation_distance : float
        Root mean square change of the correlation of a pair.
    noise_variance : float
        What the sample's largest eigenvalue leaves of the variance, 1 - largest / N (Laloux et al. 1999).
    concentration_* : float
        Share of the largest eigenvalue.
    elbow : int
        Eigenvalues of the sample before their curve flattens.
    score : float or None
        Out of sample, as `covariance_judged.EstimatorRow` has it.
    """

    estimator: str
    assets: int
    periods: int
    periods_per_asset: float
    signals: int
    effective_rank_before: float
    effective_rank_after: float
    condition_number_before: float | None
    condition_number_after: float | None
    mean_correlation_before: float
    mean_correlation_after: float
    correlation_distance: float
    noise_variance: float
    concentration_before: float
    concentration_after: float
    elbow: int
    score: float | None


class EigenvalueRow(msgspec.Struct, frozen=True):
    """An eigenvalue of a correlation matrix, by its rank from 1; `matrix` says of which."""

    rank: float
    eigenvalue: float
    matrix: str


class DensityBin(msgspec.Struct, frozen=True, kw_only=True):
    """Eigenvalues of the sample's matrix between two ends, as a density, and that of pure noise there.

    Attributes
    ----------
    law : float
        Marchenko-Pastur density at the variance of the noise, times the share of eigenvalues up to its edge.
    """

    low: float
    high: float
    density: float
    law: float


class PrincipalCell(msgspec.Struct, frozen=True):
    """A weight of an eigenportfolio; absolute weights of one sum to one."""

    x: str
    y: str
    weight: float


class PairCell(msgspec.Struct, frozen=True):
    """A correlation by the estimator."""

    x: str
    y: str
    correlation: float


class CovarianceResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the laboratory found; correlations and eigenportfolios are empty for more than 40 assets.

    `sample_correlations` are those before, `correlations` those after.
    """

    summary: CovarianceSummary
    spectrum: tuple[EigenvalueRow, ...]
    density: tuple[DensityBin, ...]
    densities: tuple[DensityPoint, ...]
    principal: tuple[PrincipalCell, ...]
    estimators: tuple[EstimatorRow, ...]
    correlations: tuple[PairCell, ...]
    sample_correlations: tuple[PairCell, ...]


def compute(request: CovarianceRequest, panel: Panel, tell: Tell) -> Found[CovarianceResult]:
    """Both spectra over the whole period, then each estimator on the first part judged on the rest."""
    from trade2026.analytics.covariance.marchenko_pastur import residual_variance
    from trade2026.analytics.covariance.spectrum import compare_spectra

    returns = panel.returns
    periods, assets = returns.shape
    if assets < 2:
        raise InputError("assets must be two at least for a covariance, was one; name more")
    if periods < _PERIODS_MIN:
        raise InputError(f"the period must give at least {_PERIODS_MIN} returns, gave {periods}; take more")
    check_covariance_options(request.covariance_options, tuple(CovarianceName))  # All of them are compared.
    cut = round(periods * request.train_share)
    again = cut if request.cleaning else 0  # What is cleaned is judged too.
    spent = checked_work(request.estimator, request.covariance_options, periods, again, assets)
    tell(0.0, "the sample's matrix")
    sample, _ = covariance_of(CovarianceName.SAMPLE, returns)
    estimate, notes = _cleaned(request, returns)
    cleaning = compare_spectra(sample, estimate, n_periods=periods)
    before, after = cleaning.before, cleaning.after
    variance = max(residual_variance(before.eigenvalues), _LEAST)
    rows = _judged(request, returns, cut, spent, tell)
    judged_as = _label(request) if request.cleaning else request.estimator.value
    score = next(each.score for each in rows if each.estimator == judged_as)
    summary = _summary(request, panel, cleaning, variance, score)
    matrices = {CovarianceName.SAMPLE.value: before, _label(request): after}
    spectrum = [
        EigenvalueRow(rank, value, name)
        for name, each in matrices.items()
        for rank, value in enumerate(each.eigenvalues.tolist(), start=1)
    ]
    edge = before.noise_bounds[1]
    spectrum += [EigenvalueRow(1, edge, EDGE), EigenvalueRow(assets, edge, EDGE)]
    return Found(
        CovarianceResult(
            summary=summary,
            spectrum=tuple(spectrum),
            density=_density(before.eigenvalues, periods / assets, variance),
            densities=densities(before.eigenvalues, periods / assets, variance, request.hermite_order),
            principal=_principal(panel, sample),
            estimators=rows,
            correlations=_cells(panel, estimate),
            sample_correlations=_cells(panel, sample),
        ),
        (*notes, *_warnings(summary, rows)),
    )


def _summary(
    request: CovarianceRequest, panel: Panel, cleaning: "Cleaning", variance: float, score: float | None
) -> CovarianceSummary:
    (periods, assets), before, after = panel.returns.shape, cleaning.before, cleaning.after
    return CovarianceSummary(
        estimator=_label(request),
        assets=assets,
        periods=periods,
        periods_per_asset=periods / assets,
        signals=before.signals,
        effective_rank_before=before.effective_rank,
        effective_rank_after=after.effective_rank,
        condition_number_before=number_of(before.condition_number),
        condition_number_after=number_of(after.condition_number),
        mean_correlation_before=cleaning.mean_correlation_before,
        mean_correlation_after=cleaning.mean_correlation_after,
        correlation_distance=cleaning.correlation_distance,
        noise_variance=variance,
        concentration_before=before.concentration,
        concentration_after=after.concentration,
        elbow=before.elbow,
        score=score,
    )


def _label(request: CovarianceRequest) -> str:
    """What the matrix that is looked at is called beside the sample's."""
    if request.estimator is CovarianceName.SAMPLE and not request.cleaning:
        return "sample again"
    return " + ".join((request.estimator.value, *(each.value for each in request.cleaning)))


def _cleaned(request: CovarianceRequest, returns: "FloatArray") -> tuple["FloatArray", tuple[str, ...]]:
    """The estimator's matrix after all that is done to it."""
    from trade2026.analytics.covariance.cleaners import clean_in_turn

    if len(set(request.cleaning)) < len(request.cleaning):
        raise InputError(f"cleaning must name each once, was {', '.join(request.cleaning)}")
    made = estimator_of(request.estimator, request.covariance_options).estimate(returns)
    cleaners = [_cleaner(each, request.covariance_options) for each in request.cleaning]
    found = clean_in_turn(made, cleaners, n_periods=returns.shape[0])
    return found.covariance, found.notes


def _cleaner(name: CleanerName, options: CovarianceOptions) -> "AnyCleaner":
    """It takes the options of the estimator that does the same; the nearest matrix has none of them."""
    from trade2026.analytics.covariance.cleaners import CLEANERS

    return CLEANERS[name.value](**own_options(options, _OPTIONS[name]))


def _density(eigenvalues: "FloatArray", q: float, variance: float) -> tuple[DensityBin, ...]:
    """Over the noise and a little beyond; the largest eigenvalues are in the spectrum."""
    import numpy as np

    from trade2026.analytics.covariance.marchenko_pastur import (
        marchenko_pastur_bounds,
        marchenko_pastur_density,
    )

    top = 1.25 * marchenko_pastur_bounds(q)[1]
    counts, edges = np.histogram(eigenvalues, bins=_BINS, range=(0.0, top))
    density = counts / (eigenvalues.size * (edges[1] - edges[0]))
    noise = float((eigenvalues <= marchenko_pastur_bounds(q, variance)[1]).mean())
    law = noise * marchenko_pastur_density((edges[:-1] + edges[1:]) / 2.0, q, variance)
    return tuple(
        DensityBin(low=low, high=high, density=each, law=height)
        for low, high, each, height in zip(
            edges[:-1].tolist(), edges[1:].tolist(), density.tolist(), law.tolist(), strict=True
        )
    )


def _principal(panel: Panel, sample: "FloatArray") -> tuple[PrincipalCell, ...]:
    """The first eigenportfolios of the sample's matrix."""
    from trade2026.analytics.covariance.spectrum import eigenportfolios

    if len(panel.assets) > _PAIRS_SHOWN:
        return ()
    portfolios = eigenportfolios(sample, n=min(_PRINCIPAL, len(panel.assets)))
    return tuple(
        PrincipalCell(f"{number}", asset, weight)
        for number, row in enumerate(portfolios.tolist(), start=1)
        for asset, weight in zip(panel.assets, row, strict=True)
    )


def _judged(
    request: CovarianceRequest, returns: "FloatArray", cut: int, spent: float, tell: Tell
) -> tuple[EstimatorRow, ...]:
    """Every estimator, and the one that is looked at where it is cleaned."""
    candidates = every_estimator(request.covariance_options, cut, returns.shape[1], spent)
    if request.cleaning:
        candidates.append(Candidate(_label(request), lambda train: _cleaned(request, train)[0]))
    return judged(candidates, returns[:cut], returns[cut:], lambda share, text: tell(0.1 + 0.9 * share, text))


def _cells(panel: Panel, covariance: "FloatArray") -> tuple[PairCell, ...]:
    import numpy as np

    if len(panel.assets) > _PAIRS_SHOWN:
        return ()
    spread = np.sqrt(np.diag(covariance))
    matrix = covariance / np.outer(spread, spread)
    return tuple(
        PairCell(x, y, 1.0 if i == j else float(matrix[i, j]))
        for i, y in enumerate(panel.assets)
        for j, x in enumerate(panel.assets)
    )


def _warnings(summary: CovarianceSummary, rows: tuple[EstimatorRow, ...]) -> tuple[str, ...]:
    found = []
    if summary.periods_per_asset < 1.0:
        found.append(
            f"{summary.periods} periods for {summary.assets} assets: the sample's matrix is singular."
        )
    found += [f"{row.estimator} could not be made: {row.error}" for row in rows if row.error]
    if summary.assets > _PAIRS_SHOWN:
        found.append(f"Correlations of pairs are shown for up to {_PAIRS_SHOWN} assets.")
    return tuple(found)


COVARIANCE: Final = Analysis(
    analysis_id="portfolio/covariance",
    title="Covariance laboratory",
    doc="What an estimator does to the sample's covariances, and how all do on periods not seen.",
    workspace=Workspace.RESEARCH,
    order=10,
    keywords=("covariance", "shrinkage", "eigenvalues", "marchenko-pastur", "denoise", "garch"),
    request=CovarianceRequest,
    result=CovarianceResult,
    compute=compute,
    layout=LAYOUT,
    example=CovarianceRequest(start="2018-01-01", assets=("AAPL.XNAS", "JPM.XNYS", "XOM.XNYS", "PG.XNYS")),
    presets=(
        Preset(title="Denoised, weeks", values={"estimator": "denoised", "frequency": "week"}),
        Preset(title="Without the market", values={"estimator": "detoned"}),
        Preset(title="Neither trend nor market", values={"estimator": "detrended", "cleaning": ["detone"]}),
        Preset(title="Gerber, made positive", values={"estimator": "gerber", "cleaning": ["nearest_psd"]}),
    ),
)
