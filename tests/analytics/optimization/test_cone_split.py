"""Systems with full columns are solved as they would be as a whole."""

import numpy as np
import pytest
import scipy.sparse as sp

from tests.analytics.optimization.made import generator
from trade2026.analytics.optimization import cone
from trade2026.analytics.optimization.cone_split import Split, full_unknowns


def labeled(K: np.ndarray) -> tuple[sp.csc_matrix, np.ndarray]:
    """Places of K with the positions of their values, in another order than that of the matrix."""
    row, column = np.nonzero(K)
    values = K[row, column]
    turned = np.arange(values.size)[::-1]
    labels = sp.csc_matrix((turned + 1.0, (row, column)), shape=K.shape)
    return labels, values[::-1].copy()


@pytest.mark.parametrize("seed", range(10))
def test_it_solves_what_a_dense_solver_does(seed: int) -> None:
    """Two full columns, and eight unknowns with a few entries, solved for last; then other values."""
    rng = generator(seed, "split")
    size, full = 60, np.array([3, 41, *range(50, 58)])
    K = np.diag(rng.uniform(0.5, 2.0, size) * rng.choice([-1.0, 1.0], size))
    K += np.diag(rng.normal(size=size - 1), 1) + np.diag(rng.normal(size=size - 1), -1)
    for column in full[:2]:
        K[10:, column] = rng.normal(size=size - 10)
    K[np.arange(8), np.arange(50, 58)] = rng.normal(size=8)
    K = 0.5 * (K + K.T)
    labels, _ = labeled(K)
    split = Split(labels, full)
    for scale in (1.0, 7.0):
        again = np.where(K == 0.0, 0.0, scale * K + np.diag(rng.uniform(0.0, 1.0, size)))
        right = rng.normal(size=size)
        found = split.factor(labeled(again)[1])(right)
        np.testing.assert_allclose(found, np.linalg.solve(again, right), rtol=1e-9, atol=1e-10)


def test_full_columns_are_found_with_the_rows_in_them_alone() -> None:
    """Forty periods, two assets and a variable of each period; a budget, and a row with one of the latter."""
    periods = 40
    size = 2 + periods
    own = sp.eye_array(periods)
    G = sp.hstack([sp.csr_array(np.ones((periods, 2))), own])
    A = np.zeros((2, size))
    A[0, :2] = 1.0
    A[1, [0, 5]] = 1.0
    flat = sp.csr_array((size, size))
    assert full_unknowns(flat, sp.csr_array(A), G, (4, 30)).tolist() == [0, 1, size, size + 43]
    nothing, bounds = sp.csr_array((0, size)), sp.eye_array(size)
    assert full_unknowns(flat, nothing, bounds, (30,)).size == 0
    curved = np.eye(size)
    curved[:20, :20] = 1.0  # A covariance of half of them.
    assert full_unknowns(sp.csr_array(curved), nothing, bounds, ()).tolist() == list(range(20))


def test_a_program_with_full_columns_has_the_answer_of_one_that_is_factored_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The least ulcer index of four assets."""
    rng = generator(1, "split program")
    periods, n = 120, 4
    R = rng.normal(0.02, 1.0, (periods, n))
    before = sp.eye_array(periods, k=-1) - sp.eye_array(periods)
    size = n + periods
    G = sp.vstack([sp.hstack([sp.csr_array(-R), before]), -sp.eye_array(size)])
    A = sp.hstack([sp.csr_array(np.ones((1, n))), sp.csr_array((1, periods))])
    P = sp.diags_array(np.concatenate([np.zeros(n), np.full(periods, 1.0 / periods)]))
    program = cone.Program(
        sp.csc_array(P), np.zeros(size), sp.csc_array(A), np.ones(1), sp.csc_array(G),
        np.zeros(periods + size), periods + size,
    )  # fmt: skip
    split = cone.solve(program)
    assert full_unknowns(program.P, program.A, program.G, ()).tolist() == [*range(n), size]
    monkeypatch.setattr(cone, "full_unknowns", lambda *_: np.zeros(0, dtype=np.int64))
    whole = cone.solve(program)
    assert split.is_solved
    np.testing.assert_allclose(split.x, whole.x, atol=1e-8)
    assert split.gap <= 1e-10
