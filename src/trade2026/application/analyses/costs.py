"""What estimators take, in operations for `budget`: about one nanosecond each.

The numbers were measured with one numeric thread on panels of 60 to 30,000 periods and 20 to 2,000 assets,
and are within a factor of four of what was measured. Sums of products are made by a library that does many at
once, so that one of them counts a tenth of an operation; a loop in Python counts what it takes.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final, NamedTuple

from trade2026.application.analyses.estimates import CovarianceName, CovarianceOptions, NoiseName


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


NODES: Final = 2_000
"""Programs that a choice of assets may take, see `analytics.optimization.objective`."""
CHOICE: Final = Cost(0.0, triple=float(NODES))
"""Of assets, where each program is quadratic."""
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


def cost_of_estimator(name: CovarianceName, options: CovarianceOptions, periods: float, assets: int) -> float:
    """Operations of one covariance of a panel, shape (periods, assets); periods may be a mean."""
    cost = _ESTIMATORS.get(name, _PLAIN)
    if name is CovarianceName.DETRENDED:  # A regression on so many returns for each asset.
        cost = Cost(2e6, value=(15.0 + 0.08 * options.lookback) * options.lookback, product=0.1)
    more = 0.0
    if name is CovarianceName.DENOISED and options.edge is None and options.noise is NoiseName.FITTED:
        more = _FITTED.of(periods, assets)
    return cost.of(periods, assets) + more


def words_of(names: Collection[StrEnum]) -> str:
    """Names of what takes the time, each once: "hrp and minimum_cvar"."""
    *first, last = dict.fromkeys(each.value for each in names)
    return f"{', '.join(first)} and {last}" if first else last
