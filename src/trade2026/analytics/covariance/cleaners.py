"""What can be done to a covariance matrix that is there, each as a name with typed options.

As `estimators`: `CLEANERS` is what a registry lists, `AnyCleaner` the tagged union. Each `clean` takes
the matrix and the number of periods that it was estimated from, which the noise depends on. Cleaners
follow one another by `clean_in_turn`: denoised and then detoned, or made positive and then shrunk.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.denoising import Denoising, Noise, denoise, detone
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.covariance.positive import Nearest, nearest_psd
from trade2026.analytics.covariance.shrinkage import shrink_to_identity
from trade2026.primitives.errors import InputError

_Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
_Positive: TypeAlias = Annotated[float, Meta(gt=0.0)]


class Cleaner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A way to clean a covariance matrix, with its options."""


class Shrink(Cleaner, frozen=True, kw_only=True, tag="shrink"):
    """Shrink to the scaled identity by a given intensity."""

    intensity: _Share = 0.1

    def clean(self, covariance: FloatArray, *, n_periods: int) -> Estimate:
        """See `shrink_to_identity`; the number of periods does not matter."""
        return shrink_to_identity(covariance, intensity=self.intensity)


class Denoise(Cleaner, frozen=True, kw_only=True, tag="denoise"):
    """Take out the noise that random matrix theory predicts."""

    method: Denoising = "constant"
    alpha: _Share = 0.0
    edge: _Positive | None = None
    noise: Noise = "rest"
    bandwidth: _Positive = 0.01

    def clean(self, covariance: FloatArray, *, n_periods: int) -> Estimate:
        """See `denoise`."""
        return denoise(
            covariance,
            n_periods=n_periods,
            method=self.method,
            alpha=self.alpha,
            edge=self.edge,
            noise=self.noise,
            bandwidth=self.bandwidth,
        )


class Detone(Cleaner, frozen=True, kw_only=True, tag="detone"):
    """Take out the first principal components, the market."""

    n_components: Annotated[int, Meta(ge=1)] = 1

    def clean(self, covariance: FloatArray, *, n_periods: int) -> Estimate:
        """See `detone`; the number of periods does not matter."""
        return detone(covariance, n_components=self.n_components)


class NearestPsd(Cleaner, frozen=True, kw_only=True, tag="nearest_psd"):
    """Take the nearest positive semidefinite matrix with the same variances."""

    method: Nearest = "higham"
    floor: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.0

    def clean(self, covariance: FloatArray, *, n_periods: int) -> Estimate:
        """See `nearest_psd`; the number of periods does not matter."""
        return nearest_psd(covariance, method=self.method, floor=self.floor)


AnyCleaner: TypeAlias = Shrink | Denoise | Detone | NearestPsd

CLEANERS: Final[Mapping[str, type[AnyCleaner]]] = MappingProxyType(
    {"shrink": Shrink, "denoise": Denoise, "detone": Detone, "nearest_psd": NearestPsd}
)


def clean_in_turn(estimate: Estimate, cleaners: Sequence[AnyCleaner], *, n_periods: int) -> Estimate:
    """An estimate cleaned by one after the other; methods, parameters and notes of all are kept.

    Parameters of a cleaner have its name before theirs, such as "denoise.edge"; notes stay in turn.

    Parameters
    ----------
    estimate : Estimate
        Where it begins.
    cleaners : sequence of AnyCleaner
        Each name at most once.
    n_periods : int
        Periods that the matrix was estimated from.

    Raises
    ------
    InputError
        A cleaner used twice; as each cleaner.
    """
    names = [str(type(cleaner).__struct_config__.tag) for cleaner in cleaners]
    if len(set(names)) < len(names):
        raise InputError(f"cleaners must differ, were {', '.join(names)}; use each once")
    methods, parameters, notes = [estimate.method], dict(estimate.parameters), list(estimate.notes)
    covariance = estimate.covariance
    for name, cleaner in zip(names, cleaners, strict=True):
        cleaned = cleaner.clean(covariance, n_periods=n_periods)
        covariance = cleaned.covariance
        methods.append(cleaned.method)
        parameters |= {f"{name}.{key}": value for key, value in cleaned.parameters.items()}
        notes += cleaned.notes
    return Estimate(
        covariance=covariance, method="; ".join(methods), parameters=parameters, notes=tuple(notes)
    )
