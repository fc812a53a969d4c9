"""What estimators and methods of allocation take, in operations for `budget`: about one nanosecond each.

The numbers were measured with one numeric thread on panels of 60 to 30,000 periods and 20 to 2,000 assets,
and are within a factor of four of what was measured. Sums of products are made by a library that does many at
once, so that one of them counts a tenth of an operation; a loop in Python counts what it takes.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from trade2026.application.analyses.estimates import CovarianceName, CovarianceOptions, NoiseName
from trade2026.application.analyses.measure import RiskMeasure
from trade2026.application.analyses.solvers import AllocationMethod


class Cost(NamedTuple):
    """Operations of one time: so many at all, and for each value, product, pair and triple of assets.

    Attributes
    ----------
    once : float
    value : float
        For each of T periods and N assets.
    product, history : float
        For each of T N^2, and of T^2 N.
    asset, pair, triple : float
        For each of N, N^2 and N^3, whatever the periods.
    """

    once: float
    value: float = 0.0
    product: float = 0.0
    asset: float = 0.0
    pair: float = 0.0
    triple: float = 0.0
    history: float = 0.0

    def of(self, periods: float, assets: int) -> float:
        """Of a panel with so many periods and assets."""
        return (
            self.once
            + periods * assets * (self.value + self.product * assets + self.history * periods)
            + assets * (self.asset + assets * (self.pair + assets * self.triple))
        )


_PLAIN: Final = Cost(3e5, value=12.0, product=0.1)
_SPECTRAL: Final = _PLAIN._replace(once=5e5, triple=0.4)
_ESTIMATORS: Final = {
    CovarianceName.LEDOIT_WOLF_CONSTANT_CORRELATION: Cost(5e5, value=75.0, product=0.3),
    CovarianceName.DENOISED: _SPECTRAL,
    CovarianceName.DETONED: _SPECTRAL,
    CovarianceName.DCC_GARCH: Cost(3e5, product=1_000.0, asset=1.5e7),
}
"""Those that take more than a product of returns."""
_FITTED: Final = Cost(5e7, asset=1e6)
"""Of the density that fits best, which finds the edge of the noise."""
_CONVEX: Final = Cost(1e6, triple=0.1)
_METHODS: Final = {
    AllocationMethod.EQUAL_WEIGHT: Cost(1e5),
    AllocationMethod.INVERSE_VOLATILITY: Cost(1e5, pair=10.0),
    AllocationMethod.MINIMUM_VARIANCE: _CONVEX,
    AllocationMethod.MAXIMUM_SHARPE: _CONVEX,
    AllocationMethod.MAXIMUM_DIVERSIFICATION: _CONVEX,
    AllocationMethod.RISK_PARITY: _CONVEX,
    AllocationMethod.MINIMUM_CVAR: Cost(5e6, value=250.0, triple=0.6),
    AllocationMethod.HRP: Cost(1e6, pair=100.0),
    AllocationMethod.HERC: Cost(1.5e6, pair=200.0),
    AllocationMethod.NCO: Cost(2e6, pair=400.0),
}
_NO_COVARIANCE: Final = (AllocationMethod.EQUAL_WEIGHT, AllocationMethod.MINIMUM_CVAR)
_LINEAR: Final = Cost(1e7, value=2_000.0)
MEASURES: Final = {
    RiskMeasure.SEMI_DEVIATION: Cost(1e7, history=7.0),
    RiskMeasure.MEAN_ABSOLUTE_DEVIATION: _LINEAR,
    RiskMeasure.CVAR: _LINEAR,
    RiskMeasure.EVAR: Cost(1e7, value=5_000.0),
    RiskMeasure.WORST_REALIZATION: _LINEAR,
    RiskMeasure.AVERAGE_DRAWDOWN: Cost(1e7, value=2_000.0, history=2.5),
    RiskMeasure.MAXIMUM_DRAWDOWN: Cost(1e7, value=3_000.0),
    RiskMeasure.CDAR: Cost(1e7, value=10_000.0),
    RiskMeasure.ULCER_INDEX: Cost(1e7, history=100.0),
}
"""Of one portfolio within bounds, by measures of all periods; by volatility it is next to nothing."""
MINIMUM_VARIANCE: Final = _METHODS[AllocationMethod.MINIMUM_VARIANCE]
"""Of its weights, the covariance being known."""


def cost_of_estimator(name: CovarianceName, options: CovarianceOptions, periods: float, assets: int) -> float:
    """Operations of one covariance of a panel, shape (periods, assets); periods may be a mean."""
    cost = _ESTIMATORS.get(name, _PLAIN)
    if name is CovarianceName.DETRENDED:  # A regression on so many returns for each asset.
        cost = Cost(2e6, value=(15.0 + 0.08 * options.lookback) * options.lookback, product=0.1)
    more = 0.0
    if name is CovarianceName.DENOISED and options.edge is None and options.noise is NoiseName.FITTED:
        more = _FITTED.of(periods, assets)
    return cost.of(periods, assets) + more


def cost_of_method(
    method: AllocationMethod,
    covariance: CovarianceName,
    options: CovarianceOptions,
    periods: float,
    assets: int,
) -> float:
    """Operations of one portfolio of `solvers.solver_of`, with the covariance that it needs."""
    own = _METHODS[method].of(periods, assets)
    if method in _NO_COVARIANCE:
        return own
    return own + cost_of_estimator(covariance, options, periods, assets)


def words_of(names: Collection[CovarianceName | AllocationMethod]) -> str:
    """Names of what takes the time, each once: "hrp and minimum_cvar"."""
    *first, last = dict.fromkeys(each.value for each in names)
    return f"{', '.join(first)} and {last}" if first else last


def words_of_methods(names: Collection[AllocationMethod], covariance: CovarianceName) -> str:
    """The same of methods, with the covariance where one of them needs it: "hrp by dcc_garch"."""
    needed = any(each not in _NO_COVARIANCE for each in names)
    return f"{words_of(names)} by {covariance.value}" if needed else words_of(names)
