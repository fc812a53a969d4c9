"""What an estimator of covariances gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from trade2026.analytics.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Estimate:
    """A covariance matrix, and how it came about.

    Attributes
    ----------
    covariance : float64, shape (n_assets, n_assets)
        Per period, in squared fractions; symmetric, and positive semidefinite up to rounding.
    method : str
        Estimator in a few words.
    parameters : mapping of str to float
        What was given and what was found, such as "shrinkage".
    notes : tuple of str
        What a reader must know about this very matrix, such as that it is singular. Empty if nothing.
    """

    covariance: FloatArray
    method: str
    parameters: Mapping[str, float]
    notes: tuple[str, ...] = ()


def singular_note(n_periods: int, n_assets: int, lost: int = 1) -> tuple[str, ...]:
    """A note where so few periods cannot fill the rank; `lost` is taken by what was fitted, such as means."""
    rank = n_periods - lost
    if rank >= n_assets:
        return ()
    return (f"singular: {n_periods} periods give {n_assets} assets a rank of at most {rank}",)
