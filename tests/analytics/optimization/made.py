"""Assets made from factors, constraints around a known point, and slow twins of the solvers."""

import numpy as np
from scipy.optimize import linprog, minimize

from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.constraints import Constraints, Group, Rows
from trade2026.primitives.seeds import derive_seed


def generator(seed: int, *purpose: str) -> np.random.Generator:
    return np.random.default_rng(derive_seed(seed, "optimization", *purpose))


def returns_of(seed: int, assets: int, periods: int) -> FloatArray:
    """Daily returns with a market, two more factors and fat tails."""
    rng = generator(seed, "returns")
    loadings = np.column_stack([rng.uniform(0.5, 1.5, assets), rng.normal(0.0, 0.5, (assets, 2))])
    factors = rng.standard_t(5, (periods, 3)) * np.array([0.008, 0.004, 0.003])
    own = rng.standard_t(5, (periods, assets)) * rng.uniform(0.004, 0.02, assets)
    result: FloatArray = factors @ loadings.T + own + rng.normal(4e-4, 3e-4, assets)
    return result


def covariance_of(seed: int, assets: int) -> FloatArray:
    """Positive definite, of five periods an asset and twenty more."""
    result: FloatArray = np.atleast_2d(np.cov(returns_of(seed, assets, 5 * assets + 20).T))
    return result


def mean_of(seed: int, assets: int) -> FloatArray:
    return generator(seed, "mean").normal(5e-4, 6e-4, assets)


def box_of(seed: int, assets: int) -> Constraints:
    """Bounds of all kinds around a point that is feasible."""
    rng = generator(seed, "box")
    inside = rng.dirichlet(np.ones(assets)) * rng.choice([0.5, 1.0, 1.3])
    lower = np.where(rng.random(assets) < 0.7, 0.0, -rng.uniform(0.0, 0.3, assets))
    lower = np.where(rng.random(assets) < 0.1, -np.inf, lower)
    upper = np.where(rng.random(assets) < 0.5, np.inf, inside + rng.uniform(0.0, 0.3, assets))
    fixed = rng.random(assets) < 0.05
    lower, upper = np.where(fixed, inside, np.minimum(lower, inside)), np.where(fixed, inside, upper)
    return Constraints(lower, upper, float(inside.sum()))


def rows_of(seed: int, assets: int) -> Constraints:
    """Bounds, groups, and general rows around a point that is feasible."""
    rng = generator(seed, "rows")
    inside = rng.dirichlet(np.ones(assets))
    sectors = rng.integers(0, 3, assets)
    groups = []
    for sector in range(3):
        members = tuple(np.flatnonzero(sectors == sector).tolist())
        if members:
            share = float(inside[list(members)].sum())
            groups.append(
                Group(
                    f"sector {sector}", members, share - rng.uniform(0.0, 0.2), share + rng.uniform(0.0, 0.2)
                )
            )
    A = rng.normal(size=(2, assets))
    at_most = Rows(A, A @ inside + rng.uniform(0.0, 0.1, 2), ("first", "second"))
    equal = None
    if assets > 3 and rng.random() < 0.5:
        E = rng.normal(size=(1, assets))
        equal = Rows(E, E @ inside, ("exposure",))
    lower = np.where(rng.random(assets) < 0.8, 0.0, -0.2)
    return Constraints(lower, inside + rng.uniform(0.05, 0.5, assets), 1.0, tuple(groups), at_most, equal)


def slow_minimum(objective, gradient, constraints: Constraints) -> float:
    """The objective that SLSQP reaches from the best of a few starts."""
    n = constraints.size
    E, A = constraints.equalities, constraints.inequalities
    cons = [{"type": "eq", "fun": lambda w: E.matrix @ w - E.right, "jac": lambda w: E.matrix}]
    if A.count:
        cons.append({"type": "ineq", "fun": lambda w: A.right - A.matrix @ w, "jac": lambda w: -A.matrix})
    bounds = list(zip(constraints.lower, constraints.upper, strict=True))
    found = []
    for start in (
        np.full(n, constraints.budget / n),
        np.clip(np.zeros(n), constraints.lower, constraints.upper),
    ):
        done = minimize(
            objective, start, jac=gradient, bounds=bounds, constraints=cons, method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 2_000},
        )  # fmt: skip
        if constraints.violation(done.x) < 1e-7:
            found.append(float(done.fun))
    assert found, "the slow twin found no feasible point"
    return min(found)


def cvar_by_linear_program(losses: FloatArray, tail: float, constraints: Constraints) -> float:
    """Rockafellar and Uryasev's program, written out, by HiGHS."""
    periods, n = losses.shape
    A, E = constraints.inequalities, constraints.equalities
    scenario = np.hstack([losses, -np.ones((periods, 1)), -np.eye(periods)])
    A_ub = np.vstack([scenario, np.hstack([A.matrix, np.zeros((A.count, 1 + periods))])])
    done = linprog(
        np.concatenate([np.zeros(n), [1.0], np.full(periods, 1.0 / (tail * periods))]),
        A_ub=A_ub,
        b_ub=np.concatenate([np.zeros(periods), A.right]),
        A_eq=np.hstack([E.matrix, np.zeros((E.count, 1 + periods))]),
        b_eq=E.right,
        bounds=[
            *zip(constraints.lower, constraints.upper, strict=True),
            (None, None),
            *[(0.0, None)] * periods,
        ],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert done.status == 0, done.message
    return float(done.fun)
