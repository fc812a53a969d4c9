"""Figures of companies with the moment at which each became known, and what was known at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trade2026.analytics.arrays import FloatArray, IntArray
from trade2026.primitives.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Facts:
    """Rows of (asset, moment, field, value), in any order; none is used before its moment.

    Attributes
    ----------
    n_assets : int
        Columns of what `as_of` gives.
    asset : int64, shape (m,)
        Column of the asset, from 0.
    known : int64, shape (m,)
        First moment at which the value may be used, in the unit that moments are asked in.
    field : tuple of str
        What the value is, one for each row.
    value : float64, shape (m,)
        Finite.

    Raises
    ------
    InputError
        Arrays of different lengths, a value that is not finite, an asset that is none of the columns, or two
        values of one field and asset for the same moment.
    """

    n_assets: int
    asset: IntArray
    known: IntArray
    field: tuple[str, ...]
    value: FloatArray

    def __post_init__(self) -> None:
        sizes = {self.asset.size, self.known.size, len(self.field), self.value.size}
        if len(sizes) != 1:
            raise InputError(f"facts must have as many assets, moments, fields and values, had {sizes}")
        bad = np.flatnonzero(~np.isfinite(self.value))
        if bad.size:
            raise InputError(
                f"facts must be finite, was {self.value[bad[0]]} in row {bad[0]}; leave the row out"
            )
        if self.asset.size and (int(self.asset.min()) < 0 or int(self.asset.max()) >= self.n_assets):
            raise InputError(f"facts must be of assets 0 to {self.n_assets - 1}, was {int(self.asset.max())}")
        seen: dict[tuple[int, int, str], int] = {}
        for row, key in enumerate(zip(self.asset.tolist(), self.known.tolist(), self.field, strict=True)):
            if key in seen:
                raise InputError(
                    f"facts must say one thing at a time, rows {seen[key]} and {row} both give {key[2]} of "
                    f"asset {key[0]}; keep one of them"
                )
            seen[key] = row

    @property
    def fields(self) -> frozenset[str]:
        """The fields of which there is a value."""
        return frozenset(self.field)

    def as_of(self, field: str, at: IntArray, *, age_max: int | None = None) -> FloatArray:
        """The last value known at each moment.

        Parameters
        ----------
        field : str
            One of `fields`, or one of which nothing is known.
        at : int64, shape (t,)
            Moments, in any order.
        age_max : int, optional
            A value that has been known for longer than this is not used.

        Returns
        -------
        float64, shape (t, n_assets)
            NaN where nothing is known.
        """
        result = np.full((at.size, self.n_assets), np.nan)
        rows = np.array([each == field for each in self.field], dtype=np.bool_)
        for column in np.unique(self.asset[rows]).tolist():
            own = np.flatnonzero(rows & (self.asset == column))
            own = own[np.argsort(self.known[own])]
            known, value = self.known[own], self.value[own]
            last = np.searchsorted(known, at, side="right") - 1
            is_known = last >= 0
            if age_max is not None:
                is_known &= at - known[last] <= age_max
            result[is_known, column] = value[last[is_known]]
        return result


def facts_of(
    rows: Sequence[tuple[int, int, str, float]], n_assets: int
) -> Facts:  # A table of rows is what callers have.
    """Facts from rows of (asset, known, field, value)."""
    return Facts(
        n_assets=n_assets,
        asset=np.array([row[0] for row in rows], dtype=np.int64),
        known=np.array([row[1] for row in rows], dtype=np.int64),
        field=tuple(row[2] for row in rows),
        value=np.array([row[3] for row in rows], dtype=np.float64),
    )
