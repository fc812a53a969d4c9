"""The least entropic value at risk, by sequential quadratic programs with exact curvature, and a proof.

EVaR(w) is the largest q'Lw over probabilities q whose relative entropy to equal ones is at most ln(1 / tail),
L the losses of assets (Ahmadi-Javid 2012). At w the best q is proportional to exp(Lw / t), its gradient is
L'q, and by the implicit function theorem its second derivative is

    (1 / t) (L'CL - (L'C l)(l'CL) / (l'C l)),  C = diag(q) - q q',  l = Lw.

Each step minimizes the quadratic model within the limits and goes along as far as Armijo's rule allows: as
the limits are convex, all points are feasible (Nocedal and Wright 2006, chapter 18). Near the optimum it is
Newton's method. The proof: EVaR(x) is at least (L'q)'x for any x, so the least of that within the limits is a
bound from below; the gap to it is reported. Where weights of any size are allowed, as for a ratio of weights
that sum to zero, that tangent has no least value, and the gap is what the last step promised.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.model import Model, Values
from trade2026.analytics.risk_measures.entropic import (
    entropic_value_at_risk,
    entropic_value_at_risk_gradient,
)
from trade2026.primitives.errors import InputError

_STEPS: Final = 60
_DONE: Final = 1e-10
"""A step that promises to make it less by no more than this, relative, is the last."""
_DAMPED: Final = 1e-7
_ARMIJO: Final = 1e-4


def minimize_entropic(
    returns: FloatArray,
    tail: float,
    make: Callable[[], Model],
    start: FloatArray,
    *,
    scale: slice | None = None,
    is_proven: bool = True,
) -> Values:
    """The weights with the least EVaR in a model of which they are the first block.

    Parameters
    ----------
    returns : float64, shape (T, n)
        In a unit that makes them about one.
    tail : float
        More than one period.
    make : callable
        The model, without an objective; called for every step.
    start : float64, shape (n,)
        Feasible weights; with a scale one more, its value.
    scale : slice or None
        Where the scale of a homogeneous model is.
    is_proven : bool
        Whether the gap is worked out, at the cost of one program; it is infinite otherwise.

    Returns
    -------
    Values
        Of the weights, and of the scale after them.
    """
    n = returns.shape[1]
    x, steps, slope = start.copy(), 0, 0.0
    value = entropic_value_at_risk(returns @ x[:n], tail=tail)
    for step in range(1, _STEPS + 1):
        steps = step
        gradient, H = _curvature(returns, tail, x[:n])
        damped = H + _DAMPED * max(float(np.trace(H)) / n, 1e-12) * np.eye(n)
        model = make()
        size = max(1.0, float(np.abs(damped).max()))  # Curved without limit where one loss is nearly all.
        model.curve(slice(0, n), damped / size)
        model.cost(slice(0, n), (gradient - damped @ x[:n]) / size)
        there = model.solve().x
        target = there[:n] if scale is None else np.concatenate([there[:n], there[scale]])
        way = target - x
        slope = float(gradient @ way[:n])
        length, value = _searched(returns, tail, x[:n], way[:n], value, slope)
        x = x + length * way
        if -slope <= _DONE * abs(value) or length == 0.0:
            break
    method = "sequential quadratic programs"
    if not is_proven:
        return Values(x, {}, value, np.inf, steps, method)
    gradient, _ = _curvature(returns, tail, x[:n])
    model = make()
    model.cost(slice(0, n), gradient)
    try:
        bound = model.solve()
    except InputError:  # One tangent does not bound weights of any size, such as those that sum to zero.
        return Values(x, {}, value, max(-slope, 0.0), steps, method)
    return Values(x, bound.multipliers, value, max(value - bound.objective, 0.0), steps, method)


def _curvature(returns: FloatArray, tail: float, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient and second derivative of EVaR by the weights."""
    earned = returns @ w
    q = -entropic_value_at_risk_gradient(earned, tail=tail)
    gradient: FloatArray = -(q @ returns)
    loss = -earned
    counts = q > 1e-300
    apart = loss - float(q @ loss)
    logs = np.log(np.where(counts, q, 1.0))
    logs = np.where(counts, logs - float(q[counts] @ logs[counts]), 0.0)
    spread = float(q @ (apart * apart))
    slope = float(q @ (apart * logs))
    if spread <= 0.0 or slope <= 0.0:  # One loss has all the weight: flat around it.
        return gradient, np.zeros((w.size, w.size))
    t = spread / slope
    centered = -returns - gradient
    weighted = centered * q[:, None]
    across = weighted.T @ apart
    H: FloatArray = (weighted.T @ centered - np.outer(across, across) / spread) / t
    return gradient, 0.5 * (H + H.T)


def _searched(
    returns: FloatArray, tail: float, w: FloatArray, way: FloatArray, value: float, slope: float
) -> tuple[float, float]:
    """How much of the way is gone, and the value there; zero where none makes it less."""
    length = 1.0
    for _ in range(40):
        reached = entropic_value_at_risk(returns @ (w + length * way), tail=tail)
        if reached <= value + _ARMIJO * length * slope:
            return length, reached
        length *= 0.5
    return 0.0, value
