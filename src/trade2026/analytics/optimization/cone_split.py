"""Linear systems in which a few columns are full and the rest is sparse, as where periods are many.

A measure of risk has a row for each period, with an entry for each asset and a few variables of the period's
own. Without the columns of the assets the system is a band: it is factored sparse, and the assets are solved
for in what is left of theirs (the Schur complement), which is dense and small. Factored as a whole the fill
of the full columns costs some ten times as much.
"""

from collections.abc import Callable
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


def full_unknowns(A: Any, G: Any) -> IntArray:
    """Unknowns x, y of `cone` that are to be solved for last: full columns, and rows of A in these alone.

    Shape (k,): positions among x and y; empty where no column is full.
    """
    n = A.shape[1]
    entries = np.diff(sp.csc_array(G).indptr) + np.diff(sp.csc_array(A).indptr)
    is_full = entries > _FULL * (A.shape[0] + G.shape[0])
    if not is_full.any():
        return np.zeros(0, dtype=np.int64)
    others = sp.csr_array(A)[:, ~is_full]
    alone = np.flatnonzero(np.diff(others.indptr) == 0)
    return np.concatenate([np.flatnonzero(is_full), n + alone])


class Split:
    """One pattern of a symmetric matrix K, of which only values among the sparse unknowns change."""

    def __init__(self, labels: Any, values: FloatArray, full: IntArray) -> None:
        """`labels` has at each place of K the position of its value, plus one."""
        size = labels.shape[0]
        is_full = np.zeros(size, dtype=np.bool_)
        is_full[full] = True
        self.full, self.rest = np.flatnonzero(is_full), np.flatnonzero(~is_full)
        rows = sp.csr_array(labels)
        self.sparse = sp.csc_matrix(rows[self.rest][:, self.rest])
        self.order = self.sparse.data.astype(np.int64) - 1
        self.corner = _values(rows[self.full][:, self.full], values).toarray()
        self.across = _values(rows[self.rest][:, self.full], values)
        thick = np.diff(self.across.indptr) > _THICK * self.full.size
        self.thick, self.thin = np.flatnonzero(thick), np.flatnonzero(~thick)
        self.dense = self.across.toarray(order="F")
        self.heavy = np.asfortranarray(self.dense[self.thick])
        self.light = sp.csr_array(self.across[self.thin].T)
        self.turned = sp.csr_array(self.across.T)

    def factor(self, values: FloatArray) -> Solve:
        """What solves K u = right; RuntimeError where K is singular."""
        self.sparse.data = values[self.order]
        band = splu(
            self.sparse, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.001, options={"SymmetricMode": True}
        )
        moved = band.solve(self.dense)
        left = self.corner - self.heavy.T @ moved[self.thick] - self.light @ moved[self.thin]
        factor, pivots, info = dgetrf(0.5 * (left + left.T))
        if info != 0:
            raise RuntimeError("the system is singular")

        def solve(right: FloatArray) -> FloatArray:
            found = np.empty_like(right)
            alone = band.solve(right[self.rest])
            last = dgetrs(factor, pivots, right[self.full] - self.turned @ alone)[0]
            found[self.full] = last
            found[self.rest] = alone - moved @ last
            return found

        return solve


def _values(labels: Any, values: FloatArray) -> Any:
    found = sp.csr_array(labels)
    found.data = values[found.data.astype(np.int64) - 1]
    return found
