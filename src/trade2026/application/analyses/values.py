"""Statistics as results have them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trade2026.analytics.arrays import Statistic


def number_of(value: "Statistic") -> float | None:
    """The number, or None where the statistic does not exist."""
    return value if isinstance(value, float) else None
