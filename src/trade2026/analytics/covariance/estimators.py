"""All estimators that begin from returns, each as a name with typed options.

A registry lists `ESTIMATORS`: the key is the name, the value a frozen msgspec struct whose docstring is the
title and whose fields are the options with bounds and defaults. `AnyEstimator` is their tagged union, so that
{"kind": "ewma", "half_life": 30} decodes to the one that is meant.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.dcc import dcc_covariance
from trade2026.analytics.covariance.denoising import (
    Denoising,
    Noise,
    denoised_covariance,
    detoned_covariance,
)
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.covariance.gerber import gerber_covariance
from trade2026.analytics.covariance.sample import (
    constant_correlation,
    detrended_covariance,
    ewma_covariance,
    sample_covariance,
)
from trade2026.analytics.covariance.shrinkage import (
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
    oracle_approximating,
    shrunk_identity,
)

_Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
_Positive: TypeAlias = Annotated[float, Meta(gt=0.0)]


class Estimator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A way to estimate covariances, with its options; `estimate` takes a panel of shape (n, n_assets)."""


class Sample(Estimator, frozen=True, kw_only=True, tag="sample"):
    """Sample covariance."""

    ddof: Annotated[int, Meta(ge=0)] = 1

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `sample_covariance`."""
        return sample_covariance(returns, ddof=self.ddof)


class LedoitWolf(Estimator, frozen=True, kw_only=True, tag="ledoit_wolf"):
    """Ledoit-Wolf shrinkage to the scaled identity."""

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `ledoit_wolf`."""
        return ledoit_wolf(returns)


class Oas(Estimator, frozen=True, kw_only=True, tag="oas"):
    """Oracle approximating shrinkage to the scaled identity."""

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `oracle_approximating`."""
        return oracle_approximating(returns)


class LedoitWolfConstantCorrelation(
    Estimator, frozen=True, kw_only=True, tag="ledoit_wolf_constant_correlation"
):
    """Ledoit-Wolf shrinkage to constant correlation."""

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `ledoit_wolf_constant_correlation`."""
        return ledoit_wolf_constant_correlation(returns)


class ConstantCorrelation(Estimator, frozen=True, kw_only=True, tag="constant_correlation"):
    """Sample variances with the mean correlation for all pairs."""

    ddof: Annotated[int, Meta(ge=0)] = 1

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `constant_correlation`."""
        return constant_correlation(returns, ddof=self.ddof)


class ShrunkIdentity(Estimator, frozen=True, kw_only=True, tag="shrunk_identity"):
    """Sample covariance shrunk to the scaled identity by a given intensity."""

    intensity: _Share = 0.1

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `shrunk_identity`."""
        return shrunk_identity(returns, intensity=self.intensity)


class Ewma(Estimator, frozen=True, kw_only=True, tag="ewma"):
    """Exponentially weighted covariance."""

    half_life: _Positive = 60.0
    remove_mean: bool = False

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `ewma_covariance`."""
        return ewma_covariance(returns, half_life=self.half_life, remove_mean=self.remove_mean)


class Gerber(Estimator, frozen=True, kw_only=True, tag="gerber"):
    """Gerber statistic, positive semidefinite variant."""

    threshold: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.5

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `gerber_covariance`."""
        return gerber_covariance(returns, threshold=self.threshold)


class Denoised(Estimator, frozen=True, kw_only=True, tag="denoised"):
    """Sample covariance without the noise that random matrix theory predicts."""

    method: Denoising = "constant"
    alpha: _Share = 0.0
    edge: _Positive | None = None
    noise: Noise = "rest"
    bandwidth: _Positive = 0.01

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `denoised_covariance`."""
        return denoised_covariance(
            returns, method=self.method, alpha=self.alpha, edge=self.edge, noise=self.noise,
            bandwidth=self.bandwidth,
        )  # fmt: skip


class Detoned(Estimator, frozen=True, kw_only=True, tag="detoned"):
    """Sample covariance without its first principal components."""

    n_components: Annotated[int, Meta(ge=1)] = 1

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `detoned_covariance`."""
        return detoned_covariance(returns, n_components=self.n_components)


class Detrended(Estimator, frozen=True, kw_only=True, tag="detrended"):
    """Covariance of the residuals of an autoregression."""

    lookback: Annotated[int, Meta(ge=1)] = 20

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `detrended_covariance`."""
        return detrended_covariance(returns, lookback=self.lookback)


class DccGarch(Estimator, frozen=True, kw_only=True, tag="dcc_garch"):
    """Forecast of a DCC-GARCH(1,1) for the next period."""

    def estimate(self, returns: FloatArray) -> Estimate:
        """See `dcc_covariance`."""
        return dcc_covariance(returns)


AnyEstimator: TypeAlias = (
    Sample
    | LedoitWolf
    | Oas
    | LedoitWolfConstantCorrelation
    | ConstantCorrelation
    | ShrunkIdentity
    | Ewma
    | Gerber
    | Denoised
    | Detoned
    | Detrended
    | DccGarch
)

ESTIMATORS: Final[Mapping[str, type[AnyEstimator]]] = MappingProxyType(
    {
        "sample": Sample,
        "ledoit_wolf": LedoitWolf,
        "oas": Oas,
        "ledoit_wolf_constant_correlation": LedoitWolfConstantCorrelation,
        "constant_correlation": ConstantCorrelation,
        "shrunk_identity": ShrunkIdentity,
        "ewma": Ewma,
        "gerber": Gerber,
        "denoised": Denoised,
        "detoned": Detoned,
        "detrended": Detrended,
        "dcc_garch": DccGarch,
    }
)
