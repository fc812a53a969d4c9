"""The estimators of expected returns that begin from returns alone, each as a name with typed options.

As in `covariance.estimators`: `ESTIMATORS` is what a registry lists, `AnyMeanEstimator` the tagged union.
CAPM and equilibrium need a market and are functions in `equilibrium`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.expected_returns.estimate import MeanEstimate
from trade2026.analytics.expected_returns.historical import exponential_mean, sample_mean
from trade2026.analytics.expected_returns.shrinkage import bayes_stein, james_stein


class MeanEstimator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A way to estimate expected returns, with its options; `estimate` takes a panel (n, n_assets)."""


class SampleMean(MeanEstimator, frozen=True, kw_only=True, tag="sample_mean"):
    """Sample mean."""

    def estimate(self, returns: FloatArray) -> MeanEstimate:
        """See `sample_mean`."""
        return sample_mean(returns)


class ExponentialMean(MeanEstimator, frozen=True, kw_only=True, tag="exponential_mean"):
    """Exponentially weighted mean."""

    half_life: Annotated[float, Meta(gt=0.0)] = 60.0

    def estimate(self, returns: FloatArray) -> MeanEstimate:
        """See `exponential_mean`."""
        return exponential_mean(returns, half_life=self.half_life)


class JamesStein(MeanEstimator, frozen=True, kw_only=True, tag="james_stein"):
    """James-Stein shrinkage to the mean of all assets."""

    def estimate(self, returns: FloatArray) -> MeanEstimate:
        """See `james_stein`."""
        return james_stein(returns)


class BayesStein(MeanEstimator, frozen=True, kw_only=True, tag="bayes_stein"):
    """Bayes-Stein shrinkage to the minimum-variance portfolio."""

    def estimate(self, returns: FloatArray) -> MeanEstimate:
        """See `bayes_stein`."""
        return bayes_stein(returns)


AnyMeanEstimator: TypeAlias = SampleMean | ExponentialMean | JamesStein | BayesStein

ESTIMATORS: Final[Mapping[str, type[AnyMeanEstimator]]] = MappingProxyType(
    {
        "sample_mean": SampleMean,
        "exponential_mean": ExponentialMean,
        "james_stein": JamesStein,
        "bayes_stein": BayesStein,
    }
)
