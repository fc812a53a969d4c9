"""Linear systems in which a few columns are full and the rest is sparse, as where periods are many.

A measure of risk has a row for each period, with an entry for each asset and a few variables of the period's
own. Without the columns of the assets the system is a band: it is factored sparse, and the assets are solved
for in what is left of theirs (the Schur complement), which is dense and small. Factored as a whole the fill
of the full columns costs some ten times as much.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dgetrf, dgetrs
from scipy.sparse.linalg import splu

from trade2026.analytics.arrays import FloatArray, IntArray

_FULL: Final = 0.1
"""Share of the rows in which a full column has an entry."""
_THICK: Final = 0.25
"""Share of the full columns in which a thick row has an entry; the product of those is dense."""

Solve = Callable[[FloatArray], FloatArray]


def full_unknowns(P: Any, A: Any, G: Any, cones: Sequence[int]) -> IntArray:
    """Unknowns of `cone` to be solved for last: full columns, rows of A in these alone, and of long cones.

    A column of x is full by its entries in P, A and G together.

    Shape (k,): positions among x, y, z and the variable more of each cone; empty where nothing is full.
    """
    (k, n), m = A.shape, G.shape[0]
    entries = sum(np.diff(sp.csc_array(each).indptr) for each in (P, A, G))
    is_full = entries > _FULL * (n + k + m)
    if not is_full.any():
        return np.zeros(0, dtype=np.int64)
    others = sp.csr_array(A)[:, ~is_full]
    alone = np.flatnonzero(np.diff(others.indptr) == 0)
    long = np.flatnonzero(np.array(cones, dtype=np.int64) > _FULL * (n + k + m))
    return np.concatenate([np.flatnonzero(is_full), n + alone, n + k + m + long])


class Split:
    """The pattern of a symmetric matrix K, and which of its unknowns are solved for last."""

    def __init__(self, labels: Any, full: IntArray) -> None:
        """`labels` has at each place of K the position of its value, plus one."""
        is_full = np.zeros(labels.shape[0], dtype=np.bool_)
        is_full[full] = True
        self.full, self.rest = np.flatnonzero(is_full), np.flatnonzero(~is_full)
        rows = sp.csr_array(labels)
        self.band = _Block(rows[self.rest][:, self.rest])
        self.corner = _Block(rows[self.full][:, self.full])
        self.across = _Block(rows[self.rest][:, self.full])
        is_thick = np.diff(self.across.pattern.indptr) > _THICK * self.full.size
        self.thick, self.thin = np.flatnonzero(is_thick), np.flatnonzero(~is_thick)

    def factor(self, values: FloatArray) -> Solve:
        """What solves K u = right; RuntimeError where K is singular."""
        band = splu(
            sp.csc_matrix(self.band.of(values)), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.001,
            options={"SymmetricMode": True},
        )  # fmt: skip
        across = self.across.of(values)
        dense = across.toarray(order="F")
        moved = band.solve(dense)
        left = self.corner.of(values).toarray() - dense[self.thick].T @ moved[self.thick]
        left -= across[self.thin].T @ moved[self.thin]
        factor, pivots, info = dgetrf(0.5 * (left + left.T))
        if info != 0:
            raise RuntimeError("the system is singular")
        turned = sp.csr_array(across.T)

        def solve(right: FloatArray) -> FloatArray:
            found = np.empty_like(right)
            alone = band.solve(right[self.rest])
            last = dgetrs(factor, pivots, right[self.full] - turned @ alone)[0]
            found[self.full] = last
            found[self.rest] = alone - moved @ last
            return found

        return solve


class _Block:
    """Part of a matrix, filled from the values of the whole."""

    def __init__(self, labels: Any) -> None:
        self.pattern = sp.csr_array(labels)
        self.order = self.pattern.data.astype(np.int64) - 1

    def of(self, values: FloatArray) -> Any:
        """With these values."""
        return sp.csr_array(
            (values[self.order], self.pattern.indices, self.pattern.indptr), self.pattern.shape
        )
