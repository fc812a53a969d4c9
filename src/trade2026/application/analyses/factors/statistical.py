"""Factors found in the returns: principal components, how many of them there are, and what they leave."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.declaration import Analysis, Found, Tell
from trade2026.application.analyses.factors.statistical_layout import EDGE, LAYOUT
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import ReturnsRequest
from trade2026.application.pages.spec import Preset, Workspace
from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.factor_models.statistical.components import StatisticalFactors
    from trade2026.analytics.factor_models.statistical.number import FactorNumber

_RANKS_SHOWN: Final = 60
_CELLS: Final = 2_000


class ComponentsOf(StrEnum):
    """Which matrix is taken apart."""

    CORRELATION = "correlation"
    COVARIANCE = "covariance"
    ASYMPTOTIC = "asymptotic"


class NumberRule(StrEnum):
    """How the number of factors is chosen."""

    IC1 = "ic1"
    IC2 = "ic2"
    IC3 = "ic3"
    MARCHENKO_PASTUR = "marchenko_pastur"
    GIVEN = "given"


class StatisticalRequest(ReturnsRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns, how factors are found, and how many."""

    method: Annotated[
        ComponentsOf,
        Meta(
            title="Components of",
            description=(
                "Each asset counts the same, or by its variance; asymptotic: for more assets than periods."
            ),
        ),
    ] = ComponentsOf.CORRELATION
    rule: Annotated[
        NumberRule,
        Meta(
            title="Number by",
            description=(
                "A criterion of Bai and Ng, eigenvalues that noise would not reach, or the number given."
            ),
        ),
    ] = NumberRule.IC2
    number: Annotated[
        int, Meta(ge=0, le=200, title="Number", description="How many factors, where the number is given.")
    ] = 3
    most: Annotated[
        int,
        Meta(
            ge=0, le=200, title="Most factors",
            description="So many the criteria try; 0 for the usual number by the size of the data.",
        ),
    ] = 0  # fmt: skip


class StatisticalSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes
    ----------
    ic1, ic2, ic3, marchenko_pastur : int
        The number by each rule.
    explained : float
        Share of the trace of the matrix that the factors hold.
    mean_r_squared : float
        Of assets.
    model_volatility, sample_volatility : float
        Annual, of equal weights: with a diagonal of specific variances, and as measured. The difference is
        what specific returns have in common.
    """

    method: str
    number: int
    assets: int
    periods: int
    ic1: int
    ic2: int
    ic3: int
    marchenko_pastur: int
    explained: float
    mean_r_squared: float
    model_volatility: float
    sample_volatility: float


class ScreeRow(msgspec.Struct, frozen=True):
    """An eigenvalue by its rank; `group` is "factor", "left over" or the edge of noise."""

    rank: float
    eigenvalue: float
    group: str


class CriterionRow(msgspec.Struct, frozen=True):
    """A criterion for a number of factors; the least is chosen."""

    number: float
    value: float
    criterion: str


class FactorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A factor; shares are of the trace, `most` and `least` name the assets that correlate most and least."""

    factor: str
    eigenvalue: float
    share: float
    cumulative: float
    most: str
    least: str


class SpecificRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset: annual volatility, the part that factors explain, and what is its own."""

    asset: str
    volatility: float
    r_squared: float
    specific_volatility: float


class LoadingCell(msgspec.Struct, frozen=True):
    """Correlation of an asset with a factor, and its annual return for one standard deviation of it."""

    x: str
    y: str
    correlation: float
    loading: float


class StatisticalResult(msgspec.Struct, frozen=True, kw_only=True):
    """Factors of the returns; `loadings` is empty where there are more than 2,000."""

    summary: StatisticalSummary
    scree: tuple[ScreeRow, ...]
    criteria: tuple[CriterionRow, ...]
    factors: tuple[FactorRow, ...]
    assets: tuple[SpecificRow, ...]
    loadings: tuple[LoadingCell, ...]


def compute(request: StatisticalRequest, panel: Panel, tell: Tell) -> Found[StatisticalResult]:
    """The number by every rule, then the factors by the rule that was chosen."""
    from trade2026.analytics.factor_models.statistical.components import (
        asymptotic_components,
        principal_components,
    )
    from trade2026.analytics.factor_models.statistical.number import factor_number

    tell(0.0, "the number of factors")
    counts = factor_number(panel.returns, most=request.most or None)
    by_rule = {**counts.by_criterion, NumberRule.MARCHENKO_PASTUR.value: counts.marchenko_pastur}
    number = by_rule.get(request.rule.value, request.number)
    tell(0.4, f"{number} factors")
    limit = min(panel.returns.shape[1], panel.returns.shape[0] - 1)
    if number > limit:
        raise InputError(f"number must be at most {limit}, assets and periods less one, was {number}")
    if request.method is ComponentsOf.ASYMPTOTIC:
        model = asymptotic_components(panel.returns, number)
    else:
        model = principal_components(
            panel.returns, number, correlation=request.method is ComponentsOf.CORRELATION
        )
    tell(0.8, "describing")
    summary = _summary(panel, model, counts, number)
    return Found(
        StatisticalResult(
            summary=summary,
            scree=_scree(model, counts, number, request.method),
            criteria=tuple(
                CriterionRow(at, value, name)
                for name, values in counts.values.items()
                for at, value in enumerate(values.tolist())
            ),
            factors=_factors(panel, model, number),
            assets=_assets(panel, model),
            loadings=_loadings(panel, model, number),
        ),
        _warnings(request, summary, counts),
    )


def _summary(
    panel: Panel, model: "StatisticalFactors", counts: "FactorNumber", number: int
) -> StatisticalSummary:
    equal = panel.returns.mean(axis=1)
    variance = float(model.covariance.mean())  # Of equal weights: the mean of all elements.
    return StatisticalSummary(
        method=model.method,
        number=number,
        assets=panel.returns.shape[1],
        periods=panel.returns.shape[0],
        ic1=counts.by_criterion["ic1"],
        ic2=counts.by_criterion["ic2"],
        ic3=counts.by_criterion["ic3"],
        marchenko_pastur=counts.marchenko_pastur,
        explained=float(model.shares[:number].sum()),
        mean_r_squared=float(model.r_squared.mean()),
        model_volatility=(variance * panel.periods_per_year) ** 0.5,
        sample_volatility=float(equal.std(ddof=1)) * panel.periods_per_year**0.5,
    )


def _scree(
    model: "StatisticalFactors", counts: "FactorNumber", number: int, method: ComponentsOf
) -> tuple[ScreeRow, ...]:
    """Eigenvalues by rank; the edge of noise is one of correlations."""
    values = model.eigenvalues.tolist()[: max(_RANKS_SHOWN, number)]
    rows = [
        ScreeRow(rank, value, "factor" if rank <= number else "left over")
        for rank, value in enumerate(values, start=1)
    ]
    if method is ComponentsOf.CORRELATION:
        rows += [ScreeRow(1, counts.edge, EDGE), ScreeRow(len(values), counts.edge, EDGE)]
    return tuple(rows)


def _factors(panel: Panel, model: "StatisticalFactors", number: int) -> tuple[FactorRow, ...]:
    import numpy as np

    scaled = model.loadings / panel.returns.std(axis=0, ddof=1)[:, None]
    cumulative = np.cumsum(model.shares)
    return tuple(
        FactorRow(
            factor=f"F{at + 1}",
            eigenvalue=float(model.eigenvalues[at]),
            share=float(model.shares[at]),
            cumulative=float(cumulative[at]),
            most=panel.assets[int(scaled[:, at].argmax())],
            least=panel.assets[int(scaled[:, at].argmin())],
        )
        for at in range(number)
    )


def _assets(panel: Panel, model: "StatisticalFactors") -> tuple[SpecificRow, ...]:
    import numpy as np

    root = panel.periods_per_year**0.5
    volatility = panel.returns.std(axis=0, ddof=1) * root
    own = np.sqrt(model.specific) * root
    return tuple(
        SpecificRow(asset=asset, volatility=each, r_squared=explained, specific_volatility=left)
        for asset, each, explained, left in zip(
            panel.assets, volatility.tolist(), model.r_squared.tolist(), own.tolist(), strict=True
        )
    )


def _loadings(panel: Panel, model: "StatisticalFactors", number: int) -> tuple[LoadingCell, ...]:
    if number * len(panel.assets) > _CELLS:
        return ()
    correlation = model.loadings / panel.returns.std(axis=0, ddof=1)[:, None]
    annual = model.loadings * panel.periods_per_year**0.5
    return tuple(
        LoadingCell(f"F{at + 1}", asset, float(correlation[row, at]), float(annual[row, at]))
        for row, asset in enumerate(panel.assets)
        for at in range(number)
    )


def _warnings(
    request: StatisticalRequest, summary: StatisticalSummary, counts: "FactorNumber"
) -> tuple[str, ...]:
    found = []
    if summary.number == 0:
        found.append("By this rule there is no common factor: everything counts as specific.")
    if request.rule.value in counts.by_criterion and summary.number == counts.most:
        found.append(
            f"The criterion is least at {counts.most}, the most that was looked at: raise most, or take "
            "another rule."
        )
    if min(summary.assets, summary.periods) < 40:
        found.append(
            f"Bai and Ng's criteria are for many assets and periods; there are {summary.assets} and "
            f"{summary.periods}. IC3 takes too many then."
        )
    return tuple(found)


STATISTICAL: Final = Analysis(
    analysis_id="factors/statistical",
    title="Statistical factors",
    doc="Factors that are in the returns themselves (principal components), and the risk they leave.",
    workspace=Workspace.RESEARCH,
    order=40,
    keywords=("pca", "principal components", "factors", "bai-ng", "marchenko-pastur", "scree", "loadings"),
    request=StatisticalRequest,
    result=StatisticalResult,
    compute=compute,
    layout=LAYOUT,
    example=StatisticalRequest(start="2018-01-01"),
    presets=(
        Preset(title="Three factors, weeks", values={"rule": "given", "number": 3, "frequency": "week"}),
        Preset(title="Asymptotic", values={"method": "asymptotic", "rule": "given", "number": 2}),
    ),
)
