"""Random matrices that are known: how near do estimators come to them?"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.budget import check_work
from trade2026.application.analyses.costs import Cost, cost_of_estimator, words_of
from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.estimates import (
    CovarianceName,
    CovarianceOptions,
    CovarianceOptionsField,
    check_covariance_options,
    estimator_of,
)
from trade2026.application.analyses.estimation import covariance_of
from trade2026.application.analyses.fields import QUICK, Estimators
from trade2026.application.analyses.labels import labels_of
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.pages.spec import Block, Preset, View, Workspace
from trade2026.application.pages.views import (
    BarOptions,
    Column,
    Figure,
    Format,
    HeatmapOptions,
    KpiOptions,
    Series,
    TableOptions,
)
from trade2026.primitives.errors import InputError
from trade2026.primitives.seeds import derive_seed

if TYPE_CHECKING:
    import numpy as np

    from trade2026.analytics.arrays import FloatArray

_PAIRS_SHOWN: Final = 40
DRAWN: Final = Cost(1e6, value=20.0, product=0.1, triple=0.5)
"""Of a truth and returns from it."""
COMPARED: Final = Cost(3e5, triple=0.5)
"""Of an estimate with the truth."""


class TruthName(StrEnum):
    """How the matrix that is to be found is made."""

    EIGENVALUES = "eigenvalues"
    FACTORS = "factors"


class RecoveryRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As many assets and periods as the data has, and a truth that is made."""

    truth: Annotated[
        TruthName,
        Meta(
            title="Truth",
            description=(
                "Random, with the eigenvalues of the data (after Ledoit-Wolf), or from random factors."
            ),
        ),
    ] = TruthName.EIGENVALUES
    factors: Annotated[
        int, Meta(ge=1, le=100, title="Factors", description="How many, for truths made from factors.")
    ] = 3
    estimators: Estimators = QUICK
    covariance_options: CovarianceOptionsField = CovarianceOptions()
    draws: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            title="Samples",
            description="How many true matrices are made; an hour's work at most.",
        ),
    ] = 20
    freedom: Annotated[
        float | None,
        Meta(
            title="Degrees of freedom",
            description="Of Student's t for the returns, above 2; fewer is heavier tails, empty is normal.",
        ),
    ] = None
    seed: Annotated[
        int, Meta(ge=0, le=2**53, title="Seed", description="The same seed makes the same matrices.")
    ] = 1


class RecoveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimator, means over the draws.

    Attributes
    ----------
    distance, distance_error : float
        Root mean square difference of a correlation from the truth's, and its standard error over draws.
    risk_ratio : float
        True volatility of its portfolio of minimum variance (long and short) over the least possible; at
        least one.
    condition_ratio : float
        Its condition number over the truth's, geometric mean.
    """

    estimator: str
    distance: float | None = None
    distance_error: float | None = None
    risk_ratio: float | None = None
    condition_ratio: float | None = None
    error: str = ""


class RecoverySummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and who came nearest; `least_risk` is "" where every matrix is singular."""

    assets: int
    periods: int
    draws: int
    nearest: str
    least_risk: str


class TruthCell(msgspec.Struct, frozen=True):
    """A correlation of the first matrix that was made."""

    x: str
    y: str
    correlation: float


class RecoveryResult(msgspec.Struct, frozen=True, kw_only=True):
    """Estimators, nearest first; `example` is empty for more than 40 assets."""

    summary: RecoverySummary
    estimators: tuple[RecoveryRow, ...]
    example: tuple[TruthCell, ...]


def compute(request: RecoveryRequest, panel: Panel, tell: Tell) -> Found[RecoveryResult]:
    """Make truths, draw returns from them, and estimate."""
    import numpy as np

    periods, assets = panel.returns.shape
    if assets < 2:
        raise InputError("assets must be two at least for a covariance, was one; name more")
    if request.freedom is not None and not 2.0 < request.freedom <= 1_000.0:
        raise InputError(
            f"freedom must be above 2 and at most 1000, was {request.freedom:g}; or leave it out"
        )
    names = tuple(dict.fromkeys(request.estimators))
    check_covariance_options(request.covariance_options, names)
    _check_work(request, names, periods, assets)
    found: dict[CovarianceName, list[tuple[float, float, float]]] = {name: [] for name in names}
    errors: dict[CovarianceName, str] = {}
    first: FloatArray | None = None
    eigenvalues = None if request.truth is TruthName.FACTORS else _eigenvalues(panel)
    for draw in range(request.draws):
        tell(draw / request.draws, f"truth {draw + 1} of {request.draws}")
        rng = np.random.default_rng(derive_seed(request.seed, "covariance-recovery", draw))
        truth = _truth(eigenvalues, request.factors, assets, rng)
        first = truth if first is None else first
        returns = _returns(truth, periods, request.freedom, rng)
        for name in names:
            if name in errors:
                continue
            try:
                made = estimator_of(name, request.covariance_options).estimate(returns)
                found[name].append(_judged(made.covariance, truth))
            except InputError as error:  # The others stand all the same.
                errors[name] = str(error)
    rows = [_row(name, found[name], errors.get(name, "")) for name in names]
    rows.sort(key=lambda row: (bool(row.error), row.distance or 0.0))
    sound = [row for row in rows if not row.error]
    if not sound or first is None:
        raise InputError(f"estimators must give one matrix at least; {rows[0].estimator}: {rows[0].error}")
    with_risk = [row for row in sound if row.risk_ratio is not None]  # None of a singular matrix.
    least = min(with_risk, key=lambda row: row.risk_ratio or 0.0) if with_risk else None
    summary = RecoverySummary(
        assets=assets,
        periods=periods,
        draws=request.draws,
        nearest=sound[0].estimator,
        least_risk=least.estimator if least else "",
    )
    warnings = tuple(f"{row.estimator} could not be made: {row.error}" for row in rows if row.error)
    return Found(RecoveryResult(summary=summary, estimators=tuple(rows), example=_cells(first)), warnings)


def _check_work(
    request: RecoveryRequest, names: tuple[CovarianceName, ...], periods: int, assets: int
) -> None:
    each = DRAWN.of(periods, assets) + sum(
        cost_of_estimator(name, request.covariance_options, periods, assets) + COMPARED.of(periods, assets)
        for name in names
    )
    size = f"for {words_of(names)} on {assets:,} assets and {periods:,} periods"
    once = 0.0
    if request.truth is TruthName.EIGENVALUES:
        once = cost_of_estimator(CovarianceName.LEDOIT_WOLF, CovarianceOptions(), periods, assets)
    check_work("draws", request.draws, each, size, besides=once)


def _eigenvalues(panel: Panel) -> "FloatArray":
    """Those of the data's correlations, which sum to the number of assets; shape (N,)."""
    import numpy as np

    covariance, _ = covariance_of(CovarianceName.LEDOIT_WOLF, panel.returns)
    spread = np.sqrt(np.diag(covariance))
    values = np.maximum(np.linalg.eigvalsh(covariance / np.outer(spread, spread)), 0.0)
    scaled: FloatArray = values * (values.size / values.sum())
    return scaled


def _truth(
    eigenvalues: "FloatArray | None", factors: int, assets: int, rng: "np.random.Generator"
) -> "FloatArray":
    """A random correlation matrix with these eigenvalues, or from so many factors without them."""
    from trade2026.analytics.covariance.random_matrices import (
        correlation_with_eigenvalues,
        factor_correlation,
    )

    if eigenvalues is None:
        return factor_correlation(rng, n_assets=assets, n_factors=factors)
    return correlation_with_eigenvalues(rng, eigenvalues)


def _returns(
    truth: "FloatArray", periods: int, freedom: float | None, rng: "np.random.Generator"
) -> "FloatArray":
    """Of unit variance; Student's t is one normal over one chi for all assets of a period."""
    import numpy as np

    values, vectors = np.linalg.eigh(truth)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    normal: FloatArray = rng.standard_normal((periods, truth.shape[0])) @ root.T
    if freedom is None:
        return normal
    scale = np.sqrt((freedom - 2.0) / rng.chisquare(freedom, periods))
    heavy: FloatArray = normal * scale[:, None]
    return heavy


def _judged(covariance: "FloatArray", truth: "FloatArray") -> tuple[float, float, float]:
    """Distance of correlations, risk of the portfolio of minimum variance over the least, and conditions."""
    import numpy as np

    from trade2026.analytics.matrices import to_correlation

    correlation, _ = to_correlation(covariance)
    pairs = np.triu_indices(truth.shape[0], 1)
    distance = float(np.sqrt(np.mean((correlation[pairs] - truth[pairs]) ** 2)))
    values, true_values = np.linalg.eigvalsh(correlation), np.linalg.eigvalsh(truth)
    if values[0] <= 1e-12 * values[-1] or true_values[0] <= 1e-12 * true_values[-1]:
        return distance, float("inf"), float("inf")
    ones = np.ones(truth.shape[0])
    weights = np.linalg.solve(correlation, ones)
    weights /= weights.sum()
    least = 1.0 / float(ones @ np.linalg.solve(truth, ones))
    condition = float(values[-1] / values[0] / (true_values[-1] / true_values[0]))
    return distance, float(np.sqrt(weights @ truth @ weights / least)), condition


def _row(name: CovarianceName, judged: list[tuple[float, float, float]], error: str) -> RecoveryRow:
    import numpy as np

    if error:
        return RecoveryRow(estimator=name.value, error=error)
    distances, ratios, conditions = np.array(judged).T
    is_sound = bool(np.isfinite(ratios).all())
    return RecoveryRow(
        estimator=name.value,
        distance=float(distances.mean()),
        distance_error=float(distances.std(ddof=1) / distances.size**0.5) if distances.size > 1 else None,
        risk_ratio=float(ratios.mean()) if is_sound else None,
        condition_ratio=float(np.exp(np.log(conditions).mean())) if is_sound else None,
    )


def _cells(truth: "FloatArray") -> tuple[TruthCell, ...]:
    size = truth.shape[0]
    if size > _PAIRS_SHOWN:
        return ()
    return tuple(
        TruthCell(f"{j + 1}", f"{i + 1}", float(truth[i, j])) for i in range(size) for j in range(size)
    )


_LAYOUT: Final = (
    Block(
        view=View.KPI,
        title="Summary",
        data="/summary",
        words=dict.fromkeys(("nearest", "least_risk"), labels_of(CovarianceName)),
        opts=KpiOptions(
            items=(
                Figure(key="nearest", title="Nearest"),
                Figure(key="least_risk", title="Least risk"),
                Figure(key="assets", title="Assets", format=Format.QTY),
                Figure(key="periods", title="Periods", format=Format.QTY),
                Figure(key="draws", title="Truths made", format=Format.QTY),
            )
        ),
        span=3,
    ),
    Block(
        view=View.BAR,
        title="Distance from the truth",
        data="/estimators",
        words={"estimator": labels_of(CovarianceName)},
        opts=BarOptions(
            x="estimator",
            series=(Series(key="distance", title="Distance"),),
            format=Format.DECIMAL,
            horizontal=True,
        ),
        doc="Root mean square difference of a correlation.",
    ),
    Block(
        view=View.TABLE,
        title="Estimators",
        data="/estimators",
        words={"estimator": labels_of(CovarianceName)},
        empty="There is no estimator.",
        opts=TableOptions(
            columns=(
                Column("estimator", "Estimator"),
                Column("distance", "Distance", Format.DECIMAL),
                Column("distance_error", "Its error", Format.DECIMAL),
                Column("risk_ratio", "Risk over the least", Format.DECIMAL),
                Column("condition_ratio", "Condition over the truth's", Format.DECIMAL),
                Column("error", "Could not be made because"),
            ),
            row_key="estimator",
        ),
        span=2,
        doc="Risk: true volatility of its portfolio of minimum variance, long and short, over the least "
        "possible. A dash for a singular matrix.",
    ),
    Block(
        view=View.HEATMAP,
        title="The first truth",
        data="/example",
        opts=HeatmapOptions(x="x", y="y", value="correlation", format=Format.DECIMAL),
        span=3,
        empty="Matrices are shown for up to 40 assets.",
    ),
)

COVARIANCE_RECOVERY: Final = Analysis(
    analysis_id="portfolio/covariance-recovery",
    title="Covariances that are known",
    doc="Random matrices, returns drawn from them, and how near each estimator comes to the truth.",
    workspace=Workspace.RESEARCH,
    order=14,
    keywords=("covariance", "random", "simulation", "monte carlo", "estimators", "truth"),
    request=RecoveryRequest,
    result=RecoveryResult,
    compute=compute,
    layout=_LAYOUT,
    example=RecoveryRequest(
        start="2021-01-01",
        draws=4,
        estimators=(CovarianceName.SAMPLE, CovarianceName.LEDOIT_WOLF, CovarianceName.DENOISED),
    ),
    presets=(Preset(title="Three factors, heavy tails", values={"truth": "factors", "freedom": 4}),),
)
