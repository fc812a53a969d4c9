"""Expected returns straight from the sample: its mean, or one that forgets."""

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.sample import exponential_weights
from trade2026.analytics.expected_returns.estimate import MeanEstimate
from trade2026.analytics.matrices import check_above, check_panel


def sample_mean(returns: FloatArray) -> MeanEstimate:
    """The arithmetic mean of each asset.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions.

    Raises
    ------
    InputError
        No row, or a value that is not finite.
    """
    check_panel("returns", returns, rows_min=1)
    mean: FloatArray = np.asarray(returns.mean(axis=0))
    return MeanEstimate(mean=mean, method="sample mean", parameters={})


def exponential_mean(returns: FloatArray, *, half_life: float = 60.0) -> MeanEstimate:
    """The mean in which the weight of a period halves with every `half_life` periods of age.

    Weights are 0.5 ** (age / half_life) over their sum.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first.
    half_life : float
        Periods; above zero.

    Raises
    ------
    InputError
        No row, a value that is not finite, or a half-life that is not above zero.
    """
    check_panel("returns", returns, rows_min=1)
    check_above("half_life", half_life, 0.0, "60 is usual for daily returns")
    weights = exponential_weights(returns.shape[0], half_life)
    mean: FloatArray = weights @ returns
    return MeanEstimate(
        mean=mean,
        method=f"exponentially weighted mean, half-life {half_life:g}",
        parameters={"half_life": half_life, "effective_periods": 1.0 / float(weights @ weights)},
    )
