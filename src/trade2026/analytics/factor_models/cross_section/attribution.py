"""What weights earned, split exactly in each period into factors, specific returns and what is left out."""

from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.factor_models.cross_section.model import FactorModel
from trade2026.analytics.matrices import check_weights


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Attribution:
    """Parts of what weights earned beyond a benchmark; in each period they sum to it.

    Attributes
    ----------
    exposures : float64, shape (M, K)
        Of the weights less the benchmark's, at the beginning of each period.
    factor : float64, shape (M, K)
        Exposure times factor return, as fractions of capital.
    specific : float64, shape (M,)
        Weights times specific returns.
    outside : float64, shape (M,)
        Returns of assets that the model left out of the period.
    portfolio, benchmark : float64, shape (M,)
        What each earned; without a benchmark zero.
    """

    exposures: FloatArray
    factor: FloatArray
    specific: FloatArray
    outside: FloatArray
    portfolio: FloatArray
    benchmark: FloatArray

    @property
    def active(self) -> FloatArray:
        """What was earned beyond the benchmark, shape (M,)."""
        return np.asarray(self.portfolio - self.benchmark)

    @property
    def parts(self) -> FloatArray:
        """Factors, then specific, then outside, shape (M, K + 2)."""
        return np.column_stack((self.factor, self.specific, self.outside))


def attribute(model: FactorModel, weights: FloatArray, benchmark: FloatArray | None) -> Attribution:
    """Split the returns of weights that are restored at the beginning of each period.

    Parameters
    ----------
    model : FactorModel
    weights : float64, shape (N,)
        Shares of capital.
    benchmark : float64, shape (M + 1, N), optional
        Its weights at the beginning of each period, such as `Exposures.centre`; none for zero.
    """
    check_weights("weights", weights, len(model.market.assets))
    returns = model.returns
    bench = np.zeros_like(returns) if benchmark is None else benchmark[: returns.shape[0]]
    active = weights - bench
    inside = model.universe[:-1]
    covered = np.where(inside, active, 0.0)
    exposures = np.einsum("tn,tnk->tk", covered, model.exposures.values[:-1])
    specific = np.where(inside, model.sections.specific, 0.0)
    return Attribution(
        exposures=exposures,
        factor=exposures * model.sections.returns,
        specific=(covered * specific).sum(axis=1),
        outside=np.where(inside, 0.0, active * returns).sum(axis=1),
        portfolio=returns @ weights,
        benchmark=(bench * returns).sum(axis=1),
    )
