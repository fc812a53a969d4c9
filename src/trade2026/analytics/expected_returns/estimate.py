"""What an estimator of expected returns gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from trade2026.analytics.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MeanEstimate:
    """Expected returns, and how they came about.

    Attributes
    ----------
    mean : float64, shape (n_assets,)
        Arithmetic, per period, as fractions.
    method : str
        Estimator in a few words.
    parameters : mapping of str to float
        What was given and what was found, such as "shrinkage".
    notes : tuple of str
        What a reader must know about these very numbers. Empty if nothing.
    """

    mean: FloatArray
    method: str
    parameters: Mapping[str, float]
    notes: tuple[str, ...] = ()
