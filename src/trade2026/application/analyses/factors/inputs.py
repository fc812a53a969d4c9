"""What analyses of given factors have in common: excess returns, weights, and curves over time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from trade2026.application.analyses.fields import RiskFreeRate
from trade2026.application.analyses.panel import Panel
from trade2026.application.analyses.requests import FactorRequest, is_dated
from trade2026.primitives.errors import InputError
from trade2026.primitives.time import format_ns

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

POINTS: Final = 400
"""Most points of a curve over time."""

SPECIFIC: Final = "specific"
CONSTANT: Final = "constant"
MOST_CORRELATED: Final = "most correlated"
UNIT_BETA: Final = "unit beta"
_TAKEN: Final = frozenset((SPECIFIC, CONSTANT, MOST_CORRELATED, UNIT_BETA))
"""What rows and curves beside those of the factors are called."""


class ExcessRequest(FactorRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Returns of assets and factors, and the rate that both are over."""

    risk_free_rate: RiskFreeRate = 0.0
    risk_free_factor: Annotated[
        str,
        Meta(
            title="Risk-free series",
            description="Name of a factor that is the risk-free return of each period, such as RF; it is "
            "taken from the returns and is no factor then. Empty for the rate above.",
            max_length=60,
        ),
    ] = ""
    factors_are_excess: Annotated[
        bool,
        Meta(
            title="Factors are excess",
            description="They are long-short or excess returns already, such as those of Fama and French: "
            "the risk-free rate is taken from the assets alone.",
        ),
    ] = False


@dataclass(frozen=True, slots=True)
class Excess:
    """Excess returns of assets, shape (T, N), and of the factors to explain them with, shape (T, K).

    `rate` is the risk-free return of each period, shape (T,).
    """

    assets: "FloatArray"
    names: tuple[str, ...]
    factors: "FloatArray"
    rate: "FloatArray"


def excess_of(request: ExcessRequest, panel: Panel) -> Excess:
    """Returns over the risk-free rate.

    Raises
    ------
    InputError
        The risk-free series is not among the factors, is the only one, or comes beside a rate; a factor
        follows from the others.
    """
    import numpy as np

    from trade2026.analytics.factor_models.time_series.inputs import dependent_column
    from trade2026.analytics.ratios import per_period_rate

    given = panel.of_factors()
    names, factors = given.names, given.returns
    taken = sorted(_TAKEN.intersection(names))
    if taken:
        raise InputError(f"factors must not be called {taken[0]!r}, which results call a part; rename it")
    rate = np.full(factors.shape[0], per_period_rate(request.risk_free_rate, panel.periods_per_year))
    if request.risk_free_factor:
        if request.risk_free_factor not in names:
            raise InputError(
                f"risk_free_factor must be one of the factors ({', '.join(names[:30])}), was "
                f"{request.risk_free_factor!r}"
            )
        if request.risk_free_rate != 0.0:
            raise InputError(
                f"risk_free_rate must be 0 beside risk_free_factor, was {request.risk_free_rate}"
            )
        if len(names) == 1:
            raise InputError("factors must be others than risk_free_factor, are none; name more")
        column = names.index(request.risk_free_factor)
        rate = factors[:, column].copy()
        names = (*names[:column], *names[column + 1 :])
        factors = np.delete(factors, column, axis=1)
    if not request.factors_are_excess:
        factors = factors - rate[:, None]
    twice = dependent_column(factors)
    if twice is not None:
        raise InputError(
            f"factors must differ, {names[twice]} does not vary or follows from those before it; leave it out"
        )
    return Excess(panel.returns - rate[:, None], names, np.ascontiguousarray(factors), rate)


def factor_number_of(names: tuple[str, ...], name: str, field: str) -> int:
    """The column of a factor, the first for an empty name; InputError naming those there are."""
    if not name:
        return 0
    if name not in names:
        raise InputError(f"{field} must be one of {', '.join(names[:30])}, was {name!r}")
    return names.index(name)


class CurvePoint(msgspec.Struct, frozen=True):
    """A point of one of several curves over time."""

    ts: str
    name: str
    value: float


def curves(
    request: FactorRequest, panel: Panel, names: tuple[str, ...], values: "FloatArray", first: int = 0
) -> tuple[CurvePoint, ...]:
    """Points of named curves, thinned evenly, at the ends of periods; none for rows without times.

    Parameters
    ----------
    values : float64, shape (T - first, len(names))
        Row i is of period first + i.
    """
    import numpy as np

    if not is_dated(request):
        return ()
    count = values.shape[0]
    kept = np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(np.int64)).tolist()
    return tuple(
        CurvePoint(format_ns(int(panel.ts_ns[first + at])), name, float(values[at, column]))
        for column, name in enumerate(names)
        for at in kept
    )
