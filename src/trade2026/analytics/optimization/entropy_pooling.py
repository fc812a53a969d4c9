"""Probabilities of scenarios that satisfy views and are nearest to a prior. Meucci (2008), Risk 21 (10),
100-106.

Among all p with A p = a, G p <= g the one with the least relative entropy sum(p log(p / q)) to the prior q is
p ~ q exp(-A'x - G'y), where x and y >= 0 maximize a concave function of as many variables as there are views.
It is maximized by Newton's method with a line search; multipliers that would leave y >= 0 are held at zero as
long as their derivative keeps them there (Bertsekas 1982, SIAM J. Control and Optimization 20, 221-246).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.matrices import matrix, vector
from trade2026.primitives.errors import InputError

Flags = npt.NDArray[np.bool_]

_STEPS: Final = 100
_EXACT: Final = 1e-11
_FAR: Final = 1e8
"""Multipliers beyond this are on their way to infinity: the views cannot hold together."""
_LARGEST: Final = 700.0
"""Beyond this exponent a float64 is infinite."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """Probabilities after the views."""

    probabilities: FloatArray
    """Shape (T,); they sum to one."""
    entropy: float
    """Relative to the prior, in nats: 0 where the views say nothing new."""
    effective: float
    """Number of scenarios that a uniform distribution of the same entropy would have; few means that views
    are far from the scenarios."""
    violation: float
    """Largest miss of a view, over its standard deviation in the prior."""


def entropy_pooling(
    equal: FloatArray,
    equal_to: FloatArray,
    *,
    at_most: FloatArray | None = None,
    at_most_of: FloatArray | None = None,
    prior: FloatArray | None = None,
    names: Sequence[str] = (),
) -> Pooled:
    """The nearest probabilities at which means of functions of the scenarios are as stated.

    Parameters
    ----------
    equal : float64, shape (T, k)
        A column a view: a function of the scenario, such as the return of an asset, or its square. k may be
        0.
    equal_to : float64, shape (k,)
        Its mean.
    at_most, at_most_of : float64, shapes (T, m) and (m,)
        Functions whose means are at most those values.
    prior : float64, shape (T,), or None
        Probabilities above zero, which are divided by their sum; None is 1 / T.
    names : sequence of str
        Of the views, equalities first, for messages; empty for their numbers.

    Raises
    ------
    InputError
        A shape is wrong, or the views cannot hold together on these scenarios: the message names the worst.
    """
    periods = equal.shape[0]
    if at_most is None or at_most_of is None:
        at_most, at_most_of = np.zeros((periods, 0)), np.zeros(0)
    features = np.hstack([equal, at_most])
    values = np.concatenate([equal_to, at_most_of])
    if not values.size:
        raise InputError("views must be at least one, were none")
    features = matrix("views", features)
    values = vector("values of views", values, size=features.shape[1])
    q = np.full(periods, 1.0 / periods) if prior is None else vector("prior", prior, size=periods)
    if float(q.min()) <= 0.0:
        raise InputError(
            f"prior must be above zero, was {q.min()} for scenario {int(q.argmin())}; leave it out"
        )
    q = q / q.sum()
    middle = q @ features
    width = np.sqrt(np.maximum(q @ (features - middle) ** 2, 0.0))
    shown = [repr(name) for name in names] or [str(k) for k in range(values.size)]
    _check_range(features, values, width, equal.shape[1], shown)
    scaled, wanted = (features - middle) / width, (values - middle) / width
    signed = np.arange(values.size) >= equal.shape[1]
    p = _maximize(np.log(q), scaled, wanted, signed)
    missed = p @ scaled - wanted
    miss = np.where(signed, np.maximum(missed, 0.0), np.abs(missed))
    if float(miss.max()) > 1e-7:
        worst = int(miss.argmax())
        raise InputError(
            f"views cannot hold together on these scenarios: view {shown[worst]} is missed by "
            f"{miss[worst]:.3g} of its standard deviations; weaken one of them, or bring scenarios in which "
            "they hold"
        )
    positive = p > 0.0
    entropy = float(p[positive] @ np.log(p[positive] / q[positive]))
    effective = float(np.exp(-(p[positive] @ np.log(p[positive]))))
    return Pooled(p, max(entropy, 0.0), effective, float(miss.max()))


def _check_range(
    features: FloatArray, values: FloatArray, width: FloatArray, equalities: int, shown: Sequence[str]
) -> None:
    """Each view by itself must lie strictly within its scenarios."""
    for k, value in enumerate(values.tolist()):
        low, high = float(features[:, k].min()), float(features[:, k].max())
        if width[k] == 0.0 or value <= low or (k < equalities and value >= high):
            raise InputError(
                f"view {shown[k]} must be between {low:.6g} and {high:.6g}, what its scenarios have, was "
                f"{value:.6g}"
            )


def _maximize(log_q: FloatArray, F: FloatArray, f: FloatArray, signed: Flags) -> FloatArray:
    """Probabilities at the maximum of the dual -log sum(q exp(-F x)) - f'x over x, with x >= 0 where
    signed."""
    x = np.zeros(f.size)
    value, p = _dual(log_q, F, f, x)
    noise = 1e-14 * float(np.abs(log_q).max())  # Of the value: where steps gain less, they are taken whole.
    for _ in range(_STEPS):
        mean = p @ F
        slope = mean - f
        held = signed & (x <= 0.0) & (slope <= 0.0)
        move = ~held
        if not move.any() or float(np.abs(slope[move]).max()) <= _EXACT:
            break
        centered = F[:, move] - mean[move]
        H = (centered * p[:, None]).T @ centered
        H[np.diag_indices_from(H)] += 1e-14 * float(np.trace(H)) + 1e-300
        step = np.zeros_like(x)
        step[move] = np.linalg.solve(H, slope[move])
        length, trial = 1.0, _allowed(x + step, signed)
        new_value, new_p = _dual(log_q, F, f, trial)
        while length > 1e-10 and new_value < value + 1e-4 * float(slope @ (trial - x)) - noise:
            length *= 0.5
            trial = _allowed(x + length * step, signed)
            new_value, new_p = _dual(log_q, F, f, trial)
        if length <= 1e-10 or float(np.abs(trial).max()) > _FAR:
            break
        x, value, p = trial, new_value, new_p
    return p


def _allowed(x: FloatArray, signed: Flags) -> FloatArray:
    """Multipliers of inequalities not below zero."""
    result: FloatArray = np.where(signed, np.maximum(x, 0.0), x)
    return result


def _dual(log_q: FloatArray, F: FloatArray, f: FloatArray, x: FloatArray) -> tuple[float, FloatArray]:
    """Its value, and the probabilities that go with x."""
    exponent = log_q - F @ x
    top = float(exponent.max())
    weights = np.exp(np.maximum(exponent - top, -_LARGEST))
    total = float(weights.sum())
    return -(top + np.log(total)) - float(f @ x), weights / total
