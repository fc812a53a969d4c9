"""The density of the sample's eigenvalues by three estimates, for the covariance laboratory."""

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from trade2026.analytics.arrays import FloatArray

KERNEL: Final = "Kernel"
HERMITE: Final = "Hermite series"
LAW: Final = "Marchenko-Pastur law"
_POINTS: Final = 60


class DensityPoint(msgspec.Struct, frozen=True):
    """The density of eigenvalues at one of them, as `estimate` has it."""

    eigenvalue: float
    density: float
    estimate: str


def densities(eigenvalues: "FloatArray", q: float, variance: float, order: int) -> tuple[DensityPoint, ...]:
    """Three estimates over the noise and a little beyond, each of the share of eigenvalues that is there.

    The kernel is Gaussian, its bandwidth 1.06 deviations over the fifth root of their number (Silverman
    1986). Kernel and Hermite series are of the eigenvalues up to the end of the picture; the law is that of
    the histogram, with points of its own where it is not zero: for many periods that is a narrow place.
    Kernel and series are left out where fewer than five eigenvalues are there, or all are the
    same.
    """
    import numpy as np

    from trade2026.analytics.covariance.hermite import hermite_density
    from trade2026.analytics.covariance.marchenko_pastur import (
        kernel_density,
        marchenko_pastur_bounds,
        marchenko_pastur_density,
    )

    top = 1.25 * marchenko_pastur_bounds(q)[1]
    points = np.linspace(0.0, top, _POINTS)
    inside = eigenvalues[eigenvalues <= top]
    share = inside.size / eigenvalues.size
    low, high = marchenko_pastur_bounds(q, variance)
    noise = float((eigenvalues <= high).mean())
    within = np.union1d(points, np.linspace(low, high, _POINTS))
    curves = {LAW: (within, noise * marchenko_pastur_density(within, q, variance))}
    if inside.size >= 5 and float(np.ptp(inside)) > 1e-9:
        bandwidth = 1.06 * float(inside.std()) / inside.size**0.2
        curves[KERNEL] = (points, share * kernel_density(points, inside, bandwidth))
        curves[HERMITE] = (points, share * hermite_density(points, inside, order))
    return tuple(
        DensityPoint(x, y, name)
        for name, (at, heights) in curves.items()
        for x, y in zip(at.tolist(), heights.tolist(), strict=True)
    )
