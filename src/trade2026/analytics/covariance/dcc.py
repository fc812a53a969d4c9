"""Covariances as they change: dynamic conditional correlation.

Engle (2002), J. Business and Economic Statistics 20, 339-350. Step one fits a GARCH(1,1) to each asset and
divides its shocks by their volatility: z. Step two fits two numbers for all correlations,

    Q[t+1] = (1 - a - b) S + a z[t] z[t]' + b Q[t],    Q[0] = S,    R[t] = Q[t] scaled to a unit diagonal,

where S is the mean of z z' (variance targeting), by the Gaussian likelihood of z given R. The forecast is
that of the next period: D R D with the volatilities and correlations known after the last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.covariance.estimate import Estimate
from trade2026.analytics.covariance.garch import PERIODS_MIN, Garch, fit_garch, fit_persistence
from trade2026.analytics.matrices import check_panel, check_varies, symmetric, to_covariance, unit_diagonal
from trade2026.primitives.errors import InputError

_BLOCK_ELEMENTS: Final = 2_000_000
"""Elements of correlation matrices held at once: 16 MB."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Dcc:
    """A fitted DCC-GARCH(1,1).

    Attributes
    ----------
    garch : tuple of Garch
        One for each asset.
    alpha, beta : float
        a and b of the correlations.
    correlation_target : float64, shape (n_assets, n_assets)
        S above.
    correlation_forecast : float64, shape (n_assets, n_assets)
        R of the period after the last.
    forecast : float64, shape (n_assets, n_assets)
        Covariance of that period, in squared fractions.
    log_likelihood : float
        Gaussian, of both steps.
    """

    garch: tuple[Garch, ...]
    alpha: float
    beta: float
    correlation_target: FloatArray
    correlation_forecast: FloatArray
    forecast: FloatArray
    log_likelihood: float


def fit_dcc(returns: FloatArray) -> Dcc:
    """Two-step quasi maximum likelihood.

    Parameters
    ----------
    returns : float64, shape (n, n_assets)
        Simple returns per period, as fractions, oldest first; at least 50 rows, and more than assets.

    Raises
    ------
    InputError
        Too few rows; a value that is not finite; an asset that never changes, or is a combination of others.
    """
    n_assets = returns.shape[1] if returns.ndim == 2 else 0
    check_panel("returns", returns, rows_min=max(PERIODS_MIN, n_assets + 2))
    check_varies("returns", returns)
    garch = tuple(fit_garch(np.ascontiguousarray(column)) for column in returns.T)
    z = np.column_stack(
        [
            (column - each.mean) / np.sqrt(each.variances)
            for column, each in zip(returns.T, garch, strict=True)
        ]
    )
    target = symmetric(z.T @ z / z.shape[0])
    if float(np.linalg.eigvalsh(unit_diagonal(target))[0]) < 1e-10:
        raise InputError("returns must not depend on one another, some asset is a combination; leave it out")
    alpha, beta, lowest = 0.0, 0.0, 0.0
    if n_assets > 1:  # One asset has no correlation to fit.
        alpha, beta, lowest = fit_persistence(lambda a, b: correlation_loss(z, target, a, b))
    last = target
    for block in correlation_blocks(z, target, alpha, beta):
        last = block[-1]
    correlation = unit_diagonal((1.0 - alpha - beta) * target + alpha * np.outer(z[-1], z[-1]) + beta * last)
    volatility = np.sqrt(np.array([each.forecast for each in garch]))
    first_step = sum(each.log_likelihood for each in garch)
    return Dcc(
        garch=garch,
        alpha=alpha,
        beta=beta,
        correlation_target=target,
        correlation_forecast=correlation,
        forecast=to_covariance(correlation, volatility),
        log_likelihood=first_step - z.shape[0] * lowest,
    )


def dcc_covariance(returns: FloatArray) -> Estimate:
    """The covariance forecast of `fit_dcc` for the period after the last; its errors."""
    fitted = fit_dcc(returns)
    notes = ("a forecast for the next period: it changes with each period, and reverts",)
    return Estimate(
        covariance=fitted.forecast,
        method="DCC-GARCH(1,1), forecast of one period",
        parameters={
            "correlation_alpha": fitted.alpha,
            "correlation_beta": fitted.beta,
            "mean_garch_alpha": float(np.mean([each.alpha for each in fitted.garch])),
            "mean_garch_beta": float(np.mean([each.beta for each in fitted.garch])),
            "log_likelihood": fitted.log_likelihood,
        },
        notes=notes,
    )


def correlation_loss(z: FloatArray, target: FloatArray, alpha: float, beta: float) -> float:
    """Minus the mean log likelihood that correlations add: (log det R + z' R^-1 z - z' z) / 2."""
    total, row = 0.0, 0
    for q in correlation_blocks(z, target, alpha, beta):
        rows = z[row : row + q.shape[0]]
        row += q.shape[0]
        scale = np.sqrt(np.diagonal(q, axis1=1, axis2=2))
        lower = np.linalg.cholesky(q / (scale[:, :, None] * scale[:, None, :]))
        logs = 2.0 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum()
        total += float(logs + (_substituted(lower, rows) ** 2).sum() - (rows**2).sum())
    return 0.5 * total / float(z.shape[0])


def _substituted(lower: FloatArray, rows: FloatArray) -> FloatArray:
    """Solution of lower x = row for each row and its triangle, by forward substitution on all at once."""
    solved = np.empty_like(rows)
    for i in range(rows.shape[1]):
        known = np.einsum("tk,tk->t", lower[:, i, :i], solved[:, :i])
        solved[:, i] = (rows[:, i] - known) / lower[:, i, i]
    return solved


def correlation_blocks(z: FloatArray, target: FloatArray, alpha: float, beta: float) -> Iterator[FloatArray]:
    """Q of each period in order of time, in blocks of shape (k, n_assets, n_assets) that fit in memory."""
    from scipy.signal import lfilter

    n, n_assets = z.shape
    size = max(1, _BLOCK_ELEMENTS // (n_assets * n_assets))
    constant = (1.0 - alpha - beta) * target
    last = target
    yield target[None, :, :]
    for start in range(0, n - 1, size):
        rows = z[start : min(start + size, n - 1)]
        driven = constant + alpha * rows[:, :, None] * rows[:, None, :]
        block, _ = lfilter([1.0], [1.0, -beta], driven, axis=0, zi=beta * last[None, :, :])
        last = block[-1]
        yield block
