"""Slow twins straight from the papers, for what fewer than two other libraries compute as ours does.

They are loops over lists, with matrix algebra of their own: nothing of ours and nothing of numpy's is in
them. Each is tried on random panels of several shapes, more assets than periods among them where that is
allowed.
"""

import math

import numpy as np
import pytest

from tests.analytics.panels import panel
from trade2026.analytics.covariance.denoising import denoised_covariance
from trade2026.analytics.covariance.shrinkage import ledoit_wolf_constant_correlation, oracle_approximating
from trade2026.analytics.covariance.spectrum import elbow
from trade2026.analytics.risk_measures.diversification import EffectiveBets, effective_bets, minimum_torsion

Rows = list[list[float]]
SHAPES = pytest.mark.parametrize("shape", [(60, 4), (25, 10), (12, 20), (500, 3), (90, 7)])
DEFINITE = pytest.mark.parametrize("shape", [(60, 2), (60, 4), (40, 6), (500, 3), (90, 9)])


# ------------------------------------------------------------------------------- plain matrix algebra


def product(a: Rows, b: Rows) -> Rows:
    return [[sum(x * b[k][j] for k, x in enumerate(row)) for j in range(len(b[0]))] for row in a]


def transposed(a: Rows) -> Rows:
    return [list(column) for column in zip(*a, strict=True)]


def identity(n: int) -> Rows:
    return [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]


def inverse(a: Rows) -> Rows:
    """By Gauss and Jordan with the largest pivot."""
    n = len(a)
    work = [row + unit for row, unit in zip(a, identity(n), strict=True)]
    for column in range(n):
        _, pivot = max((abs(work[row][column]), row) for row in range(column, n))
        work[column], work[pivot] = work[pivot], work[column]
        work[column] = [x / work[column][column] for x in work[column]]
        for row in range(n):
            if row != column:
                factor = work[row][column]
                work[row] = [x - factor * y for x, y in zip(work[row], work[column], strict=True)]
    return [row[n:] for row in work]


def square_root(a: Rows) -> Rows:
    """The positive definite one, by the iteration of Denman and Beavers (1976)."""
    n, y, z = len(a), a, identity(len(a))
    for _ in range(60):
        yi, zi = inverse(y), inverse(z)
        y, z = (
            [[0.5 * (y[i][j] + zi[i][j]) for j in range(n)] for i in range(n)],
            [[0.5 * (z[i][j] + yi[i][j]) for j in range(n)] for i in range(n)],
        )
    return y


def eigenvalues_and_vectors(a: Rows) -> list[tuple[float, list[float]]]:
    """Largest first, by Jacobi's rotations."""
    n, a, v = len(a), [row[:] for row in a], identity(len(a))
    for _ in range(30):
        for p in range(n):
            for q in range(p + 1, n):
                if abs(a[p][q]) < 1e-300:
                    continue
                angle = 0.5 * math.atan2(2.0 * a[p][q], a[q][q] - a[p][p])
                c, s = math.cos(angle), math.sin(angle)
                for k in range(n):
                    a[k][p], a[k][q] = c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]
                for k in range(n):
                    a[p][k], a[q][k] = c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]
                for k in range(n):
                    v[k][p], v[k][q] = c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]
    pairs = [(a[i][i], [v[k][i] for k in range(n)]) for i in range(n)]
    return sorted(pairs, key=lambda pair: -pair[0])


def covariance_of(rows: Rows, ddof: int) -> Rows:
    n, p = len(rows), len(rows[0])
    means = [sum(row[i] for row in rows) / n for i in range(p)]
    return [
        [sum((row[i] - means[i]) * (row[j] - means[j]) for row in rows) / (n - ddof) for j in range(p)]
        for i in range(p)
    ]


def correlation_of(covariance: Rows) -> Rows:
    n = len(covariance)
    return [
        [covariance[i][j] / math.sqrt(covariance[i][i] * covariance[j][j]) for j in range(n)]
        for i in range(n)
    ]


# ------------------------------------------------------------------------------------------ shrinkage


def naive_oas(rows: Rows) -> tuple[float, Rows]:
    """Chen, Wiesel, Eldar and Hero (2010), IEEE Trans. Signal Processing 58, equation 23.

    ((1 - 2/p) tr(SS) + tr(S)^2) / ((n + 1 - 2/p) (tr(SS) - tr(S)^2 / p)), one at most; its terms in 2/p are
    left out, as is said in the docstring of the function.
    """
    n, p, s = len(rows), len(rows[0]), covariance_of(rows, 0)
    trace = sum(s[i][i] for i in range(p))
    of_square = sum(s[i][j] * s[j][i] for i in range(p) for j in range(p))
    share = min(1.0, (of_square + trace**2) / ((n + 1) * (of_square - trace**2 / p)))
    target = trace / p
    return share, [
        [(1.0 - share) * s[i][j] + (share * target if i == j else 0.0) for j in range(p)] for i in range(p)
    ]


def naive_constant_correlation(rows: Rows) -> tuple[float, Rows]:
    """Ledoit and Wolf (2004), "Honey, I shrunk the sample covariance matrix", appendices A and B."""
    n, p, s = len(rows), len(rows[0]), covariance_of(rows, 0)
    r = correlation_of(s)
    mean = 2.0 / ((p - 1) * p) * sum(r[i][j] for i in range(p - 1) for j in range(i + 1, p))
    means = [sum(row[i] for row in rows) / n for i in range(p)]
    y = [[value - mean_ for value, mean_ in zip(row, means, strict=True)] for row in rows]

    def theta(k: int, i: int, j: int) -> float:
        """The covariance of s_kk with s_ij, times the square root of n."""
        return sum((row[k] ** 2 - s[k][k]) * (row[i] * row[j] - s[i][j]) for row in y) / n

    pi = rho = gamma = 0.0
    target = [row[:] for row in s]
    for i in range(p):
        for j in range(p):
            pi_ij = sum((row[i] * row[j] - s[i][j]) ** 2 for row in y) / n
            pi += pi_ij
            if i == j:
                rho += pi_ij
                continue
            ratio = math.sqrt(s[j][j] / s[i][i])
            rho += mean / 2.0 * (ratio * theta(i, i, j) + theta(j, i, j) / ratio)
            target[i][j] = mean * math.sqrt(s[i][i] * s[j][j])
            gamma += (target[i][j] - s[i][j]) ** 2
    share = max(0.0, min((pi - rho) / gamma / n, 1.0))
    return share, [[share * target[i][j] + (1.0 - share) * s[i][j] for j in range(p)] for i in range(p)]


@SHAPES
@pytest.mark.parametrize(
    ("ours", "naive"),
    [
        (oracle_approximating, naive_oas),
        (ledoit_wolf_constant_correlation, naive_constant_correlation),
    ],
)
def test_shrinkage_is_that_of_the_paper(shape, ours, naive) -> None:
    returns = panel(11 + sum(shape), *shape)
    share, matrix = naive(returns.tolist())
    found = ours(returns)
    assert found.parameters["shrinkage"] == pytest.approx(share, rel=1e-9)
    np.testing.assert_allclose(found.covariance, matrix, rtol=1e-9, atol=1e-16)


# ----------------------------------------------------------------------------------- edge of the noise


def naive_edge(variance: float, ratio: float) -> float:
    """Where the eigenvalues of noise end, by Silverstein and Choi (1995), J. Multivariate Analysis 54.

    With u minus the Stieltjes transform, no eigenvalue lies at x(u) = 1 / u + ratio variance / (1 - variance
    u) where that falls with u, so that they end at its least value for u from 0 to 1 / variance. Found by
    cutting that stretch in three again and again, not by the closed form that follows.
    """

    def x(u: float) -> float:
        return 1.0 / u + ratio * variance / (1.0 - variance * u)

    low, high = 0.0, 1.0 / variance
    for _ in range(200):
        a, b = low + (high - low) / 3.0, high - (high - low) / 3.0
        low, high = (low, b) if x(a) < x(b) else (a, high)
    return x(0.5 * (low + high))


def naive_denoised(rows: Rows) -> tuple[int, float, Rows]:
    """Signals, variance of the noise, and the matrix with the mean of the noise in its place.

    The largest eigenvalue is a signal while it is above the edge for the mean of those that are left, of
    which there are n / (p - k) periods each (Laloux and others 1999; Kritchman and Nadler 2008).
    """
    n, p, s = len(rows), len(rows[0]), covariance_of(rows, 1)
    pairs = eigenvalues_and_vectors(correlation_of(s))
    signals = 0
    while True:
        rest = [max(value, 0.0) for value, _ in pairs[signals:]]
        variance = sum(rest) / len(rest)
        if rest[0] <= naive_edge(variance, len(rest) / n):
            break
        signals += 1
    noise = sum(value for value, _ in pairs[signals:]) / (p - signals)
    kept = [value for value, _ in pairs[:signals]] + [noise] * (p - signals)
    cleaned = [
        [sum(value * v[i] * v[j] for value, (_, v) in zip(kept, pairs, strict=True)) for j in range(p)]
        for i in range(p)
    ]
    unit = correlation_of(cleaned)
    return (
        signals,
        variance,
        [[unit[i][j] * math.sqrt(s[i][i] * s[j][j]) for j in range(p)] for i in range(p)],
    )


@SHAPES
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_edge_of_noise_is_found_as_by_its_definition(shape, seed: int) -> None:
    returns = panel(seed, *shape)
    signals, variance, matrix = naive_denoised(returns.tolist())
    found = denoised_covariance(returns)
    assert found.parameters["signals"] == signals
    assert found.parameters["noise_variance"] == pytest.approx(variance, rel=1e-9)
    assert found.parameters["edge"] == pytest.approx(naive_edge(variance, (shape[1] - signals) / shape[0]))
    np.testing.assert_allclose(found.covariance, matrix, rtol=1e-7, atol=1e-12)


# ------------------------------------------------------------------------------------- minimum torsion


def naive_torsion(covariance: Rows) -> Rows:
    """The recursion of Meucci, Santangelo and Deguest (2015), "Risk budgeting and diversification based on
    optimized uncorrelated factors".

    With c the root of the correlations and d scales, in turn u = sqrt(d c c d), q = u^-1 d c, d = diag(q c);
    the torsion is d q c^-1 between volatilities.
    """
    n, c = len(covariance), square_root(correlation_of(covariance))
    d = [1.0] * n
    q = identity(n)
    for _ in range(400):
        scaled = [[d[i] * c[i][j] for j in range(n)] for i in range(n)]
        q = product(inverse(square_root(product(scaled, transposed(scaled)))), scaled)
        new = [sum(q[i][k] * c[k][i] for k in range(n)) for i in range(n)]
        moved, d = max(abs(x - y) for x, y in zip(new, d, strict=True)), new
        if moved < 1e-14:
            break
    turned = product([[d[i] * q[i][j] for j in range(n)] for i in range(n)], inverse(c))
    sizes = [math.sqrt(covariance[i][i]) for i in range(n)]
    return [[sizes[i] * turned[i][j] / sizes[j] for j in range(n)] for i in range(n)]


@DEFINITE
def test_the_torsion_and_its_bets_are_those_of_the_paper(shape) -> None:
    """Shares of bets are (T'^-1 w)_i (T S w)_i over w'S w, and their number is the exponential entropy."""
    returns = panel(5 + sum(shape), *shape)
    covariance = covariance_of(returns.tolist(), 1)
    torsion = naive_torsion(covariance)
    np.testing.assert_allclose(minimum_torsion(np.array(covariance)), torsion, atol=1e-5)
    rng = np.random.default_rng(sum(shape))
    weights = rng.uniform(-0.3, 1.0, shape[1]).tolist()
    column = [[each] for each in weights]
    held = product(inverse(transposed(torsion)), column)
    moved = product(product(torsion, covariance), column)
    parts = [a[0] * b[0] for a, b in zip(held, moved, strict=True)]
    whole = sum(x * y[0] for x, y in zip(weights, product(covariance, column), strict=True))
    assert sum(parts) == pytest.approx(whole, rel=1e-9)
    shares = [each / whole for each in parts]
    found = effective_bets(np.array(weights), np.array(covariance))
    assert isinstance(found, EffectiveBets)
    np.testing.assert_allclose(found.shares, shares, atol=1e-5)
    entropy = -sum(each * math.log(each) for each in shares if each > 0.0)
    assert found.number == pytest.approx(math.exp(entropy), rel=1e-5)


# ----------------------------------------------------------------------------------------------- elbow


def naive_elbow(values: list[float]) -> int:
    """Satopaa and others (2011), "Finding a kneedle in a haystack", ICDCS Workshops, 166-171.

    Ranks and values from 0 to 1, and the point of the curve that is farthest from its chord, at right angles;
    those before it are counted, one at least.
    """
    falling = sorted(values, reverse=True)
    n, top, bottom = len(falling), falling[0], falling[-1]
    best, before = 0.0, 1
    for rank, value in enumerate(falling):
        x, y = rank / (n - 1), (value - bottom) / (top - bottom)
        below = (1.0 - x - y) / math.sqrt(2.0)  # The chord goes from (0, 1) to (1, 0).
        if below > best + 1e-12:
            best, before = below, max(rank, 1)
    return before


@pytest.mark.parametrize("size", [3, 4, 5, 8, 20, 60])
@pytest.mark.parametrize("seed", range(6))
def test_the_elbow_is_the_point_farthest_from_the_chord(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for values in (rng.exponential(1.0, size), rng.uniform(0.0, 1.0, size) ** 4, rng.pareto(1.5, size)):
        assert elbow(values) == naive_elbow(values.tolist())


@SHAPES
def test_the_elbow_of_a_panel(shape) -> None:
    values = [
        max(value, 0.0)
        for value, _ in eigenvalues_and_vectors(
            correlation_of(covariance_of(panel(sum(shape), *shape).tolist(), 1))
        )
    ]
    assert elbow(np.array(values)) == naive_elbow(values)
