"""The cone solver: optimality conditions on random programs, and programs whose answer is known."""

import numpy as np
import pytest
import scipy.sparse as sp

from tests.analytics.optimization.made import generator
from trade2026.analytics.arrays import FloatArray
from trade2026.analytics.optimization.cone import Program, solve


def random_program(seed: int) -> Program:
    """A feasible and bounded program with two cones: an inside point and multipliers inside make it so."""
    rng = generator(seed, "cone")
    n, k, plain, cones = 12, 3, 15, (4, 6)
    m = plain + sum(cones)
    root = rng.normal(size=(5, n))
    A, G, x = rng.normal(size=(k, n)), rng.normal(size=(m, n)), rng.normal(size=n)
    s, z = inside(rng, plain, cones), inside(rng, plain, cones)
    q = -(root.T @ root @ x + A.T @ rng.normal(size=k) + G.T @ z)
    return Program(
        sp.csc_array(root.T @ root), q, sp.csc_array(A), A @ x, sp.csc_array(G), G @ x + s, plain, cones
    )


def inside(rng: np.random.Generator, plain: int, cones: tuple[int, ...]) -> FloatArray:
    parts = [rng.uniform(0.1, 1.0, plain)]
    for size in cones:
        tail = rng.normal(size=size - 1)
        parts.append(np.concatenate([[np.linalg.norm(tail) + rng.uniform(0.1, 1.0)], tail]))
    return np.concatenate(parts)


def depth(p: Program, u: FloatArray) -> float:
    """How far an element is outside of the cone; at most zero inside."""
    parts, at = [-float(u[: p.nonnegative].min())], p.nonnegative
    for size in p.cones:
        parts.append(float(np.linalg.norm(u[at + 1 : at + size]) - u[at]))
        at += size
    return max(parts)


@pytest.mark.parametrize("seed", range(15))
def test_an_answer_satisfies_the_conditions_of_an_optimum(seed: int) -> None:
    p = random_program(seed)
    found = solve(p)
    slack = p.h - p.G @ found.x
    assert found.is_solved
    assert np.abs(p.A @ found.x - p.b).max() <= 1e-8
    assert depth(p, slack) <= 1e-8
    assert depth(p, found.most) <= 1e-8
    force = p.P @ found.x + p.q + p.A.T @ found.equal + p.G.T @ found.most
    assert np.abs(force).max() <= 1e-7
    assert abs(float(slack @ found.most)) <= 1e-7


def test_the_nearest_point_of_a_ball() -> None:
    center, radius = np.array([3.0, 4.0]), 2.0
    G = np.vstack([np.zeros((1, 2)), -np.eye(2)])
    p = Program(
        sp.csc_array(np.eye(2)), -center, sp.csc_array((0, 2)), np.zeros(0), sp.csc_array(G),
        np.array([radius, 0.0, 0.0]), 0, (3,),
    )  # fmt: skip
    np.testing.assert_allclose(solve(p).x, center * radius / 5.0, atol=1e-8)


@pytest.mark.parametrize("size", [30, 200])
def test_small_and_large_programs_go_the_same_way(size: int) -> None:
    """The simplex: dense up to some size, sparse beyond."""
    rng = generator(size, "simplex")
    q = rng.normal(size=size)
    p = Program(
        sp.csc_array((size, size)), q, sp.csc_array(np.ones((1, size))), np.ones(1),
        sp.csc_array(-np.eye(size)), np.zeros(size), size,
    )  # fmt: skip
    found = solve(p)
    assert float(q @ found.x) == pytest.approx(float(q.min()), abs=1e-8)


def test_what_cannot_be_is_not_solved() -> None:
    G, h = sp.csc_array(np.array([[1.0], [-1.0]])), np.array([-1.0, -1.0])  # x <= -1 and x >= 1.
    p = Program(sp.csc_array((1, 1)), np.ones(1), sp.csc_array((0, 1)), np.zeros(0), G, h, 2)
    assert not solve(p).is_solved
