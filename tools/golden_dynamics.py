"""Golden numbers of variances and correlations that change: what three libraries say of GARCH and DCC.

Part of `tools/golden_statistics.py`. Ours holds the long-run variance at that of the sample, v, and fits two
numbers. No library here does, but each has the likelihood of given parameters: theirs is made largest over
alpha and beta, with omega = (1 - alpha - beta) v, returns less their mean, and a path begun at v.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.analytics.panels import Array

SCALE = 100.0
"""Returns in percent, as arch advises."""
STARTS = ((0.05, 0.9), (0.1, 0.8), (0.03, 0.5))


def most_likely(log_likelihood: Callable[[float, float], float]) -> tuple[float, float, float]:
    """Alpha and beta, not negative and below one together, and the log likelihood, by the simplex method."""
    from scipy.optimize import minimize

    def loss(point: Array) -> float:
        alpha, beta = (float(each) for each in point)
        inside = min(alpha, beta) >= 0.0 and alpha + beta < 1.0
        return -log_likelihood(alpha, beta) if inside else np.inf

    options = {"xatol": 1e-10, "fatol": 1e-11, "maxiter": 2_000}
    found = [minimize(loss, np.array(start), method="Nelder-Mead", options=options) for start in STARTS]
    best = min(found, key=lambda each: float(each.fun))
    return float(best.x[0]), float(best.x[1]), -float(best.fun)


def arch_targeted(returns: Array) -> dict[str, Any]:
    """GARCH(1,1) with variance targeting by the likelihood of arch."""
    from arch import arch_model

    shocks = SCALE * (returns - returns.mean())
    variance = float(np.mean(shocks**2))
    model = arch_model(shocks, mean="Zero", vol="GARCH", p=1, q=1)
    model.volatility.backcast = lambda _: variance  # Its own is a mean of the first 75 squares.

    def fixed(alpha: float, beta: float) -> Any:
        return model.fix([(1.0 - alpha - beta) * variance, alpha, beta])

    alpha, beta, highest = most_likely(lambda a, b: float(fixed(a, b).loglikelihood))
    forecast = fixed(alpha, beta).forecast(horizon=1, reindex=False).variance.iloc[-1, 0]
    return {
        "targeted_alpha": alpha,
        "targeted_beta": beta,
        "targeted_log_likelihood": highest + returns.size * np.log(SCALE),
        "targeted_forecast": forecast / SCALE**2,
    }


def multiarch_garch(returns: Array) -> tuple[dict[str, Any], Array]:
    """The same by multiarch, where "rugarch" begins at the mean square; and shocks over volatility."""
    from multiarch.univariate import UnivariateSpec, filter_series, loglik_obs

    spec = UnivariateSpec(mean="constant", init="rugarch")
    unit = (returns - returns.mean()) / returns.std()

    def parameters(alpha: float, beta: float) -> Array:
        return np.array([0.0, 1.0 - alpha - beta, alpha, beta])

    alpha, beta, highest = most_likely(lambda a, b: float(loglik_obs(spec, parameters(a, b), unit).sum()))
    _, h, z = filter_series(spec, parameters(alpha, beta), unit)
    forecast = 1.0 - alpha - beta + alpha * unit[-1] ** 2 + beta * h[-1]
    return {
        "targeted_alpha": alpha,
        "targeted_beta": beta,
        "targeted_log_likelihood": highest - returns.size * np.log(returns.std()),
        "targeted_forecast": forecast * returns.var(),
    }, z


def multigarch_garch(returns: Array) -> tuple[dict[str, Any], Array]:
    """The same by multigarch, whose likelihood leaves out the constant."""
    from multigarch._jit import garch_loglik, garch_variance_loop

    unit = (returns - returns.mean()) / returns.std()
    order = (1, 0, 1)

    def log_likelihood(alpha: float, beta: float) -> float:
        return -float(garch_loglik(unit, np.array([1.0 - alpha - beta, alpha, beta]), *order, 0, 1.0))

    alpha, beta, highest = most_likely(log_likelihood)
    h = garch_variance_loop(unit, np.array([1.0 - alpha - beta, alpha, beta]), *order, 1.0)
    forecast = 1.0 - alpha - beta + alpha * unit[-1] ** 2 + beta * h[-1]
    constant = returns.size * (0.5 * np.log(2.0 * np.pi) + np.log(returns.std()))
    return {
        "targeted_alpha": alpha,
        "targeted_beta": beta,
        "targeted_log_likelihood": highest - constant,
        "targeted_forecast": forecast * returns.var(),
    }, unit / np.sqrt(h)


def two_steps(garch: Callable[[Array], tuple[dict[str, Any], Array]], panel: Array) -> tuple[Any, ...]:
    """Log likelihood, volatilities of the next period, shocks over volatility, their mean product."""
    fits = [garch(np.ascontiguousarray(each)) for each in panel.T]
    z = np.column_stack([each[1] for each in fits])
    first_step = sum(each[0]["targeted_log_likelihood"] for each in fits)
    volatility = np.sqrt([each[0]["targeted_forecast"] for each in fits])
    return first_step, volatility, z, z.T @ z / z.shape[0]


def dcc_values(alpha: float, beta: float, likelihood: float, r: Array, volatility: Array) -> dict[str, Any]:
    """Under the names of both libraries."""
    return {
        "dcc_alpha": alpha,
        "dcc_beta": beta,
        "dcc_log_likelihood": likelihood,
        "dcc_correlation": r,
        "dcc_forecast": r * np.outer(volatility, volatility),
    }


def multiarch_values(series: Array, panel: Array) -> dict[str, Any]:
    """GARCH of the series, and both steps of DCC of the panel; its Q also begins at the mean of z z'."""
    from multiarch import _kernels as kernels

    first_step, volatility, z, target = two_steps(multiarch_garch, panel)
    none = np.zeros_like(target)

    def log_likelihood(alpha: float, beta: float) -> float:
        return float(kernels.dcc_loglik_obs(z, target, none, alpha, beta, 0.0, 0.0, target).sum())

    alpha, beta, highest = most_likely(log_likelihood)
    _, correlations = kernels.dcc_filter(z, target, none, alpha, beta, 0.0, target)
    alone = -0.5 * float(z.size * np.log(2.0 * np.pi) + (z**2).sum())  # What the first step has counted.
    found = dcc_values(alpha, beta, first_step + highest - alone, correlations[-1], volatility)
    return multiarch_garch(series)[0] | found


def multigarch_values(series: Array, panel: Array) -> dict[str, Any]:
    """The same; its likelihood leaves out the first period, which does not depend on the two numbers.

    Its own fit scales the target to a unit diagonal, which is not done here.
    """
    from multigarch._jit import dcc_covariance_loop, dcc_loglik_loop

    first_step, volatility, z, target = two_steps(multigarch_garch, panel)
    none = np.zeros_like(target)
    alpha, beta, highest = most_likely(lambda a, b: -float(dcc_loglik_loop(z, target, none, a, b, 0.0)))
    longer = np.vstack((z, z[:1]))  # One more period, whatever is in it: its correlations are the forecast.
    paths, _, _ = dcc_covariance_loop(longer, np.ones_like(longer), target, none, alpha, beta, 0.0)
    sizes = np.sqrt(np.diag(target))
    r = target / np.outer(sizes, sizes)
    first = -0.5 * float(np.linalg.slogdet(r)[1] + z[0] @ np.linalg.solve(r, z[0]))
    likelihood = first_step + highest + first + 0.5 * float((z**2).sum())
    return multigarch_garch(series)[0] | dcc_values(alpha, beta, likelihood, paths[-1], volatility)
