"""Statistics as results have them, and weights as requests have them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray, Statistic


def number_of(value: "Statistic") -> float | None:
    """The number, or None where the statistic does not exist."""
    return value if isinstance(value, float) else None


def weights_of(given: Sequence[float], count: int, field: str = "weights") -> "FloatArray":
    """One for each asset, equal ones where none are given.

    Raises
    ------
    InputError
        There are not as many as assets, or they are not finite or all zero.
    """
    import numpy as np

    if not given:
        return np.full(count, 1.0 / count)
    if len(given) != count:
        raise InputError(f"{field} must be {count}, one for each asset, were {len(given)}")
    weights = np.array(given, dtype=np.float64)
    if not np.isfinite(weights).all() or not weights.any():
        raise InputError(f"{field} must be finite and not all zero")
    return weights


def check_survives(field: str, earned: "FloatArray") -> None:
    """Raise InputError where a portfolio loses all it has in a period: nothing compounds after it."""
    lost = -float(earned.min(initial=0.0))
    if lost >= 1.0:
        raise InputError(
            f"{field} must not lose everything in a period, lost {lost:g} of it; take smaller weights"
        )
