"""Expected returns from an equilibrium and from views. Black and Litterman (1992), Financial Analysts J. 48,
28-43.

The prior of the means is normal around pi = risk_aversion S w, at which the market portfolio w is the best
one, with covariance tau S. A view says that P[k] of the means is Q[k], give or take the root of Omega[k, k].
Views are told of one another: those that repeat others, and those that contradict them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.analytics.matrices import covariance as checked
from trade2026.analytics.matrices import matrix, positive, vector
from trade2026.primitives.errors import InputError

_DEPENDENT: Final = 1e-9
"""What is left of a view of length one after the others are taken out, below which it says nothing new."""


@dataclass(frozen=True, slots=True)
class Views:
    """Opinions on portfolios of assets.

    Attributes
    ----------
    P : float64, shape (k, n)
        A row a view: 1 for the return of an asset; 1 and -1 for one asset over another.
    Q : float64, shape (k,)
        The expected return of each row, in the period of the covariance.
    confidence : float64, shape (k,), or None
        From 0 (the view is ignored) to 1 (it is certain), by Idzorek (2005) in the closed form of Walters
        (2014): Omega[k, k] = (1 - c) / c P[k] tau S P[k]'. None is 0.5 for all, which is He and Litterman's
        (1999) choice, Omega = diag(P tau S P').
    """

    P: FloatArray
    Q: FloatArray
    confidence: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Posterior:
    """Means and covariances after the views."""

    mean: FloatArray
    """Expected return of each asset, shape (n,)."""
    covariance: FloatArray
    """Of returns: S plus the covariance of the means, shape (n, n); for any optimizer."""
    mean_covariance: FloatArray
    """Of the means themselves, shape (n, n)."""
    prior: FloatArray
    """pi, shape (n,)."""
    notes: tuple[str, ...]


def posterior(prior: FloatArray, covariance: FloatArray, views: Views, *, tau: float = 0.05) -> Posterior:
    """The prior corrected by views.

    Parameters
    ----------
    prior : float64, shape (n,)
        Expected excess returns per period: `expected_returns.equilibrium`, or any other.
    covariance : float64, shape (n, n)
        Of returns per period.
    views : Views
    tau : float
        Uncertainty of the prior as a share of the covariance, above zero. One over the number of periods of
        the sample is an error of a mean; 0.025 to 0.05 is usual. With confidences it scales `mean_covariance`
        but leaves the means alone.

    Raises
    ------
    InputError
        A shape is wrong, a view is on nothing, a confidence is outside [0, 1], or certain views contradict
        one another: the message says which, and by how much.
    """
    S = checked("covariance", covariance)
    pi = vector("prior", prior, size=len(S))
    tau = positive("tau", tau)
    P, Q, confidence, notes = _checked_views(views, S)
    if not Q.size:
        return Posterior(pi, (1.0 + tau) * S, tau * S, pi, tuple(notes))
    across = tau * (S @ P.T)
    spread = P @ across
    omega = np.diag((1.0 - confidence) / confidence * np.diagonal(spread))
    # Certain views may be dependent but consistent, and then the least squares share what they say.
    gain = np.linalg.lstsq(spread + omega, across.T, rcond=1e-12)[0].T
    mean = pi + gain @ (Q - P @ pi)
    left = tau * S - gain @ across.T
    left = 0.5 * (left + left.T)
    return Posterior(mean, S + left, left, pi, tuple(notes))


def _checked_views(views: Views, S: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, list[str]]:
    """Views with some confidence, and what is to be said of them."""
    P = matrix("P", views.P, columns=len(S))
    Q = vector("Q", views.Q, size=P.shape[0])
    confidence = np.full(Q.size, 0.5) if views.confidence is None else views.confidence
    confidence = vector("confidence", confidence, size=None)
    if confidence.size != Q.size:
        raise InputError(f"confidence must have {Q.size} elements, one per view, had {confidence.size}")
    bad = np.flatnonzero((confidence < 0.0) | (confidence > 1.0))
    if bad.size:
        raise InputError(f"confidence must be from 0 to 1, was {confidence[bad[0]]} for view {bad[0]}")
    risk = np.einsum("ki,ij,kj->k", P, S, P)
    empty = np.flatnonzero(risk <= 0.0)
    if empty.size:
        raise InputError(
            f"view {empty[0]} must be on a portfolio with risk, its row of P has none; remove it"
        )
    kept = confidence > 0.0
    notes = [f"view {k} has no confidence and was ignored" for k in np.flatnonzero(~kept).tolist()]
    notes += _said_twice(P, Q, confidence, np.flatnonzero(kept))
    return P[kept], Q[kept], confidence[kept], notes


def _said_twice(P: FloatArray, Q: FloatArray, confidence: FloatArray, kept: IntArray) -> list[str]:
    """Notes on views that follow from those before them, in agreement or not; raises where all are
    certain."""
    notes: list[str] = []
    before: list[int] = []
    for k in kept.tolist():
        if before:
            shares = np.linalg.lstsq(P[before].T, P[k], rcond=1e-12)[0]
            rest = float(np.linalg.norm(P[k] - shares @ P[before]))
            if rest <= _DEPENDENT * float(np.linalg.norm(P[k])):
                others = [
                    j for j, share in zip(before, shares.tolist(), strict=True) if abs(share) > _DEPENDENT
                ]
                implied = float(shares @ Q[before])
                apart = float(Q[k]) - implied
                agrees = abs(apart) <= _DEPENDENT * max(abs(implied), float(np.abs(Q).max()))
                if agrees:
                    notes.append(f"view {k} repeats views {others}: together they count more than each")
                    continue
                told = f"view {k} contradicts views {others}: they imply {implied:.6g}, it says {Q[k]:.6g}"
                if all(confidence[j] == 1.0 for j in [*others, k]):
                    raise InputError(f"{told}, and all are certain; lower a confidence or remove one")
                notes.append(f"{told}; the result lies between, by their confidences")
                continue
        before.append(k)
    return notes
