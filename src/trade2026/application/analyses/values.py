"""Statistics as results have them, and weights as requests have them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from trade2026.primitives.errors import InputError

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray, Statistic
    from trade2026.analytics.optimization.result import Portfolio
    from trade2026.application.analyses.declaration import Tell


MEAN_ABSOLUTE: Final = "the mean absolute return"
_ROUNDING: Final = 1e-9
"""A gap below it is none."""
_HAIR: Final = 1e-6
"""A gap below it need not warn anybody."""


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


def growth_of(returns: "FloatArray") -> "FloatArray":
    """What one unit became, period by period, shape (T,); where all of it is lost it stays what it is then.

    Below zero is a debt, as of weights that are borrowed for.
    """
    import numpy as np

    growth = np.cumprod(1.0 + returns).astype(np.float64)
    lost = np.flatnonzero(growth <= 0.0)
    if lost.size:
        growth[lost[0] :] = growth[lost[0]]
    return growth


@contextmanager
def in_unit_of(field: str, value: float | None, year: float, *, is_annual: bool) -> Iterator[None]:
    """Tell a target that no weights reach as the field of the request that it came from.

    Parameters
    ----------
    value : float or None
        As it was asked for.
    year : float
        Periods in it; returns are annual.
    is_annual : bool
        Whether a limit of risk is annual too, as volatilities are.
    """
    from trade2026.analytics.optimization.result import OutOfReach

    try:
        yield
    except OutOfReach as error:
        factor, unit = (year, "a year") if not error.is_risk else (1.0, "a period")
        if error.is_risk and is_annual:
            factor, unit = year**0.5, "a year"
        best = error.best * factor
        best += (1.0 if error.is_risk else -1.0) * 5e-6 * abs(best)  # So that what is shown can be asked for.
        told = "at least" if error.is_risk else "at most"
        what = "the least risk allowed" if error.is_risk else "the highest return allowed"
        raise InputError(f"{field} must be {told} {best:.6g} {unit}, {what}, was {value}") from None


def with_proof(found: "Portfolio", told: str, of: str) -> "Portfolio":
    """A portfolio, and how near to the best it is known to be (`proof_of`): a note where that is no hair."""
    gap = found.measures.get("gap")
    if gap is None:
        return found.told(told, is_proven=True)
    return found.told(f"{told}; {proof_of(gap, of)}", is_proven=gap < _HAIR)


def proof_of(gap: float, of: str) -> str:
    """How near to the best the weights are known to be; `gap` is a share of what `of` says, zero or above."""
    if gap < _ROUNDING:
        return "no other weights are better, to rounding"
    return f"no other weights are better by more than {gap:.1e} of {of}"


def choosing(tell: "Tell", first: float, last: float) -> Callable[[int, int], None]:
    """Tells a search for assets as progress between two shares of the way."""

    def watch(solved: int, most: int) -> None:
        tell(first + (last - first) * solved / most, f"choosing assets: {solved} programs of at most {most}")

    return watch
