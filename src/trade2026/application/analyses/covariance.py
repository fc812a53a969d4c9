"""The covariance laboratory: what cleaning does to a matrix, and how the estimators compare out of sample."""

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import CovarianceName, covariance_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.analyses.values import number_of
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    Column,
    Figure,
    Format,
    HeatmapOptions,
    KpiOptions,
    ScatterOptions,
    TableOptions,
)
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

EDGE: Final = "Marchenko-Pastur edge"
_PERIODS_MIN: Final = 30
_PAIRS_SHOWN: Final = 40


class CovarianceRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns, the estimator to look at, and how much of the period the others are fitted on."""

    estimator: Annotated[
        CovarianceName, Meta(title="Estimator", description="Whose matrix is compared with the sample's.")
    ] = CovarianceName.LEDOIT_WOLF
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


class EigenvalueRow(msgspec.Struct, frozen=True):
    """An eigenvalue of a correlation matrix, by its rank from 1; `matrix` says of which."""

    rank: float
    eigenvalue: float
    matrix: str


class EstimatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimator, fitted on the first part of the period.

    Attributes
    ----------
    condition_number : float or None
        None for a singular matrix.
    correlation_distance : float
        Root mean square difference of its correlations from those of the rest of the period.
    forecast_loss : float or None
        Gaussian loss on the rest, a period and an asset: (log det C + mean of r' C^-1 r) / N, less is better;
        None where the matrix has no inverse.
    error : str
        Why it could not be made; "" where it was.
    """

    estimator: str
    condition_number: float | None = None
    effective_rank: float | None = None
    correlation_distance: float | None = None
    forecast_loss: float | None = None
    error: str = ""


class PairCell(msgspec.Struct, frozen=True):
    """A correlation by the estimator."""

    x: str
    y: str
    correlation: float


class CovarianceResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the laboratory found; `correlations` is empty for more than 40 assets."""

    summary: CovarianceSummary
    spectrum: tuple[EigenvalueRow, ...]
    estimators: tuple[EstimatorRow, ...]
    correlations: tuple[PairCell, ...]


def compute(request: CovarianceRequest, panel: Panel, tell: Tell) -> Found[CovarianceResult]:
    """Both spectra over the whole period, then each estimator on the first part judged on the rest."""
    from trade2026.analytics.covariance.spectrum import compare_spectra

    returns = panel.returns
    periods, assets = returns.shape
    if assets < 2:
        raise InputError("assets must be two at least for a covariance, was one; name more")
    if periods < _PERIODS_MIN:
        raise InputError(f"the period must give at least {_PERIODS_MIN} returns, gave {periods}; take more")
    tell(0.0, "the sample's matrix")
    sample, _ = covariance_of(CovarianceName.SAMPLE, returns)
    estimate, notes = covariance_of(request.estimator, returns)
    cleaning = compare_spectra(sample, estimate, n_periods=periods)
    before, after = cleaning.before, cleaning.after
    rows = _compared(request, returns, tell)
    summary = CovarianceSummary(
        estimator=request.estimator.value,
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
    )
    matrices = {CovarianceName.SAMPLE.value: before, request.estimator.value: after}
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
            estimators=rows,
            correlations=_cells(panel, estimate),
        ),
        (*notes, *_warnings(summary, rows)),
    )


def _compared(request: CovarianceRequest, returns: "FloatArray", tell: Tell) -> tuple[EstimatorRow, ...]:
    """Every estimator on the first part; one that cannot be made has its reason in place of figures."""
    cut = round(returns.shape[0] * request.train_share)
    rows = []
    for number, name in enumerate(CovarianceName):
        tell(0.1 + 0.9 * number / len(CovarianceName), f"estimator {name.value}")
        try:
            rows.append(_judged(name, returns[:cut], returns[cut:]))
        except InputError as error:
            rows.append(EstimatorRow(estimator=name.value, error=str(error)))
    return tuple(rows)


def _judged(name: CovarianceName, train: "FloatArray", test: "FloatArray") -> EstimatorRow:
    import numpy as np

    from trade2026.analytics.covariance.spectrum import analyse_spectrum

    covariance, _ = covariance_of(name, train)
    spectrum = analyse_spectrum(covariance, n_periods=train.shape[0])
    pairs = np.triu_indices(covariance.shape[0], 1)
    spread = np.sqrt(np.diag(covariance))
    own = (covariance / np.outer(spread, spread))[pairs]
    later = np.asarray(np.corrcoef(test.T))[pairs]
    return EstimatorRow(
        estimator=name.value,
        condition_number=number_of(spectrum.condition_number),
        effective_rank=spectrum.effective_rank,
        correlation_distance=float(np.sqrt(np.mean((own - later) ** 2))),
        forecast_loss=None
        if number_of(spectrum.condition_number) is None
        else _loss(covariance, test - train.mean(axis=0)),
    )


def _loss(covariance: "FloatArray", surprises: "FloatArray") -> float:
    """(log det C + mean of r' C^-1 r) / N of a matrix that has an inverse."""
    import numpy as np

    root = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(root, surprises.T)
    n = covariance.shape[0]
    return float((2.0 * np.log(np.diag(root)).sum() + (scaled**2).sum() / surprises.shape[0]) / n)


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


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        opts=KpiOptions(
            items=(
                Figure(key="estimator", title="Estimator"),
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="periods_per_asset", title="Periods an asset", format=Format.DECIMAL),
                Figure(
                    key="signals",
                    title="Signals",
                    format=Format.QTY,
                    doc="Eigenvalues above the Marchenko-Pastur edge.",
                ),
                Figure(key="effective_rank_before", title="Effective rank, sample", format=Format.DECIMAL),
                Figure(key="effective_rank_after", title="Effective rank", format=Format.DECIMAL),
                Figure(key="condition_number_before", title="Condition, sample", format=Format.DECIMAL),
                Figure(key="condition_number_after", title="Condition", format=Format.DECIMAL),
                Figure(key="mean_correlation_before", title="Mean, sample", format=Format.DECIMAL),
                Figure(key="mean_correlation_after", title="Mean of pairs", format=Format.DECIMAL),
            )
        ),
        span=3,
    ),
    Block(
        view=View.SCATTER,
        title="Eigenvalues",
        data="/spectrum",
        opts=ScatterOptions(
            x="rank",
            y="eigenvalue",
            x_title="Rank",
            y_title="Eigenvalue of the correlation matrix",
            group="matrix",
            joined=(EDGE,),
        ),
        span=3,
        doc="What lies above the Marchenko-Pastur edge is not noise of independent assets.",
    ),
    Block(
        view=View.TABLE,
        title="Estimators out of sample",
        data="/estimators",
        empty="There is no estimator.",
        opts=TableOptions(
            columns=(
                Column("estimator", "Estimator"),
                Column("forecast_loss", "Gaussian loss", Format.DECIMAL),
                Column("correlation_distance", "Distance of correlations", Format.DECIMAL),
                Column("condition_number", "Condition", Format.DECIMAL),
                Column("effective_rank", "Effective rank", Format.DECIMAL),
                Column("error", "Could not be made because"),
            ),
            row_key="estimator",
            sort="forecast_loss",
        ),
        span=3,
        doc="Each is fitted on the first part of the period and judged on the rest; less loss is better.",
    ),
    Block(
        view=View.HEATMAP,
        title="Correlations by the estimator",
        data="/correlations",
        opts=HeatmapOptions(x="x", y="y", value="correlation", format=Format.DECIMAL),
        span=3,
        empty="Correlations of pairs are shown for up to 40 assets.",
    ),
)

COVARIANCE: Final = Analysis(
    analysis_id="portfolio/covariance",
    title="Covariance laboratory",
    doc="What an estimator does to the sample's covariances, and how all of them do out of sample.",
    workspace=Workspace.RESEARCH,
    order=10,
    keywords=("covariance", "shrinkage", "eigenvalues", "marchenko-pastur", "denoise", "garch"),
    request=CovarianceRequest,
    result=CovarianceResult,
    compute=compute,
    layout=_LAYOUT,
    example=CovarianceRequest(start="2018-01-01", assets=("AAPL.XNAS", "JPM.XNYS", "XOM.XNYS", "PG.XNYS")),
    presets=(
        Preset(title="Denoised, weeks", values={"estimator": "denoised", "frequency": "week"}),
        Preset(title="Without the market", values={"estimator": "detoned"}),
    ),
)
