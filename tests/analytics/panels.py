"""Panels of returns that tests and the golden numbers share; numpy alone, for other environments."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def panel(seed: int, n: int, p: int) -> Array:
    """Daily returns of p assets with one market and heavy tails, shape (n, p)."""
    rng = np.random.default_rng(seed)
    market = 0.0004 + 0.008 * rng.standard_normal(n) * (1.0 + rng.random(n))
    betas = 0.4 + rng.random(p)
    sizes = 0.006 * (0.5 + rng.random(p))
    noise = rng.standard_normal((n, p)) * (0.6 + rng.random((n, p)) ** 4 * 3.0)
    drift = 0.0006 * (rng.random(p) - 0.3)
    return market[:, None] * betas + noise * sizes + drift


def apart(returns: Array) -> Array:
    """The same returns without a market, as each asset's periods are moved round, and with means apart."""
    moved = np.column_stack([np.roll(each, 41 * column) for column, each in enumerate(returns.T)])
    return moved + np.linspace(-0.002, 0.002, returns.shape[1])


def garch_series(seed: int, n: int, alpha: float, beta: float, variance: float = 1e-4) -> Array:
    """Returns of a GARCH(1,1) with normal shocks, shape (n,)."""
    rng = np.random.default_rng(seed)
    shocks = np.empty(n)
    h = variance
    for t, z in enumerate(rng.standard_normal(n)):
        shocks[t] = np.sqrt(h) * z
        h = (1.0 - alpha - beta) * variance + alpha * shocks[t] ** 2 + beta * h
    return shocks


def dcc_panel(seed: int, n: int, alpha: float, beta: float, garch: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Returns of three assets, shape (n, 3): correlations follow a DCC around 0.5, variances a GARCH."""
    rng = np.random.default_rng(seed)
    target = 0.5 + 0.5 * np.eye(3)
    q, h, rows = target, np.ones(3), []
    for _ in range(n):
        sizes = np.sqrt(np.diag(q))
        z = np.linalg.cholesky(q / np.outer(sizes, sizes)) @ rng.standard_normal(3)
        rows.append(np.sqrt(h) * z)
        q = (1.0 - alpha - beta) * target + alpha * np.outer(z, z) + beta * q
        h = 1.0 - sum(garch) + garch[0] * rows[-1] ** 2 + garch[1] * h
    return 0.01 * np.array(rows)


def assert_psd(matrix: Array) -> None:
    """Symmetric to the last bit, and no eigenvalue below rounding."""
    assert (matrix == matrix.T).all()
    values = np.linalg.eigvalsh(matrix)
    assert values[0] >= -1e-10 * values[-1]
